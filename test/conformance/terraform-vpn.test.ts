// Virtual private gateways, VPN connections, Direct Connect gateways and virtual interfaces by unmodified Terraform: apply, an empty second plan, a
// change in place, and destroy. No packet moves here, so it needs no root.

import {
  DescribeCustomerGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeVpnConnectionsCommand,
  DescribeVpnGatewaysCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { describeTerraform } from './terraform-world.ts'

describeTerraform('Terraform on VPN and Direct Connect', 'vpn', (its) => {
  async function propagated(): Promise<(string | undefined)[]> {
    const ec2 = new EC2Client(its.clientOptions())
    const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand({}))
    const routes = RouteTables.flatMap(({ Routes = [] }) => Routes)
    return routes.filter(({ Origin }) => Origin === 'EnableVgwRoutePropagation').map((one) => one.DestinationCidrBlock)
  }

  test('apply makes everything, and the data sources find it', async () => {
    await its.terraform.apply()
    expect(await its.terraform.outputs()).toEqual({
      gateway: '64520',
      device: 'branch',
      same_gateway: true,
      tunnel: ['169.254.20.2', '169.254.20.1', '64520'],
      key: 'a_key_of_our_own',
      associated_type: 'virtualPrivateGateway',
      jumbo: 1500,
      amazon_side: ['64520', '169.254.1.145/30', '64531'],
    })
    expect(await propagated()).toEqual(['192.168.10.0/24'])
    expect(await its.terraform.remainingChanges()).toBeUndefined()
  })

  test('routes, tags and prefixes change in place, and the plan is empty again', async () => {
    const second = { description: 'second', branches: '["192.168.10.0/24","192.168.20.0/24"]' }
    await its.terraform.apply(second)
    expect(await propagated()).toEqual(['192.168.10.0/24', '192.168.20.0/24'])
    expect(await its.terraform.outputs()).toMatchObject({ jumbo: 9001 })
    expect(await its.terraform.remainingChanges(second)).toBeUndefined()
  })

  test('destroy leaves nothing but what was deleted', async () => {
    await its.terraform.destroy()
    const ec2 = new EC2Client(its.clientOptions())
    const { VpnGateways = [] } = await ec2.send(new DescribeVpnGatewaysCommand({}))
    const { VpnConnections = [] } = await ec2.send(new DescribeVpnConnectionsCommand({}))
    const { CustomerGateways = [] } = await ec2.send(new DescribeCustomerGatewaysCommand({}))
    const states = [...VpnGateways, ...VpnConnections, ...CustomerGateways].map(({ State }) => State)
    expect(new Set(states)).toEqual(new Set(['deleted']))
  })
})
