// Interface endpoints against the kernel: what a row of one packet cannot show. Who arrives at the backbone, what becomes
// of open connections when something changes, and how large a packet may be.
//
// Address plan (compile/small-network.ts): vpc-1 10.0.0.0/16, subnet-a 10.0.1.0/24 with i-1 10.0.1.5 (sg-1, backbone
// 240.1.0.1) and i-2 10.0.1.6 (sg-2), subnet-b 10.0.2.0/24 with i-3 10.0.2.5 (sg-2). The endpoint has sg-2 and is
// 10.0.1.100 (240.1.2.1) and 10.0.2.100 (240.1.2.2). vpc-2 has the same addresses: i-4 10.0.1.5 (240.1.0.4), and an
// endpoint of its own at 10.0.1.100 (240.1.3.1).

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { Server, Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RouteEntry, VpcNetwork } from '../../src/compile/network.ts'
import {
  address,
  networkInterface,
  networkOf,
  openAcl,
  routeTable,
  securityGroup,
  smallVpc,
  smallVpcWithSsm,
  ssmEndpoint,
} from '../../src/compile/small-network.ts'
import { cidr } from '../../src/ip/cidr.ts'
import { ALL_PROTOCOLS } from '../../src/ip/protocol.ts'
import type { BackboneSockets } from '../../src/linux/driver.ts'
import { LinuxDriver } from '../../src/linux/linux-driver.ts'
import { backboneNamespace, instanceNamespace, vpcNamespace } from '../../src/linux/names.ts'
import { Guest } from './guest.ts'
import { describeKernel } from './namespaced.ts'

const [NEAR, FAR] = ['10.0.1.100', '10.0.2.100']
const ONLY_MEMBERS = { protocol: ALL_PROTOCOLS, peer: { kind: 'group', groupId: 'sg-2' }, by: 'sgr-own' } as const

