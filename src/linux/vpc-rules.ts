// A VPC's nft rules. A packet leaving an interface is checked at priority -150 of prerouting, while its addresses are
// what the VPC sees; one entering an interface at 109 of postrouting, where they are that again. Security groups have base
// chains of their own, apart from network ACLs: an accept ends one chain, never the other. An ACL's chain says no, or
// returns, so that one packet can ask the ACLs of two subnets. Every base chain costs each packet, so what nearly all packets
// need comes first in it: an established connection leaves a group's chain at its first rule.

import { BACKBONE, LINK_LOCAL_METADATA, METADATA_BACKBONE, RESOLVER_BACKBONE } from '../compile/backbone.ts'
import { familyOf } from '../compile/ipv6-view.ts'
import type { RouteEntry, SecurityGroupNetwork, VpcNetwork } from '../compile/network.ts'
import { type Address, addressFamily } from '../ip/address.ts'
import { cidrFamily } from '../ip/cidr.ts'
import type { SecurityGroupId } from '../store/records.ts'
import { applianceChains } from './appliance-rules.ts'
import {
  balancerChains,
  balancerMaps,
  balancerSets,
  balancerTimeouts,
  DROP_FALSE_NODES,
  DROP_STRANGERS,
  FROM_NODE,
  isBalancing,
  MARK_LEG,
  matchGroupsNodes,
  nodeDoors,
  OUT_OF_BACKBONE,
  TO_NODE,
  TO_TARGET,
  takingChains,
} from './balancer-rules.ts'
import type { Balancers } from './balancers.ts'
import { type Bandwidth, bandwidthRules, bandwidthSets } from './bandwidth.ts'
import type { Detour, Door } from './endpoint-doors.ts'
import {
  ASK_ENDPOINT_ACL,
  ASK_REPLY_ACL,
  DROP_PRETENDERS,
  ENDPOINT_GROUPS,
  ENDPOINT_TIMEOUT,
  endpointChains,
  endpointGroupRules,
  endpointMaps,
  endpointSets,
  MARK_REPLY,
  repliesChain,
  TO_INTERFACE_ENDPOINT,
  toEndpointChain,
} from './endpoint-rules.ts'
import {
  admitInternet,
  dropPrivate,
  fromInternet,
  type Internet,
  internetMaps,
  internetSets,
  leaveByInternet,
  natChains,
  pathMtuRules,
  toInternet,
  toNatGateways,
} from './internet-rules.ts'
import { BACKBONE_LINK, type Direction, groupChain, groupsChain } from './names.ts'
import { nat64Chains, nat64Senders, nat64Verdicts, toNat64Gateways } from './nat64.ts'
import { neighbourRules } from './neighbour-rules.ts'
import {
  anyOf,
  type Chain,
  type Hook,
  hex,
  type MapElement,
  type NftMap,
  type NftSet,
  quoted,
  type Rule,
  type Ruleset,
} from './nft.ts'
import { onPremisesChains, onPremisesReceivers, onPremisesSenders, onPremisesVerdicts } from './on-premises.ts'
import { clientIdentities, peeringChains, peeringReceivers, peeringSenders, peeringVerdicts } from './peerings.ts'
import { BACKBONE_MARK, SAME_SUBNET_MARK } from './plan.ts'
import { askPublicNodes, markShadows, publicForwarded, publicNodeChains, takePublicFlows } from './public-nodes.ts'
import { askAsEndpoint, inboundMaps, markInboundReply } from './resolver-doors.ts'
import {
  forwardForwards,
  forwardGroupChain,
  forwardMaps,
  forwardSets,
  fromForwardSource,
  markForward,
  toForwardTarget,
} from './resolver-forwards.ts'
import { findResources, gatewayGroupRules, resourceMaps, resourceSets, toResourceRules } from './resource-rules.ts'
import {
  forwardedAtDoors,
  isThrough,
  serviceChains,
  serviceMap,
  serviceRules,
  serviceTimeouts,
} from './service-rules.ts'
import { aclRules, askAcl, groupRules, memberSet } from './traffic-rules.ts'
import { transitChains, transitMaps, transitReceivers, transitSenders, transitVerdicts } from './transit-rules.ts'
import { clampTunnels, findTunnels, type Tunnel } from './tunnels.ts'
import type { PlugIn } from './vpc-plan.ts'
import { type ZoneFailure, zoneFailure } from './zone-failure.ts'

