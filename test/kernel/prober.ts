// Runs inside one instance's namespace: listens on a few ports, and on request tries to reach others. Started by
// probers.ts with an IPC channel; ends when the channel closes.

import { createSocket, type SocketOptions } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { connect, createServer, isIP } from 'node:net'
import { type Probe, type ProbeAnswer, type ProbeOrder, TCP_PORTS, UDP_PORTS } from './probe.ts'

/** A DNS question for localhost, which the resolver answers and everyone else sends back. */
const PAYLOAD = Buffer.from('000101000001000000000000096c6f63616c686f73740000010001', 'hex')

const UDP6: SocketOptions = { type: 'udp6', ipv6Only: true }

for (const port of TCP_PORTS) {
  createServer((socket) => socket.on('error', () => socket.destroy()).end()).listen(port, '::')
}
for (const port of UDP_PORTS) {
  for (const socket of [createSocket('udp4').bind(port, '0.0.0.0'), createSocket(UDP6).bind(port, '::')]) {
    socket.on('message', (message, sender) => socket.send(message, sender.port, sender.address))
  }
}

const RESOLVER = '10.0.0.2'

async function tryProbe({ host, protocol, port }: Probe, timeout: number): Promise<boolean> {
  const addresses = isIP(host) ? [host] : await lookUp(host, timeout)
  const reach = protocol === 'tcp' ? tryTcp : tryUdp
  const reached = await Promise.all(addresses.map((address) => reach({ address, port }, timeout)))
  return reached.length > 0 && reached.every(Boolean)
}

/** No address when nothing answers. */
async function lookUp(name: string, timeout: number): Promise<string[]> {
  const resolver = new Resolver({ timeout, tries: 1 })
  resolver.setServers([RESOLVER])
  return resolver.resolve4(name).catch(() => [])
}

interface Place {
  readonly address: string
  readonly port: number
}

function tryTcp({ address, port }: Place, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port })
    const finish = (reached: boolean) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(reached)
    }
    const timer = setTimeout(() => finish(false), timeout)
    socket.on('connect', () => finish(true)).on('error', () => finish(false))
  })
}

/** The ports that the kernel would choose from, one after the other: a flow that a router still knows would be let go on where
 * a new one is stopped. */
const [FIRST_PORT, LAST_PORT] = [32_768, 60_999]
let lastPort = FIRST_PORT + (process.pid % (LAST_PORT - FIRST_PORT))

function nextPort(): number {
  lastPort = lastPort === LAST_PORT ? FIRST_PORT : lastPort + 1
  return lastPort
}

function tryUdp({ address, port }: Place, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket(address.includes(':') ? UDP6 : { type: 'udp4' })
    const finish = (reached: boolean) => {
      clearTimeout(timer)
      socket.close()
      resolve(reached)
    }
    const timer = setTimeout(() => finish(false), timeout)
    socket.on('listening', () => socket.send(PAYLOAD, port, address))
    socket
      // What answers another with this one's address may come here.
      .on('message', (_, sender) => sender.address === address && finish(true))
      .on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE') socket.bind(nextPort())
        // An answer of ICMP, or no route: nothing came back in either case.
        else finish(false)
      })
    socket.bind(nextPort())
  })
}

process.on('message', async ({ number, probes, timeout }: ProbeOrder) => {
  const reached = await Promise.all(probes.map((probe) => tryProbe(probe, timeout)))
  process.send?.({ number, reached } satisfies ProbeAnswer)
})
process.on('disconnect', () => process.exit())
process.send?.({ number: -1, reached: [] } satisfies ProbeAnswer)
