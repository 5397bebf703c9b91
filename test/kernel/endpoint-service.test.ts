// PrivateLink and load balancers against the kernel: rows 11 to 14 of what AWS documents, as far as packets show them.
// Address plan: compile/small-service.ts.

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { shadowOf } from '../../src/compile/backbone.ts'
import { compile } from '../../src/compile/compile.ts'
import { address } from '../../src/compile/small-network.ts'
import {
  insertEndpoint,
  insertGroup,
  insertListener,
  insertRule,
  insertTarget,
  LISTENER,
  LOAD_BALANCER,
  serviceStore,
  TARGET_GROUP,
  targetId,
} from '../../src/compile/small-service.ts'
import { cidr } from '../../src/ip/cidr.ts'
import { ALL_PROTOCOLS, TCP } from '../../src/ip/protocol.ts'
import { LinuxDriver } from '../../src/linux/linux-driver.ts'
import { backboneNamespace, instanceNamespace, vpcNamespace } from '../../src/linux/names.ts'
import type { InstanceId, NetworkAclEntry, NetworkAclId, NetworkInterfaceId } from '../../src/store/records.ts'
import type { Store, Tx } from '../../src/store/store.ts'
import { Guest } from './guest.ts'
import { mirrorHost } from './ipv6-mirror.ts'
import { describeKernel } from './namespaced.ts'
import { makeDualStack } from './service-shape.ts'
import { toldOf } from './told-metrics.ts'

const [ENDPOINT_A, ENDPOINT_B] = ['10.0.1.100', '10.0.2.100']
const [NODE_A, NODE_B] = ['10.0.1.50', '10.0.2.50']
/** A client in the provider's own VPC. */
const CLIENT = '10.0.1.9'