const FROM_BACKBONE: Rule = { match: [`iifname ${quoted(BACKBONE_LINK)}`], verdict: 'accept' }
const FROM_ROUTER: Rule = { match: ['iifname "lo"'], verdict: 'accept' }
const TO_BACKBONE: Rule = { match: [`oifname ${quoted(BACKBONE_LINK)}`], verdict: 'accept' }
const ESTABLISHED: Rule = { match: ['ct state established,related'], verdict: 'accept' }
const DROP: Rule = { match: [], verdict: 'drop' }

/** What goes to the backbone's link, told apart once: a name of a link costs more to compare than an address. */
const FORWARD_TO_BACKBONE = 'forward-to-backbone'
const ENTER_BACKBONE = 'enter-backbone'

/** The map of the addresses that interfaces have. */
export const RECEIVERS = 'receivers'

/** What the rules are made of: the VPC, and its interfaces and endpoints as the kernel meets them. */
export interface RuleSources {
  readonly vpc: VpcNetwork
  readonly plugIns: readonly PlugIn[]
  readonly doors: readonly Door[]
  readonly detours: readonly Detour[]
  readonly balancers: Balancers
  readonly internet: Internet
  /** What each interface of an endpoint carries at most; absent: as much as the host. */
  readonly endpointBandwidth?: Bandwidth | undefined
}

/** What load balancers and users' services need is there only with one of them. */
export function vpcRules(sources: RuleSources): Ruleset {
  const { vpc, plugIns, doors, detours, balancers, internet, endpointBandwidth } = sources
  const serves = isBalancing(balancers)
  const consumes = doors.some(isThrough)
  const resources = findResources(vpc)
  const failure = zoneFailure(sources)
  const forwarded: NftMap = {
    name: 'forwarded',
    type: 'ipv4_addr . inet_proto . inet_service',
    value: 'ipv4_addr',
    elements: [...forwardedAtDoors(doors), ...nodeDoors.forwarded(balancers), ...publicForwarded(internet.nodes ?? [])],
  }
  return {
    timeouts: uniqueByName([ENDPOINT_TIMEOUT, ...balancerTimeouts(balancers), ...serviceTimeouts(doors)]),
    sets: [
      ...serviceSets(vpc),
      ...endpointSets(doors, detours),
      ...forwardSets(vpc),
      ...(serves ? balancerSets(balancers) : []),
      ...resourceSets(resources),
      ...internetSets(internet),
      ...failure.sets,
      ...bandwidthSets(endpointBandwidth),
      ...referencedGroups(vpc),
    ],
    maps: [
      ...interfaceMaps(vpc, plugIns, findTunnels(vpc)),
      ...transitMaps(vpc, plugIns, internet.nats),
      gatewayMap(vpc),
      ...endpointMaps(doors, balancers, unfiltered(vpc)),
      ...inboundMaps(doors, repliesChain),
      ...forwardMaps(vpc, repliesChain),
      ...(consumes ? [serviceMap(doors)] : []),
      ...(serves ? balancerMaps(balancers, plugIns) : []),
      ...resourceMaps(resources),
      ...(consumes || serves ? [forwarded] : []),
      ...internetMaps(vpc, internet),
    ],
    chains: [
      ...baseChains(sources, failure),
      ...subnetChains(vpc),
      { name: ENDPOINT_GROUPS, rules: [...bandwidthRules(endpointBandwidth, 'to'), ...endpointGroupRules(detours)] },
      toEndpointChain(serviceRules(doors)),
      ...endpointChains(vpc, detours),
      ...(serves
        ? takingChains([
            ...takePublicFlows(internet.nodes ?? [], TO_TARGET),
            ...toResourceRules(resources, ENDPOINT_TIMEOUT.name),
          ])
        : []),
      ...publicNodeChains(vpc, internet.nodes ?? []),
      ...serviceChains(doors, familyOf(vpc)),
      ...balancerChains(vpc, balancers),
      ...aclChains(vpc),
      ...groupChains(sources),
      ...peeringChains(vpc),
      ...onPremisesChains(vpc),
      ...transitChains(vpc, internet.nats),
      ...natChains(vpc, internet),
      ...nat64Chains(vpc),
      ...applianceChains(vpc, plugIns, internet),
    ],
  }
}

