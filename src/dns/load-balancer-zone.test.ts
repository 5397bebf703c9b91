// Names of load balancers and of endpoints that lead to them, and what leaves them. Address plan: compile/small-balancer.ts.

import { describe, expect, it } from 'vitest'
import type { InterfaceEndpointNetwork, LoadBalancerNetwork, TargetGroupNetwork } from '../compile/network.ts'
import {
  BALANCER_NAME,
  balancerNode,
  consumerVpc,
  ENDPOINT_NAME,
  endpointInterface,
  loadBalancer,
  ownEndpoint,
  providerVpc,
  target,
  targetGroup,
} from '../compile/small-balancer.ts'
import { address, networkOf } from '../compile/small-network.ts'
import type { ResourceRecordSet } from '../store/route53-records.ts'
import { type Asker, resolve } from './resolve.ts'

interface Situation {
  readonly balancer?: Partial<LoadBalancerNetwork>
  readonly group?: Partial<TargetGroupNetwork>
  readonly endpoint?: Partial<InterfaceEndpointNetwork>
  readonly records?: readonly ResourceRecordSet[]
  /** The id of the asker's zone. */
  readonly zone?: string
}

/** The consumer asks; its account has the private hosted zone corp.example. */
function asker({ balancer, group, endpoint, records = [], zone }: Situation = {}): Asker {
  const privateZones = [{ id: 'Z1', name: 'corp.example', recordSets: records }]
  const vpc = consumerVpc({ endpoints: [ownEndpoint(endpoint)], privateZones })
  const provider = providerVpc({ loadBalancers: [loadBalancer(balancer)], targetGroups: [targetGroup(group)] })
  return { network: networkOf(vpc, provider), vpc, ...(zone && { availabilityZoneId: zone }) }
}

function asked(name: string, situation?: Situation, rotation = 0, type: 'A' | 'AAAA' = 'A'): string {
  const { code, answers } = resolve(asker(situation), { name, type }, rotation)
  return [code, ...answers.map(({ data }) => String(data))].join(' ')
}

/** How often each answer came in a hundred turns. */
function tally(name: string, situation: Situation): Record<string, number> {
  const counts: Record<string, number> = {}
  for (let rotation = 0; rotation < 100; rotation++) {
    const answer = asked(name, situation, rotation)
    counts[answer] = (counts[answer] ?? 0) + 1
  }
  return counts
}

const BOTH = 'NOERROR 10.0.1.20 10.0.2.20'
const A = 'NOERROR 10.0.1.20'
const B = 'NOERROR 10.0.2.20'
const withdrawn = true as const
const aOut = [balancerNode('a', { withdrawn }), balancerNode('b')]
const PUBLIC = 'NOERROR 44.80.0.1 44.80.0.2'
const online = [
  balancerNode('a', { publicAddress: address('44.80.0.1') }),
  balancerNode('b', { publicAddress: address('44.80.0.2') }),
]
const allOut = [balancerNode('a', { withdrawn }), balancerNode('b', { withdrawn })]

