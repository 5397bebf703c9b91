// A flow at a load balancer's node, and from there to a target and back. The node is an address that changes the packet's
// destination, and mostly its source: what stands between it and the target is asked as if it were an interface.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html

import { familyOf, seenIn } from '../compile/ipv6-view.ts'
import type {
  InterfaceNetwork,
  ListenerNetwork,
  LoadBalancerNetwork,
  LoadBalancerNodeNetwork,
  SubnetNetwork,
  TargetGroupNetwork,
  TargetNetwork,
  VpcNetwork,
} from '../compile/network.ts'
import { chooseTargets, type TargetChoice } from '../compile/target-choice.ts'
import { cidrContains } from '../ip/cidr.ts'
import { formatProtocol, TCP, UDP } from '../ip/protocol.ts'
import { leadsTo } from './forwarding.ts'
import { httpSteps } from './http-balancer.ts'
import { networkAclStep } from './network-acl.ts'
import { formatTraffic, type Packet, replyTo } from './packet.ts'
import { routeStep } from './route.ts'
import { securityGroupStep } from './security-group.ts'
import { pass, type Step, stop } from './trace.ts'
import { failedZoneSteps } from './zone.ts'

/** A node, where it is. */
export interface PlacedNode {
  readonly vpc: VpcNetwork
  readonly balancer: LoadBalancerNetwork
  readonly node: LoadBalancerNodeNetwork
}

export function nodeOf(vpc: VpcNetwork, nodeId: string): PlacedNode | undefined {
  for (const balancer of vpc.loadBalancers) {
    const node = balancer.nodes.find(({ id }) => id === nodeId)
    if (node) return { vpc, balancer, node }
  }
  return undefined
}

/** What the flow meets once it is at the node: the listener, its targets' health, and the way to a target and back. `packet`
 * is the client's; what comes by PrivateLink has an address that no target ever sees. */
export function nodeSteps(placed: PlacedNode, packet: Packet, way: 'direct' | 'private-link'): Step[] {
  const { balancer, node, vpc } = placed
  const listener = balancer.listeners.find((one) => takes(one, packet))
  if (!listener) return [listenerStop(balancer.listeners, balancer.id, packet)]
  if (listener.rules) return httpSteps(placed, listener, packet)
  const { protocol, port } = listener
  const taken = pass({
    stage: 'listener',
    by: balancer.id,
    why: `${protocol} ${port} leads to ${listener.targetGroupId}`,
  })
  const choice = chooseTargets(vpc, node, listener)
  const health = targetHealthStep(placed, listener, choice)
  if (health.verdict === 'stop') return [taken, health]
  const side = targetsSide(placed, choice.group)
  const isTranslated = side.vpc !== vpc
  if (isTranslated && packet.protocol !== TCP) return [taken, untranslated(placed, choice)]
  const keepsClient = way === 'direct' && !isForwarded(listener, packet) && choice.group?.preserveClientIp === true
  return [taken, health, ...worstLeg(side, choice.targets, { packet, keepsClient })]
}

/** The node as its targets meet it, whose addresses may be of another family than the client's. */
export function targetsSide(placed: PlacedNode, group: TargetGroupNetwork | undefined): PlacedNode {
  const family = group?.ipv6 ? 6 : 4
  const vpc = group && familyOf(placed.vpc) !== family ? seenIn(placed.vpc, family) : undefined
  return (vpc && nodeOf(vpc, placed.node.id)) ?? placed
}

function untranslated({ vpc }: PlacedNode, { group }: TargetChoice): Step {
  const why = `its targets have IPv${group?.ipv6 ? 6 : 4}, and no datagram of IPv${familyOf(vpc)} is taken on to them: it is lost`
  return stop({ stage: 'target-health', by: group?.id ?? vpc.id, why })
}

/** Whether the listener takes such a flow. */
export function takes({ protocol, port }: ListenerNetwork, packet: Packet): boolean {
  return packet.ports?.from === port && protocolsOf(protocol).includes(packet.protocol)
}

