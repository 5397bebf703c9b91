// Which bucket names and keys there may be. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html

import { s3Error } from './s3-error.ts'

const NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
const ADDRESS = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/
const RESERVED_PREFIXES = ['xn--', 'sthree-']
const RESERVED_SUFFIXES = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3']
const MAX_KEY_OCTETS = 1024

export function isBucketName(name: string): boolean {
  if (!NAME.test(name) || name.includes('..') || ADDRESS.test(name)) return false
  return (
    !RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix)) &&
    !RESERVED_SUFFIXES.some((suffix) => name.endsWith(suffix))
  )
}

/** Throws InvalidBucketName. */
export function requireBucketName(name: string | undefined): string {
  if (name !== undefined && isBucketName(name)) return name
  throw s3Error('InvalidBucketName', { fields: { BucketName: name ?? '' } })
}

/** Throws KeyTooLongError; a key is counted in octets of UTF-8. */
export function requireKey(key: string | undefined): string {
  const size = Buffer.byteLength(key ?? '')
  if (key === undefined || size === 0) throw s3Error('InvalidRequest', { message: 'The request has no object key' })
  if (size > MAX_KEY_OCTETS) {
    throw s3Error('KeyTooLongError', { fields: { Size: String(size), MaxSizeAllowed: String(MAX_KEY_OCTETS) } })
  }
  return key
}
