// Network ACLs: entries in the order in which they are tried.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html

import type { NetworkAcl, NetworkAclEntry, Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { NetworkAclNetwork, NetworkAclRuleNetwork } from './network.ts'
import { byId } from './order.ts'

export function compileNetworkAcls(records: Records, vpc: Vpc): NetworkAclNetwork[] {
  return records.networkAcls
    .where('vpcId', vpc.id)
    .map((acl) => ({ id: acl.id, ingress: rules(acl, false), egress: rules(acl, true) }))
    .sort(byId)
}

function rules(acl: NetworkAcl, egress: boolean): NetworkAclRuleNetwork[] {
  return acl.entries
    .filter((entry) => entry.egress === egress)
    .sort((a, b) => a.ruleNumber - b.ruleNumber)
    .map((entry) => compileEntry(acl, entry))
}

function compileEntry(acl: NetworkAcl, entry: NetworkAclEntry): NetworkAclRuleNetwork {
  return {
    action: entry.action,
    protocol: entry.protocol,
    cidr: entry.cidr,
    ...(entry.ports && { ports: entry.ports }),
    ...(entry.icmp && { icmp: entry.icmp }),
    by: `${acl.id} rule ${entry.ruleNumber}`,
  }
}
