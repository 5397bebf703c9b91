// The forwarder over loopback addresses, which stand for the backbone's (testing.ts): what targets see, how connections
// end, and what one client cannot do to another.

import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import type { Server, Socket } from 'node:net'
import {
  type ConnectionOptions,
  connect as connectTls,
  createServer as createTlsServer,
  type TLSSocket,
} from 'node:tls'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { issueCertificate } from '../edge/certificate.ts'
import type { Address } from '../ip/address.ts'
import { Forwarder, type ForwarderOptions } from './forwarder.ts'
import type { CertificateFiles, Front } from './messages.ts'
import { decodeProxyHeader } from './proxy-protocol.ts'
import {
  begin,
  CLIENT,
  DOOR,
  ENDPOINT_DOOR,
  ending,
  freePort,
  front,
  NODE,
  OTHER_CLIENT,
  open,
  portOf,
  readAll,
  serve,
  TARGETS,
} from './testing.ts'

const [NEAR, FAR] = TARGETS as readonly [Address, Address]
const CLIENTS = { [CLIENT]: '10.0.1.5' as Address, [OTHER_CLIENT]: '10.0.1.6' as Address }

const closing: (() => void)[] = []
let port: number
beforeEach(async () => {
  port = await freePort()
})
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

function forwarder(options: Partial<ForwarderOptions> = {}): Forwarder {
  const made = new Forwarder({ log: (line) => console.error(line), ...options })
  closing.push(() => void made.close())
  return made
}

async function target(address: Address, onConnection: (socket: Socket) => void): Promise<Server> {
  const server = await serve(address, 0, onConnection)
  closing.push(() => server.close())
  return server
}

function at(server: Server, address: Address, id = `target ${address}`) {
  return { id, address, port: portOf(server) }
}

/** A forwarder with one front. */
async function forward(changes: Partial<Front>, options: Partial<ForwarderOptions> = {}): Promise<Forwarder> {
  const made = forwarder(options)
  await made.want({ fronts: [front(port, changes)], clients: CLIENTS, certificates: {} })
  return made
}

function echo(socket: Socket): void {
  socket.pipe(socket)
}

describe('a TCP listener', () => {
  test('bytes go both ways, from the node, and each end is passed on as an end', async () => {
    let from: string | undefined
    const server = await target(NEAR, (socket) => {
      from = socket.remoteAddress
      echo(socket)
    })
    await forward({ targets: [at(server, NEAR)] })
    const client = await open(port)
    const all = readAll(client)
    client.write('first ')
    client.end('and last')
    expect(await all).toBe('first and last')
    expect(from).toBe(NODE)
  })

  test('a target may go on after the client ended, and the other way round', async () => {
    const server = await target(NEAR, (socket) => {
      socket.end('early ')
      socket.on('data', (data) => late.resolve(data.toString()))
    })
    const late = Promise.withResolvers<string>()
    await forward({ targets: [at(server, NEAR)] })
    const client = await open(port)
    expect(await readAll(client)).toBe('early ')
    client.end('late')
    expect(await late.promise).toBe('late')
  })

  test('megabytes arrive whole however slowly they are read', async () => {
    const server = await target(NEAR, echo)
    await forward({ targets: [at(server, NEAR)] })
    const client = await open(port)
    const size = 20_000_000
    client.end(Buffer.alloc(size, 7))
    client.pause()
    let got = 0
    await new Promise((resolve) => setTimeout(resolve, 50))
    for await (const chunk of client) got += chunk.length
    expect(got).toBe(size)
  })

  test('connections spread over the targets, and with stickiness one client stays with one', async () => {
    const seen = new Map<string, number>()
    const count = (name: string) => (socket: Socket) => {
      seen.set(name, (seen.get(name) ?? 0) + 1)
      socket.end(name)
    }
    const targets = [at(await target(NEAR, count('near')), NEAR), at(await target(FAR, count('far')), FAR)]
    const made = await forward({ targets })
    const connectMany = async () => {
      for (let number = 0; number < 40; number++) await readAll(await open(port))
    }
    await connectMany()
    expect([...seen.values()].every((times) => times >= 8) && seen.size === 2, JSON.stringify([...seen])).toBe(true)
    seen.clear()
    await made.want({ fronts: [front(port, { targets, sticky: true })], clients: CLIENTS, certificates: {} })
    await connectMany()
    expect([...seen.values()]).toEqual([40])
  })

  test('a target that refuses, or is not there, resets the client; without targets everybody is', async () => {
    const gone = await freePort()
    const made = await forward({ targets: [{ id: 'gone', address: NEAR, port: gone }] })
    expect(await ending(begin(port))).toBe('ECONNRESET')
    await made.want({ fronts: [front(port)], clients: CLIENTS, certificates: {} })
    expect(await ending(begin(port))).toBe('ECONNRESET')
  })

  test('a reset on one side is a reset on the other', async () => {
    const sockets: Socket[] = []
    const server = await target(NEAR, (socket) => {
      socket.resume()
      sockets.push(socket)
    })
    await forward({ targets: [at(server, NEAR)] })
    const first = await open(port)
    await expect.poll(() => sockets).toHaveLength(1)
    sockets[0]?.resetAndDestroy()
    expect(await ending(first)).toBe('ECONNRESET')
    const second = await open(port)
    await expect.poll(() => sockets).toHaveLength(2)
    const broken = sockets[1] && ending(sockets[1])
    second.resetAndDestroy()
    expect(await broken).toBe('ECONNRESET')
  })

  test('a silent connection is reset after its idle time-out, and one that speaks is not', async () => {
    const server = await target(NEAR, echo)
    await forward({ targets: [at(server, NEAR)], idleTimeout: 0.3 })
    const silent = await open(port)
    const began = performance.now()
    const speaking = await open(port, DOOR, OTHER_CLIENT)
    const timer = setInterval(() => speaking.write('.'), 100)
    expect(await ending(silent)).toBe('ECONNRESET')
    expect(performance.now() - began).toBeGreaterThan(250)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(speaking.destroyed).toBe(false)
    clearInterval(timer)
    speaking.destroy()
  })
})