function uniqueByName<T extends { readonly name: string }>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [item.name, item])).values()]
}

function serviceSets(vpc: VpcNetwork): NftSet[] {
  return [
    {
      // The resolver and the metadata service: no security group and no network ACL filters them.
      name: 'unfiltered',
      type: 'ipv4_addr',
      elements: unfiltered(vpc),
    },
  ]
}

function unfiltered(vpc: VpcNetwork): Address[] {
  return [...new Set([...resolverAddresses(vpc), LINK_LOCAL_METADATA])]
}

function interfaceMaps(vpc: VpcNetwork, plugIns: readonly PlugIn[], tunnels: readonly Tunnel[]): NftMap[] {
  const verdicts = (
    name: string,
    ofPlugIn: (plugIn: PlugIn) => string | undefined,
    ofTunnel: (tunnel: Tunnel) => string,
    ofLinks: readonly MapElement[],
  ): NftMap => {
    const elementsOf = <T extends { readonly link: string }>(
      items: readonly T[],
      verdictOf: (item: T) => string | undefined,
    ) =>
      items.flatMap((item): MapElement[] => {
        const value = verdictOf(item)
        return value ? [{ key: quoted(item.link), value }] : []
      })
    const elements = [...elementsOf(plugIns, ofPlugIn), ...elementsOf(tunnels, ofTunnel), ...ofLinks]
    return { name, type: 'ifname', value: 'verdict', elements }
  }
  const ownAddresses = (name: string, chainOf: (plugIn: PlugIn) => string): NftMap => ({
    name,
    type: 'ifname . ipv4_addr',
    value: 'verdict',
    elements: plugIns.flatMap((plugIn) =>
      plugIn.networkInterface.addresses.map((address) => ({
        key: `${quoted(plugIn.link)} . ${address}`,
        value: `goto ${chainOf(plugIn)}`,
      })),
    ),
  })
  const outOf = ({ subnet }: PlugIn | Tunnel) => `${subnet.id}-out`
  const into = ({ subnet }: PlugIn | Tunnel) => `${subnet.networkAclId}-arrivals`
  const unchecked = (chainOf: (plugIn: PlugIn) => string) => (plugIn: PlugIn) =>
    plugIn.networkInterface.sourceDestCheck ? undefined : `goto ${chainOf(plugIn)}`
  const groupsOf = (direction: Direction) => (plugIn: PlugIn) => {
    const ids = plugIn.networkInterface.groupIds
    return ids.length > 0 ? `jump ${groupsChain(ids, direction)}` : undefined
  }
  const ungrouped = () => 'accept'
  const linkVerdicts = [
    ...peeringVerdicts(vpc),
    ...onPremisesVerdicts(vpc),
    ...transitVerdicts(vpc),
    ...nat64Verdicts(vpc),
  ]
  const linkSenders = [...peeringSenders(vpc), ...onPremisesSenders(vpc), ...transitSenders(vpc), ...nat64Senders(vpc)]
  const linkReceivers = [
    ...peeringReceivers(vpc),
    ...onPremisesReceivers(vpc),
    ...transitReceivers(vpc),
    ...nat64Verdicts(vpc),
  ]
  return [
    verdicts('egress-groups', groupsOf('egress'), ungrouped, linkVerdicts),
    verdicts('ingress-groups', groupsOf('ingress'), ungrouped, linkVerdicts),
    // Whose address it is, and where to go on, in one look: this is asked of every packet.
    ownAddresses('senders', outOf),
    ownAddresses(RECEIVERS, into),
    verdicts('unchecked-senders', unchecked(outOf), (tunnel) => `goto ${outOf(tunnel)}`, linkSenders),
    verdicts('unchecked-receivers', unchecked(into), (tunnel) => `goto ${into(tunnel)}`, linkReceivers),
    {
      name: 'identity',
      type: 'ipv4_addr',
      value: 'ipv4_addr',
      elements: [
        ...plugIns.flatMap(({ networkInterface }) =>
          networkInterface.addresses.map((key) => ({ key, value: networkInterface.backboneAddress })),
        ),
        ...clientIdentities(vpc),
      ],
    },
  ]
}

