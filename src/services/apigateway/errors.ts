// API Gateway's errors: few codes, and a sentence for each fault.
// https://docs.aws.amazon.com/apigateway/latest/api/CommonErrors.html

import { ApiError } from '../../errors.ts'

export function badRequest(message: string): ApiError {
  return new ApiError('BadRequestException', message)
}

export function conflict(message: string): ApiError {
  return new ApiError('ConflictException', message)
}

/** `what` is AWS's word: `Resource`, `Method`, `stage`. */
export function invalidIdentifier(what: string): ApiError {
  return missing(`Invalid ${what} identifier specified`)
}

export function missing(message: string): ApiError {
  return new ApiError('NotFoundException', message)
}

/** AWS has it and Postern has not. `what` is a noun. */
export function notServed(what: string): ApiError {
  return badRequest(`Postern does not serve ${what}`)
}
