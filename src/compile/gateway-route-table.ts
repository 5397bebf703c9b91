// Route tables of gateways: what comes in by one is routed by its table, so that an appliance sees it first.
// https://docs.aws.amazon.com/vpc/latest/userguide/gateway-route-tables.html

import type { Address } from '../ip/address.ts'
import { cidrContains } from '../ip/cidr.ts'
import type { Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { GatewayRouteTableNetwork, NextHop, RouteEntry, RouteTableNetwork, VpcNetwork } from './network.ts'

export function compileGatewayRouteTables(records: Records, vpc: Vpc): Pick<VpcNetwork, 'gatewayRouteTables'> {
  const gatewayRouteTables = records.routeTables
    .where('vpcId', vpc.id)
    .flatMap((table) =>
      table.associations.flatMap(({ gatewayId }): GatewayRouteTableNetwork[] =>
        gatewayId === undefined ? [] : [{ gatewayId, routeTableId: table.id }],
      ),
    )
    .sort((a, b) => (a.gatewayId < b.gatewayId ? -1 : 1))
  return gatewayRouteTables.length > 0 ? { gatewayRouteTables } : {}
}

/** The table that what comes in by a gateway of the VPC is routed by. */
export function gatewayTable(vpc: VpcNetwork, gatewayId: string | undefined): RouteTableNetwork | undefined {
  const association = vpc.gatewayRouteTables?.find((one) => one.gatewayId === gatewayId)
  return association && vpc.routeTables.find(({ id }) => id === association.routeTableId)
}

/** The route of a gateway's table that takes what is for an address away from it; undefined where it goes straight there. */
export function divertingEntry(table: RouteTableNetwork | undefined, address: Address): RouteEntry | undefined {
  const entry = table?.entries.find(({ cidr }) => cidrContains(cidr, address))
  return entry && entry.nextHop.kind !== 'local' ? entry : undefined
}

/** The interface or the endpoint that stands on the way, by id. */
export function applianceOf(nextHop: NextHop | undefined): string | undefined {
  if (nextHop?.kind === 'networkInterface') return nextHop.interfaceId
  return nextHop?.kind === 'gatewayLoadBalancerEndpoint' ? nextHop.endpointId : undefined
}
