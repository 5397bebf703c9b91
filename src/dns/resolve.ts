// The answer of the Amazon-provided resolver to one question from one VPC. Pure: explain asks it too.
// https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html

import { isAmazonName } from '../catalogue/amazon-names.ts'
import { parseDomainName } from '../compile/domain-name.ts'
import type { PlacedInterface } from '../compile/lookup.ts'
import type { DnsFirewallRuleNetwork, Network, ResolverRuleNetwork, VpcNetwork } from '../compile/network.ts'
import { allSubnets } from '../compile/subnet.ts'
import type { Region } from '../store/records.ts'
import { automaticZones } from './automatic-names.ts'
import { inNat64, lacksIpv6 } from './dns64.ts'
import { endpointNamesZone, hiddenZones } from './endpoint-zones.ts'
import { blockingRedirection, blockingRule, overrideOf } from './firewall.ts'
import { forwardedBy } from './forwarding.ts'
import { NO_TURN, peersHostZone, publicHostZone } from './host-names.ts'
import { hostedZone } from './hosted-zone.ts'
import { loadBalancerZone } from './load-balancer-zone.ts'
import { publicZones } from './public-names.ts'
import { resourceHiddenZones, resourceNamesZone } from './resource-zones.ts'
import { siteZones } from './site-zones.ts'
import { isTargetHealthy } from './target-health.ts'
import {
  type AliasRecord,
  findZone,
  type Held,
  type ResourceRecord,
  soaRecord,
  type Turn,
  type Zone,
  type ZoneLayer,
  zoneLayer,
} from './zone.ts'

export interface Question {
  /** Lower case, without the final dot. */
  readonly name: string
  /** `A`, `AAAA`, `PTR`, … `ANY`; a type without a name is `UNKNOWN_65`. */
  readonly type: string
}

export type ResponseCode = 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NXDOMAIN' | 'NOTIMP' | 'REFUSED' | 'BADVERS'

/** RFC 8914: what the asker's tools show beside the code. */
export interface ExtendedError {
  readonly code: number
  readonly text: string
}

export interface Answer {
  readonly code: ResponseCode
  readonly answers: readonly ResourceRecord[]
  /** The zone's SOA in a negative answer (RFC 2308). */
  readonly authorities: readonly ResourceRecord[]
  /** Whose zones, endpoints and load balancers it comes from, in the order in which they were asked: `Z…`, `vpce-…`, an ARN.
   * Empty: zones that are always there. */
  readonly by: readonly string[]
  /** The answer repeats after so many rotations. */
  readonly period: number
  readonly extendedError?: ExtendedError
  /** Nobody in Postern can know: the host's resolver may, where there is an uplink. */
  readonly isBeyond?: true
}

type Found = Omit<Answer, 'period'>

const MOST_LINKS = 16

/** Extended error 22 is "No Reachable Authority". */
const UNKNOWN_NAME: Found = {
  code: 'SERVFAIL',
  answers: [],
  authorities: [],
  by: [],
  extendedError: { code: 22, text: 'no zone of this VPC holds the name, and Postern has no internet to ask' },
}

const TOO_LONG: Found = {
  ...UNKNOWN_NAME,
  extendedError: { code: 0, text: `the name leads over more than ${MOST_LINKS} others, or around in a circle` },
}

/** The rule by which a name is asked elsewhere (forwarder.ts); undefined for most. */
export function ruleFor(asker: Asker, name: string): ResolverRuleNetwork | undefined {
  if (!asker.vpc.resolverRules) return undefined
  return forwardedBy(asker.vpc, name, findZone(ownLayers(asker), name)?.apex)
}

/** What others would say is no matter of this resolver's, and not followed when a name leads there. */
function notKnownHere({ id, domainName, targets = [] }: ResolverRuleNetwork): Found {
  const there = targets.map(({ target, port }) => `${target}:${port}`).join(', ')
  const text = `${id} forwards ${domainName || 'every name'} to ${there}`
  return { ...UNKNOWN_NAME, by: [id], extendedError: { code: 22, text } }
}

/** Who asks. */
export interface Asker {
  /** The whole world: endpoints' own names are public in it. */
  readonly network: Network
  readonly vpc: VpcNetwork
  /** Where the asker is; an endpoint's address in that zone comes first. Absent: no address is preferred. By its id: names
   * of zones differ between accounts. */
  readonly availabilityZoneId?: string
  /** It asks from outside, by an inbound endpoint. */
  readonly isOutside?: boolean
  /** It is in a subnet with `EnableDns64`. */
  readonly usesDns64?: true
  /** It has no IPv4 address, and a use for IPv6's alone. */
  readonly isIpv6Only?: true
}

