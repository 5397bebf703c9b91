// The kernel driver against the kernel: small hand-made Networks, real namespaces, real packets.
//
// Address plan (compile/small-network.ts): vpc-1 10.0.0.0/16, subnet-a 10.0.1.0/24 with i-1 10.0.1.5 (sg-1, backbone
// 240.1.0.1) and i-2 10.0.1.6 (sg-2), subnet-b 10.0.2.0/24 with i-3 10.0.2.5 (sg-2). S3's endpoint is 240.1.1.1, in
// rtb-a only; 52.216.1.1 is in S3's list. 203.0.113.0/24 is outside.

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { Server, Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Network, VpcNetwork } from '../../src/compile/network.ts'
import {
  address,
  networkInterface,
  networkOf,
  openAcl,
  routeTable,
  securityGroup,
  smallVpc,
  smallVpcWithS3,
} from '../../src/compile/small-network.ts'
import { cidr } from '../../src/ip/cidr.ts'
import { TCP } from '../../src/ip/protocol.ts'
import type { BackboneSockets } from '../../src/linux/driver.ts'
import { LinuxDriver } from '../../src/linux/linux-driver.ts'
import { backboneNamespace, instanceNamespace, vpcNamespace } from '../../src/linux/names.ts'
import { Guest } from './guest.ts'
import { describeKernel } from './namespaced.ts'

const S3 = '52.216.1.1'

