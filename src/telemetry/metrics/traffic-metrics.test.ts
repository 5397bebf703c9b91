// From the kernel's counts to metrics. Worlds: compile/small-network.ts with Systems Manager's endpoint, and the provider's VPC of
// compile/small-balancer.ts.

import { describe, expect, test } from 'vitest'
import type { TransitGatewayNetwork, VpcNetwork } from '../../compile/network.ts'
import { loadBalancer, providerVpc } from '../../compile/small-balancer.ts'
import { address, networkOf, smallVpcWithSsm } from '../../compile/small-network.ts'
import { cidr } from '../../ip/cidr.ts'
import type { Amount, CountedPassage, PassageCount } from '../../ip/counted-traffic.ts'
import type { ResourceMetric } from './resource-metrics.ts'
import { TrafficLedger, trafficPlaces } from './traffic-ledger.ts'
import { trafficMetrics } from './traffic-metrics.ts'

const NAT = address('240.1.9.1')
const packets = (count: number): Amount => ({ packets: count, bytes: count * 100 })

function passage(of: CountedPassage['address'], counts: Partial<Record<PassageCount, number>>, active = 0) {
  const amounts = Object.entries(counts).map(([name, count]) => [name, packets(count)])
  return { address: of, counts: Object.fromEntries(amounts), active, activeTcp: active } satisfies CountedPassage
}

function withNat(): VpcNetwork {
  return smallVpcWithSsm({
    natGateways: [
      {
        id: 'nat-1',
        kind: 'public',
        subnetId: 'subnet-a',
        interfaceId: 'eni-nat',
        address: address('10.0.1.200'),
        backboneAddress: NAT,
        publicAddress: address('44.192.0.2'),
      },
    ],
  })
}

/** The last of several readings, told. */
function told(vpc: VpcNetwork, ...readings: readonly (readonly CountedPassage[] | undefined)[]): ResourceMetric[] {
  const network = networkOf(vpc)
  const ledger = new TrafficLedger()
  return readings
    .map((reading) => {
      const passages = new Map(reading ? [[vpc.id, reading] as const] : [])
      return trafficMetrics(network, ledger.take(trafficPlaces(network), { passages, attachments: new Map() }))
    })
    .at(-1) as ResourceMetric[]
}

function metricOf(metrics: readonly ResourceMetric[], name: string, ...dimensions: string[]): number | undefined {
  return metrics.find(
    (one) => one.name === name && Object.values(one.dimensions).sort().join() === [...dimensions].sort().join(),
  )?.value
}

describe('a NAT gateway', () => {
  const at = (counts: Partial<Record<PassageCount, number>>) => [passage(NAT, counts)]

  test('is told of in bytes and packets of each of four ways', () => {
    const counts = { inOriginal: 4, outOriginal: 3, inReply: 2, outReply: 1 } as const
    const metrics = told(withNat(), undefined, at(counts))
    const of = (what: string) =>
      ['InFromSource', 'OutToDestination', 'InFromDestination', 'OutToSource'].map((way) =>
        metricOf(metrics, `${what}${way}`, 'nat-1'),
      )
    expect(of('Packets')).toEqual([4, 3, 2, 1])
    expect(of('Bytes')).toEqual([400, 300, 200, 100])
    expect(metrics.find(({ name }) => name === 'BytesInFromSource')).toMatchObject({
      namespace: 'AWS/NATGateway',
      dimensions: { NatGatewayId: 'nat-1' },
      unit: 'Bytes',
    })
  })

  test('tells nothing of what was before the first reading, and nothing twice', () => {
    const of = (...readings: (readonly CountedPassage[] | undefined)[]) =>
      metricOf(told(withNat(), ...readings), 'PacketsInFromSource', 'nat-1')
    expect(of(at({ inOriginal: 9 }))).toBeUndefined()
    expect(of(at({ inOriginal: 9 }), at({ inOriginal: 12 }))).toBe(3)
    expect(of(undefined, at({ inOriginal: 9 }), at({ inOriginal: 9 }))).toBe(0)
    // Somebody took the table away, and it counts anew.
    expect(of(at({ inOriginal: 9 }), undefined, at({ inOriginal: 2 }))).toBe(2)
    expect(of(undefined, [])).toBe(0)
  })
})

