// What Organizations asks of a call's parameters, and how its lists come in pages.

import type { Tag } from '@aws-sdk/client-organizations'
import { ApiError } from '../../errors.ts'
import type { Tags } from '../../store/records.ts'

export function invalidInput(message: string): ApiError {
  return new ApiError('InvalidInputException', message)
}

export function requireText(parameter: string, value: string | undefined, longest: number): string {
  if (value !== undefined && value.length >= 1 && value.length <= longest) return value
  throw invalidInput(
    `You provided invalid values for one or more of the request parameters: ${parameter} must have 1 to ${longest} characters`,
  )
}

const TAGS_PER_RESOURCE = 50

export function withTags(old: Tags, list: readonly Tag[] | undefined): Tags {
  const tags = { ...old }
  for (const { Key: key, Value: value } of list ?? []) {
    const name = requireText('Tags.Key', key, 128)
    if (/^aws:/i.test(name)) throw invalidInput(`The tag key ${name} begins with aws:, which is reserved`)
    tags[name] = value ?? ''
  }
  if (Object.keys(tags).length <= TAGS_PER_RESOURCE) return tags
  throw new ApiError('ConstraintViolationException', `A resource can have ${TAGS_PER_RESOURCE} tags`, { status: 409 })
}

export function tagList(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}

interface PageRequest {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

const MOST = 20

/** One page in the order of the items; the token is how many have been shown. */
export function pageOf<R>(items: readonly R[], { MaxResults: size = MOST, NextToken: token }: PageRequest) {
  if (!Number.isInteger(size) || size < 1 || size > MOST) throw invalidInput(`MaxResults is 1 to ${MOST}`)
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString())
  if (!Number.isInteger(start) || start < 0) throw invalidInput('You provided an invalid NextToken')
  const end = start + size
  const page = items.slice(start, end)
  return end < items.length
    ? { page, more: { NextToken: Buffer.from(String(end)).toString('base64url') } }
    : { page, more: {} }
}