describe('proxy protocol', () => {
  test.each([
    { name: 'a client of the same network', door: DOOR, endpoint: undefined },
    { name: 'a client of an endpoint', door: ENDPOINT_DOOR, endpoint: 'vpce-08d2bf15fac5001c9' },
  ] as const)('the target learns who asks: $name', async ({ door, endpoint }) => {
    const server = await target(NEAR, echo)
    const doors = [{ address: DOOR }, { address: ENDPOINT_DOOR, endpointId: 'vpce-08d2bf15fac5001c9' as const }]
    await forward({ targets: [at(server, NEAR)], proxyProtocol: true, doors })
    const client = await open(port, door)
    client.end('GET / HTTP/1.1\r\n')
    const bytes = Buffer.from(await readAll(client), 'latin1')
    const { header, length } = decodeProxyHeader(bytes)
    expect(header).toEqual({
      client: { address: '10.0.1.5', port: expect.any(Number) },
      destination: { address: '10.0.1.20', port },
      ...(endpoint && { vpcEndpointId: endpoint }),
    })
    expect(bytes.subarray(length).toString()).toBe('GET / HTTP/1.1\r\n')
  })

  test('a client that writes a header of its own has written bytes', async () => {
    const server = await target(NEAR, echo)
    await forward({ targets: [at(server, NEAR)], proxyProtocol: true })
    const client = await open(port)
    client.end(Buffer.from('0d0a0d0a000d0a515549540a2111ffff', 'hex'))
    const bytes = Buffer.from(await readAll(client), 'latin1')
    expect(bytes.subarray(decodeProxyHeader(bytes).length).toString('hex')).toBe('0d0a0d0a000d0a515549540a2111ffff')
  })
})

