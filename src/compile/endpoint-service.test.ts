// Load balancers and endpoint services, from both sides. Address plan: small-service.ts.

import { describe, expect, test } from 'vitest'
import { TCP } from '../ip/protocol.ts'
import type { Tx } from '../store/store.ts'
import { shadowed, shadowOf } from './backbone.ts'
import { compile } from './compile.ts'
import { Compiler } from './compiler.ts'
import type { InterfaceEndpointNetwork, Network, VpcNetwork } from './network.ts'
import { address } from './small-network.ts'
import {
  insertEndpoint,
  insertInstance,
  insertListener,
  insertTarget,
  LISTENER,
  LOAD_BALANCER,
  serviceStore,
  TARGET_GROUP,
  targetId,
} from './small-service.ts'
import { chooseTargets } from './target-choice.ts'

async function compiled(change: (tx: Tx) => void = () => undefined): Promise<Network> {
  const store = await serviceStore()
  store.transact(change)
  return compile(store.records)
}

async function provider(change?: (tx: Tx) => void): Promise<VpcNetwork> {
  const vpc = (await compiled(change)).vpcs.find(({ id }) => id === 'vpc-p')
  if (!vpc) throw new Error('no provider')
  return vpc
}

async function endpoint(change?: (tx: Tx) => void): Promise<InterfaceEndpointNetwork | undefined> {
  const vpc = (await compiled(change)).vpcs.find(({ id }) => id === 'vpc-c')
  return vpc?.endpoints.find((one) => one.kind === 'interface')
}

function setAttribute(tx: Tx, key: string, value: string): void {
  const { attributes = {} } = tx.targetGroups.get(TARGET_GROUP) ?? {}
  tx.targetGroups.update(TARGET_GROUP, { attributes: { ...attributes, [key]: value } })
}

function setHealth(tx: Tx, target: string, health: 'initial' | 'healthy' | 'unhealthy'): void {
  tx.targets.update(targetId(target, 8080), { health })
}

const CROSS_ZONE = (tx: Tx) => setAttribute(tx, 'load_balancing.cross_zone.enabled', 'true')

