// Security groups across peering connections: who names a group, and which rules name one that means nobody any more.
// https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html

import type {
  DescribeSecurityGroupReferencesRequest,
  DescribeSecurityGroupReferencesResult,
  DescribeStaleSecurityGroupsRequest,
  DescribeStaleSecurityGroupsResult,
  SecurityGroupReference,
  StaleIpPermission,
  StaleSecurityGroup,
} from '@aws-sdk/client-ec2'
import { activePeerings, peerOf } from '../../../compile/peering.ts'
import { missingParameter } from '../../../errors.ts'
import type { SecurityGroup, SecurityGroupRule } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { toPermissions } from '../filtering/security-group-permission.ts'
import { pageOf } from '../request/pages.ts'
import { requireSecurityGroup, requireVpc } from '../request/require.ts'

export function describeSecurityGroupReferences(
  records: Records,
  caller: Caller,
  input: DescribeSecurityGroupReferencesRequest,
): DescribeSecurityGroupReferencesResult {
  const ids = input.GroupId ?? []
  if (ids.length === 0) throw missingParameter('groupId')
  const groups = [...new Set(ids)].map((id) => requireSecurityGroup(records, caller, id))
  return { SecurityGroupReferenceSet: groups.flatMap((group) => referencesTo(records, group)) }
}

function referencesTo(records: Records, { id, vpcId }: SecurityGroup): SecurityGroupReference[] {
  return activePeerings(records, vpcId)
    .map((peering) => ({ peering, peerId: peerOf(peering, vpcId) }))
    .filter(({ peerId }) => rulesIn(records, peerId).some(({ peer }) => peer.kind === 'group' && peer.groupId === id))
    .map(({ peering, peerId }) => ({
      GroupId: id,
      ReferencingVpcId: peerId,
      VpcPeeringConnectionId: peering.id,
    }))
}

function rulesIn(records: Records, vpcId: SecurityGroup['vpcId']): SecurityGroupRule[] {
  return records.securityGroups
    .where('vpcId', vpcId)
    .flatMap((group) => records.securityGroupRules.where('groupId', group.id))
}

export function describeStaleSecurityGroups(
  records: Records,
  caller: Caller,
  input: DescribeStaleSecurityGroupsRequest,
): DescribeStaleSecurityGroupsResult {
  const vpc = requireVpc(records, caller, input.VpcId)
  const stale = records.securityGroups.where('vpcId', vpc.id).flatMap((group) => {
    const rules = records.securityGroupRules.where('groupId', group.id).filter((rule) => isStale(records, group, rule))
    return rules.length > 0 ? [toStale(group, rules)] : []
  })
  const { items, nextToken } = pageOf(stale, input, (group) => group.GroupId ?? '', { min: 5, max: 255 })
  return { StaleSecurityGroupSet: [...items], NextToken: nextToken }
}

/** It names a group of a VPC that is no longer peered, or one that was deleted there. */
function isStale(records: Records, { vpcId }: SecurityGroup, { peer }: SecurityGroupRule): boolean {
  if (peer.kind !== 'group' || !peer.across) return false
  const home = peer.across.vpcId
  const isPeered = activePeerings(records, vpcId).some((peering) => peerOf(peering, vpcId) === home)
  return !isPeered || !records.securityGroups.has(peer.groupId)
}

function toStale(group: SecurityGroup, rules: readonly SecurityGroupRule[]): StaleSecurityGroup {
  return {
    GroupId: group.id,
    GroupName: group.name,
    Description: group.description,
    VpcId: group.vpcId,
    StaleIpPermissions: toStalePermissions(rules.filter(({ direction }) => direction === 'ingress')),
    StaleIpPermissionsEgress: toStalePermissions(rules.filter(({ direction }) => direction === 'egress')),
  }
}

/** Only their groups: ranges and prefix lists do not grow stale. */
function toStalePermissions(rules: readonly SecurityGroupRule[]): StaleIpPermission[] {
  return toPermissions(rules).map(({ FromPort, IpProtocol, ToPort, UserIdGroupPairs }) => ({
    FromPort,
    IpProtocol,
    ToPort,
    IpRanges: [],
    PrefixListIds: [],
    UserIdGroupPairs,
  }))
}
