// Would it get there, and if not, what stops it? Walks one flow through the Network that the driver enforces, and one
// request through the policies that the front door evaluates. It decides nothing that they do not decide the same way.

import { ipv6Network, ipv6View } from '../compile/ipv6-view.ts'
import { lookupIn, type PlacedInterface } from '../compile/lookup.ts'
import type { EndpointNetwork, Network } from '../compile/network.ts'
import { askerOf } from '../dns/resolve.ts'
import type { Organizations } from '../iam/request.ts'
import { type Address, addressFamily } from '../ip/address.ts'
import { interfaceEndpointAt } from './endpoint.ts'
import { type EndpointStates, withEndpointState } from './endpoint-state.ts'
import { withForeignNameHint } from './foreign-name.ts'
import { isLoopback } from './link-local.ts'
import { type ResolvedName, resolveName } from './name.ts'
import { hostIn } from './on-premises-family.ts'
import { resolveFromHost } from './on-premises-name.ts'
import { firstPacket, replyTo } from './packet.ts'
import { policySteps } from './policy.ts'
import { isUsersService } from './private-link.ts'
import { withNameHint } from './public-name.ts'
import type { HostId, Question } from './question.ts'
import { endpointForAddress } from './route.ts'
import { type Flow, pass, type Step, stop, type Trace } from './trace.ts'
import { type Walk, walk, walkFromHost } from './walk.ts'
import { failedZoneSteps } from './zone.ts'

export interface AboutRecords {
  /** Absent: no account is in one. */
  readonly organizations?: Organizations
  /** Absent: nothing is known of endpoints that are not in force. */
  readonly endpointStates?: EndpointStates
}

export function explain(network: Network, question: Question, about: AboutRecords = {}): Trace {
  if (isHostId(question.from)) return explainFromHost(network, question, question.from, about)
  const sender = findSender(network, question.from)
  if (!sender) return trace(question, [noSender(question.from)])
  const { step, addresses } = destinationOf(network, sender, question)
  const named = [...senderZoneSteps(sender, question), ...(step ? [step] : [])]
  if (addresses[0] !== undefined && addressFamily(addresses[0]) === 6) {
    const view = inIpv6(network, sender)
    return view
      ? explainWalk(view.network, view.sender, question, { named, addresses, about })
      : trace(question, [...named, withoutIpv6(sender)])
  }
  return explainWalk(network, sender, question, { named, addresses, about })
}

/** An on-premises host asks its own name servers; it has no role, and so no request. */
function explainFromHost(network: Network, question: Question, id: HostId, { endpointStates }: AboutRecords): Trace {
  const { to } = question
  const host = network.onPremises?.find(({ name }) => id === `onprem-${name}`)
  if (!host)
    return trace(question, [stop({ stage: 'source-check', by: id, why: `there is no on-premises network ${id}` })])
  const asked = 'name' in to ? resolveFromHost(network, host, to.name) : { steps: [], addresses: [to.address] }
  const seen = hostIn(network, host, asked.addresses[0])
  if (!seen) {
    const why = `${host.name} has no IPv6 address: it was made without an IPv6 block`
    return trace(question, [...asked.steps, stop({ stage: 'source-check', by: id, why })])
  }
  const { address: source } = seen.host
  const start = pass({ stage: 'source-check', by: id, why: `${source} is the address of its host` })
  const paths = asked.addresses.map((destination) => {
    const packet = firstPacket({ source, destination }, to.protocol, to.port, to.http)
    return { packet, ...walkFromHost(seen.network, seen.host, packet) }
  })
  const path = paths.find(({ steps }) => steps.some(({ verdict }) => verdict === 'stop')) ?? paths[0]
  if (!path) return trace(question, [...asked.steps, start])
  const { packet, endpoint } = path
  const spelled = 'name' in to ? to.name : undefined
  const steps = path.steps.map((one) => withEndpointState(one, spelled, endpointStates))
  return trace(question, [...asked.steps, start, ...steps], {
    source,
    destination: packet.destination,
    ...(endpoint && { endpointId: endpoint.id }),
    returnPath: replyTo(packet),
  })
}

function isHostId(id: Question['from']): id is HostId {
  return id.startsWith('onprem-')
}

interface Asked {
  readonly named: readonly Step[]
  readonly addresses: readonly Address[]
  readonly about: AboutRecords
}

