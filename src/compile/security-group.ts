// Security groups: rules with their peers resolved, and who is a member.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html

import { prefixListCidrs } from '../catalogue/prefix-lists.ts'
import { type Address, compareAddresses } from '../ip/address.ts'
import type { SecurityGroupId, SecurityGroupRule, Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { SecurityGroupNetwork, SecurityGroupRuleNetwork } from './network.ts'
import { byId } from './order.ts'

export function compileSecurityGroups(records: Records, vpc: Vpc): SecurityGroupNetwork[] {
  const members = groupMembers(records, vpc)
  return records.securityGroups
    .where('vpcId', vpc.id)
    .map((group) => {
      const rules = [...records.securityGroupRules.where('groupId', group.id)].sort(byId)
      return {
        id: group.id,
        members: (members.get(group.id) ?? []).sort(compareAddresses),
        ingress: rules.filter((rule) => rule.direction === 'ingress').map((rule) => compileRule(records, vpc, rule)),
        egress: rules.filter((rule) => rule.direction === 'egress').map((rule) => compileRule(records, vpc, rule)),
      }
    })
    .sort(byId)
}

function compileRule(records: Records, vpc: Vpc, rule: SecurityGroupRule): SecurityGroupRuleNetwork {
  return {
    protocol: rule.protocol,
    ...(rule.ports && { ports: rule.ports }),
    ...(rule.icmp && { icmp: rule.icmp }),
    peer: compilePeer(records, vpc, rule),
    by: rule.id,
  }
}

function compilePeer(records: Records, vpc: Vpc, { peer }: SecurityGroupRule): SecurityGroupRuleNetwork['peer'] {
  switch (peer.kind) {
    case 'cidr':
      return { kind: 'cidrs', cidrs: [peer.cidr] }
    case 'prefixList':
      return { kind: 'cidrs', cidrs: prefixListCidrs(vpc.region, peer.prefixListId) }
    case 'group':
      // A group of another VPC has members only across a peering connection; there are none yet.
      return records.securityGroups.get(peer.groupId)?.vpcId === vpc.id
        ? { kind: 'group', groupId: peer.groupId }
        : { kind: 'cidrs', cidrs: [] }
    default:
      return peer satisfies never
  }
}

/** A reference to a group means the private addresses of the interfaces that carry it. */
function groupMembers(records: Records, vpc: Vpc): Map<SecurityGroupId, Address[]> {
  const members = new Map<SecurityGroupId, Address[]>()
  for (const eni of records.networkInterfaces.where('vpcId', vpc.id)) {
    for (const groupId of eni.groupIds) {
      const addresses = members.get(groupId)
      if (addresses) addresses.push(...eni.privateAddresses)
      else members.set(groupId, [...eni.privateAddresses])
    }
  }
  return members
}
