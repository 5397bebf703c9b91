// What the process is told to do for small-balancer.ts's provider: a load balancer in two zones and an endpoint of another
// account that leads to it.

import { beforeEach, describe, expect, test } from 'vitest'
import type { ListenerNetwork, TargetGroupNetwork } from '../compile/network.ts'
import {
  BALANCER_ARN,
  consumerVpc,
  LISTENER_ARN,
  listener,
  loadBalancer,
  PROVIDER,
  providerVpc,
  smallProviderWorld,
  TARGET_GROUP_ARN,
  target,
  targetGroup,
} from '../compile/small-balancer.ts'
import { MemoryJournal } from '../store/journal.ts'
import type { Target } from '../store/load-balancing-records.ts'
import { Store } from '../store/store.ts'
import { desiredState, isIdle } from './desired-state.ts'

const NOW = '2026-01-01T00:00:00.000Z'
const CERTIFICATE = `arn:aws:acm:us-east-1:${PROVIDER}:certificate/1`

let store: Store
beforeEach(async () => {
  store = await Store.open(new MemoryJournal())
  store.transact((tx) => {
    for (const instance of ['i-11', 'i-12']) tx.targets.insert(targetRecord(instance))
    const made = { owner: PROVIDER, region: 'us-east-1', tags: {}, createdAt: NOW }
    tx.certificates.insert({
      ...made,
      id: CERTIFICATE,
      domainName: 'one.example.com',
      alternativeNames: ['one.example.com'],
      certificate: 'LEAF\n',
      chain: 'CHAIN\n',
      privateKey: 'KEY\n',
      importedAt: NOW,
    })
    tx.listeners.insert({
      ...made,
      id: LISTENER_ARN,
      loadBalancerId: BALANCER_ARN,
      protocol: 'TLS',
      port: 443,
      targetGroupId: TARGET_GROUP_ARN,
      certificateIds: [CERTIFICATE],
      sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      alpnPolicy: 'HTTP2Preferred',
      attributes: {},
    })
  })
})

function targetRecord(instance: string, more: Partial<Target> = {}): Target {
  return {
    id: `${TARGET_GROUP_ARN} ${instance}:8080`,
    targetGroupId: TARGET_GROUP_ARN,
    target: instance,
    port: 8080,
    registeredAt: NOW,
    health: 'healthy',
    ...more,
  }
}

function state(changes: { listener?: Partial<ListenerNetwork>; group?: Partial<TargetGroupNetwork> } = {}) {
  const loadBalancers = [loadBalancer({ listeners: [listener(changes.listener)] })]
  const provider = providerVpc({ loadBalancers, targetGroups: [targetGroup(changes.group)] })
  return desiredState(smallProviderWorld(consumerVpc(), provider), store.records)
}

describe('health checks', () => {
  test('each target is asked from the node of its own zone, at the port where it takes traffic', () => {
    const { targetChecks, fronts, clients } = state()
    expect(targetChecks.map(({ target, nodeId, probe }) => [target, nodeId, probe.from, probe.to, probe.port])).toEqual(
      [
        [`${TARGET_GROUP_ARN} i-11:8080`, 'eni-21', '240.2.0.1', '240.2.1.1', 8080],
        [`${TARGET_GROUP_ARN} i-12:8080`, 'eni-22', '240.2.0.2', '240.2.1.2', 8080],
      ],
    )
    expect(targetChecks[0]).toMatchObject({ registration: NOW, health: 'healthy', intervalSeconds: 30 })
    // The kernel takes its connections on.
    expect([fronts, clients]).toEqual([[], {}])
  })

  test("HTTP's own port, path and codes; the host is the node and the listener", () => {
    const healthCheck = {
      ...targetGroup().healthCheck,
      protocol: 'HTTP',
      port: 81,
      path: '/up',
      matcher: '204',
    } as const
    expect(state({ group: { healthCheck } }).targetChecks[0]?.probe).toMatchObject({
      port: 81,
      path: '/up',
      matcher: '204',
      host: '10.0.1.20:80',
    })
  })

  test('a target of a zone without a node is asked across zones only', () => {
    const targets = [target('a', { availabilityZone: 'us-east-1c' })]
    expect(state({ group: { targets } }).targetChecks).toEqual([])
    expect(state({ group: { targets, crossZone: true } }).targetChecks[0]?.nodeId).toBe('eni-21')
  })

  test('a target that no record registers is not asked, and one that nobody has the address of fails', () => {
    store.transact((tx) => tx.targets.delete(`${TARGET_GROUP_ARN} i-11:8080`))
    expect(state().targetChecks.map(({ nodeId }) => nodeId)).toEqual(['eni-22'])
    const { backboneAddress: _, ...nowhere } = target('b')
    expect(state({ group: { targets: [nowhere] } }).targetChecks[0]?.probe).not.toHaveProperty('to')
  })

  test('through each node some of its targets are looked at, healthy ones first', () => {
    const targets = [target('a', { health: 'unhealthy' }), target('b')]
    const looks = (crossZone: boolean) =>
      state({ group: { targets, crossZone } }).nodeChecks.map(({ nodeId, probes }) => [
        nodeId,
        ...probes.map(({ from, to }) => `${from} ${to}`),
      ])
    expect(looks(false)).toEqual([
      ['eni-21', '240.2.0.1 240.2.1.1'],
      ['eni-22', '240.2.0.2 240.2.1.2'],
    ])
    expect(looks(true)).toEqual([
      ['eni-21', '240.2.0.1 240.2.1.2', '240.2.0.1 240.2.1.1'],
      ['eni-22', '240.2.0.2 240.2.1.2', '240.2.0.2 240.2.1.1'],
    ])
  })
})

