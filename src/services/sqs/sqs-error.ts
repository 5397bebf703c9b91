// SQS's errors: the codes of its JSON protocol, and the older ones that SDKs still go by.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-query-api-errors.html

import { ApiError } from '../../errors.ts'

const OLD_PREFIX = 'AWS.SimpleQueueService.'

/** Codes of the query protocol, by those of JSON, where they differ. */
const QUERY_CODES: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  BatchEntryIdsNotDistinct: `${OLD_PREFIX}BatchEntryIdsNotDistinct`,
  BatchRequestTooLong: `${OLD_PREFIX}BatchRequestTooLong`,
  EmptyBatchRequest: `${OLD_PREFIX}EmptyBatchRequest`,
  InvalidBatchEntryId: `${OLD_PREFIX}InvalidBatchEntryId`,
  MessageNotInflight: `${OLD_PREFIX}MessageNotInflight`,
  QueueDoesNotExist: `${OLD_PREFIX}NonExistentQueue`,
  QueueNameExists: 'QueueAlreadyExists',
  TooManyEntriesInBatchRequest: `${OLD_PREFIX}TooManyEntriesInBatchRequest`,
  UnsupportedOperation: `${OLD_PREFIX}UnsupportedOperation`,
}

export function queryCode(code: string): string {
  return QUERY_CODES[code] ?? code
}

export function queueDoesNotExist(): ApiError {
  return new ApiError('QueueDoesNotExist', 'The specified queue does not exist.')
}

/** `why` ends the sentence. */
export function invalidValue(parameter: string, value: unknown, why: string): ApiError {
  const shown = String(value).slice(0, 600)
  return new ApiError('InvalidParameterValue', `Value ${shown} for parameter ${parameter} is invalid. Reason: ${why}`)
}

export function invalidParameters(why: string): ApiError {
  return new ApiError('InvalidParameterValue', `One or more parameters are invalid. Reason: ${why}`)
}

export function missing(parameter: string): ApiError {
  return new ApiError('MissingParameter', `The request must contain the parameter ${parameter}.`)
}

/** `detail` says what is wrong where the sentence of AWS's does not. */
export function invalidAttribute(name: string, detail = ''): ApiError {
  return new ApiError('InvalidAttributeValue', `Invalid value for the parameter ${name}. ${detail}`.trimEnd())
}

export function unknownAttribute(name: string): ApiError {
  return new ApiError('InvalidAttributeName', `Unknown Attribute ${name}.`)
}

/** AWS has it and Postern has not. `what` is a noun. */
export function notServed(what: string): ApiError {
  return new ApiError('UnsupportedOperation', `Postern does not serve ${what}`)
}
