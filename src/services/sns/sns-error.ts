// SNS's errors, in its own codes and sentences.
// https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html

import { ApiError } from '../../errors.ts'

/** `what` is a parameter, with what is wrong with it where that is to be said. */
export function invalidParameter(what: string): ApiError {
  return new ApiError('InvalidParameter', `Invalid parameter: ${what}`)
}

export function notFound(what: 'Topic' | 'Subscription'): ApiError {
  return new ApiError('NotFound', `${what} does not exist`)
}

/** AWS has it and Postern has not. `what` is a noun. */
export function notServed(what: string): ApiError {
  return invalidParameter(`Postern does not serve ${what}`)
}
