// Blocks of a pool of IPAM, and what is taken of them: by other pools, by VPCs, and by whoever wants to keep one.

import type {
  AllocateIpamPoolCidrRequest,
  AllocateIpamPoolCidrResult,
  DeprovisionIpamPoolCidrRequest,
  DeprovisionIpamPoolCidrResult,
  GetIpamPoolAllocationsRequest,
  GetIpamPoolAllocationsResult,
  GetIpamPoolCidrsRequest,
  GetIpamPoolCidrsResult,
  ProvisionIpamPoolCidrRequest,
  ProvisionIpamPoolCidrResult,
  ReleaseIpamPoolAllocationRequest,
  ReleaseIpamPoolAllocationResult,
} from '@aws-sdk/client-ec2'
import { ApiError, dependencyViolation, invalidParameterValue, missingParameter, notFound } from '../../../errors.ts'
import { type Cidr, cidrCovers, cidrLength, cidrRange, cidrsOverlap } from '../../../ip/cidr.ts'
import { rangeToCidrs, subtractRanges } from '../../../ip/range.ts'
import type { IpamPool, IpamPoolAllocation, IpamPoolCidr } from '../../../store/ipam-records.ts'
import type { Tags, VpcId } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { requireIpv4Cidr } from '../request/cidr-parameter.ts'
import { findMadeBefore, forgetMade, rememberMade } from '../request/client-token.ts'
import { applyPlainFilters, type FilterFields } from '../request/filters.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { pageOf } from '../request/pages.ts'
import { requireId, requireOwned } from '../request/require.ts'
import { toAllocation, toPoolCidr } from './ipam-shape.ts'
import { requirePool } from './pool.ts'

/** Into a pool at the top any block that no other there has; into one below it, a block that its source has free. */
export function provisionIpamPoolCidr(
  tx: Tx,
  caller: Caller,
  input: ProvisionIpamPoolCidrRequest,
): ProvisionIpamPoolCidrResult {
  const call = { action: 'ProvisionIpamPoolCidr', input }
  const madeBefore = findMadeBefore(tx, caller, call)
  const made = madeBefore === undefined ? undefined : tx.ipamPoolCidrs.get(madeBefore)
  if (made) return { IpamPoolCidr: toPoolCidr(made) }
  refuseUnserved({
    cidrAuthorizationContext: input.CidrAuthorizationContext,
    ipamExternalResourceVerificationTokenId: input.IpamExternalResourceVerificationTokenId,
    verificationMethod: input.VerificationMethod,
  })
  const pool = requireOwned(tx.ipamPools, caller, 'IpamPool', input.IpamPoolId)
  const source = pool.sourcePoolId && tx.ipamPools.get(pool.sourcePoolId)
  const cidr = source
    ? takeFrom(tx, source, wantedBlock(input), { resourceType: 'ipam-pool', resourceId: pool.id, region: pool.region })
        .cidr
    : requireNewBlock(tx, pool, input.Cidr)
  const { id } = tx.ipamPoolCidrs.insert({ id: tx.newId('ipam-pool-cidr'), owner: pool.owner, poolId: pool.id, cidr })
  rememberMade(tx, caller, call, id)
  return {
    IpamPoolCidr: { IpamPoolCidrId: id, Cidr: cidr, NetmaskLength: cidrLength(cidr), State: 'pending-provision' },
  }
}

export function deprovisionIpamPoolCidr(
  tx: Tx,
  caller: Caller,
  input: DeprovisionIpamPoolCidrRequest,
): DeprovisionIpamPoolCidrResult {
  const pool = requireOwned(tx.ipamPools, caller, 'IpamPool', input.IpamPoolId)
  const wanted = requireIpv4Cidr(input.Cidr, 'cidr')
  const block = tx.ipamPoolCidrs.where('poolId', pool.id).find(({ cidr }) => cidr === wanted)
  if (!block) throw invalidParameterValue('cidr', wanted, `It is not provisioned to ${pool.id}.`)
  const taken = tx.ipamPoolAllocations.where('poolId', pool.id).find(({ cidr }) => cidrCovers(block.cidr, cidr))
  if (taken) throw dependencyViolation(`The CIDR ${wanted} of ${pool.id} still has the allocation ${taken.id}.`)
  tx.ipamPoolCidrs.delete(block.id)
  forgetMade(tx, block.id)
  for (const { id, cidr } of tx.ipamPoolAllocations.where('resourceId', pool.id)) {
    if (cidr === block.cidr) tx.ipamPoolAllocations.delete(id)
  }
  return { IpamPoolCidr: { ...toPoolCidr(block), State: 'pending-deprovision' } }
}

export function getIpamPoolCidrs(
  records: Records,
  caller: Caller,
  input: GetIpamPoolCidrsRequest,
): GetIpamPoolCidrsResult {
  const pool = requirePool(records, caller, input.IpamPoolId)
  const found = applyPlainFilters(records.ipamPoolCidrs.where('poolId', pool.id), input.Filters, CIDR_FILTERS)
  const { items, nextToken } = pageOf(found, input, ({ id }) => id)
  return { IpamPoolCidrs: items.map(toPoolCidr), NextToken: nextToken }
}

