// What an Organizations call asks the policies: its action on each account, unit, root and policy that it names.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html

import type { Authorisation, ContextKeys } from '../../iam/request.ts'
import { requestTagKeys } from '../../iam/request-tags.ts'
import type { Organization } from '../../store/organizations-records.ts'
import type { Tags } from '../../store/records.ts'
import type { Records } from '../../store/store.ts'
import { findOrganization } from './find.ts'
import { findPolicy, policyArn } from './find-policy.ts'

type Input = Readonly<Record<string, unknown>>

/** Members that hold the id of something in the organization. */
const HOLDS_ID =
  'AccountId OrganizationalUnitId PolicyId RootId TargetId ResourceId ParentId ChildId SourceParentId DestinationParentId'.split(
    ' ',
  )

/** Operations on everything although they name an account: they only look for it. */
const ON_ALL = new Set(['ListDelegatedAdministrators', 'DescribeCreateAccountStatus'])

/** One question for each thing named; a single one on `*` where none is. */
export function organizationsAuthorisations(
  records: Records,
  account: string,
  operation: string,
  input: Input,
): readonly Authorisation[] {
  const about = { action: `organizations:${operation}`, resourceAccount: account }
  const organization = findOrganization(records, account)
  const keys = requestKeys(operation, input)
  const ids = HOLDS_ID.map((member) => input[member]).filter((id) => typeof id === 'string')
  const things = organization && !ON_ALL.has(operation) ? ids.flatMap((id) => thing(records, organization, id)) : []
  if (organization && operation === 'CreatePolicy') {
    things.push({ arn: newPolicyArn(organization, input), keys: {} })
  }
  if (things.length === 0) return [{ ...about, resource: '*', keys }]
  return things.map(({ arn, keys: own }) => ({ ...about, resource: arn, keys: { ...own, ...keys } }))
}

interface Thing {
  readonly arn: string
  readonly keys: ContextKeys
}

/** By the form of its id; nothing for one that is no id. */
function thing(records: Records, organization: Organization, id: string): Thing[] {
  const arn = (kind: string) =>
    `arn:aws:organizations::${organization.managementAccount}:${kind}/${organization.id}/${id}`
  if (/^\d{12}$/.test(id)) return [{ arn: arn('account'), keys: tagKeys(records.organizationAccounts.get(id)?.tags) }]
  if (id.startsWith('ou-')) return [{ arn: arn('ou'), keys: tagKeys(records.organizationalUnits.get(id)?.tags) }]
  if (id.startsWith('r-')) return [{ arn: arn('root'), keys: {} }]
  const policy = findPolicy(records, id)
  if (!policy) return id.startsWith('p-') ? [{ arn: arn('policy').replace(id, `*/${id}`), keys: {} }] : []
  const keys = { ...tagKeys(policy.tags), 'organizations:policytype': policy.type }
  return [{ arn: policyArn(organization, policy), keys }]
}

/** It has no id yet. */
function newPolicyArn({ id, managementAccount }: Organization, { Type: type }: Input): string {
  return `arn:aws:organizations::${managementAccount}:policy/${id}/${String(type).toLowerCase()}/p-*`
}

function tagKeys(tags: Tags = {}): ContextKeys {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:resourcetag/${key.toLowerCase()}`, value]))
}

const WITH_POLICY_TYPE = new Set([
  'CreatePolicy',
  'DisablePolicyType',
  'EnablePolicyType',
  'ListPolicies',
  'ListPoliciesForTarget',
])

function requestKeys(operation: string, input: Input): ContextKeys {
  const { ServicePrincipal: service, Tags: given, TagKeys: gone } = input
  const keys: Record<string, string | readonly string[]> = {}
  const type = input.Type ?? input.PolicyType ?? input.Filter
  if (WITH_POLICY_TYPE.has(operation) && typeof type === 'string') keys['organizations:policytype'] = type
  if (typeof service === 'string') keys['organizations:serviceprincipal'] = service
  return { ...keys, ...requestTagKeys(given, gone) }
}
