// The policy documents of VPC endpoints: the default, and what a document must be before it is taken.
// https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html

import { ApiError } from '../../../errors.ts'
import { validatePolicy } from '../../../iam/validate.ts'
import type { ServiceOffer } from './offer.ts'

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

/** The policy that an endpoint is to have: the one sent, the default when it is reset, and else the present one. */
export function requirePolicy(
  service: ServiceOffer,
  input: { readonly PolicyDocument?: string | undefined; readonly ResetPolicy?: boolean | undefined },
  defaultPolicy: string,
  present = defaultPolicy,
): string {
  if (input.ResetPolicy && input.PolicyDocument) {
    throw new ApiError('InvalidParameterCombination', 'Send policyDocument or resetPolicy, not both')
  }
  if (input.ResetPolicy) return defaultPolicy
  if (!input.PolicyDocument) return present
  const document = requireEndpointPolicy(input.PolicyDocument)
  if (!service.policySupported && !isFullAccess(document)) {
    throw new ApiError('InvalidParameter', `Service ${service.name} only supports the full-access endpoint policy.`)
  }
  return document
}

/** Everything for everybody, as the default policy says it, in whatever words. */
function isFullAccess(document: string): boolean {
  const { Statement: statements }: { readonly Statement?: unknown } = JSON.parse(document)
  const [only, ...more] = [statements].flat()
  if (more.length > 0 || typeof only !== 'object' || only === null) return false
  const { Sid: _, Principal: principal, ...rest }: Record<string, unknown> = { ...only }
  const isAnyone = ['"*"', '{"AWS":"*"}', '{"AWS":["*"]}'].includes(JSON.stringify(principal))
  const said = Object.entries(rest).map(([name, value]) => `${name} ${[value].flat().join(' ')}`)
  return isAnyone && said.sort().join() === 'Action *,Effect Allow,Resource *'
}

/** The document as sent, when it is one that can be evaluated. */
function requireEndpointPolicy(document: string): string {
  const refused = validatePolicy(document, 'VPC endpoint policy')
  if (refused) throw new ApiError('InvalidPolicyDocument', refused.message)
  return document
}
