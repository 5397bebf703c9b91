// Gateway endpoints: what the edge and explain must know of them. Their routes are in route-table.ts.
// https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html

import type { RouteTable, Vpc, VpcEndpoint } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { GatewayEndpointNetwork } from './network.ts'
import { byId } from './order.ts'

export function compileGatewayEndpoints(records: Records, vpc: Vpc): GatewayEndpointNetwork[] {
  return records.vpcEndpoints
    .where('vpcId', vpc.id)
    .filter(carriesTraffic)
    .map((endpoint) => ({
      id: endpoint.id,
      owner: endpoint.owner,
      kind: 'gateway' as const,
      serviceName: endpoint.serviceName,
      backboneAddress: endpoint.backboneAddress,
      policyDocument: endpoint.policyDocument,
      routeTableIds: [...endpoint.routeTableIds].sort(),
    }))
}

/** The gateway endpoints that have a route in this table, by id. */
export function gatewayEndpointsOf(records: Records, table: RouteTable): VpcEndpoint[] {
  return records.vpcEndpoints
    .where('vpcId', table.vpcId)
    .filter((endpoint) => carriesTraffic(endpoint) && endpoint.routeTableIds.includes(table.id))
    .sort(byId)
}

/** A `pending` endpoint is compiled too: it becomes `available` once the kernel has it. */
function carriesTraffic(endpoint: VpcEndpoint): boolean {
  return endpoint.type === 'Gateway' && (endpoint.state === 'pending' || endpoint.state === 'available')
}