describeKernel('the kernel driver', import.meta.url, () => {
  const world = randomBytes(3).toString('hex')
  const before = namespacesLike('postern-')
  const booted: string[] = []
  const halted: string[] = []
  const sandboxes = {
    boot: async ({ id, boot }: { id: string; boot: number }) => void booted.push(`${id} ${boot}`),
    halt: async (id: string) => void halted.push(id),
  }
  let driver: LinuxDriver
  let sockets: BackboneSockets
  const guests: Guest[] = []

  beforeAll(async () => {
    await startDriver()
    await apply(smallVpc())
    for (const id of ['i-1', 'i-2', 'i-3'] as const) guests.push(await Guest.enter(instanceNamespace(world, id)))
  })

  afterAll(async () => {
    for (const guest of guests) await guest.leave()
    await driver?.destroy()
  })

  async function startDriver(): Promise<void> {
    driver = new LinuxDriver({ world, sandboxes })
    sockets = await driver.start()
    for (const server of [sockets.https, sockets.http, sockets.metadata, sockets.dnsTcp]) {
      server.on('connection', (socket) => socket.on('error', () => socket.destroy()).pipe(socket))
    }
    sockets.dnsUdp.on('message', (message, { port, address }) => sockets.dnsUdp.send(message, port, address))
  }

  async function apply(...vpcs: VpcNetwork[]): Promise<void> {
    const network: Network = networkOf(...vpcs)
    expect((await driver.apply(network)).failures).toEqual(new Map())
  }

  /** The guest of `i-NUMBER`. */
  function guest(number: 1 | 2 | 3): Guest {
    const found = guests[number - 1]
    if (!found) throw new Error(`no guest ${number}`)
    return found
  }

  test('instances run, were booted once, and reach each other within and across subnets', async () => {
    expect(booted).toEqual(['i-1 1', 'i-2 1', 'i-3 1'])
    expect(await guest(1).connect('10.0.1.6', 443)).toBe('connected')
    expect(await guest(1).connect('10.0.2.5', 443)).toBe('connected')
    expect(await guest(3).connect('10.0.1.5', 80)).toBe('connected')
  })

  test('what was applied is what the kernel has, and an address without an interface is silence', async () => {
    expect(await driver.hasDrifted()).toBe(false)
    expect(await guest(1).connect('10.0.1.77', 443)).toBe('silence')
    expect(await guest(1).connect('10.0.9.9', 443)).toBe('silence')
  })

  test('security groups: only what a rule names, and a group means its members', async () => {
    const members = [address('10.0.1.5')]
    const onlyGroup1 = {
      protocol: TCP,
      ports: { from: 443, to: 443 },
      peer: { kind: 'group', groupId: 'sg-1' },
      by: 'sgr-1',
    } as const
    await apply(
      smallVpc({
        securityGroups: [securityGroup('sg-1', { members }), securityGroup('sg-2', { ingress: [onlyGroup1] })],
      }),
    )
    expect(await guest(1).connect('10.0.1.6', 443)).toBe('connected')
    expect(await guest(1).connect('10.0.1.6', 80)).toBe('silence')
    expect(await guest(3).connect('10.0.1.6', 443)).toBe('silence')
    expect(await guest(1).connect('10.0.2.5', 443)).toBe('connected')

    await apply(smallVpc({ securityGroups: [securityGroup('sg-1', { egress: [] }), securityGroup('sg-2')] }))
    expect(await guest(1).connect('10.0.1.6', 443)).toBe('silence')
    expect(await guest(3).connect('10.0.1.5', 443)).toBe('connected')
  })

  test('an interface with two groups may do what either allows', async () => {
    const port = (number: number) => ({
      protocol: TCP,
      ports: { from: number, to: number },
      peer: { kind: 'cidrs', cidrs: [cidr('10.0.0.0/8'), cidr('10.0.1.0/24')] } as const,
      by: `sgr-${number}`,
    })
    const interfaces = smallVpc().interfaces.with(1, networkInterface(2, 'a', '10.0.1.6', ['sg-1', 'sg-2']))
    const securityGroups = [
      securityGroup('sg-1', { ingress: [port(80)] }),
      securityGroup('sg-2', { ingress: [port(443)] }),
    ]
    await apply(smallVpc({ interfaces, securityGroups }))
    expect(await guest(1).connect('10.0.1.6', 80)).toBe('connected')
    expect(await guest(1).connect('10.0.1.6', 443)).toBe('connected')
    expect(await guest(1).connect('10.0.1.6', 8080)).toBe('silence')
  })

  test('network ACLs: the first rule that matches, statelessly, and not within a subnet', async () => {
    const everyone = cidr('0.0.0.0/0')
    const deny80 = {
      action: 'deny',
      protocol: TCP,
      cidr: everyone,
      ports: { from: 80, to: 80 },
      by: 'acl-b rule 90',
    } as const
    const open = openAcl('b').ingress
    await apply(
      smallVpc({
        networkAcls: [openAcl('a', { ingress: [], egress: open }), openAcl('b', { ingress: [deny80, ...open] })],
      }),
    )
    // acl-a lets nothing in: no answer comes back from the other subnet, and the own subnet does not notice.
    expect(await guest(1).connect('10.0.2.5', 443)).toBe('silence')
    expect(await guest(1).connect('10.0.1.6', 443)).toBe('connected')

    await apply(smallVpc({ networkAcls: [openAcl('a'), openAcl('b', { ingress: [deny80, ...open] })] }))
    expect(await guest(1).connect('10.0.2.5', 443)).toBe('connected')
    expect(await guest(1).connect('10.0.2.5', 80)).toBe('silence')
  })

  test('a gateway endpoint: its tables only, and the backbone tells who asks by which endpoint', async () => {
    expect(await guest(1).connect(S3, 443)).toBe('silence')
    await apply(smallVpcWithS3())
    const [connection, answer] = await Promise.all([nextConnection(sockets.https), guest(1).connect(S3, 443)])
    expect(answer).toBe('connected')
    expect([connection.localAddress, connection.remoteAddress]).toEqual(['240.1.1.1', '240.1.0.1'])
    expect(await guest(1).connect(S3, 80)).toBe('connected')
    expect(await guest(1).connect(S3, 22)).toBe('silence')
    expect(await guest(3).connect(S3, 443)).toBe('silence')
    expect(await guest(1).connect('240.1.1.1', 443)).toBe('silence')
  })

  test("taking an endpoint's route away cuts open connections, and only those", async () => {
    const s3 = smallVpcWithS3()
    const [tableA] = s3.routeTables
    if (!tableA) throw new Error('no table')
    const both = { ...s3, routeTables: [tableA, { ...routeTable('b'), entries: tableA.entries }] }
    await apply(both)
    expect(await guest(1).keep('s3', S3, 443)).toBe('connected')
    expect(await guest(3).keep('s3', S3, 443)).toBe('connected')
    await apply({ ...both, routeTables: [routeTable('a'), { ...routeTable('b'), entries: tableA.entries }] })
    expect(await guest(1).say('s3')).toBe('silence')
    expect(await guest(3).say('s3')).toBe('answered')
    await apply(smallVpc())
    expect(await guest(3).say('s3')).toBe('silence')
  })

  test('a route to an interface is followed, unless that interface checks destinations', async () => {
    const outside = cidr('203.0.113.0/24')
    const entry = { cidr: outside, nextHop: { kind: 'networkInterface', interfaceId: 'eni-3' }, by: 'rtb-a' } as const
    const routeTables = [routeTable('a', [entry]), routeTable('b')]
    ip('-n', instanceNamespace(world, 'i-3'), 'addr', 'add', '203.0.113.7/32', 'dev', 'lo')
    await apply(smallVpc({ routeTables }))
    expect(await guest(1).connect('203.0.113.7', 443)).toBe('silence')

    const appliance = networkInterface(3, 'b', '10.0.2.5', ['sg-2'], { sourceDestCheck: false })
    await apply(smallVpc({ routeTables, interfaces: smallVpc().interfaces.with(2, appliance) }))
    expect(await guest(1).connect('203.0.113.7', 443)).toBe('connected')

    const blackhole = {
      cidr: cidr('203.0.113.7/32'),
      nextHop: { kind: 'blackhole', why: 'test' },
      by: 'rtb-a',
    } as const
    const shadowed = [routeTable('a', [blackhole, entry]), routeTable('b')]
    await apply(smallVpc({ routeTables: shadowed, interfaces: smallVpc().interfaces.with(2, appliance) }))
    expect(await guest(1).connect('203.0.113.7', 443)).toBe('silence')
  })

  test('nobody sends with an address that is not theirs', async () => {
    await apply(smallVpc())
    ip('-n', instanceNamespace(world, 'i-1'), 'addr', 'add', '10.0.1.99/32', 'dev', 'lo')
    expect(await guest(1).connect('10.0.1.6', 443, '10.0.1.99')).toBe('silence')
    expect(await guest(1).connect('10.0.1.6', 443, '10.0.1.5')).toBe('connected')
  })

  test('the resolver and the metadata service answer whatever the groups and the ACLs say', async () => {
    const closed = [securityGroup('sg-1', { ingress: [], egress: [] }), securityGroup('sg-2')]
    const networkAcls = [openAcl('a', { ingress: [], egress: [] }), openAcl('b')]
    await apply(smallVpc({ securityGroups: closed, networkAcls }))
    expect(await guest(1).askUdp('10.0.0.2', 53)).toBe('answered')
    expect(await guest(1).askUdp('169.254.169.253', 53)).toBe('answered')
    expect(await guest(1).connect('10.0.0.2', 53)).toBe('connected')
    const [connection] = await Promise.all([nextConnection(sockets.metadata), guest(1).connect('169.254.169.254', 80)])
    expect([connection.localAddress, connection.remoteAddress]).toEqual(['240.0.0.2', '240.1.0.1'])

    await apply(smallVpc({ resolver: { ...smallVpc().resolver, enabled: false } }))
    expect(await guest(1).askUdp('10.0.0.2', 53)).toBe('silence')
    expect(await guest(1).connect('169.254.169.254', 80)).toBe('connected')
  })

  test('what somebody breaks is noticed and put right', async () => {
    const closed80 = {
      action: 'deny',
      protocol: TCP,
      cidr: cidr('0.0.0.0/0'),
      ports: { from: 80, to: 80 },
      by: 'acl-b',
    } as const
    const vpc = smallVpcWithS3({
      networkAcls: [openAcl('a'), openAcl('b', { ingress: [closed80, ...openAcl('b').ingress] })],
    })
    await apply(vpc)
    const [router, backbone] = [vpcNamespace(world, 'vpc-1'), backboneNamespace(world)]
    const damages = [
      () => ip('-n', router, 'link', 'del', 'eni-1'),
      () => ip('-n', instanceNamespace(world, 'i-1'), 'link', 'set', 'eth0', 'down'),
      () => ip('netns', 'exec', router, 'nft', 'flush', 'ruleset'),
      () => ip('netns', 'exec', router, 'nft', 'flush', 'chain', 'ip', 'postern', 'acl-b-ingress'),
      () => ip('-n', router, 'route', 'flush', 'table', 'main'),
      () => ip('-n', router, 'rule', 'flush'),
      () => ip('-n', router, 'link', 'del', 'bb'),
      () => ip('-n', backbone, 'route', 'del', '240.1.0.1'),
      () => ip('netns', 'exec', backbone, 'nft', 'delete', 'table', 'ip', 'postern'),
    ]
    for (const damage of damages) {
      damage()
      expect(await driver.hasDrifted(), String(damage)).toBe(true)
      await apply(vpc)
      expect(await driver.hasDrifted(), String(damage)).toBe(false)
      const results = [
        await guest(1).connect('10.0.2.5', 443),
        await guest(1).connect('10.0.2.5', 80),
        await guest(1).connect(S3, 443),
      ]
      expect(results, String(damage)).toEqual(['connected', 'silence', 'connected'])
    }
  })

  test('a namespace that somebody deleted is made again, and its instance boots', async () => {
    const vpc = smallVpcWithS3()
    await apply(vpc)
    booted.length = 0
    await guests.splice(1, 1)[0]?.leave()
    ip('netns', 'del', instanceNamespace(world, 'i-2'))
    expect(await driver.hasDrifted()).toBe(true)
    await apply(vpc)
    expect(booted).toEqual(['i-2 1'])
    guests.splice(1, 0, await Guest.enter(instanceNamespace(world, 'i-2')))
    expect(await guest(1).connect('10.0.1.6', 443)).toBe('connected')
  })

  test('a VPC that the kernel refuses does not stop the others', async () => {
    const twice = [networkInterface(8, 'a', '10.0.1.8', []), networkInterface(9, 'a', '10.0.1.9', [])]
    const broken = smallVpc({
      id: 'vpc-2',
      instances: [{ id: 'i-8', owner: '123456789012', hostname: 'eight', boot: 1, rootPath: '/' }],
      interfaces: twice.map((eni) => ({ ...eni, instanceId: 'i-8' as const })),
    })
    const { failures, running } = await driver.apply(networkOf(smallVpcWithS3(), broken))
    expect([...failures.keys()]).toEqual(['vpc-2'])
    expect([...failures.values()][0]?.offendingLine).toContain('eth0')
    expect([...running].sort()).toEqual(['i-1', 'i-2', 'i-3'])
    expect(await guest(1).connect(S3, 443)).toBe('connected')
    halted.length = 0
    await apply(smallVpcWithS3())
    expect(halted).toEqual(['i-8'])
  })

  test('a stopped instance is halted and leaves nothing, and another can have its address', async () => {
    await apply(smallVpc())
    halted.length = 0
    const { instances, interfaces } = smallVpc()
    await guests[1]?.leave()
    await apply(smallVpc({ instances: instances.filter(({ id }) => id !== 'i-2') }))
    expect(halted).toEqual(['i-2'])
    expect(await guest(1).connect('10.0.1.6', 443)).toBe('silence')

    booted.length = 0
    const heir = { ...networkInterface(4, 'a', '10.0.1.6', ['sg-2']), instanceId: 'i-2' as const }
    await apply(smallVpc({ interfaces: interfaces.with(1, heir) }))
    expect(booted).toEqual(['i-2 1'])
    guests[1] = await Guest.enter(instanceNamespace(world, 'i-2'))
    expect(await guest(1).connect('10.0.1.6', 443)).toBe('connected')
  })

  test('an instance that does not end holds up its own VPC only, until it does', async () => {
    const other = smallVpc({
      id: 'vpc-2',
      subnets: [],
      interfaces: [],
      instances: [],
      routeTables: [],
      networkAcls: [],
    })
    await apply(smallVpc(), other)
    const { halt } = sandboxes
    sandboxes.halt = async (id: string) => {
      throw new Error(`${id} does not end`)
    }
    const { instances } = smallVpc()
    await guests[1]?.leave()
    const withoutOne = smallVpc({ instances: instances.filter(({ id }) => id !== 'i-2') })
    const { failures } = await driver.apply(networkOf(withoutOne, other))
    expect([...failures].map(([id, { message }]) => [id, message])).toEqual([
      ['vpc-1', expect.stringContaining('i-2 does not end')],
    ])
    sandboxes.halt = halt
    await apply(withoutOne, other)
    expect(namespacesLike(`postern-${world}-i-`)).toEqual(['i-1', 'i-3'].map((id) => `postern-${world}-${id}`))
    await apply(smallVpc())
    guests[1] = await Guest.enter(instanceNamespace(world, 'i-2'))
  })

  test('a new daemon takes over what the last one left, and open connections stay open', async () => {
    const vpc = smallVpcWithS3()
    await apply(vpc)
    expect(await guest(1).keep('long', '10.0.2.5', 443)).toBe('connected')
    const links = interfaceIndexes(vpcNamespace(world, 'vpc-1'))
    await driver.close()
    await startDriver()
    await apply(vpc)
    expect(interfaceIndexes(vpcNamespace(world, 'vpc-1'))).toEqual(links)
    expect(await guest(1).say('long')).toBe('answered')
    expect(await guest(1).connect(S3, 443)).toBe('connected')
    expect(await driver.hasDrifted()).toBe(false)
  })

  test('nothing is left when the world is destroyed', async () => {
    await apply()
    expect(namespacesLike(`postern-${world}-`)).toEqual([`postern-${world}-backbone`])
    await apply(smallVpcWithS3())
    await driver.destroy()
    expect(namespacesLike(`postern-${world}-`)).toEqual(before.filter((name) => name.includes(world)))
  })
})

function ip(...argv: string[]): string {
  return execFileSync('ip', argv, { encoding: 'utf8' })
}

/** Other worlds may come and go meanwhile. */
function namespacesLike(prefix: string): string[] {
  const names = ip('netns')
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
  return names.filter((name) => name.startsWith(prefix)).sort()
}

/** A link that was made again has another index. */
function interfaceIndexes(namespace: string): string[] {
  return ip('-n', namespace, '-o', 'link')
    .split('\n')
    .map((line) => line.split('@')[0] ?? '')
}

async function nextConnection(server: Server): Promise<Socket> {
  return new Promise((resolve) => server.once('connection', resolve))
}
