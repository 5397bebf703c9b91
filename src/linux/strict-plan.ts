// What the kernel would refuse in a plan, found without a kernel, so that a test with the model driver fails where the
// real one would.

import { cidrRange, parseCidr } from '../ip/cidr.ts'
import type { AddressRange } from '../ip/range.ts'
import { MAX_INTERFACE_NAME } from './names.ts'
import type { NftMap, Ruleset } from './nft.ts'
import { type FamilyPlan, type NamespacePlan, renderAddress, routeKey, type VpcPlan } from './plan.ts'

/** One sentence per thing that the kernel would refuse. */
export function refusals(plan: VpcPlan): string[] {
  const namespaces = [plan.router, ...plan.instances.map(({ namespace }) => namespace)]
  return [
    ...namespaces.flatMap(refusedInNamespace),
    ...refusedLinks(plan),
    ...refusedInRules(plan.rules),
    ...(plan.ipv6Rules ? refusedInRules(plan.ipv6Rules) : []),
    ...repeated(plan.backbone.sources).map((source) => `backbone source ${source} twice`),
    ...repeated(plan.backbone.endpoints).map((endpoint) => `backbone endpoint ${endpoint} twice`),
  ]
}

function refusedInNamespace({ name, up, ipv6, ...ipv4 }: NamespacePlan): string[] {
  return [...refusedInFamily(name, up, ipv4), ...(ipv6 ? refusedInFamily(`${name} (IPv6)`, up, ipv6) : [])]
}

function refusedInFamily(name: string, up: readonly string[], { addresses, routes }: FamilyPlan): string[] {
  return [
    ...repeated(addresses.map(renderAddress)).map((address) => `${name}: address ${address} twice`),
    ...repeated(routes.map(routeKey)).map((key) => `${name}: route ${key} twice`),
    ...routes
      .filter(({ device }) => device !== undefined && !up.includes(device))
      .map(({ destination, device }) => `${name}: route ${destination} by ${device}, which is not there`),
  ]
}

function refusedLinks({ links }: VpcPlan): string[] {
  const ends = links.flatMap(({ near, far }) => [near, far])
  return [
    ...ends
      .filter(({ name }) => Buffer.byteLength(name) > MAX_INTERFACE_NAME)
      .map(({ name }) => `interface ${name} is longer than ${MAX_INTERFACE_NAME} bytes`),
    ...repeated(ends.map(({ namespace, name }) => `${namespace}/${name}`)).map((end) => `interface ${end} twice`),
  ]
}

/** References that lead nowhere, names and elements twice, and intervals that overlap. */
export function refusedInRules({ chains, sets, maps, timeouts = [] }: Ruleset): string[] {
  const timeoutNames = new Set(timeouts.map(({ name }) => name))
  const chainNames = new Set(chains.map(({ name }) => name))
  const setNames = new Set([...sets, ...maps].map(({ name }) => name))
  const verdicts = [
    ...chains.flatMap(({ rules }) => rules.flatMap(({ match, verdict }) => [...match, verdict])),
    ...maps.flatMap(({ elements }) => elements.map(({ value }) => value)),
  ]
  return [
    ...repeated(chains.map(({ name }) => name)).map((name) => `chain ${name} twice`),
    ...repeated([...sets, ...maps].map(({ name }) => name)).map((name) => `set ${name} twice`),
    ...references(verdicts, /(?:jump|goto) (\S+)/g, chainNames).map((name) => `chain ${name} does not exist`),
    ...references(verdicts, /@(\S+)/g, setNames).map((name) => `set ${name} does not exist`),
    ...references(verdicts, /ct timeout set "([^"]+)"/g, timeoutNames).map((name) => `timeout ${name} does not exist`),
    ...repeated(timeouts.map(({ name }) => name)).map((name) => `timeout ${name} twice`),
    ...sets.flatMap((set) => repeated(set.elements).map((element) => `element ${element} twice in ${set.name}`)),
    ...maps.flatMap((map) =>
      repeated(map.elements.map(({ key }) => key)).map((key) => `element ${key} twice in ${map.name}`),
    ),
    ...maps.filter((map) => map.interval).flatMap(overlaps),
  ]
}

function references(texts: readonly string[], pattern: RegExp, known: ReadonlySet<string>): string[] {
  const names = texts.flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''))
  return [...new Set(names)].filter((name) => !known.has(name))
}

/** Elements are `MARK . CIDR`. */
function overlaps({ name, elements }: NftMap): string[] {
  const ranges = elements.map(({ key }) => {
    const [mark = '', block = ''] = key.split(' . ')
    const parsed = parseCidr(block.includes('/') ? block : `${block}/${block.includes(':') ? 128 : 32}`)
    return { key, mark, range: parsed && cidrRange(parsed) }
  })
  return ranges.flatMap((a, index) =>
    ranges
      .slice(index + 1)
      .filter((b) => a.mark === b.mark && a.range && b.range && overlap(a.range, b.range))
      .map((b) => `elements ${a.key} and ${b.key} of ${name} overlap`),
  )
}

function overlap(a: AddressRange, b: AddressRange): boolean {
  return a.first <= b.last && b.first <= a.last
}

function repeated(texts: readonly string[]): string[] {
  const seen = new Set<string>()
  return texts.filter((text) => seen.has(text) || !seen.add(text))
}
