// Network ACLs: the lowest-numbered rule that matches decides, for every packet that enters or leaves a subnet, replies
// too. https://docs.aws.amazon.com/vpc/latest/userguide/nacl-basics.html

import type { NetworkAclNetwork, NetworkAclRuleNetwork, SubnetNetwork, VpcNetwork } from '../compile/network.ts'
import { cidrContains } from '../ip/cidr.ts'
import type { PortRange } from '../ip/protocol.ts'
import { nearestMiss } from './near-miss.ts'
import { formatPorts, formatTraffic, matchesProtocol, type Packet, portsOf, sharedPorts } from './packet.ts'
import { pass, type Step, stop } from './trace.ts'

type Direction = 'ingress' | 'egress'

const STAGES = { egress: 'nacl-out', ingress: 'nacl-in' } as const

interface Crossing {
  readonly vpc: VpcNetwork
  readonly subnet: SubnetNetwork
  /** `egress` out of the subnet. */
  readonly direction: Direction
  readonly packet: Packet
  readonly way: 'forward' | 'return'
}

/** The packet at the edge of the subnet. A reply whose port is not known yet passes only if every port it may have does. */
export function networkAclStep({ vpc, subnet, direction, packet, way }: Crossing): Step {
  const acl = vpc.networkAcls.find((candidate) => candidate.id === subnet.networkAclId)
  const stage = STAGES[direction]
  if (!acl)
    return stop({ stage, by: subnet.networkAclId, why: `${subnet.networkAclId} of ${subnet.id} is missing` }, way)
  const decision = decide(acl[direction], direction, packet)
  const subject = `${subjectOf(packet, way)} ${endText(packet, direction)}`
  if (decision.kind === 'allow') return pass({ stage, by: decision.rule.by, why: `${subject} is allowed` }, way)
  if (decision.kind === 'deny') {
    const why = `${decision.rule.by} denies ${subject}${partText(packet, decision.ports)}`
    return stop({ stage, by: decision.rule.by, why }, way)
  }
  const stopped = packet.ports ? { ...packet, ports: decision.ports } : packet
  const why = `no rule of ${acl.id} allows ${subject}${partText(packet, decision.ports)}`
  return stop({ stage, by: `${acl.id} rule *`, why: `${why}; ${missText(acl, direction, stopped)}` }, way)
}

type Decision =
  | { readonly kind: 'allow'; readonly rule: NetworkAclRuleNetwork }
  | { readonly kind: 'deny'; readonly rule: NetworkAclRuleNetwork; readonly ports: PortRange }
  /** The rule `*` at the end. */
  | { readonly kind: 'none'; readonly ports: PortRange }

/** Follows the packet's ports through the rules: each rule takes those it matches, until one denies or none are left. */
function decide(rules: readonly NetworkAclRuleNetwork[], direction: Direction, packet: Packet): Decision {
  let open: readonly PortRange[] = [portsOf(packet)]
  for (const rule of rules) {
    if (!matchesProtocol(rule, packet) || !matchesAddress(rule, direction, packet)) continue
    const taken = open.flatMap((ports) => sharedPorts(rule, { ...packet, ports }) ?? [])
    const [first] = taken
    if (!first) continue
    if (rule.action === 'deny') return { kind: 'deny', rule, ports: first }
    open = open.flatMap((ports) => withoutPorts(ports, sharedPorts(rule, { ...packet, ports })))
    if (open.length === 0) return { kind: 'allow', rule }
  }
  return { kind: 'none', ports: open[0] ?? portsOf(packet) }
}

function matchesAddress(rule: NetworkAclRuleNetwork, direction: Direction, packet: Packet): boolean {
  return cidrContains(rule.cidr, direction === 'egress' ? packet.destination : packet.source)
}

function withoutPorts(ports: PortRange, taken: PortRange | undefined): PortRange[] {
  if (!taken) return [ports]
  const below = { from: ports.from, to: taken.from - 1 }
  const above = { from: taken.to + 1, to: ports.to }
  return [below, above].filter(({ from, to }) => from <= to)
}

function subjectOf(packet: Packet, way: Crossing['way']): string {
  return way === 'return' ? `the reply (${formatTraffic(packet)})` : formatTraffic(packet)
}

function endText(packet: Packet, direction: Direction): string {
  return direction === 'egress' ? `to ${packet.destination}` : `from ${packet.source}`
}

/** Says which ports, when it is not all of them. */
function partText(packet: Packet, ports: PortRange): string {
  const all = portsOf(packet)
  return !packet.ports || (ports.from === all.from && ports.to === all.to) ? '' : ` on ports ${formatPorts(ports)}`
}

function missText(acl: NetworkAclNetwork, direction: Direction, packet: Packet): string {
  const candidates = acl[direction]
    .filter((rule) => rule.action === 'allow')
    .map((rule) => ({
      traffic: rule,
      peerMatches: matchesAddress(rule, direction, packet),
      peer: `${direction === 'egress' ? 'to' : 'from'} ${rule.cidr}`,
      by: rule.by,
    }))
  return nearestMiss(candidates, packet) ?? `it has no ${direction} rule that allows anything`
}
