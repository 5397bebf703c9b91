// The addresses that the forwarder listens on: those that are wanted, however often the list comes.

import { createServer, type Server, type Socket } from 'node:net'
import type { Door } from './messages.ts'

/** Connections that wait to be taken: those of a flood fill only their own door's. */
const BACKLOG = 4096
/** An address may be a moment late. Milliseconds. */
const RETRY = 1_000

interface Open {
  readonly server: Server
  door: WantedDoor
  retry: NodeJS.Timeout | undefined
}

export interface WantedDoor extends Door {
  readonly port: number
  /** The front that takes its connections. */
  readonly frontId: string
}

export interface DoorsOptions {
  /** A connection that came in at a door; it may be half-closed. */
  readonly onConnection: (socket: Socket, door: WantedDoor) => void
  readonly log: (line: string) => void
}

export class Doors {
  readonly #options: DoorsOptions
  readonly #open = new Map<string, Open>()

  constructor(options: DoorsOptions) {
    this.#options = options
  }

  /** Opens and closes what is needed; resolves when every new one listens or was refused its address once. */
  async want(doors: readonly WantedDoor[]): Promise<void> {
    const wanted = new Map(doors.map((door) => [keyOf(door), door]))
    for (const [key, open] of this.#open) {
      if (wanted.has(key)) continue
      clearTimeout(open.retry)
      open.server.close()
      this.#open.delete(key)
    }
    await Promise.all([...wanted].map(([key, door]) => this.#wantOne(key, door)))
  }

  #wantOne(key: string, door: WantedDoor): Promise<void> | undefined {
    const known = this.#open.get(key)
    if (known) {
      known.door = door
      return undefined
    }
    const server = createServer({ allowHalfOpen: true, noDelay: true })
    const open: Open = { server, door, retry: undefined }
    this.#open.set(key, open)
    server.on('connection', (socket) => this.#options.onConnection(socket, open.door))
    return this.#listen(key, open)
  }

  /** The edge listens on the wildcard address at ports 80 and 443: only with `reusePort` can both have one. */
  #listen(key: string, open: Open): Promise<void> {
    const { server, door } = open
    return new Promise((resolve) => {
      const refused = (error: Error) => {
        resolve()
        if (this.#open.get(key) !== open) return
        this.#options.log(`cannot listen on ${key} yet: ${error.message}`)
        open.retry = setTimeout(() => void this.#listen(key, open), RETRY)
      }
      server.once('error', refused)
      const { address: host, port } = door
      server.listen({ host, port, backlog: BACKLOG, reusePort: true, ipv6Only: host.includes(':') }, () => {
        server.off('error', refused)
        // What one connection does to the listener must not end it.
        server.on('error', (error) => this.#options.log(`${key}: ${error.message}`))
        resolve()
      })
    })
  }
}

function keyOf({ address, port }: WantedDoor): string {
  return `${address}:${port}`
}
