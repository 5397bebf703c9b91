// What a zone's failure cost two kinds of client, counted from their requests. Pure.

import { table } from './az.ts'

/** One request, in milliseconds of one clock. */
export interface Sample {
  readonly at: number
  readonly answered: boolean
}

/** When the zone went down and came back, on the clock of the samples: from when it was asked for to when it was so. */
export interface Outage {
  readonly failingAt: number
  readonly failedAt: number
  readonly restoringAt: number
  readonly restoredAt: number
}

export type ClientKind = 'resolves every time' | 'resolved once'

export interface ClientReport {
  readonly client: ClientKind
  readonly requests: number
  readonly lost: number
  /** Of those sent before, during and after the failure; what was sent while that changed is in none of them. */
  readonly phases: Readonly<Record<'before' | 'during' | 'after', { readonly requests: number; readonly lost: number }>>
  /** The longest time without an answer. */
  readonly longestGapSeconds: number
  /** After the zone went down; absent: none. */
  readonly firstSuccessSeconds?: number
  readonly lastLostSeconds?: number
}

export interface FailureReport {
  readonly zone: string
  readonly instanceId: string
  readonly url: string
  /** The address in the zone that failed. */
  readonly address: string
  readonly failureSeconds: number
  /** After the failure, and after the restore; absent: not while it was watched. */
  readonly leftDnsSeconds?: number
  readonly returnedSeconds?: number
  readonly clients: readonly ClientReport[]
}

export function reportClient(client: ClientKind, samples: readonly Sample[], outage: Outage): ClientReport {
  const sorted = [...samples].sort((a, b) => a.at - b.at)
  const { failingAt, failedAt, restoringAt, restoredAt } = outage
  const afterFailure = sorted.filter(({ at }) => at >= failedAt)
  const firstSuccess = afterFailure.find(({ answered }) => answered)
  const lastLost = afterFailure.findLast(({ answered }) => !answered)
  return {
    client,
    ...count(sorted),
    phases: {
      before: count(sorted.filter(({ at }) => at < failingAt)),
      during: count(sorted.filter(({ at }) => at >= failedAt && at < restoringAt)),
      after: count(sorted.filter(({ at }) => at >= restoredAt)),
    },
    longestGapSeconds: seconds(longestGap(sorted)),
    ...(firstSuccess && { firstSuccessSeconds: seconds(firstSuccess.at - failedAt) }),
    ...(lastLost && { lastLostSeconds: seconds(lastLost.at - failedAt) }),
  }
}

function count(samples: readonly Sample[]): { readonly requests: number; readonly lost: number } {
  return { requests: samples.length, lost: samples.filter(({ answered }) => !answered).length }
}

/** Between one answered request and the next; what was never answered again lasts to the last request. */
function longestGap(sorted: readonly Sample[]): number {
  let longest = 0
  let last = sorted[0]?.at ?? 0
  for (const [index, { at, answered }] of sorted.entries()) {
    if (answered || index === sorted.length - 1) longest = Math.max(longest, at - last)
    if (answered) last = at
  }
  return longest
}

/** To a tenth. */
export function seconds(ms: number): number {
  return Math.round(ms / 100) / 10
}

export function formatReport({ clients, ...report }: FailureReport): string {
  const { zone, instanceId, url, address, failureSeconds, leftDnsSeconds, returnedSeconds } = report
  const rows = clients.map((one) => [
    one.client === 'resolved once' ? `resolved once (${address})` : one.client,
    String(one.requests),
    String(one.lost),
    `${one.longestGapSeconds} s`,
    after(one.firstSuccessSeconds),
    after(one.lastLostSeconds),
  ])
  const left = leftDnsSeconds === undefined ? 'did not leave DNS' : `left DNS ${leftDnsSeconds} s after the failure`
  const back =
    leftDnsSeconds === undefined
      ? ''
      : returnedSeconds === undefined
        ? ' and had not come back when this ended'
        : ` and came back ${returnedSeconds} s after the restore`
  return [
    `${zone} was down for ${failureSeconds} s; ${instanceId} asked ${url} four times a second`,
    '',
    table([['client', 'requests', 'lost', 'longest gap', 'first success', 'last lost'], ...rows]),
    '',
    'first success and last lost are counted from the failure',
    `${address} ${left}${back}`,
  ].join('\n')
}

function after(time: number | undefined): string {
  return time === undefined ? '-' : `${time} s`
}
