// What is to be done to turn what the kernel has into what it should have: lines for `ip -batch` and text for nft. Pure.
// Equal plans give nothing to do.

import type { Ruleset } from './nft.ts'
import { diffIpv6Ruleset, diffRuleset } from './nft-diff.ts'
import type {
  BalancedFlows,
  DetourPath,
  FamilyPlan,
  GatewayMapping,
  GatewayPath,
  NamespacePlan,
  VethEnd,
  VethPair,
  VpcPlan,
} from './plan.ts'
import {
  ENDPOINT_MTU,
  MAIN_RULE,
  MTU,
  pairAlias,
  renderAddress,
  renderNeighbour,
  renderPolicyRule,
  renderRoute,
  routeKey,
} from './plan.ts'
import { RECEIVERS } from './vpc-rules.ts'

/** What the kernel has of one VPC, as last applied or as read. */
export interface VpcState {
  /** The router's and the instances', by name. */
  readonly namespaces: ReadonlyMap<string, NamespacePlan>
  readonly links: readonly VethPair[]
  /** Absent: unknown. */
  readonly rules?: Ruleset
  /** Absent: there is none, where `rules` is known. */
  readonly ipv6Rules?: Ruleset
  readonly gateways: readonly GatewayMapping[]
  readonly detours: readonly DetourPath[]
  readonly balanced: BalancedFlows
  /** Unknown where `rules` is. */
  readonly countsFlows?: true
}

export const NO_FLOWS: BalancedFlows = { endWhenGone: [], end: [] }
export const NOTHING: VpcState = { namespaces: new Map(), links: [], gateways: [], detours: [], balanced: NO_FLOWS }

const NEW_FAMILY: FamilyPlan = { addresses: [], neighbours: [], routes: [], rules: [MAIN_RULE] }

/** A namespace as the kernel makes it. */
const NEW_NAMESPACE: NamespacePlan = { name: '', up: [], ...NEW_FAMILY }

export interface NamespaceChange {
  readonly namespace: string
  /** Lines that may only add. */
  readonly add: readonly string[]
  /** Lines that take away what is stale. */
  readonly remove: readonly string[]
  /** The same of IPv6, after IPv4's. Absent: nothing to do. */
  readonly ipv6?: FamilyChange
}

export interface FamilyChange extends Lines {
  /** Absent: it stays as it is. */
  readonly turn?: 'on' | 'off'
}

export interface VpcChange {
  readonly newNamespaces: readonly string[]
  /** Pairs that make way for new ones of the same name. */
  readonly replacedLinks: readonly VethPair[]
  readonly newLinks: readonly VethPair[]
  readonly namespaces: readonly NamespaceChange[]
  /** A transaction in the router; empty when nothing changed. */
  readonly nft: string
  /** Pairs of interfaces that are gone. */
  readonly staleLinks: readonly VethPair[]
  /** Arguments of `conntrack`, one line per kind of flow that must end. */
  readonly staleFlows: readonly string[]
}

/** What an applied plan leaves in the kernel. */
export function stateOf(plan: VpcPlan): VpcState {
  return {
    namespaces: new Map(namespacesOf(plan).map((namespace) => [namespace.name, namespace])),
    links: plan.links,
    rules: plan.rules,
    ...(plan.ipv6Rules && { ipv6Rules: plan.ipv6Rules }),
    gateways: plan.gateways,
    detours: plan.detours,
    balanced: plan.balanced,
    ...(plan.countsFlows && { countsFlows: plan.countsFlows }),
  }
}

export function namespacesOf(plan: VpcPlan): NamespacePlan[] {
  return [plan.router, ...plan.instances.map((instance) => instance.namespace)]
}

export function diffVpc(have: VpcState, want: VpcPlan): VpcChange {
  const wanted = namespacesOf(want)
  const links = diffLinks(have.links, want.links)
  return {
    newNamespaces: wanted.filter(({ name }) => !have.namespaces.has(name)).map(({ name }) => name),
    replacedLinks: links.replaced,
    newLinks: links.made,
    namespaces: diffNamespaces(have, wanted, links),
    nft: `${diffRuleset(have.rules, want.rules)}${diffIpv6Ruleset(have.ipv6Rules, want.ipv6Rules, have.rules !== undefined)}`,
    staleLinks: links.stale,
    staleFlows: [
      ...staleGatewayFlows(have, want),
      ...staleDetourFlows(have, want),
      ...staleBalancedFlows(have, want),
      ...staleAddressFlows(have, want),
    ],
  }
}

function diffNamespaces(have: VpcState, wanted: readonly NamespacePlan[], links: LinkChange): NamespaceChange[] {
  // What is made anew starts with nothing, also where its far end was not known.
  const gone = endsByNamespace([...links.replaced, ...links.stale, ...links.made])
  const fresh = Map.groupBy(links.made, ({ near }) => near.namespace)
  return wanted
    .filter((want) => gone.has(want.name) || !sameNamespace(have.namespaces.get(want.name), want))
    .map((want) =>
      diffNamespace(withoutLinks(have.namespaces.get(want.name), gone.get(want.name)), want, fresh.get(want.name)),
    )
    .filter((change) => !isEmpty(change))
}