/** Route table and destination to the endpoint's backbone address. compile has cut the ranges so that none overlap,
 * which a concatenated interval map would refuse. */
function gatewayMap(vpc: VpcNetwork): NftMap {
  const family = familyOf(vpc)
  const elementOf = (number: number, { cidr, nextHop }: RouteEntry): MapElement[] =>
    nextHop.kind === 'vpcEndpoint' && cidrFamily(cidr) === family
      ? [{ key: `${number} . ${cidr}`, value: nextHop.backboneAddress, by: nextHop.endpointId }]
      : []
  return {
    name: 'gateway',
    type: 'mark . ipv4_addr',
    value: 'ipv4_addr',
    interval: true,
    elements: vpc.routeTables.flatMap(({ number, entries }) => entries.flatMap((entry) => elementOf(number, entry))),
  }
}

function baseChains(
  { vpc, doors, balancers, internet, endpointBandwidth }: RuleSources,
  failure: ZoneFailure,
): Chain[] {
  const serves = isBalancing(balancers)
  const resources = findResources(vpc)
  /** A rule that is there with a load balancer only: others' packets pay nothing for it. */
  const serving = (...rules: readonly Rule[]) => (serves ? rules : [])
  const neighbours = neighbourRules(familyOf(vpc))
  const fromBackbone = serves ? DROP_STRANGERS : DROP_FROM_BACKBONE
  const guarded = dropPrivate(internet)
  const chain = (
    name: string,
    hook: Hook['hook'],
    priority: number,
    rules: readonly Rule[],
    policy: Hook['policy'] = 'accept',
  ): Chain => ({ name, hook: { type: 'filter', hook, priority, policy }, rules })
  return [
    chain(
      'leaving',
      'prerouting',
      -150,
      [
        ...neighbours.arriving,
        ...failure.arriving,
        ...askPublicNodes(internet.nodes ?? []),
        ...leaving(serving(DROP_FALSE_NODES)),
      ],
      'drop',
    ),
    chain('sg-egress', 'prerouting', -149, [
      ESTABLISHED,
      ...neighbours.arriving,
      FROM_BACKBONE,
      FROM_ROUTER,
      { match: ['ip daddr @unfiltered'], verdict: 'accept' },
      { match: [], verdict: 'iifname vmap @egress-groups' },
      DROP,
    ]),
    {
      name: 'to-backbone',
      hook: { type: 'nat', hook: 'prerouting', priority: -100, policy: 'accept' },
      rules: [
        ...toForwardTarget(vpc),
        ...fromInternet(internet),
        ...serving(OUT_OF_BACKBONE),
        ...toBackbone(vpc, [TO_INTERFACE_ENDPOINT, ...serving(TO_NODE)]),
      ],
    },
    chain('mark-backbone', 'prerouting', -90, [
      ...serving(MARK_LEG),
      MARK_REPLY,
      ...markInboundReply(doors),
      ...markForward(vpc),
      {
        match: [`ip daddr ${BACKBONE}`, `iifname != ${quoted(BACKBONE_LINK)}`],
        verdict: `meta mark set meta mark | ${hex(BACKBONE_MARK)}`,
      },
      ...markShadows(internet.nodes ?? []),
      ...toNat64Gateways(vpc),
      ...toNatGateways(internet),
    ]),
    ...(resources.connections.length > 0
      ? [chain('gateway-groups', 'prerouting', -89, gatewayGroupRules(), 'drop')]
      : []),
    ...forwardGroupChain(vpc),
    // The router itself answers and says nothing, AWS drops without ICMP; but for the resets of endpoints.
    chain('input', 'input', 0, [...neighbours.own, DROP]),
    chain('forward', 'forward', 0, [
      ...clampTunnels(findTunnels(vpc)),
      ...forwardForwards(vpc),
      { match: [`oifname ${quoted(BACKBONE_LINK)}`], verdict: `goto ${FORWARD_TO_BACKBONE}` },
      ...admitInternet(internet),
      ESTABLISHED,
      fromBackbone,
    ]),
    {
      name: FORWARD_TO_BACKBONE,
      rules: [
        ...leaveByInternet(internet),
        // Addresses of the VPC that no interface has are routed to the backbone's link for the sake of ARP.
        { match: [`meta mark & ${hex(BACKBONE_MARK)} == 0`], verdict: 'drop' },
        ESTABLISHED,
        fromBackbone,
      ],
    },
    chain('output', 'output', 0, [
      { match: ['tcp flags rst'], verdict: 'accept' },
      ...pathMtuRules(internet),
      ...neighbours.own,
      DROP,
    ]),
    {
      name: 'identity',
      hook: { type: 'nat', hook: 'postrouting', priority: 100, policy: 'accept' },
      rules: [
        ...fromForwardSource(vpc),
        ...serving(FROM_NODE),
        ...toInternet(vpc, internet),
        ...askAsEndpoint(doors),
        { match: [`oifname ${quoted(BACKBONE_LINK)}`], verdict: 'snat ip to ip saddr map @identity' },
      ],
    },
    chain('entering', 'postrouting', 109, [
      ...neighbours.own,
      ...failure.leaving,
      guarded.length > 0 ? { ...TO_BACKBONE, verdict: `goto ${ENTER_BACKBONE}` } : TO_BACKBONE,
      ...bandwidthRules(endpointBandwidth, 'from'),
      { match: [], verdict: `oifname . ip daddr vmap @${RECEIVERS}` },
      { match: [], verdict: 'oifname vmap @unchecked-receivers' },
      DROP,
    ]),
    ...(guarded.length > 0 ? [{ name: ENTER_BACKBONE, rules: guarded }] : []),
    chain('sg-ingress', 'postrouting', 110, [
      ESTABLISHED,
      ...neighbours.own,
      TO_BACKBONE,
      { match: [], verdict: 'oifname vmap @ingress-groups' },
      DROP,
    ]),
  ]
}

