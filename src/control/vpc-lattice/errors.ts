// VPC Lattice's errors. https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/CommonErrors.html

import { ApiError } from '../../errors.ts'

/** `reason` is AWS's word for what kind of fault it is; the field is in the message. */
export function validationError(message: string): ApiError {
  return new ApiError('ValidationException', message, { fields: { reason: 'fieldValidationFailed' } })
}

/** It is not there, or not this account's to know of. `type` is AWS's word: `RESOURCE_GATEWAY`. */
export function notFound(type: string, id: string): ApiError {
  const noun = type.toLowerCase().replaceAll('_', ' ')
  return new ApiError('ResourceNotFoundException', `The ${noun} ${id} was not found.`, {
    status: 404,
    fields: { resourceId: id, resourceType: type },
  })
}

export function conflict(message: string, type: string, id: string): ApiError {
  return new ApiError('ConflictException', message, { status: 409, fields: { resourceId: id, resourceType: type } })
}

export function accessDenied(message: string): ApiError {
  return new ApiError('AccessDeniedException', message)
}

/** AWS has it and Postern has not. `what` is a noun. */
export function notServed(what: string): ApiError {
  return validationError(`${what} is not served yet.`)
}
