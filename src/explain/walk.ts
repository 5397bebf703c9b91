// One packet from an interface to an address and its reply back, in the order of the stages.

import type { PlacedInterface } from '../compile/lookup.ts'
import type {
  EndpointNetwork,
  InterfaceNetwork,
  Network,
  NextHop,
  OnPremisesRouterNetwork,
  SubnetNetwork,
  VpcNetwork,
} from '../compile/network.ts'
import { cidrContains } from '../ip/cidr.ts'
import type { NatGatewayId } from '../store/internet-records.ts'
import type { VpcPeeringConnectionId } from '../store/peering-records.ts'
import type { VpcEndpointId } from '../store/records.ts'
import type { TransitGatewayAttachmentId } from '../store/transit-gateway-records.ts'
import { applianceSteps } from './appliances.ts'
import { atHostByTransit, toOnPremises } from './at-host.ts'
import { nodeOf, nodeSteps } from './balancer.ts'
import { endpointSteps, interfaceEndpointAt, notInForce, withGroupHint } from './endpoint.ts'
import { leadsTo, notCarried, type Passage, passInstance } from './forwarding.ts'
import { egressOnlySteps, internetSteps, natSteps } from './internet.ts'
import { exemptStep } from './link-local.ts'
import { nat64Steps } from './nat64.ts'
import { networkAclStep } from './network-acl.ts'
import { fromOnPremises, outsideOf } from './on-premises.ts'
import { type HostDeparture, leaveByTransit } from './on-premises-transit.ts'
import { formatTraffic, type Packet, replyTo } from './packet.ts'
import { isUsersService, privateLinkSteps } from './private-link.ts'
import { inboundResolverAt, inboundResolverSteps } from './resolver-endpoint.ts'
import { interfaceOfBlock, resourceDoorAt, resourceSteps } from './resource.ts'
import { routeStep } from './route.ts'
import { securityGroupStep } from './security-group.ts'
import { pass, type Step, stop } from './trace.ts'
import {
  byEachEntry,
  enterFromTransitGateway,
  inArrival,
  leadsAway,
  notTakenOn,
  type TransitArrival,
  throughTransitGateway,
} from './transit-gateway.ts'
import { type Home, ledHome } from './way-back.ts'
import { failedZoneSteps, zoneIdOf } from './zone.ts'

export interface Walk {
  readonly steps: readonly Step[]
  /** Absent when the packet meets no route table, or no route of it. */
  readonly nextHop?: NextHop
  /** The endpoint that the packet is led to, when it is led to one. */
  readonly endpoint?: EndpointNetwork
}

interface Hop {
  readonly network: Network
  readonly vpc: VpcNetwork
  /** The sender's subnet. */
  readonly subnet: SubnetNetwork
  readonly packet: Packet
  /** Where the flow began, once it is not in `vpc`. What came by a transit gateway has the subnet that it enters by as its
   * own, all else one that is none of the VPC's. */
  readonly home?: Home
  /** The appliances of `vpc` that it has passed, the last one last. */
  readonly passed?: readonly Passage[]
  /** The source is a NAT gateway's, which takes the answer back before any route is asked. */
  readonly translatedBy?: readonly NatGatewayId[]
}