describe("a load balancer's names", () => {
  it.each<[string, string, string, Situation?]>([
    ['the regional name is every node', BALANCER_NAME, BOTH],
    ['no zone is preferred', BALANCER_NAME, BOTH, { zone: 'use1-az1' }],
    ['a zonal name is its node', `us-east-1b.${BALANCER_NAME}`, B],
    ['a zone without a node', `us-east-1c.${BALANCER_NAME}`, 'NXDOMAIN'],
    ['a load balancer that is not there', BALANCER_NAME.replace('lb', 'no'), 'NXDOMAIN'],
    ['their region', 'elb.us-east-1.amazonaws.com', 'NOERROR'],
    ['a region that is none', 'x.elb.nowhere-1.amazonaws.com', 'NXDOMAIN'],
    ['a withdrawn node leaves the regional name', BALANCER_NAME, B, { balancer: { nodes: aOut } }],
    ['and its zonal name stays', `us-east-1a.${BALANCER_NAME}`, A, { balancer: { nodes: aOut } }],
    ['when all are withdrawn all are answered', BALANCER_NAME, BOTH, { balancer: { nodes: allOut } }],
    ['internet-facing: public addresses for everyone', BALANCER_NAME, PUBLIC, { balancer: { nodes: online } }],
    ['and by its zone', `us-east-1b.${BALANCER_NAME}`, 'NOERROR 44.80.0.2', { balancer: { nodes: online } }],
    [
      'affinity: the own zone alone',
      BALANCER_NAME,
      B,
      { zone: 'use1-az1', balancer: { clientRoutingPolicy: 'availability_zone_affinity' } },
    ],
    [
      'affinity: all, in a zone without a node',
      BALANCER_NAME,
      BOTH,
      { zone: 'use1-az2', balancer: { clientRoutingPolicy: 'availability_zone_affinity' } },
    ],
    [
      'affinity: the others, when the own zone is withdrawn',
      BALANCER_NAME,
      B,
      { zone: 'use1-az6', balancer: { clientRoutingPolicy: 'availability_zone_affinity', nodes: aOut } },
    ],
  ])('%s', (_, name, expected, situation) => expect(asked(name, situation)).toBe(expected))

  it('answer with IPv6 where the load balancer has it', () => {
    const ipv6Address = address('2600:1f10:0:2::20')
    const nodes = [balancerNode('a', { ipv6Address: address('2600:1f10:0:1::20') }), balancerNode('b', { ipv6Address })]
    const dual = { balancer: { nodes } }
    expect(asked(BALANCER_NAME, {}, 0, 'AAAA')).toBe('NOERROR')
    expect(asked(BALANCER_NAME, dual, 0, 'AAAA')).toBe('NOERROR 2600:1f10:0:1::20 2600:1f10:0:2::20')
    expect(asked(`us-east-1b.${BALANCER_NAME}`, dual, 0, 'AAAA')).toBe('NOERROR 2600:1f10:0:2::20')
    expect(asked(BALANCER_NAME, dual)).toBe(BOTH)
  })

  it('turn, one step for each answer', () => {
    expect(tally(BALANCER_NAME, {})).toEqual({ [BOTH]: 50, 'NOERROR 10.0.2.20 10.0.1.20': 50 })
  })

  it('partial affinity: 85 of 100 answers are the own zone alone', () => {
    const counts = tally(BALANCER_NAME, {
      zone: 'use1-az1',
      balancer: { clientRoutingPolicy: 'partial_availability_zone_affinity' },
    })
    expect(counts[B]).toBe(85)
  })
})

const OWN_BOTH = 'NOERROR 10.0.1.30 10.0.2.30'
const OWN_B = 'NOERROR 10.0.2.30'
const doorOut = { interfaces: [endpointInterface('a', { withdrawn }), endpointInterface('b')] }
const doorsOut = { interfaces: [endpointInterface('a', { withdrawn }), endpointInterface('b', { withdrawn })] }
const zonal = ENDPOINT_NAME.replace('abcd1234', 'abcd1234-us-east-1a')

function named(...names: string[]): Partial<InterfaceEndpointNetwork> {
  return { names: { ...ownEndpoint().names, private: names } }
}

