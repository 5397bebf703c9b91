// Address plan: compile/small-transit.ts. What packets do is in test/kernel/transit.test.ts; this is what is told of them.

import { expect, it } from 'vitest'
import { compile } from '../compile/compile.ts'
import { address } from '../compile/small-network.ts'
import { transitStore } from '../compile/small-transit.ts'
import { TCP } from '../ip/protocol.ts'
import type { Tx } from '../store/store.ts'
import { explain } from './explain.ts'
import { asSeenBy } from './view.ts'

async function ask(from: `i-${string}`, to: string, change: (tx: Tx) => void = () => undefined) {
  const store = await transitStore()
  store.transact(change)
  const question = { from, to: { address: address(to), port: 443, protocol: TCP }, now: '2026-01-01T00:00:00.000Z' }
  return explain(compile(store.records), question)
}

it('walks through the attachments, the gateway and both VPCs, and all the way back', async () => {
  const { verdict, steps } = await ask('i-a1', '10.1.2.5')
  expect(verdict).toBe('reachable')
  expect(steps.map(({ stage, by, direction }) => `${stage} ${by}${direction === 'return' ? ' back' : ''}`)).toEqual([
    'source-check eni-a1',
    'sg-egress sgr-a-egress',
    'nacl-out acl-a1 rule 100',
    'route rtb-a1 10.1.0.0/16',
    'nacl-in acl-a1 rule 100',
    'transit-gateway tgw-rtb-1 10.1.0.0/16',
    'nacl-out acl-b1 rule 100',
    'route rtb-b1 10.1.0.0/16',
    'nacl-in acl-b2 rule 100',
    'sg-ingress sgr-b-ingress',
    'target eni-b2',
    'nacl-out acl-b2 rule 100 back',
    'route rtb-b2 10.0.0.0/16 back',
    'nacl-in acl-b2 rule 100 back',
    'transit-gateway tgw-rtb-1 10.0.0.0/16 back',
    'nacl-out acl-a2 rule 100 back',
    'route rtb-a2 10.0.0.0/16 back',
    'nacl-in acl-a1 rule 100 back',
  ])
})

it('says what is missing at the gateway', async () => {
  const why = async (from: `i-${string}`, to: string, change?: (tx: Tx) => void) =>
    (await ask(from, to, change)).blockers[0]?.why
  expect(await why('i-a1', '10.9.1.5')).toContain('rtb-a1 has no route to 10.9.1.5')
  expect(
    await why('i-a1', '10.1.1.5', (tx) => {
      tx.transitGatewayAttachments.update('tgw-attach-b', { propagatesTo: [] })
    }),
  ).toBe('tgw-rtb-1 has no route to 10.1.1.5')
  expect(await why('i-c2', '10.1.1.5')).toBe(
    'subnet-c2 is in use1-az1, and tgw-attach-c has subnets in use1-az6 alone: what is in other zones reaches nothing by it',
  )
  expect(
    await why('i-a1', '10.1.1.5', (tx) => {
      tx.transitGatewayAttachments.update('tgw-attach-a', { state: 'deleted' })
    }),
  ).toContain('vpc-a is not attached to tgw-1')
  expect(await why('i-d1', '10.1.1.5')).toBe('tgw-rtb-1 10.0.0.0/16 leads the reply away from 10.0.1.5 to tgw-attach-a')
})

it("shows another account's parts by their outcome, and the own ones whole", async () => {
  const closed = await ask('i-a1', '10.1.1.5', (tx) => tx.securityGroupRules.delete('sgr-b-ingress'))
  const seen = asSeenBy('111111111111', closed)
  expect(seen.blockers.map(({ by }) => by)).toEqual(['tgw-1'])
  expect(JSON.stringify(seen.steps)).not.toMatch(/(acl|sg|sgr|rtb|eni)-b/)
  expect(seen.steps.map(({ by }) => by)).toContain('tgw-rtb-1 10.1.0.0/16')
  const guest = asSeenBy('222222222222', await ask('i-b1', '10.0.1.5'))
  expect(guest.verdict).toBe('reachable')
  expect(JSON.stringify(guest.steps)).not.toMatch(/tgw-rtb|(acl|sg|sgr|rtb|eni)-a/)
})
