// What is told of traffic at what stands in the way, with the kernel's numbers: flow logs of interfaces that no link leads to.
// Address plan: compile/small-transit.ts, with b's ways out: nat-b is eni-nat-b, 10.1.2.200 and 44.192.7.1; vpce-b's interfaces are
// eni-e1 at 10.1.1.100 and eni-e2 at 10.1.2.100.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEFAULT_SITE } from '../../src/compile/internet.ts'
import { FlowPlaces } from '../../src/telemetry/flow-logs/attribution.ts'
import { FlowLedger } from '../../src/telemetry/flow-logs/flow-ledger.ts'
import { FlowWindow } from '../../src/telemetry/flow-logs/flow-window.ts'
import { describeKernel } from './namespaced.ts'
import { RecordWorld } from './record-world.ts'
import { FLOW_LOG, OPEN, recordsOf, type TransitShape } from './transit-shape.ts'

const SITE = DEFAULT_SITE.address
const ALL = '0.0.0.0/0'
/** a leaves by b; of b's endpoint the client in a1 may use HTTPS alone. */
const SHAPE: TransitShape = {
  ...OPEN,
  egress: true,
  counted: true,
  routes: { a1: [{ cidr: ALL, to: 'gateway' }] },
  staticRoutes: {
    'tgw-rtb-1': [
      { cidr: ALL, to: 'b' },
      { cidr: '10.9.0.0/16', to: 'blackhole' },
    ],
  },
  groups: { 'sg-b': { ingress: [{ protocol: 'tcp', ports: { from: 443, to: 443 }, peer: '10.0.1.0/24' }] } },
}

describeKernel('traffic at what stands in the way', import.meta.url, () => {
  let world: RecordWorld

  beforeAll(async () => {
    world = await RecordWorld.open(await recordsOf(SHAPE), ['i-a1', 'i-b1'])
  })

  afterAll(async () => {
    await world?.close()
  })

  /** Lines of the flow log about an interface, without repetition. */
  async function linesOf(interfaceId: string): Promise<string[]> {
    const flows = (await world.driver.countFlows(['vpc-b'])).get('vpc-b') ?? []
    const vpc = world.network.vpcs.find(({ id }) => id === 'vpc-b') ?? expect.unreachable()
    const places = new FlowPlaces(vpc)
    const window = new FlowWindow(0)
    const changes = new FlowLedger(0).take(flows, 1000)
    window.add(
      FLOW_LOG,
      changes.flatMap((change) => places.attribute(change)),
    )
    const own = window.close(FLOW_LOG, places, 1000).filter((line) => line.interfaceId === interfaceId)
    return [...new Set(own.map(({ text }) => text.slice(interfaceId.length + 1)))].sort()
  }

  test('a NAT gateway is told of on both sides, by its private address', async () => {
    expect(await world.reaches(`i-b1 ${SITE}:80`)).toBe(true)
    await expect
      .poll(async () => (await linesOf('eni-nat-b')).map((line) => line.replace(/ \d+ ACCEPT/, '')))
      .toEqual([
        `egress 10.1.2.200 10.1.1.5 ${SITE} 10.1.1.5`,
        `egress 10.1.2.200 ${SITE} 10.1.2.200 ${SITE}`,
        `ingress 10.1.1.5 10.1.2.200 10.1.1.5 ${SITE}`,
        `ingress ${SITE} 10.1.2.200 ${SITE} 10.1.2.200`,
      ])
  })

  test('an endpoint is told of with clients of another VPC, let in and not', async () => {
    expect(await world.reaches('i-a1 10.1.1.100:443')).toBe(true)
    expect(await world.reaches('i-a1 10.1.1.100:80', 100)).toBe(false)
    const told = async () => (await linesOf('eni-e1')).map((line) => line.replace(/ \d{4,} (\w+)$/, ' high $1'))
    await expect
      .poll(told)
      .toEqual([
        'egress 10.1.1.100 10.0.1.5 10.1.1.100 10.0.1.5 high ACCEPT',
        'ingress 10.0.1.5 10.1.1.100 10.0.1.5 10.1.1.100 443 ACCEPT',
        'ingress 10.0.1.5 10.1.1.100 10.0.1.5 10.1.1.100 80 REJECT',
      ])
  })
})
