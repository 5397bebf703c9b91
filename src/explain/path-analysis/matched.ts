// What a step's `by` says, looked up in the Network: the rule, the route, and the resource that has it.

import type {
  Network,
  NetworkAclRuleNetwork,
  RouteEntry,
  SecurityGroupRuleNetwork,
  VpcNetwork,
} from '../../compile/network.ts'
import { ALL_PROTOCOLS, formatProtocol } from '../../ip/protocol.ts'
import type {
  MatchedAclRule,
  MatchedGroupRule,
  MatchedRoute,
  MatchedTransitRoute,
} from '../../store/network-insights-records.ts'
import type { Traffic } from '../packet.ts'
import type { Step } from '../trace.ts'
import { hopIds } from './attempt.ts'

/** Where a rule is, beside what it says. */
interface Placed<T> {
  readonly vpc: VpcNetwork
  /** Of the group, the ACL or the table. */
  readonly id: string
  readonly matched: T
}

export function groupRuleOf(network: Network, { stage, by }: Step): Placed<MatchedGroupRule> | undefined {
  const direction = stage === 'sg-egress' ? 'egress' : 'ingress'
  for (const vpc of network.vpcs) {
    for (const group of vpc.securityGroups) {
      const rule = group[direction].find((one) => one.by === by)
      if (rule) return { vpc, id: group.id, matched: { direction, ...peerOf(rule), ...trafficOf(rule) } }
    }
  }
  return undefined
}

function peerOf({ peer }: SecurityGroupRuleNetwork): Pick<MatchedGroupRule, 'cidr' | 'groupId'> {
  if (peer.kind === 'group') return { groupId: peer.groupId }
  const [cidr] = peer.cidrs
  return cidr ? { cidr } : {}
}

/** The last rule, `*`, is no one's, and denies. */
export function aclRuleOf(network: Network, { stage, by }: Step): Placed<MatchedAclRule> | undefined {
  const isEgress = stage === 'nacl-out'
  const [id = '', number = ''] = by.split(' rule ')
  for (const vpc of network.vpcs) {
    const acl = vpc.networkAcls.find((one) => one.id === id)
    const rule = acl?.[isEgress ? 'egress' : 'ingress'].find((one) => one.by === by)
    if (acl) return { vpc, id, matched: { isEgress, ...(rule ? sayOf(rule, number) : LAST) } }
  }
  return undefined
}

const LAST = { action: 'deny', number: 32_767, protocol: 'all' } as const

function sayOf(rule: NetworkAclRuleNetwork, number: string): Omit<MatchedAclRule, 'isEgress'> {
  return { action: rule.action, number: Number(number), cidr: rule.cidr, ...trafficOf(rule) }
}

function trafficOf({ protocol, ports }: Traffic): Pick<MatchedAclRule, 'protocol' | 'ports'> {
  return { protocol: protocol === ALL_PROTOCOLS ? 'all' : formatProtocol(protocol), ...(ports && { ports }) }
}

/** The route, of a step that names one: `rtb-… 10.0.0.0/16`. */
export function routeOf(
  network: Network,
  { by }: Step,
): (Placed<MatchedRoute> & { readonly entry: RouteEntry }) | undefined {
  const [id = '', destination = ''] = by.split(' ')
  for (const vpc of network.vpcs) {
    const table = vpc.routeTables.find((one) => one.id === id)
    const entry = table?.entries.find((one) => one.by === by)
    if (!entry) continue
    const target = entry.nextHop.kind === 'local' ? 'local' : hopIds(entry.nextHop)[0]
    return { vpc, id, entry, matched: { destination, ...(target !== undefined && { target }) } }
  }
  return undefined
}

/** The table, of a step that names no route of it. */
export function routeTableOf(
  network: Network,
  { by }: Step,
): { readonly vpc: VpcNetwork; readonly id: string } | undefined {
  const [id = ''] = by.split(' ')
  const vpc = network.vpcs.find(({ routeTables }) => routeTables.some((one) => one.id === id))
  return vpc && { vpc, id }
}

export interface PlacedTransitRoute {
  readonly transitGatewayId: string
  /** Of the table. */
  readonly id: string
  /** Absent: the step names the table alone. */
  readonly matched?: MatchedTransitRoute
}

export function transitRouteOf({ transitGateways = [] }: Network, { by }: Step): PlacedTransitRoute | undefined {
  const [id = '', destination] = by.split(' ')
  const gateway = transitGateways.find(({ routeTables }) => routeTables.some((one) => one.id === id))
  if (!gateway) return undefined
  if (destination === undefined) return { transitGatewayId: gateway.id, id }
  const entry = gateway.routeTables.find((one) => one.id === id)?.entries.find((one) => one.by === by)
  const attachmentId = entry?.attachmentId
  return { transitGatewayId: gateway.id, id, matched: { destination, ...(attachmentId && { attachmentId }) } }
}
