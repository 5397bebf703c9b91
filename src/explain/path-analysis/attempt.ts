// What a path may mean as packets: one for each address of its destination, each port at which an answer may change, and each
// address that the internet may send from. A path is there when one of them gets through.

import { awsPrefixLists } from '../../catalogue/prefix-lists.ts'
import { portsOf } from '../../compile/endpoint-ports.ts'
import { DEFAULT_SITE } from '../../compile/internet.ts'
import { lookupIn, type PlacedInterface } from '../../compile/lookup.ts'
import type { InterfaceNetwork, Network, NextHop, RouteEntry, VpcNetwork } from '../../compile/network.ts'
import type { Address } from '../../ip/address.ts'
import { addressFamily, addressPlus } from '../../ip/address.ts'
import { type Cidr, cidrBase, cidrContains, cidrFamily, cidrLength } from '../../ip/cidr.ts'
import type { PortRange, Protocol } from '../../ip/protocol.ts'
import type { HostId } from '../question.ts'

/** A path, its filters and single parameters made one. */
export interface PathRequest {
  /** `i-…`, `eni-…`, `igw-…`, `vgw-…` */
  readonly source: string
  /** Absent: `destinationIp` says where. */
  readonly destination?: string
  readonly sourceIp?: Address
  readonly destinationIp?: Address
  readonly protocol: Protocol
  readonly ports: PortRange
  /** Sees what it may see. */
  readonly account: string
  readonly filterInArns: readonly string[]
  readonly filterOutArns: readonly string[]
}

/** One packet of a path. */
export interface Attempt {
  readonly destination: Address
  readonly port: number
  readonly from:
    | { readonly kind: 'interface'; readonly placed: PlacedInterface }
    | { readonly kind: 'internet'; readonly placed: PlacedInterface; readonly source: Address }
    | { readonly kind: 'host'; readonly host: HostId }
  /** The gateway at which the path ends, whatever is beyond it. */
  readonly endsAt?: string
}

/** More of them say nothing more: so many different rules have no two interfaces between them. */
const MOST_PORTS = 200
const MOST_ADDRESSES = 40
/** What AWS's own services answer. */
const WELL_KNOWN = [443, 80, 53]

/** The interface that a source or destination stands for, whether or not its instance runs. */
export function placedOf(network: Network, id: string): PlacedInterface | undefined {
  const { interfaceById, interfacesByInstance } = lookupIn(network)
  if (id.startsWith('eni-')) return interfaceById.get(id as InterfaceNetwork['id'])
  return id.startsWith('i-') ? interfacesByInstance.get(id as `i-${string}`)?.[0] : undefined
}

export function attemptsOf(network: Network, path: PathRequest): Attempt[] {
  if (path.source.startsWith('igw-')) return fromInternet(network, path)
  if (path.source.startsWith('vgw-')) return fromOnPremises(network, path)
  const placed = placedOf(network, path.source)
  if (!placed) return []
  const from = { kind: 'interface', placed } as const
  const isEnd = isGateway(path.destination)
  return destinationsOf(network, path, placed).flatMap((destination) =>
    portsToTry(network, path, [placed, receiverOf(network, destination)]).map((port) => ({
      destination,
      port,
      from,
      ...(isEnd && path.destination !== undefined && { endsAt: path.destination }),
    })),
  )
}

/** Something that leads on: the path ends where the packet is handed to it. */
export function isGateway(id: string | undefined): boolean {
  return id !== undefined && /^(igw|vgw|pcx|tgw|tgw-attach)-/.test(id)
}

function fromInternet(network: Network, path: PathRequest): Attempt[] {
  const placed = placedOf(network, path.destination ?? '') ?? publicReceiver(network, path.destinationIp)
  if (!placed || placed.vpc.internetGatewayId !== path.source) return []
  const { networkInterface } = placed
  const known = networkInterface.publicAddresses?.filter(
    ({ publicAddress, privateAddress }) =>
      path.destinationIp === undefined || [publicAddress, privateAddress].includes(path.destinationIp),
  )
  const [shown] = known?.filter(({ publicAddress }) => addressFamily(publicAddress) === 4) ?? []
  if (!shown) return []
  return internetAddresses(path, placed).flatMap((source) =>
    portsToTry(network, path, [placed]).map((port) => ({
      destination: shown.privateAddress,
      port,
      from: { kind: 'internet', placed, source } as const,
    })),
  )
}

