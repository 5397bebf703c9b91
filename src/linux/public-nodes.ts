// Nodes of internet-facing load balancers. What the internet gateway brings for a node's public address is asked about as an
// interface's packets are, by the ACL of the node's subnet and the load balancer's groups, and then taken on as any client's
// flow is: its address becomes a target's in one step, since conntrack translates a flow once. Replies get the mark of the
// node's subnet, whose route table has to lead them to the internet gateway. What the process beside the kernel takes goes on
// to the node's shadow and keeps the client's address, so the backbone sends what a shadow answers back to its own VPC.

import { BACKBONE, shadowOf } from '../compile/backbone.ts'
import { divertingEntry, gatewayTable } from '../compile/gateway-route-table.ts'
import { HEALTH_CHECKERS } from '../compile/internet.ts'
import { familyOf } from '../compile/ipv6-view.ts'
import type { LoadBalancerNodeNetwork, VpcNetwork } from '../compile/network.ts'
import { isBlocked } from '../compile/public-access.ts'
import type { Address } from '../ip/address.ts'
import type { Balancers, Node } from './balancers.ts'
import { BACKBONE_LINK, groupsChain, vpcLink } from './names.ts'
import { type Chain, hex, type MapElement, type NftMap, type NftSet, quoted, type Rule } from './nft.ts'
import { BACKBONE_MARK, type BackbonePart } from './plan.ts'
import { forwardedListenersOf, shadowsOf, toShadows } from './shadows.ts'
import { askAcl } from './traffic-rules.ts'

type PublicNode = Node & { readonly publicAddress: Address }

/** The public address at which the router takes a node's flows. What the gateway's route table leads to an appliance first is not
 * carried on to a load balancer, as within the VPC. */
export function publicAddressOf(vpc: VpcNetwork, node: LoadBalancerNodeNetwork): Pick<Node, 'publicAddress'> {
  const { publicAddress } = node
  return publicAddress && isOpen(vpc, node) && !isDiverted(vpc, node) ? { publicAddress } : {}
}

function isOpen(vpc: VpcNetwork, { subnetId }: LoadBalancerNodeNetwork): boolean {
  return familyOf(vpc) === 4 && vpc.internetGatewayId !== undefined && !isBlocked(vpc, subnetId, 'own')
}

function isDiverted(vpc: VpcNetwork, { address }: LoadBalancerNodeNetwork): boolean {
  return divertingEntry(gatewayTable(vpc, vpc.internetGatewayId), address) !== undefined
}

export function publicNodes({ nodes }: Pick<Balancers, 'nodes'>): PublicNode[] {
  return nodes.flatMap((node) => (node.publicAddress ? [{ ...node, publicAddress: node.publicAddress }] : []))
}

const FROM_BACKBONE_LINK = `iifname ${quoted(BACKBONE_LINK)}`
/** Nothing comes from the backbone with another source but by the internet gateway. */
const FROM_INTERNET = [FROM_BACKBONE_LINK, `ip saddr != ${BACKBONE}`]
const TO_PUBLIC_NODE = 'ip daddr @public-nodes'

export function publicNodeSets(nodes: readonly PublicNode[]): NftSet[] {
  if (nodes.length === 0) return []
  return [{ name: 'public-nodes', type: 'ipv4_addr', elements: nodes.map(({ publicAddress }) => publicAddress) }]
}

export function publicNodeMaps(nodes: readonly PublicNode[]): NftMap[] {
  if (nodes.length === 0) return []
  const verdicts = (name: string, verdictOf: (node: PublicNode) => string): NftMap => ({
    name,
    type: 'ipv4_addr',
    value: 'verdict',
    elements: nodes.map((node) => ({ key: node.publicAddress, value: verdictOf(node), by: node.id })),
  })
  return [
    verdicts('public-node-checks', ({ id }) => `goto ${checksChain(id)}`),
    verdicts('public-node-acl-out', ({ subnet }) => `jump ${subnet.networkAclId}-egress`),
  ]
}

