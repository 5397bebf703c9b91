// Transit gateways by unmodified Terraform, with a spoke of another account and a peer in another region: apply, an empty second plan, a change in place, and
// destroy. No packet moves here, so it needs no root.

import { DescribeTransitGatewaysCommand, EC2Client } from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { describeTerraform } from './terraform-world.ts'

describeTerraform('Terraform on transit gateways', 'transit-gateway', (its) => {
  test('apply makes everything, and the data sources find it', async () => {
    await its.terraform.apply()
    expect(await its.terraform.outputs()).toEqual({
      hub: true,
      peer: true,
      spoke_subnets: 1,
      associated: 2,
      attachments: 4,
    })
    expect(await its.terraform.remainingChanges()).toBeUndefined()
  })

  test('subnets, options and tags change in place, and the plan is empty again', async () => {
    const second = { description: 'second', appliance: 'enable' }
    await its.terraform.apply(second)
    expect(await its.terraform.remainingChanges(second)).toBeUndefined()
  })

  test('destroy leaves nothing that is not deleted', async () => {
    await its.terraform.destroy()
    const ec2 = new EC2Client(its.clientOptions())
    const { TransitGateways = [] } = await ec2.send(new DescribeTransitGatewaysCommand({}))
    expect(new Set(TransitGateways.map(({ State }) => State))).toEqual(new Set(['deleted']))
  })
})