/** AWS answers nothing where there is no listener. */
export function listenerStop(listeners: readonly ListenerNetwork[], by: string, packet: Packet): Step {
  const taken = listeners.flatMap(({ protocol, port }) =>
    protocolsOf(protocol).map((number) => `${formatProtocol(number)}/${port}`),
  )
  const has = taken.length === 0 ? 'the load balancer has no listener' : `the listeners take ${taken.join(', ')}`
  return stop({ stage: 'listener', by, why: `${has}, not ${formatTraffic(packet)}, which is lost in silence` })
}

function protocolsOf(protocol: ListenerNetwork['protocol']): readonly number[] {
  switch (protocol) {
    case 'TCP':
    case 'TLS':
    case 'HTTP':
    case 'HTTPS':
      return [TCP]
    case 'UDP':
      return [UDP]
    case 'TCP_UDP':
      return [TCP, UDP]
    default:
      return protocol satisfies never
  }
}

/** The forwarder opens connections of its own, as the node; datagrams never go by it. */
function isForwarded({ way }: ListenerNetwork, { protocol }: Packet): boolean {
  return way === 'forwarder' && protocol === TCP
}

export function targetHealthStep(
  { node }: PlacedNode,
  { targetGroupId = '', protocol }: Pick<ListenerNetwork, 'targetGroupId' | 'protocol'>,
  { group, candidates, failOpen }: TargetChoice,
): Step {
  const head = { stage: 'target-health', by: targetGroupId } as const
  const loss = lossOf(protocol)
  const zone = group?.crossZone ? 'the zones of the load balancer' : node.availabilityZoneId
  if (!group || group.targets.length === 0) {
    return stop({ ...head, why: `no target is registered that could take anything: ${loss}` })
  }
  if (candidates.length === 0) {
    const off = group.crossZone ? '' : ', and cross-zone load balancing is off'
    return stop({
      ...head,
      why: `none of its ${count(group.targets.length)} is in ${zone}${off}: ${loss}`,
    })
  }
  const healthy = candidates.filter(({ health }) => health === 'healthy').length
  const all = `${healthy} of ${count(candidates.length)} in ${zone} ${healthy === 1 || candidates.length === 1 ? 'is' : 'are'} healthy`
  const why = failOpen ? `${all}, which is too few: the node fails open and sends to any of them` : all
  return pass({ ...head, why })
}

function lossOf(protocol: ListenerNetwork['protocol']): string {
  if (protocol === 'HTTP' || protocol === 'HTTPS') return 'the load balancer answers 503'
  return protocol === 'UDP' ? 'what is sent is lost' : 'connections are refused'
}

function count(targets: number): string {
  return targets === 1 ? '1 target' : `${targets} targets`
}

export interface Client {
  /** The packet at the node. */
  readonly packet: Packet
  /** Targets see the client's address, not the node's. */
  readonly keepsClient: boolean
}

/** A flow may go to any of the targets, so one to which the way is shut speaks for them all. */
export function worstLeg(placed: PlacedNode, targets: readonly TargetNetwork[], client: Client): Step[] {
  const legs = targets.map((target) => legSteps(placed, target, client))
  const shut = legs.filter((steps) => steps.some(({ verdict }) => verdict === 'stop'))
  const [worst = legs[0] ?? []] = shut
  if (shut.length === 0 || shut.length === legs.length) return worst
  const share = `; so it is for ${shut.length} of the ${legs.length} targets that flows are spread over`
  return worst.map((step) => (step.verdict === 'stop' ? { ...step, why: step.why + share } : step))
}

