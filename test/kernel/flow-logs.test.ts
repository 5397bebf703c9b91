// Flows counted by the kernel: what was let through, what was not, by whom, and in which numbers.
//
// Address plan (compile/small-network.ts): i-1 10.0.1.5 sg-1 and i-2 10.0.1.6 sg-2 in subnet-a, i-3 10.0.2.5 sg-3 in subnet-b.
// sg-3 admits TCP 80 and nothing else.

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { VpcNetwork } from '../../src/compile/network.ts'
import { networkInterface, networkOf, securityGroup, smallVpc } from '../../src/compile/small-network.ts'
import { DEFAULT_FORMAT } from '../../src/control/ec2/flow-log/flow-log-format.ts'
import { CALLER } from '../../src/control/ec2/request/testing.ts'
import { createVpc } from '../../src/control/ec2/vpc/vpc.ts'
import { cidr } from '../../src/ip/cidr.ts'
import type { CountedFlow } from '../../src/ip/counted-flow.ts'
import { TCP } from '../../src/ip/protocol.ts'
import { LinuxDriver } from '../../src/linux/linux-driver.ts'
import { instanceNamespace } from '../../src/linux/names.ts'
import type { FlowLog } from '../../src/store/flow-log-records.ts'
import { MemoryJournal } from '../../src/store/journal.ts'
import { Store } from '../../src/store/store.ts'
import { FlowLogs } from '../../src/telemetry/flow-logs/flow-logs.ts'
import { Guest } from './guest.ts'
import { describeKernel } from './namespaced.ts'

const FLOW_LOG: Omit<FlowLog, 'resourceId'> = {
  id: 'fl-1',
  owner: '123456789012',
  region: 'us-east-1',
  tags: {},
  createdAt: '2026-01-01T00:00:00Z',
  vpcId: 'vpc-1',
  trafficType: 'ALL',
  destination: { kind: 'cloud-watch-logs', logGroupName: 'flows' },
  logFormat: DEFAULT_FORMAT,
  maxAggregationInterval: 60,
}

const WEB = {
  protocol: TCP,
  ports: { from: 80, to: 80 },
  peer: { kind: 'cidrs' as const, cidrs: [cidr('10.0.0.0/16')] },
  by: 'sgr-web',
}

function vpc(changes: Partial<VpcNetwork> = {}): VpcNetwork {
  return smallVpc({
    interfaces: [
      networkInterface(1, 'a', '10.0.1.5', ['sg-1']),
      networkInterface(2, 'a', '10.0.1.6', ['sg-2']),
      networkInterface(3, 'b', '10.0.2.5', ['sg-3']),
    ],
    securityGroups: [securityGroup('sg-1'), securityGroup('sg-2'), securityGroup('sg-3', { ingress: [WEB] })],
    countsFlows: true,
    ...changes,
  })
}