test('an endpoint is told of as a whole and by subnet, where something came', () => {
  const at = passage(address('240.1.2.1'), { inOriginal: 3, inReply: 2, opened: 1, resetsReply: 1 }, 4)
  const metrics = told(smallVpcWithSsm(), undefined, [at])
  const whole = ['Interface', 'com.amazonaws.us-east-1.ssm', 'vpce-ssm', 'vpc-1']
  const names = ['ActiveConnections', 'BytesProcessed', 'NewConnections', 'RstPacketsReceived']
  for (const dimensions of [whole, [...whole, 'subnet-a']]) {
    expect(names.map((name) => metricOf(metrics, name, ...dimensions))).toEqual([4, 500, 1, 1])
  }
  expect(metrics).toHaveLength(2 * names.length)
  expect(Object.keys(metrics.at(-1)?.dimensions ?? {})).toEqual([
    'Endpoint Type',
    'Service Name',
    'VPC Endpoint Id',
    'VPC Id',
    'Subnet Id',
  ])
})

test('a Network Load Balancer is told of as a whole and by zone', () => {
  const balancer = loadBalancer()
  const nodes = balancer.nodes.map(({ backboneAddress }) => backboneAddress)
  const readings = nodes.map((node, index) => passage(node, { inOriginal: index + 1, inReply: 1, opened: 1 }, 1))
  const metrics = told(providerVpc({ loadBalancers: [balancer] }), undefined, readings)
  const name = 'net/lb/0123456789abcdef'
  expect([metricOf(metrics, 'ProcessedBytes', name), metricOf(metrics, 'NewFlowCount', name)]).toEqual([500, 2])
  expect(metricOf(metrics, 'ProcessedBytes', name, 'us-east-1a')).toBe(200)
  expect(metricOf(metrics, 'ActiveFlowCount', name, 'us-east-1b')).toBe(1)
})

test('what a transit gateway drops was for a blackhole, or for nowhere', () => {
  const gateway: TransitGatewayNetwork = {
    id: 'tgw-1',
    owner: '123456789012',
    region: 'us-east-1',
    attachments: [
      { id: 'tgw-attach-a', resource: { kind: 'vpc', vpcId: 'vpc-1' }, routeTableId: 'tgw-rtb-1' },
      { id: 'tgw-attach-b', resource: { kind: 'vpc', vpcId: 'vpc-2' } },
    ],
    routeTables: [
      { id: 'tgw-rtb-1', number: 1, entries: [{ cidr: cidr('10.9.0.0/16'), by: 'tgw-rtb-1 10.9.0.0/16' }] },
    ],
  }
  const network = { ...networkOf(), transitGateways: [gateway] }
  const ledger = new TrafficLedger()
  const dropped = (destination: string, count: number, on = 0) => ({
    destination: address(destination),
    arrived: packets(count),
    wentOn: packets(on),
  })
  const reading = [
    {
      id: 'tgw-attach-a',
      in: packets(9),
      out: packets(1),
      destinations: [dropped('10.9.0.1', 2), dropped('10.8.0.1', 3), dropped('10.1.0.1', 4, 4)],
    },
    { id: 'tgw-attach-b', in: packets(1), out: packets(0), destinations: [dropped('10.9.0.1', 1)] },
  ]
  const readings = [new Map(), new Map([['tgw-1', reading] as const])]
  const [, metrics = []] = readings.map((attachments) =>
    trafficMetrics(network, ledger.take(trafficPlaces(network), { passages: new Map(), attachments })),
  )
  const of = (name: string, ...attachment: string[]) => metricOf(metrics, name, 'tgw-1', ...attachment)
  expect([of('PacketDropCountBlackhole', 'tgw-attach-a'), of('PacketDropCountNoRoute', 'tgw-attach-a')]).toEqual([2, 3])
  expect([of('PacketDropCountBlackhole', 'tgw-attach-b'), of('PacketDropCountNoRoute', 'tgw-attach-b')]).toEqual([0, 1])
  expect([of('PacketsIn'), of('BytesOut'), of('BytesDropCountNoRoute')]).toEqual([10, 100, 400])
})
