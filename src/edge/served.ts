// An adapter and how its requests are read. The tables of a service are read when the first request for it comes: they
// are most of what a front door would keep in memory from its start.

import type { Codec } from '../wire/codec.ts'
import { codecFor, notImplemented } from '../wire/codecs.ts'
import { ServiceModel } from '../wire/model.ts'
import { loadTables } from '../wire/tables.ts'
import type { Adapter } from './adapter.ts'

interface Read {
  readonly codec: Codec
  readonly targetPrefix: string | undefined
  readonly notImplemented: readonly string[]
}

export class Served {
  readonly adapter: Adapter
  #read: Read | undefined

  /** `codec`: how these requests are read, where the adapter has several ways. */
  constructor(adapter: Adapter, codec = adapter.codec) {
    this.adapter = adapter
    if (codec) this.#read = { codec, targetPrefix: adapter.targetPrefix, notImplemented: [] }
  }

  get codec(): Codec {
    return this.#tables().codec
  }

  /** What stands before the dot of X-Amz-Target. */
  get targetPrefix(): string | undefined {
    return this.#tables().targetPrefix
  }

  /** Operations that AWS has beside those that the adapter serves. */
  get notImplemented(): readonly string[] {
    return this.#tables().notImplemented
  }

  #tables(): Read {
    this.#read ??= this.#readTables()
    return this.#read
  }

  #readTables(): Read {
    const { service, operations } = this.adapter
    const model = new ServiceModel(loadTables(service))
    return {
      codec: codecFor(model, operations),
      targetPrefix: model.targetPrefix,
      notImplemented: notImplemented(model, operations),
    }
  }
}