/** Who sends it; from there what leaves its subnet, and last what enters an endpoint. The policy is to drop: a group's
 * chain that admits nothing comes back to that. */
function leaving(ofNodes: readonly Rule[]): Rule[] {
  return [
    FROM_BACKBONE,
    // The backbone is not reachable by its own addresses, nor can anyone pretend to be there.
    { match: [`ip daddr ${BACKBONE}`], verdict: 'drop' },
    // Nearly every packet goes on here: an interface's own address is none of the kinds below.
    { match: [], verdict: 'iifname . ip saddr vmap @senders' },
    FROM_ROUTER,
    { match: [`ip saddr ${BACKBONE}`], verdict: 'drop' },
    { match: ['ip saddr @unfiltered'], verdict: 'drop' },
    DROP_PRETENDERS,
    ...ofNodes,
    { match: [], verdict: 'iifname vmap @unchecked-senders' },
    DROP,
  ]
}

/** `withoutInterface` are the rules for what is to an address that no interface has. */
function toBackbone(vpc: VpcNetwork, withoutInterface: readonly Rule[]): Rule[] {
  const resolver: Rule = {
    match: [`ip daddr ${anyOf(resolverAddresses(vpc))}`, 'meta l4proto { tcp, udp }', 'th dport 53'],
    verdict: `dnat ip to ${RESOLVER_BACKBONE}`,
  }
  return [
    ...(vpc.resolver.enabled ? [resolver] : []),
    { match: [`ip daddr ${LINK_LOCAL_METADATA}`, 'tcp dport 80'], verdict: `dnat ip to ${METADATA_BACKBONE}` },
    ...withoutInterface,
    { match: [], verdict: 'dnat ip to meta mark . ip daddr map @gateway' },
  ]
}

