// DNS Firewall rules: a group has one of each domain list and type of question.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_CreateFirewallRule.html

import { parseDomainName } from '../../../compile/domain-name.ts'
import type { FirewallRule, FirewallRuleGroup } from '../../../store/dns-firewall-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { refuseUnserved } from '../errors.ts'
import { listPage } from '../list.ts'
import { conflict, invalid, needed, requireDomainList, requireName, requireOneOf, requireRuleGroup } from './find.ts'
import type {
  CreateFirewallRuleRequest,
  CreateFirewallRuleResponse,
  DeleteFirewallRuleRequest,
  DeleteFirewallRuleResponse,
  ListFirewallRulesRequest,
  ListFirewallRulesResponse,
  FirewallRule as ShownRule,
  UpdateFirewallRuleRequest,
  UpdateFirewallRuleResponse,
} from './messages.ts'

const RULES_PER_GROUP = 100
const MOST_TTL = 604_800

type Wanted = Pick<
  FirewallRule,
  'name' | 'priority' | 'action' | 'blockResponse' | 'override' | 'trustsRedirection' | 'questionType'
>

export function createFirewallRule(
  tx: Tx,
  caller: Caller,
  input: CreateFirewallRuleRequest,
): CreateFirewallRuleResponse {
  const group = requireRuleGroup(tx, caller, input.FirewallRuleGroupId)
  refuseUnserved({ dnsThreatProtection: input.DnsThreatProtection, confidenceThreshold: input.ConfidenceThreshold })
  const list = requireDomainList(tx, caller, input.FirewallDomainListId)
  const now = caller.now.toISOString()
  const creatorRequestId = needed('CreatorRequestId', input.CreatorRequestId)
  const made = group.rules.find((rule) => rule.creatorRequestId === creatorRequestId)
  if (made) return { FirewallRule: toRule(group, made) }
  const rule = { ...readRule(input), creatorRequestId, domainListId: list.id, createdAt: now, modifiedAt: now }
  if (group.rules.some((one) => isSameRule(one, rule))) {
    throw conflict(`The rule group ${group.id} has a rule of the domain list ${list.id} already.`)
  }
  if (group.rules.length >= RULES_PER_GROUP) throw conflict(`A rule group has ${RULES_PER_GROUP} rules at most.`)
  write(tx, caller, group, [...group.rules, rule])
  return { FirewallRule: toRule(group, rule) }
}

export function updateFirewallRule(
  tx: Tx,
  caller: Caller,
  input: UpdateFirewallRuleRequest,
): UpdateFirewallRuleResponse {
  const group = requireRuleGroup(tx, caller, input.FirewallRuleGroupId)
  refuseUnserved({
    dnsThreatProtection: input.DnsThreatProtection,
    confidenceThreshold: input.ConfidenceThreshold,
    firewallThreatProtectionId: input.FirewallThreatProtectionId,
  })
  const before = requireRule(group, input)
  const shown = toRule(group, before)
  const isBlock = (input.Action ?? shown.Action) === 'BLOCK'
  const kept = isBlock ? shown : { ...shown, ...WITHOUT_BLOCK }
  const overrides = (input.BlockResponse ?? kept.BlockResponse) === 'OVERRIDE' ? {} : WITHOUT_OVERRIDE
  const named = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
  const { creatorRequestId, domainListId, createdAt } = before
  const changed = {
    ...readRule({ ...kept, ...overrides, ...named }),
    ...{ creatorRequestId, domainListId, createdAt, modifiedAt: caller.now.toISOString() },
  }
  write(
    tx,
    caller,
    group,
    group.rules.map((rule) => (rule === before ? changed : rule)),
  )
  return { FirewallRule: toRule(group, changed) }
}

const WITHOUT_OVERRIDE = {
  BlockOverrideDomain: undefined,
  BlockOverrideDnsType: undefined,
  BlockOverrideTtl: undefined,
}
const WITHOUT_BLOCK = { ...WITHOUT_OVERRIDE, BlockResponse: undefined }

export function deleteFirewallRule(
  tx: Tx,
  caller: Caller,
  input: DeleteFirewallRuleRequest,
): DeleteFirewallRuleResponse {
  const group = requireRuleGroup(tx, caller, input.FirewallRuleGroupId)
  refuseUnserved({ firewallThreatProtectionId: input.FirewallThreatProtectionId })
  const gone = requireRule(group, input)
  write(
    tx,
    caller,
    group,
    group.rules.filter((rule) => rule !== gone),
  )
  return { FirewallRule: toRule(group, gone) }
}

export function listFirewallRules(
  records: Records,
  caller: Caller,
  input: ListFirewallRulesRequest,
): ListFirewallRulesResponse {
  const group = requireRuleGroup(records, caller, input.FirewallRuleGroupId)
  const { Priority: priority, Action: action } = input
  const found = group.rules.filter(
    (rule) => (priority ?? rule.priority) === rule.priority && (action ?? rule.action) === rule.action,
  )
  const { page, more } = listPage(found, input, {})
  const shown = page.map((rule) => toRule(group, rule))
  return { FirewallRules: shown, ...(more.NextToken !== undefined && { NextToken: more.NextToken }) }
}

