// The header `x-amz-copy-source`: `/bucket/key?versionId=…`, URL-encoded.

import { invalidArgument } from './s3-error.ts'

export interface CopySource {
  readonly bucket: string
  readonly key: string
  readonly versionId: string | undefined
}

/** Throws InvalidArgument. */
export function parseCopySource(header: string | undefined): CopySource {
  const source = findCopySource(header)
  if (source) return source
  throw invalidArgument('x-amz-copy-source', header ?? '', 'Invalid copy source object key')
}

/** The source, or undefined when the header is none. */
export function findCopySource(header: string | undefined): CopySource | undefined {
  const [path = '', query] = splitQuery(header ?? '')
  const decoded = decode(path)
  const { bucket, key } = /^\/?(?<bucket>[^/]+)\/(?<key>.+)$/s.exec(decoded ?? '')?.groups ?? {}
  if (!bucket || !key) return undefined
  return { bucket, key, versionId: query?.startsWith('versionId=') ? query.slice('versionId='.length) : undefined }
}

/** Only a version id makes a `?` the beginning of a query: keys may hold one. */
function splitQuery(header: string): [path: string, query: string | undefined] {
  const at = header.lastIndexOf('?versionId=')
  return at < 0 ? [header, undefined] : [header.slice(0, at), header.slice(at + 1)]
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    // Not URL-encoded: there is no other reading of it.
    return undefined
  }
}
