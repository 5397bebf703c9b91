// What is told of traffic at what stands in the way, with the kernel's numbers: flow logs of interfaces that no link leads to,
// and metrics.
// Address plan: compile/small-transit.ts, with b's ways out: nat-b is eni-nat-b, 10.1.2.200 and 44.192.7.1; vpce-b's interfaces are
// eni-e1 at 10.1.1.100 and eni-e2 at 10.1.2.100.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEFAULT_SITE } from '../../src/compile/internet.ts'
import type { PassageCount } from '../../src/ip/counted-traffic.ts'
import { openMonitoring } from '../../src/services/monitoring/monitoring-service.ts'
import { MemoryJournal } from '../../src/store/journal.ts'
import type { MetricAlarm } from '../../src/store/monitoring-records.ts'
import { Store } from '../../src/store/store.ts'
import { FlowPlaces } from '../../src/telemetry/flow-logs/attribution.ts'
import { FlowLedger } from '../../src/telemetry/flow-logs/flow-ledger.ts'
import { FlowWindow } from '../../src/telemetry/flow-logs/flow-window.ts'
import { describeKernel } from './namespaced.ts'
import { RecordWorld } from './record-world.ts'
import { metricsOf, toldOf } from './told-metrics.ts'
import { FLOW_LOG, OPEN, recordsOf, type TransitShape } from './transit-shape.ts'

const SITE = DEFAULT_SITE.address
const ALL = '0.0.0.0/0'
const SSM = 'com.amazonaws.us-east-1.ssm'
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

const AT = '2026-01-01T00:00:00Z'
const BLACKHOLED: MetricAlarm = {
  id: 'arn:aws:cloudwatch:us-east-1:111111111111:alarm:blackholed',
  owner: '111111111111',
  region: 'us-east-1',
  tags: {},
  createdAt: AT,
  name: 'blackholed',
  actionsEnabled: false,
  actions: { OK: [], ALARM: [], INSUFFICIENT_DATA: [] },
  namespace: 'AWS/TransitGateway',
  metricName: 'PacketDropCountBlackhole',
  dimensions: [{ name: 'TransitGateway', value: 'tgw-1' }],
  statistic: 'Sum',
  period: 60,
  evaluationPeriods: 1,
  threshold: 1,
  comparison: 'GreaterThanOrEqualToThreshold',
  missingData: 'missing',
  saysMissingData: false,
  configuredAt: AT,
  state: 'INSUFFICIENT_DATA',
  stateReason: '',
  stateUpdatedAt: AT,
  stateChangedAt: AT,
}

describeKernel('traffic at what stands in the way', import.meta.url, () => {
  let world: RecordWorld
  let store: Store

  beforeAll(async () => {
    store = await Store.open(new MemoryJournal())
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

  const metricsWorld = () => ({ store, driver: world.driver, network: () => world.network })

  /** Bytes that came in and did not go out, by direction. */
  async function natDifferences(): Promise<number[]> {
    const { passages } = await world.driver.countTraffic({ vpcIds: ['vpc-b'], transitGateways: [] })
    const gateway = world.network.vpcs.flatMap(({ natGateways = [] }) => natGateways)[0]
    const counts = passages.get('vpc-b')?.find(({ address }) => address === gateway?.backboneAddress)?.counts ?? {}
    const bytes = (count: PassageCount) => counts[count]?.bytes ?? -1
    return [bytes('inOriginal') - bytes('outOriginal'), bytes('inReply') - bytes('outReply')]
  }

  test('metrics tell of a NAT gateway, an endpoint and a transit gateway what the kernel counted', async () => {
    const sums = await toldOf(metricsWorld(), async () => {
      expect(await world.reaches(`i-b1 ${SITE}:80`)).toBe(true)
      expect(await world.reaches('i-a1 10.1.1.100:443')).toBe(true)
      expect(await world.reaches('i-a1 10.9.0.1:443', 100)).toBe(false)
    })
    const nat = (name: string) => sums.get(`AWS/NATGateway ${name} nat-b`) ?? expect.unreachable(name)
    expect(nat('ConnectionAttemptCount')).toBe(1)
    // An answer that comes late comes twice.
    expect(nat('ConnectionEstablishedCount')).toBeGreaterThanOrEqual(1)
    expect(nat('BytesInFromSource')).toBeGreaterThanOrEqual(nat('PacketsInFromSource') * 40)
    expect(nat('BytesOutToSource')).toBeGreaterThan(0)
    // Once all is quiet, what came in has gone out.
    await expect.poll(() => natDifferences()).toEqual([0, 0])
    const ofEndpoint = (name: string, ...subnet: string[]) =>
      sums.get(['AWS/PrivateLinkEndpoints', name, 'Interface', SSM, 'vpce-b', 'vpc-b', ...subnet].join(' '))
    expect([ofEndpoint('NewConnections'), ofEndpoint('NewConnections', 'subnet-b1')]).toEqual([1, 1])
    expect(ofEndpoint('BytesProcessed')).toBeGreaterThan(200)
    expect(ofEndpoint('BytesProcessed', 'subnet-b2')).toBeUndefined()
    const atA = (name: string) => sums.get(`AWS/TransitGateway ${name} tgw-1 tgw-attach-a`) ?? 0
    expect(atA('PacketDropCountBlackhole')).toBeGreaterThanOrEqual(1)
    expect(atA('PacketDropCountNoRoute')).toBe(0)
    expect([atA('BytesIn') > 0, atA('BytesOut') > 0]).toEqual([true, true])
    expect(sums.get('AWS/TransitGateway PacketsIn tgw-1 tgw-attach-c')).toBe(0)
    expect(sums.get('AWS/TransitGateway PacketsIn tgw-1')).toBe(
      atA('PacketsIn') + (sums.get('AWS/TransitGateway PacketsIn tgw-1 tgw-attach-b') ?? 0),
    )
    expect(await world.driver.hasDrifted()).toBe(false)
  })

  test('an alarm on a blackhole goes off', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'postern-metrics-'))
    const log = (line: string) => expect.unreachable(line)
    const monitoring = openMonitoring({ store, directory, notify: async () => undefined, now: () => new Date(), log })
    try {
      const metrics = metricsOf(metricsWorld(), (place, input) => monitoring.putMetricData(place, input))
      await metrics.tell()
      store.transact((tx) => tx.metricAlarms.insert(BLACKHOLED))
      expect(await world.reaches('i-a1 10.9.0.1:443', 100)).toBe(false)
      await metrics.tell()
      await metrics.stop()
      await expect.poll(() => [...store.records.metricAlarms.all()].map(({ state }) => state)).toEqual(['ALARM'])
    } finally {
      await monitoring.close()
      rmSync(directory, { recursive: true })
    }
  })
})
