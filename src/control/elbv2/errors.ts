// Elastic Load Balancing's errors that more than one operation makes.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/CommonErrors.html

import { ApiError } from '../../errors.ts'
import { refusable } from '../refusable.ts'

export function validationError(message: string): ApiError {
  return new ApiError('ValidationError', message)
}

export function invalidConfiguration(message: string): ApiError {
  return new ApiError('InvalidConfigurationRequest', message)
}

/** The parameter, which the model requires. */
export function requireParameter<T>(parameter: string, value: T | undefined): T {
  if (value !== undefined) return value
  throw validationError(
    `1 validation error detected: Value null at '${parameter}' failed to satisfy constraint: Member must not be null`,
  )
}

/** The whole number, which the model bounds; undefined when it was not sent. */
export function checkBetween<T extends number | undefined>(parameter: string, value: T, min: number, max: number): T {
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return value
  const bound = value < min ? `greater than or equal to ${min}` : `less than or equal to ${max}`
  throw validationError(
    `1 validation error detected: Value '${value}' at '${parameter}' failed to satisfy constraint: Member must have value ${bound}`,
  )
}

/** Accepting what has no effect would be a lie. */
export function refuseUnserved(parameters: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(parameters)) {
    refusable(name)
    if (value !== undefined) throw invalidConfiguration(`${name} is not served yet.`)
  }
}

/** Whatever EC2 refuses of a subnet's addresses, in this service's words. */
export function asConfiguration<T>(take: () => T): T {
  try {
    return take()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const isFull = error.code === 'InsufficientFreeAddressesInSubnet'
    throw new ApiError(isFull ? 'InvalidSubnet' : 'InvalidConfigurationRequest', error.message)
  }
}
