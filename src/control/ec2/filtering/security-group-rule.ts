// The rules of security groups: a record each, with its own id and tags.
// https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html

import type {
  AuthorizeSecurityGroupEgressRequest,
  AuthorizeSecurityGroupEgressResult,
  AuthorizeSecurityGroupIngressRequest,
  AuthorizeSecurityGroupIngressResult,
  DescribeSecurityGroupRulesRequest,
  DescribeSecurityGroupRulesResult,
  IpPermission,
  ModifySecurityGroupRulesRequest,
  ModifySecurityGroupRulesResult,
  RevokedSecurityGroupRule,
  RevokeSecurityGroupEgressRequest,
  RevokeSecurityGroupEgressResult,
  RevokeSecurityGroupIngressRequest,
  RevokeSecurityGroupIngressResult,
} from '@aws-sdk/client-ec2'
import { ApiError, missingParameter } from '../../../errors.ts'
import type { SecurityGroup, SecurityGroupRule } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { quotaFor } from '../../service-quotas/quota-value.ts'
import { ruleWeight } from '../prefix-list/references.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { requireNamed, requireSecurityGroup, requireSecurityGroupRule } from '../request/require.ts'
import { tagsFor } from '../request/tags.ts'
import { requireGroup } from './security-group.ts'
import {
  describeMatch,
  matchKey,
  type RuleMatch,
  requireMatch,
  requireMatches,
  toRule,
} from './security-group-permission.ts'

export type Direction = SecurityGroupRule['direction']

export function authorizeSecurityGroupIngress(
  tx: Tx,
  caller: Caller,
  input: AuthorizeSecurityGroupIngressRequest,
): AuthorizeSecurityGroupIngressResult {
  return authorize(tx, caller, 'ingress', input)
}

export function authorizeSecurityGroupEgress(
  tx: Tx,
  caller: Caller,
  input: AuthorizeSecurityGroupEgressRequest,
): AuthorizeSecurityGroupEgressResult {
  return authorize(tx, caller, 'egress', input)
}

export function revokeSecurityGroupIngress(
  tx: Tx,
  caller: Caller,
  input: RevokeSecurityGroupIngressRequest,
): RevokeSecurityGroupIngressResult {
  return revoke(tx, caller, 'ingress', input)
}

export function revokeSecurityGroupEgress(
  tx: Tx,
  caller: Caller,
  input: RevokeSecurityGroupEgressRequest,
): RevokeSecurityGroupEgressResult {
  return revoke(tx, caller, 'egress', input)
}

export function describeSecurityGroupRules(
  records: Records,
  caller: Caller,
  input: DescribeSecurityGroupRulesRequest,
): DescribeSecurityGroupRulesResult {
  const named = requireNamed(records.securityGroupRules, caller, 'SecurityGroupRule', input.SecurityGroupRuleIds)
  const { items, nextToken } = pageOf(applyFilters(named, input.Filters, FILTERS), input, (rule) => rule.id)
  return { SecurityGroupRules: items.map(toRule), NextToken: nextToken }
}

/** Replaces what rules match, in place: their ids and tags stay. */
export function modifySecurityGroupRules(
  tx: Tx,
  caller: Caller,
  input: ModifySecurityGroupRulesRequest,
): ModifySecurityGroupRulesResult {
  const group = requireSecurityGroup(tx, caller, input.GroupId)
  const updates = input.SecurityGroupRules ?? []
  if (updates.length === 0) throw missingParameter('securityGroupRule')
  const changed = updates.map(({ SecurityGroupRuleId: id, SecurityGroupRule: request }) => {
    const rule = requireRuleOf(tx, caller, group, id)
    if (!request) throw missingParameter('securityGroupRule.securityGroupRule')
    return { rule, match: requireMatch(tx, caller, group, request) }
  })
  for (const { rule, match } of changed) {
    const { ports: _ports, icmp: _icmp, description: _description, ...kept } = rule
    tx.securityGroupRules.delete(rule.id)
    tx.securityGroupRules.insert({ ...kept, ...match })
  }
  for (const direction of new Set(changed.map(({ rule }) => rule.direction))) {
    const rules = rulesOf(tx, group, direction)
    const keys = new Set(rules.map(matchKey))
    const [first] = changed
    if (keys.size < rules.length && first) throw duplicate(first.match)
    checkQuota(tx, group, rules)
  }
  return { Return: true }
}

interface RuleInput {
  readonly GroupId?: string | undefined
  readonly GroupName?: string | undefined
  readonly IpPermissions?: readonly IpPermission[] | undefined
  readonly IpProtocol?: string | undefined
  readonly FromPort?: number | undefined
  readonly ToPort?: number | undefined
  readonly CidrIp?: string | undefined
  readonly SourceSecurityGroupName?: string | undefined
}

function authorize(
  tx: Tx,
  caller: Caller,
  direction: Direction,
  input: AuthorizeSecurityGroupIngressRequest,
): AuthorizeSecurityGroupIngressResult {
  const group = requireGroup(tx, caller, input)
  const matches = requireAllMatches(tx, caller, group, input)
  const tags = tagsFor('security-group-rule', input.TagSpecifications)
  const existing = rulesOf(tx, group, direction)
  const keys = new Set(existing.map(matchKey))
  for (const match of matches) if (keys.has(matchKey(match))) throw duplicate(match)
  if (new Set(matches.map(matchKey)).size < matches.length) {
    throw new ApiError('InvalidParameterValue', 'The same permission must not appear multiple times')
  }
  checkQuota(tx, group, [...existing, ...matches])
  const rules = matches.map((match) =>
    tx.securityGroupRules.insert({
      ...ownedBy(caller, tags),
      id: tx.newId('sgr'),
      groupId: group.id,
      direction,
      ...match,
    }),
  )
  return { Return: true, SecurityGroupRules: rules.map(toRule) }
}

