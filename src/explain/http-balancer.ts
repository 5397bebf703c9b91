// A request at an Application Load Balancer's node: the rule that takes it, and what becomes of it. The load balancer always
// answers, so what stops a request here is an answer of its own, and the sentence says which.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html

import type { ListenerNetwork, RuleNetwork, TargetNetwork } from '../compile/network.ts'
import { chooseRule, groupsTaking, type HttpRequest, redirectTo } from '../compile/rule-choice.ts'
import { chooseTargets } from '../compile/target-choice.ts'
import type { ForwardAction, RuleCondition } from '../store/listener-rule-records.ts'
import { type PlacedNode, targetHealthStep, worstLeg } from './balancer.ts'
import type { AskedRequest, Packet } from './packet.ts'
import { pass, type Step, stop } from './trace.ts'

/** What is asked where the question does not say. */
export const PLAIN_REQUEST: AskedRequest = { method: 'GET', path: '/', headers: {} }

export function httpSteps(placed: PlacedNode, listener: ListenerNetwork, packet: Packet): Step[] {
  const request = requestOf(listener, packet)
  const { protocol, port, rules = [] } = listener
  const spelled = `${request.method} ${request.scheme}://${request.host}${request.path}${request.query && `?${request.query}`}`
  const taken = pass({
    stage: 'listener',
    by: placed.balancer.id,
    why: `${protocol} ${port} asks its ${rules.length === 1 ? 'rule' : `${rules.length} rules`} about ${spelled}`,
  })
  const rule = chooseRule(rules, request)
  if (!rule) {
    return [
      taken,
      stop({ stage: 'listener-rule', by: listener.id, why: 'no rule takes it: the load balancer answers 503' }),
    ]
  }
  return [taken, ...ruleSteps(placed, rule, request, packet)]
}

function requestOf(
  { protocol, port }: ListenerNetwork,
  { http = PLAIN_REQUEST, source, destination }: Packet,
): HttpRequest {
  const at = http.path.indexOf('?')
  return {
    scheme: protocol === 'HTTPS' ? 'https' : 'http',
    method: http.method,
    host: http.headers.host?.[0]?.replace(/:\d+$/, '') ?? http.host ?? destination,
    port,
    path: at < 0 ? http.path : http.path.slice(0, at),
    query: at < 0 ? '' : http.path.slice(at + 1),
    headers: http.headers,
    source,
  }
}

function ruleSteps(placed: PlacedNode, rule: RuleNetwork, request: HttpRequest, packet: Packet): Step[] {
  const { id: by, action } = rule
  const head = { stage: 'listener-rule', by } as const
  const which =
    rule.priority === undefined ? 'the default rule takes it' : `rule ${rule.priority} takes it, for ${wordsOf(rule)}`
  switch (action.type) {
    case 'fixed-response':
      return [pass({ ...head, why: `${which}; the load balancer answers ${action.status} by itself` })]
    case 'redirect':
      return [
        pass({
          ...head,
          why: `${which}; the load balancer answers ${action.status} to ${redirectTo(action, request)}`,
        }),
      ]
    case 'forward':
      return [
        pass({ ...head, why: `${which}, and ${wordsOfForward(action)}` }),
        ...forwardSteps(placed, action, packet),
      ]
    default:
      return action satisfies never
  }
}

function wordsOf({ conditions }: RuleNetwork): string {
  return conditions.map(wordsOfCondition).join(' and ')
}

function wordsOfCondition(condition: RuleCondition): string {
  if (condition.field === 'query-string') {
    const pairs = condition.values.map(({ key, value }) => (key === undefined ? value : `${key}=${value}`))
    return `query-string ${pairs.join(' or ')}`
  }
  const name = condition.field === 'http-header' ? `http-header ${condition.name}:` : condition.field
  return `${name} ${condition.values.join(' or ')}`
}

function wordsOfForward({ groups }: ForwardAction): string {
  const [only, ...others] = groups
  if (only && others.length === 0) return `forwards to ${only.targetGroupId}`
  return `forwards to ${groups.map(({ targetGroupId, weight }) => `${targetGroupId} (weight ${weight})`).join(', ')}`
}

/** A request may be given to any group with a weight: one that cannot take it speaks for all. */
function forwardSteps(placed: PlacedNode, action: ForwardAction, packet: Packet): Step[] {
  const ids = groupsTaking(action)
  const [first] = action.groups
  if (ids.length === 0) {
    const why = 'no target group of the rule has a weight: the load balancer answers 503'
    return [stop({ stage: 'target-health', by: first?.targetGroupId ?? placed.balancer.id, why })]
  }
  const ways = ids.map((id) => groupSteps(placed, id, packet))
  const shut = ways.filter((steps) => steps.some(({ verdict }) => verdict === 'stop'))
  const worst = shut[0] ?? ways[0] ?? []
  if (shut.length === 0 || ids.length === 1) return worst
  const share = `; so it is for ${shut.length} of the ${ids.length} target groups of the rule`
  return worst.map((step) => (step.verdict === 'stop' ? { ...step, why: step.why + share } : step))
}

function groupSteps(placed: PlacedNode, targetGroupId: string, packet: Packet): Step[] {
  const choice = chooseTargets(placed.vpc, placed.node, { targetGroupId })
  const health = targetHealthStep(placed, { targetGroupId, protocol: 'HTTP' }, choice)
  if (health.verdict === 'stop') return [health]
  return [health, ...legs(placed, choice.targets, packet)]
}

/** What a target does not get for a group, an ACL or a route is waited for, and then answered. */
function legs(placed: PlacedNode, targets: readonly TargetNetwork[], packet: Packet): Step[] {
  return worstLeg(placed, targets, { packet, keepsClient: false }).map((step) =>
    step.verdict === 'stop' ? { ...step, why: `${step.why}; the load balancer answers ${answerAt(step)}` } : step,
  )
}

function answerAt({ stage }: Step): string {
  return stage === 'target' ? '502 or 504' : '504'
}
