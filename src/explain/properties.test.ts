// What must hold for every Network and every question. The networks are small on purpose, so that rules meet packets.
// Address plan: see compile/small-network.ts.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NextHop, SecurityGroupRuleNetwork, VpcNetwork } from '../compile/network.ts'
import {
  address,
  networkOf,
  openAcl,
  routeTable,
  s3Endpoint,
  securityGroup,
  smallVpc,
  smallVpcWithSsm,
  ssmEndpoint,
} from '../compile/small-network.ts'
import { STAGES } from '../compile/stages.ts'
import { cidr } from '../ip/cidr.ts'
import { ALL_PROTOCOLS, ICMP, TCP, UDP } from '../ip/protocol.ts'
import { explain } from './explain.ts'
import { formatTrace } from './format.ts'
import type { Question } from './question.ts'

const OPEN = smallVpcWithSsm()
const SSM = ssmEndpoint({ names: { ...ssmEndpoint().names, private: ['ssm.us-east-1.amazonaws.com'] } })

const block = fc
  .constantFrom('0.0.0.0/0', '10.0.0.0/16', '10.0.1.0/24', '10.0.2.0/24', '10.0.2.5/32', '52.216.0.0/15')
  .map(cidr)
const protocol = fc.constantFrom(ALL_PROTOCOLS, TCP, UDP, ICMP, 47)
const ports = fc.option(
  fc
    .tuple(fc.constantFrom(0, 80, 443, 1024, 40_000), fc.constantFrom(0, 10, 25_000))
    .map(([from, more]) => ({ from, to: Math.min(65_535, from + more) })),
  { nil: undefined },
)

const traffic = fc.record({ protocol, ports }).map(({ protocol, ports }) => ({
  protocol,
  ...(ports && (protocol === TCP || protocol === UDP) && { ports }),
  ...(protocol === ICMP && { icmp: { type: 8, code: -1 } }),
}))

const peer: fc.Arbitrary<SecurityGroupRuleNetwork['peer']> = fc.oneof(
  fc.array(block, { maxLength: 2 }).map((cidrs) => ({ kind: 'cidrs' as const, cidrs })),
  fc
    .constantFrom('sg-1' as const, 'sg-2' as const, 'sg-x' as const)
    .map((groupId) => ({ kind: 'group' as const, groupId })),
)

const groupRule = fc.tuple(traffic, peer).map(([what, peer]) => ({ ...what, peer, by: 'sgr-1' }))
const groupRules = fc.array(groupRule, { maxLength: 3 })
const aclRule = fc
  .tuple(traffic, block, fc.constantFrom('allow' as const, 'deny' as const))
  .map(([what, cidr, action]) => ({ ...what, cidr, action, by: `acl-a rule 1` }))
const aclRules = fc.array(aclRule, { maxLength: 4 })

const { id: endpointId, backboneAddress } = s3Endpoint()
const nextHop: fc.Arbitrary<NextHop> = fc.constantFrom<NextHop>(
  { kind: 'local' },
  { kind: 'vpcEndpoint', endpointId, backboneAddress },
  { kind: 'networkInterface', interfaceId: 'eni-3' },
  { kind: 'networkInterface', interfaceId: 'eni-x' },
  { kind: 'blackhole', why: 'igw-1 is gone' },
)
const entries = fc.array(fc.record({ cidr: block, nextHop, by: fc.constant('rtb-a x') }), { maxLength: 3 })

const vpc: fc.Arbitrary<VpcNetwork> = fc
  .record({
    groups: fc.array(fc.tuple(groupRules, groupRules), { minLength: 2, maxLength: 2 }),
    acls: fc.array(fc.tuple(aclRules, aclRules), { minLength: 2, maxLength: 2 }),
    entries,
    running: fc.subarray([...OPEN.instances]),
    enabled: fc.boolean(),
    hostnames: fc.boolean(),
    endpoints: fc.subarray([s3Endpoint(), SSM]),
  })
  .map(({ groups, acls, entries, running, enabled, hostnames, endpoints }) =>
    smallVpc({
      securityGroups: groups.map(([ingress, egress], index) =>
        securityGroup(`sg-${index + 1}`, { ingress, egress, members: [address('10.0.1.5')] }),
      ),
      networkAcls: acls.map(([ingress, egress], index) => openAcl('ab'[index] ?? 'a', { ingress, egress })),
      routeTables: [routeTable('a', entries), routeTable('b')],
      instances: running,
      resolver: { ...OPEN.resolver, enabled, hostnames },
      endpoints,
      interfaces: OPEN.interfaces,
    }),
  )

