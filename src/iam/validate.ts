// Says of a policy document what AWS says when one is put: which kind of document may hold what, and the sentence of
// each refusal, with the place in the text. IAM and EC2 answer with different codes for the same mistake.

import { findOffsets, findSyntaxError, type Place, placeOf } from './json-position.ts'
import {
  type GrammarRule,
  NOT_JSON,
  type Policy,
  type PolicyProblem,
  readWholePolicy,
  type Statement,
} from './policy.ts'
import type { PolicyKind } from './request.ts'

/** AWS's code and message; the caller makes its error of it. */
export interface PolicyRefusal {
  readonly code: 'MalformedPolicyDocument' | 'InvalidPolicyDocument' | 'MalformedPolicy'
  /** AWS's sentence for the first error, its place, and all further errors. */
  readonly message: string
}

/** One thing that is wrong with a document. */
export interface PolicyError extends Place {
  /** `$.Statement[0].Effect`; `$` is the whole document. */
  readonly path: string
  /** AWS's sentence. */
  readonly message: string
}

/** Characters of an endpoint's policy, whitespace counted. */
export const ENDPOINT_POLICY_LIMIT = 20_480

/** Characters of any document in a call; the kinds have smaller quotas of their own. */
const DOCUMENT_LIMIT = 131_072

/** EC2's own words, which name the place. */
const SYNTAX_ERROR = 'Syntax error at position'

/** A document with more errors than this is not read for them all. */
const ERROR_LIMIT = 100

/** Further errors that a message names; a longer list is counted. */
const NAMED_ERRORS = 10

/** What is wrong with the document as a policy of this kind; undefined when nothing is. */
export function validatePolicy(text: string, kind: PolicyKind): PolicyRefusal | undefined {
  const errors = findPolicyErrors(text, kind)
  return errors.length === 0 ? undefined : refusal(kind, describeErrors(errors))
}

/** The first error with its place, and all further ones behind it. */
export function describeErrors(errors: readonly PolicyError[]): string {
  const named = errors.slice(0, 1 + NAMED_ERRORS).map((error) => `${error.message}${placeText(error)}`)
  const more = errors.length > named.length ? [`and ${errors.length - named.length} more`] : []
  return [...named, ...more].join('; ')
}

/** All errors of the document as a policy of this kind, in the order of the document. The work is bounded: a text beyond
 * the limits is not read. */
export function findPolicyErrors(text: string, kind: PolicyKind): readonly PolicyError[] {
  const limit = kind === 'VPC endpoint policy' ? ENDPOINT_POLICY_LIMIT : DOCUMENT_LIMIT
  if (text.length > limit) {
    const message = `The policy has ${text.length} characters and may have ${limit}`
    return [{ path: '$', line: 1, column: 1, message }]
  }
  const { problems, policy } = readWholePolicy(text)
  const found: Found[] = [
    ...problems.map(({ path, offset, ...problem }) => ({
      path,
      offset: problem.why === NOT_JSON ? findSyntaxError(text) : offset,
      message: describeProblem(kind, text, { ...problem, path }),
    })),
    ...(policy ? kindErrors(policy, kind, problems) : []),
  ]
  return placeErrors(text, found)
}

/** ` (line 3, column 5, $.Statement[0].Effect)`; empty where the whole document is meant, or the message has it. */
function placeText({ line, column, path, message }: PolicyError): string {
  if (message.startsWith(SYNTAX_ERROR) || (path === '$' && line === 1 && column === 1)) return ''
  return ` (line ${line}, column ${column}${path === '$' ? '' : `, ${path}`})`
}

/** An error before its place in the text is known. */
interface Found {
  readonly path: string
  readonly offset?: number | undefined
  readonly message: string
}

/** In the order of the text, and no more than somebody will read. */
export function placeErrors(text: string, all: readonly Found[]): readonly PolicyError[] {
  const found = all.slice(0, ERROR_LIMIT)
  const unplaced = found.filter(({ offset }) => offset === undefined).map(({ path }) => path)
  const offsets = unplaced.length === 0 ? new Map<string, number>() : findOffsets(text, new Set(unplaced))
  return found
    .map(({ path, offset = offsets.get(path) ?? 0, message }) => ({ path, offset, message }))
    .sort((a, b) => a.offset - b.offset)
    .map(({ path, offset, message }) => ({ path, ...placeOf(text, offset), message }))
}

