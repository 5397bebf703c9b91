// Rules of security groups and network ACLs as nft rules.

import { familyOf } from '../compile/ipv6-view.ts'
import type { NetworkAclRuleNetwork, SecurityGroupRuleNetwork, VpcNetwork } from '../compile/network.ts'
import { type Address, addressFamily, type Family } from '../ip/address.ts'
import { type Cidr, cidrFamily, cidrLength, cidrRange } from '../ip/cidr.ts'
import { ALL_PROTOCOLS, ICMP, ICMPV6, type PortRange, type Protocol, TCP, UDP } from '../ip/protocol.ts'
import { mergeRanges, rangeToCidrs } from '../ip/range.ts'
import type { NetworkAclId, SecurityGroupId } from '../store/records.ts'
import type { Direction } from './names.ts'
import { anyOf, type NftSet, type Rule } from './nft.ts'

/** The end of the packet that a rule's peer is: where it comes from, or where it goes. */
type PeerField = 'saddr' | 'daddr'

interface Traffic {
  readonly protocol: Protocol
  readonly ports?: PortRange
  readonly icmp?: { readonly type: number; readonly code: number }
}

interface GroupRuleOptions {
  /** What a rule that matches does; `accept` when not given. */
  readonly verdict?: 'accept' | 'return'
  /** IPv4 when not given. */
  readonly family?: Family
  /** What else matches a group that a rule names, beside its members' addresses. */
  readonly matchGroup?: (id: SecurityGroupId) => string | undefined
}

/** Groups only allow, so a rule is an accept; a packet that none accepts goes on to the next group, then is dropped. */
export function groupRules(
  rules: readonly SecurityGroupRuleNetwork[],
  field: PeerField,
  { verdict = 'accept', family = 4, matchGroup }: GroupRuleOptions = {},
): Rule[] {
  return rules.flatMap((rule) => {
    const matches = [
      rule.peer.kind === 'group'
        ? [`ip ${field} @${memberSetName(rule.peer.groupId)}`]
        : matchCidrs(rule.peer.cidrs, field, family),
    ]
    const more = rule.peer.kind === 'group' && matchGroup?.(rule.peer.groupId)
    if (more) matches.push([more])
    return matches.flatMap((peer) =>
      peer ? [{ match: [...peer, ...matchTraffic(rule, family)], verdict, by: rule.by }] : [],
    )
  })
}

/** The first that matches decides. What an ACL allows goes on: another may have to be asked. */
export function aclRules(rules: readonly NetworkAclRuleNetwork[], field: PeerField, family: Family = 4): Rule[] {
  return rules.flatMap((rule) => {
    const peer = matchCidrs([rule.cidr], field, family)
    const verdict = rule.action === 'allow' ? 'return' : 'drop'
    return peer ? [{ match: [...peer, ...matchTraffic(rule, family)], verdict, by: rule.by }] : []
  })
}

/** What asks an ACL: nothing, when its first rule allows everything, as a VPC's own ACL does until somebody changes it. */
export function askAcl(vpc: VpcNetwork, id: NetworkAclId, direction: Direction, ask: Partial<Rule> = {}): Rule[] {
  const first = vpc.networkAcls
    .find((acl) => acl.id === id)
    ?.[direction].find(({ cidr }) => cidrFamily(cidr) === familyOf(vpc))
  const isOpen = first?.action === 'allow' && first.protocol === ALL_PROTOCOLS && cidrLength(first.cidr) === 0
  return isOpen ? [] : [{ match: [], verdict: `jump ${id}-${direction}`, ...ask }]
}

/** The addresses of all interfaces with a group, for rules that name the group. */
export function memberSet(id: SecurityGroupId, members: readonly Address[], family: Family = 4): NftSet {
  return {
    name: memberSetName(id),
    type: 'ipv4_addr',
    elements: members.filter((member) => addressFamily(member) === family),
  }
}

function memberSetName(id: SecurityGroupId): string {
  return `members-${id}`
}

/** Undefined when no packet of the family can match; overlapping blocks are merged, which nft would refuse. */
function matchCidrs(cidrs: readonly Cidr[], field: PeerField, family: Family): string[] | undefined {
  const own = cidrs.filter((cidr) => cidrFamily(cidr) === family)
  if (own.length === 0) return undefined
  if (own.some((cidr) => cidrLength(cidr) === 0)) return []
  const [first, ...more] = own.length === 1 ? own : mergeRanges(own.map(cidrRange)).flatMap(rangeToCidrs)
  return [`ip ${field} ${more.length === 0 ? first : anyOf([first ?? '', ...more])}`]
}

function matchTraffic({ protocol, ports, icmp }: Traffic, family: Family): string[] {
  if (protocol === ALL_PROTOCOLS) return []
  const matches = [`meta l4proto ${protocol}`]
  if ((protocol === TCP || protocol === UDP) && ports) matches.push(`th dport ${matchPorts(ports)}`)
  // A packet of the other family's ICMP has no such fields that nft would look for.
  const name = family === 4 ? 'icmp' : 'icmpv6'
  if (protocol === (family === 4 ? ICMP : ICMPV6) && icmp && icmp.type >= 0) {
    matches.push(`${name} type ${icmp.type}`)
    if (icmp.code >= 0) matches.push(`${name} code ${icmp.code}`)
  }
  return matches
}

function matchPorts({ from, to }: PortRange): string {
  return from === to ? String(from) : `${from}-${to}`
}
