// Which VPCs a rule group is for, and in which order a VPC asks its groups.

import type { FirewallRuleGroupAssociation } from '../../../store/dns-firewall-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { ownedBy } from '../../ec2/request/owned.ts'
import { isOwn, requireOwnVpc, resolverArn } from '../find.ts'
import { listPage } from '../list.ts'
import { findMadeBefore, rememberMade } from '../request-id.ts'
import { parseTags } from '../tags.ts'
import {
  conflict,
  invalid,
  needed,
  requireGroupAssociation,
  requireName,
  requireOneOf,
  requireRuleGroup,
} from './find.ts'
import type {
  AssociateFirewallRuleGroupRequest,
  AssociateFirewallRuleGroupResponse,
  DisassociateFirewallRuleGroupRequest,
  DisassociateFirewallRuleGroupResponse,
  GetFirewallRuleGroupAssociationRequest,
  GetFirewallRuleGroupAssociationResponse,
  ListFirewallRuleGroupAssociationsRequest,
  ListFirewallRuleGroupAssociationsResponse,
  FirewallRuleGroupAssociation as ShownAssociation,
  UpdateFirewallRuleGroupAssociationRequest,
  UpdateFirewallRuleGroupAssociationResponse,
} from './messages.ts'

const GROUPS_PER_VPC = 5
const [LEAST_PRIORITY, MOST_PRIORITY] = [100, 9900]

export function associateFirewallRuleGroup(
  tx: Tx,
  caller: Caller,
  input: AssociateFirewallRuleGroupRequest,
): AssociateFirewallRuleGroupResponse {
  const before = findMadeBefore(tx, caller, 'AssociateFirewallRuleGroup', input) ?? ''
  const made = tx.firewallRuleGroupAssociations.get(before)
  if (made) return { FirewallRuleGroupAssociation: toAssociation(made) }
  const group = requireRuleGroup(tx, caller, input.FirewallRuleGroupId)
  const vpc = requireOwnVpc(tx, caller, input.VpcId)
  const others = tx.firewallRuleGroupAssociations.where('vpcId', vpc.id)
  if (others.some(({ ruleGroupId }) => ruleGroupId === group.id)) {
    throw conflict(`The rule group ${group.id} is associated with ${vpc.id} already.`)
  }
  if (others.length >= GROUPS_PER_VPC) throw conflict(`A VPC has ${GROUPS_PER_VPC} rule groups at most.`)
  const association = tx.firewallRuleGroupAssociations.insert({
    ...ownedBy(caller, parseTags(input.Tags)),
    id: tx.newId('rslvr-frgassoc'),
    creatorRequestId: needed('CreatorRequestId', input.CreatorRequestId),
    name: requireName(input.Name),
    ruleGroupId: group.id,
    vpcId: vpc.id,
    priority: requirePriority(input.Priority, others),
    isProtected: readProtection(input.MutationProtection) ?? false,
    modifiedAt: caller.now.toISOString(),
  })
  rememberMade(tx, caller, 'AssociateFirewallRuleGroup', input, association.id)
  return { FirewallRuleGroupAssociation: toAssociation(association, 'UPDATING') }
}

export function updateFirewallRuleGroupAssociation(
  tx: Tx,
  caller: Caller,
  input: UpdateFirewallRuleGroupAssociationRequest,
): UpdateFirewallRuleGroupAssociationResponse {
  const { id, vpcId, isProtected, ...before } = requireGroupAssociation(
    tx,
    caller,
    input.FirewallRuleGroupAssociationId,
  )
  const wanted = readProtection(input.MutationProtection) ?? isProtected
  if (isProtected && wanted && (input.Name !== undefined || input.Priority !== undefined)) throw protectedBy(id)
  const others = tx.firewallRuleGroupAssociations.where('vpcId', vpcId).filter((one) => one.id !== id)
  const changed = tx.firewallRuleGroupAssociations.update(id, {
    name: input.Name === undefined ? before.name : requireName(input.Name),
    priority: input.Priority === undefined ? before.priority : requirePriority(input.Priority, others),
    isProtected: wanted,
    modifiedAt: caller.now.toISOString(),
  })
  return { FirewallRuleGroupAssociation: toAssociation(changed) }
}

export function disassociateFirewallRuleGroup(
  tx: Tx,
  caller: Caller,
  input: DisassociateFirewallRuleGroupRequest,
): DisassociateFirewallRuleGroupResponse {
  const association = requireGroupAssociation(tx, caller, input.FirewallRuleGroupAssociationId)
  if (association.isProtected) throw protectedBy(association.id)
  tx.firewallRuleGroupAssociations.delete(association.id)
  return { FirewallRuleGroupAssociation: toAssociation(association, 'DELETING') }
}

export function getFirewallRuleGroupAssociation(
  records: Records,
  caller: Caller,
  input: GetFirewallRuleGroupAssociationRequest,
): GetFirewallRuleGroupAssociationResponse {
  const association = requireGroupAssociation(records, caller, input.FirewallRuleGroupAssociationId)
  return { FirewallRuleGroupAssociation: toAssociation(association) }
}

export function listFirewallRuleGroupAssociations(
  records: Records,
  caller: Caller,
  input: ListFirewallRuleGroupAssociationsRequest,
): ListFirewallRuleGroupAssociationsResponse {
  const { FirewallRuleGroupId: groupId, VpcId: vpcId, Priority: priority, Status: status = 'COMPLETE' } = input
  const found = records.firewallRuleGroupAssociations.where('owner', caller.account).filter((one) => {
    const isOfPlace = (groupId ?? one.ruleGroupId) === one.ruleGroupId && (vpcId ?? one.vpcId) === one.vpcId
    return isOwn(one, caller) && isOfPlace && (priority ?? one.priority) === one.priority && status === 'COMPLETE'
  })
  const { page, more } = listPage(found, input, {})
  const shown = page.map((one) => toAssociation(one))
  return { FirewallRuleGroupAssociations: shown, ...(more.NextToken !== undefined && { NextToken: more.NextToken }) }
}

function requirePriority(wanted: number | undefined, others: readonly FirewallRuleGroupAssociation[]): number {
  const priority = needed('Priority', wanted)
  // AWS Firewall Manager has those below and above.
  if (!Number.isInteger(priority) || priority <= LEAST_PRIORITY || priority >= MOST_PRIORITY) {
    throw invalid(`The priority must be above ${LEAST_PRIORITY} and below ${MOST_PRIORITY}, not ${priority}.`)
  }
  const same = others.find((one) => one.priority === priority)
  if (same) throw conflict(`${same.id} has the priority ${priority} in ${same.vpcId}.`)
  return priority
}

function readProtection(wanted: string | undefined): boolean | undefined {
  if (wanted === undefined) return undefined
  return requireOneOf('MutationProtection', wanted, ['ENABLED', 'DISABLED']) === 'ENABLED'
}

function protectedBy(id: string) {
  return conflict(`${id} is protected from changes; set its MutationProtection to DISABLED first.`)
}

function toAssociation(one: FirewallRuleGroupAssociation, status = 'COMPLETE'): ShownAssociation {
  return {
    Id: one.id,
    Arn: resolverArn(one),
    FirewallRuleGroupId: one.ruleGroupId,
    VpcId: one.vpcId,
    Name: one.name,
    Priority: one.priority,
    MutationProtection: one.isProtected ? 'ENABLED' : 'DISABLED',
    Status: status,
    StatusMessage: status === 'COMPLETE' ? 'Complete' : status,
    CreatorRequestId: one.creatorRequestId,
    CreationTime: one.createdAt,
    ModificationTime: one.modifiedAt,
  }
}
