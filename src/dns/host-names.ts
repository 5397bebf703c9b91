// Instances' host names where they lead across VPCs: public ones, which mean the private address within their VPC and from
// peers that it allows, and a peer's private ones.
// https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-dns.html

import type { PlacedInterface } from '../compile/lookup.ts'
import type { Network, PeeringNetwork, TransitGatewayLinkNetwork, VpcNetwork } from '../compile/network.ts'
import { type Address, parseAddress } from '../ip/address.ts'
import { automaticZones } from './automatic-names.ts'
import type { Zone } from './zone.ts'

const TTL = 60
const PUBLIC_NAME =
  /^ec2-(?<dashed>\d+-\d+-\d+-\d+)\.(?<domain>compute-1|(?<region>[a-z0-9-]+)\.compute)\.amazonaws\.com$/

interface Asker {
  readonly network: Network
  readonly vpc: VpcNetwork
}

interface PublicHost {
  readonly vpc: VpcNetwork
  readonly privateAddress: Address
}

/** `ec2-44-192-0-1.compute-1.amazonaws.com`; undefined for an address that nobody has, and in a VPC without host names. */
export function publicHostZone({ network, vpc }: Asker, name: string): Zone | undefined {
  const { dashed, domain, region = 'us-east-1' } = PUBLIC_NAME.exec(name)?.groups ?? {}
  const publicAddress = dashed === undefined ? undefined : parseAddress(dashed.replaceAll('-', '.'))
  const host = publicAddress && publicHosts(network).get(publicAddress)
  if (!host || host.vpc.region !== region || !host.vpc.resolver.hostnames) return undefined
  const link = peeringThatResolves(vpc, host.vpc) ?? attachmentThatResolves(vpc, host.vpc)
  const data = host.vpc.id === vpc.id || link ? host.privateAddress : publicAddress
  return {
    apex: `${domain}.amazonaws.com`,
    ...(link && { by: link.id }),
    find: (asked) => (asked === name ? [{ name, ttl: TTL, type: 'A', data }] : undefined),
  }
}

/** The zone of a peer's private host names, when the peer allows it and holds the name. */
export function peersHostZone({ network, vpc }: Asker, name: string): Zone | undefined {
  for (const peering of vpc.peerings ?? []) {
    const peer = peering.resolvesNames && network.vpcs.find(({ id }) => id === peering.vpcId)
    if (!peer || !name.endsWith(`.${peer.resolver.domain}`)) continue
    const zone = automaticZones(peer).find(({ apex }) => apex === peer.resolver.domain)
    if (zone?.find(name, NO_TURN)) return { ...zone, by: peering.id }
  }
  return undefined
}

/** Automatic names have one answer. */
export const NO_TURN = { take: () => 0, isHealthy: () => true }

function peeringThatResolves(vpc: VpcNetwork, host: VpcNetwork): PeeringNetwork | undefined {
  return vpc.peerings?.find(({ vpcId, resolvesNames }) => vpcId === host.id && resolvesNames)
}

/** Public names mean private addresses across a transit gateway where it and both attachments support DNS:
 * https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html */
function attachmentThatResolves(vpc: VpcNetwork, host: VpcNetwork): TransitGatewayLinkNetwork | undefined {
  return vpc.transitGatewayLinks?.find(({ resolvesNamesOf }) => resolvesNamesOf.includes(host.id))
}

const hostsByNetwork = new WeakMap<Network, ReadonlyMap<Address, PublicHost>>()

function publicHosts(network: Network): ReadonlyMap<Address, PublicHost> {
  const known = hostsByNetwork.get(network)
  if (known) return known
  const placed = network.vpcs.flatMap((vpc): PlacedInterface[] =>
    vpc.interfaces.map((networkInterface) => ({ vpc, networkInterface })),
  )
  const hosts = new Map(
    placed.flatMap(({ vpc, networkInterface: { publicAddresses = [] } }) =>
      publicAddresses.map(({ publicAddress, privateAddress }) => [publicAddress, { vpc, privateAddress }] as const),
    ),
  )
  hostsByNetwork.set(network, hosts)
  return hosts
}
