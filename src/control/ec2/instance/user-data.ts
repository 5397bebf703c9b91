// User data: any bytes up to 16 KiB, sent and kept as base64.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html

import { ApiError } from '../../../errors.ts'

const LIMIT = 16_384

/** User data as RunInstances has it; undefined when there is none. */
export function parseUserData(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  const compact = text.replaceAll(/\s/g, '')
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(compact) || compact.replace(/=+$/, '').length % 4 === 1) {
    throw new ApiError('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.')
  }
  return encodeUserData(Buffer.from(compact, 'base64'))
}

/** Bytes as they are kept; undefined when there are none. */
export function encodeUserData(bytes: Uint8Array): string | undefined {
  if (bytes.length > LIMIT) {
    throw new ApiError('InvalidParameterValue', `User data is limited to ${LIMIT} bytes; this is ${bytes.length}`)
  }
  return bytes.length === 0 ? undefined : Buffer.from(bytes).toString('base64')
}