function publicReceiver(network: Network, address: Address | undefined): PlacedInterface | undefined {
  if (address === undefined) return undefined
  for (const vpc of network.vpcs) {
    const found = vpc.interfaces.find(({ publicAddresses = [] }) =>
      publicAddresses.some(({ publicAddress }) => publicAddress === address),
    )
    if (found) return { vpc, networkInterface: found }
  }
  return undefined
}

/** Any of the internet's, and one of each block that the receiver's rules speak of. */
function internetAddresses({ sourceIp }: PathRequest, { vpc, networkInterface }: PlacedInterface): readonly Address[] {
  if (sourceIp !== undefined) return [sourceIp]
  const groups = vpc.securityGroups.filter(({ id }) => networkInterface.groupIds.includes(id))
  const named = groups
    .flatMap(({ ingress }) => ingress.flatMap(({ peer }) => (peer.kind === 'cidrs' ? peer.cidrs : [])))
    .concat(vpc.networkAcls.flatMap(({ ingress }) => ingress.map(({ cidr }) => cidr)))
  const outside = named.filter((block) => !vpc.cidrs.some((own) => cidrContains(own, cidrBase(block))))
  return [...new Set([DEFAULT_SITE.address, ...outside.flatMap((block) => addressIn(block) ?? [])])].slice(
    0,
    MOST_ADDRESSES,
  )
}

function fromOnPremises(network: Network, path: PathRequest): Attempt[] {
  const vpc = network.vpcs.find(({ vpnGateway }) => vpnGateway?.id === path.source)
  const networks = vpc?.vpnGateway?.networks.filter(
    ({ address }) => path.sourceIp === undefined || address === path.sourceIp,
  )
  return (networks ?? []).flatMap(({ name }) =>
    destinationsOf(network, path).flatMap((destination) =>
      portsToTry(network, path, [receiverOf(network, destination)]).map((port) => ({
        destination,
        port,
        from: { kind: 'host', host: `onprem-${name}` } as const,
      })),
    ),
  )
}

/** The addresses that the destination may be met at. */
function destinationsOf(network: Network, path: PathRequest, sender?: PlacedInterface): readonly Address[] {
  const all = allDestinations(network, path, sender)
  const { destinationIp: wanted } = path
  if (wanted === undefined) return all
  return path.destination === undefined || isGateway(path.destination) || all.includes(wanted) ? [wanted] : []
}

function allDestinations(network: Network, { destination }: PathRequest, sender?: PlacedInterface): readonly Address[] {
  if (destination === undefined) return []
  const placed = placedOf(network, destination)
  if (placed) return placed.networkInterface.addresses
  if (destination.startsWith('vpce-svc-')) return sender ? serviceAddresses(sender.vpc, destination) : []
  if (destination.startsWith('vpce-')) return endpointAddresses(network, destination)
  return sender && isGateway(destination) ? beyond(sender, destination) : []
}

function serviceAddresses({ endpoints }: VpcNetwork, serviceId: string): Address[] {
  return endpoints.flatMap((endpoint) =>
    endpoint.kind === 'interface' && endpoint.service?.id === serviceId
      ? endpoint.interfaces.flatMap(({ address }) => address ?? [])
      : [],
  )
}

function endpointAddresses(network: Network, id: string): Address[] {
  const placed = lookupIn(network).endpointById.get(id as `vpce-${string}`)
  if (!placed) return []
  const { vpc, endpoint } = placed
  if (endpoint.kind === 'interface') return endpoint.interfaces.flatMap(({ address }) => address ?? [])
  const list = awsPrefixLists(vpc.region).find(({ name }) => name === endpoint.serviceName)
  return (list?.cidrs ?? []).flatMap((block) => addressIn(block) ?? [])
}

