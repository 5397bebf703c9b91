// A second factor in a call: the serial number of the caller's device, and the code that it shows.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html

import { ApiError } from '../../errors.ts'
import type { Principal } from '../../iam/principal.ts'
import { findTotpStep } from '../../iam/totp.ts'
import type { Records } from '../../store/store.ts'
import { constraintError } from '../iam/errors.ts'

export interface MfaInput {
  readonly SerialNumber?: string | undefined
  readonly TokenCode?: string | undefined
}

/** A code is good once. What is used is memory: a code lives for a minute and a half. */
export class UsedCodes {
  /** By serial number, the newest step whose code was taken. */
  #steps = new Map<string, number>()

  /** False when a code of this step or a later one was taken before. */
  take(serial: string, step: number): boolean {
    if ((this.#steps.get(serial) ?? -1) >= step) return false
    this.#steps.set(serial, step)
    return true
  }
}

interface Shown {
  readonly serial: string
  readonly step: number
}

/** The code that the call shows, when it is one of a device of the user who calls; undefined when it shows none. */
export function requireMfa(records: Records, principal: Principal, input: MfaInput, now: Date): Shown | undefined {
  const { SerialNumber: serial, TokenCode: code } = input
  if (serial === undefined && code === undefined) return undefined
  if (code !== undefined && !/^\d{6}$/.test(code)) {
    throw constraintError('tokenCode', code, String.raw`satisfy regular expression pattern: [\d]*`)
  }
  const device = serial === undefined ? undefined : records.virtualMfaDevices.get(serial)
  const isOwn = device?.userId !== undefined && principal.kind === 'user' && device.userId === principal.userId
  if (!device || !isOwn || code === undefined) {
    throw denied(
      'unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
    )
  }
  const step = findTotpStep(device.seed, code, now)
  if (step === undefined) throw denied('invalid MFA one time pass code.')
  return { serial: device.id, step }
}

/** The same, and the code is spent. */
export function spendMfa(
  records: Records,
  principal: Principal,
  input: MfaInput,
  now: Date,
  used: UsedCodes,
): string | undefined {
  const shown = requireMfa(records, principal, input, now)
  if (!shown) return undefined
  if (!used.take(shown.serial, shown.step)) throw denied('invalid MFA one time pass code.')
  return now.toISOString()
}

function denied(why: string): ApiError {
  const joint = why.startsWith('unable') ? ', ' : ' with '
  return new ApiError('AccessDenied', `MultiFactorAuthentication failed${joint}${why}`, { status: 403 })
}
