// Load balancers' health checks and the forwarder against the kernel: what targets see of them, over the addresses and
// through the groups that they have. Address plan: compile/small-service.ts.

import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { decodeProxyHeader } from '../../src/balancer/proxy-protocol.ts'
import { compile } from '../../src/compile/compile.ts'
import type { Network } from '../../src/compile/network.ts'
import { address } from '../../src/compile/small-network.ts'
import { LISTENER, serviceStore, TARGET_GROUP, targetId } from '../../src/compile/small-service.ts'
import { makePair } from '../../src/control/acm/testing.ts'
import { inBackbone } from '../../src/daemon/backbone.ts'
import { Balancing } from '../../src/daemon/balancer.ts'
import { explain } from '../../src/explain/explain.ts'
import { hostCidr } from '../../src/ip/cidr.ts'
import { TCP } from '../../src/ip/protocol.ts'
import { LinuxDriver } from '../../src/linux/linux-driver.ts'
import { instanceNamespace } from '../../src/linux/names.ts'
import type { HealthCheck } from '../../src/store/load-balancing-records.ts'
import type { Store, Tx } from '../../src/store/store.ts'
import { mirrorHost } from './ipv6-mirror.ts'
import { NamespaceSockets } from './namespace-sockets.ts'
import { describeKernel } from './namespaced.ts'
import { makeDualStack } from './service-shape.ts'

const [ENDPOINT_A, NODE_A] = ['10.0.1.100', '10.0.1.50']
const INSTANCES = ['i-c1', 'i-c2', 'i-p1', 'i-p2', 'i-p3'] as const
type Name = (typeof INSTANCES)[number]

/** Shorter than the API would take. */
const FAST: Partial<HealthCheck> = {
  intervalSeconds: 0.3,
  timeoutSeconds: 0.5,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
}

