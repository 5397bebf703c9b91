// Peering connections by unmodified Terraform, within an account, to another and to another Region: apply, an empty second
// plan, a change in place, and destroy. No packet moves here, so it needs no root.

import { DescribeVpcPeeringConnectionsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { describeTerraform } from './terraform-world.ts'

describeTerraform('Terraform on peering', 'peering', (its) => {
  test('apply makes everything, and the data sources find it', async () => {
    await its.terraform.apply()
    expect(await its.terraform.outputs()).toEqual({
      peer_block: '10.1.0.0/16',
      active: 3,
      statuses: ['active', 'active', 'active'],
    })
    expect(await its.terraform.remainingChanges()).toBeUndefined()
  })

  test('options and tags change in place, and the plan is empty again', async () => {
    const second = { description: 'second' }
    await its.terraform.apply(second)
    expect(await its.terraform.remainingChanges(second)).toBeUndefined()
  })

  test('destroy leaves no connection that carries anything', async () => {
    await its.terraform.destroy()
    const ec2 = new EC2Client(its.clientOptions())
    const { VpcPeeringConnections = [] } = await ec2.send(new DescribeVpcPeeringConnectionsCommand({}))
    expect(new Set(VpcPeeringConnections.map(({ Status }) => Status?.Code))).toEqual(new Set(['deleted']))
  })
})
