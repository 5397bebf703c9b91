// IPAMs and their scopes. https://docs.aws.amazon.com/vpc/latest/ipam/how-it-works-ipam.html

import type {
  CreateIpamRequest,
  CreateIpamResult,
  CreateIpamScopeRequest,
  CreateIpamScopeResult,
  DeleteIpamRequest,
  DeleteIpamResult,
  DeleteIpamScopeRequest,
  DeleteIpamScopeResult,
  DescribeIpamScopesRequest,
  DescribeIpamScopesResult,
  DescribeIpamsRequest,
  DescribeIpamsResult,
  ModifyIpamRequest,
  ModifyIpamResult,
  ModifyIpamScopeRequest,
  ModifyIpamScopeResult,
} from '@aws-sdk/client-ec2'
import { isRegion } from '../../../catalogue/regions.ts'
import { dependencyViolation, invalidParameterValue, missingParameter } from '../../../errors.ts'
import type { Ipam, IpamScope } from '../../../store/ipam-records.ts'
import type { Region } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { parseChoice } from '../request/choice.ts'
import { findMadeBefore, forgetMade, rememberMade } from '../request/client-token.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { requireNamed, requireOwned } from '../request/require.ts'
import { tagsFor } from '../request/tags.ts'
import { ipamArn, ipamOf, stateOf, toIpam, toScope } from './ipam-shape.ts'
import { removePool } from './pool.ts'

const TIERS = ['free', 'advanced'] as const

/** With its two scopes. */
export function createIpam(tx: Tx, caller: Caller, input: CreateIpamRequest): CreateIpamResult {
  const madeBefore = findMadeBefore(tx, caller, { action: 'CreateIpam', input })
  const made = madeBefore === undefined ? undefined : tx.ipams.get(madeBefore)
  if (made) return { Ipam: toIpam(tx, made) }
  refuseUnserved({ enablePrivateGua: input.EnablePrivateGua, meteredAccount: input.MeteredAccount })
  const tier = parseChoice('tier', input.Tier, TIERS) ?? 'advanced'
  const regions = (input.OperatingRegions ?? []).map(({ RegionName }) => requireRegion(RegionName))
  const owned = ownedBy(caller, tagsFor('ipam', input.TagSpecifications))
  const ipam = tx.ipams.insert({
    ...owned,
    id: tx.newId('ipam'),
    ...(input.Description !== undefined && { description: input.Description }),
    operatingRegions: [...new Set([caller.region, ...regions])],
    tier,
  })
  for (const type of ['public', 'private'] as const) {
    const id = tx.newId('ipam-scope')
    tx.ipamScopes.insert({ ...ownedBy(caller), id, ipamId: ipam.id, type, isDefault: true })
  }
  rememberMade(tx, caller, { action: 'CreateIpam', input }, ipam.id)
  return { Ipam: { ...toIpam(tx, ipam), State: 'create-in-progress' } }
}

export function modifyIpam(tx: Tx, caller: Caller, input: ModifyIpamRequest): ModifyIpamResult {
  refuseUnserved({ enablePrivateGua: input.EnablePrivateGua, meteredAccount: input.MeteredAccount })
  const ipam = requireOwned(tx.ipams, caller, 'Ipam', input.IpamId)
  const tier = parseChoice('tier', input.Tier, TIERS) ?? ipam.tier
  const added = (input.AddOperatingRegions ?? []).map(({ RegionName }) => requireRegion(RegionName))
  const removed = (input.RemoveOperatingRegions ?? []).map(({ RegionName }) => requireRegion(RegionName))
  const used = tx.ipamPools.where('owner', caller.account).filter((pool) => ipamOf(tx, pool.scopeId)?.id === ipam.id)
  const needed = removed.find((region) => region === ipam.region || used.some(({ locale }) => locale === region))
  if (needed) throw dependencyViolation(`The Region ${needed} of ${ipam.id} is in use and cannot be removed.`)
  const operatingRegions = [...new Set([...ipam.operatingRegions, ...added])].filter((one) => !removed.includes(one))
  const description = input.Description ?? ipam.description
  const changed = tx.ipams.update(ipam.id, {
    operatingRegions,
    tier,
    isModified: true,
    ...(description !== undefined && { description }),
  })
  return { Ipam: { ...toIpam(tx, changed), State: 'modify-in-progress' } }
}

/** `Cascade` takes private scopes and their pools with it, unless something was taken of them. */
export function deleteIpam(tx: Tx, caller: Caller, input: DeleteIpamRequest): DeleteIpamResult {
  const ipam = requireOwned(tx.ipams, caller, 'Ipam', input.IpamId)
  const scopes = tx.ipamScopes.where('ipamId', ipam.id)
  const pools = scopes.flatMap(({ id }) => tx.ipamPools.where('scopeId', id))
  const others = scopes.filter(({ isDefault }) => !isDefault)
  const [kept] = [...pools, ...others]
  if (kept && input.Cascade !== true) throw dependencyViolation(`The IPAM ${ipam.id} still has ${kept.id}.`)
  const shown = toIpam(tx, ipam)
  for (const pool of pools) if (tx.ipamPools.has(pool.id)) removePool(tx, pool, true)
  for (const { id } of scopes) tx.ipamScopes.delete(id)
  tx.ipams.delete(ipam.id)
  forgetMade(tx, ipam.id)
  return { Ipam: { ...shown, State: 'delete-in-progress' } }
}

