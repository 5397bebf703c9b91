// On-premises networks as their own side has them: which VPCs a link leads to, and what they learnt of AWS.

import { DEFAULT_REGION } from '../catalogue/regions.ts'
import { type Cidr, cidrCovers, cidrFamily } from '../ip/cidr.ts'
import type { Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { TransitGatewayId } from '../store/transit-gateway-records.ts'
import type { OnPremisesNetwork, VpnGateway, VpnGatewayId } from '../store/vpn-records.ts'
import type { Network, OnPremisesRouteNetwork, OnPremisesRouterNetwork } from './network.ts'
import { bySpecificity } from './specificity.ts'
import { compileTransitGatewayEntries, isCarriedBy } from './transit-gateway-entry.ts'
import { vpcBlocks } from './vpc-blocks.ts'

const READ = [
  'vpcs',
  'vpnGateways',
  'vpnConnections',
  'directConnectGatewayAssociations',
  'onPremisesNetworks',
  'onPremisesAttachments',
  'transitGateways',
  'transitGatewayAttachments',
  'transitGatewayRouteTables',
  'managedPrefixLists',
  'prefixListVersions',
]

/** Whether a table's records have a part in `compileOnPremises`. */
export function isOfOnPremises(table: string): boolean {
  return READ.includes(table)
}

export function compileOnPremises(records: Records): Pick<Network, 'onPremises'> {
  const onPremises = [...records.onPremisesNetworks.all()]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((network) => compileRouter(records, network))
  return onPremises.length > 0 ? { onPremises } : {}
}

function compileRouter(records: Records, network: OnPremisesNetwork): OnPremisesRouterNetwork {
  const { id: name, cidrs, address, ipv6, backboneAddress, resolvers } = network
  const places = placesOf(records, name)
  return {
    name,
    cidrs,
    address,
    ...(ipv6 && { ipv6 }),
    backboneAddress,
    resolvers,
    region: places[0]?.vpc.region ?? DEFAULT_REGION,
    vpcIds: [...new Set(places.map(({ vpc }) => vpc.id))].sort(),
    routes: routesTo(places, [...directTransitRoutes(records, name), ...transitRoutes(records, name)]).filter(
      ({ cidr }) => ipv6 || cidrFamily(cidr) === 4,
    ),
  }
}

/** A VPC that a network is connected to. */
export interface OnPremisesPlace {
  readonly vpc: Vpc
  readonly gatewayId: VpnGatewayId
  /** The blocks that are told to the network. */
  readonly told: readonly Cidr[]
}

/** By the VPC's id. */
export function placesOf(records: Records, networkId: string): OnPremisesPlace[] {
  return records.onPremisesAttachments
    .where('networkId', networkId)
    .flatMap(({ gatewayId }) => placesBehind(records, gatewayId))
    .sort((a, b) => (a.vpc.id < b.vpc.id ? -1 : 1))
}

/** The VPCs that a virtual private gateway, a VPN connection or a Direct Connect gateway leads to. */
export function placesBehind(records: Records, gatewayId: string): OnPremisesPlace[] {
  const connection = records.vpnConnections.get(gatewayId)
  if (connection && connection.state !== 'available' && connection.state !== 'pending') return []
  const own = placeOf(records, records.vpnGateways.get(connection?.vpnGatewayId ?? gatewayId), {
    carriesIpv6: connection === undefined,
  })
  const associated = records.directConnectGatewayAssociations
    .where('directConnectGatewayId', gatewayId)
    .flatMap(({ gatewayId: id, allowedPrefixes }) => {
      return placeOf(records, records.vpnGateways.get(id), { carriesIpv6: true, allowedPrefixes })
    })
  return [...own, ...associated]
}

function placeOf(
  records: Records,
  gateway: VpnGateway | undefined,
  { carriesIpv6, allowedPrefixes }: { readonly carriesIpv6: boolean; readonly allowedPrefixes?: readonly Cidr[] },
): OnPremisesPlace[] {
  const vpc = gateway?.vpcId && records.vpcs.get(gateway.vpcId)
  if (!gateway || !vpc || (gateway.state !== 'available' && gateway.state !== 'pending')) return []
  const blocks = vpcBlocks(vpc).filter((block) => carriesIpv6 || cidrFamily(block) === 4)
  const isAllowed = (block: Cidr) => allowedPrefixes?.some((prefix) => cidrCovers(prefix, block)) ?? true
  return [{ vpc, gatewayId: gateway.id, told: blocks.filter(isAllowed) }]
}

/** What transit gateways tell by its VPN connections: what the table of each one's attachment leads elsewhere. */
export function transitRoutes(records: Records, networkId: string): OnPremisesRouteNetwork[] {
  const connections = records.onPremisesAttachments
    .where('networkId', networkId)
    .flatMap(({ gatewayId }) => records.vpnConnections.get(gatewayId) ?? [])
  return connections.flatMap((connection) => {
    const { id, transitGatewayId } = connection
    const all = transitGatewayId ? records.transitGatewayAttachments.where('transitGatewayId', transitGatewayId) : []
    const own = all.find(({ resource, state }) => {
      return resource.kind === 'vpn' && resource.vpnConnectionId === id && state === 'available'
    })
    const table = records.transitGatewayRouteTables.get(own?.associatedRouteTableId ?? '')
    if (!own || !table) return []
    return compileTransitGatewayEntries(records, table, all).flatMap(({ cidr, attachmentId }) =>
      attachmentId && attachmentId !== own.id && isCarriedBy(connection, cidr) ? [{ cidr, via: own.id }] : [],
    )
  })
}

/** What Direct Connect tells of a transit gateway are the association's allowed prefixes, whatever the gateway's table says.
 * https://docs.aws.amazon.com/directconnect/latest/UserGuide/allowed-to-prefixes.html */
function directTransitRoutes(records: Records, networkId: string): OnPremisesRouteNetwork[] {
  const gatewayIds = records.onPremisesAttachments.where('networkId', networkId).map(({ gatewayId }) => gatewayId)
  const associations = gatewayIds.flatMap((id) =>
    records.directConnectGatewayAssociations.where('directConnectGatewayId', id),
  )
  return associations.flatMap(({ gatewayId, directConnectGatewayId, allowedPrefixes }) => {
    if (!isTransit(gatewayId)) return []
    const own = records.transitGatewayAttachments.where('transitGatewayId', gatewayId).find(({ resource, state }) => {
      const isDirect = resource.kind === 'direct-connect-gateway'
      return isDirect && resource.directConnectGatewayId === directConnectGatewayId && state === 'available'
    })
    return own ? allowedPrefixes.filter((one) => cidrFamily(one) === 4).map((cidr) => ({ cidr, via: own.id })) : []
  })
}

function isTransit(id: string): id is TransitGatewayId {
  return id.startsWith('tgw-')
}

/** Of two VPCs with one block the first has it, and a VPC comes before a transit gateway. */
function routesTo(
  places: readonly OnPremisesPlace[],
  byTransit: readonly OnPremisesRouteNetwork[],
): OnPremisesRouteNetwork[] {
  const best = new Map<Cidr, OnPremisesRouteNetwork>()
  for (const { vpc, gatewayId, told } of places) {
    for (const cidr of told) if (!best.has(cidr)) best.set(cidr, { cidr, via: gatewayId, vpcId: vpc.id })
  }
  for (const route of byTransit) if (!best.has(route.cidr)) best.set(route.cidr, route)
  return [...best.values()].sort(bySpecificity)
}
