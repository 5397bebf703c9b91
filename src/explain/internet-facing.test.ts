// Packets to internet-facing load balancers. Address plan: compile/small-balancer.ts, and on the internet i-1 is 44.80.0.1, the
// node in subnet-c 44.80.1.1 and the one in subnet-d 44.80.1.2.

import { describe, expect, it } from 'vitest'
import type { LoadBalancerNetwork, Network, VpcNetwork } from '../compile/network.ts'
import {
  BALANCER_NAME,
  balancerNode,
  CONSUMER,
  consumerVpc,
  loadBalancer,
  PROVIDER,
  providerVpc,
  smallProviderWorld,
} from '../compile/small-balancer.ts'
import { address, openAcl, routeTable } from '../compile/small-network.ts'
import { cidr } from '../ip/cidr.ts'
import { TCP } from '../ip/protocol.ts'
import { explain } from './explain.ts'
import type { Trace } from './trace.ts'
import { asSeenBy } from './view.ts'

function toGateway(gatewayId: `igw-${string}`) {
  return { cidr: cidr('0.0.0.0/0'), nextHop: { kind: 'internetGateway', gatewayId }, by: 'rtb 0.0.0.0/0' } as const
}

interface Parts {
  readonly balancer?: Partial<LoadBalancerNetwork>
  readonly provider?: Partial<VpcNetwork>
}

function world({ balancer, provider }: Parts = {}): Network {
  const nodes = [
    balancerNode('a', { publicAddress: address('44.80.1.1') }),
    balancerNode('b', { publicAddress: address('44.80.1.2') }),
  ]
  const consumer = consumerVpc({ internetGatewayId: 'igw-1', routeTables: [routeTable('a', [toGateway('igw-1')])] })
  const own = { privateAddress: address('10.0.1.5'), publicAddress: address('44.80.0.1'), by: 'eni-1' }
  const interfaces = consumer.interfaces.map((eni) => (eni.id === 'eni-1' ? { ...eni, publicAddresses: [own] } : eni))
  const changes: Partial<VpcNetwork> = {
    internetGatewayId: 'igw-2',
    loadBalancers: [loadBalancer({ nodes, ...balancer })],
    routeTables: [routeTable('c', [toGateway('igw-2')]), routeTable('d', [toGateway('igw-2')])],
    ...provider,
  }
  return smallProviderWorld({ ...consumer, interfaces }, providerVpc(changes))
}

function ask(parts: Parts, to: { address?: string; name?: string } = { name: BALANCER_NAME }, port = 80): Trace {
  const target = to.address ? { address: address(to.address) } : { name: to.name ?? '' }
  return explain(world(parts), { from: 'i-1', to: { ...target, protocol: TCP, port }, now: '2026-01-01T00:00:00.000Z' })
}

function outcome({ verdict, blockers }: Trace): string {
  const text = blockers.map(({ stage, direction, by }) => `${stage}${direction === 'return' ? ' (reply)' : ''} ${by}`)
  return text.length > 0 ? text.join(', ') : verdict
}

describe('an internet-facing load balancer', () => {
  it.each<[string, Parts, string]>([
    ['its name leads to it', {}, 'reachable'],
    ['a zone without a way back', { provider: { routeTables: [routeTable('c')] } }, 'route (reply) rtb-c'],
    ['no internet gateway', { provider: { internetGatewayId: undefined } }, 'internet-gateway vpc-2'],
    [
      'Block Public Access',
      { provider: { blockedSubnets: [{ id: 'subnet-c', mode: 'block-ingress' }] } },
      'internet-gateway subnet-c',
    ],
    [
      "the ACL of the node's subnet",
      { provider: { networkAcls: [openAcl('c', { ingress: [] }), openAcl('d')] } },
      'nacl-in acl-c',
    ],
    ['groups that let nobody in', { balancer: { groupIds: ['sg-none'] } }, 'sg-ingress eni-21'],
  ])('%s', (_, parts, expected) => {
    expect(outcome(ask(parts, { address: '44.80.1.1' }))).toContain(expected)
    if (expected === 'reachable') expect(outcome(ask(parts))).toBe('reachable')
  })

  it('another account sees whether it answers, and no more', () => {
    const open = asSeenBy(CONSUMER, ask({}))
    expect(open.verdict).toBe('reachable')
    expect(JSON.stringify(open)).not.toMatch(/eni-(1|2)\d|acl-[cd]|rtb-[cd]|i-1\d/)
    const shut = asSeenBy(CONSUMER, ask({}, { address: '44.80.1.1' }, 81))
    expect(shut.blockers.map(({ stage, by, why }) => [stage, by, why])).toEqual([
      ['target', '44.80.1.1', `44.80.1.1 does not answer tcp/81: ask its owner, ${PROVIDER}`],
    ])
  })
})
