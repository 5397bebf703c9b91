// From the kernel's counts to lines. Address plan: compile/small-network.ts, with Systems Manager's endpoint (10.0.1.100 is
// eni-ssm-a, with sg-2).

import { describe, expect, test } from 'vitest'
import type { VpcNetwork } from '../../compile/network.ts'
import {
  address,
  networkInterface,
  openAcl,
  routeTable,
  securityGroup,
  smallVpcWithSsm,
} from '../../compile/small-network.ts'
import { cidr } from '../../ip/cidr.ts'
import type { CountedFlow, FlowCount } from '../../ip/counted-flow.ts'
import type { FlowLog } from '../../store/flow-log-records.ts'
import { FlowPlaces } from './attribution.ts'
import { FlowLedger } from './flow-ledger.ts'
import { FlowWindow } from './flow-window.ts'

const DEFAULT =
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status'

function formatOf(fields: string): string {
  return fields
    .split(' ')
    .map((field) => `\${${field}}`)
    .join(' ')
}

function flowLog(changes: Partial<FlowLog> = {}): FlowLog {
  return {
    id: 'fl-1',
    owner: '123456789012',
    region: 'us-east-1',
    tags: {},
    createdAt: '2026-01-01T00:00:00Z',
    resourceId: 'vpc-1',
    vpcId: 'vpc-1',
    trafficType: 'ALL',
    destination: { kind: 'cloud-watch-logs', logGroupName: 'flows' },
    logFormat: formatOf(DEFAULT),
    maxAggregationInterval: 60,
    ...changes,
  }
}

const packets = (count: number, idle = 0): FlowCount => ({ packets: count, bytes: count * 100, idle })

function counted(changes: Partial<CountedFlow> = {}): CountedFlow {
  return {
    interfaceId: 'eni-1',
    direction: 'egress',
    source: '10.0.1.5',
    destination: '10.0.2.5',
    sourcePort: 40_000,
    destinationPort: 443,
    protocol: 6,
    flag: 0,
    offered: packets(1),
    accepted: packets(1),
    ...changes,
  }
}

describe('the ledger', () => {
  const told = (ledger: FlowLedger, offered: FlowCount, accepted: FlowCount, at = 60_000) =>
    ledger.take([counted({ offered, accepted })], at).map((one) => [one.accepted.packets, one.rejected.packets])

  test('tells what is new, and nothing where there is nothing', () => {
    const ledger = new FlowLedger(0)
    expect(told(ledger, packets(5), packets(3))).toEqual([[3, 2]])
    expect(told(ledger, packets(5), packets(3))).toEqual([])
    expect(told(ledger, packets(9), packets(6))).toEqual([[3, 1]])
  })

  test('a packet that is between the two points is not rejected', () => {
    const ledger = new FlowLedger(0)
    // Offered is read first: one came after it.
    expect(told(ledger, packets(2), packets(3))).toEqual([[3, 0]])
    expect(told(ledger, packets(3), packets(3))).toEqual([])
    expect(told(ledger, packets(4), packets(3))).toEqual([[0, 1]])
    expect(told(ledger, packets(5), packets(4))).toEqual([[1, 0]])
  })

  test('a flow that was forgotten counts from nothing', () => {
    const ledger = new FlowLedger(0)
    expect(told(ledger, packets(50), packets(50))).toEqual([[50, 0]])
    expect(told(ledger, packets(2), packets(2))).toEqual([[2, 0]])
    expect(ledger.take([], 90_000)).toEqual([])
    expect(told(ledger, packets(3), packets(3))).toEqual([[3, 0]])
  })

  test('the times are those of the reading before and of the last packet', () => {
    const ledger = new FlowLedger(10_000)
    const [change] = ledger.take([counted({ offered: packets(1, 20), accepted: packets(1, 25) })], 70_000)
    expect(change).toMatchObject({ since: 10_000, last: 50_000 })
  })
})