/** Keeps a block from everybody else; with `PreviewNextCidr` it only says which it would be. */
export function allocateIpamPoolCidr(
  tx: Tx,
  caller: Caller,
  input: AllocateIpamPoolCidrRequest,
): AllocateIpamPoolCidrResult {
  const call = { action: 'AllocateIpamPoolCidr', input }
  const madeBefore = findMadeBefore(tx, caller, call)
  const made = madeBefore === undefined ? undefined : tx.ipamPoolAllocations.get(madeBefore)
  if (made) return { IpamPoolAllocation: toAllocation(made) }
  refuseUnserved({ allowedCidrs: input.AllowedCidrs, tagSpecifications: input.TagSpecifications })
  const pool = requirePool(tx, caller, input.IpamPoolId)
  const avoided = (input.DisallowedCidrs ?? []).map((text) => requireIpv4Cidr(text, 'disallowedCidr'))
  const wanted = { ...wantedBlock(input), avoided }
  if (input.PreviewNextCidr === true) {
    const cidr = findBlock(tx, pool, wanted)
    return { IpamPoolAllocation: { Cidr: cidr, ResourceType: 'custom', ResourceOwner: caller.account } }
  }
  const region = pool.locale ?? pool.region
  const { Description: description } = input
  const taken = takeFrom(tx, pool, wanted, { resourceType: 'custom', region, ...(description && { description }) })
  rememberMade(tx, caller, call, taken.id)
  return { IpamPoolAllocation: toAllocation(taken) }
}

export function releaseIpamPoolAllocation(
  tx: Tx,
  caller: Caller,
  input: ReleaseIpamPoolAllocationRequest,
): ReleaseIpamPoolAllocationResult {
  const pool = requirePool(tx, caller, input.IpamPoolId)
  const allocation = requireAllocation(tx, pool, input.IpamPoolAllocationId)
  const cidr = requireIpv4Cidr(input.Cidr, 'cidr')
  if (allocation.cidr !== cidr) throw invalidParameterValue('cidr', cidr, `${allocation.id} has ${allocation.cidr}.`)
  if (allocation.resourceType !== 'custom') {
    throw new ApiError('InvalidParameterValue', `The allocation ${allocation.id} goes with ${allocation.resourceId}.`)
  }
  tx.ipamPoolAllocations.delete(allocation.id)
  forgetMade(tx, allocation.id)
  return { Success: true }
}

export function getIpamPoolAllocations(
  records: Records,
  caller: Caller,
  input: GetIpamPoolAllocationsRequest,
): GetIpamPoolAllocationsResult {
  const pool = requirePool(records, caller, input.IpamPoolId)
  const { IpamPoolAllocationId: id } = input
  const all = id ? [requireAllocation(records, pool, id)] : records.ipamPoolAllocations.where('poolId', pool.id)
  const found = applyPlainFilters(all, input.Filters, ALLOCATION_FILTERS)
  const { items, nextToken } = pageOf(found, input, (one) => one.id, { min: 1000, max: 100_000 })
  return { IpamPoolAllocations: items.map(toAllocation), NextToken: nextToken }
}

export interface WantedBlock {
  readonly Cidr?: string | undefined
  readonly NetmaskLength?: number | undefined
}

/** The block of a VPC that names a pool: the one that it wants, or a free one of its length. */
export function takeForVpc(
  tx: Tx,
  caller: Caller,
  poolId: string,
  wanted: WantedBlock,
  { vpcId, tags }: { readonly vpcId: VpcId; readonly tags: Tags },
): Cidr {
  const pool = requirePool(tx, caller, poolId)
  if (pool.locale !== caller.region) {
    const locale = pool.locale ?? 'none'
    throw invalidParameterValue(
      'ipv4IpamPoolId',
      poolId,
      `Its locale is ${locale}, and the VPC is in ${caller.region}.`,
    )
  }
  const lacking = Object.entries(pool.resourceTags).find(([key, value]) => tags[key] !== value)
  if (lacking) {
    throw invalidParameterValue('ipv4IpamPoolId', poolId, `It wants its resources tagged ${lacking.join('=')}.`)
  }
  const allocation = { resourceType: 'vpc' as const, resourceId: vpcId, region: caller.region }
  return takeFrom(tx, pool, wantedBlock(wanted), allocation).cidr
}

/** What a VPC had; of one block of it when that is named. */
export function releaseOfVpc(tx: Tx, vpcId: VpcId, block?: Cidr): void {
  for (const { id, cidr } of tx.ipamPoolAllocations.where('resourceId', vpcId)) {
    if (block === undefined || cidr === block) tx.ipamPoolAllocations.delete(id)
  }
}

