// Route 53 Resolver by unmodified Terraform: apply, an empty second plan, a change in place, and destroy. No packet moves
// here, so it needs no root.

import { DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { describeTerraform } from './terraform-world.ts'

describeTerraform('Terraform on Route 53 Resolver', 'resolver', (its) => {
  test('apply makes endpoints and rules, and a second plan is empty', async () => {
    await its.terraform.apply()
    expect(await its.terraform.outputs()).toEqual({ addresses: 2, found: true })
    expect(await its.terraform.remainingChanges()).toBeUndefined()
  })

  test('names, addresses, targets and tags change in place, and the plan is empty again', async () => {
    const second = { second: true }
    await its.terraform.apply(second)
    expect(await its.terraform.remainingChanges(second)).toBeUndefined()
  })

  test('destroy leaves no interface', async () => {
    await its.terraform.destroy()
    const ec2 = new EC2Client(its.clientOptions())
    expect((await ec2.send(new DescribeNetworkInterfacesCommand({}))).NetworkInterfaces).toEqual([])
  })
})
