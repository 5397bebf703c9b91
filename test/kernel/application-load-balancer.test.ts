// An Application Load Balancer against the kernel: each row is a real request from an instance, and what came of it must be
// what explain says of it. Address plan: compile/small-service.ts and application-shape.ts.

import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import type { Network } from '../../src/compile/network.ts'
import { address } from '../../src/compile/small-network.ts'
import { insertInstance, insertPeering, insertVpc } from '../../src/compile/small-peering.ts'
import { LISTENER, serviceStore, TARGET_GROUP } from '../../src/compile/small-service.ts'
import { inBackbone } from '../../src/daemon/backbone.ts'
import { Balancing } from '../../src/daemon/balancer.ts'
import { explain } from '../../src/explain/explain.ts'
import { formatTrace } from '../../src/explain/format.ts'
import type { Trace } from '../../src/explain/trace.ts'
import type { Address } from '../../src/ip/address.ts'
import { cidr } from '../../src/ip/cidr.ts'
import { ALL_PROTOCOLS, TCP } from '../../src/ip/protocol.ts'
import { probeEndpoint } from '../../src/linux/health-probe.ts'
import { LinuxDriver } from '../../src/linux/linux-driver.ts'
import { instanceNamespace } from '../../src/linux/names.ts'
import { type PublicAccessMode, publicAccessOptionsId } from '../../src/store/public-access-records.ts'
import type { Route } from '../../src/store/records.ts'
import type { Store, Tx } from '../../src/store/store.ts'
import { groupArn, insertApplication, NODES } from './application-shape.ts'
import { CLIENTS, inspect, leadToInternet, openToInternet, PUBLIC_ALB, PUBLIC_NLB } from './internet-facing-shape.ts'
import { NamespaceSockets } from './namespace-sockets.ts'
import { describeKernel } from './namespaced.ts'

const INSTANCES = ['i-p1', 'i-p2', 'i-p3', 'i-c1', 'i-c2'] as const
/** A consumer's endpoint to the Network Load Balancer before this one. */
const [ENDPOINT, NETWORK_NODE] = ['10.0.1.100', '10.0.1.50']
/** i-b1 is in a VPC of its own, 10.1.0.0/16. */
type Name = (typeof INSTANCES)[number] | 'i-b1'

interface Row {
  readonly name: string
  readonly from?: Name
  readonly node?: string
  readonly port?: number
  readonly method?: string
  readonly path?: string
  readonly headers?: Record<string, string>
  /** A code that the load balancer answers by itself, or the instances one of which answers. */
  readonly expect: number | readonly Name[]
}

const ROWS: readonly Row[] = [
  { name: 'the default rule', expect: 404 },
  { name: 'a path and a host', path: '/api/x?y=1', headers: { host: 'www.example.com' }, expect: ['i-p2'] },
  { name: 'the path without the host', path: '/api/x', expect: 404 },
  {
    name: 'the same by the other node',
    node: NODES[1],
    path: '/api/x',
    headers: { host: 'a.example.com' },
    expect: ['i-p2'],
  },
  { name: 'who asks from another subnet', from: 'i-p2', expect: 401 },
  { name: 'a group that nobody is in', path: '/empty', expect: 503 },
  { name: 'only healthy targets', path: '/ill', expect: ['i-p2'] },
  { name: 'any of two targets', headers: { 'x-version': '2.1' }, expect: ['i-p1', 'i-p2'] },
  { name: 'a query', path: '/?Debug=on', expect: 403 },
  { name: 'a redirect', path: '/a', headers: { host: 'OLD.example.com' }, expect: 302 },
  { name: 'a method', method: 'DELETE', expect: 418 },
  { name: 'a target whose group keeps the node out', path: '/shut', expect: 504 },
]

type Asked = Omit<Row, 'expect'>

interface PublicRow extends Asked {
  readonly expect: 'silence' | readonly Name[]
  /** Whom the target saw, and whom it was told of. */
  readonly sees?: readonly string[]
  readonly tells?: readonly string[]
  /** What is otherwise from here on. */
  readonly change?: (tx: Tx) => void
}

