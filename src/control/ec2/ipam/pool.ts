// Pools of IPAM: blocks of IPv4 addresses, out of which other pools and VPCs take theirs.
// https://docs.aws.amazon.com/vpc/latest/ipam/planning-examples-ipam.html

import type {
  CreateIpamPoolRequest,
  CreateIpamPoolResult,
  DeleteIpamPoolRequest,
  DeleteIpamPoolResult,
  DescribeIpamPoolsRequest,
  DescribeIpamPoolsResult,
  ModifyIpamPoolRequest,
  ModifyIpamPoolResult,
} from '@aws-sdk/client-ec2'
import { ApiError, dependencyViolation, invalidParameterValue, missingParameter, notFound } from '../../../errors.ts'
import type { IpamPool, IpamScope } from '../../../store/ipam-records.ts'
import type { Region, Tags } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { findMadeBefore, forgetMade, rememberMade } from '../request/client-token.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { notServed, refuseUnserved } from '../request/not-served.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { requireId, requireOwned } from '../request/require.ts'
import { tagsFor } from '../request/tags.ts'
import { ipamArn, ipamOf, stateOf, toPool } from './ipam-shape.ts'

const ACTION = 'CreateIpamPool'

export function createIpamPool(tx: Tx, caller: Caller, input: CreateIpamPoolRequest): CreateIpamPoolResult {
  const madeBefore = findMadeBefore(tx, caller, { action: ACTION, input })
  const made = madeBefore === undefined ? undefined : tx.ipamPools.get(madeBefore)
  if (made) return { IpamPool: toPool(tx, made) }
  refuseUnserved({
    autoImport: input.AutoImport,
    publiclyAdvertisable: input.PubliclyAdvertisable,
    awsService: input.AwsService,
    publicIpSource: input.PublicIpSource,
    sourceResource: input.SourceResource,
  })
  if (!input.AddressFamily) throw missingParameter('addressFamily')
  if (input.AddressFamily === 'ipv6') throw notServed('An IPAM pool of IPv6')
  if (input.AddressFamily !== 'ipv4') throw invalidParameterValue('addressFamily', input.AddressFamily, 'Use ipv4.')
  const scope = requireOwned(tx.ipamScopes, caller, 'IpamScope', input.IpamScopeId)
  if (scope.type === 'public') throw notServed('An IPAM pool of public addresses')
  const source = requireSource(tx, caller, scope, input.SourceIpamPoolId)
  const locale = requireLocale(tx, scope, input.Locale) ?? source?.locale
  if (source?.locale && locale !== source.locale) {
    throw invalidParameterValue('locale', locale ?? 'None', `The locale of ${source.id} is ${source.locale}.`)
  }
  const lengths = requireLengths(input)
  const pool = tx.ipamPools.insert({
    ...ownedBy(caller, tagsFor('ipam-pool', input.TagSpecifications)),
    id: tx.newId('ipam-pool'),
    scopeId: scope.id,
    ...(locale && { locale }),
    ...(source && { sourcePoolId: source.id }),
    ...(input.Description !== undefined && { description: input.Description }),
    ...lengths,
    resourceTags: toTags(input.AllocationResourceTags),
  })
  rememberMade(tx, caller, { action: ACTION, input }, pool.id)
  return { IpamPool: { ...toPool(tx, pool), State: 'create-in-progress' } }
}

export function modifyIpamPool(tx: Tx, caller: Caller, input: ModifyIpamPoolRequest): ModifyIpamPoolResult {
  refuseUnserved({ autoImport: input.AutoImport })
  const pool = requireOwned(tx.ipamPools, caller, 'IpamPool', input.IpamPoolId)
  const lengths = requireLengths({
    AllocationMinNetmaskLength: input.AllocationMinNetmaskLength ?? pool.minLength,
    AllocationMaxNetmaskLength: input.AllocationMaxNetmaskLength ?? pool.maxLength,
    AllocationDefaultNetmaskLength: input.ClearAllocationDefaultNetmaskLength
      ? undefined
      : (input.AllocationDefaultNetmaskLength ?? pool.defaultLength),
  })
  const removed = new Set((input.RemoveAllocationResourceTags ?? []).map(({ Key }) => Key))
  const kept = Object.entries(pool.resourceTags).filter(([key]) => !removed.has(key))
  const resourceTags = { ...Object.fromEntries(kept), ...toTags(input.AddAllocationResourceTags) }
  const { minLength: _, maxLength: __, defaultLength: ___, ...rest } = pool
  tx.ipamPools.delete(pool.id)
  const description = input.Description ?? pool.description
  const changed = {
    ...rest,
    isModified: true as const,
    ...lengths,
    resourceTags,
    ...(description !== undefined && { description }),
  }
  return { IpamPool: { ...toPool(tx, tx.ipamPools.insert(changed)), State: 'modify-in-progress' } }
}

export function deleteIpamPool(tx: Tx, caller: Caller, input: DeleteIpamPoolRequest): DeleteIpamPoolResult {
  const pool = requireOwned(tx.ipamPools, caller, 'IpamPool', input.IpamPoolId)
  const shown = toPool(tx, pool)
  removePool(tx, pool, input.Cascade === true)
  return { IpamPool: { ...shown, State: 'delete-in-progress' } }
}

