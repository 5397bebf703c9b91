// The errors of CloudWatch Logs, in its own codes and sentences.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html

import { ApiError } from '../../errors.ts'

/** Logs says this of nearly everything that is wrong with a parameter. */
export function invalidParameter(message: string): ApiError {
  return new ApiError('InvalidParameterException', message)
}

/** A value that the model's own constraints refuse. `value` is shown shortened. */
export function constraintFailed(member: string, value: unknown, constraint: string): ApiError {
  const shown = String(value).slice(0, 600)
  return invalidParameter(
    `1 validation error detected: Value '${shown}' at '${member}' failed to satisfy constraint: Member must ${constraint}`,
  )
}

export function required(member: string): ApiError {
  return invalidParameter(
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  )
}

const KINDS = { group: 'log group', stream: 'log stream' } as const

export function notFound(kind: keyof typeof KINDS): ApiError {
  return new ApiError('ResourceNotFoundException', `The specified ${KINDS[kind]} does not exist.`)
}

export function alreadyExists(kind: keyof typeof KINDS): ApiError {
  return new ApiError('ResourceAlreadyExistsException', `The specified ${KINDS[kind]} already exists`)
}