export function walk(network: Network, sender: PlacedInterface, packet: Packet): Walk {
  const { vpc, networkInterface } = sender
  const exempt = exemptStep(sender, packet)
  if (exempt) return { steps: [exempt] }
  const egress = securityGroupStep(vpc, networkInterface, 'egress', packet)
  const subnet = vpc.subnets.find((candidate) => candidate.id === networkInterface.subnetId)
  if (!subnet) return { steps: [egress] }
  const door = interfaceEndpointAt(vpc, packet.destination)
  // Within a subnet packets meet neither its ACL nor its route table.
  if (cidrContains(subnet.cidr, packet.destination)) {
    return { steps: [egress, ...deliver({ network, vpc, subnet, packet })], ...(door && { endpoint: door }) }
  }
  const hop = { network, vpc, subnet, packet }
  const out = networkAclStep({ ...hop, direction: 'egress', way: 'forward' })
  const { step, nextHop } = routeStep(vpc, subnet, packet.destination)
  // What left the VPC is asked as it comes home (way-back.ts), which may be without being asked.
  const isAsked = !leavesVpc(nextHop)
  const reply = { vpc, subnet, direction: 'ingress', packet: replyTo(packet), way: 'return' } as const
  const back = isAsked ? [networkAclStep(reply)] : []
  const steps = [egress, out, step, ...arrive(hop, nextHop), ...back]
  const endpoint = nextHop?.kind === 'local' ? door : (gatewayOf(vpc, nextHop) ?? peersEndpoint(hop, nextHop))
  return { steps, ...(nextHop && { nextHop }), ...(endpoint && { endpoint }) }
}

function leavesVpc(nextHop: NextHop | undefined): boolean {
  return nextHop?.kind === 'transitGateway' || nextHop?.kind === 'peering' || nextHop?.kind === 'vpnGateway'
}

/** From the host of an on-premises network. */
export function walkFromHost(network: Network, host: OnPremisesRouterNetwork, packet: Packet): Walk {
  const departure = leaveByTransit(network, host, packet)
  if (departure) return walkByTransit(network, host, packet, departure)
  const { steps, vpc } = fromOnPremises(network, host, packet.destination)
  if (!vpc) return { steps }
  const subnet = outsideOf(packet.source)
  const hop = { network, vpc, subnet, packet, home: { subnet, host: host.name } }
  const endpoint = interfaceEndpointAt(vpc, packet.destination)
  return { steps: [...steps, ...deliver(hop)], ...(endpoint && { endpoint }) }
}

function walkByTransit(
  network: Network,
  { name }: OnPremisesRouterNetwork,
  packet: Packet,
  { steps, arrival }: HostDeparture,
): Walk {
  if (!arrival) return { steps }
  const { vpc } = arrival
  const home = { subnet: outsideOf(packet.source), host: name }
  const inside = byEachEntry(arrival, (one) => takenIn(one, { network, vpc, subnet: one.entry, packet, home }))
  const endpoint = interfaceEndpointAt(vpc, packet.destination)
  return { steps: [...steps, ...inside], ...(endpoint && { endpoint }) }
}

function gatewayOf(vpc: VpcNetwork, nextHop: NextHop | undefined): EndpointNetwork | undefined {
  return nextHop?.kind === 'vpcEndpoint' ? vpc.endpoints.find(({ id }) => id === nextHop.endpointId) : undefined
}

/** What is between the route and the edge of the sender's subnet on the way back. */
function arrive(hop: Hop, nextHop: NextHop | undefined): Step[] {
  switch (nextHop?.kind) {
    case undefined:
    case 'blackhole':
      return []
    case 'vpnGateway':
      return toOnPremises(hop)
    case 'local':
      return deliver(hop)
    case 'egressOnlyInternetGateway':
      return egressOnlySteps(hop, nextHop.gatewayId)
    case 'vpcEndpoint':
      return gatewaySteps(hop, gatewayOf(hop.vpc, nextHop))
    case 'gatewayLoadBalancerEndpoint':
      return throughEndpoint(hop, nextHop.endpointId)
    case 'networkInterface':
      return arriveAtAppliance(hop, nextHop.interfaceId)
    case 'internetGateway':
      return internetSteps(hop, nextHop.gatewayId)
    case 'natGateway':
      return (
        nat64Steps(hop, nextHop.natGatewayId, { deliver, arrive }) ??
        natSteps(hop, nextHop.natGatewayId, { deliver, arrive })
      )
    case 'peering':
      return arriveAtPeer(hop, nextHop.peeringId)
    case 'transitGateway':
      return arriveByTransitGateway(hop, nextHop.attachmentId)
    default:
      return nextHop satisfies never
  }
}

