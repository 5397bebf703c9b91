// Reachability Analyzer's question, answered by explain: is there a packet that gets from the path's source to its
// destination and back, by what, and if there is none, what stops it.
// https://docs.aws.amazon.com/vpc/latest/reachability/how-reachability-analyzer-works.html

import type { PlacedInterface } from '../../compile/lookup.ts'
import type { Network } from '../../compile/network.ts'
import type { PacketHeader, PathComponent, PathExplanation, PathFinding } from '../../store/network-insights-records.ts'
import { explain } from '../explain.ts'
import { inboundSteps } from '../inbound.ts'
import { firstPacket, type Packet, replyTo } from '../packet.ts'
import type { Step, Trace } from '../trace.ts'
import { asSeenBy } from '../view.ts'
import { type Attempt, attemptsOf, hopIds, isGateway, type PathRequest, placedOf } from './attempt.ts'
import { endComponents, startComponents, wayComponents } from './component.ts'
import { explanationOf } from './explanation.ts'
import { routeOf } from './matched.ts'

export function analysePath(network: Network, path: PathRequest): PathFinding {
  const unable = unableToBegin(network, path)
  if (unable) return notFound([unable])
  let nearest: Walked | undefined
  for (const attempt of attemptsOf(network, path)) {
    const walked = walkAttempt(network, path, attempt)
    if (walked.blockers.length === 0) return filtered(path, found(network, path, walked))
    if (!nearest || walked.blockers.length < nearest.blockers.length) nearest = walked
  }
  return notFound(nearest ? explanationsOf(network, path, nearest) : [noPacket(network, path)])
}

interface Walked {
  readonly attempt: Attempt
  readonly packet: Packet
  readonly steps: readonly Step[]
  readonly blockers: readonly Step[]
}

function walkAttempt(network: Network, path: PathRequest, attempt: Attempt): Walked {
  const { trace, packet } = traceOf(network, path, attempt)
  const { steps } = asSeenBy(path.account, trace)
  const own = attempt.endsAt === undefined ? steps : upToGateway(network, steps, attempt.endsAt)
  return { attempt, packet, steps: own, blockers: own.filter(({ verdict }) => verdict === 'stop') }
}

function traceOf(network: Network, path: PathRequest, attempt: Attempt): { trace: Trace; packet: Packet } {
  const { destination, port, from } = attempt
  const { protocol } = path
  const to = { address: destination, protocol, port }
  if (from.kind === 'internet') {
    const packet = firstPacket({ source: from.source, destination }, protocol, port)
    const steps = inboundSteps(network, from.placed.vpc, from.placed.networkInterface, packet)
    const question = { from: from.placed.networkInterface.id, to, now: NEVER }
    return { trace: { question, verdict: 'stopped', steps, blockers: [] }, packet }
  }
  const sender = from.kind === 'host' ? from.host : from.placed.networkInterface.id
  const trace = explain(network, { from: sender, to, now: NEVER })
  const source = trace.flow?.source ?? destination
  return { trace, packet: firstPacket({ source, destination }, protocol, port) }
}

/** No policy is asked, so no moment matters. */
const NEVER = '1970-01-01T00:00:00.000Z'

/** What is beyond the gateway does not count: only, of an internet gateway, that an answer gets back. */
function upToGateway(network: Network, steps: readonly Step[], gatewayId: string): readonly Step[] {
  const at = steps.findIndex(
    (step) => step.direction === 'forward' && step.stage === 'route' && leadsTo(network, step, gatewayId),
  )
  if (at < 0) return steps.some(({ verdict }) => verdict === 'stop') ? steps : [...steps, missed(gatewayId)]
  const before = steps.slice(0, at + 1)
  const after = steps.slice(at + 1)
  if (!gatewayId.startsWith('igw-')) return before
  const outside = after.findIndex(({ stage, by }) => stage === 'target' && (by === 'internet' || by === 'uplink'))
  const through = after.filter(({ stage }) => stage === 'internet-gateway')
  return [...before, ...through, ...(outside < 0 ? [] : after.slice(outside + 1))]
}

function leadsTo(network: Network, step: Step, gatewayId: string): boolean {
  return step.verdict === 'pass' && hopIds(routeOf(network, step)?.entry.nextHop).includes(gatewayId)
}

function missed(gatewayId: string): Step {
  const why = `the way does not lead to ${gatewayId}`
  return { stage: 'route', by: gatewayId, why, verdict: 'stop', direction: 'forward' }
}

/** What can be said before any packet is made. */
function unableToBegin(network: Network, path: PathRequest): PathExplanation | undefined {
  const { source, destination, sourceIp } = path
  const isInterface = !isGateway(source)
  const placed = isInterface ? placedOf(network, source) : undefined
  if (isInterface && !placed) return { code: 'BAD_STATE', about: { component: source } }
  if (placed && sourceIp !== undefined && placed.networkInterface.addresses[0] !== sourceIp) {
    return { code: 'FILTER_AT_SOURCE_SOURCE_ADDRESS', about: { component: source } }
  }
  if (destination !== undefined && /^(i|eni)-/.test(destination) && !placedOf(network, destination)) {
    return { code: 'BAD_STATE', about: { component: destination } }
  }
  return undefined
}

