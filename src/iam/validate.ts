// Says of a policy document what AWS says when one is put: which kind of document may hold what, and the sentence of
// each refusal. IAM and EC2 answer with different codes for the same mistake.

import { findSyntaxError } from './json-position.ts'
import { type GrammarRule, type PolicyProblem, parsePolicy, type Statement } from './policy.ts'
import type { PolicyKind } from './request.ts'

/** AWS's code and message; the caller makes its error of it. */
export interface PolicyRefusal {
  readonly code: 'MalformedPolicyDocument' | 'InvalidPolicyDocument' | 'MalformedPolicy'
  readonly message: string
}

/** Characters of an endpoint's policy, whitespace counted. */
export const ENDPOINT_POLICY_LIMIT = 20_480

/** Characters of any document in a call; the kinds have smaller quotas of their own. */
const DOCUMENT_LIMIT = 131_072

/** What is wrong with the document as a policy of this kind; undefined when nothing is. */
export function validatePolicy(text: string, kind: PolicyKind): PolicyRefusal | undefined {
  if (kind === 'VPC endpoint policy' && text.length > ENDPOINT_POLICY_LIMIT) {
    return refusal(kind, `The policy has ${text.length} characters and may have ${ENDPOINT_POLICY_LIMIT}`)
  }
  if (text.length > DOCUMENT_LIMIT) {
    return refusal(kind, `The policy has ${text.length} characters and may have ${DOCUMENT_LIMIT}`)
  }
  const parsed = parsePolicy(text)
  if (parsed.kind === 'problem') return refusal(kind, describeProblem(kind, text, parsed))
  const rules = KIND_RULES[kind]
  for (const statement of parsed.policy.statements) {
    for (const rule of rules) {
      const message = rule(statement)
      if (message !== undefined) return refusal(kind, message)
    }
  }
  const sids = parsed.policy.statements.flatMap(({ sid }) => (sid === undefined ? [] : [sid]))
  if (new Set(sids).size < sids.length) {
    return refusal(kind, 'Statement IDs (SID) in a single policy must be unique.')
  }
  return undefined
}

function refusal(kind: PolicyKind, message: string): PolicyRefusal {
  if (kind === 'VPC endpoint policy') {
    return { code: 'InvalidPolicyDocument', message: `The Policy Document is not valid. ${message}` }
  }
  return { code: kind === 'resource-based policy' ? 'MalformedPolicy' : 'MalformedPolicyDocument', message }
}

/** IAM's sentence for each broken rule; absent where the reader's own words are as good. */
const IAM_SENTENCES: Readonly<Partial<Record<GrammarRule, string>>> = {
  version: 'The policy must contain a valid version string.',
  'no-action': 'Policy statement must contain actions.',
  'action-prefix': 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
}

function describeProblem(kind: PolicyKind, text: string, problem: PolicyProblem): string {
  const { path, rule, why } = problem
  switch (kind) {
    case 'VPC endpoint policy':
      return path === '$' && why === 'not JSON' ? syntaxError(text) : `${path}: ${why}`
    case 'resource-based policy':
      return why === 'not JSON'
        ? "Policies must be valid JSON and the first byte must be '{'"
        : `Policy has invalid ${path.split('.').at(-1) ?? 'statement'} (${path}: ${why})`
    case 'resource control policy':
    case 'service control policy':
    case 'identity-based policy':
    case 'permissions boundary':
    case 'session policy':
    case 'role trust policy':
      if (rule === 'principal' || rule === 'condition') return why
      // IAM says no more than the first sentence; where it is wrong helps whoever wrote it.
      return IAM_SENTENCES[rule] ?? `Syntax errors in policy. (${path}: ${why})`
    default:
      throw kind satisfies never
  }
}

/** EC2 names the line and column at which the text stops being JSON. */
function syntaxError(text: string): string {
  const at = findSyntaxError(text)
  const lines = text.slice(0, at).split('\n')
  return `Syntax error at position (${lines.length},${(lines.at(-1)?.length ?? 0) + 1})`
}

type Rule = (statement: Statement) => string | undefined

const mustNamePrincipal: Rule = ({ principal }) => (principal ? undefined : 'Missing required field Principal')
const mustNotNamePrincipal: Rule = ({ principal }) =>
  principal ? 'Policy document should not specify a principal.' : undefined
const mustHaveResource: Rule = ({ resource }) =>
  resource && resource.patterns.length > 0 ? undefined : 'Policy statement must contain resources.'
const resourcesAreArns: Rule = ({ resource }) => {
  const bad = resource?.patterns.find(({ text }) => text !== '*' && !isArnPattern(text))
  return bad && `Resource ${bad.text} must be in ARN format or "*".`
}
const mustNotHaveResource: Rule = ({ resource }) => (resource ? 'Has prohibited field Resource' : undefined)
const sidsArePlain: Rule = ({ sid }) =>
  sid === undefined || /^[0-9A-Za-z]*$/.test(sid)
    ? undefined
    : 'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*'
const actionsAreSts: Rule = ({ action }) =>
  action.patterns.every((pattern) => /^sts:/i.test(pattern))
    ? undefined
    : 'AssumeRole policy may only specify STS AssumeRole actions.'

/** Six parts, or fewer when the last ends in a `*` that runs over the rest. */
function isArnPattern(text: string): boolean {
  return text.startsWith('arn:') && (text.split(':').length >= 6 || text.endsWith('*'))
}

const IDENTITY_RULES: readonly Rule[] = [mustNotNamePrincipal, mustHaveResource, resourcesAreArns, sidsArePlain]

/** Resource control policies only take away, from everybody: what is allowed stands in AWS's own RCPFullAWSAccess. */
const deniesEverybody: Rule = ({ effect, principal }) =>
  effect === 'Deny' && principal?.anyone && !principal.negated
    ? undefined
    : 'A resource control policy has statements with Effect Deny and Principal * only.'

const KIND_RULES: Readonly<Record<PolicyKind, readonly Rule[]>> = {
  'resource control policy': [deniesEverybody, mustHaveResource, resourcesAreArns],
  'service control policy': [mustNotNamePrincipal, mustHaveResource, resourcesAreArns],
  'identity-based policy': IDENTITY_RULES,
  'permissions boundary': IDENTITY_RULES,
  'session policy': IDENTITY_RULES,
  'resource-based policy': [mustNamePrincipal, mustHaveResource, resourcesAreArns],
  'VPC endpoint policy': [mustNamePrincipal, mustHaveResource],
  'role trust policy': [mustNamePrincipal, mustNotHaveResource, actionsAreSts, sidsArePlain],
}