function peerOf({ network, vpc }: Hop, peeringId: VpcPeeringConnectionId) {
  const peering = vpc.peerings?.find(({ id }) => id === peeringId)
  const peer = peering && network.vpcs.find(({ id }) => id === peering.vpcId)
  return peering && peer && { peering, peer }
}

function peersEndpoint(hop: Hop, nextHop: NextHop | undefined): EndpointNetwork | undefined {
  const found = nextHop?.kind === 'peering' ? peerOf(hop, nextHop.peeringId)?.peer : undefined
  const across = nextHop?.kind === 'transitGateway' ? throughTransitGateway(hop, nextHop.attachmentId) : undefined
  const vpc = found ?? across?.arrival?.vpc
  return vpc && interfaceEndpointAt(vpc, hop.packet.destination)
}

/** A peer takes what is for its own blocks, and leads nothing on: https://docs.aws.amazon.com/vpc/latest/peering/ */
function arriveAtPeer(hop: Hop, peeringId: VpcPeeringConnectionId): Step[] {
  const found = peerOf(hop, peeringId)
  if (!found) return [stop({ stage: 'route', by: peeringId, why: `${peeringId} leads to no VPC any more` })]
  const { peering, peer } = found
  const { destination } = hop.packet
  if (!peering.cidrs.some((block) => cidrContains(block, destination))) {
    const blocks = peering.cidrs.join(', ')
    const why = `${destination} is not in ${blocks}, the blocks of ${peer.id}, and peering leads no further`
    return [stop({ stage: 'route', by: peeringId, why })]
  }
  const steps = deliver({ ...abroad(hop), vpc: peer })
  if (peer.owner === hop.vpc.owner) return steps
  // What its owner sees behind an endpoint service stays another's.
  return steps.map((step) => (step.provider === undefined ? { ...step, provider: peer.owner, peeringId } : step))
}

/** A hop as other VPCs have it. */
function abroad({ network, vpc, subnet, packet }: Hop): Omit<Hop, 'vpc'> {
  return { network, subnet, packet, home: { vpc, subnet } }
}

/** By the gateway's tables into another VPC, and on by the table of the subnet where it comes in. */
function arriveByTransitGateway(hop: Hop, attachmentId: TransitGatewayAttachmentId): Step[] {
  const { steps, arrival, host } = throughTransitGateway(hop, attachmentId)
  if (host !== undefined) return [...steps, ...atHostByTransit(hop, host)]
  if (!arrival) return [...steps]
  const inside = byEachEntry(arrival, (one) => takenIn(one, { ...abroad(hop), vpc: one.vpc, subnet: one.entry }))
  return [...steps, ...inside]
}

/** By the subnet that a packet enters by, to where its table leads. */
function takenIn(arrival: TransitArrival, inside: Hop): Step[] {
  const { steps: entering, nextHop } = enterFromTransitGateway(arrival, inside.packet)
  const by = entering.at(-1)?.by ?? arrival.entry.id
  return [...entering, ...inArrival(arrival, takenOn(inside, nextHop, by))]
}

function takenOn(hop: Hop, nextHop: NextHop | undefined, by: string): Step[] {
  if (!nextHop || nextHop.kind === 'blackhole') return []
  const isTaken = nextHop.kind === 'local' || nextHop.kind === 'networkInterface' || nextHop.kind === 'natGateway'
  return isTaken ? arrive(hop, nextHop) : [notTakenOn(by, nextHop)]
}

function gatewaySteps({ packet }: Hop, gateway: EndpointNetwork | undefined): Step[] {
  return gateway ? endpointSteps(gateway, packet) : []
}

function arriveAtAppliance(hop: Hop, interfaceId: string): Step[] {
  const { vpc, packet } = hop
  const appliance = vpc.interfaces.find((candidate) => candidate.id === interfaceId)
  if (!appliance) return [stop({ stage: 'target', by: interfaceId, why: `${interfaceId} is not in ${vpc.id}` })]
  if (appliance.addresses.includes(packet.destination)) return deliver(hop)
  const down = failedZoneSteps(vpc, appliance.subnetId, packet.destination)
  return [...down, ...passInstance(hop, appliance, { deliver, arrive })]
}

