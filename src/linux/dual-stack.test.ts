// The whole of a world with IPv6 as text: the address plan is compile/small-dual-stack.ts's.

import { expect, it } from 'vitest'
import { dualStackVpc, dualStackVpcWithSsm } from '../compile/small-dual-stack.ts'
import { smallVpc, smallVpcWithSsm } from '../compile/small-network.ts'
import { cidr } from '../ip/cidr.ts'
import { planBackbone } from './backbone-plan.ts'
import { diffNamespace, diffVpc, NOTHING, stateOf } from './diff.ts'
import { inIpv6Words, twinOf } from './ipv6-words.ts'
import { renderRuleset } from './nft.ts'
import { renderAddress, renderNeighbour, renderPolicyRule, renderRoute } from './plan.ts'
import { refusals } from './strict-plan.ts'
import { planVpc } from './vpc-plan.ts'

const plan = planVpc('1a2b', dualStackVpcWithSsm())

it('has a table of IPv6 of the same rules', async () => {
  if (!plan.ipv6Rules) throw new Error('no table of IPv6')
  await expect(renderRuleset(plan.ipv6Rules)).toMatchFileSnapshot('./dual-stack-rules.golden.nft')
})

it('has addresses, neighbours, routes and rules of IPv6', async () => {
  const { ipv6 } = plan.router
  if (!ipv6) throw new Error('IPv6 is off')
  const lines = [
    ...ipv6.addresses.map(renderAddress),
    ...ipv6.neighbours.map(renderNeighbour),
    ...ipv6.routes.map(renderRoute),
    ...ipv6.rules.map(renderPolicyRule),
  ]
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('./dual-stack-links.golden.ip')
})

it('leaves the rules of IPv4 as they are', () => {
  const { ipv6Cidrs: _, egressOnlyInternetGatewayIds: _gateways, ...without } = dualStackVpcWithSsm()
  expect(renderRuleset(plan.rules)).toBe(renderRuleset(planVpc('1a2b', without).rules))
})

it('gives a VPC without IPv6 nothing', () => {
  const { router, instances, backbone, ipv6Rules } = planVpc('1a2b', smallVpcWithSsm())
  expect(ipv6Rules ?? router.ipv6 ?? backbone.ipv6 ?? backbone.namespace.ipv6).toBeUndefined()
  expect(instances.every(({ namespace }) => namespace.ipv6 === undefined)).toBe(true)
  expect(planBackbone('1a2b', [backbone]).ipv6Rules).toBeUndefined()
})

it('turns IPv6 on with the first block, and off with the last', () => {
  const before = planVpc('1a2b', smallVpc())
  const after = planVpc('1a2b', dualStackVpc())
  const on = diffVpc(stateOf(before), after)
  expect(on.nft).toContain('table ip6 postern {')
  expect(on.namespaces.find(({ namespace }) => namespace.endsWith('vpc-1'))?.ipv6?.turn).toBe('on')
  const off = diffVpc(stateOf(after), before)
  expect(off.nft).toContain('delete table ip6 postern')
  expect(off.namespaces.find(({ namespace }) => namespace.endsWith('vpc-1'))?.ipv6?.turn).toBe('off')
  expect(off.staleFlows).toContain('-f ipv6 -s 2600:1f10:0:1::5')
})

it('changes nothing when nothing has changed', () => {
  const again = diffVpc(stateOf(plan), planVpc('1a2b', dualStackVpcWithSsm()))
  expect([again.nft, again.namespaces, again.newLinks]).toEqual(['', [], []])
  expect(diffVpc(NOTHING, plan).nft).toContain('table ip6 postern {')
  const backbone = planBackbone('1a2b', [plan.backbone])
  expect(diffNamespace(backbone.namespace, planBackbone('1a2b', [plan.backbone]).namespace).ipv6).toBeUndefined()
})

it('is nothing that the kernel would refuse', () => {
  expect(refusals(plan)).toEqual([])
})

it.each([
  ['ip saddr 240.0.0.0/4', 'ip6 saddr 64:ff9b:1::f000:0/100'],
  ['dnat ip to meta mark . ip daddr map @gateway', 'dnat ip6 to meta mark . ip6 daddr map @gateway'],
  ['ifname . ipv4_addr', 'ifname . ipv6_addr'],
  ['rt ip nexthop 169.254.255.253', 'rt ip6 nexthop fe80::a9fe:fffd'],
  ['tcp option maxseg size set 8460', 'tcp option maxseg size set 8440'],
  ['goto subnet-ip-out', 'goto subnet-ip-out'],
])('says %s as %s', (text, expected) => {
  expect(inIpv6Words(text)).toBe(expected)
})

it('has no other word for an address of a VPC', () => {
  expect(() => inIpv6Words('ip saddr 10.0.0.0/16')).toThrow('10.0.0.0 is in rules of IPv6')
  expect(twinOf('203.0.113.10')).toBe('2001:db8:ffff::cb00:710a')
  expect(twinOf('169.254.168.0/22')).toBe(cidr('fd00:ec2::/32'))
})
