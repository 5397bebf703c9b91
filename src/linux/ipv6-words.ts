// IPv6's rules and routes are made by the functions that make IPv4's, of the VPC as IPv6 sees it (compile/ipv6-view.ts), and
// are said in IPv6's words here: what a header and an address are called, and instead of each IPv4 address that is
// Postern's own the one that IPv6 has for it. Any other IPv4 address among them is a mistake, and throws.

import {
  BACKBONE,
  embed,
  IPV6_METADATA,
  IPV6_RESOLVER,
  LINK_LOCAL_METADATA,
  LINK_LOCAL_RESOLVER,
} from '../compile/backbone.ts'
import { ipv6OfOutside, isOutside } from '../compile/internet.ts'
import { type Address, addressBits, addressPlus, parseAddress } from '../ip/address.ts'
import { type Cidr, cidr, cidrContains } from '../ip/cidr.ts'
import type { Chain, MapElement, NftMap, NftSet, Rule, Ruleset } from './nft.ts'
import type { FamilyPlan, Route } from './plan.ts'

const LINK_LOCAL = cidr('169.254.0.0/16')
/** IPv4's link-local addresses in the same number of IPv6's. */
const IPV6_LINK_LOCAL = 'fe80::' as Address

const TWINS: ReadonlyMap<string, Address> = new Map([
  [LINK_LOCAL_RESOLVER, IPV6_RESOLVER],
  [LINK_LOCAL_METADATA, IPV6_METADATA],
])

/** Blocks whose twins are no longer by the same count of bits. */
const TWIN_BLOCKS: ReadonlyMap<string, Cidr> = new Map([['169.254.168.0/22', cidr('fd00:ec2::/32')]])

/** An IPv6 packet's header is that much longer. */
const LONGER_HEADER = 20

/** What IPv6 has in the place of an address or a block of Postern's own. */
export function twinOf(text: string): string {
  const block = TWIN_BLOCKS.get(text)
  if (block) return block
  const [base = '', length] = text.split('/')
  const address = parseAddress(base)
  if (!address) throw new TypeError(`no IPv4 address: ${text}`)
  const twin = twinOfAddress(address)
  return length === undefined ? twin : `${twin}/${96 + Number(length)}`
}

function twinOfAddress(address: Address): Address {
  const twin = TWINS.get(address)
  if (twin) return twin
  if (cidrContains(BACKBONE, address)) return embed(address)
  if (cidrContains(LINK_LOCAL, address)) return addressPlus(IPV6_LINK_LOCAL, addressBits(address).bits)
  if (isOutside(address)) return ipv6OfOutside(address)
  throw new TypeError(`${address} is in rules of IPv6, and IPv6 has nothing in its place`)
}

const IPV4 = /(?<![\w.:-])\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?(?![\w.])/g

/** A statement or an expression of nft's. */
export function inIpv6Words(text: string): string {
  return text
    .replaceAll(/(?<![\w-])ip(?= (?:saddr|daddr|nexthop|to|addr)\b)/g, 'ip6')
    .replaceAll('ipv4_addr', 'ipv6_addr')
    .replaceAll(/(?<=maxseg size set )\d+/g, (size) => String(Number(size) - LONGER_HEADER))
    .replaceAll(IPV4, twinOf)
}

/** The same rules for IPv6's table. */
export function ipv6Ruleset({ chains, sets, maps, timeouts }: Ruleset): Ruleset {
  return {
    family: 6,
    ...(timeouts && { timeouts }),
    sets: sets.map((set): NftSet => ({ ...set, type: inIpv6Words(set.type), elements: set.elements.map(inIpv6Words) })),
    maps: maps.map(
      (map): NftMap => ({
        ...map,
        type: inIpv6Words(map.type),
        value: inIpv6Words(map.value),
        elements: map.elements.map(ipv6Element),
      }),
    ),
    chains: chains.map((chain): Chain => ({ ...chain, rules: chain.rules.map(ipv6Rule) })),
  }
}

function ipv6Rule(rule: Rule): Rule {
  return { ...rule, match: rule.match.map(inIpv6Words), verdict: inIpv6Words(rule.verdict) }
}

function ipv6Element(element: MapElement): MapElement {
  return { ...element, key: inIpv6Words(element.key), value: inIpv6Words(element.value) }
}

/** The same addresses, routes and rules for IPv6. */
export function ipv6Plan({ addresses, neighbours, routes, rules }: FamilyPlan): FamilyPlan {
  const twin = (text: string) => text.replaceAll(IPV4, twinOf)
  const twinAddress = <A extends string>(address: A) => twin(address) as A
  return {
    addresses: addresses.map((one) => ({ ...one, address: twinAddress(one.address) })),
    neighbours: neighbours.map((one) => ({ ...one, address: twinAddress(one.address) })),
    routes: routes.map(
      ({ via, ...route }): Route => ({
        ...route,
        destination: twin(route.destination),
        ...(via && { via: twinAddress(via) }),
      }),
    ),
    rules: rules.map(({ from, ...rule }) => ({ ...rule, ...(from && { from: twinAddress(from) }) })),
  }
}

/** Arguments of `conntrack -D`. */
export function ipv6Filter(filter: string): string {
  return `-f ipv6 ${filter.replaceAll(IPV4, twinOf)}`
}
