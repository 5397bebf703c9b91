// Random small VPCs: few addresses, ports and rules, so that rules and packets meet often.

import fc from 'fast-check'
import { ALL_PROTOCOLS, TCP, UDP } from '../../src/ip/protocol.ts'
import type {
  AclRuleShape,
  GroupRuleShape,
  InstanceShape,
  InterfaceEndpointShape,
  RouteShape,
  TrafficShape,
  VpcShape,
} from './vpc-shape.ts'

/** Network ACLs take all of the ephemeral ports or none: the reply's port is the kernel's choice. */
const PORTS = [
  { from: 0, to: 65_535 },
  { from: 80, to: 80 },
  { from: 80, to: 443 },
  { from: 443, to: 443 },
  { from: 53, to: 8080 },
  { from: 1024, to: 65_535 },
  { from: 32_768, to: 60_999 },
]
const BLOCKS = [
  '0.0.0.0/0',
  '10.0.0.0/16',
  '10.0.1.0/24',
  '10.0.2.0/24',
  '10.0.1.10/32',
  '10.0.2.0/25',
  '52.0.0.0/8',
  '44.192.0.0/16',
]

/** See `ipv6Cidr`. */
const IPV6_BLOCKS = ['::/0', '6', '6.0', '6.1', '6.0.10', '2001:db8::/32']

/** Subnets' own blocks may go to an interface; the others are outside the VPC, or part of S3's addresses. */
const IPV6_DESTINATIONS = ['::/0', '2001:db8::/32', '2600:1f10::/32', '2600:1f10:0:100::/56']
const DESTINATIONS = ['0.0.0.0/0', '198.51.100.0/24', '52.216.0.0/15', '52.216.0.0/24', '52.0.0.0/8']

const traffic: fc.Arbitrary<TrafficShape> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ protocol: ALL_PROTOCOLS }) },
  {
    weight: 5,
    arbitrary: fc.record({ protocol: fc.constantFrom(TCP, TCP, UDP), ports: fc.constantFrom(...PORTS) }),
  },
)

const groupRule: fc.Arbitrary<GroupRuleShape> = fc
  .tuple(
    traffic,
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom<GroupRuleShape['peer']>(...BLOCKS) },
      { weight: 2, arbitrary: fc.constantFrom<GroupRuleShape['peer']>(...IPV6_BLOCKS) },
      { weight: 2, arbitrary: fc.constantFrom<GroupRuleShape['peer']>(0, 1) },
      { weight: 1, arbitrary: fc.constant<GroupRuleShape['peer']>('s3') },
    ),
  )
  .map(([what, peer]) => ({ ...what, peer }))

const aclRule: fc.Arbitrary<AclRuleShape> = fc
  .tuple(
    traffic,
    fc.constantFrom('allow' as const, 'allow' as const, 'deny' as const),
    fc.constantFrom(...BLOCKS, ...IPV6_BLOCKS),
  )
  .map(([what, action, cidr]) => ({ ...what, action, cidr }))

const OPEN_GROUP: GroupRuleShape[] = ['0.0.0.0/0', '::/0'].map((peer) => ({ protocol: ALL_PROTOCOLS, peer }))
const groupRules = fc.oneof(fc.constant(OPEN_GROUP), fc.array(groupRule, { maxLength: 4 }))

const OPEN_ACL: AclRuleShape[] = ['0.0.0.0/0', '::/0'].map((cidr) => ({
  protocol: ALL_PROTOCOLS,
  action: 'allow',
  cidr,
}))
const aclRules = fc.oneof(
  { weight: 2, arbitrary: fc.constant(OPEN_ACL) },
  { weight: 4, arbitrary: fc.array(aclRule, { maxLength: 3 }).map((rules) => [...rules, ...OPEN_ACL]) },
  { weight: 1, arbitrary: fc.array(aclRule, { maxLength: 4 }) },
)

const instance: fc.Arbitrary<InstanceShape> = fc.record({
  subnet: fc.nat(1),
  groups: fc.uniqueArray(fc.nat(1), { minLength: 1, maxLength: 2 }),
  running: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  sourceDestCheck: fc.boolean(),
})

const target: fc.Arbitrary<RouteShape['target']> = fc.oneof(
  fc.constantFrom('hole' as const, 'internet' as const, 'internet' as const, 'nat' as const),
  fc.nat(2),
)
const ipv6Routes: fc.Arbitrary<RouteShape[]> = fc.uniqueArray(
  fc.record({
    cidr: fc.constantFrom(...IPV6_DESTINATIONS),
    target: fc.oneof(
      {
        weight: 5,
        arbitrary: fc.constantFrom<RouteShape['target']>('hole', 'internet', 'internet', 'egress-only'),
      },
      { weight: 1, arbitrary: fc.nat(2) },
    ),
  }),
  { selector: (route) => route.cidr, maxLength: 2 },
)
const routes: fc.Arbitrary<RouteShape[]> = fc
  .tuple(
    fc.uniqueArray(fc.record({ cidr: fc.constantFrom(...DESTINATIONS), target }), {
      selector: (route) => route.cidr,
      maxLength: 2,
    }),
    // Rare, because it takes much of the VPC away.
    fc.option(fc.record({ cidr: fc.constantFrom('10.0.1.0/24', '10.0.2.0/24', '6.0', '6.1'), target: fc.nat(2) }), {
      freq: 6,
      nil: undefined,
    }),
    ipv6Routes,
  )
  .map(([others, inside, ipv6]) => [...others, ...(inside ? [inside] : []), ...ipv6])

const interfaceEndpoint: fc.Arbitrary<InterfaceEndpointShape> = fc.record({
  service: fc.constantFrom('ssm', 's3'),
  subnets: fc.uniqueArray(fc.nat(1), { maxLength: 2 }),
  groups: fc.uniqueArray(fc.nat(1), { minLength: 1, maxLength: 2 }),
  privateDns: fc.boolean(),
})

export const vpcShape: fc.Arbitrary<VpcShape> = fc.record({
  resolver: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  subnets: fc.array(fc.record({ table: fc.nat(1), acl: fc.nat(1) }), { minLength: 2, maxLength: 2 }),
  tables: fc.array(routes, { minLength: 1, maxLength: 2 }),
  endpoints: fc.array(
    fc.record({ service: fc.constantFrom('s3', 'dynamodb'), tables: fc.uniqueArray(fc.nat(1), { maxLength: 2 }) }),
    { maxLength: 3 },
  ),
  interfaceEndpoints: fc.array(interfaceEndpoint, { maxLength: 2 }),
  groups: fc.array(fc.record({ ingress: groupRules, egress: groupRules }), { minLength: 2, maxLength: 2 }),
  acls: fc.array(fc.record({ ingress: aclRules, egress: aclRules }), { minLength: 2, maxLength: 2 }),
  instances: fc.array(instance, { minLength: 3, maxLength: 3 }),
  ipv6: fc.boolean(),
  internet: fc.record({
    publics: fc.uniqueArray(fc.nat(2), { maxLength: 3 }),
    nat: fc.option(fc.nat(1), { freq: 3, nil: undefined }),
    table: fc.option(fc.nat(1), { freq: 2, nil: undefined }),
  }),
})
