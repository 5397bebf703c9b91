// What an instance's machine would tell: its console, and its firmware's variables.

import type {
  GetConsoleOutputRequest,
  GetConsoleOutputResult,
  GetInstanceUefiDataRequest,
  GetInstanceUefiDataResult,
  GetPasswordDataRequest,
  GetPasswordDataResult,
} from '@aws-sdk/client-ec2'
import type { InstanceId } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { requireInstance } from '../request/require.ts'

/** AWS keeps the last 64 KiB. */
const CONSOLE_LIMIT = 65_536

/** Reads what the instance's sandbox wrote so far: its user data's output; undefined when it never booted. */
export type ConsoleReader = (instanceId: InstanceId) => string | undefined

export function getConsoleOutput(
  records: Records,
  caller: Caller,
  input: GetConsoleOutputRequest,
  readConsole: ConsoleReader,
): GetConsoleOutputResult {
  const instance = requireInstance(records, caller, input.InstanceId)
  const output = readConsole(instance.id)
  return {
    InstanceId: instance.id,
    Timestamp: caller.now,
    ...(output === undefined ? {} : { Output: Buffer.from(output).subarray(-CONSOLE_LIMIT).toString('base64') }),
  }
}

/** A sandbox has no firmware, so there are no variables. */
export function getInstanceUefiData(
  records: Records,
  caller: Caller,
  input: GetInstanceUefiDataRequest,
): GetInstanceUefiDataResult {
  return { InstanceId: requireInstance(records, caller, input.InstanceId).id, UefiData: '' }
}

/** Only Windows has one. */
export function getPasswordData(
  records: Records,
  caller: Caller,
  input: GetPasswordDataRequest,
): GetPasswordDataResult {
  const { id } = requireInstance(records, caller, input.InstanceId)
  return { InstanceId: id, PasswordData: '', Timestamp: caller.now }
}
