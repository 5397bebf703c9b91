// The way through a transit gateway: out by the attachment's subnet in the sender's zone, by the gateway's table for that
// attachment, and in by a subnet of the attachment that it leads to.
// https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html

import type {
  Network,
  NextHop,
  SubnetNetwork,
  TransitGatewayAttachmentNetwork,
  TransitGatewayLinkNetwork,
  TransitGatewayNetwork,
  VpcNetwork,
} from '../compile/network.ts'
import type { Address } from '../ip/address.ts'
import { cidrContains } from '../ip/cidr.ts'
import type { TransitGatewayAttachmentId } from '../store/transit-gateway-records.ts'
import { leadsTo } from './forwarding.ts'
import { networkAclStep } from './network-acl.ts'
import type { Packet } from './packet.ts'
import { routeStep } from './route.ts'
import { pass, type Step, stop } from './trace.ts'

type Way = 'forward' | 'return'

const STAGE = 'transit-gateway'

/** Where a packet sets out for a gateway. */
export interface TransitDeparture {
  readonly network: Network
  readonly vpc: VpcNetwork
  readonly subnet: SubnetNetwork
  readonly packet: Packet
}

/** Where it comes in. */
export interface TransitArrival {
  readonly vpc: VpcNetwork
  readonly link: TransitGatewayLinkNetwork
  /** The attachment's subnet that it enters by. */
  readonly entry: SubnetNetwork
  /** In appliance mode: those that another flow would enter by. */
  readonly others?: readonly SubnetNetwork[]
}

interface Passage {
  readonly steps: readonly Step[]
  /** Absent: it gets no further. */
  readonly arrival?: TransitArrival
  /** The on-premises network that it comes to instead. */
  readonly host?: string
}

/** From a subnet to where the gateway leads. Each step is its VPC's owner's, or the gateway's. */
export function throughTransitGateway(
  { network, vpc, subnet, packet }: TransitDeparture,
  attachmentId: TransitGatewayAttachmentId,
  way: Way = 'forward',
): Passage {
  const link = vpc.transitGatewayLinks?.find(({ id }) => id === attachmentId)
  const gateway = network.transitGateways?.find(({ id }) => id === link?.transitGatewayId)
  if (!link || !gateway) {
    return { steps: [stop({ stage: STAGE, by: attachmentId, why: `${attachmentId} is gone` }, way)] }
  }
  const exit = exitOf(vpc, link, subnet)
  if (!exit) return { steps: inVpc(vpc, link, [outOfZone(link, subnet, way)]) }
  const asked = inVpc(vpc, link, [networkAclStep({ vpc, subnet: exit, direction: 'ingress', packet, way })])
  const { steps: led, to } = followTransit(network, gateway, attachmentId, packet.destination, way)
  const steps = [...asked, ...led]
  if (!to) return { steps }
  if (to.resource.kind === 'onPremises') return { steps, host: to.resource.name }
  const arrival = arrivalOf(network, to.id, packet.source)
  if (arrival) return { steps, arrival }
  const why = `${to.id} has no subnet in a zone that works: nothing enters by it`
  return { steps: [...steps, stop({ stage: STAGE, by: to.id, why }, way)] }
}

interface Followed {
  /** Each is the owner's of the gateway in which it is decided. */
  readonly steps: readonly Step[]
  /** The attachment of a VPC or a network on premises; absent: it gets no further. */
  readonly to?: TransitGatewayAttachmentNetwork
}

/** By the gateway's table for the attachment that a packet comes by, and by those of the gateways that it is peered with:
 * https://docs.aws.amazon.com/vpc/latest/tgw/tgw-peering.html */
export function followTransit(
  network: Network,
  from: TransitGatewayNetwork,
  attachmentId: TransitGatewayAttachmentId,
  destination: Address,
  way: Way,
): Followed {
  const steps: Step[] = []
  const seen = new Set<TransitGatewayAttachmentId>()
  let [gateway, cameBy] = [from, attachmentId]
  while (!seen.has(cameBy)) {
    seen.add(cameBy)
    const { id: transitGatewayId, owner: provider } = gateway
    const { step, to: toId } = lookUpTransit(gateway, cameBy, destination, way)
    steps.push({ ...step, provider, transitGatewayId })
    const to = gateway.attachments.find(({ id }) => id === toId)
    if (to?.resource.kind !== 'transitGateway') return { steps, ...(to && { to }) }
    const peer = findPeer(network, to.resource.id)
    if (!peer) break
    ;[gateway, cameBy] = [peer, to.resource.attachmentId]
  }
  const why = `what is for ${destination} is led to ${gateway.id} again: it goes round until it is dropped`
  return { steps: [...steps, stop({ stage: STAGE, by: gateway.id, why }, way)] }
}

function findPeer({ transitGateways = [] }: Network, id: TransitGatewayNetwork['id']) {
  return transitGateways.find((one) => one.id === id)
}

/** What is decided in a VPC is its owner's to see. */
export function inVpc(
  { owner }: VpcNetwork,
  { transitGatewayId }: TransitGatewayLinkNetwork,
  steps: readonly Step[],
): Step[] {
  return steps.map((step) => (step.provider === undefined ? { ...step, provider: owner, transitGatewayId } : step))
}

function exitOf(
  vpc: VpcNetwork,
  { subnets }: TransitGatewayLinkNetwork,
  from: SubnetNetwork,
): SubnetNetwork | undefined {
  const exit = subnets.find(({ availabilityZoneId }) => availabilityZoneId === from.availabilityZoneId)
  return exit && vpc.subnets.find(({ id }) => id === exit.subnetId)
}