describeKernel('load balancers beside the kernel', import.meta.url, () => {
  const world = randomBytes(3).toString('hex')
  const sandboxes = { boot: async () => undefined, halt: async () => undefined }
  const inside = new Map<Name, NamespaceSockets>()
  let driver: LinuxDriver
  let store: Store
  let network: Network
  let balancing: Balancing

  beforeAll(async () => {
    driver = new LinuxDriver({ world, sandboxes })
    await driver.start()
    store = await serviceStore()
    await apply()
    for (const id of INSTANCES) inside.set(id, await NamespaceSockets.enter(instanceNamespace(world, id)))
  })

  afterAll(async () => {
    for (const sockets of inside.values()) await sockets.leave()
    await driver?.destroy()
  })

  beforeEach(async () => {
    store = await serviceStore()
    await apply()
    const options = { store, network: () => network, settle: apply, now: () => new Date() }
    balancing = new Balancing({ ...options, log: (line) => console.error(line) })
    balancing.enterBackbone(inBackbone(world))
  })

  afterEach(async () => {
    await balancing.stop()
    for (const close of closing.splice(0)) close()
  })

  const closing: (() => void)[] = []

  async function apply(): Promise<void> {
    network = compile(store.records)
    expect((await driver.apply(network)).failures).toEqual(new Map())
  }

  function change(how: (tx: Tx) => void): void {
    store.transact(how)
  }

  function check(changes: Partial<HealthCheck>): void {
    change((tx) => {
      const group = tx.targetGroups.get(TARGET_GROUP)
      if (group) tx.targetGroups.update(TARGET_GROUP, { healthCheck: { ...group.healthCheck, ...FAST, ...changes } })
      for (const id of ['i-p1', 'i-p2']) tx.targets.update(targetId(id, 8080), { health: 'initial' })
    })
  }

  async function serve(id: Name, onConnection: (socket: Socket) => void, host?: '0.0.0.0' | '::'): Promise<void> {
    const server = await inside.get(id)?.listen(8080, onConnection, host)
    closing.push(() => server?.close())
  }

  async function connect(id: Name, host: string): Promise<Socket> {
    const socket = await inside.get(id)?.connect(host, 443)
    if (!socket) throw new Error(`nothing is known of ${id}`)
    closing.push(() => socket.destroy())
    return socket
  }

  const health = (id: Name) => {
    const { health, failure } = store.records.targets.get(targetId(id, 8080)) ?? {}
    return [health, ...(failure === undefined ? [] : [failure])]
  }
  const eventually = (look: () => void) => vi.waitFor(look, { timeout: 60_000, interval: 50 })

  test('targets are asked from the node of their zone, and what is found changes as they do', async () => {
    const heard: string[] = []
    let code = 200
    await serve('i-p1', (socket) => {
      socket.once('data', (request) => {
        heard.push(`${socket.remoteAddress} ${/Host: (\S+)/.exec(String(request))?.[1]}`)
        socket.end(`HTTP/1.1 ${code} \r\n\r\n`)
      })
    })
    check({ protocol: 'HTTP' })
    balancing.start()
    await eventually(() => expect(health('i-p1')).toEqual(['healthy']))
    expect(new Set(heard)).toEqual(new Set([`${NODE_A} ${NODE_A}:443`]))
    await eventually(() => expect(health('i-p2')).toEqual(['unhealthy', 'Health checks failed: connection refused']))
    code = 503
    await eventually(() =>
      expect(health('i-p1')).toEqual(['unhealthy', 'Health checks failed with these codes: [503]']),
    )
    code = 200
    await eventually(() => expect(health('i-p1')).toEqual(['healthy']))
    await serve('i-p2', (socket) => socket.end('HTTP/1.1 200 \r\n\r\n'))
    await eventually(() => expect(health('i-p2')).toEqual(['healthy']))
  })

  test("a target's group must let the node in; a port that takes connections and says nothing fails", async () => {
    await serve('i-p1', () => undefined)
    await serve('i-p2', () => undefined)
    check({ protocol: 'HTTP' })
    balancing.start()
    const silent = 'Health checks failed: the connection was accepted and nothing answered within 0.5 s'
    await eventually(() =>
      expect([health('i-p1'), health('i-p2')]).toEqual([
        ['unhealthy', silent],
        ['unhealthy', silent],
      ]),
    )
    await balancing.stop()
    const other = new Balancing({
      store,
      network: () => network,
      settle: apply,
      now: () => new Date(),
      log: console.error,
    })
    balancing = other
    other.enterBackbone(inBackbone(world))
    change((tx) => tx.securityGroupRules.delete('sgr-sg-p-ingress'))
    check({ protocol: 'TCP' })
    other.start()
    await eventually(() =>
      expect(health('i-p1')).toEqual(['unhealthy', 'Health checks failed: nothing answered within 0.5 s']),
    )
  })

  test.each([
    { name: 'a consumer in another account', from: 'i-c1', to: ENDPOINT_A, client: '10.0.1.5', endpoint: 'vpce-1' },
    { name: 'a client in its own VPC', from: 'i-p3', to: NODE_A, client: '10.0.1.9', endpoint: undefined },
  ] as const)('proxy protocol: the target learns who asks: $name', async ({ from, to, client, endpoint }) => {
    const seen = Promise.withResolvers<readonly [string | undefined, Buffer]>()
    await serve('i-p1', (socket) => {
      let bytes = Buffer.alloc(0)
      socket.on('data', (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk])
        if (bytes.includes('hello')) seen.resolve([socket.remoteAddress, bytes])
      })
      socket.on('end', () => socket.end('bye'))
    })
    setAttribute('proxy_protocol_v2.enabled', 'true')
    await start()
    const socket = await connect(from, to)
    socket.end('hello')
    const [remote, bytes] = await seen.promise
    const { header, length } = decodeProxyHeader(bytes)
    expect(remote).toBe(NODE_A)
    expect(header).toEqual({
      client: { address: client, port: expect.any(Number) },
      destination: { address: NODE_A, port: 443 },
      ...(endpoint && { vpcEndpointId: endpoint }),
    })
    expect(bytes.subarray(length).toString()).toBe('hello')
    expect(await text(socket)).toBe('bye')
  })

  const WAYS = [
    { name: 'IPv6 to targets of IPv4', clients: 'ipv6', targets: 'ipv4', proxyProtocol: false },
    { name: 'IPv4 to targets of IPv6', clients: 'ipv4', targets: 'ipv6', proxyProtocol: false },
    { name: 'IPv6 to targets of IPv4, with a header', clients: 'ipv6', targets: 'ipv4', proxyProtocol: true },
    { name: 'IPv6 to targets of IPv6, with a header', clients: 'ipv6', targets: 'ipv6', proxyProtocol: true },
  ] as const

  test.each(WAYS)('dual stack: $name', async ({ clients, targets, proxyProtocol }) => {
    const of = (family: 'ipv4' | 'ipv6', host: string) => (family === 'ipv6' ? mirrorHost(host) : host)
    const seen: (readonly [string | undefined, Buffer])[] = []
    const onConnection = (socket: Socket) => {
      let bytes = Buffer.alloc(0)
      socket.on('data', (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk])
        if (bytes.includes('hello')) seen.push([socket.remoteAddress, bytes])
      })
      socket.on('end', () => socket.end('bye'))
    }
    await serve('i-p1', onConnection, targets === 'ipv6' ? '::' : '0.0.0.0')
    change((tx) => makeDualStack(tx, targets))
    // The targets' group lets in the node's address of their own family alone.
    const admit = (family: 'ipv4' | 'ipv6') => (tx: Tx) => {
      const peer = { kind: 'cidr', cidr: hostCidr(address(of(family, NODE_A))) } as const
      for (const id of ['sgr-sg-p-ingress', 'sgr-sg-p-ingress-6'] as const) tx.securityGroupRules.update(id, { peer })
    }
    change(admit(targets))
    setAttribute('proxy_protocol_v2.enabled', String(proxyProtocol))
    await apply()
    await start()
    for (const { from, to, client } of [
      { from: 'i-c1', to: ENDPOINT_A, client: '10.0.1.5' },
      { from: 'i-p3', to: NODE_A, client: '10.0.1.9' },
    ] as const) {
      const { verdict, steps } = explain(network, {
        from,
        to: { address: address(of(clients, to)), port: 443, protocol: TCP },
        now: '2026-01-01T00:00:00.000Z',
      })
      const sees = steps.find(({ stage, by }) => stage === 'target' && by === 'eni-p1')?.why
      expect([verdict, sees]).toEqual(['reachable', expect.stringContaining(`sees ${of(targets, NODE_A)};`)])
      const socket = await connect(from, of(clients, to))
      socket.end('hello')
      expect(await text(socket)).toBe('bye')
      const [remote, bytes = Buffer.alloc(0)] = seen.pop() ?? []
      expect(remote).toBe(of(targets, NODE_A))
      const { header, length } = proxyProtocol ? decodeProxyHeader(bytes) : { header: {}, length: 0 }
      expect(bytes.subarray(length).toString()).toBe('hello')
      if (!proxyProtocol) continue
      expect(header).toEqual({
        client: { address: of(clients, client), port: expect.any(Number) },
        destination: { address: of(clients, NODE_A), port: 443 },
        ...(to === ENDPOINT_A && { vpcEndpointId: 'vpce-1' }),
      })
    }
    change(admit(targets === 'ipv4' ? 'ipv6' : 'ipv4'))
    const to = { address: address(of(clients, NODE_A)), port: 443, protocol: TCP }
    const shut = explain(compile(store.records), { from: 'i-p3', to, now: '2026-01-01T00:00:00.000Z' })
    expect(shut.blockers.map(({ stage }) => stage)).toEqual(['sg-ingress'])
  })

  test('targets of IPv6 are asked over it', async () => {
    const heard: string[] = []
    const onConnection = (socket: Socket) =>
      socket.once('data', (request) => {
        heard.push(`${socket.remoteAddress} ${/Host: (\S+)/.exec(String(request))?.[1]}`)
        socket.end('HTTP/1.1 200 \r\n\r\n')
      })
    await serve('i-p1', onConnection, '::')
    await serve('i-p2', onConnection)
    change((tx) => makeDualStack(tx, 'ipv6'))
    await apply()
    check({ protocol: 'HTTP' })
    balancing.start()
    await eventually(() => expect(health('i-p1')).toEqual(['healthy']))
    await eventually(() => expect(health('i-p2')).toEqual(['unhealthy', 'Health checks failed: connection refused']))
    expect(new Set(heard)).toEqual(new Set([`${mirrorHost(NODE_A)} [${mirrorHost(NODE_A)}]:443`]))
  })

  test('TLS ends with the certificate that was imported; who only begins handshakes shuts no other out', async () => {
    await serve('i-p1', (socket) => socket.pipe(socket))
    const { certificate, privateKey } = makePair({ names: ['service.example.com'] })
    const id = 'arn:aws:acm:us-east-1:222222222222:certificate/1'
    change((tx) => {
      tx.certificates.insert({
        id,
        owner: '222222222222',
        region: 'us-east-1',
        tags: {},
        createdAt: '2026-01-01T00:00:00.000Z',
        importedAt: '2026-01-01T00:00:00.000Z',
        domainName: 'service.example.com',
        alternativeNames: ['service.example.com'],
        certificate: certificate.toString(),
        privateKey: privateKey.toString(),
      })
      tx.listeners.update(LISTENER, { protocol: 'TLS', certificateIds: [id] })
    })
    await start()
    // A reset may come before the connection is known to stand.
    const flood = await Promise.allSettled(Array.from({ length: 400 }, () => connect('i-c2', ENDPOINT_A)))
    const inner = await shake(await connect('i-c1', ENDPOINT_A), certificate)
    inner.end('hello')
    expect(await text(inner)).toBe('hello')
    expect((await shake(await connect('i-p3', NODE_A), certificate)).authorized).toBe(true)
    // What is too much from one client is reset.
    const isReset = (one: PromiseSettledResult<Socket>) => one.status === 'rejected' || one.value.destroyed
    await eventually(() => expect(flood.filter(isReset).length).toBeGreaterThan(100))
  })

  /** Starts, and waits until connections are taken. */
  async function start(): Promise<void> {
    balancing.start()
    await balancing.settle()
  }

  function setAttribute(key: string, value: string): void {
    change((tx) => {
      const { attributes = {} } = tx.targetGroups.get(TARGET_GROUP) ?? {}
      tx.targetGroups.update(TARGET_GROUP, { attributes: { ...attributes, [key]: value } })
    })
  }
})

function shake(socket: Socket, ca: Buffer): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const inner = connectTls({ socket, ca, servername: 'service.example.com' }, () => resolve(inner))
    inner.on('error', reject)
  })
}

async function text(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
