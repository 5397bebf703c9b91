// What STS's operations share: credentials in its shape, and how long they last.

import type { Credentials } from '@aws-sdk/client-sts'
import type { Session, TemporaryCredentials } from '../../iam/session-token.ts'
import { constraintError } from '../iam/errors.ts'

export function credentials(sealed: TemporaryCredentials, { expiresAt }: Session): Credentials {
  return {
    AccessKeyId: sealed.accessKeyId,
    SecretAccessKey: sealed.secretAccessKey,
    SessionToken: sealed.sessionToken,
    Expiration: new Date(expiresAt),
  }
}

/** `DurationSeconds` within its limits, or what it is when absent. */
export function durationOf(
  seconds: number | undefined,
  { min, max, absent }: { readonly min: number; readonly max: number; readonly absent: number },
): number {
  if (seconds === undefined) return absent
  if (!Number.isInteger(seconds) || seconds < min) {
    throw constraintError('durationSeconds', seconds, `have value greater than or equal to ${min}`)
  }
  if (seconds > max) throw constraintError('durationSeconds', seconds, `have value less than or equal to ${max}`)
  return seconds
}
