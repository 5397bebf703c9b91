// One health check against targets of every kind, over loopback addresses (testing.ts).

import { generateKeyPairSync } from 'node:crypto'
import type { Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { issueCertificate } from '../edge/certificate.ts'
import type { Address } from '../ip/address.ts'
import type { Probe } from './messages.ts'
import { check, matches } from './probe.ts'
import { freePort, NODE, portOf, serve, TARGETS } from './testing.ts'

const [TARGET] = TARGETS as readonly [Address]
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** Checks a target that does this with its connections. */
async function checked(behave: (socket: Socket) => void, changes: Partial<Probe> = {}): Promise<string | undefined> {
  const server = await serve(TARGET, 0, behave)
  closing.push(() => server.close())
  return check(probe({ port: portOf(server), ...changes }))
}

function probe(changes: Partial<Probe>): Probe {
  return {
    from: NODE,
    to: TARGET,
    port: 80,
    protocol: 'HTTP',
    path: '/health?deep=1',
    matcher: '200-399',
    host: '10.0.1.20:80',
    proxyProtocol: false,
    timeoutSeconds: 0.3,
    ...changes,
  }
}

const TCP = { protocol: 'TCP' } as const

function answer(text: string) {
  return (socket: Socket) => void socket.once('data', () => socket.end(text))
}

describe('a health check', () => {
  test('of TCP passes when the target takes the connection, and comes from the node', async () => {
    let from: string | undefined
    const note = (socket: Socket) => {
      from = socket.remoteAddress
      socket.end()
    }
    expect(await checked(note, TCP)).toBeUndefined()
    expect(from).toBe(NODE)
  })

  test('of HTTP asks as AWS does', async () => {
    let asked = ''
    const note = (socket: Socket) => {
      socket.on('data', (data) => {
        asked += data
        if (asked.endsWith('\r\n\r\n')) socket.end('HTTP/1.1 200 OK\r\n\r\n')
      })
    }
    expect(await checked(note)).toBeUndefined()
    expect(asked.split('\r\n')).toEqual([
      'GET /health?deep=1 HTTP/1.1',
      'Host: 10.0.1.20:80',
      'Connection: close',
      'User-Agent: ELB-HealthChecker/2.0',
      'Accept-Encoding: gzip, compressed',
      '',
      '',
    ])
  })

  test.each([
    { name: 'a good code', says: 'HTTP/1.1 204 No Content\r\n\r\n', failure: undefined },
    { name: 'a bad code', says: 'HTTP/1.1 404 \r\n', failure: 'Health checks failed with these codes: [404]' },
    { name: 'no HTTP', says: 'SSH-2.0-x\r\n', failure: 'Health checks failed: the answer is not HTTP' },
    { name: 'much and no line', says: 'x'.repeat(5000), failure: 'Health checks failed: the answer is not HTTP' },
    {
      name: 'nothing, and closes',
      says: '',
      failure: 'Health checks failed: the connection was closed without an answer',
    },
  ])('of HTTP where the target says $name', async ({ says, failure }) => {
    expect(await checked(answer(says))).toBe(failure)
  })

  test('of a port that takes connections and never answers runs out of time', async () => {
    const began = performance.now()
    expect(await checked(() => undefined)).toBe(
      'Health checks failed: the connection was accepted and nothing answered within 0.3 s',
    )
    expect(performance.now() - began).toBeLessThan(1500)
  })

  test('of a port that nobody has is refused, and without an address none can pass', async () => {
    expect(await check(probe({ port: await freePort(), ...TCP }))).toBe('Health checks failed: connection refused')
    const { to: _, ...nowhere } = probe(TCP)
    expect(await check(nowhere)).toBe('Health checks failed: no running instance has the address')
  })

  test('of a target that resets the connection', async () => {
    expect(await checked((socket) => void socket.once('data', () => socket.resetAndDestroy()))).toBe(
      'Health checks failed: the connection was reset',
    )
  })

  test('of a group with proxy protocol begins with a header of no client', async () => {
    const heard = Promise.withResolvers<string>()
    const note = (socket: Socket) => void socket.once('data', (data) => heard.resolve(data.toString('hex')))
    await checked(note, { ...TCP, proxyProtocol: true })
    expect(await heard.promise).toBe('0d0a0d0a000d0a515549540a20000000')
    const skip = (socket: Socket) => {
      socket.once('data', (data) =>
        socket.end(`HTTP/1.1 ${data.toString('latin1', 16, 19) === 'GET' ? 200 : 500} \r\n`),
      )
    }
    expect(await checked(skip, { proxyProtocol: true })).toBeUndefined()
  })

  test('of HTTPS takes any certificate, and a target without TLS fails it', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const cert = issueCertificate({
      commonName: 'expired',
      publicKey,
      issuerName: 'expired',
      issuerKey: privateKey,
      notBefore: new Date('2020-01-01'),
      notAfter: new Date('2020-02-01'),
      use: { kind: 'server', names: ['expired.example.com'] },
    })
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const inside = createTlsServer({ cert, key }, (socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 301 Moved\r\n\r\n'))
    })
    const https = { protocol: 'HTTPS' } as const
    expect(await checked((socket) => inside.emit('connection', socket), https)).toBeUndefined()
    expect(await checked(answer('HTTP/1.1 400 Bad\r\n\r\n'), https)).toBe(
      'Health checks failed: the target does not speak TLS',
    )
  })
})

test.each([
  ['200', 200, true],
  ['200', 201, false],
  ['200-399', 399, true],
  ['200-399', 400, false],
  ['200,301', 301, true],
  ['200, 404-405', 405, true],
])('the matcher %s and %i: %s', (matcher, code, good) => expect(matches(matcher, code)).toBe(good))
