// Clients that do not speak, speak nonsense, stop half-way or come in numbers: each is answered or closed in bounded time,
// and the next proper one is served.
// Address plan: loopback stands for the backbone. Endpoint 127.82.0.1 (S3); interfaces 127.82.1.1 and 127.82.1.2.

import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Network, VpcNetwork } from '../compile/network.ts'
import type { Address } from '../ip/address.ts'
import type { NetworkInterfaceId } from '../store/records.ts'
import { CertificateAuthority } from './ca.ts'
import { EdgeListener } from './listener.ts'

const HOST = 's3.us-east-1.amazonaws.com'
const VPC: VpcNetwork = {
  id: 'vpc-1',
  owner: '123456789012',
  region: 'us-east-1',
  cidrs: [],
  resolver: { enabled: true, hostnames: true, addresses: [], domain: 'ec2.internal' },
  subnets: [],
  instances: [],
  routeTables: [],
  securityGroups: [],
  networkAcls: [],
  privateZones: [],
  loadBalancers: [],
  targetGroups: [],
  connections: [],
  failedZoneIds: [],
  interfaces: [1, 2].map((number) => ({
    id: `eni-${number}` as NetworkInterfaceId,
    owner: '123456789012',
    subnetId: 'subnet-1',
    macAddress: '02:00:00:00:00:01',
    addresses: [`10.0.1.${number}` as Address],
    groupIds: [],
    sourceDestCheck: true,
    backboneAddress: `127.82.1.${number}` as Address,
  })),
  endpoints: [
    {
      id: 'vpce-1',
      owner: '123456789012',
      kind: 'gateway',
      serviceName: 'com.amazonaws.us-east-1.s3',
      backboneAddress: '127.82.0.1' as Address,
      policyDocument: '{}',
      routeTableIds: [],
    },
  ],
}
const NETWORK: Network = { vpcs: [VPC], inhabited: [], publicZones: [] }
const MOST = 5

let directory: string
let authority: CertificateAuthority
let https: Server
let http: Server
/** With another listener, which is patient and counts. */
let counted: Server
const listeners: EdgeListener[] = []

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'postern-hostile-'))
  authority = CertificateAuthority.open(directory)
  https = await listening()
  http = await listening()
  counted = await listening()
  listen({ headLimit: 500 }).serve({ https, http })
  listen({ mostConnections: MOST }).serve({ https: counted, http: createServer() })
})
afterAll(() => {
  for (const listener of listeners) listener.close()
  for (const server of [https, http, counted]) server.close()
  rmSync(directory, { recursive: true, force: true })
})

function listen(limits: { readonly headLimit?: number; readonly mostConnections?: number }): EdgeListener {
  const listener = new EdgeListener({
    authority,
    network: () => NETWORK,
    log: (line) => expect.unreachable(line),
    frontDoor: {
      answer: async (_request, response) => void response.end('answered'),
      upgrade: async (_request, { socket }) => void socket.destroy(),
    },
    ...limits,
  })
  listeners.push(listener)
  return listener
}

function listening(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '0.0.0.0', () => resolve(server))
  })
}

function dial(server: Server, interfaceNumber = 1): Socket {
  const { port } = server.address() as AddressInfo
  const socket = connect({ host: '127.82.0.1', port, localAddress: `127.82.1.${interfaceNumber}` })
  return socket.on('error', () => undefined)
}

/** What a client hears that sends this and then waits. */
async function hear(server: Server, octets: string | Buffer): Promise<string> {
  const socket = dial(server)
  if (octets.length > 0) socket.write(octets)
  return text(socket).catch(() => '')
}

function ask(server = https, interfaceNumber = 1): Promise<string> {
  const { port } = server.address() as AddressInfo
  const localAddress = `127.82.1.${interfaceNumber}`
  const options = { host: '127.82.0.1', port, localAddress, servername: HOST, headers: { host: HOST }, agent: false }
  return new Promise((resolve) => {
    httpsRequest({ ...options, ca: authority.certificate }, async (response) => resolve(await text(response)))
      .on('error', (error) => resolve(String(error)))
      .end()
  })
}

const HEAD = `GET / HTTP/1.1\r\nhost: ${HOST}\r\n`

it.each([
  ['silence where TLS is spoken', () => hear(https, ''), /^$/],
  ['HTTP where TLS is spoken', () => hear(https, `${HEAD}\r\n`), /^$/],
  ['nonsense where TLS is spoken', () => hear(https, Buffer.alloc(64 * 1024, 0x16)), /^.{0,16}$/s],
  ['half a handshake', () => hear(https, Buffer.from('16030100c8010000c40303', 'hex')), /^$/],
  ['half a head', () => hear(http, HEAD), /^HTTP\/1.1 408 Request Timeout/],
  ['a head that comes by the letter', () => drip(), /^HTTP\/1.1 408 Request Timeout/],
  ['nonsense where HTTP is spoken', () => hear(http, 'nonsense\r\n\r\n'), /^HTTP\/1.1 400 Bad Request/],
  ['a head of 20 KiB', () => hear(http, `${HEAD}x-long: ${'x'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1.1 431 /],
  [
    'two lengths',
    () => hear(http, `${HEAD}content-length: 1\r\ncontent-length: 2\r\n\r\n`),
    /^HTTP\/1.1 400 Bad Request/,
  ],
])('%s is ended, and the next client is served', async (_what, act, heard) => {
  expect(await act()).toMatch(heard)
  expect(await ask()).toBe('answered')
})

/** A letter every few milliseconds keeps a connection from being idle, and no more. */
async function drip(): Promise<string> {
  const socket = dial(http)
  const timer = setInterval(() => socket.write('x'), 5)
  socket.write(HEAD)
  // A letter may cross the answer, and then the connection is reset behind it.
  let heard = ''
  socket.setEncoding('utf8').on('data', (part) => {
    heard += part
  })
  await new Promise((resolve) => socket.once('close', resolve))
  clearInterval(timer)
  return heard
}

it('an interface with too many connections has no more, and others have theirs', async () => {
  const many = Array.from({ length: MOST }, () => dial(counted))
  await Promise.all(many.map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
  expect(await ask(counted)).toMatch(/ECONNRESET|disconnected/)
  expect(await ask(counted, 2)).toBe('answered')
  for (const socket of many) socket.destroy()
  await expect.poll(() => ask(counted)).toBe('answered')
})

it('a TLS client without a name, or with a very long one, hears the service’s own certificate', async () => {
  for (const servername of ['', `${'a.'.repeat(100)}com`]) {
    const socket = connectTls({ socket: dial(counted), servername, rejectUnauthorized: false })
    await new Promise((resolve) => socket.once('secureConnect', resolve))
    expect(socket.getPeerCertificate().subjectaltname).toContain(HOST)
    socket.destroy()
  }
})
