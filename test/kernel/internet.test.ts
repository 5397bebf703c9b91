// The internet against the kernel: who may leave a VPC, by which address, and who gets in.
//
// Address plan (compile/small-network.ts): vpc-1 10.0.0.0/16, subnet-a 10.0.1.0/24 leads to igw-1: i-1 10.0.1.5 is
// 44.192.0.1, i-2 10.0.1.6 has no public address. subnet-b 10.0.2.0/24 leads to nat-1 in subnet-a, 10.0.1.200, which is
// 44.192.0.2: i-3 10.0.2.5. vpc-2 has the same ranges and igw-2: i-4 10.0.1.5 is 44.192.0.3.

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { Server, Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEFAULT_SITE, HEALTH_CHECKER, HEALTH_CHECKERS } from '../../src/compile/internet.ts'
import type { NatGatewayNetwork, RouteEntry, VpcNetwork } from '../../src/compile/network.ts'
import {
  address,
  networkInterface,
  networkOf,
  openAcl,
  routeTable,
  securityGroup,
  smallVpc,
} from '../../src/compile/small-network.ts'
import { explain } from '../../src/explain/explain.ts'
import { cidr } from '../../src/ip/cidr.ts'
import { TCP } from '../../src/ip/protocol.ts'
import type { BackboneSockets } from '../../src/linux/driver.ts'
import { probeEndpoint } from '../../src/linux/health-probe.ts'
import { LinuxDriver } from '../../src/linux/linux-driver.ts'
import { instanceNamespace, vpcNamespace } from '../../src/linux/names.ts'
import { Guest } from './guest.ts'
import { describeKernel } from './namespaced.ts'

const SITE = DEFAULT_SITE.address
const [FIRST, NAT, OTHER] = ['44.192.0.1', '44.192.0.2', '44.192.0.3']

const TO_GATEWAY: RouteEntry = {
  cidr: cidr('0.0.0.0/0'),
  nextHop: { kind: 'internetGateway', gatewayId: 'igw-1' },
  by: 'rtb 0.0.0.0/0',
}
const TO_NAT: RouteEntry = { ...TO_GATEWAY, nextHop: { kind: 'natGateway', natGatewayId: 'nat-1' } }

const NAT_GATEWAY: NatGatewayNetwork = {
  id: 'nat-1',
  kind: 'public',
  subnetId: 'subnet-a',
  interfaceId: 'eni-nat',
  address: address('10.0.1.200'),
  backboneAddress: address('240.1.9.1'),
  publicAddress: address(NAT),
}

function publicly(privateAddress: string, publicAddress: string) {
  const known = { privateAddress: address(privateAddress), publicAddress: address(publicAddress), by: 'eipalloc-1' }
  return { publicAddresses: [known] }
}

function firstVpc(changes: Partial<VpcNetwork> = {}): VpcNetwork {
  return smallVpc({
    interfaces: [
      networkInterface(1, 'a', '10.0.1.5', ['sg-1'], publicly('10.0.1.5', FIRST)),
      networkInterface(2, 'a', '10.0.1.6', ['sg-2']),
      networkInterface(3, 'b', '10.0.2.5', ['sg-2']),
    ],
    routeTables: [routeTable('a', [TO_GATEWAY]), routeTable('b', [TO_NAT])],
    internetGatewayId: 'igw-1',
    natGateways: [NAT_GATEWAY],
    ...changes,
  })
}

function otherVpc(changes: Partial<VpcNetwork> = {}): VpcNetwork {
  const [instance] = smallVpc().instances
  return smallVpc({
    id: 'vpc-2',
    interfaces: [networkInterface(4, 'a', '10.0.1.5', ['sg-1'], publicly('10.0.1.5', OTHER))],
    instances: instance ? [{ ...instance, id: 'i-4', hostname: 'host-4' }] : [],
    routeTables: [routeTable('a', [TO_GATEWAY]), routeTable('b')],
    internetGatewayId: 'igw-2',
    ...changes,
  })
}