const TO_NLB = { from: 'i-c1', node: PUBLIC_NLB[0], port: 443, expect: ['i-p1'] } as const
const TO_ALB = {
  from: 'i-c1',
  node: PUBLIC_ALB[0],
  path: '/api/x',
  headers: { host: 'www.example.com' },
  expect: ['i-p2'],
} as const
const [NLB_NODE, ALB_NODE] = [NETWORK_NODE, NODES[0]]

/** In this order. */
const PUBLIC_ROWS: readonly PublicRow[] = [
  { ...TO_NLB, name: 'a Network Load Balancer: targets see the public address of the client', sees: [CLIENTS['i-c1']] },
  { ...TO_NLB, name: 'the other node', node: PUBLIC_NLB[1], expect: ['i-p2'], sees: [CLIENTS['i-c1']] },
  { ...TO_NLB, name: 'a client of its own VPC', from: 'i-p3', sees: [CLIENTS['i-p3']] },
  { ...TO_ALB, name: 'an Application Load Balancer', sees: [ALB_NODE], tells: [CLIENTS['i-c1']] },
  { ...TO_ALB, name: 'the same for a client of its own VPC', from: 'i-p3', sees: [ALB_NODE], tells: [CLIENTS['i-p3']] },
  { ...TO_NLB, name: 'a client behind a NAT gateway', from: 'i-c2', sees: [CLIENTS['i-c2']] },
  { ...TO_ALB, name: 'the same of the other', from: 'i-c2', sees: [ALB_NODE], tells: [CLIENTS['i-c2']] },
  { ...TO_NLB, name: 'a port without a listener', port: 444, expect: 'silence' },
  {
    ...TO_NLB,
    name: 'without client IP preservation targets see the node',
    sees: [NLB_NODE],
    change: (tx) => preserveClients(tx, 'false'),
  },
  {
    ...TO_ALB,
    name: 'its groups are asked about the public address of the client',
    expect: 'silence',
    change: (tx) => letIn(tx, `${CLIENTS['i-p3']}/32`),
  },
  { ...TO_ALB, name: 'which lets another one in', from: 'i-p3', sees: [ALB_NODE], tells: [CLIENTS['i-p3']] },
  {
    ...TO_ALB,
    name: "the ACL of the node's subnet is asked about what comes in",
    expect: 'silence',
    change: (tx) => {
      letIn(tx, '0.0.0.0/0')
      denyInternet(tx, false)
    },
  },
  { ...TO_NLB, name: 'for a Network Load Balancer too', expect: 'silence' },
  {
    ...TO_ALB,
    name: 'and about what goes out',
    expect: 'silence',
    change: (tx) => denyInternet(tx, true),
  },
  { ...TO_NLB, name: 'of a Network Load Balancer too', expect: 'silence' },
  {
    ...TO_ALB,
    name: "without a route from the node's subnet to the internet gateway there is no answer",
    expect: 'silence',
    change: (tx) => {
      denyInternet(tx, undefined)
      tx.routeTables.update('rtb-pa', { routes: [] })
    },
  },
  { ...TO_NLB, name: 'nor from a Network Load Balancer', expect: 'silence' },
  { ...TO_NLB, name: 'while the other subnet has one', node: PUBLIC_NLB[1], expect: ['i-p2'], sees: ['10.0.2.50'] },
  {
    ...TO_NLB,
    name: 'Block Public Access',
    node: PUBLIC_NLB[1],
    expect: 'silence',
    change: (tx) => {
      leadToInternet(tx, 'rtb-pa', 'igw-p')
      blockPublicAccess(tx, 'block-ingress')
    },
  },
  { ...TO_ALB, name: 'which keeps from an Application Load Balancer too', expect: 'silence' },
  {
    ...TO_ALB,
    name: 'as before when all of it is taken back',
    sees: [ALB_NODE],
    change: (tx) => {
      blockPublicAccess(tx, 'off')
      preserveClients(tx, 'true')
    },
  },
  { ...TO_NLB, name: 'and of the Network Load Balancer', sees: [CLIENTS['i-c1']] },
  {
    ...TO_NLB,
    name: "an appliance between the internet gateway and the node's subnet",
    expect: 'silence',
    change: inspect,
  },
  { ...TO_ALB, name: 'the same of the other one', expect: 'silence' },
]

