// Rules of listeners. A Network or Gateway Load Balancer's listener has its default rule and no other, and that has no
// record; an Application Load Balancer's has a record for each, its default one too.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-update-rules.html

import type {
  CreateRuleInput,
  CreateRuleOutput,
  DeleteRuleInput,
  DescribeRulesInput,
  DescribeRulesOutput,
  ModifyRuleInput,
  ModifyRuleOutput,
  Rule,
  SetRulePrioritiesInput,
  SetRulePrioritiesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { ApiError } from '../../errors.ts'
import type { ListenerRule, RuleAction } from '../../store/listener-rule-records.ts'
import type { Listener } from '../../store/load-balancing-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { ownedBy } from '../ec2/request/owned.ts'
import { defaultRuleArn, listenerOfRule, newDigits, ruleArn } from './arns.ts'
import { requireParameter, validationError } from './errors.ts'
import { findOwn, loadBalancerOf, requireArn, requireListener } from './find.ts'
import { forwardAction } from './listener-shape.ts'
import { pageOf } from './pages.ts'
import { refuseTransforms, requireAction, toAction } from './rule-action.ts'
import { requireConditions, toCondition } from './rule-condition.ts'
import { checkGroupCount } from './rule-groups.ts'
import { newTags } from './tags.ts'

const MOST_PRIORITY = 50_000
/** AWS's quota, which can be raised there: of a load balancer, default rules not counted. */
const MOST_RULES = 100

/** The same call again answers what the first one made. */
export function createRule(tx: Tx, caller: Caller, input: CreateRuleInput): CreateRuleOutput {
  const listener = requireListener(tx, caller, input.ListenerArn)
  const loadBalancer = loadBalancerOf(tx, listener)
  if (loadBalancer.type !== 'application') {
    const kind = loadBalancer.type === 'network' ? 'Network' : 'Gateway'
    throw new ApiError('UnsupportedProtocol', `Rules are unsupported for ${kind} Load Balancer listeners`)
  }
  refuseTransforms(input.Transforms)
  const priority = requirePriority(requireParameter('priority', input.Priority))
  const conditions = requireConditions(requireParameter('conditions', input.Conditions))
  const action = requireAction(tx, caller, loadBalancer, requireParameter('actions', input.Actions))
  const tags = newTags(input.Tags)
  const others = tx.listenerRules.where('listenerId', listener.id)
  const known = others.find((rule) => rule.priority === priority)
  if (known) {
    const facts = (rule: Pick<ListenerRule, 'conditions' | 'action' | 'tags'>) =>
      JSON.stringify([rule.conditions, rule.action, Object.entries(rule.tags).sort()])
    if (facts(known) === facts({ conditions, action, tags })) return { Rules: [toRule(known)] }
    throw priorityInUse(priority)
  }
  const count = tx.listenerRules.where('loadBalancerId', loadBalancer.id).filter(isCounted).length
  if (count >= MOST_RULES) {
    throw new ApiError('TooManyRules', 'The maximum number of rules has been reached on this load balancer')
  }
  const rule = tx.listenerRules.insert({
    ...ownedBy(caller, tags),
    id: ruleArn(listener.id, newDigits(tx)),
    listenerId: listener.id,
    loadBalancerId: loadBalancer.id,
    priority,
    conditions,
    action,
  })
  checkGroupCount(tx, loadBalancer)
  return { Rules: [toRule(rule)] }
}

function isCounted({ priority }: ListenerRule): boolean {
  return priority !== undefined
}

export function describeRules(records: Records, caller: Caller, input: DescribeRulesInput): DescribeRulesOutput {
  const { items, marker } = pageOf(requireNamed(records, caller, input), input, ({ RuleArn = '' }) => RuleArn)
  return { Rules: [...items], NextMarker: marker }
}

export function modifyRule(tx: Tx, caller: Caller, input: ModifyRuleInput): ModifyRuleOutput {
  const rule = requireRule(tx, caller, input.RuleArn)
  refuseTransforms(input.Transforms)
  const { Conditions: conditions, Actions: actions } = input
  if (rule.priority === undefined && conditions !== undefined) {
    throw new ApiError('OperationNotPermitted', `Default rule '${rule.id}' cannot be modified to have conditions`)
  }
  const loadBalancer = tx.loadBalancers.get(rule.loadBalancerId)
  if (!loadBalancer) throw new Error(`${rule.id} has no load balancer`)
  const changed = tx.listenerRules.update(rule.id, {
    ...(conditions && { conditions: requireConditions(conditions) }),
    ...(actions && { action: requireAction(tx, caller, loadBalancer, actions) }),
  })
  checkGroupCount(tx, loadBalancer)
  return { Rules: [toRule(changed)] }
}

export function deleteRule(tx: Tx, caller: Caller, { RuleArn }: DeleteRuleInput): Record<string, never> {
  const arn = requireArn('rule', 'listener-rule', 'ruleArn', RuleArn)
  const rule = findOwn(tx.listenerRules, caller, arn)
  if (!rule) requireListenerOfRule(tx, caller, arn)
  if (rule?.priority === undefined) {
    throw new ApiError('OperationNotPermitted', `Default rule '${arn}' cannot be deleted`)
  }
  tx.listenerRules.delete(rule.id)
  return {}
}

/** All of the call at once, so that two rules can change places. */
export function setRulePriorities(tx: Tx, caller: Caller, input: SetRulePrioritiesInput): SetRulePrioritiesOutput {
  const pairs = requireParameter('rulePriorities', input.RulePriorities).map(({ RuleArn, Priority }) => ({
    rule: requireRule(tx, caller, RuleArn),
    priority: requirePriority(requireParameter('rulePriorities.member.priority', Priority)),
  }))
  if (pairs.length === 0) throw validationError('At least one rule priority must be specified')
  if (new Set(pairs.map(({ rule }) => rule.id)).size < pairs.length) {
    throw validationError('A rule cannot be specified more than once')
  }
  for (const { rule } of pairs) {
    if (rule.priority === undefined) {
      throw new ApiError('OperationNotPermitted', `The priority of the default rule '${rule.id}' cannot be changed`)
    }
  }
  const moved = pairs.map(({ rule, priority }) => tx.listenerRules.update(rule.id, { priority }))
  for (const { listenerId, id, priority } of moved) {
    const others = tx.listenerRules.where('listenerId', listenerId)
    if (others.some((one) => one.id !== id && one.priority === priority)) throw priorityInUse(priority)
  }
  return { Rules: moved.map(toRule) }
}

/** The default rule of a new listener of an application load balancer. */
export function insertDefaultRule(tx: Tx, caller: Caller, listener: Listener, action: RuleAction): void {
  tx.listenerRules.insert({
    ...ownedBy(caller),
    id: defaultRuleArn(listener),
    listenerId: listener.id,
    loadBalancerId: listener.loadBalancerId,
    conditions: [],
    action,
  })
}

function requirePriority(priority: number): number {
  if (Number.isInteger(priority) && priority >= 1 && priority <= MOST_PRIORITY) return priority
  throw validationError(`Priority '${priority}' must be in the range of '1-${MOST_PRIORITY}' inclusive`)
}

function priorityInUse(priority: number | undefined): ApiError {
  return new ApiError('PriorityInUse', `Priority '${priority}' is currently in use`)
}

function requireNamed(
  records: Records,
  caller: Caller,
  { ListenerArn: listenerArn, RuleArns: arns }: DescribeRulesInput,
): readonly Rule[] {
  if (listenerArn !== undefined && arns !== undefined) {
    throw validationError('Listener rule ARNs and a listener ARN cannot be specified at the same time')
  }
  if (listenerArn !== undefined) return rulesOf(records, requireListener(records, caller, listenerArn))
  if (arns === undefined) throw validationError('You must specify either listener rule ARNs or a listener ARN')
  return [...new Set(arns)].map((arn) => {
    const rule = findOwn(records.listenerRules, caller, arn)
    return rule ? toRule(rule) : defaultRule(requireListenerOfRule(records, caller, arn))
  })
}

/** By priority, the default rule last. */
function rulesOf(records: Records, listener: Listener): Rule[] {
  const rules = records.listenerRules.where('listenerId', listener.id)
  if (rules.length === 0) return [defaultRule(listener)]
  const rank = ({ priority = Number.POSITIVE_INFINITY }: ListenerRule) => priority
  return [...rules].sort((a, b) => rank(a) - rank(b)).map(toRule)
}

/** A rule that has a record. */
function requireRule(records: Records, caller: Caller, arn: string | undefined): ListenerRule {
  const id = requireArn('rule', 'listener-rule', 'ruleArn', arn)
  const rule = findOwn(records.listenerRules, caller, id)
  if (rule) return rule
  const listener = requireListenerOfRule(records, caller, id)
  throw new ApiError('OperationNotPermitted', `Default rule '${defaultRuleArn(listener)}' cannot be modified`)
}

function requireListenerOfRule(records: Records, caller: Caller, arn: string): Listener {
  const listener = findOwn(records.listeners, caller, listenerOfRule(arn))
  if (listener && defaultRuleArn(listener) === arn) return listener
  throw new ApiError('RuleNotFound', 'One or more rules not found')
}

function toRule({ id, priority, conditions, action }: ListenerRule): Rule {
  return {
    RuleArn: id,
    Priority: priority === undefined ? 'default' : String(priority),
    Conditions: conditions.map(toCondition),
    Actions: [toAction(action)],
    IsDefault: priority === undefined,
  }
}

/** Of a listener whose rules have no records. */
function defaultRule(listener: Listener): Rule {
  return {
    RuleArn: defaultRuleArn(listener),
    Priority: 'default',
    Conditions: [],
    Actions: forwardAction(listener),
    IsDefault: true,
  }
}