/** First at prerouting, before all else that comes out of the backbone is let through: the destination is still public. */
export function askPublicNodes(nodes: readonly PublicNode[]): Rule[] {
  return nodes.length > 0 ? [{ match: [FROM_BACKBONE_LINK], verdict: 'ip daddr vmap @public-node-checks' }] : []
}

export function publicNodeChains(vpc: VpcNetwork, nodes: readonly PublicNode[]): Chain[] {
  return nodes.map(({ id, subnet, groupIds }) => ({
    name: checksChain(id),
    rules: [
      ...askAcl(vpc, subnet.networkAclId, 'ingress'),
      { match: ['ct state established,related'], verdict: 'accept' },
      groupsRule(groupIds),
    ],
  }))
}

/** A group's chain that admits nothing comes back to the base chain's policy, which is to drop. */
function groupsRule(groupIds: Node['groupIds']): Rule {
  if (!groupIds) return { match: [], verdict: 'accept' }
  return { match: [], verdict: groupIds.length > 0 ? `goto ${groupsChain(groupIds, 'ingress')}` : 'drop' }
}

/** At the end of postrouting, of what goes to the backbone's link, where a reply's source is public again. */
export function askPublicReplies(nodes: readonly PublicNode[]): Rule[] {
  return nodes.length > 0 ? [{ match: [], verdict: 'ip saddr vmap @public-node-acl-out' }] : []
}

/** In the nat chain of what comes out of the backbone: `taken` is how the router takes a flow on. */
export function takePublicFlows(nodes: readonly PublicNode[], taken: Rule): Rule[] {
  if (nodes.length === 0) return []
  return [
    { match: [], verdict: 'dnat ip to ip daddr . meta l4proto . th dport map @forwarded' },
    { ...taken, match: [TO_PUBLIC_NODE, ...taken.match] },
    // No listener: as silent as AWS is.
    { match: [TO_PUBLIC_NODE], verdict: 'drop' },
  ]
}

const BACK_TO_BACKBONE = [...FROM_INTERNET, `ip daddr ${BACKBONE}`]

/** Prerouting once addresses are known: a client's packets go on to the shadow. */
export function markShadows(nodes: readonly PublicNode[]): Rule[] {
  if (shadowsOf(nodes).length === 0) return []
  return [{ match: BACK_TO_BACKBONE, verdict: `meta mark set ${hex(BACKBONE_MARK)}` }]
}

/** At forward: out of the backbone and into it again. */
export function admitShadows(nodes: readonly PublicNode[]): Rule[] {
  if (shadowsOf(nodes).length === 0) return []
  return [{ match: [...BACK_TO_BACKBONE, 'ct status dnat'], verdict: 'accept' }]
}

/** In the nat chain of postrouting. Route 53's health checkers are in the backbone themselves, where a shadow's answer would never
 * leave it: the load balancer knows them by another of their ranges. */
export function renameCheckers(nodes: readonly PublicNode[]): Rule[] {
  if (shadowsOf(nodes).length === 0) return []
  const match = [`oifname ${quoted(BACKBONE_LINK)}`, `ip saddr ${HEALTH_CHECKERS}`, `ip daddr ${BACKBONE}`]
  return [{ match, verdict: `snat ip to ${OTHER_CHECKER}` }]
}

const OTHER_CHECKER = '54.228.16.10'

/** Of the map of what goes to a shadow. */
export function publicForwarded(nodes: readonly PublicNode[]): MapElement[] {
  return toShadows(nodes, ({ publicAddress }) => publicAddress)
}

/** What the backbone lets in to them from addresses that are not its own. */
export function publicFronts(vpc: VpcNetwork, nodes: readonly PublicNode[]): Pick<BackbonePart, 'fronts'> {
  const fronts = nodes.flatMap((node) =>
    forwardedListenersOf(node).map(
      ({ port }) => `${quoted(vpcLink(vpc.id))} . ${shadowOf(node.backboneAddress)} . ${port}`,
    ),
  )
  return fronts.length > 0 ? { fronts } : {}
}

function checksChain(id: string): string {
  return `${id}-from-internet`
}