function preserveClients(tx: Tx, value: string): void {
  const { attributes = {} } = tx.targetGroups.get(TARGET_GROUP) ?? {}
  tx.targetGroups.update(TARGET_GROUP, { attributes: { ...attributes, 'preserve_client_ip.enabled': value } })
}

function letIn(tx: Tx, block: string): void {
  tx.securityGroupRules.update('sgr-sg-alb-ingress', { peer: { kind: 'cidr', cidr: cidr(block) } })
}

/** In the provider's first subnet; undefined takes it back. */
function denyInternet(tx: Tx, egress: boolean | undefined): void {
  const all = tx.networkAcls.get('acl-pa')?.entries.filter(({ ruleNumber }) => ruleNumber !== 1) ?? []
  const deny = { ruleNumber: 1, action: 'deny', protocol: ALL_PROTOCOLS, cidr: cidr('44.80.0.0/24') } as const
  tx.networkAcls.update('acl-pa', { entries: egress === undefined ? all : [...all, { ...deny, egress }] })
}

function blockPublicAccess(tx: Tx, mode: PublicAccessMode): void {
  const { owner, region, createdAt: updatedAt } = tx.vpcs.get('vpc-p') ?? {}
  if (!owner || !region || !updatedAt) throw new Error('no vpc-p')
  const id = publicAccessOptionsId(owner, region)
  tx.publicAccessOptions.delete(id)
  tx.publicAccessOptions.insert({ id, owner, region, mode, state: 'update-complete', updatedAt })
}

