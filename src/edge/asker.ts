// Who is at the other end of a connection to an endpoint, by the backbone address that nobody can forge.

import type { Lookup, PlacedEndpoint } from '../compile/lookup.ts'
import type { VpcNetwork } from '../compile/network.ts'
import type { Address, Family } from '../ip/address.ts'

export interface Asker {
  /** A network interface's id, or an on-premises host's: `onprem-NAME`. */
  readonly id: string
  /** Its own private address. */
  readonly address: Address
}

/** Undefined when the endpoint does not answer it: an endpoint answers its own VPC, and an interface endpoint also who comes by
 * peering, by a transit gateway or by a virtual private gateway. */
export function askerAt(
  lookup: Lookup,
  { vpc, endpoint }: PlacedEndpoint,
  remote: Address,
  family: Family,
): Asker | undefined {
  const host = vpc.vpnGateway?.networks.find(({ backboneAddress }) => backboneAddress === remote)
  if (host) return endpoint.kind === 'interface' ? { id: `onprem-${host.name}`, address: host.address } : undefined
  const placed = lookup.interfaceByBackbone.get(remote)
  if (!placed && endpoint.kind === 'interface') return hostBeyond(vpc, remote)
  const { addresses, ipv6Addresses } = placed?.networkInterface ?? {}
  const address = (family === 4 ? addresses : ipv6Addresses)?.[0]
  if (!placed || !address) return undefined
  const isOwn = placed.vpc.id === vpc.id
  if (!isOwn && (endpoint.kind !== 'interface' || !isJoined(vpc, placed.vpc, remote))) return undefined
  return { id: placed.networkInterface.id, address }
}

/** An on-premises host that comes by a transit gateway is known by its address alone. */
function hostBeyond({ transitGatewayLinks = [] }: VpcNetwork, remote: Address): Asker | undefined {
  const clients = transitGatewayLinks.flatMap((link) => link.clients)
  const client = clients.find(({ backboneAddress }) => backboneAddress === remote)
  return client && { id: `onprem-${client.address}`, address: client.address }
}

function isJoined(
  { peerings = [], transitGatewayLinks = [] }: VpcNetwork,
  other: VpcNetwork,
  remote: Address,
): boolean {
  return (
    peerings.some(({ vpcId }) => vpcId === other.id) ||
    transitGatewayLinks.some(({ clients }) => clients.some(({ backboneAddress }) => backboneAddress === remote))
  )
}