function resolverAddresses(vpc: VpcNetwork): Address[] {
  const family = familyOf(vpc)
  return vpc.resolver.addresses.filter((address) => addressFamily(address) === family)
}

/** Nothing in the backbone opens a connection to an interface. */
const DROP_FROM_BACKBONE: Rule = { match: [`iifname ${quoted(BACKBONE_LINK)}`], verdict: 'drop' }

/** What leaves a subnet: its mark first, since an accept ends the chain, then its network ACL. */
function subnetChains(vpc: VpcNetwork): Chain[] {
  const numbers = new Map(vpc.routeTables.map((table) => [table.id, table.number]))
  return vpc.subnets.map((subnet) => ({
    name: `${subnet.id}-out`,
    rules: [
      // Between interfaces of one subnet there is no router: no route table and no network ACL.
      {
        match: [`ip daddr ${subnet.cidr}`, 'ip daddr != @unfiltered'],
        verdict: `meta mark set ${hex(SAME_SUBNET_MARK)} goto ${ENDPOINT_GROUPS}`,
      },
      { match: [], verdict: `meta mark set ${numbers.get(subnet.routeTableId) ?? 0}`, by: subnet.routeTableId },
      ASK_ENDPOINT_ACL,
      ...askAcl(vpc, subnet.networkAclId, 'egress'),
      { match: [], verdict: `goto ${ENDPOINT_GROUPS}` },
    ],
  }))
}

function aclChains(vpc: VpcNetwork): Chain[] {
  const family = familyOf(vpc)
  return vpc.networkAcls.flatMap(({ id, ingress, egress }) => [
    {
      name: `${id}-arrivals`,
      rules: [
        { match: [`meta mark & ${hex(SAME_SUBNET_MARK)} == ${hex(SAME_SUBNET_MARK)}`], verdict: 'accept' },
        ASK_REPLY_ACL,
        ...askAcl(vpc, id, 'ingress', { verdict: `goto ${id}-ingress` }),
      ],
    },
    { name: `${id}-ingress`, rules: [...aclRules(ingress, 'saddr', family), DROP] },
    { name: `${id}-egress`, rules: [...aclRules(egress, 'daddr', family), DROP] },
  ])
}

function groupChains({ vpc, plugIns, doors, balancers }: RuleSources): Chain[] {
  const plugged = plugIns.map(({ networkInterface }) => networkInterface)
  const carriers = [...plugged, ...doors, ...balancers.nodes, ...(vpc.resourceGateways ?? [])]
  const matchGroup = (id: SecurityGroupId) => matchGroupsNodes(balancers, id)
  const family = familyOf(vpc)
  const single = vpc.securityGroups.flatMap(({ id, ingress, egress }) => [
    { name: groupChain(id, 'ingress'), rules: groupRules(ingress, 'saddr', { family, matchGroup }) },
    { name: groupChain(id, 'egress'), rules: groupRules(egress, 'daddr', { family }) },
  ])
  const several = new Map<string, Chain>()
  for (const { groupIds = [] } of carriers) {
    if (groupIds.length < 2) continue
    for (const direction of ['ingress', 'egress'] as const) {
      const name = groupsChain(groupIds, direction)
      const jumps = groupIds.map((id) => ({ match: [], verdict: `jump ${groupChain(id, direction)}` }))
      several.set(name, { name, rules: jumps })
    }
  }
  return [...single, ...several.values()]
}

/** A set of members for each group that some rule names. */
function referencedGroups(vpc: VpcNetwork): NftSet[] {
  const rules = vpc.securityGroups.flatMap((group) => [...group.ingress, ...group.egress])
  const own = new Map<SecurityGroupId, SecurityGroupNetwork>(vpc.securityGroups.map((group) => [group.id, group]))
  const named = new Map<SecurityGroupId, readonly Address[]>()
  for (const { peer } of rules) {
    if (peer.kind === 'group') named.set(peer.groupId, peer.members ?? own.get(peer.groupId)?.members ?? [])
  }
  const family = familyOf(vpc)
  return [...named].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, members]) => memberSet(id, members, family))
}
