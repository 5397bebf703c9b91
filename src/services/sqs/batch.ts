// Up to ten of something in one call: those that can be done are, and the others are named with what is wrong.

import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs'
import { ApiError } from '../../errors.ts'
import { queryCode } from './sqs-error.ts'

const MOST_ENTRIES = 10

export interface BatchEntry {
  readonly Id?: string | undefined
}

/** Throws what is wrong with a batch as a whole. */
export function requireEntries<E extends BatchEntry>(entries: readonly E[] | undefined): readonly E[] {
  if (!entries || entries.length === 0) {
    throw new ApiError('EmptyBatchRequest', 'There should be at least one entry in the request.')
  }
  if (entries.length > MOST_ENTRIES) {
    const message = `Maximum number of entries per request are ${MOST_ENTRIES}. You have sent ${entries.length}.`
    throw new ApiError('TooManyEntriesInBatchRequest', message)
  }
  const ids = entries.map(({ Id = '' }) => Id)
  if (!ids.every((id) => /^[\w-]{1,80}$/.test(id))) {
    throw new ApiError(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    )
  }
  const repeated = ids.find((id, at) => ids.indexOf(id) !== at)
  if (repeated !== undefined) throw new ApiError('BatchEntryIdsNotDistinct', `Id ${repeated} repeated.`)
  return entries
}

/** Does each; what throws ApiError has failed. */
export function doEach<E extends BatchEntry, R extends object>(entries: readonly E[], act: (entry: E) => R) {
  const Successful: (R & { Id: string })[] = []
  const Failed: BatchResultErrorEntry[] = []
  for (const entry of entries) {
    const Id = entry.Id ?? ''
    try {
      Successful.push({ Id, ...act(entry) })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      Failed.push({ Id, SenderFault: true, Code: queryCode(error.code), Message: error.message })
    }
  }
  return { Successful, Failed: Failed.length > 0 ? Failed : undefined }
}