export function askerOf(network: Network, { vpc, networkInterface }: PlacedInterface): Asker {
  const subnet = allSubnets(vpc).find(({ id }) => id === networkInterface.subnetId)
  const isOutside = vpc.inboundResolvers?.some(({ interfaces }) =>
    interfaces.some(({ id }) => id === networkInterface.id),
  )
  return {
    network,
    vpc,
    ...(subnet && { availabilityZoneId: subnet.availabilityZoneId }),
    ...(isOutside && { isOutside }),
    ...(subnet?.dns64 && { usesDns64: true }),
    ...(networkInterface.addresses.length === 0 && { isIpv6Only: true }),
  }
}

/** `rotation` turns answers of several addresses and chooses among weighted sets, one step for each number. A name in no
 * zone of ours would be asked of the internet, which is not there: that is SERVFAIL and not NXDOMAIN, which would claim to
 * know. */
export function resolve(asker: Asker, question: Question, rotation = 0): Answer {
  const turns = new Turns(rotation, asker)
  const found = withDns64({ asker, turns, links: 0 }, question)
  // AWS's own names are Postern's to know, and where a name here leads on to is asked of nobody.
  const isBeyond = found === UNKNOWN_NAME && !isAmazonName(question.name)
  const answer = isBeyond ? { ...found, isBeyond: true as const } : found
  return { ...answer, period: turns.period }
}

function withDns64(search: Search, question: Question): Found {
  const found = behindFirewall(search, question)
  const asks = search.asker.usesDns64 && question.type === 'AAAA'
  if (!asks || found.code !== 'NOERROR' || !lacksIpv6(found.answers)) return found
  const ipv4 = behindFirewall(search, { name: question.name, type: 'A' })
  return ipv4.answers.some(({ type }) => type === 'A') ? { ...ipv4, answers: inNat64(ipv4.answers) } : found
}

/** What the name leads to is looked at too, where the rules say so. */
function behindFirewall(search: Search, question: Question): Found {
  const { vpc } = search.asker
  const first = blockingRule(vpc, question)
  if (first) return blocked(search, first, question)
  const found = follow(search, question)
  const later = blockingRedirection(vpc, question, found.answers)
  return later ? blocked(search, later, question) : found
}

/** Extended error 15 is "Blocked". */
function blocked(search: Search, rule: DnsFirewallRuleNetwork, question: Question): Found {
  const cname = overrideOf(rule, question.name)
  if (cname && question.type !== 'CNAME') return alongCname(search, cname, question, [rule.by])
  return {
    code: rule.blockResponse === 'NXDOMAIN' ? 'NXDOMAIN' : 'NOERROR',
    answers: cname ? [cname] : [],
    authorities: [],
    by: [rule.by],
    extendedError: { code: 15, text: `${rule.by} blocks the name` },
  }
}

/** One search, which may lead over several names. */
interface Search {
  readonly asker: Asker
  readonly turns: Turns
  /** CNAMEs and aliases gone along so far. */
  readonly links: number
}

function follow(search: Search, question: Question): Found {
  const rule = ruleFor(search.asker, question.name)
  if (rule) return notKnownHere(rule)
  return answerFrom(search, zoneFor(search.asker, question.name), question)
}

function answerFrom(search: Search, zone: Zone | undefined, question: Question): Found {
  if (search.links > MOST_LINKS) return TOO_LONG
  if (!zone) return UNKNOWN_NAME
  const by = zone.by === undefined ? [] : [zone.by]
  const held = zone.find(question.name, search.turns)
  if (!held) return { code: 'NXDOMAIN', answers: [], authorities: [soaRecord(zone)], by }
  const cname = question.type === 'CNAME' ? undefined : held.find(isCname)
  if (cname && question.type !== 'ANY') return alongCname(search, cname, question, by)
  const matching = [...held, ...apexRecords(zone, held, question.name)].filter(
    ({ type }) => type === question.type || question.type === 'ANY',
  )
  const parts = matching.map((one) => ('alias' in one ? alongAlias(search, zone, one) : { records: [one], by: [] }))
  const records = parts.flatMap((part) => part.records)
  const all = [...new Set([...by, ...parts.flatMap((part) => part.by)])]
  if (records.length === 0) return { code: 'NOERROR', answers: [], authorities: [soaRecord(zone)], by: all }
  return { code: 'NOERROR', answers: inOrder(records, search), authorities: [], by: all }
}