export function isEmpty({ add, remove, ipv6 }: NamespaceChange): boolean {
  return add.length + remove.length === 0 && !ipv6
}

/** Nearly all of a large VPC's namespaces are the same from one plan to the next; this is the quick way to see it. */
function sameNamespace(have: NamespacePlan | undefined, want: NamespacePlan): boolean {
  return have === want || JSON.stringify(have) === JSON.stringify(want)
}

/** `have` is undefined for a new namespace. `fresh` are the pairs made just now whose near end is here: it lacks its
 * alias still. */
export function diffNamespace(
  have: NamespacePlan = NEW_NAMESPACE,
  want: NamespacePlan,
  fresh: readonly VethPair[] = [],
): NamespaceChange {
  const up = missing(have.up, want.up).map((link) => `link set ${link} up`)
  const tunnels = diffLines(have.tunnels ?? [], want.tunnels ?? [])
  const family = diffFamily(have, want)
  const ipv6 = diffIpv6(have.ipv6, want.ipv6)
  return {
    namespace: want.name,
    add: [
      ...fresh.map((pair) => `link set ${pair.near.name} alias ${pairAlias(pair)}`),
      // Else an answer to ARP on behalf of another waits up to 0.8 s; there is no default that a namespace could set.
      ...fresh.map((pair) => `ntable change name arp_cache dev ${pair.near.name} proxy_delay 0`),
      ...tunnels.add.flatMap((name) => [`tuntap add dev ${name} mode tun`, `link set ${name} mtu ${ENDPOINT_MTU}`]),
      ...up,
      ...family.add,
    ],
    remove: [...family.remove, ...tunnels.remove.map((name) => `link del ${name}`)],
    ...(ipv6 && { ipv6 }),
  }
}

function diffFamily(have: FamilyPlan, want: FamilyPlan): Lines {
  const addresses = diffLines(have.addresses.map(renderAddress), want.addresses.map(renderAddress))
  const neighbours = diffLines(have.neighbours.map(renderNeighbour), want.neighbours.map(renderNeighbour))
  const routes = diffRoutes(have, want)
  const rules = diffLines(have.rules.map(renderPolicyRule), want.rules.map(renderPolicyRule))
  return {
    add: [
      ...addresses.add.map((line) => `addr add ${line}`),
      ...neighbours.add.map((line) => `neigh replace ${line} nud permanent`),
      ...routes.add.map((line) => `route replace ${line}`),
      ...rules.add.map((line) => `rule add ${line}`),
    ],
    remove: [
      ...rules.remove.map((line) => `rule del ${line}`),
      ...routes.remove.map((line) => `route del ${line}`),
      ...neighbours.remove.map((line) => `neigh del ${line}`),
      ...addresses.remove.map((line) => `addr del ${line}`),
    ],
  }
}

function diffIpv6(have: FamilyPlan | undefined, want: FamilyPlan | undefined): FamilyChange | undefined {
  if (!have && !want) return undefined
  const lines = diffFamily(have ?? NEW_FAMILY, want ?? NEW_FAMILY)
  if (!have) return { ...lines, turn: 'on' }
  if (!want) return { ...lines, turn: 'off' }
  return lines.add.length + lines.remove.length > 0 ? lines : undefined
}

/** The line for the root batch that makes a pair, each end in its namespace. */
export function renderNewLink({ near, far }: VethPair): string {
  const end = (macAddress: string | undefined) => `mtu ${MTU}${macAddress ? ` address ${macAddress}` : ''}`
  return (
    `link add ${near.name} netns ${near.namespace} ${end(near.macAddress)} type veth ` +
    `peer name ${far.name} netns ${far.namespace} ${end(far.macAddress)}`
  )
}

interface LinkChange {
  readonly made: VethPair[]
  readonly replaced: VethPair[]
  readonly stale: VethPair[]
}

function diffLinks(have: readonly VethPair[], want: readonly VethPair[]): LinkChange {
  const before = new Map(have.map((pair) => [endKey(pair.near), pair]))
  const made = want.filter((pair) => !samePair(before.get(endKey(pair.near)), pair))
  // Another interface may take over this one's place at its router, or as its instance's eth0.
  const taken = new Set(made.flatMap(({ near, far }) => [endKey(near), endKey(far)]))
  const replaced = have.filter(({ near, far }) => taken.has(endKey(near)) || taken.has(endKey(far)))
  const kept = new Set([...want, ...replaced].map((pair) => endKey(pair.near)))
  return { made, replaced, stale: have.filter((pair) => !kept.has(endKey(pair.near))) }
}

