// Instances by unmodified Terraform: apply, an empty second plan, a change in place, and destroy. No packet moves here,
// so it needs no root.

import { DescribeInstancesCommand, DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { describeTerraform } from './terraform-world.ts'

const second = { name: 'second', monitoring: true, second: true }

describeTerraform('Terraform on instances', 'instances', (its) => {
  test('apply launches, and the data sources find what was launched', async () => {
    await its.terraform.apply()
    expect(await its.terraform.outputs()).toEqual({
      state: 'running',
      private_dns: 'ip-10-0-1-50.ec2.internal',
      found: 1,
      interfaces: 3,
      second_addresses: ['10.0.1.60', '10.0.1.61'],
      plain_private_ip: '10.0.1.4',
      templated: [true, 'somebody'],
      reachable: { open: true, components: 6, closed: false, why: ['SG_HAS_NO_RULES'], destination: true },
    })
  })

  test('a second plan is empty', async () => {
    expect(await its.terraform.remainingChanges()).toBeUndefined()
  })

  test('what can change does so in place or by a stop, user data makes anew, and the plan is empty again', async () => {
    await its.terraform.apply(second)
    expect(await its.terraform.remainingChanges(second)).toBeUndefined()
  })

  test('destroy leaves terminated instances and no interface', async () => {
    await its.terraform.destroy(second)
    const ec2 = new EC2Client(its.clientOptions())
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}))
    const states = Reservations.flatMap((one) => one.Instances ?? []).map((instance) => instance.State?.Name)
    // Three, and the fourth before and after it was made anew.
    expect(states).toEqual(Array(5).fill('terminated'))
    expect((await ec2.send(new DescribeNetworkInterfacesCommand({}))).NetworkInterfaces).toEqual([])
  })
})