/** To the appliances of a Gateway Load Balancer endpoint, and on from the endpoint's subnet. */
function throughEndpoint(hop: Hop, endpointId: VpcEndpointId): Step[] {
  const { network, vpc, packet } = hop
  const passing = passage(hop, endpointId)
  if (!passing) return [noService(endpointId)]
  const { endpoint, subnet, entering, leaving } = passing
  const down = failedZoneSteps(vpc, subnet.id, endpointId)
  const appliances = applianceSteps(network, endpoint, zoneIdOf(vpc, subnet.id) ?? '', packet)
  const before = [...down, ...entering, ...appliances, ...leaving]
  const passed = [...(hop.passed ?? []), { id: endpointId, subnet }]
  return [...before, ...onward({ ...hop, subnet, passed }, endpointId)]
}

/** Out of the endpoint, to an interface of the VPC or to the internet. What else would translate addresses within the VPC is
 * not reached: that was decided when the flow was first seen, before the appliance. */
function onward(hop: Hop, endpointId: VpcEndpointId): Step[] {
  const { vpc, subnet, packet } = hop
  const receiver = vpc.interfaces.find(({ addresses }) => addresses.includes(packet.destination))
  const behind = receiver?.endpointId ?? receiver?.loadBalancerId
  if (behind) return [notCarried(receiver?.id ?? behind, endpointId, behind)]
  if (cidrContains(subnet.cidr, packet.destination)) return deliver(hop)
  const { step, nextHop } = routeStep(vpc, subnet, packet.destination)
  switch (nextHop?.kind) {
    case undefined:
    case 'local':
    case 'networkInterface':
    case 'internetGateway':
    case 'natGateway':
    case 'blackhole':
      return [step, ...arrive(hop, nextHop)]
    case 'gatewayLoadBalancerEndpoint': {
      const why = `${step.by} leads what comes out of ${endpointId} to ${nextHop.endpointId} again`
      return [stop({ stage: 'route', by: step.by, why })]
    }
    default:
      return [step, notCarried(step.by, endpointId, 'what this route leads to')]
  }
}

/** The network ACL of the endpoint's subnet on both sides of the endpoint, which has no security groups. */
function passage(
  { vpc, subnet: sender, packet }: Hop,
  endpointId: VpcEndpointId,
  way: 'forward' | 'return' = 'forward',
) {
  const endpoint = vpc.gatewayLoadBalancerEndpoints?.find(({ id }) => id === endpointId)
  const subnet = endpoint && vpc.subnets.find(({ id }) => id === endpoint.subnetId)
  if (!endpoint || !subnet) return undefined
  const acl = { vpc, subnet, packet, way }
  const isWithin = cidrContains(subnet.cidr, packet.destination)
  return {
    endpoint,
    subnet,
    entering: sender.id === subnet.id ? [] : [networkAclStep({ ...acl, direction: 'ingress' })],
    leaving: isWithin ? [] : [networkAclStep({ ...acl, direction: 'egress' })],
  }
}

function noService(endpointId: VpcEndpointId): Step {
  return stop({
    stage: 'endpoint-state',
    by: endpointId,
    why: `the service of ${endpointId} is gone: packets are lost`,
  })
}

/** Within the VPC: the destination's subnet and interface, and the reply out of them. */
function deliver(hop: Hop): Step[] {
  const { vpc, packet } = hop
  const receiver =
    vpc.interfaces.find((candidate) => candidate.addresses.includes(packet.destination)) ??
    interfaceOfBlock(vpc, packet.destination)
  if (receiver) return [...enter(hop, receiver), ...targetSteps(hop, receiver), ...leave(hop, receiver)]
  const subnet = vpc.subnets.find((candidate) => cidrContains(candidate.cidr, packet.destination))
  const why =
    subnet?.router === packet.destination
      ? `${packet.destination} is the router of ${subnet.id}, which answers nothing`
      : `no interface has the address ${packet.destination}`
  return [stop({ stage: 'target', by: subnet?.id ?? vpc.id, why })]
}

