// Endpoints with their appliances, as the process is told of them. Address plan: compile/small-appliances.ts.

import { expect, test } from 'vitest'
import { compile } from '../compile/compile.ts'
import { APPLIANCE_ENDPOINT, APPLIANCES, GATEWAY, insertAppliances } from '../compile/small-appliances.ts'
import { insertInterface, insertTarget, serviceStore, targetId } from '../compile/small-service.ts'
import type { Tx } from '../store/store.ts'
import { desiredState } from './desired-state.ts'

async function stateAfter(change: (tx: Tx) => void = () => undefined) {
  const store = await serviceStore()
  store.transact((tx) => {
    insertAppliances(tx)
    change(tx)
  })
  return desiredState(compile(store.records), store.records, (vpcId, link) => ({
    namespace: `router of ${vpcId}`,
    link,
  }))
}

const id = targetId('i-p1', 6081, APPLIANCES)

function setAttributes(attributes: Record<string, string>) {
  return (tx: Tx) => tx.targetGroups.update(APPLIANCES, { attributes })
}

test('an endpoint leads to the appliances of its zone, which are checked', async () => {
  const { passages, targetChecks, nodeChecks } = await stateAfter((tx) => insertTarget(tx, 'i-p2', 6081, APPLIANCES))
  expect(passages).toEqual([
    {
      endpointId: APPLIANCE_ENDPOINT,
      tunnel: { namespace: 'router of vpc-c', link: APPLIANCE_ENDPOINT },
      node: expect.stringMatching(/^240\.1\./),
      targets: [{ id, address: expect.stringMatching(/^240\.1\./), port: 6081 }],
      flowFields: 5,
      idleTimeout: 350,
    },
  ])
  expect(targetChecks.filter(({ target }) => target === id)).toMatchObject([
    { nodeId: 'eni-gn', probe: { port: 6081 } },
  ])
  expect(nodeChecks.map(({ nodeId }) => nodeId)).not.toContain('eni-gn')
})

test('across zones all appliances are used, and when none is healthy every one', async () => {
  const change = (tx: Tx) => {
    const node = { interfaceType: 'gateway_load_balancer', groupIds: [], loadBalancerId: GATEWAY } as const
    insertInterface(tx, 'p', 'b', { id: 'eni-gn2', at: '10.0.2.60', ...node })
    insertTarget(tx, 'i-p2', 6081, APPLIANCES)
    tx.targets.update(id, { health: 'unhealthy' })
  }
  const targetsAfter = async (more: (tx: Tx) => void) => {
    const { passages = [] } = await stateAfter((tx) => {
      change(tx)
      more(tx)
    })
    return passages[0]?.targets.map((target) => target.id.slice(-9))
  }
  expect(await targetsAfter(() => undefined)).toEqual(['i-p1:6081'])
  const attributes = { 'load_balancing.cross_zone.enabled': 'true' }
  expect(await targetsAfter((tx) => tx.loadBalancers.update(GATEWAY, { attributes }))).toEqual(['i-p2:6081'])
})

test.each([
  [{ 'stickiness.enabled': 'true', 'stickiness.type': 'source_ip_dest_ip' }, { flowFields: 2 }],
  [{ 'stickiness.enabled': 'true', 'stickiness.type': 'source_ip_dest_ip_proto' }, { flowFields: 3 }],
  [{ 'stickiness.enabled': 'false', 'stickiness.type': 'source_ip_dest_ip' }, { flowFields: 5 }],
  [
    { 'target_failover.on_unhealthy': 'rebalance', 'target_failover.on_deregistration': 'rebalance' },
    { staying: [id] },
  ],
])('%j', async (attributes, expected) => {
  const { passages } = await stateAfter(setAttributes(attributes))
  expect(passages).toMatchObject([expected])
})

test.each([
  ['whose load balancer has no node in its zone', (tx: Tx) => tx.networkInterfaces.delete('eni-gn')],
  [
    'whose listener is gone',
    (tx: Tx) => tx.listeners.delete([...tx.listeners.where('loadBalancerId', GATEWAY)][0]?.id ?? ''),
  ],
  ['whose service is gone', (tx: Tx) => tx.endpointServices.delete('vpce-svc-9')],
  ['that was rejected', (tx: Tx) => tx.vpcEndpoints.update(APPLIANCE_ENDPOINT, { state: 'rejected' })],
])('an endpoint %s has no way to go', async (_, change) => {
  expect((await stateAfter(change)).passages).toBeUndefined()
})
