// What nft knows of load balancers, all in the VPC's router. A client's packet for a node is checked at prerouting as one
// for an endpoint's door is, then goes to a target: a nat chain sees the first packet of each flow, so a change of targets
// never touches a live one. From there the flow's mark in conntrack says which node it passes: its packets get the mark of
// the node's subnet, and its subnet's network ACL is asked about the way between node and target.

import { shadowOf } from '../compile/backbone.ts'
import type { VpcNetwork } from '../compile/network.ts'
import type { SecurityGroupId } from '../store/records.ts'
import { type Balancers, markOf, type Node, type NodeListener, SOURCE_BIT } from './balancers.ts'
import { BACKBONE_LINK, groupsChain } from './names.ts'
import {
  anyOf,
  type Chain,
  hex,
  type MapElement,
  type NftMap,
  type NftSet,
  quoted,
  type Rule,
  type Timeout,
} from './nft.ts'
import { SAME_SUBNET_MARK } from './plan.ts'
import { publicNodes } from './public-nodes.ts'
import { forwardedListenersOf, toShadows } from './shadows.ts'
import { askAcl } from './traffic-rules.ts'
import type { PlugIn } from './vpc-plan.ts'

/** Any number: what matters is that it stays. */
const HASH_SEED = '0x706f7374'

/** Of a connection that is not known: opening and ending it are something else. */
export const MID_FLOW = 'tcp flags & (syn | rst) == 0'

export function isBalancing({ nodes }: Balancers): boolean {
  return nodes.length > 0
}

export function balancerTimeouts({ nodes }: Balancers): Timeout[] {
  return nodes.flatMap(({ listeners }) => listeners.map(timeoutOf))
}

/** How long an idle flow of a listener is remembered. */
export function timeoutOf({ protocol, idleSeconds }: Pick<NodeListener, 'protocol' | 'idleSeconds'>): Timeout {
  return { name: `idle-${protocol}-${idleSeconds}`, protocol, seconds: idleSeconds }
}

export function balancerSets({ nodes }: Balancers): NftSet[] {
  return [{ name: 'node-addresses', type: 'ipv4_addr', elements: nodes.map(({ address }) => address) }]
}

export function balancerMaps(balancers: Balancers, plugIns: readonly PlugIn[]): NftMap[] {
  const { nodes } = balancers
  const marks = (node: Node) => [hex(markOf(node)), hex(markOf(node) + SOURCE_BIT)] as const
  return [
    {
      // Where a flow is taken on: at a node's own address, or at that of a connection by PrivateLink.
      name: 'balancers',
      type: 'ipv4_addr',
      value: 'mark',
      elements: [
        ...nodes.map((node) => ({ key: node.address, value: marks(node)[0], by: node.id })),
        ...publicNodes(balancers).map((node) => ({ key: node.publicAddress, value: marks(node)[0], by: node.id })),
        ...balancers.connections.map(({ backboneAddress, node, endpointId }) => ({
          key: backboneAddress,
          value: marks(node)[1],
          by: endpointId,
        })),
      ],
    },
    {
      name: 'listeners',
      type: 'mark . inet_proto . inet_service',
      value: 'verdict',
      elements: nodes.flatMap((node) =>
        node.listeners
          .filter(({ way }) => way === 'kernel')
          .flatMap((listener) =>
            marks(node).map((mark) => ({
              key: `${mark} . ${listener.protocol} . ${listener.port}`,
              value: `goto ${listenerChain(listener)}`,
            })),
          ),
      ),
    },
    ...targetMaps(nodes),
    {
      name: 'legs',
      type: 'mark',
      value: 'verdict',
      elements: nodes.flatMap((node) => [
        { key: marks(node)[0], value: `jump ${preservedChain(node.subnet)}` },
        { key: marks(node)[1], value: `jump ${balancedChain(node.subnet)}` },
      ]),
    },
    {
      name: 'node-sources',
      type: 'mark',
      value: 'ipv4_addr',
      elements: nodes.map((node) => ({ key: marks(node)[1], value: node.address, by: node.id })),
    },
    {
      // Of whom the backbone opens connections in this VPC: the forwarder and the health checks, as a node.
      name: 'dialers',
      type: 'ipv4_addr',
      value: 'mark',
      elements: nodes.map((node) => ({ key: node.backboneAddress, value: marks(node)[1], by: node.id })),
    },
    {
      name: 'residents',
      type: 'ipv4_addr',
      value: 'ipv4_addr',
      elements: plugIns.flatMap(({ networkInterface: { addresses, backboneAddress } }) =>
        addresses.slice(0, 1).map((value) => ({ key: backboneAddress, value })),
      ),
    },
  ]
}