function outOfZone({ id, subnets }: TransitGatewayLinkNetwork, subnet: SubnetNetwork, way: Way): Step {
  const zones = subnets.map(({ availabilityZoneId }) => availabilityZoneId).join(', ') || 'no zone'
  const why = `${subnet.id} is in ${subnet.availabilityZoneId}, and ${id} has subnets in ${zones} alone: what is in other zones reaches nothing by it`
  return stop({ stage: STAGE, by: id, why }, way)
}

interface Routed {
  readonly step: Step
  readonly to?: TransitGatewayAttachmentId
}

/** In the table that the attachment is associated with. */
function lookUpTransit(
  { id, attachments, routeTables }: TransitGatewayNetwork,
  attachmentId: TransitGatewayAttachmentId,
  destination: Address,
  way: Way,
): Routed {
  const stage = STAGE
  const tableId = attachments.find((one) => one.id === attachmentId)?.routeTableId
  const table = routeTables.find((one) => one.id === tableId)
  if (!table) {
    const why = `${attachmentId} is associated with no route table of ${id}: what comes by it is dropped`
    return { step: stop({ stage, by: attachmentId, why }, way) }
  }
  const entry = table.entries.find(({ cidr }) => cidrContains(cidr, destination))
  if (!entry) return { step: stop({ stage, by: table.id, why: `${table.id} has no route to ${destination}` }, way) }
  const { by, cidr, attachmentId: to } = entry
  if (!to) return { step: stop({ stage, by, why: `${destination} is in ${cidr}, a blackhole` }, way) }
  const isPeer = attachments.some((one) => one.id === to && one.resource.kind === 'transitGateway')
  if (to === attachmentId && !isPeer) {
    const why = `${destination} is in ${cidr}, which leads back to ${to}, where the packet came from`
    return { step: stop({ stage, by, why }, way) }
  }
  return { step: pass({ stage, by, why: `${destination} is in ${cidr}: to ${to}` }, way), to }
}

export function arrivalOf(
  network: Network,
  to: TransitGatewayAttachmentId,
  source: Address,
): TransitArrival | undefined {
  for (const vpc of network.vpcs) {
    const link = vpc.transitGatewayLinks?.find(({ id }) => id === to)
    if (!link) continue
    if (link.byFlow) {
      const [first, ...others] = link.subnets.flatMap(
        ({ subnetId }) => vpc.subnets.find(({ id }) => id === subnetId) ?? [],
      )
      return first && { vpc, link, entry: first, others }
    }
    const origin = link.origins?.find(({ cidr }) => cidrContains(cidr, source))
    const entry = vpc.subnets.find(({ id }) => id === (origin ?? link.subnets[0])?.subnetId)
    return entry && { vpc, link, entry }
  }
  return undefined
}

interface Entering {
  readonly steps: readonly Step[]
  readonly nextHop?: NextHop
}

/** From the entry subnet into the VPC. Within that subnet nothing is asked, and there is no route. */
export function enterFromTransitGateway(
  { vpc, entry, link }: TransitArrival,
  packet: Packet,
  way: Way = 'forward',
): Entering {
  if (cidrContains(entry.cidr, packet.destination)) return { steps: [], nextHop: { kind: 'local' } }
  const out = networkAclStep({ vpc, subnet: entry, direction: 'egress', packet, way })
  const { step, nextHop } = routeStep(vpc, entry, packet.destination, way)
  return { steps: inVpc(vpc, link, [out, step]), ...(nextHop && { nextHop }) }
}

/** What happens to it there. */
export function inArrival({ vpc, link }: TransitArrival, steps: readonly Step[]): Step[] {
  return inVpc(vpc, link, steps)
}

/** A route of the entry subnet that leads on to something which asks for an interface of the VPC. */
export function notTakenOn(by: string, nextHop: NextHop): Step {
  const why = `${by} leads what comes by the transit gateway to a target of the kind ${nextHop.kind}, which takes only what interfaces of the VPC send`
  return stop({ stage: 'route', by, why })
}

/** A flow may enter by any of the subnets, so the one by which it is stopped speaks for all. */
export function byEachEntry(arrival: TransitArrival, stepsOf: (one: TransitArrival) => Step[]): Step[] {
  const ways = [arrival.entry, ...(arrival.others ?? [])].map((entry) => stepsOf({ ...arrival, entry }))
  return ways.find((steps) => steps.some(({ verdict }) => verdict === 'stop')) ?? ways[0] ?? []
}

/** A reply in the VPC where its flow began. */
export function homeSteps(arrival: TransitArrival, home: SubnetNetwork, reply: Packet): Step[] {
  return byEachEntry(arrival, (one) => homeStepsBy(one, home, reply))
}

function homeStepsBy(arrival: TransitArrival, home: SubnetNetwork, reply: Packet): Step[] {
  const { vpc, entry } = arrival
  if (entry.id === home.id) return []
  const { steps, nextHop } = enterFromTransitGateway(arrival, reply, 'return')
  const known = steps.at(-1)
  if (known?.verdict === 'stop' && known.stage === 'route') return [...steps]
  if (nextHop?.kind !== 'local' && !leadsTo(vpc, nextHop, reply.destination)) {
    return [...steps, leadsAway(known?.by ?? entry.id, reply.destination)]
  }
  return [...steps, networkAclStep({ vpc, subnet: home, direction: 'ingress', packet: reply, way: 'return' })]
}

export function leadsAway(by: string, source: Address, where = ''): Step {
  return stop({ stage: 'route', by, why: `${by} leads the reply away from ${source}${where}` }, 'return')
}