describe('what changes under live connections', () => {
  test('a target that takes no more keeps its own; one that is ended loses them', async () => {
    const near = await target(NEAR, echo)
    const far = await target(FAR, echo)
    const made = await forward({ targets: [at(near, NEAR)] })
    const client = await open(port)
    const want = (changes: Partial<Front>) =>
      made.want({ fronts: [front(port, changes)], clients: CLIENTS, certificates: {} })
    client.write('one')
    expect(String(await once(client, 'data'))).toBe('one')
    await want({ targets: [at(far, FAR)], known: [`target ${NEAR}`, `target ${FAR}`] })
    client.write('two')
    expect(String(await once(client, 'data'))).toBe('two')
    const end = ending(client)
    await want({ targets: [at(far, FAR)], known: [`target ${FAR}`] })
    expect(await end).toBe('ECONNRESET')
    const second = await open(port)
    second.write('three')
    await once(second, 'data')
    const secondEnd = ending(second)
    await want({ targets: [at(near, NEAR)], ended: [`target ${FAR}`] })
    expect(await secondEnd).toBe('ECONNRESET')
  })

  test('a front or a door that goes takes its connections with it, and may come back', async () => {
    const server = await target(NEAR, echo)
    const made = await forward({ targets: [at(server, NEAR)] })
    const client = await open(port)
    const end = ending(client)
    await made.want({ fronts: [], clients: {}, certificates: {} })
    expect(await end).toBe('ECONNRESET')
    await expect(open(port)).rejects.toThrow('ECONNREFUSED')
    await made.want({ fronts: [front(port, { targets: [at(server, NEAR)] })], clients: CLIENTS, certificates: {} })
    await expect(open(port)).resolves.toBeDefined()
  })

  test('an address that is taken is asked for again, and the others are not kept waiting', async () => {
    const lines: string[] = []
    const server = await target(NEAR, echo)
    const other = await serve(DOOR, port, (socket) => socket.end())
    const doors = [{ address: DOOR }, { address: ENDPOINT_DOOR, endpointId: 'vpce-1' as const }]
    await forward({ targets: [at(server, NEAR)], doors }, { log: (line) => lines.push(line) })
    expect(lines.join()).toContain(`cannot listen on ${DOOR}:${port} yet`)
    await expect(open(port, ENDPOINT_DOOR)).resolves.toBeDefined()
    other.close()
    await vi.waitFor(() => open(port), { timeout: 60_000, interval: 100 })
  })
})

