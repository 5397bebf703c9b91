// What a rule of an Application Load Balancer does with a request.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html

import type {
  Action,
  FixedResponseActionConfig,
  RedirectActionConfig,
  TargetGroupTuple,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { ApiError } from '../../errors.ts'
import type {
  FixedResponseAction,
  ForwardAction,
  RedirectAction,
  RuleAction,
  WeightedGroup,
} from '../../store/listener-rule-records.ts'
import type { LoadBalancer } from '../../store/load-balancing-records.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { checkBetween, refuseUnserved, requireParameter, validationError } from './errors.ts'
import { requireTargetGroup } from './find.ts'
import { checkGroupIsFree } from './group-use.ts'

const MOST_GROUPS_OF_ACTION = 5
const MOST_WEIGHT = 999
const LONGEST_STICKINESS = 604_800
const LONGEST_BODY = 1024
const LONGEST_PART = 128

/** A rule has one action that ends it, and nothing before it here: whoever authenticates is not served. */
export function requireAction(
  records: Records,
  caller: Caller,
  loadBalancer: LoadBalancer,
  actions: readonly Action[],
): RuleAction {
  for (const { Type: type = '' } of actions) {
    if (type.startsWith('authenticate-') || type === 'jwt-validation') {
      throw new ApiError('InvalidLoadBalancerAction', `Actions with type '${type}' are not served yet.`)
    }
  }
  const [action, ...others] = actions
  if (!action) throw validationError('An action must be specified')
  if (others.length > 0) throw new ApiError('TooManyActions', 'A rule can have at most 1 action that ends it')
  checkBetween('actions.member.order', action.Order, 1, 50_000)
  switch (action.Type) {
    case 'forward':
      return requireForward(records, caller, loadBalancer, action)
    case 'redirect':
      return requireRedirect(requireParameter('redirectConfig', action.RedirectConfig))
    case 'fixed-response':
      return requireFixedResponse(requireParameter('fixedResponseConfig', action.FixedResponseConfig))
    default:
      throw validationError(`Action type '${action.Type}' must be one of 'redirect, fixed-response, forward'`)
  }
}

function requireForward(
  records: Records,
  caller: Caller,
  loadBalancer: LoadBalancer,
  { TargetGroupArn: arn, ForwardConfig: config = {} }: Action,
): ForwardAction {
  const tuples = config.TargetGroups ?? (arn === undefined ? [] : [{ TargetGroupArn: arn }])
  const isOther = arn !== undefined && (tuples.length !== 1 || tuples[0]?.TargetGroupArn !== arn)
  if (isOther) throw validationError('TargetGroupArn and ForwardConfig must name the same target group')
  if (tuples.length === 0) throw validationError('A target group ARN must be specified')
  if (tuples.length > MOST_GROUPS_OF_ACTION) {
    throw new ApiError('TooManyTargetGroups', `An action can have at most ${MOST_GROUPS_OF_ACTION} target groups`)
  }
  const groups = tuples.map((tuple) => requireWeighted(records, caller, loadBalancer, tuple, tuples.length))
  if (new Set(groups.map(({ targetGroupId }) => targetGroupId)).size < groups.length) {
    throw validationError('A target group cannot be specified more than once in an action')
  }
  const { Enabled: enabled, DurationSeconds: seconds } = config.TargetGroupStickinessConfig ?? {}
  const stickySeconds = checkBetween('durationSeconds', seconds, 1, LONGEST_STICKINESS)
  if (!enabled) return { type: 'forward', groups }
  if (stickySeconds === undefined) throw validationError('A duration must be specified for target group stickiness')
  return { type: 'forward', groups, stickySeconds }
}

function requireWeighted(
  records: Records,
  caller: Caller,
  loadBalancer: LoadBalancer,
  { TargetGroupArn: arn, Weight: weight }: TargetGroupTuple,
  among: number,
): WeightedGroup {
  const group = requireTargetGroup(records, caller, arn)
  if (group.protocol !== 'HTTP' && group.protocol !== 'HTTPS') {
    throw new ApiError(
      'IncompatibleProtocols',
      `The listener and its associated target group '${group.id}' have incompatible protocols: an application load balancer needs 'HTTP' or 'HTTPS', not '${group.protocol}'`,
    )
  }
  checkGroupIsFree(records, group, loadBalancer)
  if (weight === undefined && among > 1) throw validationError('A weight must be specified for each target group')
  checkBetween('weight', weight, 0, MOST_WEIGHT)
  return { targetGroupId: group.id, weight: weight ?? 1 }
}

function requireRedirect({
  Protocol: protocol = '#{protocol}',
  Host: host = '#{host}',
  Port: port = '#{port}',
  Path: path = '/#{path}',
  Query: query = '#{query}',
  StatusCode: code,
}: RedirectActionConfig): RedirectAction {
  if (code !== 'HTTP_301' && code !== 'HTTP_302') {
    throw validationError(`Redirect status code '${code}' must be one of 'HTTP_301, HTTP_302'`)
  }
  if (!/^(HTTPS?|#\{protocol\})$/.test(protocol)) {
    throw validationError(`Redirect protocol '${protocol}' must be one of 'HTTP, HTTPS, #{protocol}'`)
  }
  const isPort = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535
  if (port !== '#{port}' && !isPort) {
    throw validationError(`Redirect port '${port}' must be between 1 and 65535, or '#{port}'`)
  }
  if (!path.startsWith('/')) throw validationError(`Redirect path '${path}' must begin with a '/'`)
  if (query.startsWith('?')) throw validationError(`Redirect query '${query}' must not begin with a '?'`)
  if (host === '') throw validationError('Redirect host cannot be empty')
  for (const [name, part] of Object.entries({ host, path, query })) {
    if (part.length > LONGEST_PART) throw validationError(`Redirect ${name} cannot have more than 128 characters`)
    const unknown = /#\{(?!(?:protocol|host|port|path|query)\})[^}]*\}/.exec(part)
    if (unknown) throw validationError(`Redirect ${name} has the unknown variable '${unknown[0]}'`)
  }
  if ([protocol, host, port, path].join(' ') === '#{protocol} #{host} #{port} /#{path}') {
    throw new ApiError(
      'InvalidLoadBalancerAction',
      'A redirect must change the protocol, the host, the port or the path: this one would lead to itself',
    )
  }
  return { type: 'redirect', protocol, host, port, path, query, status: code === 'HTTP_301' ? 301 : 302 }
}

const CONTENT_TYPES = ['text/plain', 'text/css', 'text/html', 'application/javascript', 'application/json']

function requireFixedResponse({
  StatusCode: code,
  ContentType: contentType,
  MessageBody: body,
}: FixedResponseActionConfig): FixedResponseAction {
  if (code === undefined || !/^[245]\d\d$/.test(code)) {
    throw validationError(`Fixed response status code '${code}' must match the pattern ^(2|4|5)\\d\\d$`)
  }
  if (contentType !== undefined && contentType !== '' && !CONTENT_TYPES.includes(contentType)) {
    throw validationError(`Fixed response content type '${contentType}' must be one of '${CONTENT_TYPES.join(', ')}'`)
  }
  if ((body ?? '').length > LONGEST_BODY) {
    throw validationError(`Fixed response message body cannot have more than ${LONGEST_BODY} characters`)
  }
  return {
    type: 'fixed-response',
    status: Number(code),
    ...(contentType && { contentType }),
    ...(body && { body }),
  }
}

export function toAction(action: RuleAction): Action {
  switch (action.type) {
    case 'forward':
      return toForward(action)
    case 'redirect':
      return {
        Type: 'redirect',
        Order: 1,
        RedirectConfig: {
          Protocol: action.protocol,
          Host: action.host,
          Port: action.port,
          Path: action.path,
          Query: action.query,
          StatusCode: action.status === 301 ? 'HTTP_301' : 'HTTP_302',
        },
      }
    case 'fixed-response':
      return {
        Type: 'fixed-response',
        Order: 1,
        FixedResponseConfig: {
          StatusCode: String(action.status),
          ...(action.contentType && { ContentType: action.contentType }),
          ...(action.body && { MessageBody: action.body }),
        },
      }
    default:
      return action satisfies never
  }
}

/** One group is named where clients looked for it before there were several. */
function toForward({ groups, stickySeconds }: ForwardAction): Action {
  const [only, ...others] = groups
  return {
    Type: 'forward',
    Order: 1,
    ...(only && others.length === 0 && { TargetGroupArn: only.targetGroupId }),
    ForwardConfig: {
      TargetGroups: groups.map(({ targetGroupId, weight }) => ({ TargetGroupArn: targetGroupId, Weight: weight })),
      TargetGroupStickinessConfig:
        stickySeconds === undefined ? { Enabled: false } : { Enabled: true, DurationSeconds: stickySeconds },
    },
  }
}

/** Of what AWS has and Postern has not. */
export function refuseTransforms(transforms: readonly unknown[] | undefined): void {
  if ((transforms ?? []).length > 0) refuseUnserved({ Transforms: transforms })
}
