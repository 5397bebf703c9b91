// Gateway Load Balancers against the kernel: packets between two subnets pass an appliance of another account, whose VPC has
// the same addresses. Address plan: compile/small-service.ts and compile/small-appliances.ts.

import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import { DEFAULT_SITE } from '../../src/compile/internet.ts'
import type { Network } from '../../src/compile/network.ts'
import { APPLIANCE_ENDPOINT, APPLIANCES, insertAppliances, leadThrough } from '../../src/compile/small-appliances.ts'
import { address } from '../../src/compile/small-network.ts'
import { insertTarget, serviceStore, targetId } from '../../src/compile/small-service.ts'
import { inBackbone, tunnelsIn } from '../../src/daemon/backbone.ts'
import { Balancing } from '../../src/daemon/balancer.ts'
import { explain } from '../../src/explain/explain.ts'
import { cidr, hostCidr } from '../../src/ip/cidr.ts'
import { ALL_PROTOCOLS, TCP } from '../../src/ip/protocol.ts'
import { LinuxDriver } from '../../src/linux/linux-driver.ts'
import { instanceNamespace, tunnelLink, vpcNamespace } from '../../src/linux/names.ts'
import { boundedRun, inNamespace } from '../../src/linux/run.ts'
import type { HealthCheck } from '../../src/store/load-balancing-records.ts'
import type { InstanceId, NetworkAclId, SecurityGroupId } from '../../src/store/records.ts'
import type { Store, Tx } from '../../src/store/store.ts'
import type { Seen } from './appliance-process.ts'
import { Guest } from './guest.ts'
import { mirrorAddress, mirrorHost, mirrorInIpv6 } from './ipv6-mirror.ts'
import { describeKernel } from './namespaced.ts'

const [LEFT, RIGHT] = ['10.0.1.5', '10.0.2.5']
const [LEFT_PUBLIC, RIGHT_PUBLIC] = ['44.192.0.1', '44.192.0.2']
const SITE = DEFAULT_SITE.address
const NODE = '10.0.1.60'
/** Of a user's service, in the right subnet. */
const INTERFACE_ENDPOINT = '10.0.2.100'

/** Shorter than the API would take. */
const FAST: Partial<HealthCheck> = {
  intervalSeconds: 0.2,
  timeoutSeconds: 0.2,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
}

