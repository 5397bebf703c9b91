// Actions that the endpoint does not carry, and actions on resources that they never have.

import { parseArn } from '../iam/arn.ts'
import type { Policy, Statement } from '../iam/policy.ts'
import { hasWildcard } from '../iam/wildcard.ts'
import type { Subject, Unplaced } from './finding.ts'
import { pathOf } from './lint-access.ts'

export function lintActions(policy: Policy, subject: Subject): Unplaced[] {
  return policy.statements.flatMap((statement) => [
    ...foreignActions(statement, subject),
    ...foreignResources(statement),
    ...wrongTypes(statement),
  ])
}

function serviceOf(pattern: string): string {
  return pattern.slice(0, Math.max(0, pattern.indexOf(':'))).toLowerCase()
}

function foreignActions(statement: Statement, { kind, endpoint }: Subject): Unplaced[] {
  const { action } = statement
  const prefixes = endpoint?.actionPrefixes
  if (kind !== 'VPC endpoint policy' || action.negated || !prefixes) return []
  const foreign = action.patterns.filter((pattern) => pattern !== '*' && !prefixes.includes(serviceOf(pattern)))
  if (foreign.length === 0) return []
  const path = `${pathOf(statement)}.Action`
  const service = endpoint.serviceName ?? prefixes.join(' and ')
  const advice = 'actions of another service belong into the policy of its own endpoint'
  if (foreign.length === action.patterns.length) {
    const why = `the statement can never match: ${foreign.join(', ')} does not pass an endpoint of ${service}`
    return [{ severity: 'warning', rule: 'never-matches', path, why, advice }]
  }
  const why = `${foreign.join(', ')} does not pass an endpoint of ${service}`
  return [{ severity: 'notice', rule: 'foreign-action', path, why, advice }]
}

/** Services whose actions are on resources of their own service only. */
const OWN_RESOURCES = new Set([
  's3',
  'sqs',
  'sns',
  'dynamodb',
  'logs',
  'execute-api',
  'kms',
  'secretsmanager',
  'lambda',
])

function foreignResources(statement: Statement): Unplaced[] {
  const { action, resource } = statement
  if (action.negated || !resource || resource.negated || resource.patterns.length === 0) return []
  const services = action.patterns.map(serviceOf)
  if (!services.every((service) => OWN_RESOURCES.has(service))) return []
  const isForeign = ({ text }: { readonly text: string }) => {
    const service = parseArn(text)?.service
    return service !== undefined && !hasWildcard(service) && !services.includes(service)
  }
  if (!resource.patterns.every(isForeign)) return []
  const why = `the statement can never match: actions of ${[...new Set(services)].join(', ')} have no resources of ${
    parseArn(resource.patterns[0]?.text ?? '')?.service
  }`
  return [
    {
      severity: 'warning',
      rule: 'never-matches',
      path: `${pathOf(statement)}.Resource`,
      why,
      advice: 'name a resource of the same service as the action',
    },
  ]
}

const OBJECT_ACTION =
  /^s3:(?:(?:get|put|delete|restore|replicate)object|abortmultipartupload|listmultipartuploadparts|bypassgovernanceretention)/
const BUCKET_ACTION =
  /^s3:(?:listbucket|(?:get|put|delete)bucket|createbucket|(?:get|put)(?:lifecycle|encryption|replication)configuration)/

/** S3 asks of actions on objects the object's ARN, and of those on the bucket the bucket's. */
function wrongTypes(statement: Statement): Unplaced[] {
  const { action, resource } = statement
  if (action.negated || !resource || resource.negated || resource.patterns.length === 0) return []
  const texts = resource.patterns.map(({ text }) => text)
  const only = texts.every((text) => BUCKET_ARN.test(text))
    ? 'bucket'
    : texts.every((text) => OBJECT_ARN.test(text))
      ? 'object'
      : undefined
  if (!only) return []
  const wrong = only === 'bucket' ? OBJECT_ACTION : BUCKET_ACTION
  return action.patterns.flatMap((pattern, at) => {
    if (!wrong.test(pattern.toLowerCase())) return []
    const [acts, arn] = only === 'bucket' ? ['objects', 'arn:aws:s3:::BUCKET/*'] : ['the bucket', 'arn:aws:s3:::BUCKET']
    return [
      {
        severity: 'warning',
        rule: 'never-matches',
        path: `${pathOf(statement)}.Action[${at}]`,
        why: `${pattern} is on ${acts}, and ${texts.join(', ')} names ${only === 'bucket' ? 'no object' : 'objects only'}`,
        advice: `add ${arn} to the resources`,
      } as const,
    ]
  })
}

const BUCKET_ARN = /^arn:[^:]*:s3:::[^/*?]+$/
const OBJECT_ARN = /^arn:[^:]*:s3:::[^/*?]+\/.+$/