describeKernel('the internet in the kernel', import.meta.url, () => {
  const world = randomBytes(3).toString('hex')
  const sandboxes = { boot: async () => undefined, halt: async () => undefined }
  const guests = new Map<number, Guest>()
  let driver: LinuxDriver
  let sockets: BackboneSockets
  let vpcs: readonly VpcNetwork[] = []

  beforeAll(async () => {
    driver = new LinuxDriver({ world, sandboxes })
    sockets = await driver.start()
    for (const server of [sockets.https, sockets.http]) {
      server.on('connection', (socket) => socket.on('error', () => socket.destroy()).pipe(socket))
    }
    await apply(firstVpc(), otherVpc())
    for (const number of [1, 2, 3, 4]) {
      guests.set(number, await Guest.enter(instanceNamespace(world, `i-${number}`)))
    }
  })

  afterAll(async () => {
    for (const guest of guests.values()) await guest.leave()
    await driver?.destroy()
  })

  async function apply(...wanted: VpcNetwork[]): Promise<void> {
    vpcs = wanted
    expect((await driver.apply(networkOf(...wanted))).failures).toEqual(new Map())
  }

  function guest(number: number): Guest {
    const found = guests.get(number)
    if (!found) throw new Error(`no guest ${number}`)
    return found
  }

  /** What the packet does, once explain has said the same. */
  async function connect(number: number, to: string, port: number): Promise<string> {
    const answer = await guest(number).connect(to, port)
    const { verdict } = explain(networkOf(...vpcs), {
      from: `i-${number}`,
      to: { address: address(to), port, protocol: TCP },
      now: '2026-01-01T00:00:00.000Z',
    })
    expect([number, to, port, verdict]).toEqual([number, to, port, answer === 'silence' ? 'stopped' : 'reachable'])
    return String(answer)
  }

  /** Who the internet sees. */
  async function seen(server: Server, number: number, to: string, port: number): Promise<unknown[]> {
    const [connection, answer] = await Promise.all([nextConnection(server), connect(number, to, port)])
    return [answer, connection.localAddress, connection.remoteAddress]
  }

  test('with a public address an instance reaches sites and AWS by it, and without one nothing', async () => {
    expect(await seen(sockets.http, 1, SITE, 80)).toEqual(['connected', SITE, FIRST])
    expect(await seen(sockets.https, 1, '52.46.1.1', 443)).toEqual(['connected', '52.46.1.1', FIRST])
    expect(await connect(2, SITE, 80)).toBe('silence')
    expect(await connect(1, SITE, 22)).toBe('silence')
    expect(await connect(1, '198.51.100.1', 80)).toBe('silence')
  })

  test("Route 53's health checkers reach public addresses and sites, and only while there is a health check", async () => {
    const endpoint = { protocol: 'TCP', address: address(FIRST), port: 8080, host: '', sni: false, path: '/' } as const
    const site = { ...endpoint, address: SITE, port: 80 }
    const reached = (to: typeof endpoint | typeof site) =>
      probeEndpoint(world, to).then(({ isConnected }) => isConnected)
    expect(await reached(endpoint)).toBe(false)
    expect((await driver.apply({ ...networkOf(...vpcs), checksHealth: true })).failures).toEqual(new Map())
    expect(await reached(endpoint)).toBe(true)
    expect(await reached(site)).toBe(true)
    // Nobody speaks to them of his own accord.
    expect(await guest(1).connect(HEALTH_CHECKER, 80)).toBe('silence')
    const onlyIt = { protocol: TCP, peer: { kind: 'cidrs', cidrs: [HEALTH_CHECKERS] }, by: 'sgr-checks' } as const
    const groups = (...ingress: (typeof onlyIt)[]) => [securityGroup('sg-1', { ingress }), securityGroup('sg-2')]
    const guarded = (...ingress: (typeof onlyIt)[]) =>
      driver.apply({ ...networkOf(firstVpc({ securityGroups: groups(...ingress) }), otherVpc()), checksHealth: true })
    await guarded()
    expect(await reached(endpoint)).toBe(false)
    await guarded(onlyIt)
    expect(await reached(endpoint)).toBe(true)
    await apply(firstVpc(), otherVpc())
    expect(await guest(1).connect(HEALTH_CHECKER, 80)).toBe('silence')
  })

  test('a NAT gateway speaks for a private subnet with its own public address', async () => {
    expect(await seen(sockets.http, 3, SITE, 80)).toEqual(['connected', SITE, NAT])
    expect(await guest(3).keep('long', SITE, 80)).toBe('connected')
    expect(await guest(3).say('long')).toBe('answered')
    // Nobody gets in by it.
    expect(await connect(4, NAT, 8080)).toBe('silence')
  })

  test('two VPCs with the same ranges meet by public addresses, through groups that see them', async () => {
    expect(await connect(4, FIRST, 8080)).toBe('connected')
    expect(await connect(3, OTHER, 8080)).toBe('connected')
    const only = (block: string) =>
      securityGroup('sg-1', {
        ingress: [{ protocol: TCP, peer: { kind: 'cidrs', cidrs: [cidr(block)] }, by: 'sgr-only' }],
      })
    const groups = (block: string) => [only(block), securityGroup('sg-2')]
    await apply(firstVpc(), otherVpc({ securityGroups: groups(`${NAT}/32`) }))
    expect(await connect(3, OTHER, 8080)).toBe('connected')
    expect(await connect(1, OTHER, 8080)).toBe('silence')
    await apply(firstVpc(), otherVpc({ networkAcls: [openAcl('a', { egress: [] }), openAcl('b')] }))
    expect(await connect(3, OTHER, 8080)).toBe('silence')
    await apply(firstVpc(), otherVpc())
    expect(await connect(3, OTHER, 8080)).toBe('connected')
  })

  test("the network ACL of a NAT gateway's subnet is asked both ways", async () => {
    const open = openAcl('a')
    for (const shut of [
      { ingress: [], egress: open.egress },
      { ingress: open.ingress, egress: [] },
    ]) {
      await apply(firstVpc(), otherVpc())
      expect(await guest(3).keep('through', SITE, 80)).toBe('connected')
      await apply(firstVpc({ networkAcls: [openAcl('a', shut), openAcl('b')] }), otherVpc())
      expect(await guest(3).say('through')).toBe('silence')
      expect(await connect(3, SITE, 80)).toBe('silence')
    }
    await apply(firstVpc(), otherVpc())
  })

  test('without a route, a gateway or an address the way is shut, for open connections too', async () => {
    const shut: Partial<VpcNetwork>[] = [
      { routeTables: [routeTable('a'), routeTable('b', [TO_NAT])] },
      { interfaces: firstVpc().interfaces.map(({ publicAddresses: _, ...rest }) => rest) },
    ]
    for (const changes of shut) {
      await apply(firstVpc(), otherVpc())
      expect(await guest(1).keep('open', SITE, 80)).toBe('connected')
      await apply(firstVpc(changes), otherVpc())
      expect(await guest(1).say('open')).toBe('silence')
      expect(await connect(1, SITE, 80)).toBe('silence')
      expect(await connect(4, FIRST, 8080)).toBe('silence')
    }
    // The NAT gateway's own subnet leads nowhere.
    await apply(firstVpc({ routeTables: [routeTable('a'), routeTable('b', [TO_NAT])] }), otherVpc())
    expect(await connect(3, SITE, 80)).toBe('silence')
    const natGateways = [{ ...NAT_GATEWAY, kind: 'private', publicAddress: undefined as never }] as const
    await apply(firstVpc({ natGateways }))
    expect(await connect(3, SITE, 80)).toBe('silence')
    // Not even who has a public address of its own.
    const [first, second] = firstVpc().interfaces
    const third = networkInterface(3, 'b', '10.0.2.5', ['sg-2'], publicly('10.0.2.5', '44.192.0.9'))
    await apply(firstVpc({ natGateways, interfaces: [first, second, third].flatMap((one) => one ?? []) }))
    expect(await connect(3, SITE, 80)).toBe('silence')
    await apply(firstVpc(), otherVpc())
    expect(await connect(3, SITE, 80)).toBe('connected')
  })

  test('the middle of a connection that a NAT gateway has forgotten is reset', async () => {
    expect(await guest(3).keep('idle', SITE, 80)).toBe('connected')
    const router = vpcNamespace(world, 'vpc-1')
    execFileSync('ip', ['netns', 'exec', router, 'conntrack', '-D', '-s', '10.0.2.5'], { stdio: 'ignore' })
    expect(await guest(3).say('idle')).not.toBe('answered')
    const rules = execFileSync('ip', ['netns', 'exec', router, 'nft', 'list', 'table', 'ip', 'postern'], {
      encoding: 'utf8',
    })
    expect(rules).toContain(`${NAT}:10240-65239`)
  })
})

function nextConnection(server: Server): Promise<Socket> {
  return new Promise((resolve) => server.once('connection', resolve))
}
