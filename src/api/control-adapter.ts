// A service whose actions are control functions, as the front door's adapter: it runs them in a transaction, waits for
// the disk, and answers a dry run without changing anything.

import type { Caller } from '../control/caller.ts'
import type { Adapter, Call, Output } from '../edge/adapter.ts'
import { ApiError } from '../errors.ts'
import type { Authorisation, PolicyDecision } from '../iam/request.ts'
import type { Records, Store, Tx } from '../store/store.ts'
import type { ReadRows, WriteRows } from './operations/rows.ts'

export interface ControlAdapterOptions {
  /** The signing name: `ec2`, `iam`, `sts`. */
  readonly service: string
  readonly store: Store
  readonly reads: ReadRows
  readonly writes: WriteRows
  /** Actions whose question to the policies is not simply `service:Action` on `*`; none at all means always allowed. */
  readonly authorisations?: Readonly<Record<string, (records: Records, call: Call) => readonly Authorisation[]>>
  readonly firstUse?: FirstUse
}

/** What an account finds in a region although it never asked for it, made before its first call there is answered. */
export interface FirstUse {
  isMade(records: Records, caller: Caller): boolean
  make(tx: Tx, caller: Caller): void
}

export function controlAdapter(options: ControlAdapterOptions): Adapter {
  const { service, store, reads, writes, authorisations = {}, firstUse } = options
  return {
    service,
    operations: new Set([...Object.keys(reads), ...Object.keys(writes)]),
    authorisations: async (call) =>
      authorisations[call.operation]?.(store.records, call) ?? [
        { action: `${service}:${call.operation}`, resource: '*', keys: {}, ...accountOf(call) },
      ],
    refusal: (_call, _authorisation, decision) => refusal(service, decision),
    run: async (call) => {
      const caller = callerOf(call)
      // The wire tables decode each action's input to the type that its row asks for.
      const input = call.input as never
      const dryRun = call.input.DryRun === true
      if (firstUse && !firstUse.isMade(store.records, caller)) {
        await store.transact((tx) => firstUse.make(tx, caller)).durable
      }
      const read = reads[call.operation]
      if (read) {
        const result = read(store.records, caller, input)
        if (dryRun) throw dryRunPassed()
        return asOutput(result)
      }
      const write = writes[call.operation]
      if (!write) throw new TypeError(`${service} has no row ${call.operation}`)
      const commit = store.transact((tx) => {
        const result = write(tx, caller, input)
        // Throwing drops the transaction, so a dry run has validated everything and changed nothing.
        if (dryRun) throw dryRunPassed()
        return result
      })
      await commit.durable
      return asOutput(commit.result)
    },
  }
}

function callerOf({ principal, region, now, requestId }: Call): Caller {
  const account = principal.kind === 'anonymous' ? '' : principal.account
  return { account, region, principal, now, requestId }
}

function accountOf({ principal }: Call): { resourceAccount?: string } {
  return principal.kind === 'anonymous' ? {} : { resourceAccount: principal.account }
}

/** Services whose models have an AccessDeniedException. */
const NAMED_EXCEPTIONS: ReadonlySet<string> = new Set(['organizations', 'vpc-lattice', 'ram', 'route53resolver'])

function refusal(service: string, decision: PolicyDecision): ApiError {
  const message = decision.message ?? ''
  if (NAMED_EXCEPTIONS.has(service)) return new ApiError('AccessDeniedException', message)
  if (service !== 'ec2') return new ApiError('AccessDenied', message)
  return new ApiError('UnauthorizedOperation', `You are not authorized to perform this operation. ${message}`.trim())
}

function dryRunPassed(): ApiError {
  return new ApiError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.')
}

function asOutput(result: unknown): Output {
  return typeof result === 'object' && result !== null ? { ...result } : {}
}