describe("the provider's VPC", () => {
  test('has the load balancer, its target group with the instances as targets, and who comes by which node', async () => {
    const { loadBalancers, targetGroups, connections, interfaces } = await provider()
    expect(loadBalancers).toMatchObject([
      {
        id: LOAD_BALANCER,
        nodes: [
          { id: 'eni-n1', availabilityZoneId: 'use1-az6', address: '10.0.1.50' },
          { id: 'eni-n2', availabilityZoneId: 'use1-az1', address: '10.0.2.50' },
        ],
        listeners: [{ protocol: 'TCP', port: 443, idleTimeout: 350, way: 'kernel' }],
        clientRoutingPolicy: 'any_availability_zone',
      },
    ])
    expect(targetGroups).toMatchObject([
      {
        preserveClientIp: true,
        crossZone: false,
        minimumHealthy: 1,
        endUnhealthy: true,
        endDeregistered: false,
        targets: [
          { address: '10.0.1.5', port: 8080, interfaceId: 'eni-p1', availabilityZone: 'us-east-1a' },
          { address: '10.0.2.5', port: 8080, interfaceId: 'eni-p2', availabilityZone: 'us-east-1b' },
        ],
      },
    ])
    expect(connections).toMatchObject([
      { endpointId: 'vpce-1', consumer: '111111111111', nodeId: 'eni-n1' },
      { endpointId: 'vpce-1', consumer: '111111111111', nodeId: 'eni-n2' },
    ])
    expect(interfaces.find(({ id }) => id === 'eni-n1')?.loadBalancerId).toBe(LOAD_BALANCER)
  })

  test.each([
    ['a TLS listener', 'forwarder', (tx: Tx) => tx.listeners.update(LISTENER, { protocol: 'TLS' })],
    ['proxy protocol', 'forwarder', (tx: Tx) => setAttribute(tx, 'proxy_protocol_v2.enabled', 'true')],
    ['UDP', 'kernel', (tx: Tx) => tx.listeners.update(LISTENER, { protocol: 'UDP' })],
  ] as const)('%s goes by the %s', async (_, way, change) => {
    const { loadBalancers } = await provider(change as (tx: Tx) => void)
    expect(loadBalancers[0]?.listeners[0]?.way).toBe(way)
  })

  test('a target that drains, one that is stopped and one outside the VPC', async () => {
    const { targetGroups } = await provider((tx) => {
      tx.targets.update(targetId('i-p1', 8080), { deregisteredAt: '2026-01-01T00:00:00.000Z' })
      tx.instances.update('i-p2', { state: 'stopped' })
    })
    expect(targetGroups[0]).toMatchObject({ targets: [], draining: [{ address: '10.0.1.5' }] })
    const byAddress = await provider((tx) => {
      tx.targetGroups.update(TARGET_GROUP, { targetType: 'ip' })
      for (const target of ['i-p1', 'i-p2']) tx.targets.delete(targetId(target, 8080))
      for (const target of ['192.168.0.9', '10.0.2.5', '10.0.2.77']) insertTarget(tx, target, 80)
      tx.targets.update(targetId('192.168.0.9', 80), { availabilityZone: 'all' })
    })
    expect(byAddress.targetGroups[0]?.targets).toMatchObject([
      { address: '10.0.2.5', interfaceId: 'eni-p2', availabilityZone: 'us-east-1b' },
      { address: '10.0.2.77', availabilityZone: 'us-east-1b' },
      { address: '192.168.0.9' },
    ])
    expect(byAddress.targetGroups[0]?.targets[2]).not.toHaveProperty('availabilityZone')
  })

  test.each(['pendingAcceptance', 'rejected', 'deleting', 'failed'] as const)(
    'nobody comes by an endpoint that is %s',
    async (state) => {
      const { connections } = await provider((tx) => tx.vpcEndpoints.update('vpce-1', { state }))
      expect(connections).toEqual([])
    },
  )

  test('a zone that failed is named where the VPC has subnets in it', async () => {
    const network = await compiled((tx) => {
      for (const id of ['use1-az6', 'use1-az4']) tx.failedZones.insert({ id, since: '2026-01-01T00:00:00.000Z' })
    })
    expect(network.vpcs.map(({ failedZoneIds }) => failedZoneIds)).toEqual([['use1-az6'], ['use1-az6']])
  })
})

describe("the consumer's endpoint", () => {
  test('leads to the nodes with the same zone ids, on the ports of the listeners', async () => {
    expect(await endpoint()).toMatchObject({
      service: { id: 'vpce-svc-1', owner: '222222222222', vpcId: 'vpc-p', listeners: [{ port: 443 }] },
      interfaces: [
        { id: 'eni-e1', nodeId: 'eni-n1' },
        { id: 'eni-e2', nodeId: 'eni-n2' },
      ],
    })
    expect((await endpoint())?.service).not.toHaveProperty('ingress')
  })

  test('the zone is matched by its id, whatever name the other account has for it', async () => {
    const found = await endpoint((tx) => {
      tx.subnets.update('subnet-ca', { availabilityZone: 'us-east-1b', availabilityZoneId: 'use1-az1' })
      tx.subnets.update('subnet-cb', { availabilityZone: 'us-east-1a', availabilityZoneId: 'use1-az4' })
    })
    expect(found?.interfaces.map(({ nodeId, withdrawn }) => [nodeId, withdrawn])).toEqual([
      ['eni-n2', undefined],
      [undefined, true],
    ])
  })

  test('of another region is served by the nodes in turn', async () => {
    const found = await endpoint((tx) => {
      tx.vpcEndpoints.update('vpce-1', { region: 'eu-west-1', serviceRegion: 'us-east-1' })
      tx.subnets.update('subnet-ca', { availabilityZoneId: 'euw1-az1' })
      tx.subnets.update('subnet-cb', { availabilityZoneId: 'euw1-az2' })
    })
    expect(found?.interfaces.map(({ nodeId }) => nodeId)).toEqual(['eni-n1', 'eni-n2'])
  })

  test("is gone with its service, and never the edge's", async () => {
    expect(await endpoint((tx) => tx.endpointServices.delete('vpce-svc-1'))).toBeUndefined()
  })

  test("asks the load balancer's groups, if they are asked about endpoints", async () => {
    const withGroup = (tx: Tx) => {
      tx.loadBalancers.update(LOAD_BALANCER, { groupIds: ['sg-p'] })
    }
    expect((await endpoint(withGroup))?.service?.ingress).toMatchObject([{ by: 'sgr-sg-p-ingress' }])
    const unasked = await endpoint((tx) => {
      withGroup(tx)
      tx.loadBalancers.update(LOAD_BALANCER, { enforceGroupsOnPrivateLink: false })
    })
    expect(unasked?.service).not.toHaveProperty('ingress')
    const closed = await endpoint((tx) => {
      withGroup(tx)
      tx.securityGroupRules.delete('sgr-sg-p-ingress')
    })
    expect(closed?.service?.ingress).toEqual([])
  })
})

