// Groups of DNS Firewall rules.

import type { FirewallRuleGroup } from '../../../store/dns-firewall-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { ownedBy } from '../../ec2/request/owned.ts'
import { isOwn, resolverArn } from '../find.ts'
import { listPage } from '../list.ts'
import { findMadeBefore, rememberMade } from '../request-id.ts'
import { parseTags } from '../tags.ts'
import { conflict, needed, requireName, requireRuleGroup } from './find.ts'
import type {
  CreateFirewallRuleGroupRequest,
  CreateFirewallRuleGroupResponse,
  DeleteFirewallRuleGroupRequest,
  DeleteFirewallRuleGroupResponse,
  GetFirewallRuleGroupRequest,
  GetFirewallRuleGroupResponse,
  ListFirewallRuleGroupsRequest,
  ListFirewallRuleGroupsResponse,
  FirewallRuleGroup as ShownRuleGroup,
} from './messages.ts'

export function createFirewallRuleGroup(
  tx: Tx,
  caller: Caller,
  input: CreateFirewallRuleGroupRequest,
): CreateFirewallRuleGroupResponse {
  const made = tx.firewallRuleGroups.get(findMadeBefore(tx, caller, 'CreateFirewallRuleGroup', input) ?? '')
  if (made) return { FirewallRuleGroup: toRuleGroup(made) }
  const group = tx.firewallRuleGroups.insert({
    ...ownedBy(caller, parseTags(input.Tags)),
    id: tx.newId('rslvr-frg'),
    creatorRequestId: needed('CreatorRequestId', input.CreatorRequestId),
    name: requireName(input.Name),
    rules: [],
    modifiedAt: caller.now.toISOString(),
  })
  rememberMade(tx, caller, 'CreateFirewallRuleGroup', input, group.id)
  return { FirewallRuleGroup: toRuleGroup(group) }
}

export function getFirewallRuleGroup(
  records: Records,
  caller: Caller,
  input: GetFirewallRuleGroupRequest,
): GetFirewallRuleGroupResponse {
  return { FirewallRuleGroup: toRuleGroup(requireRuleGroup(records, caller, input.FirewallRuleGroupId)) }
}

export function listFirewallRuleGroups(
  records: Records,
  caller: Caller,
  input: ListFirewallRuleGroupsRequest,
): ListFirewallRuleGroupsResponse {
  const own = records.firewallRuleGroups.where('owner', caller.account).filter((one) => isOwn(one, caller))
  const { page, more } = listPage(own, input, {})
  const shown = page.map((group) => ({
    Id: group.id,
    Arn: resolverArn(group),
    Name: group.name,
    OwnerId: group.owner,
    CreatorRequestId: group.creatorRequestId,
    ShareStatus: 'NOT_SHARED',
  }))
  return { FirewallRuleGroups: shown, ...(more.NextToken !== undefined && { NextToken: more.NextToken }) }
}

export function deleteFirewallRuleGroup(
  tx: Tx,
  caller: Caller,
  input: DeleteFirewallRuleGroupRequest,
): DeleteFirewallRuleGroupResponse {
  const group = requireRuleGroup(tx, caller, input.FirewallRuleGroupId)
  const [user] = tx.firewallRuleGroupAssociations.where('ruleGroupId', group.id)
  if (user) throw conflict(`The rule group ${group.id} is associated with ${user.vpcId} by ${user.id}.`)
  if (group.rules.length > 0) throw conflict(`The rule group ${group.id} has rules; delete them first.`)
  tx.firewallRuleGroups.delete(group.id)
  return { FirewallRuleGroup: toRuleGroup(group, 'DELETING') }
}

function toRuleGroup(group: FirewallRuleGroup, status = 'COMPLETE'): ShownRuleGroup {
  return {
    Id: group.id,
    Arn: resolverArn(group),
    Name: group.name,
    RuleCount: group.rules.length,
    Status: status,
    StatusMessage: status === 'COMPLETE' ? 'Complete' : 'Deleting',
    OwnerId: group.owner,
    CreatorRequestId: group.creatorRequestId,
    ShareStatus: 'NOT_SHARED',
    CreationTime: group.createdAt,
    ModificationTime: group.modifiedAt,
  }
}
