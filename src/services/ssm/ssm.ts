// What the operations of Systems Manager share: the records, who is connected, and how a change is made.

import type { Call } from '../../edge/adapter.ts'
import { ApiError } from '../../errors.ts'
import type { IdentifiedPrincipal } from '../../iam/principal.ts'
import type { Authorisation, ContextKeys } from '../../iam/request.ts'
import type { Store, Tx } from '../../store/store.ts'
import type { ChannelTokens } from './channel/channel-tokens.ts'
import type { ControlChannels } from './channel/control-channels.ts'
import type { DataChannels } from './channel/data-channels.ts'
import type { CommandDelivery } from './command/command-delivery.ts'

export interface Ssm {
  readonly store: Store
  readonly tokens: ChannelTokens
  readonly controlChannels: ControlChannels
  readonly dataChannels: DataChannels
  readonly delivery: CommandDelivery
  /** `http://127.0.0.1:4566` */
  readonly endpoint: () => string
  readonly now: () => Date
  /** When this daemon began. */
  readonly openedAt: Date
}

/** Whose resources are meant, and in which region: a caller, or an account for which the service itself acts. */
export type Asker = Pick<Call, 'principal' | 'region'>

/** Answers one operation. The codec decoded `input` by the operation's own table, so it has the operation's shape. */
export type SsmOperation = (ssm: Ssm, input: never, call: Call) => object | Promise<object>

export interface SsmRow {
  readonly run: SsmOperation
  /** What the policies are asked. Absent: the action on everything of the caller's in the region. */
  readonly asks?: (ssm: Ssm, input: never, call: Call) => readonly Authorisation[]
}

export type SsmRows = Readonly<Record<string, SsmRow>>

/** Changes the records, all or nothing, and waits for the disk. */
export async function write<T>({ store }: Pick<Ssm, 'store'>, change: (tx: Tx) => T): Promise<T> {
  const { result, durable } = store.transact(change)
  await durable
  return result
}

export function callerOf({ principal }: Pick<Call, 'principal'>): IdentifiedPrincipal {
  if (principal.kind === 'anonymous') {
    throw new ApiError('MissingAuthenticationToken', 'Request is missing Authentication Token')
  }
  return principal
}

/** `account/region/name`: the id of what an account has one of by name in a region. */
export function ownId(call: Asker, name: string): string {
  return `${callerOf(call).account}/${call.region}/${name}`
}

/** An ARN of Systems Manager in the caller's account and region. */
export function ssmArn(call: Asker, resource: string): string {
  return `arn:aws:ssm:${call.region}:${callerOf(call).account}:${resource}`
}

export function instanceArn({ owner, region, id }: { owner: string; region: string; id: string }): string {
  return `arn:aws:ec2:${region}:${owner}:instance/${id}`
}

/** The call's own action on a resource of the caller's account. */
export function asks(call: Call, resource: string, keys: ContextKeys = {}, service = 'ssm'): Authorisation {
  return { action: `${service}:${call.operation}`, resource, resourceAccount: callerOf(call).account, keys }
}

/** `PREFIX/key`: the condition keys of a resource's tags. */
export function tagKeys(tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tags).flatMap(([key, value]) => [
      [`aws:resourcetag/${key.toLowerCase()}`, value],
      [`ssm:resourcetag/${key.toLowerCase()}`, value],
    ]),
  )
}