describe("the names of an endpoint of a user's service", () => {
  it.each<[string, string, string, Situation?]>([
    ['the regional name', ENDPOINT_NAME, OWN_BOTH],
    ['the zonal name', zonal, 'NOERROR 10.0.1.30'],
    ['a withdrawn interface leaves the regional name', ENDPOINT_NAME, OWN_B, { endpoint: doorOut }],
    ['and the zonal name stays', zonal, 'NOERROR 10.0.1.30', { endpoint: doorOut }],
    ['all withdrawn, all answered', ENDPOINT_NAME, OWN_BOTH, { endpoint: doorsOut }],
    [
      'a withdrawn interface leaves the private name',
      'api.example.com',
      OWN_B,
      { endpoint: { ...doorOut, ...named('api.example.com') } },
    ],
    ['a private name', 'api.example.com', OWN_BOTH, { endpoint: named('api.example.com') }],
    ['covers nothing below it', 'x.api.example.com', 'NXDOMAIN', { endpoint: named('api.example.com') }],
    ['a wildcard covers what is below', 'x.y.example.com', OWN_BOTH, { endpoint: named('*.example.com') }],
    ['and not the name that it is of', 'example.com', 'NOERROR', { endpoint: named('*.example.com') }],
  ])('%s', (_, name, expected, situation) => expect(asked(name, situation)).toBe(expected))
})

describe('aliases', () => {
  const alias = (set: string, dnsName: string, weight: number, evaluateTargetHealth = true): ResourceRecordSet => ({
    id: `Z1/${set}`,
    hostedZoneId: 'Z1',
    name: 'api.corp.example',
    type: 'A',
    values: [],
    alias: { hostedZoneId: dnsName.endsWith('.corp.example') ? 'Z1' : 'Z2', dnsName, evaluateTargetHealth },
    setIdentifier: set,
    weight,
  })
  const spare: ResourceRecordSet = {
    id: 'Z1/spare',
    hostedZoneId: 'Z1',
    name: 'api.corp.example',
    type: 'A',
    ttl: 60,
    values: ['10.0.9.9'],
    setIdentifier: 'spare',
    weight: 50,
  }
  const simple: ResourceRecordSet = {
    id: 'Z1/simple',
    hostedZoneId: 'Z1',
    name: 'lb.corp.example',
    type: 'A',
    values: [],
    alias: { hostedZoneId: 'Z2', dnsName: BALANCER_NAME, evaluateTargetHealth: true },
  }
  const records = (dnsName: string, isAsked = true) => [alias('main', dnsName, 50, isAsked), spare]
  const sick = { group: { targets: [target('a', { health: 'unhealthy' }), target('b', { health: 'unhealthy' })] } }
  const name = 'api.corp.example'
  const SPARE = 'NOERROR 10.0.9.9'

  it.each<[string, Situation, boolean]>([
    ['a healthy load balancer', { records: records(BALANCER_NAME) }, true],
    ['one without a healthy target', { records: records(BALANCER_NAME), ...sick }, false],
    ['one whose nodes are all withdrawn', { records: records(BALANCER_NAME), balancer: { nodes: allOut } }, false],
    ['one with a zone in service', { records: records(BALANCER_NAME), balancer: { nodes: aOut } }, true],
    ['one whose health is not asked', { records: records(BALANCER_NAME, false), ...sick }, true],
    ['an endpoint', { records: records(ENDPOINT_NAME) }, true],
    ['an endpoint that is withdrawn', { records: records(ENDPOINT_NAME), endpoint: doorsOut }, false],
    ['by another name of the zone', { records: [...records('lb.corp.example'), simple], ...sick }, false],
  ])('%s among weighted sets', (_, situation, isHealthy) => {
    expect(tally(name, situation)[SPARE]).toBe(isHealthy ? 50 : 100)
  })

  it('of type AAAA is what its target has of IPv6', () => {
    const nodes = [balancerNode('a', { ipv6Address: address('2600:1f10:0:1::20') }), balancerNode('b')]
    const records = [{ ...simple, type: 'AAAA' as const }]
    expect(asked('lb.corp.example', { records, balancer: { nodes } }, 0, 'AAAA')).toBe('NOERROR 2600:1f10:0:1::20')
    expect(asked('lb.corp.example', { records }, 0, 'AAAA')).toBe('NOERROR')
  })

  it('one that is sick and has no other is answered', () => {
    expect(asked('lb.corp.example', { records: [simple], ...sick })).toBe(BOTH)
  })
})