const to: fc.Arbitrary<Question['to']> = fc
  .tuple(
    fc.oneof(
      fc
        .constantFrom(
          '10.0.1.6',
          '10.0.2.5',
          '10.0.2.9',
          '10.9.9.9',
          '10.0.1.100',
          '10.0.2.100',
          '52.216.0.1',
          '10.0.0.2',
          '169.254.169.254',
          '::1',
        )
        .map((text) => ({ address: address(text) })),
      fc
        .constantFrom('s3.us-east-1.amazonaws.com', 'ssm.us-east-1.amazonaws.com', 'ip-10-0-2-5.ec2.internal', 'x', '')
        .map((name) => ({ name })),
    ),
    fc.constantFrom(TCP, UDP, ICMP, 47),
    fc.constantFrom(53, 80, 443),
  )
  .map(([host, protocol, port]) => ({ ...host, protocol, ...(protocol !== ICMP && { port }) }))

const question: fc.Arbitrary<Question> = fc
  .tuple(to, fc.constantFrom<Question['from']>('i-1', 'i-2', 'i-3', 'i-x', 'eni-3'))
  .map(([target, from]) => ({ from, to: target, now: '2026-01-01T00:00:00.000Z' }))

describe('every trace', () => {
  it('is stopped exactly when something stops it, and each step names who decided and why', () => {
    fc.assert(
      fc.property(vpc, question, (vpc, question) => {
        const { verdict, steps, blockers } = explain(networkOf(vpc), question)
        expect(blockers).toEqual(steps.filter((step) => step.verdict === 'stop'))
        expect(verdict).toBe(blockers.length === 0 ? 'reachable' : 'stopped')
        expect(steps.length).toBeGreaterThan(0)
        for (const step of steps) {
          expect(STAGES).toContain(step.stage)
          expect(step.by).not.toBe('')
          expect(step.why).not.toMatch(/undefined|\bnull\b|NaN|^$/)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('has a text of lines that fit, in which one blocker is marked', () => {
    fc.assert(
      fc.property(vpc, question, (vpc, question) => {
        const trace = explain(networkOf(vpc), question)
        const text = formatTrace(trace)
        expect(text.split('\n').filter((line) => line.startsWith('>'))).toHaveLength(
          trace.blockers.length === 0 ? 0 : 1,
        )
        expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120)
      }),
    )
  })

  it('is the same for the same question', () => {
    fc.assert(
      fc.property(vpc, question, (vpc, question) => {
        const again: VpcNetwork = JSON.parse(JSON.stringify(vpc))
        expect(explain(networkOf(again), question)).toEqual(explain(networkOf(vpc), question))
      }),
    )
  })
})

describe('a rule more', () => {
  it('in a security group never stops what was reachable', () => {
    fc.assert(
      fc.property(vpc, question, groupRule, fc.constantFrom('ingress', 'egress'), (vpc, question, rule, direction) => {
        fc.pre(explain(networkOf(vpc), question).verdict === 'reachable')
        const securityGroups = vpc.securityGroups.map((group) => ({
          ...group,
          [direction]: [rule, ...group[direction]],
        }))
        expect(explain(networkOf({ ...vpc, securityGroups }), question).verdict).toBe('reachable')
      }),
      { numRuns: 300 },
    )
  })

  it('at the front of an ACL that denies all stops whatever leaves a subnet for another, and nothing within one', () => {
    fc.assert(
      fc.property(vpc, question, (vpc, question) => {
        const denyAll = { action: 'deny' as const, protocol: ALL_PROTOCOLS, cidr: cidr('0.0.0.0/0'), by: 'acl rule 1' }
        const networkAcls = vpc.networkAcls.map((acl) => ({ ...acl, egress: [denyAll, ...acl.egress] }))
        const before = explain(networkOf(vpc), question)
        const after = explain(networkOf({ ...vpc, networkAcls }), question)
        const crosses = before.steps.some((step) => step.stage === 'nacl-out')
        expect(after.steps.some((step) => step.stage === 'nacl-out' && step.verdict === 'stop')).toBe(crosses)
        if (!crosses) expect(after).toEqual(before)
      }),
      { numRuns: 300 },
    )
  })
})