/** Targets by slot; a list that nodes share is one map. */
function targetMaps(nodes: readonly Node[]): NftMap[] {
  const maps = new Map<string, NftMap>()
  for (const { targetList, slots } of nodes.flatMap(({ listeners }) => listeners)) {
    const elements = slots.map(({ address, port }, index) => ({ key: hex(index), value: `${address} . ${port}` }))
    maps.set(targetList, { name: targetList, type: 'mark', value: 'ipv4_addr . inet_service', elements })
  }
  return [...maps.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Elements of the endpoints' maps: before its address is taken away a node is asked about as a door is. */
export const nodeDoors = {
  aclIn: ({ nodes }: Balancers): MapElement[] =>
    nodes.map(({ id, address, subnet }) => ({ key: address, value: `jump ${subnet.id}-endpoints`, by: id })),
  groups: ({ nodes }: Balancers): MapElement[] =>
    nodes.flatMap(({ id, address, groupIds }) =>
      groupIds
        ? [{ key: address, value: groupIds.length > 0 ? `goto ${groupsChain(groupIds, 'ingress')}` : 'drop', by: id }]
        : [],
    ),
  aclOut: ({ nodes }: Balancers): MapElement[] =>
    nodes.map(({ id, address, subnet }) => ({ key: address, value: `jump ${subnet.networkAclId}-egress`, by: id })),
  /** The forwarder answers a client of this VPC from the node's shadow. */
  replies: ({ nodes }: Balancers): MapElement[] =>
    nodes
      .filter((node) => forwardedListenersOf(node).length > 0)
      .map(({ id, backboneAddress, subnet }) => ({
        key: shadowOf(backboneAddress),
        value: `jump ${balancedChain(subnet)}`,
        by: id,
      })),
  forwarded: ({ nodes }: Balancers): MapElement[] => toShadows(nodes, ({ address }) => address),
}

/** In the nat chain of prerouting: what is for a node, and what comes out of the backbone. */
export const OUT_OF_BACKBONE: Rule = { match: [`iifname ${quoted(BACKBONE_LINK)}`], verdict: 'goto from-backbone' }
export const TO_NODE: Rule = {
  match: ['ip daddr @node-addresses', 'meta mark . ip daddr != @detours'],
  verdict: 'goto to-node',
}

/** A new flow at an address where flows are taken on goes to a listener's chain. */
export const TO_TARGET: Rule = {
  match: ['meta mark set ip daddr map @balancers'],
  verdict: 'meta mark . meta l4proto . th dport vmap @listeners',
}

/** Where flows are taken on; `more` are rules for other things that come out of the backbone. */
export function takingChains(more: readonly Rule[]): Chain[] {
  return [
    {
      name: 'to-node',
      rules: [
        { match: [MID_FLOW], verdict: 'reject with tcp reset' },
        { match: [], verdict: 'dnat ip to ip daddr . meta l4proto . th dport map @forwarded' },
        TO_TARGET,
        // No listener: as silent as AWS is.
        { match: [], verdict: 'drop' },
      ],
    },
    {
      name: 'from-backbone',
      rules: [
        ...more,
        TO_TARGET,
        { match: ['ct mark set ip saddr map @dialers'], verdict: 'dnat ip to ip daddr map @residents' },
      ],
    },
  ]
}

/** The packets of a flow that passed a node, in both directions, on their way out of the node. */
export const MARK_LEG: Rule = { match: ['ct mark != 0'], verdict: 'ct mark vmap @legs' }

export const FROM_NODE: Rule = { match: ['ct mark != 0'], verdict: 'snat ip to ct mark map @node-sources' }

/** Nothing else in the backbone opens a connection here. */
export const DROP_STRANGERS: Rule = { match: [`iifname ${quoted(BACKBONE_LINK)}`, 'ct mark 0'], verdict: 'drop' }

/** Nobody speaks as a node: see DROP_PRETENDERS. */
export const DROP_FALSE_NODES: Rule = { match: ['ip saddr @node-addresses', 'ct state new'], verdict: 'drop' }

export function balancerChains(vpc: VpcNetwork, { nodes }: Balancers): Chain[] {
  if (nodes.length === 0) return []
  const listeners = new Map(
    nodes
      .flatMap((node) => node.listeners)
      .filter(({ way }) => way === 'kernel')
      .map((listener) => [listenerChain(listener), listener]),
  )
  return [
    ...[...listeners]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, listener]) => ({ name, rules: takeFlow(listener) })),
    ...legChains(vpc),
  ]
}