describeKernel('interface endpoints in the kernel', import.meta.url, () => {
  const world = randomBytes(3).toString('hex')
  const sandboxes = { boot: async () => undefined, halt: async () => undefined }
  const guests = new Map<number, Guest>()
  let driver: LinuxDriver
  let sockets: BackboneSockets

  beforeAll(async () => {
    await startDriver()
    await apply(smallVpcWithSsm(), otherVpc())
    for (const number of [1, 2, 3, 4]) {
      guests.set(number, await Guest.enter(instanceNamespace(world, `i-${number}`)))
    }
  })

  afterAll(async () => {
    for (const guest of guests.values()) await guest.leave()
    await driver?.destroy()
  })

  async function startDriver(): Promise<void> {
    driver = new LinuxDriver({ world, sandboxes })
    sockets = await driver.start()
    for (const server of [sockets.https, sockets.http]) {
      server.on('connection', (socket) => socket.on('error', () => socket.destroy()).pipe(socket))
    }
  }

  async function apply(...vpcs: VpcNetwork[]): Promise<void> {
    expect((await driver.apply(networkOf(...vpcs))).failures).toEqual(new Map())
  }

  /** The guest of `i-NUMBER`. */
  function guest(number: number): Guest {
    const found = guests.get(number)
    if (!found) throw new Error(`no guest ${number}`)
    return found
  }

  test('the backbone tells who asks by which interface of the endpoint, from every subnet and VPC', async () => {
    const ways = []
    for (const [from, to] of [
      [1, NEAR],
      [1, FAR],
      [3, NEAR],
      [4, NEAR],
    ] as const) {
      const [connection, answer] = await Promise.all([nextConnection(sockets.https), guest(from).connect(to, 443)])
      ways.push([answer, connection.localAddress, connection.remoteAddress])
    }
    expect(ways).toEqual([
      ['connected', '240.1.2.1', '240.1.0.1'],
      ['connected', '240.1.2.2', '240.1.0.1'],
      ['connected', '240.1.2.1', '240.1.0.3'],
      ['connected', '240.1.3.1', '240.1.0.4'],
    ])
  })

  test('only its service answers: no other port, not in the clear, no datagram, not by its backbone address', async () => {
    expect(await guest(1).connect(NEAR, 443)).toBe('connected')
    expect(await guest(1).connect(NEAR, 80)).toBe('silence')
    expect(await guest(1).connect(NEAR, 22)).toBe('silence')
    expect(await guest(1).connect(FAR, 8080)).toBe('silence')
    expect(await guest(1).askUdp(NEAR, 443)).toBe('silence')
    expect(await guest(1).connect('240.1.2.1', 443)).toBe('silence')
  })

  test('it answers no ping', ({ skip }) => {
    const ping = (to: string) => inInstance(1, 'sh', '-c', `ping -c 1 -W 1 ${to} > /dev/null && echo answered || true`)
    if (inInstance(1, 'sh', '-c', 'command -v ping || true') === '') return skip('no ping on this machine')
    expect(ping('10.0.1.6')).toBe('answered\n')
    expect(ping(NEAR)).toBe('')
  })

  test('its default group shuts out who is no member; a rule lets them in and no one else reconnects', async () => {
    const trap = [securityGroup('sg-1'), securityGroup('sg-2', { members: members(), ingress: [ONLY_MEMBERS] })]
    await apply(smallVpcWithSsm({ securityGroups: trap }))
    expect(await guest(1).connect(NEAR, 443)).toBe('silence')
    expect(await guest(1).connect(FAR, 443)).toBe('silence')
    expect(await guest(3).keep('member', NEAR, 443)).toBe('connected')
    await apply(smallVpcWithSsm())
    expect(await guest(1).connect(NEAR, 443)).toBe('connected')
    expect(await guest(3).say('member')).toBe('answered')
    // Nor does taking the rule away cut what it let in: groups keep state.
    expect(await guest(1).keep('admitted', NEAR, 443)).toBe('connected')
    await apply(smallVpcWithSsm({ securityGroups: trap }))
    expect(await guest(1).say('admitted')).toBe('answered')
    expect(await guest(1).connect(NEAR, 443)).toBe('silence')
  })

  test("an ACL on the endpoint's side cuts open connections from other subnets, either way, and not from its own", async () => {
    const open = openAcl('b').ingress
    for (const shut of [
      { ingress: [], egress: open },
      { ingress: open, egress: [] },
    ]) {
      await apply(smallVpcWithSsm())
      expect(await guest(1).keep('across', FAR, 443)).toBe('connected')
      expect(await guest(3).keep('within', FAR, 443)).toBe('connected')
      await apply(smallVpcWithSsm({ networkAcls: [openAcl('a'), openAcl('b', shut)] }))
      expect(await guest(1).say('across')).toBe('silence')
      expect(await guest(3).say('within')).toBe('answered')
      expect(await guest(1).connect(FAR, 443)).toBe('silence')
    }
  })

  test('a subnet taken from the endpoint cuts what went there, and an endpoint deleted everything', async () => {
    await apply(smallVpcWithSsm())
    expect(await guest(1).keep('near', NEAR, 443)).toBe('connected')
    expect(await guest(1).keep('far', FAR, 443)).toBe('connected')
    const [near] = ssmEndpoint().interfaces
    if (!near) throw new Error('no interface')
    const interfaces = smallVpcWithSsm().interfaces.filter(({ id }) => id !== 'eni-ssm-b')
    await apply(smallVpcWithSsm({ interfaces, endpoints: [ssmEndpoint({ interfaces: [near] })] }))
    expect(await guest(1).say('far')).toBe('silence')
    expect(await guest(1).connect(FAR, 443)).toBe('silence')
    expect(await guest(1).say('near')).toBe('answered')
    await apply(smallVpc())
    expect(await guest(1).say('near')).toBe('silence')
    expect(await guest(1).connect(NEAR, 443)).toBe('silence')
  })

  test("a more specific route takes the endpoint's address to an appliance, and back when it goes", async () => {
    const entry: RouteEntry = {
      cidr: cidr('10.0.2.0/24'),
      nextHop: { kind: 'networkInterface', interfaceId: 'eni-2' },
      by: 'rtb-a 10.0.2.0/24',
    }
    const tableA = routeTable('a')
    const routeTables = [{ ...tableA, entries: [entry, ...tableA.entries] }, routeTable('b')]
    const plain = smallVpcWithSsm()
    const appliance = networkInterface(2, 'a', '10.0.1.6', ['sg-2'], { sourceDestCheck: false })
    const interfaces = plain.interfaces.with(1, appliance)
    ip('-n', instanceNamespace(world, 'i-2'), 'addr', 'add', `${FAR}/32`, 'dev', 'lo')
    await apply({ ...plain, interfaces })
    expect(await guest(1).keep('endpoint', FAR, 443)).toBe('connected')
    await apply({ ...plain, interfaces, routeTables })
    // The appliance knows nothing of the connection.
    expect(await guest(1).say('endpoint')).toBe('ECONNRESET')
    let atEndpoint = 0
    const count = () => atEndpoint++
    sockets.https.on('connection', count)
    expect(await guest(1).keep('appliance', FAR, 443)).toBe('connected')
    sockets.https.off('connection', count)
    expect(atEndpoint).toBe(0)
    await apply({ ...plain, interfaces })
    // Nor does the endpoint of that one: what is new to it is reset, not lost on the way.
    expect(await guest(1).say('appliance')).toBe('ECONNRESET')
    expect(await guest(1).connect(FAR, 443)).toBe('connected')
    // Replies follow the table of the endpoint's subnet, as an instance's there would.
    const away: RouteEntry = { cidr: cidr('10.0.1.0/24'), nextHop: { kind: 'blackhole', why: 'test' }, by: 'rtb-b' }
    const tableB = routeTable('b')
    await apply({ ...plain, routeTables: [tableA, { ...tableB, entries: [away, ...tableB.entries] }] })
    expect(await guest(1).connect(FAR, 443)).toBe('silence')
    expect(await guest(3).connect(FAR, 443)).toBe('connected')
  })

  test('nobody speaks as an endpoint, checked or not', async () => {
    const plain = smallVpcWithSsm()
    const unchecked = networkInterface(2, 'a', '10.0.1.6', ['sg-2'], { sourceDestCheck: false })
    await apply({ ...plain, interfaces: plain.interfaces.with(1, unchecked) })
    for (const own of [NEAR, '10.0.1.99'])
      ip('-n', instanceNamespace(world, 'i-2'), 'addr', 'add', `${own}/32`, 'dev', 'lo')
    const opened = (from: string) => `ip saddr ${from} tcp flags == syn`
    const seen = watch(instanceNamespace(world, 'i-1'), [opened(NEAR), opened('10.0.1.99')])
    expect(await guest(2).connect('10.0.1.5', 443, NEAR)).toBe('silence')
    // Another address is nobody's, and an interface without source check may send with it.
    expect(await guest(2).connect('10.0.1.5', 443, '10.0.1.99')).toBe('silence')
    expect(seen()).toEqual([false, true])
    for (const own of [NEAR, FAR, '10.0.1.99'])
      ip('-n', instanceNamespace(world, 'i-2'), 'addr', 'del', `${own}/32`, 'dev', 'lo')
  })

  test.each([NEAR, FAR])('8500 bytes to %s arrive, 8501 do not, and nothing is said of it', async (to) => {
    await apply(smallVpcWithSsm())
    const arrived = watch(backboneNamespace(world), ['meta length 8501', 'meta length 8500'])
    // 20 bytes of IPv4 header and 8 of UDP.
    expect(await guest(1).sendUdp(to, 443, 8501 - 28)).toBe('sent')
    expect(await guest(1).sendUdp(to, 443, 8500 - 28)).toBe('sent')
    await expect.poll(() => arrived()).toEqual([false, true])
    expect(ip('-n', instanceNamespace(world, 'i-1'), 'route', 'get', to)).not.toMatch(/mtu|expires/)
  })

  test.each([NEAR, FAR])('TCP to %s learns what fits, both ways', async (to) => {
    expect(await guest(1).keep(`large ${to}`, to, 443)).toBe('connected')
    expect(await guest(1).exchange(`large ${to}`, 1_000_000)).toBe('answered')
    const client = inInstance(1, 'ss', '-Htin', 'dst', to)
    const server = ip('netns', 'exec', backboneNamespace(world), 'ss', '-Htin', 'dst', '240.1.0.1')
    // 20 bytes of IPv4 header, 20 of TCP, 12 of its timestamp option.
    expect([...client.matchAll(/ mss:(\d+)/g)].map(([, mss]) => mss)).toContain(String(8500 - 52))
    expect(new Set([...server.matchAll(/ mss:(\d+)/g)].map(([, mss]) => mss))).toEqual(new Set([String(8500 - 52)]))
  })

  test.each([NEAR, FAR])('a connection to %s is remembered for 350 idle seconds, and then reset', async (to) => {
    await apply(smallVpcWithSsm())
    expect(await guest(1).keep(`idle ${to}`, to, 443)).toBe('connected')
    expect(await guest(1).say(`idle ${to}`)).toBe('answered')
    const flow = ['-L', '-p', 'tcp', '-s', '10.0.1.5', '-d', to, '--state', 'ESTABLISHED']
    const seconds = () => Number(/^tcp +6 (\d+) /.exec(conntrack(...flow))?.[1])
    // Until the client has acknowledged the answer, conntrack gives the flow 300.
    await expect.poll(seconds).toBeGreaterThan(300)
    expect(seconds()).toBeLessThanOrEqual(350)
    // Flows of other tests may end while they are deleted.
    conntrack('-D', ...flow.slice(1))
    expect(await guest(1).say(`idle ${to}`)).toBe('ECONNRESET')
  })

  test('a new daemon takes over, and open connections stay open', async () => {
    await apply(smallVpcWithSsm())
    expect(await guest(1).keep('long', FAR, 443)).toBe('connected')
    // What accepted it is this process, and goes on.
    await driver.close()
    await startDriver()
    await apply(smallVpcWithSsm())
    expect(await guest(1).say('long')).toBe('answered')
    expect(await driver.hasDrifted()).toBe(false)
  })

  function conntrack(...argv: string[]): string {
    return ip('netns', 'exec', vpcNamespace(world, 'vpc-1'), 'conntrack', ...argv)
  }

  function inInstance(number: number, ...argv: string[]): string {
    return ip('netns', 'exec', instanceNamespace(world, `i-${number}`), ...argv)
  }
})

