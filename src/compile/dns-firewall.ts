// The DNS Firewall rules of a VPC, in the order in which they are asked: those of one group after those of another.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-rule-processing.html

import type { Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { DnsFirewallRuleNetwork, VpcNetwork } from './network.ts'

export function compileDnsFirewall(records: Records, vpc: Vpc): Pick<VpcNetwork, 'dnsFirewall'> {
  const associations = records.firewallRuleGroupAssociations
    .where('vpcId', vpc.id)
    .toSorted((a, b) => a.priority - b.priority)
  const dnsFirewall = associations.flatMap(({ ruleGroupId }): DnsFirewallRuleNetwork[] => {
    const group = records.firewallRuleGroups.get(ruleGroupId)
    return (group?.rules ?? []).map((rule) => ({
      by: `${ruleGroupId} ${rule.name}`,
      domainListId: rule.domainListId,
      domains: records.firewallDomainLists.get(rule.domainListId)?.domains ?? [],
      action: rule.action,
      ...(rule.blockResponse && { blockResponse: rule.blockResponse }),
      ...(rule.override && { override: rule.override }),
      trustsRedirection: rule.trustsRedirection,
      ...(rule.questionType !== undefined && { questionType: rule.questionType }),
    }))
  })
  return dnsFirewall.length > 0 ? { dnsFirewall } : {}
}
