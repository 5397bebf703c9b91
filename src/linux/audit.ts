// A cheap look at whether the kernel still has what was put there. Links, addresses, routes and rules of the routers are
// compared in full; of nft the names of chains, sets and maps, and how much each holds; of an instance's namespace that
// it is there and that its links are up, which the router's ends of them tell.

import type { BackboneState } from './backbone-kernel.ts'
import { listRules } from './commands.ts'
import { diffNamespace, isEmpty, namespacesOf } from './diff.ts'
import { type Ruleset, tableOf } from './nft.ts'
import { observeNamespace } from './observe.ts'
import { type NamespacePlan, pairAlias, type VpcPlan } from './plan.ts'
import type { Run } from './run.ts'

/** `live` are the namespaces that exist. */
export async function vpcHasDrifted(run: Run, plan: VpcPlan, live: ReadonlySet<string>): Promise<boolean> {
  if (!namespacesOf(plan).every(({ name }) => live.has(name))) return true
  const observed = await observeNamespace(run, plan.router.name)
  const pairs = plan.links.filter((pair) => pair.near.namespace === plan.router.name)
  const whole = pairs.every((pair) => {
    const end = observed.links.get(pair.near.name)
    return end?.carrier && end.alias === pairAlias(pair)
  })
  return !whole || (await differs(run, observed.plan, plan.router, [plan.rules, plan.ipv6Rules]))
}

export async function backboneHasDrifted(
  run: Run,
  { namespace, rules, ipv6Rules }: BackboneState,
  live: ReadonlySet<string>,
): Promise<boolean> {
  if (!live.has(namespace.name)) return true
  if (!rules) return false
  const { plan } = await observeNamespace(run, namespace.name)
  return differs(run, plan, namespace, [rules, ipv6Rules])
}

async function differs(
  run: Run,
  observed: NamespacePlan,
  plan: NamespacePlan,
  tables: readonly (Ruleset | undefined)[],
): Promise<boolean> {
  if (!isEmpty(diffNamespace(observed, plan))) return true
  const listing = await listRules(run, plan.name)
  return !tables.every((rules) => !rules || sameCounts(listing, rules))
}

type Counts = ReadonlyMap<string, number>

/** True when our table in nft's JSON listing has the same things in the same numbers. */
export function sameCounts(listing: string, ruleset: Ruleset): boolean {
  const have = countsOfListing(listing, tableOf(ruleset))
  const want = countsOfRuleset(ruleset)
  const changing = new Set(ruleset.sets.filter(({ dynamic }) => dynamic).map(({ name }) => `set ${name}`))
  return have.size === want.size && [...want].every(([name, count]) => changing.has(name) || have.get(name) === count)
}

function countsOfRuleset({ chains, sets, maps }: Ruleset): Counts {
  return new Map([
    ...chains.map((chain) => [`chain ${chain.name}`, chain.rules.length] as const),
    ...sets.map((set) => [`set ${set.name}`, set.elements.length] as const),
    ...maps.map((map) => [`map ${map.name}`, map.elements.length] as const),
  ])
}

/** `{"nftables": [{"chain": {…}}, {"rule": {"chain": …}}, {"set": {"elem": […]}}, …]}` */
function countsOfListing(listing: string, table: string): Counts {
  const counts = new Map<string, number>()
  const add = (key: string, count: number) => counts.set(key, (counts.get(key) ?? 0) + count)
  const parsed: unknown = JSON.parse(listing)
  for (const item of members(field(parsed, 'nftables'))) {
    const [kind, body] = Object.entries(isObject(item) ? item : {})[0] ?? []
    if (`${field(body, 'family')} ${field(body, 'table')}` !== table) continue
    if (kind === 'chain') add(`chain ${field(body, 'name')}`, 0)
    if (kind === 'rule') add(`chain ${field(body, 'chain')}`, 1)
    if (kind === 'set' || kind === 'map') add(`${kind} ${field(body, 'name')}`, members(field(body, 'elem')).length)
  }
  return counts
}

function field(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined
}

function members(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
