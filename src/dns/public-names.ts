// AWS's public names, and the addresses they have on the internet. S3 and DynamoDB lie inside their prefix lists, because
// the route of a gateway endpoint catches them by that; every other AWS name gets one address that lies in no list.

import { AMAZON_APEXES } from '../catalogue/amazon-names.ts'
import { endpointServices } from '../catalogue/endpoint-services.ts'
import { awsPrefixLists } from '../catalogue/prefix-lists.ts'
import { OTHER_SERVICES } from '../catalogue/public-addresses.ts'
import { DEFAULT_REGION, isRegion, REGIONS } from '../catalogue/regions.ts'
import { ipv6OfOutside } from '../compile/internet.ts'
import type { Network } from '../compile/network.ts'
import { type Address, addressPlus } from '../ip/address.ts'
import { type Cidr, cidrBase, cidrContains, cidrLength, cidrsOverlap } from '../ip/cidr.ts'
import type { Region } from '../store/records.ts'
import { apiEndpointRecords } from './endpoint-zones.ts'
import type { ResourceRecord, Zone } from './zone.ts'

/** S3 answers with up to eight addresses: https://repost.aws/knowledge-center/s3-dns-query-multivalue-response */
const PREFIX_LIST_ANSWERS = 8
/** Far more than it takes while some block of every list is its region's alone. */
const MOST_TRIED = 256

const PREFIX_LIST_TTL = 5
const TTL = 60

/** Public names of AWS that are no endpoint's private DNS name. */
const GLOBAL_NAMES = new Set(['sts.amazonaws.com', 'ec2.amazonaws.com', 'cloudfront.amazonaws.com'])

const S3 =
  /^(?:.+\.)?s3(?:-fips|-accesspoint|-accesspoint-fips|-control|-control-fips|-object-lambda|-website)?(?:\.dualstack)?[.-](?<region>[a-z0-9-]+)\.amazonaws\.com$/
const S3_GLOBAL = /^(?<bucket>.+\.)?s3(?:-external-1)?\.amazonaws\.com$/
/** https://docs.aws.amazon.com/general/latest/gr/rande.html#dual-stack-endpoints */
const DUAL_STACK = /(?:^|\.)dualstack\.|\.api\.aws$/
const DYNAMODB = /^(?:\d{12}\.ddb|dynamodb|dynamodb-fips)\.(?<region>[a-z0-9-]+)\.(?:amazonaws\.com|api\.aws)$/

/** The public zones, as a VPC of `region` sees them. */
export function publicZones(network: Network, region: Region): Zone[] {
  return AMAZON_APEXES.map((apex) => ({
    apex,
    find: (name) =>
      apiEndpointRecords(network, name) ?? publicRecords(name, region) ?? (isRegionalApex(name, apex) ? [] : undefined),
  }))
}

/** The addresses of a public AWS name, in their first order; empty for a name that AWS does not have. `region` is where
 * the asker is: `BUCKET.s3.amazonaws.com` leads to the bucket's region in AWS, and here to the asker's. */
export function publicAddresses(name: string, region: Region): readonly Address[] {
  const list = prefixListOf(name, region)
  if (list) return addressesWithin(list)
  return hasOtherService(name, region) ? [otherServiceAddress(name)] : []
}

function publicRecords(name: string, region: Region): ResourceRecord[] | undefined {
  const ttl = prefixListOf(name, region) ? PREFIX_LIST_TTL : TTL
  const addresses = publicAddresses(name, region)
  if (addresses.length === 0) return undefined
  const ofIpv4 = addresses.map((address): ResourceRecord => ({ name, ttl, type: 'A', data: address }))
  if (!DUAL_STACK.test(name)) return ofIpv4
  return [...ofIpv4, ...addresses.map((one): ResourceRecord => ({ name, ttl, type: 'AAAA', data: ipv6OfOutside(one) }))]
}

function isRegionalApex(name: string, apex: string): boolean {
  return name === apex || (name.endsWith(`.${apex}`) && isRegion(name.slice(0, -apex.length - 1)))
}

