// IAM's and STS's errors that more than one operation makes.

import { ApiError } from '../../errors.ts'
import type { PolicyKind } from '../../iam/request.ts'
import { validatePolicy } from '../../iam/validate.ts'

/** The entity is not there, or is another account's. `what` is IAM's own phrase for it. */
export function noSuchEntity(what: string): ApiError {
  return new ApiError('NoSuchEntity', what, { status: 404 })
}

export function entityAlreadyExists(what: string): ApiError {
  return new ApiError('EntityAlreadyExists', `${what} already exists.`, { status: 409 })
}

/** Something else must go first. */
export function deleteConflict(what: string): ApiError {
  return new ApiError('DeleteConflict', `Cannot delete entity, must ${what} first.`, { status: 409 })
}

export function limitExceeded(quota: string, limit: number): ApiError {
  return new ApiError('LimitExceeded', `Cannot exceed quota for ${quota}: ${limit}`, { status: 409 })
}

export function validationError(message: string): ApiError {
  return new ApiError('ValidationError', message)
}

/** One constraint of the API's model that `value` does not meet. */
export function constraintError(parameter: string, value: unknown, constraint: string): ApiError {
  return validationError(
    `1 validation error detected: Value '${String(value)}' at '${parameter}' failed to satisfy constraint: Member must ${constraint}`,
  )
}

/** The parameter, which the model requires. */
export function requireParameter<T>(parameter: string, value: T | undefined): T {
  if (value === undefined) {
    throw validationError(
      `1 validation error detected: Value null at '${parameter}' failed to satisfy constraint: Member must not be null`,
    )
  }
  return value
}

/** The document, when IAM would take it as a policy of this kind. */
export function requirePolicyDocument(
  text: string | undefined,
  kind: PolicyKind,
  parameter = 'policyDocument',
): string {
  const document = requireParameter(parameter, text)
  const refused = validatePolicy(document, kind)
  if (refused) throw new ApiError(refused.code, refused.message)
  return document
}
