// The resource policy of a REST API: checked when it is put, kept with whole ARNs, and shown as AWS shows it.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html

import { describeErrors, findPolicyErrors } from '../../iam/validate.ts'
import type { RestApi } from '../../store/apigateway-records.ts'
import { badRequest } from './errors.ts'

const MAX_POLICY = 8192
const SHORT_RESOURCE = 'execute-api:/'

/** The ARN of what can be invoked, without stage, method and path. */
export function invokeArn({ region, owner, id }: Pick<RestApi, 'id' | 'owner' | 'region'>): string {
  return `arn:aws:execute-api:${region}:${owner}:${id}`
}

/** The policy as it is kept; undefined for the empty one, which takes it away. Throws BadRequestException. */
export function requireResourcePolicy(
  api: Pick<RestApi, 'id' | 'owner' | 'region'>,
  text: string | undefined,
): string | undefined {
  if (text === undefined || text.trim() === '') return undefined
  if (text.length > MAX_POLICY) throw badRequest(`Invalid policy document. It has more than ${MAX_POLICY} characters.`)
  const errors = findPolicyErrors(text, 'resource-based policy')
  if (errors.length > 0) throw invalid(describeErrors(errors))
  return JSON.stringify(withWholeArns(JSON.parse(text), invokeArn(api)))
}

/** The text of `RestApi.policy`: the document with its quotes and slashes escaped, as if for a second JSON string. */
export function shownPolicy(policy: string): string {
  return JSON.stringify(policy).slice(1, -1).replaceAll('/', '\\/')
}

/** `execute-api:/stage/GET/path` is short for the API's own ARN. AWS writes it out when the policy is saved. */
function withWholeArns(value: unknown, arn: string): unknown {
  if (typeof value === 'string') {
    return value.startsWith(SHORT_RESOURCE) ? `${arn}/${value.slice(SHORT_RESOURCE.length)}` : value
  }
  if (Array.isArray(value)) return value.map((entry) => withWholeArns(entry, arn))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withWholeArns(entry, arn)]))
}

function invalid(why: string): Error {
  return badRequest(
    `Invalid policy document. Please check the policy syntax and ensure that Principals are valid. (${why})`,
  )
}
