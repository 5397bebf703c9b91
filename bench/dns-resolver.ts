// Our resolver as a process of its own, on a loopback port that it prints; it ends with its standard input. It is what the
// daemon runs in the backbone, without AWS's limit of 1,024 packets a second for one interface.

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { DnsServer } from '../src/dns/server.ts'
import { dnsNetwork } from './dns-world.ts'

const network = await dnsNetwork()
const dnsUdp = createSocket('udp4').bind(0, '127.0.0.1')
await once(dnsUdp, 'listening')
const { port } = dnsUdp.address()
const dnsTcp = createServer().listen(port, '127.0.0.1')
const options = { network: () => network, log: (line: string) => console.error(line) }
new DnsServer({ ...options, packetsPerSecond: Number.POSITIVE_INFINITY }).serve({ dnsUdp, dnsTcp })
console.log(port)
process.stdin.resume().on('end', () => process.exit())