/** sg-2's, the endpoint's own among them. */
function members() {
  return ['10.0.1.6', '10.0.2.5', NEAR, FAR].map(address)
}

/** A VPC with the same addresses as the small one. */
function otherVpc(): VpcNetwork {
  const vpc = smallVpcWithSsm({ id: 'vpc-2' })
  const [near] = ssmEndpoint().interfaces
  if (!near) throw new Error('no interface')
  const own = { ...near, id: 'eni-ssm-c', backboneAddress: address('240.1.3.1') } as const
  return {
    ...vpc,
    instances: vpc.instances.slice(0, 1).map((instance) => ({ ...instance, id: 'i-4' as const })),
    interfaces: [
      networkInterface(4, 'a', '10.0.1.5', ['sg-1']),
      {
        ...networkInterface(5, 'a', NEAR, ['sg-2']),
        ...own,
        addresses: own.address ? [own.address] : [],
        instanceId: 'i-none',
      },
    ],
    endpoints: [ssmEndpoint({ id: 'vpce-2', interfaces: [own] })],
  }
}

function ip(...argv: string[]): string {
  return execFileSync('ip', argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Tells, from now on, which of the kinds of packet (as nft says them) have come into a namespace. */
function watch(namespace: string, kinds: readonly string[]): () => boolean[] {
  const nft = (line: string) => ip('netns', 'exec', namespace, 'nft', line)
  nft('add table ip seen; delete table ip seen; add table ip seen')
  nft('add chain ip seen arrivals { type filter hook prerouting priority 0; }')
  for (const kind of kinds) nft(`add rule ip seen arrivals ${kind} counter`)
  return () => [...nft('list chain ip seen arrivals').matchAll(/ packets (\d+)/g)].map(([, count]) => count !== '0')
}

async function nextConnection(server: Server): Promise<Socket> {
  return new Promise((resolve) => server.once('connection', resolve))
}