/** There is no packet that could be sent: what is missing for one. */
function noPacket(network: Network, path: PathRequest): PathExplanation {
  const { source, destination = '' } = path
  if (source.startsWith('igw-')) {
    const placed = placedOf(network, destination)
    const isThere = placed?.vpc.internetGatewayId === source
    const eni = placed && { networkInterface: placed.networkInterface.id, vpc: placed.vpc.id }
    if (!isThere) return { code: 'DISCONNECTED_VPCS', about: { internetGateway: source, ...eni } }
    return { code: 'IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS', about: { internetGateway: source, ...eni } }
  }
  const sender = placedOf(network, source)
  if (sender && isGateway(destination)) {
    const subnet = sender.vpc.subnets.find(({ id }) => id === sender.networkInterface.subnetId)
    const table = subnet && { routeTable: subnet.routeTableId, vpc: sender.vpc.id }
    return { code: 'NO_ROUTE_TO_DESTINATION', about: { destination, ...table } }
  }
  if (path.destinationIp !== undefined && destination !== '') {
    return { code: 'FILTER_AT_SOURCE_DESTINATION_ADDRESS', about: { destination } }
  }
  return { code: 'NO_PATH', about: { ...(destination !== '' && { destination }) } }
}

/** Each code and what it is about once. */
function explanationsOf(network: Network, path: PathRequest, { blockers, attempt }: Walked): PathExplanation[] {
  const destination = path.destination ?? attempt.destination
  const { protocol } = path
  const all = blockers.map((step) => explanationOf({ network, step, destination, protocol }))
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()]
}

function notFound(explanations: readonly PathExplanation[]): PathFinding {
  return { isFound: false, forward: [], back: [], explanations }
}

function found(network: Network, path: PathRequest, { attempt, packet, steps }: Walked): PathFinding {
  const going = steps.filter(({ direction }) => direction === 'forward')
  const coming = steps.filter(({ direction }) => direction === 'return')
  const way = wayComponents(network, going)
  const receiver = attempt.endsAt === undefined ? receiverOf(network, steps, attempt.destination) : undefined
  const isTranslated = going.some(({ stage }) => TRANSLATING.has(stage))
  const header = headerOf(packet)
  const start = startOf(path, attempt, header)
  const end = receiver ? endComponents(receiver, isTranslated ? undefined : header) : []
  const back = wayComponents(network, coming)
  const reply = headerOf(replyTo(packet))
  const sender = attempt.from.kind === 'interface' ? attempt.from.placed : undefined
  return {
    isFound: true,
    forward: [...start, ...way, ...end],
    back: [
      ...(receiver ? startComponents(receiver, reply) : []),
      ...back,
      ...(sender && (receiver || back.length > 0) ? endComponents(sender, reply) : []),
      ...(!sender && isGateway(path.source) ? [{ id: path.source }] : []),
    ],
    explanations: [],
  }
}

const TRANSLATING: ReadonlySet<string> = new Set(['nat-gateway', 'listener'])

function startOf(path: PathRequest, { from }: Attempt, header: PacketHeader): PathComponent[] {
  if (from.kind === 'interface') return startComponents(from.placed, header)
  return [{ id: path.source, outbound: header }]
}

/** Who takes it, when that is an interface of the asker's side. */
function receiverOf(network: Network, steps: readonly Step[], destination: string): PlacedInterface | undefined {
  const at = steps.findLast(({ stage, direction }) => stage === 'target' && direction === 'forward')?.by
  const target = at === undefined ? undefined : placedOf(network, at)
  if (target) return target
  for (const vpc of network.vpcs) {
    const networkInterface = vpc.interfaces.find(({ addresses }) => addresses.some((one) => one === destination))
    const isMet = networkInterface && steps.some(({ by }) => by === networkInterface.endpointId)
    if (isMet) return { vpc, networkInterface }
  }
  return undefined
}

function headerOf({ protocol, source, destination, ports }: Packet): PacketHeader {
  return { protocol, source, destination, ...(ports && { ports }) }
}

/** A path that is there, and does not pass what it must or passes what it must not, is none. */
function filtered({ filterInArns, filterOutArns }: PathRequest, finding: PathFinding): PathFinding {
  const ids = new Set(finding.forward.flatMap((one) => [one.id, one.transitGatewayId ?? one.id]))
  const passes = (arn: string) => ids.has(arn) || ids.has(arn.slice(arn.lastIndexOf('/') + 1))
  const lacking = filterInArns.find((arn) => !passes(arn))
  if (lacking !== undefined) return notFound([restriction('COMPONENT_FILTER_RESTRICTION', lacking)])
  const passed = filterOutArns.find(passes)
  if (passed === undefined) return finding
  return notFound([restriction('COMPONENT_FILTER_RESTRICTION_REMOVED_COMPONENT', passed)])
}

function restriction(code: string, arn: string): PathExplanation {
  return { code, about: { component: arn.startsWith('arn:') ? arn.slice(arn.lastIndexOf('/') + 1) : arn } }
}
