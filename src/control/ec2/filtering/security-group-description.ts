// The descriptions of security group rules, which can be changed alone.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UpdateSecurityGroupRuleDescriptionsIngress.html

import type {
  UpdateSecurityGroupRuleDescriptionsEgressRequest,
  UpdateSecurityGroupRuleDescriptionsEgressResult,
  UpdateSecurityGroupRuleDescriptionsIngressRequest,
  UpdateSecurityGroupRuleDescriptionsIngressResult,
} from '@aws-sdk/client-ec2'
import type { SecurityGroupRule } from '../../../store/records.ts'
import type { Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { requireGroup } from './security-group.ts'
import { requireDescription } from './security-group-permission.ts'
import { type Direction, findMatching, requireAllMatches, requireRuleOf } from './security-group-rule.ts'

export function updateSecurityGroupRuleDescriptionsIngress(
  tx: Tx,
  caller: Caller,
  input: UpdateSecurityGroupRuleDescriptionsIngressRequest,
): UpdateSecurityGroupRuleDescriptionsIngressResult {
  return updateDescriptions(tx, caller, 'ingress', input)
}

export function updateSecurityGroupRuleDescriptionsEgress(
  tx: Tx,
  caller: Caller,
  input: UpdateSecurityGroupRuleDescriptionsEgressRequest,
): UpdateSecurityGroupRuleDescriptionsEgressResult {
  return updateDescriptions(tx, caller, 'egress', input)
}

function updateDescriptions(
  tx: Tx,
  caller: Caller,
  direction: Direction,
  input: UpdateSecurityGroupRuleDescriptionsIngressRequest,
): { Return: boolean } {
  const group = requireGroup(tx, caller, input)
  const byId = input.SecurityGroupRuleDescriptions ?? []
  if (byId.length > 0) {
    for (const { SecurityGroupRuleId: id, Description: description } of byId) {
      describe(tx, requireRuleOf(tx, caller, group, id, direction), description && requireDescription(description))
    }
    return { Return: true }
  }
  const matches = requireAllMatches(tx, caller, group, input)
  for (const [index, rule] of findMatching(tx, group, direction, matches).entries()) {
    describe(tx, rule, matches[index]?.description)
  }
  return { Return: true }
}

/** An absent or empty description takes the old one away. */
function describe(tx: Tx, rule: SecurityGroupRule, description: string | undefined): void {
  const { description: _, ...bare } = rule
  tx.securityGroupRules.delete(rule.id)
  tx.securityGroupRules.insert(description ? { ...bare, description } : bare)
}
