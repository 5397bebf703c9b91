// Address plan: compile/small-peering.ts. What packets do is in test/kernel/peering.test.ts; this is what is told of them.

import { expect, it } from 'vitest'
import { compile } from '../compile/compile.ts'
import { address } from '../compile/small-network.ts'
import { peeringStore } from '../compile/small-peering.ts'
import { rootPrincipal } from '../iam/principal.ts'
import { TCP } from '../ip/protocol.ts'
import type { Tx } from '../store/store.ts'
import { explain } from './explain.ts'
import { asSeenBy } from './view.ts'

async function ask(from: `i-${string}`, to: string, change: (tx: Tx) => void = () => undefined) {
  const store = await peeringStore()
  store.transact(change)
  const question = { from, to: { address: address(to), port: 443, protocol: TCP }, now: '2026-01-01T00:00:00.000Z' }
  return explain(compile(store.records), question)
}

it('walks through both VPCs, and back by the same connection', async () => {
  const { verdict, steps } = await ask('i-a1', '10.1.2.5')
  expect(verdict).toBe('reachable')
  expect(steps.map(({ stage, by }) => `${stage} ${by}`)).toEqual([
    'source-check eni-a1',
    'sg-egress sgr-a-egress',
    'nacl-out acl-a1 rule 100',
    'route rtb-a1 10.1.0.0/16',
    'nacl-in acl-b2 rule 100',
    'sg-ingress sgr-b-ingress',
    'target eni-b2',
    'nacl-out acl-b2 rule 100',
    'nacl-in acl-a1 rule 100',
  ])
})

it('says that peering leads no further, and what state a connection is in', async () => {
  const transit = await ask('i-a1', '10.2.1.5')
  expect(transit.blockers.map(({ by, why }) => [by, why])).toEqual([
    ['pcx-ab', '10.2.1.5 is not in 10.1.0.0/16, the blocks of vpc-b, and peering leads no further'],
  ])
  const waiting = await ask('i-a1', '10.1.1.5', (tx) => {
    tx.vpcPeeringConnections.update('pcx-ab', { state: 'pending-acceptance' })
  })
  expect(waiting.blockers[0]?.why).toContain('pcx-ab is pending-acceptance')
})

it("shows another account's side by its outcome, and the own one whole", async () => {
  const closed = await ask('i-a1', '10.1.1.5', (tx) => tx.securityGroupRules.delete('sgr-b-ingress'))
  const seen = asSeenBy('111111111111', closed)
  expect(seen.blockers.map(({ by, why }) => [by, why])).toEqual([
    ['pcx-ab', 'pcx-ab does not answer tcp/443: ask its owner, 222222222222'],
  ])
  expect(JSON.stringify(seen.steps)).not.toMatch(/(acl|sg|sgr|rtb|eni)-b/)
  expect(asSeenBy('222222222222', await ask('i-b1', '10.0.1.5')).steps.map(({ by }) => by)).toContain('pcx-ab')
})

it('asks the policies with the VPC of the endpoint as the source, as the edge does', async () => {
  const only = (vpcId: string) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: '*',
        Action: '*',
        Resource: '*',
        Condition: { StringEquals: { 'aws:SourceVpc': vpcId } },
      },
    })
  const request = {
    principal: rootPrincipal('111111111111'),
    action: 'ssm:DescribeParameters',
    resource: '*',
    resourceAccount: '111111111111',
  } as const
  const stages = async (policyDocument: string) => {
    const store = await peeringStore()
    store.transact((tx) => tx.vpcEndpoints.update('vpce-b', { policyDocument }))
    const to = { address: address('10.1.1.100'), port: 443, protocol: TCP }
    const question = { from: 'i-a1', to, now: '2026-01-01T00:00:00.000Z', request } as const
    return explain(compile(store.records), question).blockers.map(({ stage }) => stage)
  }
  expect(await stages(only('vpc-b'))).toEqual([])
  expect(await stages(only('vpc-a'))).toEqual(['endpoint-policy'])
})
