// Runs inside a namespace on a test's orders: opens sockets and hands them up. Started by namespace-sockets.ts with an IPC
// channel; ends when the channel closes.

import { once } from 'node:events'
import { createServer, Server, Socket } from 'node:net'
import type { SocketOrder } from './namespace-sockets.ts'

/** How long to wait for a connection that may never come. */
const PATIENCE_MS = 1500

async function open(order: SocketOrder): Promise<Server | Socket> {
  if (order.do === 'listen') {
    const server = createServer()
    server.listen({ port: order.port, host: order.host, ipv6Only: order.host === '::' })
    await once(server, 'listening')
    return server
  }
  // Paused: not a byte may be read here.
  const socket = new Socket().pause()
  socket.connect(order.port, order.host)
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(PATIENCE_MS) })
  } catch (error) {
    socket.destroy()
    throw error
  }
  return socket
}

process.on('message', async ({ number, order }: { number: number; order: SocketOrder }) => {
  try {
    const handle = await open(order)
    // Our copy of a server would take connections too; of a connection Node closes ours.
    process.send?.({ number }, handle, undefined, () => handle instanceof Server && handle.close())
  } catch (error) {
    const isSilence = error instanceof Error && error.name === 'AbortError'
    const failure = isSilence
      ? 'silence'
      : error instanceof Error && 'code' in error
        ? String(error.code)
        : String(error)
    process.send?.({ number, failure })
  }
})
process.on('disconnect', () => process.exit())
process.send?.({ number: -1 })