/** From the node to one of its targets, and the reply as far as the node. */
export function legSteps({ vpc, balancer, node }: PlacedNode, target: TargetNetwork, client: Client): Step[] {
  const subnet = vpc.subnets.find(({ id }) => id === node.subnetId)
  if (!subnet) return []
  const { packet: asked, keepsClient } = client
  const source = keepsClient ? asked.source : node.address
  const ports = { from: target.port, to: target.port }
  const packet: Packet = { protocol: asked.protocol, source, destination: target.address, ports }
  const leg = { vpc, subnet, packet }
  const way = leaveNode(leg)
  if (way.some(({ verdict, stage }) => verdict === 'stop' && stage === 'route')) return way
  const receiver = vpc.interfaces.find(({ addresses }) => addresses.includes(target.address))
  if (!receiver) {
    const why = `no interface in ${vpc.id} has the address ${target.address} of the target`
    return [...way, stop({ stage: 'target', by: target.address, why })]
  }
  const entered = vpc.subnets.find(({ id }) => id === receiver.subnetId)
  const passedOnBy = keepsClient ? (balancer.groupIds ?? []) : []
  const admitted = withSourceHint(securityGroupStep(vpc, receiver, 'ingress', packet, passedOnBy), packet, keepsClient)
  return [
    ...way,
    ...failedZoneSteps(vpc, receiver.subnetId, `the target ${target.address}`),
    ...(entered && entered.id !== subnet.id
      ? [networkAclStep({ vpc, subnet: entered, direction: 'ingress', packet, way: 'forward' })]
      : []),
    admitted,
    ...(applicationSteps(vpc, receiver, { ...packet, ...(asked.http && { http: asked.http }) }) ?? [
      targetStep(vpc, receiver, packet),
    ]),
    ...(entered ? returnSteps(leg, entered) : []),
  ]
}

interface Leg {
  readonly vpc: VpcNetwork
  /** The node's. */
  readonly subnet: SubnetNetwork
  readonly packet: Packet
}

/** Out of the node's subnet, by its ACL and its route table. */
function leaveNode({ vpc, subnet, packet }: Leg): Step[] {
  if (cidrContains(subnet.cidr, packet.destination)) return []
  const out = networkAclStep({ vpc, subnet, direction: 'egress', packet, way: 'forward' })
  const { step, nextHop } = routeStep(vpc, subnet, packet.destination)
  if (step.verdict === 'stop' || nextHop?.kind === 'local' || leadsTo(vpc, nextHop, packet.destination))
    return [out, step]
  const why = `${step.by} leads what the node sends away from the target ${packet.destination}`
  return [out, stop({ stage: 'route', by: step.by, why })]
}

/** The reply leaves the target for whom it saw, and is the node's again where it comes into the node's subnet. */
function returnSteps({ vpc, subnet, packet }: Leg, left: SubnetNetwork): Step[] {
  const reply = replyTo(packet)
  const crossesOut = !cidrContains(left.cidr, reply.destination)
  return [
    ...(crossesOut ? [networkAclStep({ vpc, subnet: left, direction: 'egress', packet: reply, way: 'return' })] : []),
    ...(left.id === subnet.id
      ? []
      : [networkAclStep({ vpc, subnet, direction: 'ingress', packet: reply, way: 'return' })]),
  ]
}

/** A target that is an Application Load Balancer goes on from its own node; undefined when it is none. */
function applicationSteps(vpc: VpcNetwork, receiver: InterfaceNetwork, packet: Packet): Step[] | undefined {
  const placed = nodeOf(vpc, receiver.id)
  return placed?.balancer.kind === 'application' ? nodeSteps(placed, packet, 'direct') : undefined
}

function targetStep(vpc: VpcNetwork, receiver: InterfaceNetwork, packet: Packet): Step {
  const head = { stage: 'target', by: receiver.id } as const
  const { instanceId } = receiver
  if (packet.source === packet.destination) {
    const why = `${packet.destination} is the client itself, which cannot reach itself while targets see the client's address`
    return stop({ ...head, why })
  }
  if (receiver.endpointId || receiver.loadBalancerId) {
    const owner = receiver.endpointId ?? receiver.loadBalancerId
    return stop({ ...head, why: `${packet.destination} is an address of ${owner}, which no load balancer reaches` })
  }
  if (!vpc.instances.some(({ id }) => id === instanceId)) {
    const why = instanceId
      ? `the target ${instanceId} is not running`
      : `the target ${receiver.id} is on no running instance`
    return stop({ ...head, why })
  }
  const why = `the target ${instanceId} runs and sees ${packet.source}; whether it listens on ${formatTraffic(packet)} is its own affair`
  return pass({ ...head, why })
}

/** Which address the target sees is what a group of targets is mostly wrong about. */
function withSourceHint(step: Step, { source }: Packet, keepsClient: boolean): Step {
  if (step.verdict === 'pass') return step
  const hint = keepsClient
    ? `targets see the client's own address, ${source}`
    : `targets see the address of the load balancer's node, ${source}`
  return { ...step, why: `${step.why}; ${hint}` }
}
