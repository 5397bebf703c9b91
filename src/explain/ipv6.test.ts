// Address plan: see compile/small-dual-stack.ts. Everything of it in the kernel is in test/kernel/ipv6.test.ts.

import { expect, it } from 'vitest'
import type { VpcNetwork } from '../compile/network.ts'
import { dualStackVpc, dualStackVpcWithSsm } from '../compile/small-dual-stack.ts'
import { networkOf, smallVpc } from '../compile/small-network.ts'
import { ICMPV6, TCP } from '../ip/protocol.ts'
import { explain } from './explain.ts'
import { parseTarget } from './question.ts'

const VPC = dualStackVpc()
const OFFLINE: VpcNetwork = { ...VPC, routeTables: VPC.routeTables.map((table) => ({ ...table, entries: [] })) }
const SITE = '[2001:db8:ffff::cb00:710a]:443'

/** The stage and the resource that stop it, or `reachable`. */
function asked(vpc: VpcNetwork, from: 'i-1' | 'i-2' | 'i-3', spelled: string, protocol = TCP): string {
  const to = parseTarget(spelled, protocol)
  if (!to) throw new TypeError(`no destination: ${spelled}`)
  const [first] = explain(networkOf(vpc), { from, to, now: '2026-01-01T00:00:00.000Z' }).blockers
  return first ? `${first.stage} ${first.by}` : 'reachable'
}

it.each<[string, VpcNetwork, 'i-1' | 'i-2' | 'i-3', string, number, string]>([
  ['a member of the group that a rule names', VPC, 'i-1', '[2600:1f10:0:2::5]:443', TCP, 'reachable'],
  ['and one that is none', VPC, 'i-2', '[2600:1f10:0:2::5]:443', TCP, 'sg-ingress sg-2'],
  ['whom another rule lets ping', VPC, 'i-2', '2600:1f10:0:2::5', ICMPV6, 'reachable'],
  ['an address without a port', VPC, 'i-1', '2600:1f10:0:2::5', TCP, 'reachable'],
  ['a site by the internet gateway', VPC, 'i-2', SITE, TCP, 'reachable'],
  ['a site by the egress-only one', VPC, 'i-3', SITE, TCP, 'reachable'],
  ['without a route', OFFLINE, 'i-2', SITE, TCP, 'route rtb-a'],
  ['the resolver', VPC, 'i-1', '[fd00:ec2::253]:53', TCP, 'reachable'],
  ['what is link-local', VPC, 'i-1', '[fe80::1]:80', TCP, 'route vpc-1'],
  ['a sender without an IPv6 address', smallVpc(), 'i-1', SITE, TCP, 'source-check eni-1'],
  ['the other address of an endpoint', dualStackVpcWithSsm(), 'i-1', '[2600:1f10:0:1::100]:443', TCP, 'reachable'],
])('%s', (_, vpc, from, to, protocol, expected) => {
  expect(asked(vpc, from, to, protocol)).toBe(expected)
})

it.each(['[2600:1f10::5', '[10.0.0]:80', '2600:1f10::g', '[]:80', '[2600::5]:70000'])(
  '%s is no destination',
  (text) => {
    expect(parseTarget(text)).toBeUndefined()
  },
)