function lines(flows: readonly CountedFlow[], log: Partial<FlowLog> = {}, vpc: Partial<VpcNetwork> = {}): string[] {
  const places = new FlowPlaces(smallVpcWithSsm(vpc))
  const window = new FlowWindow(1_000_000)
  const ledger = new FlowLedger(1_000_000)
  const entries = ledger.take(flows, 1_060_000).flatMap((change) => places.attribute(change))
  window.add(flowLog(log), entries)
  return window.close(flowLog(log), places, 1_060_000).map(({ text }) => text)
}

const busy = (all: readonly string[]) => all.filter((line) => !line.endsWith('NODATA'))

describe('lines', () => {
  test('are those of version 2, to the letter', () => {
    expect(busy(lines([counted({ offered: packets(7), accepted: packets(5) })]))).toEqual([
      '2 123456789012 eni-1 10.0.1.5 10.0.2.5 40000 443 6 5 500 1000 1060 ACCEPT OK',
      '2 123456789012 eni-1 10.0.1.5 10.0.2.5 40000 443 6 2 200 1000 1060 REJECT OK',
    ])
  })

  test('an interface without traffic has one that says so', () => {
    expect(lines([])).toContain('2 123456789012 eni-3 - - - - - - - 1000 1060 - NODATA')
    expect(lines([], { resourceId: 'subnet-b' })).toHaveLength(2)
    expect(lines([], { resourceId: 'eni-2' })).toHaveLength(1)
  })

  test('only those of the traffic that is asked for', () => {
    const flows = [counted({ offered: packets(7), accepted: packets(5) })]
    expect(busy(lines(flows, { trafficType: 'REJECT' }))).toEqual([expect.stringContaining('REJECT OK')])
    expect(busy(lines(flows, { trafficType: 'ACCEPT' }))).toEqual([expect.stringContaining('ACCEPT OK')])
    expect(busy(lines(flows, { resourceId: 'subnet-b' }))).toEqual([])
  })

  test('TCP flags are put together, and are one line', () => {
    const logFormat = formatOf('tcp-flags packets flow-direction instance-id vpc-id az-id type region')
    const flows = [2, 0, 1].map((flag) => counted({ flag }))
    expect(busy(lines(flows, { logFormat, resourceId: 'eni-1' }))).toEqual([
      '3 3 egress i-1 vpc-1 use1-az6 IPv4 us-east-1',
    ])
  })

  test('the version is the highest of the fields, and what nobody knows is a dash', () => {
    const of = (fields: string) => lines([counted()], { logFormat: formatOf(fields), resourceId: 'eni-1' })
    expect(of('version vpc-id sublocation-id')).toEqual(['4 vpc-1 -'])
    expect(of('version pkt-src-aws-service')).toEqual(['5 -'])
  })

  test('a secondary address is shown as the primary one, and as it is in the packet', () => {
    const interfaces = [networkInterface(1, 'a', '10.0.1.5', ['sg-1'])].map((one) => ({
      ...one,
      addresses: [...one.addresses, '10.0.1.50' as (typeof one.addresses)[number]],
    }))
    const logFormat = formatOf('srcaddr dstaddr pkt-srcaddr pkt-dstaddr')
    expect(busy(lines([counted({ source: '10.0.1.50' })], { logFormat }, { interfaces }))).toEqual([
      '10.0.1.5 10.0.2.5 10.0.1.50 10.0.2.5',
    ])
  })

  test('the resolver is not logged', () => {
    expect(busy(lines([counted({ destination: '10.0.0.2', destinationPort: 53, protocol: 17 })]))).toEqual([])
  })

  test.each([
    ['10.0.2.5', '1'],
    ['198.51.100.1', '8'],
    ['192.0.2.1', '-'],
  ])('the path to %s is %s', (destination, path) => {
    const online = {
      cidr: cidr('198.51.100.0/24'),
      nextHop: { kind: 'internetGateway' as const, gatewayId: 'igw-1' as const },
      by: 'rtb-a',
    }
    const routeTables = [routeTable('a', [online]), routeTable('b')]
    expect(busy(lines([counted({ destination })], { logFormat: formatOf('traffic-path') }, { routeTables }))[0]).toBe(
      path,
    )
  })
})

