// The IPv6 blocks of a VPC: Amazon's, a /56 each, and what comes with the first one.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html#vpc-sizing-ipv6

import type { VpcIpv6CidrBlockAssociation } from '@aws-sdk/client-ec2'
import { publicIpv6Pool } from '../../../catalogue/public-addresses.ts'
import { ApiError, invalidParameterValue } from '../../../errors.ts'
import { addressPlus } from '../../../ip/address.ts'
import { type Cidr, cidr, cidrBase } from '../../../ip/cidr.ts'
import { ALL_PROTOCOLS } from '../../../ip/protocol.ts'
import type { Ipv6CidrAssociation } from '../../../store/ipv6-records.ts'
import type { NetworkAcl, NetworkAclEntry, Region, SecurityGroup, Vpc } from '../../../store/records.ts'
import type { Tx } from '../../../store/store.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { ownedBy, type Place } from '../request/owned.ts'

export const ANY_IPV4 = cidr('0.0.0.0/0')
export const ANY_IPV6 = cidr('::/0')

/** The number of the default ACL's entry that lets IPv6 through; that of IPv4 is 100. */
const IPV6_RULE_NUMBER = 101
const AMAZON_POOL = 'Amazon'
/** A region's /32 has so many /56 blocks; the first is never given, for it reads like the region's own. */
const BLOCKS_PER_REGION = 2 ** 24
const BLOCK_SIZE = 1n << 72n

export interface Ipv6Parameters {
  readonly AmazonProvidedIpv6CidrBlock?: boolean | undefined
  readonly Ipv6CidrBlock?: string | undefined
  readonly Ipv6CidrBlockNetworkBorderGroup?: string | undefined
  readonly Ipv6IpamPoolId?: string | undefined
  readonly Ipv6NetmaskLength?: number | undefined
  readonly Ipv6Pool?: string | undefined
}

/** The border group of the block that the call asks for; undefined when it asks for none. */
export function parseIpv6Request(region: Region, input: Ipv6Parameters): string | undefined {
  refuseUnserved({
    ipv6CidrBlock: input.Ipv6CidrBlock,
    ipv6IpamPoolId: input.Ipv6IpamPoolId,
    ipv6NetmaskLength: input.Ipv6NetmaskLength,
    ipv6Pool: input.Ipv6Pool === AMAZON_POOL ? undefined : input.Ipv6Pool,
  })
  const group = input.Ipv6CidrBlockNetworkBorderGroup || undefined
  if (!input.AmazonProvidedIpv6CidrBlock) {
    if (group === undefined) return undefined
    throw new ApiError(
      'InvalidParameterCombination',
      'The parameter ipv6CidrBlockNetworkBorderGroup is for an amazonProvidedIpv6CidrBlock; send both or neither',
    )
  }
  if (group !== undefined && group !== region) {
    throw invalidParameterValue(
      'ipv6CidrBlockNetworkBorderGroup',
      group,
      `There are no Local Zones here; use ${region}.`,
    )
  }
  return region
}

/** The next block of the region that no VPC has: they go round, as public addresses do. */
export function newIpv6Association(tx: Tx, region: Region, networkBorderGroup: string): Ipv6CidrAssociation {
  const used = new Set([...tx.vpcs.all()].flatMap((vpc) => vpc.ipv6CidrBlocks ?? []).map((block) => block.cidr))
  const id = `ipv6CidrBlock/${region}`
  const counter = tx.counters.get(id)
  for (let value = (counter?.value ?? 0) + 1; ; value++) {
    const block = blockAt(region, value % BLOCKS_PER_REGION || 1)
    if (used.has(block)) continue
    if (counter) tx.counters.update(id, { value })
    else tx.counters.insert({ id, value })
    return { associationId: tx.newId('vpc-cidr-assoc'), cidr: block, pool: AMAZON_POOL, networkBorderGroup }
  }
}

function blockAt(region: Region, number: number): Cidr {
  return cidr(`${addressPlus(cidrBase(publicIpv6Pool(region)), BigInt(number) * BLOCK_SIZE)}/56`)
}

/** A VPC's groups and its default ACL let IPv6 through from its first block on, unless somebody has changed them before. */
export function admitIpv6(tx: Tx, place: Place, vpc: Vpc): void {
  for (const group of tx.securityGroups.where('vpcId', vpc.id)) {
    const egress = tx.securityGroupRules.where('groupId', group.id).filter(({ direction }) => direction === 'egress')
    const [only] = egress
    const isUntouched =
      egress.length === 1 &&
      only?.protocol === ALL_PROTOCOLS &&
      only.peer.kind === 'cidr' &&
      only.peer.cidr === ANY_IPV4
    if (isUntouched) insertAllowAllEgress(tx, place, group, ANY_IPV6)
  }
  for (const acl of tx.networkAcls.where('vpcId', vpc.id)) {
    if (acl.isDefault) tx.networkAcls.update(acl.id, { entries: withIpv6(acl) })
  }
}

function withIpv6({ entries }: NetworkAcl): NetworkAclEntry[] {
  return [true, false].flatMap((egress) => {
    const own = entries.filter((entry) => entry.egress === egress)
    const [only] = own
    const isUntouched =
      own.length === 1 && only?.action === 'allow' && only.protocol === ALL_PROTOCOLS && only.cidr === ANY_IPV4
    return only && isUntouched ? [only, { ...only, ruleNumber: IPV6_RULE_NUMBER, cidr: ANY_IPV6 }] : own
  })
}

/** What every new group has for each family of its VPC: everything may leave. */
export function insertAllowAllEgress(tx: Tx, place: Place, group: SecurityGroup, anywhere: Cidr): void {
  tx.securityGroupRules.insert({
    ...ownedBy(place),
    id: tx.newId('sgr'),
    groupId: group.id,
    direction: 'egress',
    protocol: ALL_PROTOCOLS,
    peer: { kind: 'cidr', cidr: anywhere },
  })
}

export function toIpv6Association(
  { associationId, cidr, pool, networkBorderGroup }: Ipv6CidrAssociation,
  state: 'associating' | 'associated' | 'disassociating' = 'associated',
): VpcIpv6CidrBlockAssociation {
  return {
    AssociationId: associationId,
    Ipv6CidrBlock: cidr,
    Ipv6CidrBlockState: { State: state },
    Ipv6Pool: pool,
    NetworkBorderGroup: networkBorderGroup,
    Ipv6AddressAttribute: 'public',
    IpSource: 'amazon',
  }
}