/** Where the sender and all that it meets are of the family of the addresses. */
function explainWalk(
  network: Network,
  sender: PlacedInterface,
  question: Question,
  { named, addresses, about: { organizations, endpointStates } }: Asked,
): Trace {
  const { id } = sender.networkInterface
  const source = sender.networkInterface.addresses[0]
  if (!source) return trace(question, [...named, withoutIpv4(sender)])
  const start = pass({ stage: 'source-check', by: id, why: `${source} is an address of ${id}` })
  const spelled = 'name' in question.to ? question.to.name : undefined
  const withState = (one: Step) => withEndpointState(one, spelled, endpointStates)
  const path = worstPath(network, sender, addresses, question)
  if (!path) return trace(question, [...named, start].map(withState))
  const { destination, nextHop, endpoint: reached } = path
  const steps = path.steps.map(withState)
  const endpoint =
    reached ?? interfaceEndpointAt(sender.vpc, destination) ?? endpointForAddress(sender.vpc, destination)
  // When the packet does not get to an endpoint, the policies of the one that could carry it are looked at all the same,
  // before the road is mended.
  const policies =
    question.request && endpoint && !isUsers(endpoint)
      ? policySteps(question, question.request, {
          network,
          sender,
          source,
          endpoint,
          ...(organizations && { organizations }),
        })
      : []
  return trace(question, [...named, start, ...steps, ...policies], {
    source,
    interfaceId: id,
    destination,
    ...(nextHop && { nextHop }),
    ...(reached && { endpointId: reached.id }),
    returnPath: replyTo(firstPacket({ source, destination }, question.to.protocol, question.to.port)),
  })
}

/** Undefined when the sender has no IPv6 address. */
function inIpv6(network: Network, { vpc, networkInterface }: PlacedInterface) {
  const view = ipv6View(vpc)
  const placed = view?.interfaces.find(({ id }) => id === networkInterface.id)
  return view && placed && { network: ipv6Network(network), sender: { vpc: view, networkInterface: placed } }
}

function withoutIpv6({ networkInterface: { id, subnetId } }: PlacedInterface): Step {
  return stop({ stage: 'source-check', by: id, why: `${id} in ${subnetId} has no IPv6 address` })
}

function withoutIpv4({ networkInterface: { id, subnetId } }: PlacedInterface): Step {
  return stop({ stage: 'source-check', by: id, why: `${id} in ${subnetId} has no IPv4 address` })
}

/** The interface that the question starts from, when its instance runs. */
function findSender(network: Network, from: Exclude<Question['from'], HostId>): PlacedInterface | undefined {
  const lookup = lookupIn(network)
  const placed = isInterfaceId(from) ? lookup.interfaceById.get(from) : lookup.interfacesByInstance.get(from)?.[0]
  const runs = placed?.vpc.instances.some((instance) => instance.id === placed.networkInterface.instanceId)
  return runs ? placed : undefined
}

function isInterfaceId(id: Exclude<Question['from'], HostId>): id is Extract<Question['from'], `eni-${string}`> {
  return id.startsWith('eni-')
}

function noSender(id: string): Step {
  return stop({
    stage: 'source-check',
    by: id,
    why: `${id} is not running, or is on no running instance: nothing sends`,
  })
}

function destinationOf(
  network: Network,
  sender: PlacedInterface,
  { to }: Question,
): Partial<ResolvedName> & Pick<ResolvedName, 'addresses'> {
  return 'name' in to ? resolveName(askerOf(network, sender), to.name) : { addresses: [to.address] }
}

/** In a zone that is down an instance reaches nothing but itself, the resolver neither. */
function senderZoneSteps({ vpc, networkInterface }: PlacedInterface, { to }: Question): Step[] {
  const isOwn = 'address' in to && (networkInterface.addresses.includes(to.address) || isLoopback(to.address))
  return isOwn ? [] : failedZoneSteps(vpc, networkInterface.subnetId, networkInterface.id)
}

/** A user's own service is asked nothing that policies would know of. */
function isUsers(endpoint: EndpointNetwork): boolean {
  return endpoint.kind === 'interface' && isUsersService(endpoint)
}

interface Path extends Walk {
  readonly destination: Address
}

/** A client may take any of a name's addresses, so one that is stopped speaks for them all. */
function worstPath(
  network: Network,
  sender: PlacedInterface,
  addresses: readonly Address[],
  { to }: Question,
): Path | undefined {
  const [source] = sender.networkInterface.addresses
  if (!source) return undefined
  const paths = addresses.map((destination) => {
    const walked = walk(network, sender, firstPacket({ source, destination }, to.protocol, to.port, to.http))
    if (!('name' in to)) return { ...walked, destination }
    const named = walked.steps.map((step) => withNameHint(step, sender.vpc, to.name))
    return { ...walked, destination, steps: withForeignNameHint(named, network, sender.vpc, to.name) }
  })
  return paths.find(({ steps }) => steps.some((step) => step.verdict === 'stop')) ?? paths[0]
}

function trace(question: Question, steps: readonly Step[], flow?: Flow): Trace {
  const blockers = steps.filter((step) => step.verdict === 'stop')
  const verdict = blockers.length === 0 ? 'reachable' : 'stopped'
  return { question, verdict, steps, blockers, ...(flow && { flow }) }
}