describe('an endpoint, whose interface is in no instance', () => {
  const toEndpoint = counted({ destination: '10.0.1.100', offered: packets(3), accepted: packets(0, 99) })
  const short = (all: readonly string[]) =>
    busy(all).map((line) =>
      line
        .split(' ')
        .filter((_, at) => at === 2 || at === 12)
        .join(' '),
    )

  test('what its groups refuse was let out by the client, and rejected there', () => {
    const securityGroups = [securityGroup('sg-1'), securityGroup('sg-2', { ingress: [] })]
    expect(short(lines([toEndpoint], {}, { securityGroups }))).toEqual(['eni-1 ACCEPT', 'eni-ssm-a REJECT'])
  })

  test.each([
    ['groups', { securityGroups: [securityGroup('sg-1', { egress: [] }), securityGroup('sg-2')] }],
    ['network ACL', { networkAcls: [openAcl('a', { egress: [] }), openAcl('b')] }],
  ])("what the client's own %s refuse does not come to it", (what, changes) => {
    const flow = what === 'groups' ? toEndpoint : { ...toEndpoint, destination: '10.0.2.100' }
    expect(short(lines([flow], {}, changes))).toEqual(['eni-1 REJECT'])
  })

  test('what it answers has left it', () => {
    const answer = counted({ direction: 'ingress', source: '10.0.1.100', destination: '10.0.1.5', sourcePort: 443 })
    expect(short(lines([{ ...toEndpoint, accepted: packets(3) }, answer]))).toEqual([
      'eni-1 ACCEPT',
      'eni-ssm-a ACCEPT',
      'eni-1 ACCEPT',
      'eni-ssm-a ACCEPT',
    ])
  })
})

describe('a NAT gateway', () => {
  const NAT = '10.0.1.200'
  const [SITE, PUBLIC] = ['203.0.113.10', '44.192.0.2']
  const gateway = networkInterface(9, 'a', NAT, [], { id: 'eni-nat' })
  const { instanceId: _, deviceIndex: _index, ...own } = gateway
  const changes: Partial<VpcNetwork> = {
    interfaces: [own],
    natGateways: [
      {
        id: 'nat-1',
        kind: 'public',
        subnetId: 'subnet-a',
        interfaceId: 'eni-nat',
        address: address(NAT),
        backboneAddress: address('240.1.9.1'),
        publicAddress: address(PUBLIC),
      },
    ],
  }
  const leg = (direction: CountedFlow['direction'], source: string, destination: string) =>
    counted({ interfaceId: 'eni-nat', direction, source, destination })

  test.each([
    ['from the client', leg('ingress', '10.0.2.5', SITE), `10.0.2.5 ${NAT} 10.0.2.5 ${SITE}`],
    ['to the destination', leg('egress', PUBLIC, SITE), `${NAT} ${SITE} ${NAT} ${SITE}`],
    ['from the destination', leg('ingress', SITE, PUBLIC), `${SITE} ${NAT} ${SITE} ${NAT}`],
    ['to the client', leg('egress', SITE, '10.0.2.5'), `${NAT} 10.0.2.5 ${SITE} 10.0.2.5`],
  ])('%s: its own end is its private address', (_name, flow, line) => {
    const logFormat = formatOf('srcaddr dstaddr pkt-srcaddr pkt-dstaddr')
    expect(lines([flow], { logFormat }, changes)).toEqual([line])
  })

  test('is told of where nothing came to it', () => {
    expect(lines([], {}, changes)).toEqual(['2 123456789012 eni-nat - - - - - - - 1000 1060 - NODATA'])
  })
})
