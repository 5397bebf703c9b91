// The policy documents of VPC endpoints: the default, and what a document must be before it is taken.
// https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html

import { ApiError } from '../../../errors.ts'
import { parsePolicy } from '../../../iam/policy.ts'
import { findJsonError } from './json-syntax.ts'

/** As AWS returns it for a gateway endpoint that was given none. */
export const DEFAULT_GATEWAY_POLICY =
  '{"Version":"2008-10-17","Statement":[{"Sid":"","Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'

/** Counted with white space. */
const POLICY_LENGTH = 20_480

/** The document as sent, when it is one that can be evaluated. */
export function requireEndpointPolicy(document: string): string {
  if (document.length > POLICY_LENGTH) {
    throw invalidPolicy(`It has ${document.length} characters, and at most ${POLICY_LENGTH} are allowed`)
  }
  const parsed = parsePolicy(document)
  if (parsed.kind === 'problem') {
    const position = syntaxErrorPosition(document)
    throw invalidPolicy(position ? `Syntax error at position (${position})` : `${parsed.path}: ${parsed.why}`)
  }
  const bare = parsed.policy.statements.find((statement) => statement.principal === undefined)
  if (bare) throw invalidPolicy(`Statement ${bare.label} has no Principal, which an endpoint policy must have`)
  return document
}

function invalidPolicy(why: string): ApiError {
  return new ApiError('InvalidPolicyDocument', `The Policy Document is not valid. ${why}`)
}

/** `line,column` of the first character that is not JSON; undefined when the text is JSON. */
function syntaxErrorPosition(document: string): string | undefined {
  try {
    JSON.parse(document)
    return undefined
  } catch {
    const before = document.slice(0, findJsonError(document)).split('\n')
    return `${before.length},${(before.at(-1) ?? '').length + 1}`
  }
}
