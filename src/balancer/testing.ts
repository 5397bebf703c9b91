// What the balancer's tests share: a target that shows what it got, clients, and certificates. Addresses of the loopback
// network stand for the backbone's.

import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Address } from '../ip/address.ts'
import type { Front } from './messages.ts'

export const NODE = '127.9.1.1' as Address
export const DOOR = '127.9.2.1' as Address
export const ENDPOINT_DOOR = '127.9.2.2' as Address
export const TARGETS = ['127.9.3.1', '127.9.3.2'] as readonly string[] as readonly Address[]
export const CLIENT = '127.9.4.1' as Address
export const OTHER_CLIENT = '127.9.4.2' as Address

/** A server at one of the targets' addresses; 0 takes a free port. */
export async function serve(address: string, port: number, onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy())
    onConnection(socket)
  })
  server.listen(port, address)
  await once(server, 'listening')
  return server
}

export function portOf(server: Server): number {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server does not listen')
  return address.port
}

/** A port that nobody has on any loopback address now. */
export async function freePort(): Promise<number> {
  const server = await serve('0.0.0.0', 0, () => undefined)
  const port = portOf(server)
  server.close()
  return port
}

/** A connection from one of the clients' addresses, which may be refused yet. */
export function begin(port: number, host: string = DOOR, from: string = CLIENT): Socket {
  return connect({ host, port, localAddress: from, allowHalfOpen: true })
}

export async function open(port: number, host: string = DOOR, from: string = CLIENT): Promise<Socket> {
  const socket = begin(port, host, from)
  await once(socket, 'connect')
  // A test may end while it is open.
  socket.on('error', () => undefined)
  return socket
}

/** What is read until the other end ends, as text. */
export async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk)
  return Buffer.concat(chunks).toString('latin1')
}

/** `closed`, or the code with which the connection broke. */
export function ending(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once('error', (error) => resolve('code' in error ? String(error.code) : error.message))
    socket.once('close', () => resolve('closed'))
    socket.once('end', () => socket.end())
    socket.resume()
  })
}

export function front(port: number, changes: Partial<Front> = {}): Front {
  return {
    id: 'listener eni-node',
    listenerId: 'listener',
    port,
    doors: [{ address: DOOR }],
    node: { address: '10.0.1.20' as Address, backboneAddress: NODE },
    idleTimeout: 350,
    proxyProtocol: false,
    targetTls: false,
    sticky: false,
    targets: [],
    ended: [],
    ...changes,
  }
}
