// What a service says to a request that it cannot authenticate: the same fault has other words in EC2, in S3 and
// elsewhere, and SDKs decide by the code whether to fetch new credentials or to set their clock right.

import { ApiError } from '../errors.ts'
import type { Refusal, SignatureClaim } from '../iam/sigv4.ts'

export type Fault =
  | Refusal
  /** Nobody has the key. */
  | { readonly kind: 'unknown-key'; readonly claim: SignatureClaim }
  /** Temporary credentials of a role or user that is gone. */
  | { readonly kind: 'orphaned-key'; readonly claim: SignatureClaim }
  /** Temporary credentials whose time is over. */
  | { readonly kind: 'expired-credentials' }
  /** No signature on a request that needs one. */
  | { readonly kind: 'unsigned' }
  /** Signed for another service. */
  | { readonly kind: 'wrong-service'; readonly wanted: string }

export function authenticationError(service: string, fault: Fault, now: Date): ApiError {
  if (service === 's3') return s3Error(fault, now)
  if (service === 'ec2') return ec2Error(fault)
  return generalError(fault)
}

function generalError(fault: Fault): ApiError {
  switch (fault.kind) {
    case 'unknown-key':
    case 'orphaned-key':
      return new ApiError('InvalidClientTokenId', 'The security token included in the request is invalid.')
    case 'expired-credentials':
      return new ApiError('ExpiredToken', 'The security token included in the request is expired', { status: 403 })
    case 'unsigned':
      return new ApiError('MissingAuthenticationToken', 'Request is missing Authentication Token')
    case 'wrong-service':
      return new ApiError('SignatureDoesNotMatch', `Credential should be scoped to correct service: '${fault.wanted}'.`)
    case 'refused':
      return generalRefusal(fault)
    default:
      throw fault satisfies never
  }
}

function generalRefusal({ reason, why }: Refusal): ApiError {
  switch (reason) {
    case 'mismatch':
    case 'unsigned-headers':
      return new ApiError(
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access ' +
          'Key and signing method. Consult the service documentation for details.',
      )
    case 'skewed':
      return new ApiError('SignatureDoesNotMatch', why)
    case 'expired':
      return new ApiError('SignatureDoesNotMatch', `Signature expired: the request was good until ${why}`)
    case 'incomplete':
    case 'query-parameters':
    case 'unsupported-algorithm':
      return new ApiError('IncompleteSignature', why)
    default:
      throw reason satisfies never
  }
}

function ec2Error(fault: Fault): ApiError {
  const invalid = new ApiError('AuthFailure', 'AWS was not able to validate the provided access credentials')
  switch (fault.kind) {
    case 'unknown-key':
    case 'orphaned-key':
      return invalid
    case 'expired-credentials':
      return new ApiError('RequestExpired', 'Request has expired.')
    case 'unsigned':
    case 'wrong-service':
      return generalError(fault)
    case 'refused':
      if (fault.reason === 'skewed' || fault.reason === 'expired') return ec2Error({ kind: 'expired-credentials' })
      return fault.reason === 'mismatch' ? invalid : generalError(fault)
    default:
      throw fault satisfies never
  }
}

function s3Error(fault: Fault, now: Date): ApiError {
  switch (fault.kind) {
    case 'unknown-key':
      return fault.claim.sessionToken === undefined ? s3UnknownKey(fault.claim) : s3InvalidToken()
    case 'orphaned-key':
      return s3UnknownKey(fault.claim)
    case 'expired-credentials':
      return new ApiError('ExpiredToken', 'The provided token has expired.')
    case 'unsigned':
      return new ApiError('AccessDenied', 'Access Denied')
    case 'wrong-service':
      return generalError(fault)
    case 'refused':
      return s3Refusal(fault, now)
    default:
      throw fault satisfies never
  }
}

function s3InvalidToken(): ApiError {
  return new ApiError('InvalidToken', 'The provided token is malformed or otherwise invalid.')
}

function s3UnknownKey({ accessKeyId }: SignatureClaim): ApiError {
  return new ApiError('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', {
    status: 403,
    fields: { AWSAccessKeyId: accessKeyId },
  })
}

function s3Refusal({ reason, why }: Refusal, now: Date): ApiError {
  const ServerTime = now.toISOString()
  switch (reason) {
    case 'mismatch':
      return new ApiError(
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      )
    case 'skewed':
      return new ApiError(
        'RequestTimeTooSkewed',
        'The difference between the request time and the current time is too large.',
        { status: 403, fields: { ServerTime, MaxAllowedSkewMilliseconds: '900000' } },
      )
    case 'expired':
      return new ApiError('AccessDenied', 'Request has expired', { fields: { Expires: why, ServerTime } })
    case 'unsigned-headers':
      return new ApiError('AccessDenied', 'There were headers present in the request which were not signed', {
        fields: { HeadersNotSigned: why },
      })
    case 'query-parameters':
      return new ApiError('AuthorizationQueryParametersError', why)
    case 'incomplete':
      return new ApiError('AuthorizationHeaderMalformed', `The authorization header is malformed; ${why}`)
    case 'unsupported-algorithm':
      return new ApiError(
        'InvalidRequest',
        'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
      )
    default:
      throw reason satisfies never
  }
}
