// One client's connection and the one to its target, joined: bytes both ways, each side's end passed on as its end, and
// both reset when one breaks, stays silent too long or is ended.

import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'

/** A connection, and what is read and written on it: itself, or the TLS inside. */
export interface Side {
  readonly socket: Socket
  readonly stream: Socket | TLSSocket
}

/** Both sides send these, so that what stands between does not forget a quiet connection. Milliseconds. */
const TLS_KEEP_ALIVE = 20_000

/** Joins them from now on. `idleTimeout` is in milliseconds. The result ends both at once. */
export function join(client: Side, target: Side, idleTimeout: number): () => void {
  const end = () => {
    reset(client)
    reset(target)
  }
  for (const side of [client, target]) {
    side.stream.on('error', end)
    if (side.stream === side.socket) continue
    side.socket.on('error', end)
    side.socket.setKeepAlive(true, TLS_KEEP_ALIVE)
  }
  client.stream.once('close', () => endAfter(client.stream, target))
  target.stream.once('close', () => endAfter(target.stream, client))
  // All bytes of both directions pass this one.
  client.stream.setTimeout(idleTimeout, end)
  client.stream.pipe(target.stream)
  target.stream.pipe(client.stream)
  return end
}

/** A side that closed before it had said and heard all leaves nothing to wait for. */
function endAfter(closed: Duplex, other: Side): void {
  if (!closed.readableEnded || !closed.writableFinished) reset(other)
}

/** The other end learns at once that nothing more comes: by a reset, or by TLS that ends without saying so. Node (24.21)
 * loses the descriptor of a connection that is reset while its end is on the way, and crashes when it is reset below its
 * TLS; those are closed. */
export function reset({ socket, stream }: Side): void {
  if (stream !== socket) stream.destroy()
  else if (isEnding(socket)) socket.destroy()
  else if (!socket.destroyed) socket.resetAndDestroy()
}

/** All was said and handed over, and the kernel is being told so. */
function isEnding({ writableEnded, writableFinished, writableLength }: Duplex): boolean {
  return writableEnded && !writableFinished && writableLength === 0
}