describeKernel('Gateway Load Balancers', import.meta.url, () => {
  const world = randomBytes(3).toString('hex')
  const sandboxes = { boot: async () => undefined, halt: async () => undefined }
  let driver: LinuxDriver
  let store: Store
  let network: Network
  let balancing: Balancing
  let left: Guest
  let right: Guest
  let appliance: ChildProcess

  beforeAll(async () => {
    driver = new LinuxDriver({ world, sandboxes })
    await driver.start()
    await fresh()
    left = await Guest.enter(instanceNamespace(world, 'i-c1'), [80, 81])
    right = await Guest.enter(instanceNamespace(world, 'i-c2'), [80, 81])
    appliance = await startAppliance()
  })

  beforeEach(async () => {
    await fresh()
    for (const guest of [left, right]) await guest.peers()
    await seenBy(appliance)
  })

  afterAll(async () => {
    await balancing?.stop()
    for (const guest of [left, right]) await guest?.leave()
    await leave(appliance)
    await driver?.destroy()
  })

  async function fresh(more: (tx: Tx) => void = () => undefined): Promise<void> {
    await balancing?.stop()
    store = await serviceStore()
    store.transact((tx) => {
      insertAppliances(tx)
      more(tx)
    })
    await apply()
    const log = (line: string) => console.error(line)
    balancing = new Balancing({ store, network: () => network, settle: apply, now: () => new Date(), log })
    balancing.enterBackbone(inBackbone(world), tunnelsIn(world))
    balancing.start()
    await balancing.settle()
  }

  async function apply(): Promise<void> {
    network = compile(store.records)
    expect((await driver.apply(network)).failures).toEqual(new Map())
  }

  async function change(how: (tx: Tx) => void): Promise<void> {
    store.transact(how)
    await apply()
    await balancing.settle()
  }

  function health(id: InstanceId): string | undefined {
    return store.records.targets.get(targetId(id, 6081, APPLIANCES))?.health
  }

  function explained(host = RIGHT, port = 80, from: InstanceId = 'i-c1'): string {
    const to = { address: address(host), port, protocol: TCP }
    return explain(network, { from, to, now: '2026-01-01T00:00:00.000Z' }).verdict
  }

  async function startAppliance(id: InstanceId = 'i-p1'): Promise<ChildProcess> {
    const script = fileURLToPath(new URL('appliance-process.ts', import.meta.url))
    const [command = '', ...argv] = inNamespace(instanceNamespace(world, id), process.execPath, script)
    const child = spawn(command, argv, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    await once(child, 'message')
    return child
  }

  async function seenBy(child: ChildProcess): Promise<Seen[]> {
    child.send('what did you see?')
    const [seen] = await once(child, 'message')
    return seen
  }

  async function seen(child: ChildProcess): Promise<number> {
    return (await seenBy(child)).length
  }

  /** After some new flows. */
  async function usedBy(child: ChildProcess): Promise<number> {
    for (let count = 0; count < 8; count++) await left.connect(RIGHT, 80)
    return seen(child)
  }

  test('what the appliance sends back arrives, with its addresses, and the answers pass it too', async () => {
    expect(await left.keep('open', RIGHT, 80)).toBe('connected')
    expect(await left.exchange('open', 200_000)).toBe('answered')
    await expect.poll(() => right.peers()).toEqual([LEFT])
    const seen = await seenBy(appliance)
    expect(new Set(seen.map(({ from }) => from))).toEqual(new Set([NODE]))
    expect(seen[0]?.options.slice(0, 2)).toEqual(['010801 123456789abcdef0', '010802 0000000000000000'])
    expect(new Set(seen.map(({ options }) => options[2])).size).toBe(1)
    expect(seen.length).toBeGreaterThan(50)
  })

  test('packets of IPv6 pass it too, where the endpoint has both families', async () => {
    await change((tx) => {
      mirrorInIpv6(tx)
      tx.networkInterfaces.update('eni-ge', { ipv6Addresses: undefined })
    })
    await seenBy(appliance)
    expect(await left.connect(mirrorHost(RIGHT), 80)).toBe('silence')
    expect([await seen(appliance), explained(mirrorHost(RIGHT))]).toEqual([0, 'stopped'])
    await change((tx) =>
      tx.networkInterfaces.update('eni-ge', { ipv6Addresses: [mirrorAddress(address('10.0.3.100'))] }),
    )
    expect(await left.keep('open', mirrorHost(RIGHT), 80)).toBe('connected')
    expect(await left.exchange('open', 200_000)).toBe('answered')
    await expect.poll(() => right.peers()).toEqual([mirrorHost(LEFT)])
    const passed = await seenBy(appliance)
    expect(new Set(passed.map(({ from, kind }) => `${from} ${kind}`))).toEqual(new Set([`${NODE} 86dd`]))
    expect(new Set(passed.map(({ options }) => options[2])).size).toBe(1)
    expect(explained(mirrorHost(RIGHT))).toBe('reachable')
    // What it keeps is lost, and IPv4 goes as before.
    expect(await left.connect(mirrorHost(RIGHT), 81)).toBe('silence')
    expect(await left.connect(RIGHT, 80)).toBe('connected')
    await change((tx) => deny(tx, 'acl-ce', false, mirrorHost(LEFT)))
    expect([await left.connect(mirrorHost(RIGHT), 80), explained(mirrorHost(RIGHT))]).toEqual(['silence', 'stopped'])
  })

  test('what goes to the internet and comes from it passes the appliance too, by the route table of the gateway', async () => {
    await fresh(openToInternet)
    await seenBy(appliance)
    expect(await right.connect(SITE, 80)).toBe('connected')
    expect(explained(SITE, 80, 'i-c2')).toBe('reachable')
    // The SYN and its answer at least.
    expect(await seen(appliance)).toBeGreaterThanOrEqual(2)
    expect(await left.connect(RIGHT_PUBLIC, 80)).toBe('connected')
    expect(explained(RIGHT_PUBLIC, 80)).toBe('reachable')
    await expect.poll(() => right.peers()).toEqual([LEFT_PUBLIC])
    // The SYN and its answer at least.
    expect(await seen(appliance)).toBeGreaterThanOrEqual(2)
    // What it keeps is lost.
    expect(await left.connect(RIGHT_PUBLIC, 81)).toBe('silence')
    // Without the gateway's table nothing leads what comes in to the appliance, and the way out does not match.
    await change((tx) => tx.routeTables.update('rtb-cg', { associations: [] }))
    expect(await left.connect(RIGHT_PUBLIC, 80)).toBe('silence')
    expect(explained(RIGHT_PUBLIC, 80)).toBe('stopped')
  })

  /** The right subnet by the appliance, the left one straight. */
  function openToInternet(tx: Tx): void {
    const owned = { owner: '111111111111', region: 'us-east-1', tags: {}, createdAt: '2026-01-01T00:00:00.000Z' }
    tx.internetGateways.insert({ ...owned, id: 'igw-c', vpcId: 'vpc-c' })
    const toGateway = {
      destination: { kind: 'cidr', cidr: cidr('0.0.0.0/0') },
      target: { kind: 'internetGateway', id: 'igw-c' },
    } as const
    for (const id of ['rtb-ca', 'rtb-ce'] as const) {
      tx.routeTables.update(id, { routes: [...(tx.routeTables.get(id)?.routes ?? []), toGateway] })
    }
    leadThrough(tx, 'rtb-cb', cidr('0.0.0.0/0'))
    const association = { id: 'rtbassoc-cg', gatewayId: 'igw-c', main: false } as const
    tx.routeTables.insert({
      ...owned,
      id: 'rtb-cg',
      vpcId: 'vpc-c',
      number: 4,
      routes: [],
      associations: [association],
    })
    leadThrough(tx, 'rtb-cg', cidr('10.0.2.0/24'))
    for (const [number, privateAddress, publicIp] of [
      [1, LEFT, LEFT_PUBLIC],
      [2, RIGHT, RIGHT_PUBLIC],
    ] as const) {
      tx.elasticAddresses.insert({
        ...owned,
        id: `eipalloc-${number}`,
        publicIp: address(publicIp),
        associationId: `eipassoc-${number}`,
        networkInterfaceId: `eni-c${number}`,
        privateAddress: address(privateAddress),
        vpcId: 'vpc-c',
      })
    }
  }

  test('what it keeps is lost, in both directions', async () => {
    expect(await left.connect(RIGHT, 81)).toBe('silence')
    expect(await right.connect(LEFT, 81)).toBe('silence')
    expect(await right.connect(LEFT, 80)).toBe('connected')
    expect(await left.askUdp(RIGHT, 8080)).toBe('answered')
  })

  test('an endpoint or a load balancer behind appliances is not reached, as explain says', async () => {
    expect(await left.connect(INTERFACE_ENDPOINT, 443)).toBe('silence')
    expect(explained(INTERFACE_ENDPOINT, 443)).toBe('stopped')
  })

  test('answers may take another way than by the endpoint', async () => {
    await change((tx) => tx.routeTables.update('rtb-cb', { routes: [] }))
    expect(await left.connect(RIGHT, 80)).toBe('connected')
    expect(explained()).toBe('reachable')
  })

  test('network ACLs and groups are asked on both sides of it', async () => {
    expect(await left.connect(RIGHT, 80)).toBe('connected')
    expect(explained()).toBe('reachable')
    const [acls, rules] = [[...store.records.networkAcls.all()], [...store.records.securityGroupRules.all()]]
    const restore = (tx: Tx) => {
      for (const { id, entries } of acls) tx.networkAcls.update(id, { entries })
      for (const { id, peer } of rules) tx.securityGroupRules.update(id, { peer })
    }
    for (const [what, shut] of SHUT) {
      await change((tx) => {
        restore(tx)
        shut(tx)
      })
      expect([what, await left.connect(RIGHT, 80), explained()]).toEqual([what, 'silence', 'stopped'])
    }
    await change(restore)
    expect(await left.connect(RIGHT, 80)).toBe('connected')
  })

  test("the appliance's groups see the load balancer's address alone", async () => {
    await change((tx) => admitOnly(tx, 'sg-p', `${NODE}/32`))
    expect(await left.connect(RIGHT, 80)).toBe('connected')
    expect(explained()).toBe('reachable')
  })

  test('without an appliance packets are lost', async () => {
    await leave(appliance)
    expect(await left.connect(RIGHT, 80)).toBe('silence')
    appliance = await startAppliance()
    expect(await left.connect(RIGHT, 80)).toBe('connected')
    await change((tx) => tx.targets.delete(targetId('i-p1', 6081, APPLIANCES)))
    expect(await left.connect(RIGHT, 80)).toBe('silence')
    expect(explained()).toBe('stopped')
  })

  test('an appliance that fails its checks gets no new flows, and keeps those that it has', async () => {
    const second = await startAppliance('i-p3')
    const well = [await Guest.enter(instanceNamespace(world, 'i-p1'), [8081])]
    well.push(await Guest.enter(instanceNamespace(world, 'i-p3'), [8081]))
    try {
      await fresh((tx) => {
        const group = tx.targetGroups.get(APPLIANCES)
        if (group) tx.targetGroups.update(APPLIANCES, { healthCheck: { ...group.healthCheck, ...FAST, port: 8081 } })
        insertTarget(tx, 'i-p3', 6081, APPLIANCES)
      })
      await expect.poll(() => health('i-p1')).toBe('healthy')
      await expect.poll(() => usedBy(appliance)).toBeGreaterThan(0)
      await left.keep('kept', RIGHT, 80)
      const keeps = (await seen(appliance)) > 0
      await well[0]?.leave()
      await expect.poll(() => health('i-p1')).toBe('unhealthy')
      await balancing.settle()
      await seen(appliance)
      for (let count = 0; count < 8; count++) expect(await left.connect(RIGHT, 80)).toBe('connected')
      expect(await seen(appliance)).toBe(0)
      expect(await left.say('kept')).toBe('answered')
      expect((await seen(appliance)) > 0).toBe(keeps)
    } finally {
      await leave(second)
      for (const guest of well) await guest.leave()
    }
  })

  test('a device that somebody deleted is there again', async () => {
    const router = vpcNamespace(world, 'vpc-c')
    const link = tunnelLink(APPLIANCE_ENDPOINT)
    await boundedRun(1)(inNamespace(router, 'ip', 'link', 'del', link))
    // Not by the way within the VPC, around the appliance.
    expect(await left.connect(RIGHT, 80)).toBe('silence')
    await expect.poll(() => driver.hasDrifted()).toBe(true)
    await apply()
    await expect.poll(() => left.connect(RIGHT, 80)).toBe('connected')
    expect(await driver.hasDrifted()).toBe(false)
  })

  test('nothing is left of an endpoint that was deleted', async () => {
    await change((tx) => {
      tx.vpcEndpoints.delete(APPLIANCE_ENDPOINT)
      tx.networkInterfaces.delete('eni-ge')
    })
    expect(await left.connect(RIGHT, 80)).toBe('silence')
    expect(explained()).toBe('stopped')
    const links = await boundedRun(1)(inNamespace(vpcNamespace(world, 'vpc-c'), 'ip', '-br', 'link'))
    expect(links).not.toContain('vpce-')
    expect(await driver.hasDrifted()).toBe(false)
  })
})

const SHUT: readonly (readonly [string, (tx: Tx) => void])[] = [
  ["the ACL of the endpoint's subnet, in", (tx) => deny(tx, 'acl-ce', false, LEFT)],
  ["the ACL of the endpoint's subnet, out", (tx) => deny(tx, 'acl-ce', true, RIGHT)],
  ['the same for answers, in', (tx) => deny(tx, 'acl-ce', false, RIGHT)],
  ['the same for answers, out', (tx) => deny(tx, 'acl-ce', true, LEFT)],
  ["the sender's ACL, out", (tx) => deny(tx, 'acl-ca', true, RIGHT)],
  ["the receiver's ACL, in", (tx) => deny(tx, 'acl-cb', false, LEFT)],
  ["the receiver's groups", (tx) => admitOnly(tx, 'sg-c', '10.0.9.0/24')],
  ["the appliance's groups", (tx) => admitOnly(tx, 'sg-p', '10.0.9.0/24')],
]

function deny(tx: Tx, id: NetworkAclId, egress: boolean, to: string): void {
  const { entries = [] } = tx.networkAcls.get(id) ?? {}
  const entry = {
    ruleNumber: 10,
    action: 'deny',
    protocol: ALL_PROTOCOLS,
    cidr: hostCidr(address(to)),
    egress,
  } as const
  tx.networkAcls.update(id, { entries: [...entries, entry] })
}

function admitOnly(tx: Tx, id: SecurityGroupId, from: string): void {
  tx.securityGroupRules.update(`sgr-${id}-ingress`, { peer: { kind: 'cidr', cidr: cidr(from) } })
}

async function leave(child: ChildProcess | undefined): Promise<void> {
  if (!child?.connected) return
  const gone = once(child, 'exit')
  child.disconnect()
  await gone
}