/** The prefix list that the name's addresses lie in; undefined when they lie in none. */
function prefixListOf(name: string, region: Region): readonly Cidr[] | undefined {
  const found = (service: string, of: Region | undefined) =>
    of ? awsPrefixLists(of).find((list) => list.name === `com.amazonaws.${of}.${service}`)?.cidrs : undefined
  const global = S3_GLOBAL.exec(name)
  if (global) return found('s3', global.groups?.bucket && isRegion(region) ? region : DEFAULT_REGION)
  return found('s3', S3.exec(name)?.groups?.region) ?? found('dynamodb', DYNAMODB.exec(name)?.groups?.region)
}

/**
 * A few addresses of the blocks, spread over them: never a block's first address, nor one that ends in 0 or 255. Regions'
 * lists overlap (us-east-1 has 54.231.0.0/16 and eu-west-1 a /19 of it), and an address in two lists would be carried by
 * the other region's endpoint, so none is taken.
 */
function addressesWithin(blocks: readonly Cidr[]): Address[] {
  const others = otherBlocks(blocks)
  const found = new Set<Address>()
  for (let index = 0; found.size < PREFIX_LIST_ANSWERS && index < MOST_TRIED; index++) {
    // `index % length` is within the list, and no list is empty.
    const block = blocks[index % blocks.length]!
    const hash = fnv1a(`${block} ${index}`)
    const rows = 2 ** Math.max(0, 24 - cidrLength(block))
    const address = addressPlus(cidrBase(block), (hash % rows) * 256 + 1 + ((hash >>> 16) % 254))
    if (!others.some((other) => cidrContains(other, address))) found.add(address)
  }
  return [...found]
}

/** The blocks of the other lists that overlap these. */
function otherBlocks(blocks: readonly Cidr[]): readonly Cidr[] {
  const known = overlapping.get(blocks)
  if (known) return known
  const others = REGIONS.flatMap((region) => awsPrefixLists(region))
    .filter((list) => list.cidrs !== blocks)
    .flatMap((list) => list.cidrs)
    .filter((other) => blocks.some((block) => cidrsOverlap(block, other)))
  overlapping.set(blocks, others)
  return others
}

const overlapping = new Map<readonly Cidr[], readonly Cidr[]>()

interface NamePatterns {
  readonly exact: ReadonlySet<string>
  readonly wildcards: readonly RegExp[]
}

const patternsByRegion = new Map<Region, NamePatterns>()

function hasOtherService(name: string, region: Region): boolean {
  if (GLOBAL_NAMES.has(name)) return true
  const labels = name.split('.')
  const named = REGIONS.find((candidate) => labels.includes(candidate)) ?? region
  const { exact, wildcards } = namePatterns(named)
  return exact.has(name) || wildcards.some((wildcard) => wildcard.test(name))
}

function namePatterns(region: Region): NamePatterns {
  const known = patternsByRegion.get(region)
  if (known) return known
  const names = endpointServices(region).flatMap((service) => service.privateDnsNames)
  // Streams have no private name, and gateway endpoints do not carry them.
  names.push(`streams.dynamodb.${region}.amazonaws.com`)
  const made = {
    exact: new Set(names.filter((name) => !name.includes('*'))),
    wildcards: names.filter((name) => name.includes('*')).map(wildcardPattern),
  }
  // A name that is no region would let askers fill the map.
  if (isRegion(region)) patternsByRegion.set(region, made)
  return made
}

/** `*.x` stands for any name below x, `a-*.x` for one label. */
function wildcardPattern(name: string): RegExp {
  const escaped = name
    .replaceAll('.', '\\.')
    .replace(/^\*\\\./, '.+\\.')
    .replaceAll('*', '[^.]+')
  return new RegExp(`^${escaped}$`)
}

function otherServiceAddress(name: string): Address {
  const hash = fnv1a(name)
  return addressPlus(cidrBase(OTHER_SERVICES), ((hash >>> 8) & 0xff) * 256 + 1 + (hash % 254))
}

/** FNV-1a, 32 bits: the same name has the same address in every world and on every run. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash >>> 0
}
