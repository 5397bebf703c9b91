// Security groups: the rules of all groups of an interface together, and any that matches lets the flow pass. They are
// stateful, so replies are not asked about. https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html

import type {
  InterfaceNetwork,
  SecurityGroupNetwork,
  SecurityGroupRuleNetwork,
  VpcNetwork,
} from '../compile/network.ts'
import type { Address } from '../ip/address.ts'
import { cidrContains } from '../ip/cidr.ts'
import type { SecurityGroupId } from '../store/records.ts'
import { nearestMiss } from './near-miss.ts'
import { formatTraffic, matchesProtocol, type Packet, sharedPorts } from './packet.ts'
import { pass, type Step, stop } from './trace.ts'

type Direction = 'ingress' | 'egress'

const STAGES = { egress: 'sg-egress', ingress: 'sg-ingress' } as const

/** The first packet of a flow leaving (`egress`) or entering (`ingress`) an interface. A rule that names a group also means
 * what a load balancer with it passed on from a client: `passedOnBy` are that load balancer's groups. */
export function securityGroupStep(
  vpc: VpcNetwork,
  networkInterface: InterfaceNetwork,
  direction: Direction,
  packet: Packet,
  passedOnBy: readonly SecurityGroupId[] = [],
): Step {
  const stage = STAGES[direction]
  const groups = vpc.securityGroups.filter((group) => networkInterface.groupIds.includes(group.id))
  const peer = direction === 'egress' ? packet.destination : packet.source
  const isNamed = ({ peer: named }: SecurityGroupRuleNetwork) =>
    named.kind === 'group' && passedOnBy.includes(named.groupId)
  for (const group of groups) {
    const rule = group[direction].find(
      (candidate) => matches(vpc, candidate, packet, peer) || (isNamed(candidate) && matchesTraffic(candidate, packet)),
    )
    if (rule) {
      const why = `${group.id} allows ${formatTraffic(rule)} ${peerText(rule, direction)}`
      return pass({ stage, by: rule.by, why })
    }
  }
  return stop({
    stage,
    by: groups.map((group) => group.id).join(' ') || networkInterface.id,
    why: refusal(vpc, groups, direction, packet),
  })
}

/** The ingress rules of a load balancer's groups where nothing else is known of them: as a consumer's door asks them, to which
 * a rule that names a group means nobody. */
export function balancerRulesStep(rules: readonly SecurityGroupRuleNetwork[], by: string, packet: Packet): Step {
  const { source } = packet
  const isPeer = ({ peer }: SecurityGroupRuleNetwork) =>
    peer.kind === 'cidrs' && peer.cidrs.some((block) => cidrContains(block, source))
  const rule = rules.find((candidate) => matchesTraffic(candidate, packet) && isPeer(candidate))
  if (rule) {
    const why = `a group of the load balancer allows ${formatTraffic(rule)} ${peerText(rule, 'ingress')}`
    return pass({ stage: 'sg-ingress', by: rule.by, why })
  }
  const subject = `the load balancer's groups, which are asked about endpoints' clients by their own address,`
  if (rules.length === 0) return stop({ stage: 'sg-ingress', by, why: `${subject} have no ingress rule` })
  const candidates = rules.map((one) => ({
    traffic: one,
    peerMatches: isPeer(one),
    peer: peerText(one, 'ingress'),
    by: one.by,
  }))
  const why = `${subject} have no ingress rule for ${formatTraffic(packet)} from ${source}; ${nearestMiss(candidates, packet)}`
  return stop({ stage: 'sg-ingress', by, why })
}

function matches(vpc: VpcNetwork, rule: SecurityGroupRuleNetwork, packet: Packet, peer: Address): boolean {
  return matchesTraffic(rule, packet) && matchesPeer(vpc, rule, peer)
}

function matchesTraffic(rule: SecurityGroupRuleNetwork, packet: Packet): boolean {
  return matchesProtocol(rule, packet) && sharedPorts(rule, packet) !== undefined
}

/** A reference to a group means the addresses of the interfaces that carry it now. */
function matchesPeer(vpc: VpcNetwork, { peer }: SecurityGroupRuleNetwork, address: Address): boolean {
  if (peer.kind === 'cidrs') return peer.cidrs.some((block) => cidrContains(block, address))
  const members = peer.members ?? vpc.securityGroups.find((group) => group.id === peer.groupId)?.members
  return members?.includes(address) ?? false
}

function refusal(
  vpc: VpcNetwork,
  groups: readonly SecurityGroupNetwork[],
  direction: Direction,
  packet: Packet,
): string {
  const names = groups.map((group) => group.id).join(', ') || 'the interface, which has no group,'
  const rules = groups.flatMap((group) => group[direction])
  if (rules.length === 0) return `${names} has no ${direction} rule`
  const peer = direction === 'egress' ? packet.destination : packet.source
  const miss = nearestMiss(
    rules.map((rule) => ({
      traffic: rule,
      peerMatches: matchesPeer(vpc, rule, peer),
      peer: peerText(rule, direction),
      by: rule.by,
    })),
    packet,
  )
  const toward = direction === 'egress' ? `to ${peer}` : `from ${peer}`
  return `no ${direction} rule of ${names} allows ${formatTraffic(packet)} ${toward}; ${miss}`
}

/** `to 10.0.0.0/8`, `from the members of sg-1`, `to 54.231.0.0/16 and 4 more`. */
function peerText({ peer }: SecurityGroupRuleNetwork, direction: Direction): string {
  const word = direction === 'egress' ? 'to' : 'from'
  if (peer.kind === 'group') return `${word} the members of ${peer.groupId}`
  const [first, ...others] = peer.cidrs
  return others.length === 0 ? `${word} ${first ?? 'nowhere'}` : `${word} ${first} and ${others.length} more`
}
