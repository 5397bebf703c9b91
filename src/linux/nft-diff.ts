// The nft transaction that turns one ruleset into another: elements of sets and maps one by one, chains refilled whole,
// so a change costs in proportion to itself. When base chains or declarations differ, the whole table is replaced.

import {
  type Chain,
  declaration,
  hookLines,
  type MapElement,
  type NftMap,
  type NftSet,
  type Ruleset,
  renderMapElement,
  renderRemoveIpv6,
  renderReplace,
  renderRule,
  tableOf,
  timeoutLines,
} from './nft.ts'

/** Text for `nft -f -`; empty when nothing differs. `have` is undefined when the kernel's table is unknown. */
export function diffRuleset(have: Ruleset | undefined, want: Ruleset): string {
  if (have === want) return ''
  if (!have || skeletonOf(have) !== skeletonOf(want) || redeclaresSet(have, want)) return renderReplace(want)
  const timeouts = diffTimeouts(have, want)
  const sets = diffSets(have, want)
  const chains = diffChains(tableOf(want), have.chains, want.chains)
  // Names before what refers to them, and references away before names: the kernel checks each line as it comes.
  const lines = [
    ...timeouts.add,
    ...sets.declare,
    ...chains.add,
    ...sets.remove,
    ...sets.add,
    ...chains.refill,
    ...chains.remove,
    ...sets.forget,
    ...timeouts.remove,
  ]
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

/** The same of the table of IPv6, which many a namespace does not have. `isKnown` says that `have` is what is there. */
export function diffIpv6Ruleset(have: Ruleset | undefined, want: Ruleset | undefined, isKnown: boolean): string {
  if (want) return diffRuleset(have, want)
  return have || !isKnown ? renderRemoveIpv6() : ''
}

/** The hooks, which can only change together with the whole table. */
function skeletonOf({ chains }: Ruleset): string {
  return chains.flatMap((chain) => hookLines(chain).map((line) => `${chain.name} ${line}`)).join('\n')
}

/** A timeout's name says what it is, so one that is there never changes; flows that have one keep it until it goes. */
function diffTimeouts(have: Ruleset, want: Ruleset): { readonly add: string[]; readonly remove: string[] } {
  const table = tableOf(want)
  const names = ({ timeouts = [] }: Ruleset) => new Set(timeouts.map(({ name }) => name))
  const [before, after] = [names(have), names(want)]
  const added = (want.timeouts ?? []).filter(({ name }) => !before.has(name))
  return {
    add: added.map(
      (timeout) => `add ct timeout ${table} ${timeout.name} { ${timeoutLines(timeout, want.family).join('; ')}; }`,
    ),
    remove: [...before].filter((name) => !after.has(name)).map((name) => `delete ct timeout ${table} ${name}`),
  }
}

/** True when a set or map keeps its name and changes its type. */
function redeclaresSet(have: Ruleset, want: Ruleset): boolean {
  const types = new Map([...have.sets, ...have.maps].map((set) => [set.name, declaration(set).join()]))
  return [...want.sets, ...want.maps].some(
    (set) => (types.get(set.name) ?? declaration(set).join()) !== declaration(set).join(),
  )
}

interface ChainLines {
  readonly add: string[]
  readonly refill: string[]
  readonly remove: string[]
}

function diffChains(table: string, have: readonly Chain[], want: readonly Chain[]): ChainLines {
  const before = new Map(have.map((chain) => [chain.name, chain]))
  const after = new Set(want.map((chain) => chain.name))
  const lines: ChainLines = { add: [], refill: [], remove: [] }
  for (const chain of want) {
    const old = before.get(chain.name)
    if (!old) lines.add.push(`add chain ${table} ${chain.name}`)
    const rules = chain.rules.map(renderRule)
    if (old && sameTexts(old.rules.map(renderRule), rules)) continue
    if (old) lines.refill.push(`flush chain ${table} ${chain.name}`)
    for (const rule of rules) lines.refill.push(`add rule ${table} ${chain.name} ${rule}`)
  }
  const gone = have.filter((chain) => !after.has(chain.name))
  // Chains that go may jump to each other: empty them all first.
  for (const chain of gone) lines.remove.push(`flush chain ${table} ${chain.name}`)
  for (const chain of gone) lines.remove.push(`delete chain ${table} ${chain.name}`)
  return lines
}

interface SetLines {
  readonly declare: string[]
  readonly remove: string[]
  readonly add: string[]
  readonly forget: string[]
}

function diffSets(have: Ruleset, want: Ruleset): SetLines {
  const table = tableOf(want)
  const before = new Map([...have.sets, ...have.maps].map((set) => [set.name, set]))
  const after = new Set([...want.sets, ...want.maps].map((set) => set.name))
  const lines: SetLines = { declare: [], remove: [], add: [], forget: [] }
  for (const set of [...want.sets, ...want.maps]) {
    const old = before.get(set.name)
    if (!old) lines.declare.push(`add ${kindOf(set)} ${table} ${set.name} { ${declaration(set).join('; ')}; }`)
    const had = old ? elementsOf(old) : new Map<string, string>()
    const wanted = elementsOf(set)
    const removed = [...had].filter(([key, text]) => wanted.get(key) !== text).map(([key]) => key)
    const added = [...wanted].filter(([key, text]) => had.get(key) !== text).map(([, text]) => text)
    if (removed.length > 0) lines.remove.push(elementsLine('delete', `${table} ${set.name}`, removed))
    if (added.length > 0) lines.add.push(elementsLine('add', `${table} ${set.name}`, added))
  }
  for (const [name, set] of before) {
    if (after.has(name)) continue
    // Its elements may hold chains that go too.
    if ('value' in set) lines.remove.push(`flush map ${table} ${name}`)
    lines.forget.push(`delete ${kindOf(set)} ${table} ${name}`)
  }
  return lines
}

function elementsLine(verb: 'add' | 'delete', name: string, elements: readonly string[]): string {
  return `${verb} element ${name} { ${elements.join(', ')} }`
}

function kindOf(set: NftSet | NftMap): 'set' | 'map' {
  return 'value' in set ? 'map' : 'set'
}

/** Key to the text that adds the element. */
function elementsOf(set: NftSet | NftMap): Map<string, string> {
  if (!('value' in set)) return new Map(set.elements.map((element) => [element, element]))
  return new Map(set.elements.map((element: MapElement) => [element.key, renderMapElement(element)]))
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index])
}
