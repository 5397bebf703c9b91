// The far end of a forwarded port: a TCP connection from the instance, one at a time, as the agent without multiplexing
// has it. https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-sessions-start.html

import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { PassThrough, Writable } from 'node:stream'
import { textOf } from './document.ts'
import { CONNECT_TIMEOUT } from './http.ts'
import type { Shell } from './shell.ts'

/** The newest version of which the session-manager-plugin does not expect that it multiplexes connections. */
export const VERSION_WITHOUT_MULTIPLEXING = '3.0.196.0'

/** What belongs to the instance alone: its metadata, its resolver, its clock and its tasks' credentials. */
const REFUSED: readonly string[] = [
  ...['169.254.169.254', '169.254.169.253', '169.254.169.123', '169.254.169.250', '169.254.169.251'],
  ...['fd00:ec2::254', 'fd00:ec2::253', 'fd00:ec2::123', 'fd00:ec2::240'],
]

export interface Port extends Shell {
  /** The user's side closed its connection; what it sends next is for a new one. */
  disconnect(): void
}

/** Connects to the port of a session's properties; throws when that is refused. */
export async function openPort(properties: Readonly<Record<string, unknown>>): Promise<Port> {
  const port = Number(textOf(properties.portNumber))
  const host = textOf(properties.host) || 'localhost'
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`${textOf(properties.portNumber)} is no port`)
  const dial = () => connectTo(host, port)
  return portOf(await dial(), dial)
}

function portOf(first: Socket, dial: () => Promise<Socket>): Port {
  let socket: Socket | undefined
  const over = Promise.withResolvers<number>()
  const stdout = new PassThrough()
  const finish = () => {
    stdout.end()
    over.resolve(0)
  }
  const use = (opened: Socket) => {
    socket = opened
    opened.pipe(stdout, { end: false })
    opened.on('error', () => undefined)
    // The server's end is the session's: the user's side must see that its connection is over.
    opened.once('close', () => socket === opened && finish())
  }
  use(first)
  const stdin = new Writable({
    write: (bytes, _encoding, done) => {
      if (socket) return void socket.write(bytes, () => done())
      dial().then(
        (opened) => {
          use(opened)
          opened.write(bytes, () => done())
        },
        () => {
          finish()
          done()
        },
      )
    },
  })
  const disconnect = () => {
    const gone = socket
    socket = undefined
    gone?.destroy()
  }
  return {
    stdin,
    stdout,
    stderr: new PassThrough().end(),
    ended: over.promise,
    resize: () => undefined,
    disconnect,
    end: () => {
      disconnect()
      finish()
    },
  }
}

/** A name may have addresses that nobody listens on, as localhost has by IPv6: they are tried in turn. */
async function connectTo(host: string, port: number): Promise<Socket> {
  const addresses = (await lookup(host, { all: true })).map(({ address }) => address)
  if (addresses.some((address) => REFUSED.includes(address))) {
    throw new Error(`Forwarding to ${host} is not allowed: the address is the instance's own`)
  }
  let why = 'it has no address'
  for (const address of addresses) {
    const socket = connect({ host: address, port })
    try {
      await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_TIMEOUT) })
      return socket
    } catch (error) {
      socket.destroy()
      why = error instanceof Error ? error.message : String(error)
    }
  }
  throw new Error(`Unable to connect to port ${port} of ${host}: ${why}`)
}