/** The resolver goes on with the other name wherever it leads, and gives the whole chain. */
function alongCname(search: Search, cname: ResourceRecord, { type }: Question, by: readonly string[]): Found {
  const target = parseDomainName(cname.data)
  const rest = 'name' in target ? follow({ ...search, links: search.links + 1 }, { name: target.name, type }) : TOO_LONG
  const answers = rest.code === 'SERVFAIL' ? [] : [cname, ...rest.answers]
  return { ...rest, answers, by: [...new Set([...by, ...rest.by])] }
}

/** An alias is answered as if its target's records were its own. */
function alongAlias(
  search: Search,
  zone: Zone,
  { name, type, alias }: AliasRecord,
): { readonly records: readonly ResourceRecord[]; readonly by: readonly string[] } {
  const target = alias.isOwn ? zone : publicZoneFor(search.asker, alias.name)
  const { answers, by } = answerFrom({ ...search, links: search.links + 1 }, target, { name: alias.name, type })
  return { records: answers.filter((record) => record.type === type).map((record) => ({ ...record, name })), by }
}

function isCname(held: Held): held is ResourceRecord {
  return held.type === 'CNAME' && !('alias' in held)
}

/** Private zones come first, then the automatic names, then what is public. The first two answer for good: a name in
 * one of their zones is never asked of what comes after. */
function zoneFor(asker: Asker, name: string): Zone | undefined {
  const own = findZone(ownLayers(asker), name)
  // Nobody made the automatic zones, so a peer's may complete them.
  const peers = own && own.by === undefined && !own.find(name, NO_TURN) ? peersHostZone(asker, name) : undefined
  return peers ?? own ?? peersHostZone(asker, name) ?? publicZoneFor(asker, name)
}

function publicZoneFor(asker: Asker, name: string): Zone | undefined {
  const { network, vpc } = asker
  return (
    endpointNamesZone(network, name) ??
    publicHostZone(asker, name) ??
    loadBalancerZone(asker, name) ??
    resourceNamesZone(network, name) ??
    findZone([publicLayer(network, vpc.region)], name)
  )
}

const layersInside = new WeakMap<VpcNetwork, readonly ZoneLayer[]>()
const layersOutside = new WeakMap<VpcNetwork, readonly ZoneLayer[]>()

function ownLayers({ vpc, isOutside = false }: Asker): readonly ZoneLayer[] {
  const layersByVpc = isOutside ? layersOutside : layersInside
  const known = layersByVpc.get(vpc)
  if (known) return known
  const own = [...vpc.privateZones.map(hostedZone), ...hiddenZones(vpc, isOutside), ...resourceHiddenZones(vpc)]
  const layers = [zoneLayer(own), zoneLayer(automaticZones(vpc))]
  layersByVpc.set(vpc, layers)
  return layers
}

const publicByNetwork = new WeakMap<Network, Map<Region, ZoneLayer>>()

function publicLayer(network: Network, region: Region): ZoneLayer {
  const byRegion = publicByNetwork.get(network) ?? new Map<Region, ZoneLayer>()
  publicByNetwork.set(network, byRegion)
  const layer =
    byRegion.get(region) ?? zoneLayer([...siteZones(network), ...publicZones(network, region), ...userZones(network)])
  byRegion.set(region, layer)
  return layer
}

/** Users' public zones. What Amazon holds itself is not delegated to anybody. */
function userZones({ publicZones: zones }: Network): Zone[] {
  return zones.filter(({ name }) => !isAmazonName(name)).map(hostedZone)
}

function apexRecords(zone: Zone, held: readonly Held[], name: string): ResourceRecord[] {
  return name === zone.apex && !held.some(({ type }) => type === 'SOA') ? [soaRecord(zone)] : []
}

/** The asker's own zone first, the others turned. */
function inOrder(records: readonly ResourceRecord[], { asker, turns }: Search): ResourceRecord[] {
  const isNear = ({ availabilityZoneId }: ResourceRecord) =>
    availabilityZoneId !== undefined && availabilityZoneId === asker.availabilityZoneId
  const far = records.filter((record) => !isNear(record))
  const turn = turns.take(far.length)
  return [...records.filter(isNear), ...far.slice(turn), ...far.slice(0, turn)]
}

/** The choices of one answer, all by one number; after `period` numbers they repeat. */
class Turns implements Turn {
  period = 1
  readonly region: Region
  readonly #network: Network
  readonly #rotation: number

  constructor(rotation: number, { network, vpc }: Asker) {
    this.#rotation = rotation
    this.#network = network
    this.region = vpc.region
  }

  isHealthy(name: string): boolean {
    return isTargetHealthy(this.#network, name)
  }

  take(count: number): number {
    if (count <= 1) return 0
    this.period = leastCommonMultiple(this.period, count)
    return this.#rotation % count
  }
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b]
  while (y > 0) [x, y] = [y, x % y]
  return (a / x) * b
}