describe('fronts', () => {
  const told = { listener: { way: 'forwarder' }, group: { proxyProtocol: true } } as const

  test('one for each node, with a door for itself and one for each endpoint that it serves', () => {
    const { fronts } = state(told)
    expect(fronts.map(({ id, port, doors, node, targets }) => [id, port, doors, node, targets])).toEqual([
      [
        `${LISTENER_ARN} eni-21`,
        80,
        [{ address: '248.2.0.1' }, { address: '248.2.2.1', endpointId: 'vpce-own' }],
        { address: '10.0.1.20', backboneAddress: '240.2.0.1' },
        [{ id: `${TARGET_GROUP_ARN} i-11:8080`, address: '240.2.1.1', port: 8080 }],
      ],
      [
        `${LISTENER_ARN} eni-22`,
        80,
        [{ address: '248.2.0.2' }, { address: '248.2.2.2', endpointId: 'vpce-own' }],
        { address: '10.0.2.20', backboneAddress: '240.2.0.2' },
        [{ id: `${TARGET_GROUP_ARN} i-12:8080`, address: '240.2.1.2', port: 8080 }],
      ],
    ])
  })

  test('targets are told the private addresses of clients on both sides', () => {
    const { clients } = state(told)
    // Two VPCs with the same addresses: i-1 of the consumer's and i-13 of the provider's.
    expect(clients).toMatchObject({ '240.1.0.1': '10.0.1.5', '240.1.0.13': '10.0.1.7' })
    expect(state({ listener: { way: 'forwarder' } }).clients).toEqual({})
  })

  test('TLS with its certificates, whose keys come whole, and its policies', () => {
    const tls = { protocol: 'TLS', way: 'forwarder', port: 443, certificateIds: [CERTIFICATE] } as const
    const { fronts, certificates } = state({ listener: tls, group: { protocol: 'TLS' } })
    expect(fronts[0]).toMatchObject({
      tls: {
        certificateIds: [CERTIFICATE],
        sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
        alpnPolicy: 'HTTP2Preferred',
      },
      targetTls: true,
      proxyProtocol: false,
    })
    expect(certificates).toEqual({ [CERTIFICATE]: { certificate: 'LEAF\nCHAIN\n', privateKey: 'KEY\n' } })
  })

  test('an unhealthy target loses its connections unless all are unhealthy or the group spares them', () => {
    const sick = { health: 'unhealthy' } as const
    const ended = (group: Partial<TargetGroupNetwork>) =>
      state({ ...told, group: { ...told.group, crossZone: true, ...group } }).fronts[0]?.ended
    expect(ended({ targets: [target('a', sick), target('b')] })).toEqual([`${TARGET_GROUP_ARN} i-11:8080`])
    expect(ended({ targets: [target('a', sick), target('b')], endUnhealthy: false })).toEqual([])
    expect(ended({ targets: [target('a', sick), target('b', sick)] })).toEqual([])
  })

  test('where deregistered targets lose their connections, draining ones keep theirs', () => {
    expect(state(told).fronts[0]).not.toHaveProperty('known')
    store.transact((tx) => tx.targets.insert(targetRecord('i-13', { deregisteredAt: NOW })))
    const known = state({ ...told, group: { ...told.group, endDeregistered: true } }).fronts[0]?.known
    expect(known).toEqual(['i-11', 'i-12', 'i-13'].map((instance) => `${TARGET_GROUP_ARN} ${instance}:8080`))
  })
})

test('a world without listeners that have targets needs no process', () => {
  expect(isIdle(state())).toBe(false)
  expect(isIdle(state({ group: { targets: [] } }))).toBe(true)
  expect(isIdle(desiredState(smallProviderWorld(), store.records))).toBe(false)
})
