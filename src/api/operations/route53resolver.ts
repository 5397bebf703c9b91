// Route 53 Resolver actions that Postern serves.

import { resolverAuthorisations } from '../../control/route53resolver/authorisation.ts'
import {
  associateResolverEndpointIpAddress,
  disassociateResolverEndpointIpAddress,
  listResolverEndpointIpAddresses,
} from '../../control/route53resolver/endpoint-address.ts'
import {
  associateFirewallRuleGroup,
  disassociateFirewallRuleGroup,
  getFirewallRuleGroupAssociation,
  listFirewallRuleGroupAssociations,
  updateFirewallRuleGroupAssociation,
} from '../../control/route53resolver/firewall/association.ts'
import {
  getFirewallConfig,
  listFirewallConfigs,
  updateFirewallConfig,
} from '../../control/route53resolver/firewall/config.ts'
import {
  createFirewallDomainList,
  deleteFirewallDomainList,
  getFirewallDomainList,
  listFirewallDomainLists,
  listFirewallDomains,
  updateFirewallDomains,
} from '../../control/route53resolver/firewall/domain-list.ts'
import {
  createFirewallRule,
  deleteFirewallRule,
  listFirewallRules,
  updateFirewallRule,
} from '../../control/route53resolver/firewall/rule.ts'
import {
  createFirewallRuleGroup,
  deleteFirewallRuleGroup,
  getFirewallRuleGroup,
  listFirewallRuleGroups,
} from '../../control/route53resolver/firewall/rule-group.ts'
import {
  associateResolverQueryLogConfig,
  disassociateResolverQueryLogConfig,
  getResolverQueryLogConfigAssociation,
  listResolverQueryLogConfigAssociations,
} from '../../control/route53resolver/query-log/association.ts'
import {
  createResolverQueryLogConfig,
  deleteResolverQueryLogConfig,
  getResolverQueryLogConfig,
  listResolverQueryLogConfigs,
} from '../../control/route53resolver/query-log/config.ts'
import {
  getResolverConfig,
  getResolverDnssecConfig,
  listResolverConfigs,
  listResolverDnssecConfigs,
  updateResolverConfig,
  updateResolverDnssecConfig,
} from '../../control/route53resolver/resolver-config.ts'
import {
  createResolverEndpoint,
  deleteResolverEndpoint,
  getResolverEndpoint,
  listResolverEndpoints,
  updateResolverEndpoint,
} from '../../control/route53resolver/resolver-endpoint.ts'
import {
  createResolverRule,
  deleteResolverRule,
  getResolverRule,
  listResolverRules,
  updateResolverRule,
} from '../../control/route53resolver/resolver-rule.ts'
import {
  associateResolverRule,
  disassociateResolverRule,
  getResolverRuleAssociation,
  listResolverRuleAssociations,
} from '../../control/route53resolver/rule-association.ts'
import { listTagsForResource, tagResource, untagResource } from '../../control/route53resolver/tags.ts'
import type { ControlAdapterOptions } from '../control-adapter.ts'
import type { ReadRows, WriteRows } from './rows.ts'

export const ROUTE53_RESOLVER_READS = {
  GetResolverQueryLogConfig: getResolverQueryLogConfig,
  GetResolverQueryLogConfigAssociation: getResolverQueryLogConfigAssociation,
  ListResolverQueryLogConfigAssociations: listResolverQueryLogConfigAssociations,
  ListResolverQueryLogConfigs: listResolverQueryLogConfigs,
  GetFirewallConfig: getFirewallConfig,
  GetFirewallDomainList: getFirewallDomainList,
  GetFirewallRuleGroup: getFirewallRuleGroup,
  GetFirewallRuleGroupAssociation: getFirewallRuleGroupAssociation,
  ListFirewallConfigs: listFirewallConfigs,
  ListFirewallDomainLists: listFirewallDomainLists,
  ListFirewallDomains: listFirewallDomains,
  ListFirewallRuleGroupAssociations: listFirewallRuleGroupAssociations,
  ListFirewallRuleGroups: listFirewallRuleGroups,
  ListFirewallRules: listFirewallRules,
  GetResolverConfig: getResolverConfig,
  GetResolverDnssecConfig: getResolverDnssecConfig,
  ListResolverConfigs: listResolverConfigs,
  ListResolverDnssecConfigs: listResolverDnssecConfigs,
  GetResolverEndpoint: getResolverEndpoint,
  GetResolverRule: getResolverRule,
  GetResolverRuleAssociation: getResolverRuleAssociation,
  ListResolverEndpointIpAddresses: listResolverEndpointIpAddresses,
  ListResolverEndpoints: listResolverEndpoints,
  ListResolverRuleAssociations: listResolverRuleAssociations,
  ListResolverRules: listResolverRules,
  ListTagsForResource: listTagsForResource,
} as const satisfies ReadRows

export const ROUTE53_RESOLVER_WRITES = {
  AssociateResolverQueryLogConfig: associateResolverQueryLogConfig,
  CreateResolverQueryLogConfig: createResolverQueryLogConfig,
  DeleteResolverQueryLogConfig: deleteResolverQueryLogConfig,
  DisassociateResolverQueryLogConfig: disassociateResolverQueryLogConfig,
  AssociateFirewallRuleGroup: associateFirewallRuleGroup,
  CreateFirewallDomainList: createFirewallDomainList,
  CreateFirewallRule: createFirewallRule,
  CreateFirewallRuleGroup: createFirewallRuleGroup,
  DeleteFirewallDomainList: deleteFirewallDomainList,
  DeleteFirewallRule: deleteFirewallRule,
  DeleteFirewallRuleGroup: deleteFirewallRuleGroup,
  DisassociateFirewallRuleGroup: disassociateFirewallRuleGroup,
  UpdateFirewallConfig: updateFirewallConfig,
  UpdateFirewallDomains: updateFirewallDomains,
  UpdateFirewallRule: updateFirewallRule,
  UpdateFirewallRuleGroupAssociation: updateFirewallRuleGroupAssociation,
  AssociateResolverEndpointIpAddress: associateResolverEndpointIpAddress,
  AssociateResolverRule: associateResolverRule,
  CreateResolverEndpoint: createResolverEndpoint,
  CreateResolverRule: createResolverRule,
  DeleteResolverEndpoint: deleteResolverEndpoint,
  DeleteResolverRule: deleteResolverRule,
  DisassociateResolverEndpointIpAddress: disassociateResolverEndpointIpAddress,
  DisassociateResolverRule: disassociateResolverRule,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateResolverConfig: updateResolverConfig,
  UpdateResolverDnssecConfig: updateResolverDnssecConfig,
  UpdateResolverEndpoint: updateResolverEndpoint,
  UpdateResolverRule: updateResolverRule,
} as const satisfies WriteRows

export const ROUTE53_RESOLVER_AUTHORISATIONS: NonNullable<ControlAdapterOptions['authorisations']> = Object.fromEntries(
  [...Object.keys(ROUTE53_RESOLVER_READS), ...Object.keys(ROUTE53_RESOLVER_WRITES)].map((operation) => [
    operation,
    (records, { principal, region, input }) => {
      const account = principal.kind === 'anonymous' ? '' : principal.account
      return resolverAuthorisations(records, { account, region }, operation, input)
    },
  ]),
)
