// How a connection is reset, whatever it is doing: its descriptor must be given back, and the other end must hear of it.

import type { Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { reset } from './relay.ts'
import { ending, open, portOf, serve, TARGETS } from './testing.ts'

const [TARGET = ''] = TARGETS
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

const CASES: readonly { readonly name: string; readonly prepare: (socket: Socket) => void; readonly heard: RegExp }[] =
  [
    { name: 'is idle', prepare: () => undefined, heard: /^ECONNRESET$/ },
    { name: 'has bytes that the other does not take', prepare: (socket) => fill(socket), heard: /^ECONNRESET$/ },
    { name: 'has them and its end', prepare: (socket) => fill(socket).end(), heard: /^ECONNRESET$/ },
    { name: 'is sending its end', prepare: (socket) => socket.end(), heard: /^(closed|ECONNRESET)$/ },
    { name: 'is gone', prepare: (socket) => socket.destroy(), heard: /^(closed|ECONNRESET)$/ },
  ]

test.each(CASES)('a connection that $name is let go', async ({ prepare, heard }) => {
  const taken = Promise.withResolvers<Socket>()
  const server = await serve(TARGET, 0, taken.resolve)
  closing.push(() => server.close())
  const socket = await open(portOf(server), TARGET)
  const other = await taken.promise
  const closed = new Promise((resolve) => socket.once('close', resolve))
  prepare(socket)
  reset({ socket, stream: socket })
  await closed
  expect(await ending(other)).toMatch(heard)
})

function fill(socket: Socket): Socket {
  for (let number = 0; number < 200; number++) socket.write(Buffer.alloc(65_536))
  return socket
}