describe('withdrawn', () => {
  const both = async (change: (tx: Tx) => void) => {
    const { loadBalancers } = await provider(change)
    const nodes = loadBalancers[0]?.nodes.map(({ withdrawn = false }) => withdrawn)
    const interfaces = (await endpoint(change))?.interfaces.map(({ withdrawn = false }) => withdrawn)
    expect(interfaces).toEqual(nodes)
    return nodes
  }

  test.each([
    ['nothing', () => undefined, [false, false]],
    ['a zone without a healthy target', (tx: Tx) => setHealth(tx, 'i-p1', 'unhealthy'), [true, false]],
    ['a zone whose target is not checked yet', (tx: Tx) => setHealth(tx, 'i-p2', 'initial'), [false, true]],
    ['a zone without a target', (tx: Tx) => tx.targets.delete(targetId('i-p1', 8080)), [true, false]],
    [
      'nothing when no zone has a healthy target',
      (tx: Tx) => {
        for (const target of ['i-p1', 'i-p2']) setHealth(tx, target, 'unhealthy')
      },
      [false, false],
    ],
    [
      'nothing across zones',
      (tx: Tx) => {
        CROSS_ZONE(tx)
        setHealth(tx, 'i-p1', 'unhealthy')
      },
      [false, false],
    ],
    [
      'a zone with fewer healthy targets than the group asks for',
      (tx: Tx) => {
        insertInstance(tx, 'p', 'b', 4, '10.0.2.6')
        insertTarget(tx, 'i-p4', 8080)
        setAttribute(tx, 'target_group_health.dns_failover.minimum_healthy_targets.count', '2')
      },
      [true, false],
    ],
    [
      'the node that the health checks took out',
      (tx: Tx) =>
        tx.withdrawnNodes.insert({ id: 'eni-n2', loadBalancerId: LOAD_BALANCER, since: '2026-01-01T00:00:00.000Z' }),
      [false, true],
    ],
    [
      'the zone that the health checks took out',
      (tx: Tx) => tx.withdrawnZones.insert({ id: 'use1-az6', since: '2026-01-01T00:00:00.000Z' }),
      [true, false],
    ],
  ] as const)('%s', async (_, change, expected) => {
    expect(await both(change as (tx: Tx) => void)).toEqual(expected)
  })

  test('one listener of two without a healthy target in a zone is enough', async () => {
    const nodes = await both((tx) => {
      const group = tx.targetGroups.get(TARGET_GROUP)
      if (!group) throw new Error('no group')
      tx.targetGroups.insert({ ...group, id: `${TARGET_GROUP}-2` })
      insertTarget(tx, 'i-p2', 80, `${TARGET_GROUP}-2`)
      insertListener(tx, { id: `${LISTENER}-2`, port: 80, targetGroupId: `${TARGET_GROUP}-2` })
    })
    expect(nodes).toEqual([true, false])
  })
})