/** A new flow: it is remembered whose it is, and the hash says to which target it goes. */
function takeFlow({ protocol, slots, targetList, sticky, preservesClient, ...listener }: NodeListener): Rule[] {
  const midFlow: Rule[] = protocol === 'tcp' ? [{ match: [MID_FLOW], verdict: 'reject with tcp reset' }] : []
  if (slots.length === 0) {
    const refuse: Rule = { match: ['meta l4proto tcp'], verdict: 'reject with tcp reset' }
    return [...(protocol === 'tcp' ? [refuse] : []), { match: [], verdict: 'drop' }]
  }
  const { name } = timeoutOf({ protocol, ...listener })
  const flow = sticky ? 'ip saddr' : 'ip saddr . ip daddr . th sport . th dport'
  return [
    ...midFlow,
    { match: [], verdict: `ct mark set meta mark${preservesClient ? '' : ` | ${hex(SOURCE_BIT)}`}` },
    { match: [`meta l4proto ${protocol}`], verdict: `ct timeout set ${quoted(name)}` },
    { match: [], verdict: `meta mark set jhash ${flow} mod ${slots.length} seed ${HASH_SEED}` },
    { match: [`meta l4proto ${protocol}`], verdict: `dnat ip to meta mark map @${targetList}` },
  ]
}

/** Between node and target, and between node and client. Where the target sees the node's address, the ACL of the node's
 * subnet is asked where that address is a packet's source or destination; where it sees the client's, here. */
function legChains(vpc: VpcNetwork): Chain[] {
  const numbers = new Map(vpc.routeTables.map((table) => [table.id, table.number]))
  return vpc.subnets.flatMap((subnet) => {
    const { cidr, networkAclId, routeTableId } = subnet
    const same: Rule = { match: [`ip daddr ${cidr}`], verdict: `meta mark set ${hex(SAME_SUBNET_MARK)} return` }
    const routed: Rule = { match: [], verdict: `meta mark set ${numbers.get(routeTableId) ?? 0}`, by: routeTableId }
    return [
      { name: balancedChain(subnet), rules: [same, routed] },
      {
        name: preservedChain(subnet),
        rules: [
          ...askAcl(vpc, networkAclId, 'ingress', { match: ['ct direction reply', `ip saddr != ${cidr}`] }),
          same,
          routed,
          ...askAcl(vpc, networkAclId, 'egress', { match: ['ct direction original'] }),
        ],
      },
    ]
  })
}

/** In a rule that names a group: flows whose source is still the client's and which a node with that group passed on. */
export function matchGroupsNodes({ nodes }: Balancers, id: SecurityGroupId): string | undefined {
  const marks = nodes.filter(({ groupIds }) => groupIds?.includes(id)).map((node) => hex(markOf(node)))
  return marks.length > 0 ? `ct mark ${anyOf(marks)}` : undefined
}

function listenerChain({ targetList, protocol, idleSeconds, preservesClient, sticky }: NodeListener): string {
  return [
    targetList,
    protocol,
    idleSeconds,
    ...(preservesClient ? ['client'] : []),
    ...(sticky ? ['sticky'] : []),
  ].join('-')
}

function balancedChain({ id }: { readonly id: string }): string {
  return `${id}-balanced`
}

function preservedChain({ id }: { readonly id: string }): string {
  return `${id}-preserved`
}
