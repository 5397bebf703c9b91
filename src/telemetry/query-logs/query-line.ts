// The line of a Resolver query log.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-format.html

import type { LoggedQuery } from '../../dns/query-log.ts'

const VERSION = '1.100000'

export function formatQuery(query: LoggedQuery, at: Date): string {
  const { vpc, interfaceId, firewall } = query
  const sender = vpc.interfaces.find(({ id }) => id === interfaceId)
  const inbound = vpc.inboundResolvers?.find(({ interfaces }) => interfaces.some(({ id }) => id === interfaceId))
  const inboundAddress = inbound?.interfaces.find(({ id }) => id === interfaceId)?.address
  return JSON.stringify({
    version: VERSION,
    account_id: vpc.owner,
    region: vpc.region,
    vpc_id: vpc.id,
    query_timestamp: at.toISOString().replace(/\.\d+Z$/, 'Z'),
    query_name: query.name,
    query_type: query.type,
    query_class: 'IN',
    rcode: query.code,
    answers: query.answers,
    srcaddr: sender?.addresses[0] ?? sender?.ipv6Addresses?.[0] ?? inboundAddress ?? '-',
    srcport: String(query.sourcePort),
    transport: query.transport,
    srcids: {
      ...(sender?.instanceId !== undefined && { instance: sender.instanceId }),
      ...(inbound && { resolver_endpoint: inbound.id, resolver_network_interface: interfaceId }),
    },
    ...(firewall && {
      firewall_rule_action: firewall.action,
      firewall_rule_group_id: firewall.ruleGroupId,
      firewall_domain_list_id: firewall.domainListId,
    }),
  })
}
