// The blocks of a VPC, of both families: each has a `local` route in every route table.

import type { Cidr } from '../ip/cidr.ts'
import type { Vpc } from '../store/records.ts'

export function vpcBlocks({ cidrBlocks, ipv6CidrBlocks = [] }: Pick<Vpc, 'cidrBlocks' | 'ipv6CidrBlocks'>): Cidr[] {
  return [...cidrBlocks, ...ipv6CidrBlocks].map((block) => block.cidr)
}
