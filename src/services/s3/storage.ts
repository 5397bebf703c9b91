// S3's state on disk: the index and the files, opened and closed together.

import { join } from 'node:path'
import { BlobFiles } from './blobs.ts'
import { ObjectIndex } from './object-index.ts'

export interface S3Storage {
  readonly index: ObjectIndex
  readonly blobs: BlobFiles
  close(): void
}

/** Opens the state under `directory`, made when missing; sweeps files that a killed daemon left half-way. */
export function openS3Storage(directory: string): S3Storage {
  const index = new ObjectIndex(join(directory, 'index.db'))
  const live = index.liveBlobs()
  const blobs = new BlobFiles(join(directory, 'objects'), (blob) => live.has(blob))
  index.onReleased((released) => blobs.remove(released))
  return { index, blobs, close: () => index.close() }
}
