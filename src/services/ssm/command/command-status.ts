// The status of a command from those of its invocations, and which of them may be sent now.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html

import type { SsmCommand, SsmCommandInvocation } from '../../../store/ssm-records.ts'

type Outcome = Pick<SsmCommandInvocation, 'status' | 'statusDetails'>

export interface CommandProgress {
  readonly status: 'Pending' | 'InProgress' | 'Success' | 'Cancelled' | 'Failed' | 'TimedOut' | 'Cancelling'
  readonly statusDetails: string
  readonly completedCount: number
  readonly errorCount: number
  readonly deliveryTimedOutCount: number
}

export const DELIVERY_TIMED_OUT = 'Delivery Timed Out'
export const EXECUTION_TIMED_OUT = 'Execution Timed Out'

export const OPEN_STATES = ['Pending', 'InProgress', 'Cancelling'] as const

export function isOpen({ status }: Pick<Outcome, 'status'>): boolean {
  return OPEN_STATES.some((open) => open === status)
}

export function progressOf(
  command: Pick<SsmCommand, 'cancelled' | 'maxErrors'>,
  invocations: readonly Outcome[],
): CommandProgress {
  const ended = invocations.filter((one) => !isOpen(one))
  return {
    ...statusOf(command, invocations),
    completedCount: ended.length,
    errorCount: ended.filter(isError).length,
    deliveryTimedOutCount: ended.filter(({ statusDetails }) => statusDetails === DELIVERY_TIMED_OUT).length,
  }
}

/** More invocations failed than the caller allows: no further one is sent. */
export function hasTooManyErrors(command: Pick<SsmCommand, 'maxErrors'>, invocations: readonly Outcome[]): boolean {
  return invocations.filter(isError).length > shareOf(command.maxErrors, invocations.length)
}

/** How many may run at once. */
export function concurrencyOf({ maxConcurrency }: Pick<SsmCommand, 'maxConcurrency'>, targets: number): number {
  return Math.max(1, shareOf(maxConcurrency, targets))
}

/** `10` or `10%` of `targets`. */
function shareOf(text: string, targets: number): number {
  return text.endsWith('%') ? Math.floor((targets * Number(text.slice(0, -1))) / 100) : Number(text)
}

function isError({ status }: Outcome): boolean {
  return status === 'Failed' || status === 'TimedOut'
}

function statusOf(
  command: Pick<SsmCommand, 'cancelled' | 'maxErrors'>,
  invocations: readonly Outcome[],
): Pick<CommandProgress, 'status' | 'statusDetails'> {
  const is = (status: string) => (one: Outcome) => one.status === status
  const plain = (status: CommandProgress['status'], statusDetails: string = status) => ({ status, statusDetails })
  if (invocations.length === 0) return plain('Success', 'NoInstancesInTag')
  if (invocations.some(isOpen)) {
    if (command.cancelled) return plain('Cancelling')
    return plain(invocations.every(is('Pending')) ? 'Pending' : 'InProgress')
  }
  if (invocations.every(is('Success'))) return plain('Success')
  if (command.cancelled) return plain('Cancelled')
  if (invocations.every(({ statusDetails }) => statusDetails === DELIVERY_TIMED_OUT)) {
    return plain('TimedOut', DELIVERY_TIMED_OUT)
  }
  if (invocations.every(is('TimedOut'))) return plain('TimedOut', EXECUTION_TIMED_OUT)
  return plain('Failed', hasTooManyErrors(command, invocations) ? 'Failed' : 'Incomplete')
}
