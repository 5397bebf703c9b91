// Security groups: rules with their peers resolved, and who is a member.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html

import { type Address, addressFamily, compareAddresses } from '../ip/address.ts'
import type { SecurityGroupId, SecurityGroupRule, Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import { groupsOfVpc, isGroupOf } from './group-vpcs.ts'
import type { SecurityGroupNetwork, SecurityGroupRuleNetwork } from './network.ts'
import { byId } from './order.ts'
import { activePeerings, peerOf } from './peering.ts'
import { prefixListCidrs } from './prefix-list.ts'

export function compileSecurityGroups(records: Records, vpc: Vpc): SecurityGroupNetwork[] {
  const members = groupMembers(records, vpc)
  return groupsOfVpc(records, vpc.id)
    .map(({ id }) => ({
      id,
      ...compileMembers(members.get(id) ?? []),
      ingress: compileGroupRules(records, vpc, id, 'ingress'),
      egress: compileGroupRules(records, vpc, id, 'egress'),
    }))
    .sort(byId)
}

function compileMembers(addresses: readonly Address[]): Pick<SecurityGroupNetwork, 'members' | 'ipv6Members'> {
  const sorted = addresses.toSorted(compareAddresses)
  const ipv6Members = sorted.filter((one) => addressFamily(one) === 6)
  return {
    members: ipv6Members.length > 0 ? sorted.filter((one) => addressFamily(one) === 4) : sorted,
    ...(ipv6Members.length > 0 && { ipv6Members }),
  }
}

/** Where a group is. */
type Home = Pick<Vpc, 'id' | 'region'>

/** By id. */
export function compileGroupRules(
  records: Records,
  vpc: Home,
  groupId: SecurityGroupId,
  direction: SecurityGroupRule['direction'],
): SecurityGroupRuleNetwork[] {
  return records.securityGroupRules
    .where('groupId', groupId)
    .filter((rule) => rule.direction === direction)
    .sort(byId)
    .map((rule) => compileRule(records, vpc, rule))
}

function compileRule(records: Records, vpc: Home, rule: SecurityGroupRule): SecurityGroupRuleNetwork {
  return {
    protocol: rule.protocol,
    ...(rule.ports && { ports: rule.ports }),
    ...(rule.icmp && { icmp: rule.icmp }),
    peer: compilePeer(records, vpc, rule),
    by: rule.id,
  }
}

function compilePeer(records: Records, vpc: Home, { peer }: SecurityGroupRule): SecurityGroupRuleNetwork['peer'] {
  switch (peer.kind) {
    case 'cidr':
      return { kind: 'cidrs', cidrs: [peer.cidr] }
    case 'prefixList':
      return { kind: 'cidrs', cidrs: prefixListCidrs(records, vpc.region, peer.prefixListId) }
    case 'group':
      return compileGroupPeer(records, vpc, peer.groupId)
    default:
      return peer satisfies never
  }
}

/** A group of another VPC means somebody only across an active peering connection. */
function compileGroupPeer(records: Records, vpc: Home, groupId: SecurityGroupId): SecurityGroupRuleNetwork['peer'] {
  const group = records.securityGroups.get(groupId)
  const home = group?.vpcId
  if (group && isGroupOf(records, group, vpc.id)) return { kind: 'group', groupId }
  const isPeered = home !== undefined && activePeerings(records, vpc.id).some((one) => peerOf(one, vpc.id) === home)
  if (!isPeered) return { kind: 'cidrs', cidrs: [] }
  const members = groupMembers(records, { id: home }).get(groupId) ?? []
  return { kind: 'group', groupId, members: members.sort(compareAddresses) }
}

/** A reference to a group means the private addresses of the interfaces that carry it, of either family. */
function groupMembers(records: Records, vpc: Pick<Vpc, 'id'>): Map<SecurityGroupId, Address[]> {
  const members = new Map<SecurityGroupId, Address[]>()
  for (const eni of records.networkInterfaces.where('vpcId', vpc.id)) {
    for (const groupId of eni.groupIds) {
      const addresses = members.get(groupId)
      const own = [...eni.privateAddresses, ...(eni.ipv6Addresses ?? [])]
      if (addresses) addresses.push(...own)
      else members.set(groupId, own)
    }
  }
  return members
}
