// Resource Access Manager's errors. https://docs.aws.amazon.com/ram/latest/APIReference/CommonErrors.html

import { ApiError } from '../../errors.ts'

export function invalidParameter(message: string): ApiError {
  return new ApiError('InvalidParameterException', message)
}

export function malformedArn(arn: string): ApiError {
  return new ApiError(
    'MalformedArnException',
    `The specified Amazon Resource Name (ARN) ${arn} has a format that isn't valid.`,
  )
}

export function unknownResource(what: string): ApiError {
  return new ApiError('UnknownResourceException', `${what} could not be found.`)
}

export function notPermitted(message: string): ApiError {
  return new ApiError('OperationNotPermittedException', message)
}

export function required<T>(name: string, value: T | undefined): T {
  if (value !== undefined && value !== '') return value
  throw new ApiError('MissingRequiredParameter', `The request must have the parameter ${name}.`)
}
