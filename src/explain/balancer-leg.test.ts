// The way from one load balancer's node to another's: what compile says of it, explain says too. The VPC is
// small-balancer.ts's provider's, and its target in the other subnet stands for the node that is reached.

import { expect, test } from 'vitest'
import { isLegOpen } from '../compile/balancer-leg.ts'
import type { NetworkAclRuleNetwork, SecurityGroupRuleNetwork, VpcNetwork } from '../compile/network.ts'
import { balancerNode, loadBalancer, providerVpc, target } from '../compile/small-balancer.ts'
import { address, openAcl, securityGroup } from '../compile/small-network.ts'
import { cidr } from '../ip/cidr.ts'
import { TCP, UDP } from '../ip/protocol.ts'
import { legSteps } from './balancer.ts'

const NODE = balancerNode('a')
const TARGET = target('b')

const rule = (changes: Partial<SecurityGroupRuleNetwork>): SecurityGroupRuleNetwork => ({
  protocol: TCP,
  ports: { from: 8080, to: 8080 },
  peer: { kind: 'cidrs', cidrs: [cidr('10.0.1.0/24')] },
  by: 'sgr-1',
  ...changes,
})
const groups = (ingress: readonly SecurityGroupRuleNetwork[]) => ({
  securityGroups: [
    securityGroup('sg-t', { members: [address('10.0.1.5'), address('10.0.2.5')], ingress }),
    securityGroup('sg-n', { members: [NODE.address] }),
  ],
})
const entry = (action: 'allow' | 'deny', from: number, to: number): NetworkAclRuleNetwork => ({
  action,
  protocol: TCP,
  cidr: cidr('10.0.0.0/16'),
  ports: { from, to },
  by: 'acl-d rule 1',
})
const aclOfTarget = (changes: Partial<ReturnType<typeof openAcl>>) => ({
  networkAcls: [openAcl('c'), openAcl('d', changes)],
})

test.each<[name: string, vpc: Partial<VpcNetwork>, is: boolean]>([
  ['everything is allowed', {}, true],
  ['a group that allows the node', groups([rule({})]), true],
  ['by its group', groups([rule({ peer: { kind: 'group', groupId: 'sg-n' } })]), true],
  ['another group', groups([rule({ peer: { kind: 'group', groupId: 'sg-t' } })]), false],
  ['another port', groups([rule({ ports: { from: 80, to: 80 } })]), false],
  ['another protocol', groups([rule({ protocol: UDP })]), false],
  ['another source', groups([rule({ peer: { kind: 'cidrs', cidrs: [cidr('10.0.2.0/24')] } })]), false],
  ['no rule', groups([]), false],
  [
    'an ACL that denies the port first',
    aclOfTarget({ ingress: [entry('deny', 8080, 8080), entry('allow', 1, 65_535)] }),
    false,
  ],
  [
    'an ACL that allows it first',
    aclOfTarget({ ingress: [entry('allow', 8080, 8080), entry('deny', 1, 65_535)] }),
    true,
  ],
  ['replies on every port', aclOfTarget({ egress: [entry('allow', 1024, 65_535)] }), true],
  ['replies on some ports only', aclOfTarget({ egress: [entry('allow', 1024, 50_000)] }), false],
  [
    'a hole among the ports of replies',
    aclOfTarget({ egress: [entry('deny', 40_000, 40_000), entry('allow', 1, 65_535)] }),
    false,
  ],
])('%s', (_, changes, is) => {
  const vpc = providerVpc(changes)
  const packet = { protocol: TCP, source: NODE.address, destination: NODE.address, ports: { from: 80, to: 80 } }
  const steps = legSteps({ vpc, balancer: loadBalancer(), node: NODE }, TARGET, { packet, keepsClient: false })
  expect([isLegOpen(vpc, NODE, TARGET), steps.every(({ verdict }) => verdict === 'pass')]).toEqual([is, is])
})
