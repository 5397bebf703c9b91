// Route 53 Resolver's errors. https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_CreateResolverEndpoint.html

import { ApiError } from '../../errors.ts'
import { refusable } from '../refusable.ts'

export function invalidParameter(message: string, field?: string): ApiError {
  return new ApiError('InvalidParameterException', message, field === undefined ? {} : { fields: { FieldName: field } })
}

export function invalidRequest(message: string): ApiError {
  return new ApiError('InvalidRequestException', message)
}

/** It is not there, or not this account's. `noun` is AWS's: `Resolver rule`. */
export function notFound(noun: string, id: string): ApiError {
  return new ApiError('ResourceNotFoundException', `${noun} with ID '${id}' does not exist`)
}

export function exists(message: string): ApiError {
  return new ApiError('ResourceExistsException', message)
}

export function inUse(message: string): ApiError {
  return new ApiError('ResourceInUseException', message)
}

/** AWS has it and Postern has not. `what` is a noun. */
export function notServed(what: string): ApiError {
  return invalidRequest(`${what} is not served yet.`)
}

/** Refuses the call when one of these parameters was sent. */
export function refuseUnserved(parameters: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(parameters)) {
    refusable(name)
    if (value !== undefined && value !== '') throw notServed(`The parameter ${name}`)
  }
}

/** Runs what EC2 would refuse in its own words, and refuses it in these. */
export function inResolverWords<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof ApiError) throw invalidParameter(error.message)
    throw error
  }
}