/** A subnet's ACL, when the packet comes from another subnet, and the interface's groups. */
function enter({ vpc, subnet, packet }: Hop, receiver: InterfaceNetwork): Step[] {
  const down = failedZoneSteps(vpc, receiver.subnetId, packet.destination)
  const admitted = [...down, admissionStep(vpc, receiver, packet)]
  const entered = otherSubnet(vpc, subnet, receiver)
  if (!entered) return admitted
  return [networkAclStep({ vpc, subnet: entered, direction: 'ingress', packet, way: 'forward' }), ...admitted]
}

function admissionStep(vpc: VpcNetwork, receiver: InterfaceNetwork, packet: Packet): Step {
  const balancer = nodeOf(vpc, receiver.id)?.balancer
  if (balancer && balancer.groupIds === undefined) {
    const why = 'the load balancer was made without security groups, and admits what its listeners take'
    return pass({ stage: 'sg-ingress', by: receiver.id, why })
  }
  const asked = securityGroupStep(vpc, receiver, 'ingress', packet)
  return receiver.endpointId ? withGroupHint(asked, { vpc, receiver, packet }) : asked
}

/** The reply out of the receiver's subnet: its ACL and its route table. Its groups remember the flow. */
function leave(hop: Hop, receiver: InterfaceNetwork): Step[] {
  const { vpc, packet } = hop
  const left = leftByReply(hop, receiver)
  if (!left) return []
  const reply = replyTo(packet)
  const out = networkAclStep({ vpc, subnet: left, direction: 'egress', packet: reply, way: 'return' })
  if (hop.translatedBy) return [out]
  const { step, nextHop } = routeStep(vpc, left, reply.destination, 'return')
  const back = ledBack({ ...hop, subnet: left, packet: reply }, nextHop)
  if (back) return [out, ...back]
  if (step.verdict === 'stop') return [out, step]
  if (nextHop?.kind === 'gatewayLoadBalancerEndpoint') {
    return [out, step, ...returnThroughEndpoint({ ...hop, subnet: left, packet: reply }, nextHop.endpointId)]
  }
  if (nextHop?.kind === 'networkInterface' && !receiver.endpointId && receiver.loadBalancerId === undefined) {
    return [out, step, ...returnThroughInstance({ ...hop, subnet: left, packet: reply }, nextHop.interfaceId, [])]
  }
  return [out, leadsAway(step.by, packet.source)]
}

/** Within the VPC one flow is one for every appliance, whichever it passed on the way there. */
function returnThroughInstance(hop: Hop, interfaceId: string, seen: readonly string[]): Step[] {
  const { vpc, packet } = hop
  const appliance = vpc.interfaces.find(({ id }) => id === interfaceId)
  const runs = vpc.instances.some(({ id }) => id === appliance?.instanceId)
  const subnet = vpc.subnets.find(({ id }) => id === appliance?.subnetId)
  if (!appliance || !subnet || !runs || appliance.sourceDestCheck || seen.includes(interfaceId)) {
    const why = `${interfaceId} does not pass the reply on to ${packet.destination}`
    return [stop({ stage: 'source-check', by: interfaceId, why }, 'return')]
  }
  const acl = { vpc, subnet, packet, way: 'return' } as const
  const entering = networkAclStep({ ...acl, direction: 'ingress' })
  if (cidrContains(subnet.cidr, packet.destination)) return [entering]
  const leaving = networkAclStep({ ...acl, direction: 'egress' })
  const { step, nextHop } = routeStep(vpc, subnet, packet.destination, 'return')
  const back = ledBack({ ...hop, subnet }, nextHop)
  if (back) return [entering, leaving, ...back]
  if (step.verdict === 'stop') return [entering, leaving, step]
  if (nextHop?.kind === 'networkInterface') {
    return [entering, leaving, step, ...returnThroughInstance(hop, nextHop.interfaceId, [...seen, interfaceId])]
  }
  return [entering, leaving, leadsAway(step.by, packet.destination)]
}

