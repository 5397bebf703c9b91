// Certificate Manager's errors that more than one operation makes.
// https://docs.aws.amazon.com/acm/latest/APIReference/CommonErrors.html

import { ApiError } from '../../errors.ts'

export function validationError(message: string): ApiError {
  return new ApiError('ValidationException', message)
}

/** A value that the model's own constraints refuse; the value itself may be a key, so it is not shown. */
export function constraintFailed(member: string, value: string, constraint: string): ApiError {
  return validationError(
    `1 validation error detected: Value ${value} at '${member}' failed to satisfy constraint: Member must ${constraint}`,
  )
}

export function certificateNotFound(arn: string): ApiError {
  return new ApiError('ResourceNotFoundException', `Could not find certificate ${arn}.`)
}
