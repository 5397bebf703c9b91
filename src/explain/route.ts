// Routes: the table of the sender's subnet, most specific entry first.
// https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html

import { awsPrefixLists } from '../catalogue/prefix-lists.ts'
import { REGIONS } from '../catalogue/regions.ts'
import type { GatewayEndpointNetwork, NextHop, SubnetNetwork, VpcNetwork } from '../compile/network.ts'
import type { Address } from '../ip/address.ts'
import { cidrContains } from '../ip/cidr.ts'
import type { RouteTableId } from '../store/records.ts'
import { pass, type Step, stop } from './trace.ts'

export interface Routed {
  readonly step: Step
  /** Absent when no route contains the destination. */
  readonly nextHop?: NextHop
}

/** Where a packet that leaves `subnet` for `destination` goes. */
export function routeStep(
  vpc: VpcNetwork,
  subnet: SubnetNetwork,
  destination: Address,
  way: 'forward' | 'return' = 'forward',
): Routed {
  const table = vpc.routeTables.find((candidate) => candidate.id === subnet.routeTableId)
  const entry = table?.entries.find((candidate) => cidrContains(candidate.cidr, destination))
  if (!entry) {
    const why = `${subnet.routeTableId} has no route to ${destination}${endpointHint(vpc, subnet.routeTableId, destination)}`
    return { step: stop({ stage: 'route', by: subnet.routeTableId, why }, way) }
  }
  const { nextHop, by, cidr } = entry
  if (nextHop.kind === 'blackhole') {
    const why = `${destination} is in ${cidr}, and ${nextHop.why}${endpointHint(vpc, subnet.routeTableId, destination)}`
    return { step: stop({ stage: 'route', by, why }, way), nextHop }
  }
  return { step: pass({ stage: 'route', by, why: `${destination} is in ${cidr}: ${hopText(nextHop)}` }, way), nextHop }
}

/** The VPC's gateway endpoint for the service that has this address, whether or not a route leads to it. */
export function endpointForAddress(vpc: VpcNetwork, destination: Address): GatewayEndpointNetwork | undefined {
  const list = prefixListName(vpc.region, destination)
  return vpc.endpoints.find(
    (endpoint): endpoint is GatewayEndpointNetwork => endpoint.kind === 'gateway' && endpoint.serviceName === list,
  )
}

function hopText(nextHop: Exclude<NextHop, { kind: 'blackhole' }>): string {
  switch (nextHop.kind) {
    case 'local':
      return 'within the VPC'
    case 'vpcEndpoint':
    case 'gatewayLoadBalancerEndpoint':
      return `to ${nextHop.endpointId}`
    case 'networkInterface':
      return `to ${nextHop.interfaceId}`
    case 'internetGateway':
    case 'egressOnlyInternetGateway':
    case 'vpnGateway':
      return `to ${nextHop.gatewayId}`
    case 'transitGateway':
      return `to ${nextHop.transitGatewayId} by ${nextHop.attachmentId}`
    case 'natGateway':
      return `to ${nextHop.natGatewayId}`
    case 'peering':
      return `to ${nextHop.peeringId}`
    default:
      return nextHop satisfies never
  }
}

/** What is missing when the destination belongs to a service that a gateway endpoint could carry. */
function endpointHint(vpc: VpcNetwork, tableId: RouteTableId, destination: Address): string {
  const service = prefixListName(vpc.region, destination)
  if (!service) {
    const region = REGIONS.find((candidate) => prefixListName(candidate, destination))
    return region ? `; the address is ${region}'s, and a gateway endpoint carries its own region only` : ''
  }
  const endpoint = endpointForAddress(vpc, destination)
  if (!endpoint) return `; ${vpc.id} has no gateway endpoint for ${service}`
  // With the association in place only a more specific route of the user's can have taken the address.
  if (endpoint.routeTableIds.includes(tableId)) return `; it is more specific than the route of ${endpoint.id}`
  const tables = endpoint.routeTableIds.join(', ') || 'no route table'
  return `; ${endpoint.id} carries ${service} for ${tables}, not for ${tableId}`
}

function prefixListName(region: string, destination: Address): string | undefined {
  return awsPrefixLists(region).find((list) => list.cidrs.some((block) => cidrContains(block, destination)))?.name
}
