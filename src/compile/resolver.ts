// The Amazon-provided resolver of a VPC: https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html

import { privateDomain } from '../catalogue/regions.ts'
import { addressPlus } from '../ip/address.ts'
import { cidrBase } from '../ip/cidr.ts'
import type { Vpc } from '../store/records.ts'
import { LINK_LOCAL_RESOLVER } from './backbone.ts'
import type { ResolverView } from './network.ts'

export function compileResolver(vpc: Vpc): ResolverView {
  const primary = vpc.cidrBlocks[0]
  if (!primary) throw new Error(`${vpc.id} has no CIDR block`)
  return {
    enabled: vpc.enableDnsSupport,
    hostnames: vpc.enableDnsHostnames,
    ...(vpc.autodefinedReverse === false && { reverse: false as const }),
    addresses: [addressPlus(cidrBase(primary.cidr), 2), LINK_LOCAL_RESOLVER],
    domain: privateDomain(vpc.region),
  }
}
