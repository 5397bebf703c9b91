// What a virtual private gateway knows of the networks behind it, and by which way: Direct Connect, VPN connections with
// static routes, VPN connections with BGP. AWS prefers them in this order where two tell one block.
// https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-route-priority.html

import { type Cidr, cidrCovers } from '../ip/cidr.ts'
import type { Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { OnPremisesNetwork, VpnConnection, VpnGateway, VpnGatewayId } from '../store/vpn-records.ts'
import type { VpcNetwork, VpnGatewayNetwork, VpnGatewayRouteNetwork } from './network.ts'
import { bySpecificity } from './specificity.ts'
import { vpcBlocks } from './vpc-blocks.ts'

/** The gateway that is attached to a VPC; one at most. */
export function vpnGatewayOf(records: Records, vpc: Pick<Vpc, 'id'>): VpnGateway | undefined {
  return records.vpnGateways.where('vpcId', vpc.id).find(({ state }) => state === 'available' || state === 'pending')
}

export function compileVpnGateway(records: Records, vpc: Vpc): Pick<VpcNetwork, 'vpnGateway'> {
  const gateway = vpnGatewayOf(records, vpc)
  if (!gateway) return {}
  const ways = waysOf(records, gateway.id)
  const direct = new Set(ways.flatMap(({ rank, networks }) => (rank === RANK.directConnect ? networks : [])))
  const byName = new Map(
    ways
      .flatMap(({ networks }) => networks)
      .map((network) => {
        const { id, address, ipv6, backboneAddress } = network
        const ipv6Address = direct.has(network) && ipv6 ? { ipv6Address: ipv6.address } : {}
        return [id, { name: id, address, ...ipv6Address, backboneAddress }]
      }),
  )
  const networks = [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  return {
    vpnGateway: { id: gateway.id, networks, routes: learntRoutes(records, vpc, gateway) } satisfies VpnGatewayNetwork,
  }
}

/** What the gateway of a VPC knows, and what its route tables get where it propagates. What the VPC has itself is never led
 * out of it, however specific: https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html */
export function learntRoutes(
  records: Records,
  vpc: Pick<Vpc, 'cidrBlocks' | 'ipv6CidrBlocks'>,
  gateway: Pick<VpnGateway, 'id'>,
): VpnGatewayRouteNetwork[] {
  const own = vpcBlocks(vpc)
  const best = new Map<Cidr, VpnGatewayRouteNetwork>()
  const ways = waysOf(records, gateway.id).sort((a, b) => a.rank - b.rank || (a.by < b.by ? -1 : 1))
  for (const { by, told } of ways) {
    for (const { cidr, name } of told) {
      if (best.has(cidr) || own.some((block) => cidrCovers(block, cidr))) continue
      best.set(cidr, { cidr, ...(name !== undefined && { name }), by })
    }
  }
  return [...best.values()].sort(bySpecificity)
}

/** One way to networks outside, with the blocks that are told by it. */
interface Way {
  readonly by: string
  /** The lowest is preferred. */
  readonly rank: number
  readonly networks: readonly OnPremisesNetwork[]
  readonly told: readonly { readonly cidr: Cidr; readonly name?: string }[]
}

const RANK = { directConnect: 0, staticVpn: 1, vpn: 2 } as const

function waysOf(records: Records, id: VpnGatewayId): Way[] {
  const direct = [
    id,
    ...records.directConnectGatewayAssociations
      .where('gatewayId', id)
      .map(({ directConnectGatewayId }) => directConnectGatewayId),
  ]
  return [
    ...direct.map((by): Way => {
      const networks = networksBehind(records, by)
      return { by, rank: RANK.directConnect, networks, told: networks.flatMap(bothFamilies) }
    }),
    ...records.vpnConnections
      .where('vpnGatewayId', id)
      .filter(isUp)
      .map((connection) => wayByVpn(records, connection)),
  ]
}

function isUp({ state }: VpnConnection): boolean {
  return state === 'available' || state === 'pending'
}

/** IPv4 alone: https://docs.aws.amazon.com/vpn/latest/s2svpn/ipv4-ipv6.html. Static routes are there whether or not anybody is
 * at the other end. */
function wayByVpn(records: Records, connection: VpnConnection): Way {
  const { id: by, staticRoutesOnly, staticRoutes } = connection
  const networks = networksBehind(records, by)
  if (!staticRoutesOnly) return { by, rank: RANK.vpn, networks, told: networks.flatMap(allBlocks) }
  const name = networks[0]?.id
  const told = staticRoutes.map((cidr) => ({ cidr, ...(name !== undefined && { name }) }))
  return { by, rank: RANK.staticVpn, networks, told }
}

/** By name: of two networks with one block the first has it. */
function networksBehind(records: Records, gatewayId: string): OnPremisesNetwork[] {
  return records.onPremisesAttachments
    .where('gatewayId', gatewayId)
    .flatMap(({ networkId }) => records.onPremisesNetworks.get(networkId) ?? [])
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

function allBlocks({ id, cidrs }: OnPremisesNetwork): Way['told'] {
  return cidrs.map((cidr) => ({ cidr, name: id }))
}

function bothFamilies({ id, cidrs, ipv6 }: OnPremisesNetwork): Way['told'] {
  return [...cidrs, ...(ipv6?.cidrs ?? [])].map((cidr) => ({ cidr, name: id }))
}
