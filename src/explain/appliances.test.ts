// A packet that a route leads to appliances, as explain tells it. Address plan: compile/small-appliances.ts. That the kernel
// says the same is tested in test/kernel/gateway-load-balancer.test.ts.

import { describe, expect, test } from 'vitest'
import { compile } from '../compile/compile.ts'
import { APPLIANCES, GATEWAY, insertAppliances, leadThrough } from '../compile/small-appliances.ts'
import { address } from '../compile/small-network.ts'
import { serviceStore, targetId } from '../compile/small-service.ts'
import { cidr } from '../ip/cidr.ts'
import { TCP } from '../ip/protocol.ts'
import type { Tx } from '../store/store.ts'
import { explain } from './explain.ts'

async function traceAfter(change: (tx: Tx) => void = () => undefined) {
  const store = await serviceStore()
  store.transact((tx) => {
    insertAppliances(tx)
    change(tx)
  })
  const to = { address: address('10.0.2.5'), port: 80, protocol: TCP }
  return explain(compile(store.records), { from: 'i-c1', to, now: '2026-01-01T00:00:00.000Z' })
}

describe('through appliances', () => {
  test('each step is told, and what is behind the service is its owner’s', async () => {
    const { verdict, steps } = await traceAfter()
    expect(verdict).toBe('reachable')
    expect(steps.map(({ stage, provider }) => (provider ? `${stage} of ${provider}` : stage))).toEqual([
      'source-check',
      'sg-egress',
      'nacl-out',
      'route',
      'nacl-in',
      'endpoint-state',
      'zone',
      'target-health of 222222222222',
      'sg-ingress of 222222222222',
      'target of 222222222222',
      'target of 222222222222',
      'nacl-out',
      'route',
      'nacl-in',
      'sg-ingress',
      'target',
      'nacl-out',
      'route',
      'nacl-in',
      'nacl-out',
      'nacl-in',
    ])
  })

  test.each<[string, (tx: Tx) => void, string]>([
    ['no node in the zone', (tx) => tx.networkInterfaces.delete('eni-gn'), 'has no load balancer in use1-az6'],
    ['no appliance', (tx) => tx.targets.delete(targetId('i-p1', 6081, APPLIANCES)), 'no target is registered'],
    ['no listener', withoutListener, 'the load balancer has no listener'],
    ['no service', (tx) => tx.endpointServices.delete('vpce-svc-9'), 'is gone: packets are lost'],
    ['a loop', (tx) => leadThrough(tx, 'rtb-ce', cidr('10.0.2.0/24')), 'to vpce-0123456789abcdef0 again'],
    ['an endpoint behind it', leadToDoor, 'is not carried on to vpce-1 here'],
    ['answers in a loop', (tx) => leadThrough(tx, 'rtb-ce', cidr('10.0.1.0/24')), 'leads the reply away from 10.0.1.5'],
    [
      'a zone that is down',
      (tx) => tx.failedZones.insert({ id: 'use1-az6', since: '2026-01-01T00:00:00.000Z' }),
      'is down',
    ],
  ])('%s stops the packet', async (_, change, why) => {
    const { verdict, blockers } = await traceAfter(change)
    expect(verdict).toBe('stopped')
    expect(blockers.map((step) => step.why).join('\n')).toContain(why)
  })
})

/** The address that is asked for becomes the endpoint's. */
function leadToDoor(tx: Tx): void {
  const [privateAddresses, others] = [tx.networkInterfaces.get('eni-c2'), tx.networkInterfaces.get('eni-e2')].map(
    (eni) => eni?.privateAddresses ?? [],
  )
  tx.networkInterfaces.update('eni-c2', { privateAddresses: others ?? [] })
  tx.networkInterfaces.update('eni-e2', { privateAddresses: privateAddresses ?? [] })
}

function withoutListener(tx: Tx): void {
  for (const { id } of [...tx.listeners.where('loadBalancerId', GATEWAY)]) tx.listeners.delete(id)
}
