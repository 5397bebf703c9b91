// What S3 asks of a bucket policy, and whether a policy makes its bucket public.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status

import type { Condition } from '../../iam/conditions.ts'
import { findSyntaxError } from '../../iam/json-position.ts'
import { NOT_JSON, type Policy, type PolicyProblem, readWholePolicy, type Statement } from '../../iam/policy.ts'
import { describeErrors, placeErrors } from '../../iam/validate.ts'
import { s3Error } from './s3-error.ts'

const MAX_POLICY = 20 * 1024

/** A policy that S3 would take for this bucket; throws MalformedPolicy with all that is wrong. */
export function requireBucketPolicy(bucket: string, text: string | undefined): Policy {
  if (!text?.trimStart().startsWith('{')) throw malformed("Policies must be valid JSON and the first byte must be '{'")
  if (Buffer.byteLength(text) > MAX_POLICY)
    throw malformed(`Policy exceeds the maximum allowed document size of ${MAX_POLICY} bytes`)
  const { problems, policy } = readWholePolicy(text)
  const isBroken = ({ index }: Statement) =>
    problems.some(({ path }) => `${path}.`.startsWith(`$.Statement[${index}].`))
  const whole = policy?.statements.filter((statement) => !isBroken(statement)) ?? []
  const errors = placeErrors(text, [
    ...problems.map((problem) => ({
      path: problem.path,
      offset: problem.why === NOT_JSON ? findSyntaxError(text) : problem.offset,
      message: sentenceFor(problem),
    })),
    ...whole.flatMap((statement) => statementFaults(bucket, statement)),
  ])
  if (errors.length > 0 || !policy) throw malformed(describeErrors(errors))
  return policy
}

/** True when the policy lets someone in who is not named and not held to a fixed network, account or organisation. */
export function isPublic(policy: Policy): boolean {
  return policy.statements.some(
    (statement) =>
      statement.effect === 'Allow' &&
      (statement.principal?.anyone || statement.principal?.negated) &&
      !statement.conditions.some(narrows),
  )
}

interface Fault {
  readonly path: string
  readonly message: string
}

function statementFaults(bucket: string, statement: Statement): Fault[] {
  const { index, principal, action, resource } = statement
  const faults: Fault[] = []
  const note = (element: string, message: string) =>
    faults.push({ path: `$.Statement[${index}]${element && `.${element}`}`, message })
  if (!principal) note('', 'Missing required field Principal')
  if (principal?.others.some((other) => other === ''))
    note(elementOf('Principal', principal), 'Invalid principal in policy')
  const actions = action.patterns.map((pattern) => pattern.toLowerCase())
  const foreign = actions.findIndex((pattern) => pattern !== '*' && !pattern.startsWith('s3:'))
  if (foreign !== -1) note(`${elementOf('Action', action)}[${foreign}]`, 'Policy has invalid action')
  if (!resource) {
    note('', 'Missing required field Resource')
    return faults
  }
  const arn = `arn:aws:s3:::${bucket}`
  // A pattern may hold wildcards in the bucket's own name, as long as it can mean this bucket.
  const fits = ({ text }: { text: string }) => text === '*' || covers(text.split('/', 1)[0] ?? '', arn)
  const other = resource.patterns.findIndex((pattern) => !fits(pattern))
  if (other !== -1) note(`${elementOf('Resource', resource)}[${other}]`, 'Policy has invalid resource')
  else if (foreign === -1 && !isApplicable(actions, resource.patterns))
    note('', 'Action does not apply to any resource(s) in statement')
  return faults
}

function elementOf(name: string, { negated }: { readonly negated: boolean }): string {
  return negated ? `Not${name}` : name
}

/** Actions on objects need a resource that can be one, and actions on the bucket one that can be the bucket. */
function isApplicable(actions: readonly string[], resources: readonly { readonly text: string }[]): boolean {
  if (actions.length === 0) return true
  const objects = resources.some(({ text }) => text.includes('/') || text.includes('*'))
  if (!objects && actions.every((action) => OBJECT_ACTION.test(action))) return false
  const buckets = resources.some(({ text }) => !text.includes('/') || /[*?]/.test(text.split('/', 1)[0] ?? ''))
  return buckets || !actions.every((action) => BUCKET_ACTION.test(action))
}

const OBJECT_ACTION =
  /^s3:(?:get|put|delete|restore|abort)object(?!lockconfiguration)|^s3:abortmultipartupload$|^s3:listmultipartuploadparts$/
const BUCKET_ACTION =
  /^s3:(?:listbucket(?:versions|multipartuploads)?|getbucket\w+|putbucket\w+|deletebucket\w*|createbucket)$/

function covers(pattern: string, arn: string): boolean {
  const source = pattern
    .replaceAll(/[.+^$()|[\]\\{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`).test(arn)
}

/** Keys that hold a request to someone or somewhere, when their value has no wildcard. */
const NARROWING = new Set([
  'aws:sourceip',
  'aws:vpcsourceip',
  'aws:sourcearn',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:sourceowner',
  'aws:sourceaccount',
  'aws:principalarn',
  'aws:principalaccount',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:userid',
  's3:dataaccesspointarn',
  's3:dataaccesspointaccount',
  's3:x-amz-server-side-encryption-aws-kms-key-id',
])

/** All of the internet is no network. */
const WIDE_CIDR = /\/[0-7]$/

function narrows(condition: Condition): boolean {
  if (condition.kind !== 'compared' || condition.ifExists || !NARROWING.has(condition.lookup)) return false
  if (/not/i.test(condition.operator.name)) return false
  return condition.values.every(({ text }) => !/[*?]|\$\{/.test(text) && !WIDE_CIDR.test(text))
}

function sentenceFor(problem: PolicyProblem): string {
  switch (problem.rule) {
    case 'action-prefix':
      return 'Policy has invalid action'
    case 'no-action':
      return 'Missing required field Action'
    case 'principal':
      return 'Invalid principal in policy'
    case 'condition':
      return `Conditions do not apply to combination of actions and resources in statement: ${problem.why}`
    default:
      return problem.why === NOT_JSON
        ? "Policies must be valid JSON and the first byte must be '{'"
        : `Invalid policy syntax: ${problem.why}`
  }
}

function malformed(message: string): Error {
  return s3Error('MalformedPolicy', { message })
}
