// What S3 asks of a bucket policy, and whether a policy makes its bucket public.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status

import type { Condition } from '../../iam/conditions.ts'
import { type Policy, type PolicyProblem, parsePolicy, type Statement } from '../../iam/policy.ts'
import { s3Error } from './s3-error.ts'

const MAX_POLICY = 20 * 1024

/** A policy that S3 would take for this bucket; throws MalformedPolicy. */
export function requireBucketPolicy(bucket: string, text: string | undefined): Policy {
  if (!text?.trimStart().startsWith('{')) throw malformed("Policies must be valid JSON and the first byte must be '{'")
  if (Buffer.byteLength(text) > MAX_POLICY)
    throw malformed(`Policy exceeds the maximum allowed document size of ${MAX_POLICY} bytes`)
  const parsed = parsePolicy(text)
  if (parsed.kind === 'problem') throw malformed(sentenceFor(parsed))
  for (const statement of parsed.policy.statements) requireStatement(bucket, statement)
  return parsed.policy
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

function requireStatement(bucket: string, statement: Statement): void {
  const { principal, action, resource } = statement
  if (!principal) throw malformed('Missing required field Principal')
  if (!resource) throw malformed('Missing required field Resource')
  if (principal.others.some((other) => other === '')) throw malformed('Invalid principal in policy')
  const actions = action.patterns.map((pattern) => pattern.toLowerCase())
  if (!actions.every((pattern) => pattern === '*' || pattern.startsWith('s3:')))
    throw malformed('Policy has invalid action')
  const arn = `arn:aws:s3:::${bucket}`
  // A pattern may hold wildcards in the bucket's own name, as long as it can mean this bucket.
  const fits = ({ text }: { text: string }) => text === '*' || covers(text.split('/', 1)[0] ?? '', arn)
  if (!resource.patterns.every(fits)) throw malformed('Policy has invalid resource')
  requireApplicable(actions, resource.patterns)
}

/** Actions on objects need a resource that can be one, and actions on the bucket one that can be the bucket. */
function requireApplicable(actions: readonly string[], resources: readonly { readonly text: string }[]): void {
  const objects = resources.some(({ text }) => text.includes('/') || text.includes('*'))
  if (actions.length > 0 && !objects && actions.every((action) => OBJECT_ACTION.test(action))) {
    throw malformed('Action does not apply to any resource(s) in statement')
  }
  const buckets = resources.some(({ text }) => !text.includes('/') || /[*?]/.test(text.split('/', 1)[0] ?? ''))
  if (actions.length > 0 && !buckets && actions.every((action) => BUCKET_ACTION.test(action))) {
    throw malformed('Action does not apply to any resource(s) in statement')
  }
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
      return `Conditions do not apply to combination of actions and resources in statement: ${problem.why} at ${problem.path}`
    default:
      return `Invalid policy syntax: ${problem.why} at ${problem.path}`
  }
}

function malformed(message: string): Error {
  return s3Error('MalformedPolicy', { message })
}