describe('chooseTargets', () => {
  const chosen = async (zone: 0 | 1, change: (tx: Tx) => void = () => undefined) => {
    const vpc = await provider(change)
    const [loadBalancer] = vpc.loadBalancers
    const [node, listener] = [loadBalancer?.nodes[zone], loadBalancer?.listeners[0]]
    if (!node || !listener) throw new Error('no node')
    const { targets, failOpen } = chooseTargets(vpc, node, listener)
    return [...targets.map((target) => target.address), ...(failOpen ? ['fail open'] : [])]
  }

  test.each([
    ["a node's own zone", 0, () => undefined, ['10.0.1.5']],
    ['all zones', 0, CROSS_ZONE, ['10.0.1.5', '10.0.2.5']],
    [
      'what the load balancer says of zones when the group leaves it to it',
      1,
      (tx: Tx) =>
        tx.loadBalancers.update(LOAD_BALANCER, { attributes: { 'load_balancing.cross_zone.enabled': 'true' } }),
      ['10.0.1.5', '10.0.2.5'],
    ],
    [
      'only healthy ones',
      0,
      (tx: Tx) => {
        CROSS_ZONE(tx)
        setHealth(tx, 'i-p1', 'unhealthy')
      },
      ['10.0.2.5'],
    ],
    ['all when none is healthy', 0, (tx: Tx) => setHealth(tx, 'i-p1', 'unhealthy'), ['10.0.1.5', 'fail open']],
    [
      'all when fewer are healthy than asked for',
      0,
      (tx: Tx) => {
        CROSS_ZONE(tx)
        setHealth(tx, 'i-p1', 'unhealthy')
        setAttribute(tx, 'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage', '60')
      },
      ['10.0.1.5', '10.0.2.5', 'fail open'],
    ],
    ['none', 0, (tx: Tx) => tx.targets.delete(targetId('i-p1', 8080)), []],
  ] as const)('%s', async (_, zone, change, expected) => {
    expect(await chosen(zone, change as (tx: Tx) => void)).toEqual(expected)
  })
})

describe('Compiler', () => {
  test.each([
    ['health', (tx: Tx) => setHealth(tx, 'i-p1', 'unhealthy')],
    ['a listener', (tx: Tx) => insertListener(tx, { id: `${LISTENER}-2`, port: 80 })],
    ['acceptance', (tx: Tx) => tx.vpcEndpoints.update('vpce-1', { state: 'rejected' })],
    ['another endpoint', (tx: Tx) => insertEndpoint(tx, 'p')],
    ['a zone', (tx: Tx) => tx.failedZones.insert({ id: 'use1-az6', since: '' })],
    ['a rule', (tx: Tx) => tx.securityGroupRules.update('sgr-sg-p-ingress', { protocol: TCP })],
    ['the load balancer', (tx: Tx) => tx.loadBalancers.delete(LOAD_BALANCER)],
    ['the service', (tx: Tx) => tx.endpointServices.delete('vpce-svc-1')],
  ] as const)('what changes with %s is compiled again', async (_, change) => {
    const store = await serviceStore()
    store.transact((tx) => {
      tx.loadBalancers.update(LOAD_BALANCER, { groupIds: ['sg-p'] })
    })
    const compiler = new Compiler(store.records)
    store.observe((one) => compiler.touch(one))
    expect(compiler.compile()).toEqual(compile(store.records))
    store.transact(change as (tx: Tx) => void)
    expect(compiler.compile()).toEqual(compile(store.records))
  })
})

test('a shadow is the address in the upper half', () => {
  expect(shadowOf(address('240.1.0.42'))).toBe('248.1.0.42')
  expect(shadowed(address('248.1.0.42'))).toBe('240.1.0.42')
  expect(shadowed(address('240.1.0.42'))).toBeUndefined()
})