describeKernel('flows in the kernel', import.meta.url, () => {
  const world = randomBytes(3).toString('hex')
  const sandboxes = { boot: async () => undefined, halt: async () => undefined }
  const guests = new Map<number, Guest>()
  let driver: LinuxDriver

  beforeAll(async () => {
    driver = new LinuxDriver({ world, sandboxes })
    await driver.start()
    await apply(vpc())
    for (const number of [1, 3]) guests.set(number, await Guest.enter(instanceNamespace(world, `i-${number}`)))
  })

  afterAll(async () => {
    for (const guest of guests.values()) await guest.leave()
    await driver?.destroy()
  })

  async function apply(wanted: VpcNetwork): Promise<void> {
    expect((await driver.apply(networkOf(wanted))).failures).toEqual(new Map())
  }

  async function flows(): Promise<readonly CountedFlow[]> {
    return (await driver.countFlows(['vpc-1'])).get('vpc-1') ?? []
  }

  /** Packets offered and accepted by flag, at an interface. */
  async function counted(interfaceId: string, direction: string, port: number): Promise<Record<number, string>> {
    const own = (await flows()).filter((flow) => flow.interfaceId === interfaceId && flow.direction === direction)
    const there = own.filter(({ destinationPort }) => destinationPort === port)
    const sums = Object.entries(Object.groupBy(there, ({ flag }) => flag)).map(([flag, each = []]) => {
      const sum = (of: 'offered' | 'accepted') => each.reduce((packets, flow) => packets + flow[of].packets, 0)
      return [flag, `${sum('offered')}/${sum('accepted')}`]
    })
    return Object.fromEntries(sums)
  }

  const guest = (number: number) => guests.get(number) ?? expect.unreachable()

  test('a datagram that is let out and not in is counted on both ends', async () => {
    for (let sent = 0; sent < 3; sent++) await guest(1).sendUdp('10.0.2.5', 8080, 100)
    expect(await counted('eni-1', 'egress', 8080)).toEqual({ 0: '3/3' })
    expect(await counted('eni-3', 'ingress', 8080)).toEqual({ 0: '3/0' })
    const flow = (await flows()).find(({ interfaceId }) => interfaceId === 'eni-3')
    expect(flow).toMatchObject({
      source: '10.0.1.5',
      destination: '10.0.2.5',
      protocol: 17,
      offered: { packets: 1, bytes: 128 },
    })
  })

  test('a connection is counted whole, and by its flags', async () => {
    expect(await guest(1).keep('web', '10.0.2.5', 80)).toBe('connected')
    expect(await guest(1).say('web')).toBe('answered')
    expect(await guest(1).end('web')).toBe('ended')
    const out = await counted('eni-1', 'egress', 80)
    expect(out).toEqual(await counted('eni-3', 'ingress', 80))
    expect(out[2]).toBe('1/1')
    expect(out[1]).toBe('1/1')
    const back = (await flows()).filter(({ sourcePort, interfaceId }) => sourcePort === 80 && interfaceId === 'eni-1')
    expect(back.find(({ flag }) => flag === 18)?.accepted.packets).toBe(1)
  })

  test('a connection that is refused by a group is seen and not let in', async () => {
    expect(await guest(1).connect('10.0.2.5', 443)).toBe('silence')
    expect((await counted('eni-3', 'ingress', 443))[2]).toMatch(/^[1-9]\d*\/0$/)
    expect((await counted('eni-1', 'egress', 443))[2]).toMatch(/^([1-9]\d*)\/\1$/)
  })

  test('rules that change lose no count, and the driver sees nothing to mend', async () => {
    await guest(1).sendUdp('10.0.2.5', 9000, 10)
    await apply(vpc({ securityGroups: [securityGroup('sg-1'), securityGroup('sg-2'), securityGroup('sg-3')] }))
    await guest(1).sendUdp('10.0.2.5', 9000, 10)
    expect(await counted('eni-3', 'ingress', 9000)).toEqual({ 0: '2/1' })
    expect(await driver.hasDrifted()).toBe(false)
    const next = new LinuxDriver({ world, sandboxes })
    await next.apply(networkOf(vpc()))
    expect((await next.countFlows(['vpc-1'])).get('vpc-1')?.length).toBe((await flows()).length)
  })

  test("a flow log tells what was accepted and what was rejected, with the kernel's numbers", async () => {
    const store = await Store.open(new MemoryJournal())
    const lines: string[] = []
    const flowLogs = new FlowLogs({
      store,
      findVpc: () => vpc(),
      countFlows: (ids) => driver.countFlows(ids),
      settle: async () => undefined,
      deliver: async (_, delivered) => {
        lines.push(...delivered.map(({ text }) => text))
        return undefined
      },
      now: () => new Date(),
      log: (line) => expect.unreachable(line),
    })
    store.transact((tx) => {
      const { Vpc: made } = createVpc(tx, CALLER, { CidrBlock: '10.0.0.0/16' })
      tx.flowLogs.insert({ ...FLOW_LOG, resourceId: `vpc-${made?.VpcId?.slice(4)}` })
    })
    flowLogs.start()
    // What was before is not told.
    await flowLogs.deliverNow()
    lines.length = 0
    expect(await guest(1).keep('logged', '10.0.2.5', 80)).toBe('connected')
    expect(await guest(1).end('logged')).toBe('ended')
    for (let sent = 0; sent < 3; sent++) await guest(1).sendUdp('10.0.2.5', 9999, 100)
    await flowLogs.deliverNow()
    await flowLogs.stop()
    const told = lines.map((line) => line.replace(/ \d+ \d+ (ACCEPT|REJECT|-) /, ' $1 '))
    const port = told.flatMap((line) => / 10.0.1.5 10.0.2.5 (\d+) 80 /.exec(line)?.[1] ?? [])[0]
    expect(told).toContainEqual(
      expect.stringMatching(`^2 123456789012 eni-1 10.0.1.5 10.0.2.5 ${port} 80 6 \\d+ \\d+ ACCEPT OK$`),
    )
    expect(told).toContainEqual(
      expect.stringMatching(`^2 123456789012 eni-3 10.0.2.5 10.0.1.5 80 ${port} 6 \\d+ \\d+ ACCEPT OK$`),
    )
    expect(
      told
        .filter((line) => / 9999 17 1 128 /.test(line))
        .map((line) => /(eni-\d) .* (\w+) OK$/.exec(line)?.slice(1).join(' '))
        .sort(),
    ).toEqual(['eni-1 ACCEPT', 'eni-1 ACCEPT', 'eni-1 ACCEPT', 'eni-3 REJECT', 'eni-3 REJECT', 'eni-3 REJECT'])
    expect(told).toContain('2 123456789012 eni-2 - - - - - - - - NODATA')
  })

  test('a VPC without a flow log has no such table', async () => {
    const { countsFlows: _, ...plain } = vpc()
    await apply(smallVpc(plain))
    expect(await flows()).toEqual([])
    await apply(vpc())
    expect(await flows()).toEqual([])
  })
})
