// Names, tokens, pages and tags as every operation of VPC Lattice takes them.

import { parseDomainName } from '../../compile/domain-name.ts'
import { ApiError } from '../../errors.ts'
import type { Tags } from '../../store/records.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { findMadeBefore, type IdempotentCall } from '../ec2/request/client-token.ts'
import { validationError } from './errors.ts'

const NAME = /^(?!rcfg-|rgw-|sn-|svc-)(?![-])(?!.*[-]$)(?!.*[-]{2})[a-z0-9-]{3,63}$/
const MOST_TAGS = 50
const LARGEST_PAGE = 100

export function required<T>(name: string, value: T | undefined | null): T {
  if (value !== undefined && value !== null && value !== '') return value
  throw validationError(
    `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`,
  )
}

export function requireName(text: string | undefined, longest = 63): string {
  const name = required('name', text)
  if (NAME.test(name) && name.length <= longest) return name
  throw validationError(
    `The name '${name}' is not valid: use 3 to ${longest} lowercase letters, digits and single hyphens, with none at either end.`,
  )
}

/** Lower case, without the final dot; may begin with `*.`. */
export function requireDomainName(text: string): string {
  const parsed = parseDomainName(text)
  if ('name' in parsed && parsed.name.includes('.') && !parsed.name.replace(/^\*\./, '').includes('*'))
    return parsed.name
  throw validationError(`'${text}' is not a valid domain name.`)
}

/** Runs what is EC2's, and says what is wrong in Lattice's code. */
export function inLatticeWords<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (error.code === 'IdempotentParameterMismatch')
      throw new ApiError('ConflictException', error.message, { status: 409 })
    throw validationError(error.message)
  }
}

/** What the same token made before. */
export function findMade(records: Records, caller: Caller, call: IdempotentCall): string {
  return inLatticeWords(() => findMadeBefore(records, caller, call)) ?? ''
}

/** Lattice spells the token as everything else, in lower case. */
export function idempotent<I extends { readonly clientToken?: string | undefined }>(action: string, input: I) {
  return { action, input: { ...input, ClientToken: input.clientToken } }
}

export function requireTags(tags: Readonly<Record<string, string>> = {}): Tags {
  const entries = Object.entries(tags)
  if (entries.length > MOST_TAGS) throw validationError(`A resource can have at most ${MOST_TAGS} tags.`)
  for (const [key, value] of entries) {
    if (key === '' || key.length > 128) throw validationError('A tag key must have between 1 and 128 characters.')
    if (/^aws:/i.test(key)) throw validationError(`The tag key ${key} begins with aws:, which is reserved.`)
    if (value.length > 256) throw validationError(`The value of the tag ${key} has more than 256 characters.`)
  }
  return { ...tags }
}

interface PageRequest {
  readonly maxResults?: number | undefined
  readonly nextToken?: string | undefined
}

/** One page; the token names the last item shown. */
export function pageOf<R extends { readonly id: string }>(
  items: readonly R[],
  { maxResults = LARGEST_PAGE, nextToken }: PageRequest,
): { readonly page: readonly R[]; readonly more: { readonly nextToken?: string } } {
  if (!Number.isInteger(maxResults) || maxResults < 1 || maxResults > LARGEST_PAGE) {
    throw validationError(`maxResults is a number between 1 and ${LARGEST_PAGE}.`)
  }
  const after = nextToken === undefined ? -1 : items.findIndex(({ id }) => tokenOf(id) === nextToken)
  if (nextToken !== undefined && after < 0) throw validationError('The pagination token is invalid.')
  const page = items.slice(after + 1, after + 1 + maxResults)
  const last = page.at(-1)
  const isCut = last !== undefined && after + 1 + maxResults < items.length
  return { page, more: isCut ? { nextToken: tokenOf(last.id) } : {} }
}

function tokenOf(id: string): string {
  return Buffer.from(id).toString('base64url')
}
