// What endpoints and rules make of the Network, and that it is kept as it would be compiled anew.
// Address plan: host 10.0.0.0/16 with a = 10.0.1.0/24 and b = 10.0.2.0/24; a VPC of 10.9.0.0/16 that only asks.

import { beforeEach, expect, test } from 'vitest'
import { compile } from '../../compile/compile.ts'
import { Compiler } from '../../compile/compiler.ts'
import { createSecurityGroup } from '../ec2/filtering/security-group.ts'
import { openWorld, type World } from '../ec2/request/testing.ts'
import { createSubnet } from '../ec2/vpc/subnet.ts'
import { createVpc } from '../ec2/vpc/vpc.ts'
import { associateResolverEndpointIpAddress, disassociateResolverEndpointIpAddress } from './endpoint-address.ts'
import { createResolverEndpoint, deleteResolverEndpoint } from './resolver-endpoint.ts'
import { createResolverRule, deleteResolverRule, updateResolverRule } from './resolver-rule.ts'
import { associateResolverRule, disassociateResolverRule } from './rule-association.ts'

let world: World
let compiler: Compiler
let host: string
let asker: string
let group: string
let subnets: string[]

beforeEach(async () => {
  world = await openWorld()
  compiler = new Compiler(world.store.records)
  world.store.observe((change) => compiler.touch(change))
  host = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId ?? ''
  asker = world.write(createVpc, { CidrBlock: '10.9.0.0/16' }).Vpc?.VpcId ?? ''
  group = world.write(createSecurityGroup, { VpcId: host, GroupName: 'dns', Description: 'dns' }).GroupId ?? ''
  subnets = [1, 2].map(
    (index) => world.write(createSubnet, { VpcId: host, CidrBlock: `10.0.${index}.0/24` }).Subnet?.SubnetId ?? '',
  )
})

function make(Direction: 'INBOUND' | 'OUTBOUND'): string {
  const IpAddresses = subnets.map((SubnetId) => ({ SubnetId }))
  const wish = { CreatorRequestId: Direction, Direction, SecurityGroupIds: [group], IpAddresses }
  return world.write(createResolverEndpoint, wish).ResolverEndpoint?.Id ?? ''
}

function kept(id: string) {
  const network = compiler.compile()
  expect(network).toEqual(compile(world.store.records))
  return network.vpcs.find((vpc) => vpc.id === id)
}

test('an inbound endpoint is there with its addresses', () => {
  expect(kept(host)).not.toHaveProperty('inboundResolvers')
  const ResolverEndpointId = make('INBOUND')
  const addresses = () => kept(host)?.inboundResolvers?.[0]?.interfaces.map(({ address }) => address)
  expect(addresses()).toEqual(['10.0.1.4', '10.0.2.4'])
  const IpAddress = { SubnetId: subnets[0], Ip: '10.0.1.53' }
  world.write(associateResolverEndpointIpAddress, { ResolverEndpointId, IpAddress })
  world.write(disassociateResolverEndpointIpAddress, { ResolverEndpointId, IpAddress: { Ip: '10.0.1.4' } })
  expect(addresses()).toEqual(['10.0.2.4', '10.0.1.53'])
  world.write(deleteResolverEndpoint, { ResolverEndpointId })
  expect(kept(host)).not.toHaveProperty('inboundResolvers')
})

test('a rule is the asker’s, and its targets are the host’s to reach, each by the next interface', () => {
  const ResolverEndpointId = make('OUTBOUND')
  const TargetIps = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((Ip) => ({ Ip }))
  const wish = { CreatorRequestId: 'r', RuleType: 'FORWARD', DomainName: 'corp.example', TargetIps, ResolverEndpointId }
  const ResolverRuleId = world.write(createResolverRule, wish).ResolverRule?.Id
  expect(
    kept(host)?.resolverForwards?.map(({ target, port, source }) => `${target}:${port} ${source.address}`),
  ).toEqual(['192.0.2.1:53 10.0.1.4', '192.0.2.2:53 10.0.2.4', '192.0.2.3:53 10.0.1.4'])
  expect(kept(host)).not.toHaveProperty('resolverRules')
  world.write(associateResolverRule, { ResolverRuleId, VPCId: asker })
  const [rule] = kept(asker)?.resolverRules ?? []
  expect(rule?.domainName).toBe('corp.example')
  expect(rule?.targets?.map(({ alias }) => alias)).toEqual(kept(host)?.resolverForwards?.map(({ alias }) => alias))
  const Config = { TargetIps: [{ Ip: '192.0.2.9', Port: 5353 }] }
  world.write(updateResolverRule, { ResolverRuleId, Config })
  expect(kept(asker)?.resolverRules?.[0]?.targets).toMatchObject([{ target: '192.0.2.9', port: 5353 }])
  expect(kept(host)?.resolverForwards).toHaveLength(1)
  world.write(disassociateResolverRule, { ResolverRuleId, VPCId: asker })
  expect(kept(asker)).not.toHaveProperty('resolverRules')
  world.write(deleteResolverRule, { ResolverRuleId })
  expect(kept(host)).not.toHaveProperty('resolverForwards')
})
