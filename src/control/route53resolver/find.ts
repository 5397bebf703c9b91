// Finding what a call names: the caller's own, in its region. What is another's looks as if it did not exist.

import { isGroupOf } from '../../compile/group-vpcs.ts'
import type { AccountId, Region, SecurityGroupId, Subnet, Tags, Vpc } from '../../store/records.ts'
import type { ResolverEndpoint, ResolverRule } from '../../store/resolver-records.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { invalidParameter, notFound } from './errors.ts'

interface Owned {
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly tags: Tags
}

/** `arn:aws:route53resolver:REGION:ACCOUNT:resolver-endpoint/rslvr-in-…` */
export function resolverArn({ id, owner, region }: Pick<Owned, 'id' | 'owner' | 'region'>): string {
  return `arn:aws:route53resolver:${region}:${owner}:${nounOf(id)}/${id}`
}

const NOUNS: Readonly<Record<string, string>> = {
  rr: 'resolver-rule',
  fdl: 'firewall-domain-list',
  frg: 'firewall-rule-group',
  frgassoc: 'firewall-rule-group-association',
  rqlc: 'resolver-query-log-config',
}

function nounOf(id: string): string {
  return NOUNS[id.split('-')[1] ?? ''] ?? 'resolver-endpoint'
}

export function isOwn(record: Owned | undefined, caller: Pick<Caller, 'account' | 'region'>): boolean {
  return record?.owner === caller.account && record.region === caller.region
}

export function requireEndpoint(records: Records, caller: Caller, id: string | undefined): ResolverEndpoint {
  const wanted = required('ResolverEndpointId', id)
  const endpoint = records.resolverEndpoints.get(wanted)
  if (!endpoint || !isOwn(endpoint, caller)) throw notFound('Resolver endpoint', wanted)
  return endpoint
}

export function requireRule(records: Records, caller: Caller, id: string | undefined): ResolverRule {
  const wanted = required('ResolverRuleId', id)
  const rule = records.resolverRules.get(wanted)
  if (!rule || !isOwn(rule, caller)) throw notFound('Resolver rule', wanted)
  return rule
}

export function requireOwnVpc(records: Records, caller: Caller, id: string | undefined): Vpc {
  const vpc = records.vpcs.get(required('VPCId', id))
  if (!vpc || !isOwn(vpc, caller)) throw notFound('VPC', id ?? '')
  return vpc
}

export function requireOwnSubnet(records: Records, caller: Caller, id: string | undefined): Subnet {
  const subnet = records.subnets.get(required('SubnetId', id))
  if (subnet && isOwn(subnet, caller)) return subnet
  throw invalidParameter(`The subnet ID '${id}' does not exist`, 'SubnetId')
}

/** The groups, each once, all of one VPC. */
export function requireGroups(
  records: Records,
  caller: Caller,
  vpcId: string,
  ids: readonly string[] | undefined,
): SecurityGroupId[] {
  const wanted = [...new Set(required('SecurityGroupIds', ids))]
  if (wanted.length === 0) throw invalidParameter('An endpoint needs at least one security group.', 'SecurityGroupIds')
  return wanted.map((id) => {
    const group = records.securityGroups.get(id)
    if (group && isOwn(group, caller) && isGroupOf(records, group, vpcId)) return group.id
    throw invalidParameter(`The security group '${id}' does not exist in ${vpcId}`, 'SecurityGroupIds')
  })
}

export function required<T>(name: string, value: T | undefined): T {
  if (value === undefined || value === '') throw invalidParameter(`The parameter ${name} is missing.`, name)
  return value
}

/** `CreatorRequestId` and `Name`, as every Create has them. */
export function optionalName(name: string | undefined): { readonly name?: string } {
  if (name === undefined || name === '') return {}
  if (name.length <= 64 && /^(?!^\d+$)[a-zA-Z0-9\-_' ']+$/.test(name)) return { name }
  throw invalidParameter(`The name '${name}' is not of up to 64 letters, digits, spaces, - and _.`, 'Name')
}