/** An address of each block that the sender's route table leads to the gateway; anything of the internet for one to it. */
function beyond({ vpc, networkInterface }: PlacedInterface, gatewayId: string): Address[] {
  const subnet = vpc.subnets.find(({ id }) => id === networkInterface.subnetId)
  const table = vpc.routeTables.find(({ id }) => id === subnet?.routeTableId)
  const entries = table?.entries.filter(({ nextHop }) => hopIds(nextHop).includes(gatewayId)) ?? []
  const blocks = vpc.peerings?.find(({ id }) => id === gatewayId)?.cidrs ?? []
  const led = [...blocks.filter((block) => isLed(entries, block)), ...entries.map(({ cidr }) => cidr)]
  const found = led.flatMap((block) => addressIn(block) ?? [])
  return [...new Set(gatewayId.startsWith('igw-') ? [DEFAULT_SITE.address, ...found] : found)]
}

function isLed(entries: readonly RouteEntry[], block: Cidr): boolean {
  return entries.some(({ cidr }) => cidrContains(cidr, cidrBase(block)))
}

/** What a next hop is called. */
export function hopIds(nextHop: NextHop | undefined): readonly string[] {
  switch (nextHop?.kind) {
    case 'vpcEndpoint':
    case 'gatewayLoadBalancerEndpoint':
      return [nextHop.endpointId]
    case 'networkInterface':
      return [nextHop.interfaceId]
    case 'internetGateway':
    case 'egressOnlyInternetGateway':
    case 'vpnGateway':
      return [nextHop.gatewayId]
    case 'transitGateway':
      return [nextHop.transitGatewayId, nextHop.attachmentId]
    case 'natGateway':
      return [nextHop.natGatewayId]
    case 'peering':
      return [nextHop.peeringId]
    case 'local':
    case 'blackhole':
    case undefined:
      return []
    default:
      return nextHop satisfies never
  }
}

/** One address of an IPv4 block, neither its first nor, of everything, one that nobody has. */
function addressIn(block: Cidr): Address | undefined {
  if (cidrFamily(block) !== 4) return undefined
  if (cidrContains(block, DEFAULT_SITE.address)) return DEFAULT_SITE.address
  return cidrLength(block) === 32 ? cidrBase(block) : addressPlus(cidrBase(block), 1)
}

function receiverOf(network: Network, address: Address): PlacedInterface | undefined {
  for (const vpc of network.vpcs) {
    const found = vpc.interfaces.find(({ addresses }) => addresses.includes(address))
    if (found) return { vpc, networkInterface: found }
  }
  return undefined
}

/** The first port of each run of ports that all rules treat alike. */
function portsToTry(
  network: Network,
  { ports: { from, to }, destination }: PathRequest,
  ends: readonly (PlacedInterface | undefined)[],
): readonly number[] {
  if (from === to) return [from]
  const placed = ends.flatMap((end) => end ?? [])
  const vpcs = [...new Set(placed.map(({ vpc }) => vpc))]
  const groupIds = new Set(placed.flatMap(({ networkInterface }) => networkInterface.groupIds))
  const rules = vpcs.flatMap(({ securityGroups, networkAcls }) => [
    ...securityGroups.filter(({ id }) => groupIds.has(id)).flatMap((one) => [...one.ingress, ...one.egress]),
    ...networkAcls.flatMap((one) => [...one.ingress, ...one.egress]),
  ])
  const edges = rules.flatMap(({ ports }) => (ports ? [ports.from, ports.to + 1] : []))
  const listeners = vpcs.flatMap(({ loadBalancers }) => loadBalancers.flatMap((one) => one.listeners))
  const taken = listeners.map(({ port }) => port)
  const all = [...WELL_KNOWN, ...servedPorts(network, destination), ...taken, from, ...edges]
  return [...new Set(all.filter((port) => from <= port && port <= to))].slice(0, MOST_PORTS)
}

function servedPorts(network: Network, destination: string | undefined): readonly number[] {
  const endpoints = network.vpcs.flatMap((vpc) => vpc.endpoints)
  return endpoints.flatMap((endpoint) => {
    const service = endpoint.kind === 'interface' ? endpoint.service : undefined
    if (endpoint.id !== destination && service?.id !== destination) return []
    return service ? service.listeners.map(({ port }) => port) : portsOf(endpoint)
  })
}
