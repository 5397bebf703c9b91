// S3, opened by whoever needs it first: ours on this disk, or another behind our policies.

import { join } from 'node:path'
import type { S3Adapter } from '../services/s3/s3-adapter.ts'
import type { S3Upstream } from '../services/s3/upstream.ts'
import { HOME_ACCOUNT } from './admin.ts'

type S3 = S3Adapter | S3Upstream

export class LateS3 {
  #path: string
  #upstream: string | undefined
  #opened: Promise<S3> | undefined

  constructor(path: string, upstream: string | undefined) {
    this.#path = path
    this.#upstream = upstream
  }

  /** One that cannot be opened is tried again by the next who asks. */
  open(): Promise<S3> {
    this.#opened ??= openS3(this.#path, this.#upstream).catch((error: unknown) => {
      this.#opened = undefined
      throw error
    })
    return this.#opened
  }

  async close(): Promise<void> {
    await (await this.#opened)?.close()
  }
}

/** Each keeps what it knows in a directory of its own. */
async function openS3(path: string, upstream: string | undefined): Promise<S3> {
  if (upstream === undefined) {
    const { S3Adapter } = await import('../services/s3/s3-adapter.ts')
    return new S3Adapter(join(path, 's3'))
  }
  const [{ S3Upstream }, { parseUpstream }] = await Promise.all([
    import('../services/s3/upstream.ts'),
    import('../services/s3/upstream-request.ts'),
  ])
  // Buckets that the other had before are the home account's: it cannot say whose they are.
  return new S3Upstream(join(path, 's3-upstream'), { ...parseUpstream(upstream), account: HOME_ACCOUNT })
}