function readRule(input: CreateFirewallRuleRequest): Wanted {
  const action = requireOneOf('Action', needed('Action', input.Action), ['ALLOW', 'BLOCK', 'ALERT'])
  const redirections = ['INSPECT_REDIRECTION_DOMAIN', 'TRUST_REDIRECTION_DOMAIN'] as const
  const redirection = requireOneOf(
    'FirewallDomainRedirectionAction',
    input.FirewallDomainRedirectionAction ?? 'INSPECT_REDIRECTION_DOMAIN',
    redirections,
  )
  const priority = needed('Priority', input.Priority)
  if (!Number.isInteger(priority) || priority < 0) throw invalid(`The priority ${priority} is none.`)
  const questionType = input.Qtype?.toUpperCase()
  if (questionType !== undefined && !/^[A-Z][A-Z0-9]{0,15}$/.test(questionType)) {
    throw invalid(`The Qtype '${input.Qtype}' is no type of question.`)
  }
  return {
    name: requireName(input.Name),
    priority,
    action,
    ...readBlock(action, input),
    trustsRedirection: redirection === 'TRUST_REDIRECTION_DOMAIN',
    ...(questionType !== undefined && { questionType }),
  }
}

function readBlock(
  action: Wanted['action'],
  input: CreateFirewallRuleRequest,
): Pick<Wanted, 'blockResponse' | 'override'> {
  const {
    BlockResponse: response,
    BlockOverrideDomain: domain,
    BlockOverrideDnsType: type,
    BlockOverrideTtl: ttl,
  } = input
  const hasOverride = domain !== undefined || type !== undefined || ttl !== undefined
  if (action !== 'BLOCK') {
    if (response === undefined && !hasOverride) return {}
    throw invalid(`Block settings go with the action BLOCK, not ${action}.`)
  }
  const blockResponse = requireOneOf('BlockResponse', needed('BlockResponse', response), [
    'NODATA',
    'NXDOMAIN',
    'OVERRIDE',
  ])
  if (blockResponse !== 'OVERRIDE') {
    if (!hasOverride) return { blockResponse }
    throw invalid(`Override settings go with the block response OVERRIDE, not ${blockResponse}.`)
  }
  if (type !== 'CNAME') throw invalid('BlockOverrideDnsType must be CNAME.')
  const seconds = needed('BlockOverrideTtl', ttl)
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > MOST_TTL) {
    throw invalid(`BlockOverrideTtl must be between 0 and ${MOST_TTL}.`)
  }
  const parsed = parseDomainName(needed('BlockOverrideDomain', domain))
  if (!('name' in parsed)) throw invalid(`BlockOverrideDomain '${domain}' is no domain name.`)
  return { blockResponse, override: { domain: parsed.name, ttl: seconds } }
}

function requireRule(group: FirewallRuleGroup, input: DeleteFirewallRuleRequest): FirewallRule {
  const domainListId = needed('FirewallDomainListId', input.FirewallDomainListId)
  const wanted = { domainListId, ...(input.Qtype !== undefined && { questionType: input.Qtype.toUpperCase() }) }
  const rule = group.rules.find((one) => isSameRule(one, wanted))
  if (rule) return rule
  throw invalid(`The rule group ${group.id} has no rule of the domain list ${domainListId}.`)
}

function isSameRule(
  a: { readonly domainListId: string; readonly questionType?: string },
  b: { readonly domainListId: string; readonly questionType?: string },
): boolean {
  return a.domainListId === b.domainListId && a.questionType === b.questionType
}

function write(tx: Tx, caller: Caller, group: FirewallRuleGroup, rules: readonly FirewallRule[]): void {
  const sorted = rules.toSorted((a, b) => a.priority - b.priority)
  const twice = sorted.find((rule, index) => sorted[index + 1]?.priority === rule.priority)
  if (twice) throw conflict(`The rule group ${group.id} has two rules of the priority ${twice.priority}.`)
  tx.firewallRuleGroups.update(group.id, { rules: sorted, modifiedAt: caller.now.toISOString() })
}

function toRule(group: FirewallRuleGroup, rule: FirewallRule): ShownRule {
  const { override } = rule
  return {
    FirewallRuleGroupId: group.id,
    FirewallDomainListId: rule.domainListId,
    Name: rule.name,
    Priority: rule.priority,
    Action: rule.action,
    ...(rule.blockResponse && { BlockResponse: rule.blockResponse }),
    ...(override && {
      BlockOverrideDomain: override.domain,
      BlockOverrideDnsType: 'CNAME',
      BlockOverrideTtl: override.ttl,
    }),
    FirewallDomainRedirectionAction: rule.trustsRedirection ? 'TRUST_REDIRECTION_DOMAIN' : 'INSPECT_REDIRECTION_DOMAIN',
    ...(rule.questionType !== undefined && { Qtype: rule.questionType }),
    CreatorRequestId: rule.creatorRequestId,
    CreationTime: rule.createdAt,
    ModificationTime: rule.modifiedAt,
  }
}
