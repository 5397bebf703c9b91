// The policy documents of VPC endpoints: the default, and what a document must be before it is taken.
// https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html

import type { EndpointService } from '../../../catalogue/endpoint-services.ts'
import { ApiError } from '../../../errors.ts'
import { parsePolicy } from '../../../iam/policy.ts'
import { findJsonError } from './json-syntax.ts'

/** As AWS returns it for a gateway endpoint that was given none. */
export const DEFAULT_GATEWAY_POLICY =
  '{"Version":"2008-10-17","Statement":[{"Sid":"","Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'

/** As AWS returns it for an interface endpoint that was given none, space for space. */
export const DEFAULT_INTERFACE_POLICY = `{
  "Statement": [
    {
      "Action": "*", \n      "Effect": "Allow", \n      "Principal": "*", \n      "Resource": "*"
    }
  ]
}`

/** Counted with white space. */
const POLICY_LENGTH = 20_480

/** The policy that an endpoint is to have: the one sent, the default when it is reset, and else the present one. */
export function requirePolicy(
  service: EndpointService,
  input: { readonly PolicyDocument?: string | undefined; readonly ResetPolicy?: boolean | undefined },
  defaultPolicy: string,
  present = defaultPolicy,
): string {
  if (input.ResetPolicy && input.PolicyDocument) {
    throw new ApiError('InvalidParameterCombination', 'Send policyDocument or resetPolicy, not both')
  }
  if (input.ResetPolicy) return defaultPolicy
  if (!input.PolicyDocument) return present
  if (!service.policySupported) {
    throw new ApiError(
      'InvalidParameter',
      `The VPC endpoint service ${service.name} does not support endpoint policies.`,
    )
  }
  return requireEndpointPolicy(input.PolicyDocument)
}

/** The document as sent, when it is one that can be evaluated. */
function requireEndpointPolicy(document: string): string {
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