describe('TLS', () => {
  const first = selfSigned(['one.example.com'])
  const second = selfSigned(['two.example.com', '*.three.example.com'])
  const certificates = { first, second }
  const tls = { certificateIds: ['first', 'second'] }

  /** The handshake's result, seen from the client. */
  async function shake(options: ConnectionOptions, from: Address = CLIENT): Promise<TLSSocket> {
    const socket = connectTls({ socket: await open(port, DOOR, from), rejectUnauthorized: false, ...options })
    await once(socket, 'secureConnect')
    // Tests end while some are still open.
    socket.on('error', () => undefined)
    return socket
  }

  async function forwardTls(changes: Partial<Front> = {}, options: Partial<ForwarderOptions> = {}): Promise<Forwarder> {
    const server = await target(NEAR, echo)
    const made = forwarder(options)
    const fronts = [front(port, { targets: [at(server, NEAR)], tls, ...changes })]
    await made.want({ fronts, clients: CLIENTS, certificates })
    return made
  }

  test('ends here, with the certificate that fits the name, or else the first', async () => {
    await forwardTls()
    const names = []
    for (const servername of ['one.example.com', 'two.example.com', 'x.three.example.com', 'other.example.com', '']) {
      const socket = await shake({ servername })
      names.push(socket.getPeerCertificate().subjectaltname)
      const all = readAll(socket)
      socket.end(`hello ${servername}`)
      expect(await all).toBe(`hello ${servername}`)
    }
    const [one, two] = ['DNS:one.example.com', 'DNS:two.example.com, DNS:*.three.example.com']
    expect(names).toEqual([one, two, two, one, one])
  })

  test.each([
    { sslPolicy: 'ELBSecurityPolicy-TLS13-1-3-2021-06', versions: ['', 'TLSv1.3'] },
    { sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06', versions: ['TLSv1.2', 'TLSv1.3'] },
    { sslPolicy: 'ELBSecurityPolicy-2016-08', versions: ['TLSv1.2', ''] },
  ])('$sslPolicy says which versions', async ({ sslPolicy, versions }) => {
    await forwardTls({ tls: { ...tls, sslPolicy } })
    const asked = ['TLSv1.2', 'TLSv1.3'] as const
    const got = await Promise.all(
      asked.map((version) =>
        shake({ minVersion: version, maxVersion: version }).then(
          (socket) => socket.getProtocol(),
          () => '',
        ),
      ),
    )
    expect(got).toEqual(versions)
  })

  test('ALPN is negotiated as the policy prefers', async () => {
    await forwardTls({ tls: { ...tls, alpnPolicy: 'HTTP2Preferred' } })
    expect((await shake({ ALPNProtocols: ['http/1.1', 'h2'] })).alpnProtocol).toBe('h2')
    expect((await shake({ ALPNProtocols: ['http/1.1'] })).alpnProtocol).toBe('http/1.1')
    expect((await shake({})).alpnProtocol).toBe(false)
  })

  test('a target group of TLS gets TLS again, after the header that it asked for', async () => {
    const inside = createTlsServer({ cert: second.certificate, key: second.privateKey }, (socket) => {
      socket.on('error', () => socket.destroy())
      socket.pipe(socket)
    })
    const heard = Promise.withResolvers<number>()
    const server = await target(NEAR, (socket) => {
      socket.once('readable', () => {
        const bytes: Buffer = socket.read()
        const { length } = decodeProxyHeader(bytes)
        heard.resolve(length)
        socket.unshift(bytes.subarray(length))
        inside.emit('connection', socket)
      })
    })
    await forwardTls({ targets: [at(server, NEAR)], targetTls: true, proxyProtocol: true })
    const client = await shake({ servername: 'one.example.com' })
    client.write('twice encrypted')
    expect(String(await once(client, 'data'))).toBe('twice encrypted')
    expect(await heard.promise).toBe(100)
    client.destroy()
  })

  test('a target that refuses, or does not speak TLS where it should, resets the client', async () => {
    const gone = { id: 'gone', address: NEAR, port: await freePort() }
    const plain = at(await target(FAR, (socket) => socket.end('SSH-2.0-x\r\n')), FAR)
    for (const one of [gone, plain]) {
      const made = await forwardTls({ targets: [one], targetTls: true })
      const client = await shake({}).catch(() => undefined)
      if (client) expect(await ending(client)).toMatch(/ECONNRESET|closed/)
      await made.close()
    }
  })

  test('a handshake that is not one ends, and one that never comes runs out of time', async () => {
    await forwardTls({}, { patience: 300 })
    const rude = await open(port)
    rude.write('GET / HTTP/1.1\r\n\r\n')
    await ending(rude)
    await ending(await open(port))
    await expect(shake({})).resolves.toBeDefined()
  })

  test('a certificate that was imported again is the new one to new connections', async () => {
    const made = await forwardTls()
    const before = await shake({ servername: 'one.example.com' })
    const renewed = selfSigned(['one.example.com', 'four.example.com'])
    const targets = [at(await target(FAR, echo), FAR)]
    await made.want({
      fronts: [front(port, { targets: [...targets], tls })],
      clients: CLIENTS,
      certificates: { first: renewed, second },
    })
    expect((await shake({ servername: 'four.example.com' })).getPeerCertificate().subjectaltname).toContain('four')
    before.write('still here')
    expect(String(await once(before, 'data'))).toBe('still here')
    before.destroy()
  })

  test('one client that only begins handshakes is shut out, and no other is', async () => {
    await forwardTls({}, { mostPending: 20, patience: 500 })
    const flood = Array.from({ length: 60 }, () => begin(port))
    const ends = flood.map(ending)
    expect(await Promise.any(ends.slice(20))).toBe('ECONNRESET')
    await expect(shake({}, OTHER_CLIENT)).resolves.toBeDefined()
    await expect(shake({})).rejects.toThrow()
    for (const socket of flood) socket.destroy()
    await vi.waitFor(() => shake({}), 60_000)
  })
})

function selfSigned(names: readonly string[]): CertificateFiles {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const commonName = names[0] ?? ''
  const certificate = issueCertificate({
    commonName,
    publicKey,
    issuerName: commonName,
    issuerKey: privateKey,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    use: { kind: 'server', names },
  })
  return { certificate, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}
