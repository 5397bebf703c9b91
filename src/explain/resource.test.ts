// A flow to a resource. Address plan: compile/small-network.ts is the provider, vpc-1, with the gateway rgw-1 (sg-1) whose
// node eni-g is 10.0.1.60 in use1-az6; the consumer vpc-2 has the same addresses, i-9 10.0.1.5 (sg-1), and vpce-1 (sg-1),
// whose interface eni-e is 10.0.1.110: there rcfg-1 answers, and rcfg-2 at 10.0.1.130 of its block.

import { describe, expect, test } from 'vitest'
import type { EndpointResourceNetwork, Network, ResourceConnectionNetwork, VpcNetwork } from '../compile/network.ts'
import { address, networkInterface, networkOf, securityGroup, smallVpc } from '../compile/small-network.ts'
import { type Protocol, TCP, UDP } from '../ip/protocol.ts'
import { explain } from './explain.ts'
import { asSeenBy } from './view.ts'

const [PROVIDER, CONSUMER] = ['123456789012', '999999999999']
const PORTS = [{ from: 8000, to: 8010 }]
const BACKBONE = address('240.1.9.1')
const NODE = {
  id: 'eni-g',
  subnetId: 'subnet-a',
  availabilityZone: 'us-east-1a',
  availabilityZoneId: 'use1-az6',
  address: address('10.0.1.60'),
  backboneAddress: address('240.1.9.9'),
} as const

function owned(id: `eni-${string}`, at: string) {
  return networkInterface(0, 'a', at, ['sg-1'], { id, backboneAddress: address('240.1.9.8') })
}

function detached<T extends { instanceId?: unknown; deviceIndex?: unknown }>(eni: T): T {
  const { instanceId: _, deviceIndex: __, ...rest } = eni
  return rest as T
}

function provider(connection: Partial<ResourceConnectionNetwork> = {}, changes: Partial<VpcNetwork> = {}): VpcNetwork {
  const one: ResourceConnectionNetwork = {
    endpointId: 'vpce-1',
    consumer: CONSUMER,
    backboneAddress: BACKBONE,
    nodeId: 'eni-g',
    resourceConfigurationId: 'rcfg-1',
    portRanges: PORTS,
    target: address('10.0.2.5'),
    ...connection,
  }
  return smallVpc({
    interfaces: [...smallVpc().interfaces, detached(owned('eni-g', '10.0.1.60'))],
    resourceGateways: [{ id: 'rgw-1', owner: PROVIDER, groupIds: ['sg-1'], nodes: [NODE], connections: [one] }],
    ...changes,
  })
}

function consumer(door: { readonly nodeId?: 'eni-g' } = { nodeId: 'eni-g' }): VpcNetwork {
  const resource = (id: 'rcfg-1' | 'rcfg-2', at: string): EndpointResourceNetwork => ({
    id: `vpce-rsc-asc-${id}`,
    resourceConfigurationId: id,
    name: `vpce-1.${id}.4232ccc.vpc-lattice-rsc.us-east-1.on.aws`,
    portRanges: PORTS,
    interfaces: [
      {
        id: 'eni-e',
        subnetId: 'subnet-a',
        availabilityZone: 'us-east-1a',
        availabilityZoneId: 'use1-az6',
        address: address(at),
        backboneAddress: BACKBONE,
        ...door,
      },
    ],
  })
  const resources = [resource('rcfg-1', '10.0.1.110'), resource('rcfg-2', '10.0.1.130')]
  return smallVpc({
    id: 'vpc-2',
    owner: CONSUMER,
    interfaces: [
      { ...networkInterface(9, 'a', '10.0.1.5', ['sg-1']), owner: CONSUMER },
      { ...detached(owned('eni-e', '10.0.1.110')), endpointId: 'vpce-1' },
    ],
    instances: [{ id: 'i-9', owner: CONSUMER, hostname: 'host-9', boot: 1, rootPath: '/' }],
    resourceEndpoints: [{ id: 'vpce-1', owner: CONSUMER, type: 'ServiceNetwork', groupIds: ['sg-1'], resources }],
  })
}

function ask(network: Network, at = '10.0.1.110', port = 8000, protocol: Protocol = TCP) {
  const to = { address: address(at), port, protocol }
  return explain(network, { from: 'i-9', to, now: '2026-01-01T00:00:00.000Z' })
}

/** The first blocker's stage and sentence; `reachable` when there is none. */
function outcome(...asked: Parameters<typeof ask>): string {
  const [blocker] = ask(...asked).blockers
  return blocker ? `${blocker.stage}: ${blocker.why}` : 'reachable'
}

describe('a flow to a resource', () => {
  test('goes by the gateway, whose address the resource sees, at an address of the interface or of its block', () => {
    const network = networkOf(provider(), consumer())
    expect(outcome(network)).toBe('reachable')
    expect(outcome(network, '10.0.1.130', 8010)).toBe('reachable')
    const target = ask(network).steps.find(({ stage }) => stage === 'target')
    expect(target?.why).toBe(
      'the resource i-3 runs and sees 10.0.1.60; whether it listens on tcp/8000 is its own affair',
    )
  })

  const noGroup = { securityGroups: [securityGroup('sg-1', { egress: [] }), securityGroup('sg-2')] }
  const unresolved = { target: undefined, domainName: { name: 'db.example', resolution: 'PUBLIC' } } as never
  test.each([
    [
      'no other port',
      networkOf(provider(), consumer()),
      8011,
      TCP,
      /^listener: rcfg-1 takes tcp\/8000-8010, not tcp\/8011/,
    ],
    ['no datagram', networkOf(provider(), consumer()), 8000, UDP, /^listener: .*not udp\/8000/],
    ['no zone without a gateway', networkOf(smallVpc(), consumer({})), 8000, TCP, /^zone: .*no interface in use1-az6/],
    [
      'no name without an address',
      networkOf(provider(unresolved), consumer()),
      8000,
      TCP,
      /^target: db\.example has no public address/,
    ],
    [
      'the gateway lets it out',
      networkOf(provider({}, noGroup), consumer()),
      8000,
      TCP,
      /^sg-egress: sg-1 has no egress rule/,
    ],
    [
      'its zone is up',
      networkOf(provider({}, { failedZoneIds: ['use1-az6'] }), consumer()),
      8000,
      TCP,
      /^zone: use1-az6 is down/,
    ],
    [
      'somebody has the address',
      networkOf(provider({ target: address('10.0.2.9') }), consumer()),
      8000,
      TCP,
      /^target: no interface .* of the resource$/,
    ],
  ])('is stopped: %s', (_, network, port, protocol, expected) => {
    expect(outcome(network, '10.0.1.110', port, protocol)).toMatch(expected)
  })

  test('shows its consumer nothing of what lies behind the gateway', () => {
    const network = networkOf(provider({}, noGroup), consumer())
    const trace = asSeenBy(CONSUMER, ask(network))
    expect(trace.blockers).toMatchObject([{ stage: 'endpoint-service', by: 'rcfg-1' }])
    expect(JSON.stringify(trace.steps)).not.toMatch(/10\.0\.1\.60|eni-g|i-3/)
    expect(asSeenBy(PROVIDER, ask(network)).blockers[0]?.stage).toBe('sg-egress')
  })
})