describeKernel('endpoint services in the kernel', import.meta.url, () => {
  const world = randomBytes(3).toString('hex')
  const sandboxes = { boot: async () => undefined, halt: async () => undefined }
  const guests = new Map<InstanceId, Guest>()
  let driver: LinuxDriver
  let store: Store

  beforeAll(async () => {
    driver = new LinuxDriver({ world, sandboxes })
    await driver.start()
    await fresh()
    for (const id of ['i-c1', 'i-c2', 'i-p1', 'i-p2', 'i-p3'] as const) {
      guests.set(id, await Guest.enter(instanceNamespace(world, id)))
    }
  })

  beforeEach(async () => {
    await fresh()
    for (const guest of guests.values()) await guest.peers()
  })

  afterAll(async () => {
    for (const guest of guests.values()) await guest.leave()
    await driver?.destroy()
  })

  async function fresh(): Promise<void> {
    store = await serviceStore()
    await change(() => undefined)
  }

  async function change(how: (tx: Tx) => void): Promise<void> {
    store.transact(how)
    expect((await driver.apply(compile(store.records))).failures).toEqual(new Map())
  }

  function guest(id: InstanceId): Guest {
    const found = guests.get(id)
    if (!found) throw new Error(`no guest ${id}`)
    return found
  }

  /** What a client meets, and who came where: a target with the addresses that it saw. */
  async function outcome(from: InstanceId, to: string, port = 443): Promise<string[]> {
    const answer = await guest(from).connect(to, port)
    const seen: string[] = []
    // A kernel says that it is connected before the process hears of it.
    const look = async () => seen.push(...(await arrivals()))
    await (answer === 'connected' ? expect.poll(look).toBeGreaterThan(0) : look())
    return [answer, ...seen]
  }

  async function arrivals(): Promise<string[]> {
    const seen = await Promise.all(
      (['i-c1', 'i-c2', 'i-p1', 'i-p2', 'i-p3'] as const).map(async (id) =>
        (await guest(id).peers()).map((peer) => `${id} saw ${peer}`),
      ),
    )
    return seen.flat()
  }

  function setAttribute(tx: Tx, key: string, value: string): void {
    const { attributes = {} } = tx.targetGroups.get(TARGET_GROUP) ?? {}
    tx.targetGroups.update(TARGET_GROUP, { attributes: { ...attributes, [key]: value } })
  }

  function setHealth(tx: Tx, target: string, health: 'initial' | 'healthy' | 'unhealthy'): void {
    tx.targets.update(targetId(target, 8080), { health })
  }

  test('a consumer reaches the service in its zone, whose target sees the node', async () => {
    expect(await outcome('i-c1', ENDPOINT_A)).toEqual(['connected', `i-p1 saw ${NODE_A}`])
    expect(await outcome('i-c1', ENDPOINT_B)).toEqual(['connected', `i-p2 saw ${NODE_B}`])
    expect(await outcome('i-c2', ENDPOINT_A)).toEqual(['connected', `i-p1 saw ${NODE_A}`])
  })

  test('one way: the provider opens nothing towards the consumer, and only listeners take anything from it', async () => {
    expect(await guest('i-c1').keep('open', ENDPOINT_A, 443)).toBe('connected')
    const backboneOf = (id: NetworkInterfaceId) => store.records.networkInterfaces.get(id)?.backboneAddress ?? ''
    const tried = await Promise.all([
      ...[backboneOf('eni-c1'), backboneOf('eni-e1'), backboneOf('eni-n1'), ENDPOINT_A].map((to) =>
        guest('i-p1').connect(to, 443),
      ),
      ...[80, 8080].map((port) => guest('i-c1').connect(ENDPOINT_A, port)),
      guest('i-c1').askUdp(ENDPOINT_A, 443),
      guest('i-p3').connect(NODE_A, 80),
    ])
    expect(new Set(tried)).toEqual(new Set(['silence']))
    expect(await guest('i-c1').say('open')).toBe('answered')
  })

  test('a client in the VPC: its target sees the client, or the node where that is not preserved', async () => {
    expect(await outcome('i-p3', NODE_A)).toEqual(['connected', `i-p1 saw ${CLIENT}`])
    expect(await outcome('i-p3', NODE_B)).toEqual(['connected', `i-p2 saw ${CLIENT}`])
    await change((tx) => setAttribute(tx, 'preserve_client_ip.enabled', 'false'))
    expect(await outcome('i-p3', NODE_A)).toEqual(['connected', `i-p1 saw ${NODE_A}`])
    expect(await outcome('i-p3', NODE_B)).toEqual(['connected', `i-p2 saw ${NODE_B}`])
    // A target may then be its own client.
    expect(await outcome('i-p1', NODE_A)).toEqual(['connected', `i-p1 saw ${NODE_A}`])
  })

  test('a zone without a target refuses, unless targets of all zones are used', async () => {
    await change((tx) => tx.targets.delete(targetId('i-p1', 8080)))
    expect(await outcome('i-c1', ENDPOINT_A)).toEqual(['ECONNREFUSED'])
    expect(await outcome('i-p3', NODE_A)).toEqual(['ECONNREFUSED'])
    await change((tx) => setAttribute(tx, 'load_balancing.cross_zone.enabled', 'true'))
    expect(await outcome('i-c1', ENDPOINT_A)).toEqual(['connected', `i-p2 saw ${NODE_A}`])
    expect(await outcome('i-p3', NODE_A)).toEqual(['connected', `i-p2 saw ${CLIENT}`])
  })

  test('flows spread over targets, and one source stays with one where that is asked for', async () => {
    await change((tx) => setAttribute(tx, 'load_balancing.cross_zone.enabled', 'true'))
    const targetsOf = async () => {
      const seen: string[] = []
      for (let count = 0; count < 16; count++) seen.push(...(await outcome('i-c1', ENDPOINT_A)).slice(1))
      return new Set(seen).size
    }
    expect(await targetsOf()).toBe(2)
    await change((tx) => setAttribute(tx, 'stickiness.enabled', 'true'))
    expect(await targetsOf()).toBe(1)
  })

  test('only healthy targets are used, and all when none is healthy', async () => {
    await change((tx) => {
      setAttribute(tx, 'load_balancing.cross_zone.enabled', 'true')
      setHealth(tx, 'i-p2', 'unhealthy')
    })
    for (let count = 0; count < 8; count++) {
      expect(await outcome('i-c1', ENDPOINT_B)).toEqual(['connected', `i-p1 saw ${NODE_B}`])
    }
    await change((tx) => {
      setAttribute(tx, 'load_balancing.cross_zone.enabled', 'false')
      setHealth(tx, 'i-p1', 'unhealthy')
    })
    expect(await outcome('i-c1', ENDPOINT_B)).toEqual(['connected', `i-p2 saw ${NODE_B}`])
    expect(await outcome('i-c1', ENDPOINT_A)).toEqual(['connected', `i-p1 saw ${NODE_A}`])
  })

  test('datagrams go the same ways', async () => {
    await change((tx) => {
      tx.targetGroups.update(TARGET_GROUP, { protocol: 'TCP_UDP' })
      tx.listeners.update(LISTENER, { protocol: 'TCP_UDP' })
    })
    expect(await guest('i-c1').askUdp(ENDPOINT_A, 443)).toBe('answered')
    expect(await arrivals()).toEqual([`i-p1 saw udp ${NODE_A}`])
    expect(await guest('i-p3').askUdp(NODE_B, 443)).toBe('answered')
    expect(await arrivals()).toEqual([`i-p2 saw udp ${CLIENT}`])
    expect(await outcome('i-c1', ENDPOINT_A)).toEqual(['connected', `i-p1 saw ${NODE_A}`])
  })

  describe('who is asked', () => {
    test("the endpoint's groups, with the consumer's address", async () => {
      await change((tx) => onlyFrom(tx, 'c', 'sg-e', '10.0.2.0/24'))
      expect(await guest('i-c1').connect(ENDPOINT_A, 443)).toBe('silence')
      expect(await guest('i-c2').connect(ENDPOINT_A, 443)).toBe('connected')
    })

    test("the load balancer's groups, with the consumer's address too, unless they are not asked about endpoints", async () => {
      await change((tx) => {
        insertGroup(tx, 'p', 'sg-n')
        tx.loadBalancers.update(LOAD_BALANCER, { groupIds: ['sg-n'] })
        onlyFrom(tx, 'p', 'sg-n', '10.0.2.5/32')
      })
      expect(await guest('i-c1').connect(ENDPOINT_A, 443)).toBe('silence')
      expect(await guest('i-c2').connect(ENDPOINT_A, 443)).toBe('connected')
      expect(await guest('i-p3').connect(NODE_A, 443)).toBe('silence')
      expect(await guest('i-p2').connect(NODE_A, 443)).toBe('connected')
      await change((tx) => tx.loadBalancers.update(LOAD_BALANCER, { enforceGroupsOnPrivateLink: false }))
      expect(await guest('i-c1').connect(ENDPOINT_A, 443)).toBe('connected')
      expect(await guest('i-p3').connect(NODE_A, 443)).toBe('silence')
    })

    test("the target's groups, with the node's address, or the client's where it is preserved", async () => {
      await change((tx) => onlyFrom(tx, 'p', 'sg-p', `${NODE_A}/32`))
      expect(await guest('i-c1').connect(ENDPOINT_A, 443)).toBe('connected')
      expect(await guest('i-c1').connect(ENDPOINT_B, 443)).toBe('silence')
      expect(await guest('i-p3').connect(NODE_A, 443)).toBe('silence')
    })

    test("a target's group that names the load balancer's admits what passed it, whosever address it has", async () => {
      await change((tx) => {
        insertGroup(tx, 'p', 'sg-n')
        for (const id of ['eni-n1', 'eni-n2'] as const) tx.networkInterfaces.update(id, { groupIds: ['sg-n'] })
        tx.loadBalancers.update(LOAD_BALANCER, { groupIds: ['sg-n'] })
        tx.securityGroupRules.delete('sgr-sg-p-ingress')
        const peer = { kind: 'group', groupId: 'sg-n', account: '222222222222' } as const
        insertRule(tx, 'p', { id: 'sgr-n', groupId: 'sg-p', direction: 'ingress', protocol: ALL_PROTOCOLS, peer })
      })
      expect(await outcome('i-c1', ENDPOINT_A)).toEqual(['connected', `i-p1 saw ${NODE_A}`])
      expect(await outcome('i-p3', NODE_A)).toEqual(['connected', `i-p1 saw ${CLIENT}`])
      expect(await guest('i-p3').connect('10.0.1.5', 8080)).toBe('silence')
    })

    test('the ACLs of the subnets on the way, both ways, and none within a subnet', async () => {
      // From zone a a target in zone b: the way from node to target crosses subnets.
      const across = (tx: Tx) => {
        setAttribute(tx, 'load_balancing.cross_zone.enabled', 'true')
        tx.targets.delete(targetId('i-p1', 8080))
      }
      for (const [name, acl, entry] of [
        ["the target's, in", 'acl-pb', deny(false, `${NODE_A}/32`)],
        ["the target's, out", 'acl-pb', deny(true, `${NODE_A}/32`)],
        ["the node's, out", 'acl-pa', deny(true, '10.0.2.5/32')],
        ["the node's, in", 'acl-pa', deny(false, '10.0.2.5/32')],
        ["the endpoint's, in", 'acl-ca', deny(false, '10.0.2.5/32')],
        ["the consumer's, out", 'acl-cb', deny(true, `${ENDPOINT_A}/32`)],
      ] as const) {
        await fresh()
        await change(across)
        expect(await guest('i-c2').connect(ENDPOINT_A, 443), name).toBe('connected')
        await change((tx) => addEntry(tx, acl, entry))
        expect(await guest('i-c2').connect(ENDPOINT_A, 443), name).toBe('silence')
      }
      await fresh()
      await change((tx) => {
        for (const egress of [true, false]) addEntry(tx, 'acl-pa', deny(egress, '0.0.0.0/0'))
      })
      await arrivals()
      expect(await outcome('i-c1', ENDPOINT_A)).toEqual(['connected', `i-p1 saw ${NODE_A}`])
      expect(await outcome('i-p3', NODE_A)).toEqual(['connected', `i-p1 saw ${CLIENT}`])
    })

    test("where the client's address is preserved the ACLs see it", async () => {
      for (const [name, acl, entry] of [
        ["the target's, in", 'acl-pb', deny(false, `${CLIENT}/32`)],
        ["the target's, out", 'acl-pb', deny(true, `${CLIENT}/32`)],
        ["the node's, out", 'acl-pa', deny(true, '10.0.2.5/32')],
        ["the node's, in", 'acl-pa', deny(false, '10.0.2.5/32')],
      ] as const) {
        await fresh()
        await change((tx) => {
          setAttribute(tx, 'load_balancing.cross_zone.enabled', 'true')
          tx.targets.delete(targetId('i-p1', 8080))
        })
        expect(await guest('i-p3').connect(NODE_A, 443), name).toBe('connected')
        await change((tx) => addEntry(tx, acl, entry))
        expect(await guest('i-p3').connect(NODE_A, 443), name).toBe('silence')
      }
    })
  })

  describe('live connections', () => {
    beforeEach(async () => {
      expect(await guest('i-c1').keep('consumer', ENDPOINT_A, 443)).toBe('connected')
      expect(await guest('i-p3').keep('client', NODE_A, 443)).toBe('connected')
      expect(await said()).toEqual(['answered', 'answered'])
    })

    async function said(): Promise<string[]> {
      return [await guest('i-c1').say('consumer'), await guest('i-p3').say('client')]
    }

    test('stay with a target that drains, and with one that is added beside it', async () => {
      await change((tx) => {
        setAttribute(tx, 'load_balancing.cross_zone.enabled', 'true')
        tx.targets.update(targetId('i-p1', 8080), { deregisteredAt: '2026-01-01T00:00:00.000Z' })
        insertTarget(tx, 'i-p2', 80)
      })
      expect(await said()).toEqual(['answered', 'answered'])
      await arrivals()
      expect(await outcome('i-c1', ENDPOINT_A)).toEqual(['connected', `i-p2 saw ${NODE_A}`])
      // Nor does the end of the delay end them, unless the group says so.
      await change((tx) => tx.targets.delete(targetId('i-p1', 8080)))
      expect(await said()).toEqual(['answered', 'answered'])
    })

    test('end with the delay of a target that was taken out, where the group says so', async () => {
      await change((tx) => {
        setAttribute(tx, 'deregistration_delay.connection_termination.enabled', 'true')
        tx.targets.update(targetId('i-p1', 8080), { deregisteredAt: '2026-01-01T00:00:00.000Z' })
      })
      expect(await said()).toEqual(['answered', 'answered'])
      await change((tx) => tx.targets.delete(targetId('i-p1', 8080)))
      expect(await said()).toEqual(['ECONNRESET', 'ECONNRESET'])
    })

    test('end with the health of their target, unless the group lets them go on', async () => {
      await change((tx) => {
        setAttribute(tx, 'load_balancing.cross_zone.enabled', 'true')
        setAttribute(tx, 'target_health_state.unhealthy.connection_termination.enabled', 'false')
        setHealth(tx, 'i-p1', 'unhealthy')
      })
      expect(await said()).toEqual(['answered', 'answered'])
      await change((tx) => setAttribute(tx, 'target_health_state.unhealthy.connection_termination.enabled', 'true'))
      expect(await said()).toEqual(['ECONNRESET', 'ECONNRESET'])
    })

    test('of IPv6 end as those of IPv4 do', async () => {
      await change((tx) => makeDualStack(tx, 'ipv6'))
      expect(await guest('i-c1').keep('consumer6', mirrorHost(ENDPOINT_A), 443)).toBe('connected')
      expect(await guest('i-p3').keep('client6', mirrorHost(NODE_A), 443)).toBe('connected')
      const said6 = async () => [await guest('i-c1').say('consumer6'), await guest('i-p3').say('client6')]
      expect(await said6()).toEqual(['answered', 'answered'])
      await change((tx) => tx.vpcEndpoints.update('vpce-1', { state: 'rejected' }))
      expect(await said6()).toEqual(['silence', 'answered'])
      await change((tx) => {
        setAttribute(tx, 'load_balancing.cross_zone.enabled', 'true')
        setHealth(tx, 'i-p1', 'unhealthy')
      })
      expect(await guest('i-p3').say('client6')).toBe('ECONNRESET')
    })

    test('of a rejected endpoint end, and no other', async () => {
      await change((tx) => tx.vpcEndpoints.update('vpce-1', { state: 'rejected' }))
      expect(await said()).toEqual(['silence', 'answered'])
      expect(await guest('i-c1').connect(ENDPOINT_A, 443)).toBe('silence')
    })

    test('are remembered for as long as the listener says, and then reset', async () => {
      const seconds = (vpc: 'vpc-c' | 'vpc-p', ...flow: string[]) =>
        Number(/^tcp +6 (\d+) /.exec(conntrack(vpc, '-L', '-p', 'tcp', '--state', 'ESTABLISHED', ...flow))?.[1])
      const all = () => [
        seconds('vpc-c', '-s', '10.0.1.5', '-d', ENDPOINT_A),
        seconds('vpc-p', '-r', '10.0.1.5', '-q', NODE_A),
        seconds('vpc-p', '-s', CLIENT, '-d', NODE_A),
      ]
      await expect.poll(() => Math.min(...all())).toBeGreaterThan(300)
      expect(Math.max(...all())).toBeLessThanOrEqual(350)
      conntrack('vpc-p', '-D', '-r', '10.0.1.5')
      expect(await said()).toEqual(['ECONNRESET', 'ECONNRESET'])
      for (const vpc of ['vpc-c', 'vpc-p'] as const) conntrack(vpc, '-F')

      await change((tx) => tx.listeners.update(LISTENER, { attributes: { 'tcp.idle_timeout.seconds': '600' } }))
      expect(await guest('i-c1').keep('consumer', ENDPOINT_A, 443)).toBe('connected')
      expect(await guest('i-p3').keep('client', NODE_A, 443)).toBe('connected')
      expect(await said()).toEqual(['answered', 'answered'])
      await expect.poll(() => Math.min(...all())).toBeGreaterThan(350)
      expect(Math.max(...all())).toBeLessThanOrEqual(600)
    })

    test('are forgotten soon once they have ended, or a busy service would fill the table', async () => {
      for (const vpc of ['vpc-c', 'vpc-p'] as const) conntrack(vpc, '-F')
      expect(await guest('i-c1').keep('short', ENDPOINT_A, 443)).toBe('connected')
      expect(await guest('i-c1').end('short')).toBe('ended')
      for (const vpc of ['vpc-c', 'vpc-p'] as const) {
        await expect.poll(() => conntrack(vpc, '-L', '-p', 'tcp', '--state', 'TIME_WAIT')).toMatch(/^tcp +6 \d /)
      }
    })

    test('outlive a daemon', async () => {
      await driver.close()
      driver = new LinuxDriver({ world, sandboxes })
      await driver.start()
      await change(() => undefined)
      expect(await said()).toEqual(['answered', 'answered'])
      expect(await driver.hasDrifted()).toBe(false)
    })
  })

  test('a zone that fails: nothing enters or leaves, and when it is back all is as before', async () => {
    const inZone = () =>
      Promise.all([
        guest('i-c1').connect('10.0.2.5', 443),
        guest('i-c2').connect('10.0.1.5', 443),
        guest('i-c2').connect(ENDPOINT_A, 443),
        guest('i-p2').connect(NODE_A, 443),
      ])
    const outside = () => Promise.all([guest('i-c2').connect(ENDPOINT_B, 443), guest('i-c2').askUdp('10.0.2.5', 8080)])
    const before = [await inZone(), await outside()]
    expect(new Set(before.flat())).toEqual(new Set(['connected', 'answered']))
    expect(await guest('i-c2').keep('live', ENDPOINT_A, 443)).toBe('connected')
    expect(await guest('i-c2').keep('spared', ENDPOINT_B, 443)).toBe('connected')
    await change((tx) => tx.failedZones.insert({ id: 'use1-az6', since: '2026-01-01T00:00:00.000Z' }))
    expect(await inZone()).toEqual(['silence', 'silence', 'silence', 'silence'])
    expect(await outside()).toEqual(before[1])
    expect(await guest('i-c1').askUdp('10.0.0.2', 53)).toBe('silence')
    expect(await guest('i-c2').say('live')).toBe('silence')
    expect(await guest('i-c2').say('spared')).toBe('answered')
    expect(await driver.hasDrifted()).toBe(false)
    await change((tx) => tx.failedZones.delete('use1-az6'))
    expect([await inZone(), await outside()]).toEqual(before)
    expect(await guest('i-c2').say('spared')).toBe('answered')
  })

  test('a VPC may consume its own service', async () => {
    await change((tx) => insertEndpoint(tx, 'p'))
    expect(await outcome('i-p3', '10.0.1.101')).toEqual(['connected', `i-p1 saw ${NODE_A}`])
    expect(await outcome('i-p1', '10.0.1.101')).toEqual(['connected', `i-p1 saw ${NODE_A}`])
    expect(await outcome('i-c1', ENDPOINT_A)).toEqual(['connected', `i-p1 saw ${NODE_A}`])
  })

  test('TCP learns what fits through an endpoint, both ways', async () => {
    expect(await guest('i-c1').keep('large', ENDPOINT_A, 443)).toBe('connected')
    expect(await guest('i-c1').exchange('large', 1_000_000)).toBe('answered')
    const sizes = ip('netns', 'exec', instanceNamespace(world, 'i-p1'), 'ss', '-Htin', 'dst', NODE_A)
    // 20 bytes of IPv4 header, 20 of TCP, 12 of its timestamp option.
    expect([...sizes.matchAll(/ mss:(\d+)/g)].map(([, mss]) => mss)).toContain(String(8500 - 52))
  })

  describe('the forwarder', () => {
    const PORT = 8080
    let forwarder: Guest

    beforeAll(async () => {
      // As one that listens in the backbone and opens connections from there.
      forwarder = await Guest.enter(backboneNamespace(world), [PORT])
    })
    afterAll(() => forwarder.leave())

    beforeEach(async () => {
      await change((tx) => {
        insertListener(tx, { id: `${LISTENER}/tls`, protocol: 'TLS', port: PORT })
      })
      await forwarder.peers()
    })

    test('takes what comes by an endpoint or from a client, and sees who asks by which address', async () => {
      const backboneOf = (id: NetworkInterfaceId) => store.records.networkInterfaces.get(id)?.backboneAddress
      expect(await guest('i-c1').connect(ENDPOINT_A, PORT)).toBe('connected')
      await expect.poll(() => forwarder.peers()).toEqual([backboneOf('eni-c1')])
      expect(await guest('i-p3').connect(NODE_B, PORT)).toBe('connected')
      await expect.poll(() => forwarder.peers()).toEqual([backboneOf('eni-p3')])
      expect(await guest('i-c1').keep('forwarded', ENDPOINT_A, PORT)).toBe('connected')
      expect(await guest('i-c1').say('forwarded')).toBe('answered')
      const sockets = ip('netns', 'exec', backboneNamespace(world), 'ss', '-Htn', 'state', 'established')
      expect(sockets).toContain(shadowOf(backboneOf('eni-e1') ?? address('0.0.0.0')))
    })

    test("opens connections as a node, as the target's groups and ACLs allow", async () => {
      const backboneOf = (id: NetworkInterfaceId) => store.records.networkInterfaces.get(id)?.backboneAddress ?? ''
      const dial = (target: NetworkInterfaceId, node: NetworkInterfaceId) =>
        forwarder.connect(backboneOf(target), 8080, backboneOf(node))
      expect(await dial('eni-p1', 'eni-n1')).toBe('connected')
      await expect.poll(arrivals).toEqual([`i-p1 saw ${NODE_A}`])
      expect(await dial('eni-p2', 'eni-n1')).toBe('connected')
      await expect.poll(arrivals).toEqual([`i-p2 saw ${NODE_A}`])
      await change((tx) => onlyFrom(tx, 'p', 'sg-p', `${NODE_B}/32`))
      expect(await dial('eni-p1', 'eni-n1')).toBe('silence')
      expect(await dial('eni-p1', 'eni-n2')).toBe('connected')
      await change((tx) => addEntry(tx, 'acl-pb', deny(true, '10.0.1.5/32')))
      expect(await dial('eni-p1', 'eni-n2')).toBe('silence')
      // As nobody, or as a node of another VPC, it opens nothing.
      expect(await dial('eni-c1', 'eni-n1')).toBe('silence')
      expect(await dial('eni-p1', 'eni-e1')).not.toBe('connected')
      expect(await forwarder.connect(backboneOf('eni-p1'), 8080)).toBe('silence')
    })
  })

  test("an endpoint's interface carries no more than it may, where that is asked for", async () => {
    const [bytes, rate] = [8_000_000, 5_000_000]
    const took = async () => {
      expect(await guest('i-c1').keep('limited', ENDPOINT_A, 443)).toBe('connected')
      const began = performance.now()
      expect(await guest('i-c1').exchange('limited', bytes)).toBe('answered')
      return (performance.now() - began) / 1000
    }
    const free = await took()
    await driver.close()
    driver = new LinuxDriver({ world, sandboxes, endpointBandwidth: 8 * rate })
    await driver.start()
    await change(() => undefined)
    // What one second may take comes at once.
    expect(await took()).toBeGreaterThan(bytes / rate - 1.1)
    expect(free).toBeLessThan(bytes / rate - 1.1)
    expect(await driver.hasDrifted()).toBe(false)
    await driver.close()
    driver = new LinuxDriver({ world, sandboxes })
    await driver.start()
    await change(() => undefined)
    expect(await took()).toBeLessThan(bytes / rate - 1.1)
  })

  test('what goes takes its rules with it', async () => {
    await change((tx) => {
      tx.vpcEndpoints.delete('vpce-1')
      for (const id of ['eni-e1', 'eni-e2', 'eni-n1', 'eni-n2'] as const) tx.networkInterfaces.delete(id)
      tx.listeners.delete(LISTENER)
      tx.endpointServices.delete('vpce-svc-1')
      tx.loadBalancers.delete(LOAD_BALANCER)
    })
    expect(await guest('i-c1').connect(ENDPOINT_A, 443)).toBe('silence')
    expect(await guest('i-p3').connect(NODE_A, 443)).toBe('silence')
    const rules = ip('netns', 'exec', vpcNamespace(world, 'vpc-p'), 'nft', 'list', 'ruleset')
    expect(rules).not.toMatch(/targets-|node-|eni-n1/)
    expect(await driver.hasDrifted()).toBe(false)
  })

  function conntrack(vpc: 'vpc-c' | 'vpc-p', ...argv: string[]): string {
    return ip('netns', 'exec', vpcNamespace(world, vpc), 'conntrack', ...argv)
  }

  test('metrics tell the consumer of the endpoint, the provider of its service and its load balancer', async () => {
    const metricsWorld = { store, driver, network: () => compile(store.records) }
    const told = await toldOf(metricsWorld, async () => {
      expect(await guest('i-c1').keep('metric', ENDPOINT_A, 443)).toBe('connected')
      expect(await guest('i-c1').exchange('metric', 10_000)).toBe('answered')
    })
    const of = (namespace: string, name: string) =>
      [...told].filter(([key]) => key.startsWith(`AWS/${namespace} ${name} `)).map(([, value]) => value)
    // By service, zone, load balancer, both, and endpoint.
    expect(of('PrivateLinkServices', 'NewConnections')).toEqual([1, 1, 1, 1, 1])
    // What earlier tests have left open is active too.
    expect(Math.min(...of('PrivateLinkServices', 'ActiveConnections'))).toBeGreaterThanOrEqual(1)
    expect(of('PrivateLinkEndpoints', 'NewConnections')).toEqual([1, 1])
    expect(Math.min(...of('PrivateLinkEndpoints', 'BytesProcessed'))).toBeGreaterThan(20_000)
    // As a whole, and in each of its zones.
    expect(of('NetworkELB', 'NewFlowCount')).toEqual([1, 1, 0])
    expect(Math.min(...of('NetworkELB', 'ActiveFlowCount').slice(0, 2))).toBeGreaterThanOrEqual(1)
    expect(of('NetworkELB', 'ProcessedBytes')[0]).toBeGreaterThan(20_000)
    await guest('i-c1').end('metric')
  })
})

/** Leaves a group one ingress rule. */
function onlyFrom(tx: Tx, side: 'c' | 'p', groupId: `sg-${string}`, block: string): void {
  tx.securityGroupRules.delete(`sgr-${groupId}-ingress`)
  const peer = { kind: 'cidr', cidr: cidr(block) } as const
  insertRule(tx, side, { id: `sgr-only-${groupId}`, groupId, direction: 'ingress', protocol: TCP, peer })
}

function deny(egress: boolean, block: string): NetworkAclEntry {
  return { ruleNumber: egress ? 50 : 51, egress, action: 'deny', protocol: ALL_PROTOCOLS, cidr: cidr(block) }
}

function addEntry(tx: Tx, id: NetworkAclId, entry: NetworkAclEntry): void {
  const { entries = [] } = tx.networkAcls.get(id) ?? {}
  const sorted = [...entries, entry].sort((a, b) => a.ruleNumber - b.ruleNumber)
  tx.networkAcls.update(id, { entries: sorted })
}

function ip(...argv: string[]): string {
  return execFileSync('ip', argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}
