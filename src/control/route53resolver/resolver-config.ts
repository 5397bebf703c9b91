// What a VPC's resolver does by itself: whether it knows reverse names, and whether it was asked to validate DNSSEC. Every VPC
// has both. https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_ResolverConfig.html

import type { Vpc } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { invalidParameter } from './errors.ts'
import { isOwn, required, requireOwnVpc } from './find.ts'
import { listPage } from './list.ts'
import type * as messages from './messages.ts'

export function getResolverConfig(
  records: Records,
  caller: Caller,
  { ResourceId }: messages.GetResolverConfigRequest,
): messages.GetResolverConfigResponse {
  return { ResolverConfig: toConfig(requireOwnVpc(records, caller, required('ResourceId', ResourceId))) }
}

export function updateResolverConfig(
  tx: Tx,
  caller: Caller,
  input: messages.UpdateResolverConfigRequest,
): messages.UpdateResolverConfigResponse {
  const vpc = requireOwnVpc(tx, caller, required('ResourceId', input.ResourceId))
  const autodefinedReverse = isEnabled('AutodefinedReverseFlag', input.AutodefinedReverseFlag)
  const after = tx.vpcs.update(vpc.id, { autodefinedReverse })
  return { ResolverConfig: { ...toConfig(after), AutodefinedReverse: autodefinedReverse ? 'ENABLING' : 'DISABLING' } }
}

export function listResolverConfigs(
  records: Records,
  caller: Caller,
  input: messages.ListResolverConfigsRequest,
): messages.ListResolverConfigsResponse {
  const { page, more } = listPage(ownVpcs(records, caller), input, {})
  return { ResolverConfigs: page.map(toConfig), ...(more.NextToken !== undefined && { NextToken: more.NextToken }) }
}

export function getResolverDnssecConfig(
  records: Records,
  caller: Caller,
  { ResourceId }: messages.GetResolverDnssecConfigRequest,
): messages.GetResolverDnssecConfigResponse {
  return { ResolverDNSSECConfig: toDnssecConfig(requireOwnVpc(records, caller, required('ResourceId', ResourceId))) }
}

/** Nothing here is signed, so nothing depends on it. */
export function updateResolverDnssecConfig(
  tx: Tx,
  caller: Caller,
  input: messages.UpdateResolverDnssecConfigRequest,
): messages.UpdateResolverDnssecConfigResponse {
  const vpc = requireOwnVpc(tx, caller, required('ResourceId', input.ResourceId))
  const dnssecValidation = isEnabled('Validation', input.Validation)
  const shown = toDnssecConfig(tx.vpcs.update(vpc.id, { dnssecValidation }))
  return { ResolverDNSSECConfig: { ...shown, ValidationStatus: dnssecValidation ? 'ENABLING' : 'DISABLING' } }
}

export function listResolverDnssecConfigs(
  records: Records,
  caller: Caller,
  input: messages.ListResolverDnssecConfigsRequest,
): messages.ListResolverDnssecConfigsResponse {
  const { page, more } = listPage(ownVpcs(records, caller).map(toDnssecConfig), input, {
    Id: ({ Id }) => Id,
    ResourceId: ({ ResourceId }) => ResourceId,
    ValidationStatus: ({ ValidationStatus }) => ValidationStatus,
  })
  return { ResolverDnssecConfigs: page, ...(more.NextToken !== undefined && { NextToken: more.NextToken }) }
}

function ownVpcs(records: Records, caller: Caller): readonly Vpc[] {
  return records.vpcs.where('owner', caller.account).filter((vpc) => isOwn(vpc, caller))
}

/** Without Route 53 Profiles the local setting is the usual one. */
function isEnabled(parameter: string, value: string | undefined): boolean {
  const wanted = required(parameter, value)
  if (wanted === 'ENABLE' || wanted === 'DISABLE') return wanted === 'ENABLE'
  throw invalidParameter(`The value '${wanted}' of ${parameter} is not ENABLE or DISABLE.`, parameter)
}

function toConfig({ id, owner, autodefinedReverse = true }: Vpc): messages.ResolverConfig {
  return {
    Id: id.replace('vpc-', 'rslvr-rc-'),
    ResourceId: id,
    OwnerId: owner,
    AutodefinedReverse: autodefinedReverse ? 'ENABLED' : 'DISABLED',
  }
}

function toDnssecConfig({ id, owner, dnssecValidation = false }: Vpc): messages.ResolverDnssecConfig {
  return {
    Id: id.replace('vpc-', 'rslvr-rdsc-'),
    OwnerId: owner,
    ResourceId: id,
    ValidationStatus: dnssecValidation ? 'ENABLED' : 'DISABLED',
  }
}
