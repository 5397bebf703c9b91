// What calls ask the policies: the action on each resource that the call names or makes, and AddTags on what it makes with
// tags. Describe operations ask about `*`.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html

import type { Authorisation, ContextKeys } from '../../iam/request.ts'
import { requestTagKeys } from '../../iam/request-tags.ts'
import type { AccountId, Region, Tags } from '../../store/records.ts'
import type { Records } from '../../store/store.ts'
import { elbArn } from './arns.ts'

type Input = Readonly<Record<string, unknown>>

interface Ask {
  readonly records: Records
  readonly where: { readonly account: AccountId; readonly region: Region }
  readonly operation: string
  readonly input: Input
}

export function elbAuthorisations(
  records: Records,
  where: Ask['where'],
  operation: string,
  input: Input,
): readonly Authorisation[] {
  const ask = { records, where, operation, input }
  const made = MADE[operation]?.(ask)
  const named = made && operation !== 'CreateListener' && operation !== 'CreateRule' ? [made] : namedResources(input)
  const resources = operation.startsWith('Describe') || named.length === 0 ? ['*'] : named
  const tags = requestTagKeys(input.Tags, input.TagKeys)
  const questions = resources.map((resource) => question(ask, operation, resource, { ...callKeys(ask), ...tags }))
  if (made === undefined || !Array.isArray(input.Tags) || input.Tags.length === 0) return questions
  const keys = { 'elasticloadbalancing:createaction': operation, ...tags }
  return [...questions, question(ask, 'AddTags', made, keys)]
}

function question({ records, where }: Ask, operation: string, resource: string, keys: ContextKeys): Authorisation {
  return {
    action: `elasticloadbalancing:${operation}`,
    resource,
    resourceAccount: where.account,
    keys: { ...resourceTagKeys(tagsOfResource(records, where.account, resource)), ...keys },
  }
}

/** ARNs of what an operation makes, whose last digits nobody knows yet. */
const MADE: Readonly<Record<string, (ask: Ask) => string>> = {
  CreateLoadBalancer: ({ where, input }) => {
    const path = input.Type === 'network' ? 'net' : input.Type === 'gateway' ? 'gwy' : 'app'
    return elbArn(where, `loadbalancer/${path}/${text(input.Name)}/*`)
  },
  CreateTargetGroup: ({ where, input }) => elbArn(where, `targetgroup/${text(input.Name)}/*`),
  CreateListener: ({ input }) => `${text(input.LoadBalancerArn).replace(':loadbalancer/', ':listener/')}/*`,
  CreateRule: ({ input }) => `${text(input.ListenerArn).replace(':listener/', ':listener-rule/')}/*`,
}

/** Members that name what the call is about. */
const NAMES = ['LoadBalancerArn', 'ListenerArn', 'TargetGroupArn', 'RuleArn']

function namedResources(input: Input): string[] {
  if (Array.isArray(input.ResourceArns)) return [...new Set(input.ResourceArns.map(text))]
  if (Array.isArray(input.RulePriorities)) {
    return [...new Set(input.RulePriorities.map((pair) => text(Object(pair).RuleArn)))]
  }
  return NAMES.flatMap((name) => (typeof input[name] === 'string' ? [input[name]] : [])).slice(0, 1)
}

/** Of another account's resource nothing is known. */
function tagsOfResource(records: Records, account: AccountId, arn: string): Tags {
  const { loadBalancers, listeners, listenerRules, targetGroups } = records
  const found = loadBalancers.get(arn) ?? listeners.get(arn) ?? listenerRules.get(arn) ?? targetGroups.get(arn)
  return found?.owner === account ? found.tags : {}
}

function resourceTagKeys(tags: Tags): ContextKeys {
  return Object.fromEntries(
    Object.entries(tags).flatMap(([tag, value]) => [
      [`aws:resourcetag/${tag.toLowerCase()}`, value],
      [`elasticloadbalancing:resourcetag/${tag.toLowerCase()}`, value],
    ]),
  )
}

function callKeys({ operation, input }: Ask): ContextKeys {
  const keys: Record<string, string | readonly string[]> = {}
  const set = (key: string, value: unknown) => {
    if (typeof value === 'string') keys[`elasticloadbalancing:${key}`] = value
    if (Array.isArray(value) && value.length > 0) keys[`elasticloadbalancing:${key}`] = value.map(text)
  }
  switch (operation) {
    case 'CreateLoadBalancer':
      set('scheme', input.Scheme ?? (input.Type === 'gateway' ? undefined : 'internet-facing'))
      set('subnet', subnetsOf(input))
      set('securitygroup', input.SecurityGroups)
      break
    case 'SetSubnets':
      set('subnet', subnetsOf(input))
      break
    case 'SetSecurityGroups':
      set('securitygroup', input.SecurityGroups)
      break
    case 'CreateListener':
    case 'ModifyListener':
      set('listenerprotocol', input.Protocol)
      set('securitypolicy', typeof input.SslPolicy === 'string' ? [input.SslPolicy] : undefined)
      break
  }
  return keys
}

function subnetsOf({ Subnets: ids, SubnetMappings: mappings }: Input): string[] {
  if (Array.isArray(ids) && ids.length > 0) return ids.map(text)
  return Array.isArray(mappings) ? mappings.map((mapping) => text(Object(mapping).SubnetId)) : []
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