export function describeIpams(records: Records, caller: Caller, input: DescribeIpamsRequest): DescribeIpamsResult {
  const ids = input.IpamIds ?? []
  const found = applyFilters(requireNamed(records.ipams, caller, 'Ipam', ids), input.Filters, IPAM_FILTERS)
  const { items, nextToken } = pageOf(found, input, ({ id }) => id, { min: 5, max: 1000, hasIds: ids.length > 0 })
  return { Ipams: items.map((ipam) => toIpam(records, ipam)), NextToken: nextToken }
}

/** A further private one. */
export function createIpamScope(tx: Tx, caller: Caller, input: CreateIpamScopeRequest): CreateIpamScopeResult {
  const madeBefore = findMadeBefore(tx, caller, { action: 'CreateIpamScope', input })
  const made = madeBefore === undefined ? undefined : tx.ipamScopes.get(madeBefore)
  if (made) return { IpamScope: toScope(tx, made) }
  refuseUnserved({ externalAuthorityConfiguration: input.ExternalAuthorityConfiguration })
  const ipam = requireOwned(tx.ipams, caller, 'Ipam', input.IpamId)
  const scope = tx.ipamScopes.insert({
    ...ownedBy(caller, tagsFor('ipam-scope', input.TagSpecifications)),
    id: tx.newId('ipam-scope'),
    ipamId: ipam.id,
    type: 'private',
    isDefault: false,
    ...(input.Description !== undefined && { description: input.Description }),
  })
  rememberMade(tx, caller, { action: 'CreateIpamScope', input }, scope.id)
  return { IpamScope: { ...toScope(tx, scope), State: 'create-in-progress' } }
}

export function modifyIpamScope(tx: Tx, caller: Caller, input: ModifyIpamScopeRequest): ModifyIpamScopeResult {
  refuseUnserved({
    externalAuthorityConfiguration: input.ExternalAuthorityConfiguration,
    removeExternalAuthorityConfiguration: input.RemoveExternalAuthorityConfiguration,
  })
  const { id } = requireOwned(tx.ipamScopes, caller, 'IpamScope', input.IpamScopeId)
  const described = input.Description !== undefined && { description: input.Description }
  const changed = tx.ipamScopes.update(id, { isModified: true, ...described })
  return { IpamScope: { ...toScope(tx, changed), State: 'modify-in-progress' } }
}

export function deleteIpamScope(tx: Tx, caller: Caller, input: DeleteIpamScopeRequest): DeleteIpamScopeResult {
  const scope = requireOwned(tx.ipamScopes, caller, 'IpamScope', input.IpamScopeId)
  const [pool] = tx.ipamPools.where('scopeId', scope.id)
  if (pool) throw dependencyViolation(`The IPAM scope ${scope.id} still has ${pool.id}.`)
  if (scope.isDefault) throw dependencyViolation(`The IPAM scope ${scope.id} is a default one and goes with its IPAM.`)
  const shown = toScope(tx, scope)
  tx.ipamScopes.delete(scope.id)
  forgetMade(tx, scope.id)
  return { IpamScope: { ...shown, State: 'delete-in-progress' } }
}

export function describeIpamScopes(
  records: Records,
  caller: Caller,
  input: DescribeIpamScopesRequest,
): DescribeIpamScopesResult {
  const ids = input.IpamScopeIds ?? []
  const found = applyFilters(requireNamed(records.ipamScopes, caller, 'IpamScope', ids), input.Filters, SCOPE_FILTERS)
  const { items, nextToken } = pageOf(found, input, ({ id }) => id, { min: 5, max: 1000, hasIds: ids.length > 0 })
  return { IpamScopes: items.map((scope) => toScope(records, scope)), NextToken: nextToken }
}

function requireRegion(name: string | undefined): Region {
  if (!name) throw missingParameter('operatingRegion.regionName')
  if (!isRegion(name)) throw invalidParameterValue('operatingRegion.regionName', name, 'There is no such Region.')
  return name
}

const IPAM_FILTERS: FilterFields<Ipam> = {
  description: ({ description }) => description,
  'ipam-id': ({ id }) => id,
  'ipam-region': ({ region }) => region,
  'owner-id': ({ owner }) => owner,
  state: stateOf,
  tier: ({ tier }) => tier,
}

const SCOPE_FILTERS: FilterFields<IpamScope> = {
  'ipam-arn': ({ owner, ipamId }) => ipamArn('ipam', owner, ipamId),
  'ipam-scope-id': ({ id }) => id,
  'ipam-scope-type': ({ type }) => type,
  'is-default': ({ isDefault }) => isDefault,
  'owner-id': ({ owner }) => owner,
  state: stateOf,
}