/** The appliances of the way there know the flow: what is asked is the way on from the endpoint. */
function returnThroughEndpoint(hop: Hop, endpointId: VpcEndpointId): Step[] {
  const { vpc, packet } = hop
  const passing = passage(hop, endpointId, 'return')
  if (!passing) return [noService(endpointId)]
  const { subnet, entering, leaving } = passing
  const { step, nextHop } = routeStep(vpc, subnet, packet.destination, 'return')
  const back = ledBack({ ...hop, subnet }, nextHop)
  if (back) return [...entering, ...leaving, ...back]
  const stray = step.verdict === 'stop' ? step : leadsAway(step.by, packet.destination)
  return [...entering, ...leaving, stray]
}

/** From the route of the reply's subnet to where the flow began; undefined when it leads elsewhere, or to an appliance. */
function ledBack(hop: Hop, nextHop: NextHop | undefined): Step[] | undefined {
  if (hop.home) return leavesVpc(nextHop) ? ledHome(hop.home, hop) : undefined
  return nextHop?.kind === 'local' || leadsTo(hop.vpc, nextHop, hop.packet.destination) ? [] : undefined
}

/** The receiver's subnet, unless the reply stays in it. */
function leftByReply({ vpc, packet, home }: Hop, receiver: InterfaceNetwork): SubnetNetwork | undefined {
  const left = vpc.subnets.find(({ id }) => id === receiver.subnetId)
  return left && (home || !cidrContains(left.cidr, packet.source)) ? left : undefined
}

function otherSubnet(vpc: VpcNetwork, subnet: SubnetNetwork, receiver: InterfaceNetwork): SubnetNetwork | undefined {
  if (receiver.subnetId === subnet.id) return undefined
  return vpc.subnets.find((candidate) => candidate.id === receiver.subnetId)
}

function targetSteps(hop: Hop, receiver: InterfaceNetwork): Step[] {
  const { vpc, packet } = hop
  if (receiver.endpointId) return doorSteps(hop, receiver, receiver.endpointId)
  const inbound = inboundResolverAt(vpc, receiver.id)
  if (inbound) return inboundResolverSteps(vpc, inbound, packet)
  const placed = nodeOf(vpc, receiver.id)
  if (placed) return nodeSteps(placed, packet, 'direct')
  const runs = vpc.instances.some((instance) => instance.id === receiver.instanceId)
  if (runs) {
    const why = `${receiver.instanceId} runs; whether it listens on ${formatTraffic(packet)} is its own affair`
    return [pass({ stage: 'target', by: receiver.id, why })]
  }
  const why = receiver.instanceId ? `${receiver.instanceId} is not running` : `${receiver.id} is on no running instance`
  return [stop({ stage: 'target', by: receiver.id, why })]
}

/** Behind an endpoint's address: one of AWS's services, one of a user's, or a resource. */
function doorSteps({ network, vpc, packet }: Hop, receiver: InterfaceNetwork, endpointId: string): Step[] {
  const resource = resourceDoorAt(vpc, packet.destination)
  if (resource) return resourceSteps(network, resource, packet)
  const endpoint = interfaceEndpointAt(vpc, packet.destination)
  if (!endpoint) return [notInForce(endpointId, receiver)]
  const door = endpoint.interfaces.find(({ address }) => address === packet.destination)
  if (!isUsersService(endpoint) || !door) return endpointSteps(endpoint, packet)
  return privateLinkSteps({ network, endpoint, door, zoneId: zoneIdOf(vpc, door.subnetId) ?? '' }, packet)
}
