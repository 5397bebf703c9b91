// The answer to an operation that is not served, by protocol: always one that clients do not retry.

import { ApiError } from '../errors.ts'
import type { ServiceModel } from './model.ts'

/** Codes by which the front door knows these errors, to log each gap once. */
export const UNSERVED_CODES: ReadonlySet<string> = new Set([
  'InvalidAction',
  'UnknownOperationException',
  'NotImplemented',
])

/** S3's sentence for this code. */
const S3_GAP = 'A header you provided implies functionality that is not implemented'

const NO_PROVIDERS =
  " It has no identity providers, so nobody could vouch for a token from outside. Make an IAM user who may sts:AssumeRole, name it in the role's trust policy, and call AssumeRole with the user's key."

/** How to do otherwise, where that is worth saying. */
const INSTEAD: Readonly<Record<string, string>> = {
  AssumeRoleWithSAML: NO_PROVIDERS,
  AssumeRoleWithWebIdentity: NO_PROVIDERS,
  CreateOpenIDConnectProvider: NO_PROVIDERS,
  CreateSAMLProvider: NO_PROVIDERS,
}

export function unservedOperation(model: ServiceModel, operation: string): ApiError {
  const gap = model.has(operation) ? ` AWS has it and Postern does not serve it yet.${INSTEAD[operation] ?? ''}` : ''
  switch (model.protocol) {
    case 'ec2':
    case 'query':
      return new ApiError('InvalidAction', `The action ${operation} is not valid for this web service.${gap}`)
    case 'json-1.0':
    case 'json-1.1':
    case 'rest-json':
      return new ApiError('UnknownOperationException', `The operation ${operation} is not known.${gap}`)
    case 'rest-xml':
      return new ApiError(
        'NotImplemented',
        `${model.signingName === 's3' ? S3_GAP : 'The operation is not known'}: ${operation}.${gap}`,
        { status: 501 },
      )
    default:
      throw model.protocol satisfies never
  }
}
