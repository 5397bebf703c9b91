// Tags of certificates. https://docs.aws.amazon.com/acm/latest/APIReference/API_AddTagsToCertificate.html

import type {
  AddTagsToCertificateRequest,
  ListTagsForCertificateRequest,
  ListTagsForCertificateResponse,
  RemoveTagsFromCertificateRequest,
  Tag,
} from '@aws-sdk/client-acm'
import { ApiError } from '../../errors.ts'
import type { Tags } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { constraintFailed } from './errors.ts'
import { requireCertificate } from './find.ts'

const MOST_TAGS = 50
const KEY_LENGTH = 128
const VALUE_LENGTH = 256

export function addTagsToCertificate(
  tx: Tx,
  caller: Caller,
  { CertificateArn, Tags }: AddTagsToCertificateRequest,
): Record<string, never> {
  const { id, tags } = requireCertificate(tx, caller, CertificateArn)
  tx.certificates.update(id, { tags: withTags(tags, Tags) })
  return {}
}

/** A tag with a value goes only when it has that value. */
export function removeTagsFromCertificate(
  tx: Tx,
  caller: Caller,
  { CertificateArn, Tags = [] }: RemoveTagsFromCertificateRequest,
): Record<string, never> {
  const { id, tags } = requireCertificate(tx, caller, CertificateArn)
  const isGone = ([key, value]: [string, string]) =>
    Tags.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value))
  tx.certificates.update(id, { tags: Object.fromEntries(Object.entries(tags).filter((entry) => !isGone(entry))) })
  return {}
}

export function listTagsForCertificate(
  records: Records,
  caller: Caller,
  { CertificateArn }: ListTagsForCertificateRequest,
): ListTagsForCertificateResponse {
  const { tags } = requireCertificate(records, caller, CertificateArn)
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }
}

export function withTags(old: Tags, added: readonly Tag[] = []): Tags {
  const tags: Record<string, string> = { ...old }
  for (const { Key: key = '', Value: value = '' } of added) {
    if (key === '' || key.length > KEY_LENGTH) {
      throw constraintFailed('tags.member.key', `'${key}'`, `have length between 1 and ${KEY_LENGTH}`)
    }
    if (value.length > VALUE_LENGTH) {
      throw constraintFailed('tags.member.value', `'${value}'`, `have length less than or equal to ${VALUE_LENGTH}`)
    }
    if (/^aws:/i.test(key))
      throw new ApiError('InvalidTagException', `Tag key ${key} begins with aws:, which is reserved.`)
    tags[key] = value
  }
  if (Object.keys(tags).length <= MOST_TAGS) return tags
  throw new ApiError('TooManyTagsException', `A certificate can have no more than ${MOST_TAGS} tags.`)
}