/** What the kind of policy asks of statements that can be read, and of all of them together. */
function kindErrors(policy: Policy, kind: PolicyKind, problems: readonly PolicyProblem[]): Found[] {
  const found: Found[] = []
  const sids = new Set<string>()
  for (const statement of policy.statements) {
    const path = `$.Statement[${statement.index}]`
    const isBroken = problems.some((problem) => problem.path === path || problem.path.startsWith(`${path}.`))
    if (isBroken) continue
    for (const rule of KIND_RULES[kind]) {
      const fault = rule(statement)
      if (fault) found.push({ path: fault.element ? `${path}.${fault.element}` : path, message: fault.message })
    }
    const { sid } = statement
    if (sid !== undefined && sids.has(sid)) {
      found.push({ path: `${path}.Sid`, message: 'Statement IDs (SID) in a single policy must be unique.' })
    }
    if (sid !== undefined) sids.add(sid)
  }
  return found
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

function describeProblem(kind: PolicyKind, text: string, { path, rule, why }: PolicyProblem): string {
  switch (kind) {
    case 'VPC endpoint policy':
      return why === NOT_JSON ? syntaxError(text) : why
    case 'resource-based policy':
      return why === NOT_JSON
        ? "Policies must be valid JSON and the first byte must be '{'"
        : `Policy has invalid ${path.split('.').at(-1) ?? 'statement'}: ${why}`
    case 'resource control policy':
    case 'service control policy':
    case 'identity-based policy':
    case 'permissions boundary':
    case 'session policy':
    case 'role trust policy':
      if (rule === 'principal' || rule === 'condition') return why
      // IAM says no more than the first sentence; where it is wrong helps whoever wrote it.
      return IAM_SENTENCES[rule] ?? `Syntax errors in policy. ${upperFirst(why)}`
    default:
      throw kind satisfies never
  }
}

/** EC2 names the line and column at which the text stops being JSON. */
function syntaxError(text: string): string {
  const { line, column } = placeOf(text, findSyntaxError(text))
  return `${SYNTAX_ERROR} (${line},${column})`
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

interface Fault {
  /** The element of the statement; absent: the statement itself. */
  readonly element?: string
  readonly message: string
}

type Rule = (statement: Statement) => Fault | undefined

const mustNamePrincipal: Rule = ({ principal }) =>
  principal ? undefined : { message: 'Missing required field Principal' }
const mustNotNamePrincipal: Rule = ({ principal }) =>
  principal && {
    element: elementOf('Principal', principal),
    message: 'Policy document should not specify a principal.',
  }
const mustHaveResource: Rule = ({ resource }) =>
  resource && resource.patterns.length > 0 ? undefined : { message: 'Policy statement must contain resources.' }
const resourcesAreArns: Rule = (statement) => resourceFault(statement, isArnPattern)
/** A REST API's policy may leave out the API's own ARN. */
const resourcesAreArnsOrPaths: Rule = (statement) =>
  resourceFault(statement, (text) => isArnPattern(text) || text.startsWith('execute-api:/'))

function resourceFault({ resource }: Statement, isResource: (text: string) => boolean): Fault | undefined {
  const at = resource?.patterns.findIndex(({ text }) => text !== '*' && !isResource(text)) ?? -1
  if (!resource || at === -1) return undefined
  const message = `Resource ${resource.patterns[at]?.text} must be in ARN format or "*".`
  return { element: `${elementOf('Resource', resource)}[${at}]`, message }
}
const mustNotHaveResource: Rule = ({ resource }) =>
  resource && { element: elementOf('Resource', resource), message: 'Has prohibited field Resource' }
const sidsArePlain: Rule = ({ sid }) =>
  sid === undefined || /^[0-9A-Za-z]*$/.test(sid)
    ? undefined
    : {
        element: 'Sid',
        message:
          'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
      }
const actionsAreSts: Rule = ({ action }) =>
  action.patterns.every((pattern) => /^sts:/i.test(pattern))
    ? undefined
    : {
        element: elementOf('Action', action),
        message: 'AssumeRole policy may only specify STS AssumeRole actions.',
      }

function elementOf(name: string, { negated }: { readonly negated: boolean }): string {
  return negated ? `Not${name}` : name
}

/** Six parts, or fewer when the last ends in a `*` that runs over the rest. */
function isArnPattern(text: string): boolean {
  return text.startsWith('arn:') && (text.split(':').length >= 6 || text.endsWith('*'))
}

const IDENTITY_RULES: readonly Rule[] = [mustNotNamePrincipal, mustHaveResource, resourcesAreArns, sidsArePlain]

/** Resource control policies only take away, from everybody: what is allowed stands in AWS's own RCPFullAWSAccess. */
const deniesEverybody: Rule = ({ effect, principal }) =>
  effect === 'Deny' && principal?.anyone && !principal.negated
    ? undefined
    : { message: 'A resource control policy has statements with Effect Deny and Principal * only.' }

const KIND_RULES: Readonly<Record<PolicyKind, readonly Rule[]>> = {
  'resource control policy': [deniesEverybody, mustHaveResource, resourcesAreArns],
  'service control policy': [mustNotNamePrincipal, mustHaveResource, resourcesAreArns],
  'identity-based policy': IDENTITY_RULES,
  'permissions boundary': IDENTITY_RULES,
  'session policy': IDENTITY_RULES,
  'resource-based policy': [mustNamePrincipal, mustHaveResource, resourcesAreArnsOrPaths],
  'VPC endpoint policy': [mustNamePrincipal, mustHaveResource],
  'role trust policy': [mustNamePrincipal, mustNotHaveResource, actionsAreSts, sidsArePlain],
}
