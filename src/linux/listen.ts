// Runs inside the backbone namespace, where the daemon cannot go: opens the sockets there, hands them to the daemon that
// started it, and ends. A socket stays in the namespace where it was made.

import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { embed, METADATA_BACKBONE, RESOLVER_BACKBONE } from '../compile/backbone.ts'

async function listenTcp(port: number, host: string, reusePort = false): Promise<Server> {
  const server = createServer()
  server.listen({ port, host, reusePort, ipv6Only: host.includes(':') })
  await once(server, 'listening')
  return server
}

async function listenUdp(port: number, address: string): Promise<Socket> {
  const socket = createSocket(address.includes(':') ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' })
  socket.bind(port, address)
  await once(socket, 'listening')
  return socket
}

function hand(name: string, socket: Server | Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = (error: Error | null) => (error ? reject(error) : resolve())
    if (!process.send) throw new Error('listen.ts has no one to hand its sockets to: only the daemon starts it')
    process.send(name, socket, undefined, sent)
  })
}

// Port 80 is the metadata service's and the endpoints' plain HTTP's, and both ports are also those of load balancers' listeners
// (balancer/): the kernel prefers the socket with the address.
await hand('dnsUdp', await listenUdp(53, RESOLVER_BACKBONE))
await hand('dnsTcp', await listenTcp(53, RESOLVER_BACKBONE))
await hand('metadata', await listenTcp(80, METADATA_BACKBONE, true))
await hand('http', await listenTcp(80, '0.0.0.0', true))
await hand('https', await listenTcp(443, '0.0.0.0', true))
// A host may have no IPv6 at all. Else the sockets are there before the namespace has its IPv6 on.
if (existsSync('/proc/net/if_inet6')) {
  await hand('dnsUdpIpv6', await listenUdp(53, embed(RESOLVER_BACKBONE)))
  await hand('dnsTcpIpv6', await listenTcp(53, embed(RESOLVER_BACKBONE)))
  await hand('metadataIpv6', await listenTcp(80, embed(METADATA_BACKBONE), true))
  await hand('httpIpv6', await listenTcp(80, '::', true))
  await hand('httpsIpv6', await listenTcp(443, '::', true))
}
// What was handed over is the daemon's now; our copies of the sockets would keep this process alive.
process.exit()