function endKey({ namespace, name }: VethEnd): string {
  return `${namespace} ${name}`
}

function samePair(a: VethPair | undefined, b: VethPair): boolean {
  return (
    a?.far.namespace === b.far.namespace &&
    a.far.name === b.far.name &&
    a.near.macAddress === b.near.macAddress &&
    a.far.macAddress === b.far.macAddress
  )
}

/** Names of links by namespace, both ends of each pair. */
function endsByNamespace(pairs: readonly VethPair[]): ReadonlyMap<string, ReadonlySet<string>> {
  const ends = pairs.flatMap(({ near, far }) => [near, far])
  const grouped = Map.groupBy(ends, ({ namespace }) => namespace)
  return new Map([...grouped].map(([namespace, list]) => [namespace, new Set(list.map(({ name }) => name))]))
}

/** What is left of a namespace once these links are gone: the kernel takes their addresses and routes with them. */
function withoutLinks(
  namespace: NamespacePlan | undefined,
  gone: ReadonlySet<string> | undefined,
): NamespacePlan | undefined {
  if (!namespace || !gone) return namespace
  const stays = ({ device }: { readonly device?: string }) => device === undefined || !gone.has(device)
  const staying = <F extends FamilyPlan>(family: F): F => ({
    ...family,
    addresses: family.addresses.filter(stays),
    neighbours: family.neighbours.filter(stays),
    routes: family.routes.filter(stays),
  })
  return {
    ...staying(namespace),
    up: namespace.up.filter((link) => !gone.has(link)),
    ...(namespace.ipv6 && { ipv6: staying(namespace.ipv6) }),
  }
}

interface Lines {
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

function diffLines(have: readonly string[], want: readonly string[]): Lines {
  return { add: missing(have, want), remove: missing(want, have) }
}

function missing(have: readonly string[], want: readonly string[]): string[] {
  const there = new Set(have)
  return want.filter((line) => !there.has(line))
}

/** A route that changes is replaced, so that there is no moment without it. */
function diffRoutes(have: FamilyPlan, want: FamilyPlan): Lines {
  const before = new Map(have.routes.map((route) => [routeKey(route), renderRoute(route)]))
  const after = new Map(want.routes.map((route) => [routeKey(route), renderRoute(route)]))
  return {
    add: [...after].filter(([key, line]) => before.get(key) !== line).map(([, line]) => line),
    remove: [...before].filter(([key]) => !after.has(key)).map(([, line]) => line),
  }
}

/** AWS breaks open connections when an endpoint's route goes; conntrack would carry them on. Where it is not known what
 * was open, what should be closed is. */
function staleGatewayFlows(have: VpcState, want: VpcPlan): string[] {
  const pathOf = ({ subnetCidr, backboneAddress }: GatewayPath) => `-s ${subnetCidr} -r ${backboneAddress}`
  if (!have.rules) return want.closedGateways.map(pathOf)
  const paths = new Set(want.gateways.map(pathOf))
  const ranges = new Set(want.gateways.map((mapping) => `${pathOf(mapping)} -d ${mapping.cidr}`))
  const stale = have.gateways.flatMap((mapping) => {
    const path = pathOf(mapping)
    if (!paths.has(path)) return [path]
    const range = `${path} -d ${mapping.cidr}`
    return ranges.has(range) ? [] : [range]
  })
  return [...new Set(stale)]
}

/** A flow that began on a detour was not translated, and would never be. */
function staleDetourFlows(have: VpcState, want: VpcPlan): string[] {
  const textOf = ({ subnetCidr, address }: DetourPath) => `-s ${subnetCidr} -d ${address}`
  return missing(want.detours.map(textOf), have.detours.map(textOf))
}

/** What a load balancer must not carry on: to a target that failed or is long gone, or by a connection or node that is. */
function staleBalancedFlows({ balanced: have }: VpcState, { balanced: want }: VpcPlan): string[] {
  return [...missing(want.endWhenGone, have.endWhenGone), ...missing(have.end, want.end)]
}

/** The next interface with this address must not inherit what the security groups let this one do. What answers from it
 * may have been asked by another address: a load balancer's. */
function staleAddressFlows(have: VpcState, want: VpcPlan): string[] {
  const owners = (rules: Ruleset | undefined) =>
    new Set(rules?.maps.find(({ name }) => name === RECEIVERS)?.elements.map(({ key }) => key))
  const gone = (before: Ruleset | undefined, after: Ruleset | undefined) => {
    const still = owners(after)
    return [...owners(before)]
      .filter((element) => !still.has(element))
      .map((element) => element.slice(element.lastIndexOf(' ') + 1))
      .flatMap((address) => [`-s ${address}`, `-r ${address}`])
  }
  return [...gone(have.rules, want.rules), ...gone(have.ipv6Rules, want.ipv6Rules).map((one) => `-f ipv6 ${one}`)]
}
