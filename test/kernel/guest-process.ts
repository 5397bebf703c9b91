// Runs inside one instance's namespace on the driver test's orders: TCP listeners that echo, and connections that it
// keeps open by name. Started by guest.ts with an IPC channel; ends when the channel closes.

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'

export const GUEST_PORTS = [80, 443, 8080]
/** Datagrams are sent back too. */
const UDP_PORT = 8080

/** How long to wait for an answer that may never come. Far more than a round trip between namespaces. */
const PATIENCE_MS = 1000

export type GuestOrder =
  | {
      readonly do: 'connect'
      readonly name: string
      readonly address: string
      readonly port: number
      readonly from?: string
    }
  | { readonly do: 'say'; readonly name: string }
  | { readonly do: 'exchange'; readonly name: string; readonly bytes: number }
  | { readonly do: 'send-udp'; readonly address: string; readonly port: number; readonly bytes: number }
  | { readonly do: 'ask-udp'; readonly address: string; readonly port: number; readonly bytes?: number }
  | { readonly do: 'peers' }
  | { readonly do: 'end'; readonly name: string }

/** `connected`, `answered`, `silence`, or the error's code. */
export type GuestAnswer = string

const connections = new Map<string, Socket>()
/** Who has come to the listeners since somebody asked. */
const peers: string[] = []

async function openConnection(name: string, address: string, port: number, from?: string): Promise<GuestAnswer> {
  const socket = connect({ host: address, port, ...(from && { localAddress: from }) })
  // One that nobody talks on may be reset meanwhile.
  socket.on('error', () => {})
  connections.set(name, socket)
  return outcome(socket, 'connect', 'connected', () => socket.destroy())
}

async function say(name: string): Promise<GuestAnswer> {
  const socket = connections.get(name)
  if (!socket) return 'no such connection'
  // A reset may have come by itself, when the other end acknowledged something late.
  if (socket.errored && 'code' in socket.errored) return String(socket.errored.code)
  socket.write('anyone there?')
  return outcome(socket, 'data', 'answered', () => {})
}

async function end(name: string): Promise<GuestAnswer> {
  const socket = connections.get(name)
  if (!socket) return 'no such connection'
  socket.resume().end()
  return outcome(socket, 'close', 'ended', () => socket.destroy())
}

/** Sends bytes on a kept connection until all have come back. */
async function exchange(name: string, bytes: number): Promise<GuestAnswer> {
  const socket = connections.get(name)
  if (!socket) return 'no such connection'
  let missing = bytes
  const done = Promise.withResolvers<void>()
  const count = (chunk: Buffer) => {
    missing -= chunk.length
    if (missing === 0) done.resolve()
  }
  socket.on('data', count)
  socket.write(Buffer.alloc(bytes))
  const timer = setTimeout(done.resolve, 10 * PATIENCE_MS)
  await done.promise
  clearTimeout(timer)
  socket.off('data', count)
  return missing === 0 ? 'answered' : `${missing} bytes missing`
}

/** One datagram, which the kernel sends whole or not at all. */
async function sendUdp(address: string, port: number, bytes: number): Promise<GuestAnswer> {
  const socket = createSocket('udp4')
  const sent = Promise.withResolvers<GuestAnswer>()
  socket.send(Buffer.alloc(bytes), port, address, (error) => sent.resolve(error ? error.message : 'sent'))
  return sent.promise.finally(() => socket.close())
}

async function askUdp(address: string, port: number, bytes?: number): Promise<GuestAnswer> {
  const socket = createSocket('udp4')
  socket.send(bytes === undefined ? 'anyone there?' : Buffer.alloc(bytes), port, address)
  return outcome(socket, 'message', 'answered', () => {}).finally(() => socket.close())
}

async function outcome(
  emitter: Socket | ReturnType<typeof createSocket>,
  event: string,
  good: GuestAnswer,
  giveUp: () => void,
): Promise<GuestAnswer> {
  try {
    await once(emitter, event, { signal: AbortSignal.timeout(PATIENCE_MS) })
    return good
  } catch (error) {
    giveUp()
    if (error instanceof Error && error.name === 'AbortError') return 'silence'
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

function obey(order: GuestOrder): Promise<GuestAnswer> {
  switch (order.do) {
    case 'connect':
      return openConnection(order.name, order.address, order.port, order.from)
    case 'say':
      return say(order.name)
    case 'exchange':
      return exchange(order.name, order.bytes)
    case 'send-udp':
      return sendUdp(order.address, order.port, order.bytes)
    case 'ask-udp':
      return askUdp(order.address, order.port, order.bytes)
    case 'end':
      return end(order.name)
    case 'peers':
      return Promise.resolve(peers.splice(0).join('\n'))
    default:
      return order satisfies never
  }
}

if (process.send) {
  const asked = process.argv.slice(2).map(Number)
  // A host may have no IPv6 at all.
  const hosts = existsSync('/proc/net/if_inet6') ? ['0.0.0.0', '::'] : ['0.0.0.0']
  for (const port of asked.length > 0 ? asked : GUEST_PORTS) {
    for (const host of hosts) {
      const server = createServer((socket) => {
        peers.push(`${socket.remoteAddress}`)
        socket.on('error', () => socket.destroy()).pipe(socket)
      })
      server.listen({ port, host, ipv6Only: host === '::' })
      await once(server, 'listening')
    }
  }
  const udp = createSocket('udp4').bind(UDP_PORT, '0.0.0.0')
  udp.on('message', (message, { address, port }) => {
    peers.push(`udp ${address}`)
    udp.send(message, port, address)
  })
  await once(udp, 'listening')
  process.on('message', async ({ number, order }: { number: number; order: GuestOrder }) => {
    process.send?.({ number, answer: await obey(order) })
  })
  process.on('disconnect', () => process.exit())
  process.send({ number: -1, answer: 'ready' })
}