function revoke(
  tx: Tx,
  caller: Caller,
  direction: Direction,
  input: RevokeSecurityGroupIngressRequest,
): RevokeSecurityGroupIngressResult {
  const group = requireGroup(tx, caller, input)
  const ids = input.SecurityGroupRuleIds ?? []
  const rules =
    ids.length > 0
      ? ids.map((id) => requireRuleOf(tx, caller, group, id, direction))
      : findMatching(tx, group, direction, requireAllMatches(tx, caller, group, input))
  for (const { id } of rules) tx.securityGroupRules.delete(id)
  return { Return: true, RevokedSecurityGroupRules: rules.map(toRevoked) }
}

/** The rules with exactly these matches; one that is not there refuses the call. */
export function findMatching(
  records: Records,
  group: SecurityGroup,
  direction: Direction,
  matches: readonly RuleMatch[],
): SecurityGroupRule[] {
  const byKey = new Map(rulesOf(records, group, direction).map((rule) => [matchKey(rule), rule]))
  return matches.map((match) => {
    const rule = byKey.get(matchKey(match))
    if (rule) return rule
    throw new ApiError(
      'InvalidPermission.NotFound',
      `The specified rule does not exist in this security group: ${describeMatch(match)}`,
    )
  })
}

/** A rule of this group (and direction); another group's looks as if it did not exist. */
export function requireRuleOf(
  records: Records,
  caller: Caller,
  group: SecurityGroup,
  id: string | undefined,
  direction?: Direction,
): SecurityGroupRule {
  const rule = requireSecurityGroupRule(records, caller, id)
  if (rule.groupId === group.id && (direction === undefined || rule.direction === direction)) return rule
  throw new ApiError(
    'InvalidSecurityGroupRuleId.NotFound',
    `The security group rule ID '${rule.id}' does not exist in ${group.id}`,
  )
}

/** The permissions of the call, or the one that its flat parameters spell. */
export function requireAllMatches(
  records: Records,
  caller: Caller,
  group: SecurityGroup,
  input: RuleInput,
): RuleMatch[] {
  const permissions = input.IpPermissions ?? []
  const flat = input.IpProtocol ?? input.CidrIp ?? input.SourceSecurityGroupName
  if (permissions.length > 0 && flat !== undefined) {
    throw new ApiError('InvalidParameterCombination', 'Send ipPermissions or the single rule parameters, not both')
  }
  if (permissions.length === 0 && flat === undefined) throw missingParameter('ipPermissions')
  const all = permissions.length > 0 ? permissions : [flatPermission(input)]
  return all.flatMap((permission) => requireMatches(records, caller, group, permission))
}

function flatPermission(input: RuleInput): IpPermission {
  return {
    // A group alone means all of its traffic.
    IpProtocol: input.IpProtocol ?? (input.SourceSecurityGroupName === undefined ? undefined : '-1'),
    FromPort: input.FromPort,
    ToPort: input.ToPort,
    ...(input.CidrIp === undefined ? {} : { IpRanges: [{ CidrIp: input.CidrIp }] }),
    ...(input.SourceSecurityGroupName === undefined
      ? {}
      : { UserIdGroupPairs: [{ GroupName: input.SourceSecurityGroupName }] }),
  }
}

function rulesOf(records: Records, group: SecurityGroup, direction: Direction): SecurityGroupRule[] {
  return records.securityGroupRules.where('groupId', group.id).filter((rule) => rule.direction === direction)
}

function checkQuota(records: Records, group: SecurityGroup, rules: readonly RuleMatch[]): void {
  if (ruleWeight(records, rules) <= quotaFor(records, group, 'rulesPerGroup')) return
  throw new ApiError(
    'RulesPerSecurityGroupLimitExceeded',
    'The maximum number of rules per security group has been reached.',
  )
}

function duplicate(match: RuleMatch): ApiError {
  return new ApiError('InvalidPermission.Duplicate', `the specified rule "${describeMatch(match)}" already exists`)
}

function toRevoked(rule: SecurityGroupRule): RevokedSecurityGroupRule {
  const { ReferencedGroupInfo: group, ...shown } = toRule(rule)
  return {
    SecurityGroupRuleId: shown.SecurityGroupRuleId,
    GroupId: shown.GroupId,
    IsEgress: shown.IsEgress,
    IpProtocol: shown.IpProtocol,
    FromPort: shown.FromPort,
    ToPort: shown.ToPort,
    CidrIpv4: shown.CidrIpv4,
    CidrIpv6: shown.CidrIpv6,
    PrefixListId: shown.PrefixListId,
    ReferencedGroupId: group?.GroupId,
    Description: shown.Description,
  }
}

const FILTERS: FilterFields<SecurityGroupRule> = {
  'group-id': (rule) => rule.groupId,
  'security-group-rule-id': (rule) => rule.id,
}
