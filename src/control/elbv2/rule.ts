// Rules of listeners. A Network or Gateway Load Balancer's listener has its default rule and no other.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeRules.html

import type {
  CreateRuleInput,
  DeleteRuleInput,
  DescribeRulesInput,
  DescribeRulesOutput,
  Rule,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { ApiError } from '../../errors.ts'
import type { Listener } from '../../store/load-balancing-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { defaultRuleArn, listenerOfRule } from './arns.ts'
import { validationError } from './errors.ts'
import { findOwn, requireArn, requireListener } from './find.ts'
import { forwardAction } from './listener.ts'
import { pageOf } from './pages.ts'

export function describeRules(records: Records, caller: Caller, input: DescribeRulesInput): DescribeRulesOutput {
  const { items, marker } = pageOf(requireNamed(records, caller, input), input, ({ id }) => id)
  return { Rules: items.map(toRule), NextMarker: marker }
}

export function createRule(tx: Tx, caller: Caller, { ListenerArn }: CreateRuleInput): never {
  requireListener(tx, caller, ListenerArn)
  throw new ApiError('UnsupportedProtocol', 'Rules are unsupported for Network Load Balancer listeners')
}

export function deleteRule(tx: Tx, caller: Caller, { RuleArn }: DeleteRuleInput): never {
  const { id } = requireListenerOfRule(tx, caller, requireArn('rule', 'listener-rule', 'ruleArn', RuleArn))
  throw new ApiError('OperationNotPermitted', `Default rule '${defaultRuleArn({ id })}' cannot be deleted`)
}

function requireNamed(
  records: Records,
  caller: Caller,
  { ListenerArn: listenerArn, RuleArns: arns }: DescribeRulesInput,
): readonly Listener[] {
  if (listenerArn !== undefined && arns !== undefined) {
    throw validationError('Listener rule ARNs and a listener ARN cannot be specified at the same time')
  }
  if (listenerArn !== undefined) return [requireListener(records, caller, listenerArn)]
  if (arns === undefined) throw validationError('You must specify either listener rule ARNs or a listener ARN')
  return [...new Set(arns)].map((arn) => requireListenerOfRule(records, caller, arn))
}

function requireListenerOfRule(records: Records, caller: Caller, ruleArn: string): Listener {
  const listener = findOwn(records.listeners, caller, listenerOfRule(ruleArn))
  if (listener && defaultRuleArn(listener) === ruleArn) return listener
  throw new ApiError('RuleNotFound', 'One or more rules not found')
}

function toRule(listener: Listener): Rule {
  return {
    RuleArn: defaultRuleArn(listener),
    Priority: 'default',
    Conditions: [],
    Actions: [forwardAction(listener)],
    IsDefault: true,
  }
}