/** With the pools below it and its blocks when it cascades, but never while something else has taken of them. */
export function removePool(tx: Tx, pool: IpamPool, cascades: boolean): void {
  const children = tx.ipamPools.where('sourcePoolId', pool.id)
  if (cascades) for (const child of children) removePool(tx, child, true)
  else if (children[0]) throw dependencyViolation(`The IPAM pool ${pool.id} still has the pool ${children[0].id}.`)
  const [taken] = tx.ipamPoolAllocations.where('poolId', pool.id)
  if (taken) throw dependencyViolation(`The IPAM pool ${pool.id} still has the allocation ${taken.id}.`)
  const blocks = tx.ipamPoolCidrs.where('poolId', pool.id)
  if (blocks[0] && !cascades) throw dependencyViolation(`The IPAM pool ${pool.id} still has ${blocks[0].cidr}.`)
  for (const { id } of blocks) tx.ipamPoolCidrs.delete(id)
  for (const { id } of tx.ipamPoolAllocations.where('resourceId', pool.id)) tx.ipamPoolAllocations.delete(id)
  tx.ipamPools.delete(pool.id)
  forgetMade(tx, pool.id)
}

/** Of its home Region, and those that may be used here. */
export function describeIpamPools(
  records: Records,
  caller: Caller,
  input: DescribeIpamPoolsRequest,
): DescribeIpamPoolsResult {
  const ids = input.IpamPoolIds ?? []
  const own = records.ipamPools.where('owner', caller.account)
  const all = own.filter(({ region, locale }) => region === caller.region || locale === caller.region)
  const named = ids.length === 0 ? all : [...new Set(ids)].map((id) => requirePool(records, caller, id))
  const found = applyFilters(named, input.Filters, filtersOf(records))
  const { items, nextToken } = pageOf(found, input, ({ id }) => id, { min: 5, max: 1000, hasIds: ids.length > 0 })
  return { IpamPools: items.map((pool) => toPool(records, pool)), NextToken: nextToken }
}

/** The account's, in its home Region or where it is for. */
export function requirePool(records: Records, caller: Caller, id: string | undefined): IpamPool {
  const wanted = requireId('IpamPool', id)
  const pool = records.ipamPools.get(wanted)
  const isSeen = pool && (pool.region === caller.region || pool.locale === caller.region)
  if (!isSeen || pool.owner !== caller.account) throw notFound('IpamPool', wanted)
  return pool
}

function requireSource(
  records: Records,
  caller: Caller,
  scope: IpamScope,
  id: string | undefined,
): IpamPool | undefined {
  if (!id) return undefined
  const source = requireOwned(records.ipamPools, caller, 'IpamPool', id)
  if (source.scopeId === scope.id) return source
  throw invalidParameterValue('sourceIpamPoolId', id, `It is in the scope ${source.scopeId}.`)
}

function requireLocale(records: Records, scope: IpamScope, locale: string | undefined): Region | undefined {
  if (!locale || locale === 'None') return undefined
  const regions = ipamOf(records, scope.id)?.operatingRegions ?? []
  if (regions.includes(locale)) return locale
  throw invalidParameterValue('locale', locale, `Use an operating Region of the IPAM: ${regions.join(', ')}.`)
}

type Lengths = Pick<IpamPool, 'minLength' | 'maxLength' | 'defaultLength'>

/** The shortest is the least of the three. */
function requireLengths(input: {
  readonly AllocationMinNetmaskLength?: number | undefined
  readonly AllocationMaxNetmaskLength?: number | undefined
  readonly AllocationDefaultNetmaskLength?: number | undefined
}): Lengths {
  const { AllocationMinNetmaskLength: min, AllocationMaxNetmaskLength: max } = input
  const { AllocationDefaultNetmaskLength: usual } = input
  const given = { minimum: min, maximum: max, default: usual }
  for (const [name, length] of Object.entries(given)) {
    if (length === undefined || (Number.isInteger(length) && length >= 0 && length <= 32)) continue
    throw invalidParameterValue(`${name} netmask length`, String(length), 'Use 0 to 32.')
  }
  if ((min ?? 0) > (max ?? 32) || (usual ?? 32) < (min ?? 0) || (usual ?? 0) > (max ?? 32)) {
    const code = 'InvalidParameterCombination'
    throw new ApiError(code, 'The default netmask length must lie between the minimum and the maximum.')
  }
  return {
    ...(min !== undefined && { minLength: min }),
    ...(max !== undefined && { maxLength: max }),
    ...(usual !== undefined && { defaultLength: usual }),
  }
}

function toTags(list: CreateIpamPoolRequest['AllocationResourceTags']): Tags {
  return Object.fromEntries((list ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']))
}

function filtersOf(records: Records): FilterFields<IpamPool> {
  return {
    'address-family': () => 'ipv4',
    description: ({ description }) => description,
    'ipam-arn': (pool) => ipamArn('ipam', pool.owner, ipamOf(records, pool.scopeId)?.id ?? ''),
    'ipam-pool-arn': ({ owner, id }) => ipamArn('ipam-pool', owner, id),
    'ipam-pool-id': ({ id }) => id,
    'ipam-region': ({ region }) => region,
    'ipam-scope-arn': ({ owner, scopeId }) => ipamArn('ipam-scope', owner, scopeId),
    'ipam-scope-id': ({ scopeId }) => scopeId,
    'ipam-scope-type': ({ scopeId }) => records.ipamScopes.get(scopeId)?.type,
    locale: ({ locale }) => locale ?? 'None',
    'owner-id': ({ owner }) => owner,
    'source-ipam-pool-id': ({ sourcePoolId }) => sourcePoolId,
    state: stateOf,
  }
}
