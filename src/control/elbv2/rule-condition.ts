// Which requests a rule of an Application Load Balancer is for.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html

import type { RuleCondition as ConditionInput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { ApiError } from '../../errors.ts'
import { cidrFamily, parseCidr } from '../../ip/cidr.ts'
import type { RuleCondition } from '../../store/listener-rule-records.ts'
import { refuseUnserved, requireParameter, validationError } from './errors.ts'

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
const [MOST_VALUES, MOST_WILDCARDS] = [5, 6]
const LONGEST_VALUE = 128
const LONGEST_METHOD = 40
const LONGEST_NAME = 40
/** A rule may have several of these. */
const REPEATABLE = new Set(['http-header', 'query-string'])

export function requireConditions(given: readonly ConditionInput[]): RuleCondition[] {
  if (given.length === 0) throw validationError('A rule must have at least one condition')
  const conditions = given.map(requireCondition)
  const fields = conditions.map(({ field }) => field)
  const twice = fields.find((field, index) => !REPEATABLE.has(field) && fields.indexOf(field) < index)
  if (twice) throw validationError(`A rule can have only one '${twice}' condition`)
  if (conditions.flatMap(({ values }) => values as readonly unknown[]).length > MOST_VALUES) {
    throw validationError(`A rule can have at most ${MOST_VALUES} condition values`)
  }
  const wildcards = conditions.flatMap(textsOf).join('').replace(/[^*?]/g, '').length
  if (wildcards > MOST_WILDCARDS) throw validationError(`A rule can have at most ${MOST_WILDCARDS} wildcards`)
  return conditions
}

function textsOf(condition: RuleCondition): readonly string[] {
  if (condition.field === 'query-string') return condition.values.flatMap(({ key = '', value }) => [key, value])
  return condition.field === 'source-ip' || condition.field === 'http-request-method' ? [] : condition.values
}

function requireCondition(given: ConditionInput): RuleCondition {
  const regexes = [given.RegexValues, given.HostHeaderConfig?.RegexValues, given.PathPatternConfig?.RegexValues]
  refuseUnserved({ RegexValues: [...regexes, given.HttpHeaderConfig?.RegexValues].find((one) => (one ?? []).length) })
  const field = requireParameter('conditions.member.field', given.Field)
  switch (field) {
    case 'host-header':
      return { field, values: valuesOf(field, given.HostHeaderConfig?.Values ?? given.Values, checkHost) }
    case 'path-pattern':
      return { field, values: valuesOf(field, given.PathPatternConfig?.Values ?? given.Values, checkPath) }
    case 'http-request-method':
      return { field, values: valuesOf(field, given.HttpRequestMethodConfig?.Values, checkMethod) }
    case 'http-header':
      return requireHeader(given.HttpHeaderConfig ?? {})
    case 'query-string':
      return requireQuery(given.QueryStringConfig?.Values)
    case 'source-ip':
      return { field, values: valuesOf(field, given.SourceIpConfig?.Values, () => undefined).map(requireSource) }
    default:
      throw validationError(
        `Condition field '${field}' must be one of '[path-pattern, host-header, http-header, http-request-method, query-string, source-ip]'`,
      )
  }
}

type Check = (value: string) => string | undefined

function valuesOf(field: string, values: readonly string[] | undefined, check: Check): readonly string[] {
  if (!values || values.length === 0) throw validationError(`A condition value must be specified for '${field}'`)
  for (const value of values) {
    if (value === '') throw validationError(`The condition value for '${field}' cannot be empty`)
    if (value.length > LONGEST_VALUE) {
      throw validationError(`The condition value '${value}' cannot be longer than '${LONGEST_VALUE}' characters`)
    }
    const why = check(value)
    if (why) throw validationError(`The value '${value}' is not valid for the condition '${field}': ${why}`)
  }
  return values
}

function checkHost(value: string): string | undefined {
  if (!/^[A-Za-z0-9.*?-]+$/.test(value)) return 'it may have letters, digits, and the characters - . * ?'
  if (!value.includes('.')) return "it must have at least one '.'"
  return /\.[A-Za-z*?]+$/.test(value) ? undefined : "after the last '.' there may only be letters"
}

function checkPath(value: string): string | undefined {
  return /^[A-Za-z0-9_\-.$/~"'@:+&*?%=,;!()]+$/.test(value)
    ? undefined
    : 'it may have letters, digits, and the characters _ - . $ / ~ " \' @ : + & * ?'
}

function checkMethod(value: string): string | undefined {
  if (value.length > LONGEST_METHOD) return `it has more than ${LONGEST_METHOD} characters`
  return /^[A-Z_-]+$/.test(value) ? undefined : 'it may have upper-case letters, - and _'
}

function requireHeader({ HttpHeaderName: name, Values }: NonNullable<ConditionInput['HttpHeaderConfig']>) {
  const field = 'http-header'
  const given = requireParameter('conditions.member.httpHeaderConfig.httpHeaderName', name)
  if (given.length > LONGEST_NAME || !/^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/.test(given)) {
    throw validationError(`The HTTP header name '${given}' is not valid`)
  }
  if (given.toLowerCase() === 'host') throw validationError("Use the condition 'host-header' for the header 'Host'")
  return { field, name: given, values: valuesOf(field, Values, () => undefined) } as const
}

function requireQuery(values: NonNullable<ConditionInput['QueryStringConfig']>['Values'] = []): RuleCondition {
  const field = 'query-string'
  if (values.length === 0) throw validationError(`A condition value must be specified for '${field}'`)
  return {
    field,
    values: values.map(({ Key: key, Value: value }) => {
      valuesOf(field, [requireParameter('queryStringConfig.values.member.value', value)], () => undefined)
      if (key) valuesOf(field, [key], () => undefined)
      return { ...(key && { key }), value: value ?? '' }
    }),
  }
}

function requireSource(value: string) {
  const block = parseCidr(value)
  if (!block)
    throw new ApiError('ValidationError', `The value '${value}' is not a CIDR block for the condition 'source-ip'`)
  if (cidrFamily(block) === 4 && value !== block) {
    throw validationError(`The block '${value}' has bits set after its prefix: '${block}' is meant`)
  }
  return block
}

export function toCondition(condition: RuleCondition): ConditionInput {
  const { field } = condition
  switch (field) {
    case 'host-header':
      return { Field: field, Values: [...condition.values], HostHeaderConfig: { Values: [...condition.values] } }
    case 'path-pattern':
      return { Field: field, Values: [...condition.values], PathPatternConfig: { Values: [...condition.values] } }
    case 'http-request-method':
      return { Field: field, HttpRequestMethodConfig: { Values: [...condition.values] } }
    case 'http-header':
      return { Field: field, HttpHeaderConfig: { HttpHeaderName: condition.name, Values: [...condition.values] } }
    case 'query-string': {
      const pairs = condition.values.map(({ key, value }) => ({ ...(key !== undefined && { Key: key }), Value: value }))
      return { Field: field, QueryStringConfig: { Values: pairs } }
    }
    case 'source-ip':
      return { Field: field, SourceIpConfig: { Values: [...condition.values] } }
    default:
      return condition satisfies never
  }
}
