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
import { nearestMiss } from './near-miss.ts'
import { formatTraffic, matchesProtocol, type Packet, sharedPorts } from './packet.ts'
import { pass, type Step, stop } from './trace.ts'

type Direction = 'ingress' | 'egress'

const STAGES = { egress: 'sg-egress', ingress: 'sg-ingress' } as const

/** The first packet of a flow leaving (`egress`) or entering (`ingress`) an interface. */
export function securityGroupStep(
  vpc: VpcNetwork,
  networkInterface: InterfaceNetwork,
  direction: Direction,
  packet: Packet,
): Step {
  const stage = STAGES[direction]
  const groups = vpc.securityGroups.filter((group) => networkInterface.groupIds.includes(group.id))
  const peer = direction === 'egress' ? packet.destination : packet.source
  for (const group of groups) {
    const rule = group[direction].find((candidate) => matches(vpc, candidate, packet, peer))
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

function matches(vpc: VpcNetwork, rule: SecurityGroupRuleNetwork, packet: Packet, peer: Address): boolean {
  const trafficMatches = matchesProtocol(rule, packet) && sharedPorts(rule, packet) !== undefined
  return trafficMatches && matchesPeer(vpc, rule, peer)
}

/** A reference to a group means the addresses of the interfaces that carry it now. */
function matchesPeer(vpc: VpcNetwork, { peer }: SecurityGroupRuleNetwork, address: Address): boolean {
  if (peer.kind === 'cidrs') return peer.cidrs.some((block) => cidrContains(block, address))
  return vpc.securityGroups.some((group) => group.id === peer.groupId && group.members.includes(address))
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