interface Wanted {
  readonly block?: Cidr
  readonly length?: number
  readonly avoided?: readonly Cidr[]
}

function wantedBlock({ Cidr: text, NetmaskLength: length }: WantedBlock): Wanted {
  if (text && length !== undefined) {
    throw new ApiError('InvalidParameterCombination', 'Send a CIDR or a netmask length, not both.')
  }
  return { ...(text && { block: requireIpv4Cidr(text, 'cidr') }), ...(length !== undefined && { length }) }
}

type Taker = Pick<IpamPoolAllocation, 'resourceType' | 'description'> & {
  /** Absent: the allocation's own id. */
  readonly resourceId?: string
  readonly region: string
}

function takeFrom(tx: Tx, pool: IpamPool, wanted: Wanted, { region, resourceId, ...taker }: Taker): IpamPoolAllocation {
  const cidr = findBlock(tx, pool, wanted)
  const id = tx.newId('ipam-pool-alloc')
  const own = { id, owner: pool.owner, poolId: pool.id, cidr, resourceId: resourceId ?? id, resourceRegion: region }
  return tx.ipamPoolAllocations.insert({ ...own, ...taker })
}

/** The lowest free one, or the one that is wanted if it is free. */
function findBlock(records: Records, pool: IpamPool, { block, length, avoided = [] }: Wanted): Cidr {
  const wantedLength = block ? cidrLength(block) : (length ?? pool.defaultLength)
  if (wantedLength === undefined) throw missingParameter('netmaskLength')
  const { minLength = 0, maxLength = 32 } = pool
  if (!Number.isInteger(wantedLength) || wantedLength < minLength || wantedLength > maxLength) {
    throw invalidParameterValue(
      'netmaskLength',
      String(wantedLength),
      `${pool.id} gives /${minLength} to /${maxLength}.`,
    )
  }
  const own = records.ipamPoolCidrs.where('poolId', pool.id).map(({ cidr }) => cidr)
  const taken = records.ipamPoolAllocations.where('poolId', pool.id).map(({ cidr }) => cidr)
  const found = block
    ? freeBlock(own, [...taken, ...avoided], block)
    : lowest(own, [...taken, ...avoided], wantedLength)
  if (found) return found
  const what = block ?? `/${wantedLength}`
  throw new ApiError('InsufficientCidrBlocks', `The IPAM pool ${pool.id} has no ${what} that is free.`)
}

function freeBlock(own: readonly Cidr[], taken: readonly Cidr[], block: Cidr): Cidr | undefined {
  const isFree = own.some((one) => cidrCovers(one, block)) && !taken.some((one) => cidrsOverlap(one, block))
  return isFree ? block : undefined
}

function lowest(own: readonly Cidr[], taken: readonly Cidr[], length: number): Cidr | undefined {
  const holes = taken.map(cidrRange)
  const free = own.flatMap((one) => subtractRanges(cidrRange(one), holes)).sort((a, b) => (a.first < b.first ? -1 : 1))
  const fitting = free.flatMap(rangeToCidrs).find((one) => cidrLength(one) <= length)
  if (!fitting) return undefined
  const { family, first } = cidrRange(fitting)
  const size = 1n << BigInt(32 - length)
  return rangeToCidrs({ family, first, last: first + size - 1n })[0]
}

function requireNewBlock(records: Records, pool: IpamPool, text: string | undefined): Cidr {
  const cidr = requireIpv4Cidr(text, 'cidr')
  const beside = records.ipamPools.where('scopeId', pool.scopeId).filter(({ sourcePoolId }) => !sourcePoolId)
  const others = beside.flatMap(({ id }) => records.ipamPoolCidrs.where('poolId', id))
  const other = others.find((one) => cidrsOverlap(one.cidr, cidr))
  if (other) throw invalidParameterValue('cidr', cidr, `It overlaps ${other.cidr} of ${other.poolId}.`)
  return cidr
}

function requireAllocation(records: Records, pool: IpamPool, id: string | undefined): IpamPoolAllocation {
  const wanted = requireId('IpamPoolAllocation', id)
  const allocation = records.ipamPoolAllocations.get(wanted)
  if (allocation?.poolId !== pool.id) throw notFound('IpamPoolAllocation', wanted)
  return allocation
}

const CIDR_FILTERS: FilterFields<IpamPoolCidr> = {
  cidr: ({ cidr }) => cidr,
  'ipam-pool-cidr-id': ({ id }) => id,
  'netmask-length': ({ cidr }) => cidrLength(cidr),
  state: () => 'provisioned',
}

const ALLOCATION_FILTERS: FilterFields<IpamPoolAllocation> = {
  cidr: ({ cidr }) => cidr,
  'ipam-pool-allocation-id': ({ id }) => id,
  'resource-id': ({ resourceId }) => resourceId,
  'resource-owner': ({ owner }) => owner,
  'resource-region': ({ resourceRegion }) => resourceRegion,
  'resource-type': ({ resourceType }) => resourceType,
}
