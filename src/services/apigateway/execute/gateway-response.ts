// What API Gateway itself answers, before or instead of the user's API.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html

import { ApiError } from '../../../errors.ts'

/** There is no such API or stage, or not by this way. */
export function forbidden(): ApiError {
  return new ApiError('ForbiddenException', 'Forbidden', { status: 403 })
}

/** No method is there, or it wants a signature: AWS says the same of both. */
export function missingToken(): ApiError {
  return new ApiError('MissingAuthenticationTokenException', 'Missing Authentication Token', { status: 403 })
}

/** A policy refuses; the account is masked. */
export function accessDenied(who: string, resource: string, explicit: boolean): ApiError {
  const masked = resource.replace(/(?<=^arn:aws:execute-api:[^:]*:)\d{8}/, '********')
  const how = explicit ? ' with an explicit deny' : ''
  const message = `User: ${who} is not authorized to perform: execute-api:Invoke on resource: ${masked}${how}`
  return new ApiError('AccessDeniedException', message)
}

/** The API is not made so that it can answer this. */
export function internalError(): ApiError {
  return new ApiError('InternalServerErrorException', 'Internal server error', { status: 500 })
}

export function unsupportedMediaType(): ApiError {
  return new ApiError('BadRequestException', 'Unsupported Media Type', { status: 415 })
}

/** The backend did not answer in time. */
export function timedOut(): ApiError {
  return new ApiError('InternalServerErrorException', 'Endpoint request timed out', { status: 504 })
}

/** The backend cannot be reached. */
export function unreachable(): ApiError {
  return new ApiError('InternalServerErrorException', 'Network error communicating with endpoint', { status: 504 })
}