describeKernel('an Application Load Balancer', import.meta.url, () => {
  const world = randomBytes(3).toString('hex')
  const inside = new Map<Name, NamespaceSockets>()
  let driver: LinuxDriver
  let store: Store
  let network: Network
  let balancing: Balancing
  /** Whom the targets saw, and whom they were told of. */
  const seen = new Set<string | undefined>()
  const told = new Set<string | undefined>()

  beforeAll(async () => {
    const sandboxes = { boot: async () => undefined, halt: async () => undefined }
    driver = new LinuxDriver({ world, sandboxes })
    const { http, https } = await driver.start()
    // Before a front listens its connections are the edge's, which is not there.
    for (const server of [http, https]) server.on('connection', (socket) => socket.destroy())
    store = await serviceStore()
    store.transact(insertApplication)
    await apply()
    for (const id of INSTANCES) {
      const sockets = await NamespaceSockets.enter(instanceNamespace(world, id))
      inside.set(id, sockets)
      await sockets.listen(8080, (socket) => answerAs(id, socket))
    }
    balancing = new Balancing({
      store,
      network: () => network,
      settle: apply,
      now: () => new Date(),
      log: console.error,
    })
    // What the checks find takes longer to count than this test, and would change nothing that it asks.
    balancing.enterBackbone(inBackbone(world))
    balancing.start()
    await balancing.settle()
  })

  afterAll(async () => {
    await balancing?.stop()
    for (const sockets of inside.values()) await sockets.leave()
    await driver?.destroy()
  })

  const closing: Socket[] = []
  afterEach(() => {
    for (const socket of closing.splice(0)) socket.destroy()
  })

  /** What the process beside the kernel does follows the records a moment later. */
  const eventually = (look: () => Promise<unknown>) => vi.waitFor(look, { timeout: 20_000, interval: 100 })

  /** One at a time, as the daemon does it: the balancing asks for it too. */
  let turn: Promise<void> = Promise.resolve()
  let checksHealth = false
  function apply(): Promise<void> {
    turn = turn.then(async () => {
      network = { ...compile(store.records), ...(checksHealth && { checksHealth }) }
      expect((await driver.apply(network)).failures).toEqual(new Map())
    })
    return turn
  }

  function answerAs(id: Name, socket: Socket): void {
    socket.on('data', (request) => {
      seen.add(socket.remoteAddress)
      told.add(/X-Forwarded-For: (\S+)/.exec(String(request))?.[1])
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${id.length}\r\n\r\n${id}`)
    })
  }

  /** The code that the load balancer answered, or the target's name. */
  async function send({ from = 'i-p3', node = NODES[0], port = 80, ...row }: Asked): Promise<number | string> {
    const socket = await inside.get(from)?.connect(node, port)
    if (!socket) throw new Error(`nothing is known of ${from}`)
    closing.push(socket)
    socket.write(requestText(row, node))
    const text = await answerOf(socket)
    const [, status, body = ''] = /^HTTP\/1\.1 (\d+)[\s\S]*?\r\n\r\n([\s\S]*)$/.exec(text) ?? []
    return status === '200' ? body : Number(status)
  }

  function ask({ from = 'i-p3', node = NODES[0], port = 80, method = 'GET', path = '/', headers = {} }: Asked): Trace {
    const http = { method, path, headers: Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, [v]])) }
    const to = { address: node as Address, protocol: TCP, port, http }
    return explain(network, { from, to, now: '2026-01-01T00:00:00.000Z' })
  }

  describe.each(ROWS)('$name', (row) => {
    test('explain, and a real request', { timeout: 30_000 }, async () => {
      const trace = ask(row)
      const answered = await send(row)
      expect(outcomeOf(trace), formatTrace(trace)).toEqual(row.expect)
      if (typeof row.expect === 'number') expect(answered).toBe(row.expect)
      else expect(row.expect).toContain(answered)
    })
  })

  test('targets see the node that took the request', () => {
    expect([...seen].sort()).toEqual([...NODES])
    expect([...told]).toEqual(['10.0.1.9'])
  })

  describe('internet-facing', () => {
    beforeAll(async () => {
      store.transact(openToInternet)
      await apply()
      await balancing.settle()
    })

    test.each(PUBLIC_ROWS)('$name', { timeout: 30_000 }, async ({ sees, tells, change, ...row }) => {
      store.transact((tx) => change?.(tx))
      await apply()
      await balancing.settle()
      seen.clear()
      told.clear()
      const trace = ask(row)
      expect(trace.verdict, formatTrace(trace)).toBe(row.expect === 'silence' ? 'stopped' : 'reachable')
      if (row.expect === 'silence') return await expect(send(row)).rejects.toThrow('silence')
      expect(row.expect).toContain(await send(row))
      expect([...seen]).toEqual(sees)
      if (tells) expect([...told]).toEqual(tells)
    })

    test("Route 53's health checkers reach both", async () => {
      checksHealth = true
      await apply()
      const reached = (to: string, port: number) => {
        const endpoint = { protocol: 'HTTP', address: address(to), port, host: '', sni: false, path: '/' } as const
        return probeEndpoint(world, endpoint).then(({ isConnected }) => isConnected)
      }
      expect(await reached(PUBLIC_NLB[1], 443)).toBe(true)
      expect(await reached(PUBLIC_ALB[1], 80)).toBe(true)
    })
  })

  test('a client of a peered VPC is answered', async () => {
    store.transact((tx) => {
      const byPeering = (block: string): Route => ({
        destination: { kind: 'cidr', cidr: cidr(block) },
        target: { kind: 'peering', id: 'pcx-pb' },
      })
      insertVpc(tx, 'b', [byPeering('10.0.0.0/16')])
      insertInstance(tx, 'b', 1)
      insertPeering(tx, 'pcx-pb', 'b', 'b', { accepter: '222222222222', accepterVpcId: 'vpc-p' })
      for (const id of ['rtb-pa', 'rtb-pb'] as const) {
        const { routes = [] } = tx.routeTables.get(id) ?? {}
        tx.routeTables.update(id, { routes: [...routes, byPeering('10.1.0.0/16')] })
      }
    })
    await apply()
    await balancing.settle()
    inside.set('i-b1', await NamespaceSockets.enter(instanceNamespace(world, 'i-b1')))
    const row = { name: '', from: 'i-b1', path: '/api/x', headers: { host: 'www.example.com' } } as const
    for (const node of NODES) {
      const trace = ask({ ...row, node })
      expect(trace.verdict, formatTrace(trace)).toBe('reachable')
      expect(await send({ ...row, node })).toBe('i-p2')
      expect([...told].at(-1)).toBe('10.1.1.5')
    }
    // And by the kernel alone.
    expect(await send({ name: '', from: 'i-b1', node: NETWORK_NODE, port: 443 })).toBe('i-p1')
    expect([...seen].at(-1)).toBe('10.1.1.5')
  })

  test('PrivateLink to it: consumer, endpoint, Network Load Balancer, this one, target', async () => {
    store.transact((tx) => {
      tx.listeners.update(LISTENER, { targetGroupId: groupArn('alb') })
    })
    await apply()
    await balancing.settle()
    const headers = { host: 'www.example.com' }
    const row = {
      name: '',
      from: 'i-c1',
      node: ENDPOINT,
      port: 443,
      path: '/api/x',
      headers,
      expect: ['i-p2'],
    } as const
    const trace = ask(row)
    expect(trace.verdict, formatTrace(trace)).toBe('reachable')
    await eventually(async () => expect(await send(row)).toBe('i-p2'))
    expect([...told].at(-1)).toBe(NETWORK_NODE)
    expect(await send({ ...row, path: '/' })).toBe(404)
  })

  test('its groups are asked about the Network Load Balancer too', async () => {
    const peer = { kind: 'cidr', cidr: cidr('10.0.1.9/32') } as const
    store.transact((tx) => tx.securityGroupRules.update('sgr-sg-alb-ingress', { peer }))
    await apply()
    await balancing.settle()
    const row = { name: '', from: 'i-c1', node: ENDPOINT, port: 443, expect: 404 } as const
    const trace = ask(row)
    expect([trace.verdict, trace.blockers[0]?.stage]).toEqual(['stopped', 'sg-ingress'])
    await eventually(() => expect(send(row)).rejects.toThrow('closed'))
    expect(await send({ name: '' })).toBe(404)
  })

  test("its group keeps clients out, in the kernel as in explain's words", async () => {
    store.transact((tx) => tx.securityGroupRules.delete('sgr-sg-alb-ingress'))
    await apply()
    await balancing.settle()
    const trace = ask({ name: '' })
    expect([trace.verdict, trace.blockers[0]?.stage]).toEqual(['stopped', 'sg-ingress'])
    await expect(inside.get('i-p3')?.connect(NODES[0], 80)).rejects.toThrow('silence')
  })

  /** Of a request that any of several targets may get explain names one: here those of the group. */
  function outcomeOf({ steps, blockers }: Trace): number | readonly string[] {
    const [, code] =
      /the load balancer answers (\d{3})/.exec(blockers[0]?.why ?? steps.map(({ why }) => why).join(' ')) ?? []
    if (code !== undefined) return Number(code)
    const group = steps.find(({ stage }) => stage === 'target-health')?.by
    const found = network.vpcs.flatMap(({ targetGroups }) => targetGroups).find(({ id }) => id === group)
    const healthy = found?.targets.filter(({ health }) => health === 'healthy') ?? []
    return healthy.map(({ interfaceId }) => `i-${interfaceId?.slice('eni-'.length)}`)
  }
})

function requestText({ method = 'GET', path = '/', headers = {} }: Partial<Row>, node: string): string {
  const lines = Object.entries({ host: node, ...headers }).map(([name, value]) => `${name}: ${value}`)
  return [`${method} ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n')
}

/** An answer whose length is told. */
async function answerOf(socket: Socket): Promise<string> {
  let text = ''
  let isClosed = false
  socket.once('close', () => {
    isClosed = true
  })
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk
  })
  await vi.waitFor(
    () => {
      if (isClosed) return
      const [head, length] = /^[\s\S]*?Content-Length: (\d+)[\s\S]*?\r\n\r\n/i.exec(text) ?? []
      if (head === undefined || text.length < head.length + Number(length)) throw new Error('no whole answer yet')
    },
    { timeout: 20_000, interval: 20 },
  )
  if (isClosed) throw new Error('closed before it answered')
  return text
}
