// `ClientToken`: the same call with the same token again answers what the first one made, and makes nothing.
// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html

import { createHash } from 'node:crypto'
import { ApiError } from '../../../errors.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'

export interface IdempotentCall {
  /** The AWS action: a token given to another action is another token. */
  readonly action: string
  readonly input: { readonly ClientToken?: string | undefined }
}

/** The id of what this token made; undefined when it made nothing yet. Throws when it was used with other parameters. */
export function findMadeBefore(
  records: Records,
  caller: Caller,
  { action, input }: IdempotentCall,
): string | undefined {
  const token = input.ClientToken
  if (token === undefined) return undefined
  // biome-ignore lint/suspicious/noControlCharactersInRegex: any ASCII character may be in a token.
  if (token.length > 64 || !/^[\x00-\x7f]*$/.test(token)) {
    throw new ApiError('InvalidClientToken', `The client token '${token}' is invalid: use at most 64 ASCII characters`)
  }
  const known = records.clientTokens.get(tokenId(caller, action, token))
  if (known && known.parameters !== digest(input)) {
    throw new ApiError(
      'IdempotentParameterMismatch',
      `The client token '${token}' was used before with different request parameters`,
    )
  }
  return known?.resourceId
}

/** Remembers what the call made, when it has a token. */
export function rememberMade(tx: Tx, caller: Caller, { action, input }: IdempotentCall, resourceId: string): void {
  if (input.ClientToken === undefined) return
  const id = tokenId(caller, action, input.ClientToken)
  tx.clientTokens.delete(id)
  tx.clientTokens.insert({ id, parameters: digest(input), resourceId })
}

/** Forgets the tokens that made this resource, which is being deleted: the same call again makes a new one. */
export function forgetMade(tx: Tx, resourceId: string): void {
  for (const { id } of tx.clientTokens.where('resourceId', resourceId)) tx.clientTokens.delete(id)
}

function tokenId(caller: Caller, action: string, token: string): string {
  return `${caller.account}/${caller.region}/${action}/${token}`
}

function digest(input: object): string {
  const parameters = JSON.stringify(input, (key, value: unknown) => {
    if (key === 'ClientToken' || key === 'DryRun') return undefined
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
  return createHash('sha256').update(parameters).digest('hex')
}
