// IPv6 by unmodified Terraform: apply, an empty second plan, a change in place, and destroy. No packet moves here, so it
// needs no root.

import {
  DescribeEgressOnlyInternetGatewaysCommand,
  DescribeNetworkInterfacesCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { describeTerraform } from './terraform-world.ts'

describeTerraform('Terraform on IPv6', 'ipv6', (its) => {
  test('apply makes blocks, addresses, gateways and rules, and a second plan is empty', async () => {
    await its.terraform.apply()
    expect(await its.terraform.outputs()).toEqual({
      blocks_differ: true,
      instance_addresses: [1, 1],
      interface_addresses: 1,
      endpoint_addresses: 2,
    })
    expect(await its.terraform.remainingChanges()).toBeUndefined()
  })

  test('addresses, routes, rules and blocks change in place, and the plan is empty again', async () => {
    const second = { second: true }
    await its.terraform.apply(second)
    expect(await its.terraform.remainingChanges(second)).toBeUndefined()
    expect(await its.terraform.outputs()).toMatchObject({ interface_addresses: 3 })
  })

  test('destroy leaves no IPv6', async () => {
    await its.terraform.destroy()
    const ec2 = new EC2Client(its.clientOptions())
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}))
    expect(Vpcs.map((vpc) => vpc.Ipv6CidrBlockAssociationSet)).toEqual([[]])
    expect((await ec2.send(new DescribeEgressOnlyInternetGatewaysCommand({}))).EgressOnlyInternetGateways).toEqual([])
    expect((await ec2.send(new DescribeNetworkInterfacesCommand({}))).NetworkInterfaces).toEqual([])
  })
})
