// The addresses of Postern's internet. Each region's public and Elastic IP addresses come from a block of Amazon's that no
// prefix list of the catalogue touches; sites are in a block that RFC 5737 keeps for documents.

import { type Cidr, cidr } from '../ip/cidr.ts'
import type { Region } from '../store/records.ts'
import { awsPrefixLists } from './prefix-lists.ts'
import { REGIONS } from './regions.ts'

/** Amazon announces it for its own services: all that are in no prefix list. */
export const OTHER_SERVICES: Cidr = cidr('52.46.0.0/16')

export const SITES: Cidr = cidr('203.0.113.0/24')

/** Where Route 53's health checkers are. https://ip-ranges.amazonaws.com/ip-ranges.json, ROUTE53_HEALTHCHECKS */
export const HEALTH_CHECKERS: Cidr = cidr('15.177.0.0/18')

const FIRST_POOL = 192
const FIRST_IPV6_POOL = 0x10

/** Where the region's public addresses come from. */
export function publicPool(region: Region): Cidr {
  return cidr(`44.${FIRST_POOL + Math.max(0, REGIONS.indexOf(region))}.0.0/16`)
}

/** Where the IPv6 blocks of the region's VPCs come from: a /32 of 2600:1f00::/24, which is Amazon's. */
export function publicIpv6Pool(region: Region): Cidr {
  return cidr(`2600:1f${(FIRST_IPV6_POOL + Math.max(0, REGIONS.indexOf(region))).toString(16)}::/32`)
}

/** Where AWS's services and the sites are: what is in none of these blocks is nobody's or a VPC's. */
export const INTERNET: readonly Cidr[] = [
  ...new Set([
    SITES,
    OTHER_SERVICES,
    ...REGIONS.flatMap((region) => awsPrefixLists(region).flatMap(({ cidrs }) => cidrs)),
  ]),
]
