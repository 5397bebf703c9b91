// The certificates of an account in a region. https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html

import type {
  CertificateSummary,
  Filters,
  ListCertificatesRequest,
  ListCertificatesResponse,
} from '@aws-sdk/client-acm'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { certificateSummary } from './certificate-shape.ts'
import { constraintFailed, validationError } from './errors.ts'

const LARGEST_PAGE = 1000
/** AWS leaves all others out of a list that does not ask for them. */
const USUAL_KEYS: readonly string[] = ['RSA_1024', 'RSA_2048']

export function listCertificates(
  records: Records,
  caller: Caller,
  { CertificateStatuses, Includes, MaxItems, NextToken, SortBy, SortOrder }: ListCertificatesRequest,
): ListCertificatesResponse {
  if (MaxItems !== undefined && !(Number.isInteger(MaxItems) && MaxItems >= 1 && MaxItems <= LARGEST_PAGE)) {
    throw constraintFailed('maxItems', `'${MaxItems}'`, `have value between 1 and ${LARGEST_PAGE}`)
  }
  if ((SortBy === undefined) !== (SortOrder === undefined)) {
    throw validationError('SortBy and SortOrder must be given together.')
  }
  const statuses = CertificateStatuses?.length ? new Set<string>(CertificateStatuses) : undefined
  const shown = records.certificates
    .where('owner', caller.account)
    .filter(({ region }) => region === caller.region)
    .map((record) => certificateSummary(records, record, caller.now))
    .filter((summary) => (statuses?.has(summary.Status ?? '') ?? true) && isIncluded(summary, Includes))
  // They are in the order in which they were made.
  if (SortOrder === 'DESCENDING') shown.reverse()
  const { page, next } = pageOf(shown, MaxItems ?? LARGEST_PAGE, NextToken)
  return { CertificateSummaryList: page, ...(next !== undefined && { NextToken: next }) }
}

/** Several kinds of filter must all hold, of several values of one any. */
function isIncluded(summary: CertificateSummary, includes: Filters | undefined): boolean {
  const { keyTypes, keyUsage, extendedKeyUsage, exportOption, managedBy } = includes ?? {}
  const keys: readonly string[] = keyTypes?.length ? keyTypes : USUAL_KEYS
  return (
    keys.includes(summary.KeyAlgorithm ?? '') &&
    overlap(keyUsage, summary.KeyUsages) &&
    overlap(extendedKeyUsage, summary.ExtendedKeyUsages) &&
    exportOption !== 'ENABLED' &&
    managedBy === undefined
  )
}

function overlap(asked: readonly string[] | undefined, has: readonly string[] = []): boolean {
  return !asked?.length || asked.includes('ANY') || asked.some((one) => has.includes(one))
}

/** The token is the ARN of the last certificate shown. */
function pageOf(
  items: readonly CertificateSummary[],
  size: number,
  token: string | undefined,
): { readonly page: CertificateSummary[]; readonly next?: string } {
  const last = token === undefined ? undefined : Buffer.from(token, 'base64url').toString()
  const start = last === undefined ? 0 : items.findIndex(({ CertificateArn }) => CertificateArn === last) + 1
  if (last !== undefined && start === 0) throw validationError(`The NextToken '${token}' is not valid.`)
  const page = items.slice(start, start + size)
  const end = page.at(-1)?.CertificateArn
  const isLast = start + size >= items.length || end === undefined
  return isLast ? { page } : { page, next: Buffer.from(end).toString('base64url') }
}
