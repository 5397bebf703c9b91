// What Route 53 Resolver's actions ask the policies about: endpoints and rules by their ARNs, with their tags and the
// request's. Lists are on nothing.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53resolver.html

import type { Authorisation } from '../../iam/request.ts'
import { requestTagKeys } from '../../iam/request-tags.ts'
import type { Records } from '../../store/store.ts'
import { findTagged } from './tags.ts'

type Input = Readonly<Record<string, unknown>>

interface Asker {
  readonly account: string
  readonly region: string
}

const NOUNS: Readonly<Record<string, 'resolver-endpoint' | 'resolver-rule'>> = {
  AssociateResolverEndpointIpAddress: 'resolver-endpoint',
  AssociateResolverRule: 'resolver-rule',
  CreateResolverEndpoint: 'resolver-endpoint',
  CreateResolverRule: 'resolver-rule',
  DeleteResolverEndpoint: 'resolver-endpoint',
  DeleteResolverRule: 'resolver-rule',
  DisassociateResolverEndpointIpAddress: 'resolver-endpoint',
  DisassociateResolverRule: 'resolver-rule',
  GetResolverEndpoint: 'resolver-endpoint',
  GetResolverRule: 'resolver-rule',
  GetResolverRuleAssociation: 'resolver-rule',
  ListResolverEndpointIpAddresses: 'resolver-endpoint',
  UpdateResolverEndpoint: 'resolver-endpoint',
  UpdateResolverRule: 'resolver-rule',
}

/** Of DNS Firewall: the members that name what a call is on, with the noun of its ARN. */
const FIREWALL_MEMBERS = {
  FirewallRuleGroupAssociationId: 'firewall-rule-group-association',
  FirewallDomainListId: 'firewall-domain-list',
  FirewallRuleGroupId: 'firewall-rule-group',
} as const
const FIREWALL_CREATIONS: Readonly<Record<string, string>> = {
  AssociateFirewallRuleGroup: 'firewall-rule-group-association',
  CreateFirewallDomainList: 'firewall-domain-list',
  CreateFirewallRuleGroup: 'firewall-rule-group',
}

export function resolverAuthorisations(
  records: Records,
  asker: Asker,
  operation: string,
  input: Input,
): readonly Authorisation[] {
  const resources = laterResources(asker, operation, input) ?? [resourceOf(records, asker, operation, input)]
  return resources.map((resource) => {
    const tags = Object.entries(findTagged(records, resource)?.tags ?? {})
    return {
      action: `route53resolver:${operation}`,
      resource,
      resourceAccount: asker.account,
      keys: {
        ...requestTagKeys(input.Tags, input.TagKeys),
        ...Object.fromEntries(tags.map(([key, value]) => [`aws:resourcetag/${key.toLowerCase()}`, value])),
      },
    }
  })
}

/** One of each is a VPC's. */
const CONFIGS = /^(?:Get|List|Update)(Resolver(?:Dnssec)?Config)s?$/

function configResource({ account, region }: Asker, config: string, { ResourceId: id = '*' }: Input): string {
  const [noun, prefix] =
    config === 'ResolverConfig' ? ['resolver-config', 'rslvr-rc-'] : ['resolver-dnssec-config', 'rslvr-rdsc-']
  return `arn:aws:route53resolver:${region}:${account}:${noun}/${String(id).replace('vpc-', prefix)}`
}

/** Lists, and an association by its own id, are on nothing. */
function queryLogResource({ account, region }: Asker, operation: string, input: Input): string {
  if (operation.startsWith('List') || operation === 'GetResolverQueryLogConfigAssociation') return '*'
  const id = operation.startsWith('Create') ? '*' : String(input.ResolverQueryLogConfigId ?? '*')
  return `arn:aws:route53resolver:${region}:${account}:resolver-query-log-config/${id}`
}

/** A rule is no resource: its calls are on its group and its domain list. Undefined: of endpoints and rules. */
function laterResources({ account, region }: Asker, operation: string, input: Input): string[] | undefined {
  const config = CONFIGS.exec(operation)?.[1]
  if (config) return [configResource({ account, region }, config, input)]
  if (operation.includes('QueryLogConfig')) return [queryLogResource({ account, region }, operation, input)]
  if (!operation.includes('Firewall')) return undefined
  const arn = (noun: string, id: string) => `arn:aws:route53resolver:${region}:${account}:${noun}/${id}`
  const created = FIREWALL_CREATIONS[operation]
  if (created) return [arn(created, '*')]
  if (operation === 'GetFirewallConfig' || operation === 'UpdateFirewallConfig') {
    return [arn('firewall-config', String(input.ResourceId ?? '*').replace('vpc-', 'rslvr-fc-'))]
  }
  if (/^ListFirewall(Configs|DomainLists|RuleGroups|RuleGroupAssociations)$/.test(operation)) return ['*']
  const named = Object.entries(FIREWALL_MEMBERS).filter(([member]) => input[member] !== undefined)
  return named.length === 0 ? ['*'] : named.map(([member, noun]) => arn(noun, String(input[member])))
}

function resourceOf(records: Records, { account, region }: Asker, operation: string, input: Input): string {
  if (typeof input.ResourceArn === 'string') return input.ResourceArn
  const noun = NOUNS[operation]
  if (!noun) return '*'
  const named = noun === 'resolver-rule' ? (input.ResolverRuleId ?? ruleOf(records, input)) : input.ResolverEndpointId
  const id = operation.startsWith('Create') ? '*' : String(named ?? '*')
  const kind = id.startsWith('rslvr-autodefined-rr-') ? 'autodefined-rule' : noun
  return `arn:aws:route53resolver:${region}:${account}:${kind}/${id}`
}

/** An association stands for its rule. */
function ruleOf(records: Records, { ResolverRuleAssociationId: id }: Input): string | undefined {
  return typeof id === 'string' ? records.resolverRuleAssociations.get(id)?.ruleId : undefined
}
