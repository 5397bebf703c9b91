// The two ways to name a queue: its ARN, and its URL, which ends in its account and name.

import type { Call } from '../../edge/adapter.ts'
import { parseArn } from '../../iam/arn.ts'
import type { AccountId, Region } from '../../store/records.ts'

export interface QueuePlace {
  readonly account: AccountId
  readonly region: Region
}

export function queueArn({ account, region }: QueuePlace, name: string): string {
  return `arn:aws:sqs:${region}:${account}:${name}`
}

/** Undefined for what is no queue's ARN. */
export function parseQueueArn(text: string): (QueuePlace & { readonly name: string }) | undefined {
  const arn = parseArn(text)
  if (arn?.service !== 'sqs' || !/^[\w-]+(?:\.fifo)?$/.test(arn.resource)) return undefined
  return { account: arn.account, region: arn.region, name: arn.resource }
}

/** The URL by the name that the request came by: some clients send what they do with a queue to its URL, wherever that
 * leads. */
export function queueUrl({ headers, connection }: Call, account: AccountId, name: string): string {
  return `${connection.secure ? 'https' : 'http'}://${headers.host ?? ''}/${account}/${name}`
}

/** The queue that a URL of any host means; a bare name is one of the caller's own, as AWS has it. */
export function parseQueueUrl(url: string, caller: AccountId): { readonly account: AccountId; readonly name: string } {
  const [, account, name] = /(?:^|\/)(\d{12})\/([^/?]+)\/?$/.exec(url) ?? []
  if (account !== undefined && name !== undefined) return { account, name }
  return { account: caller, name: url }
}
