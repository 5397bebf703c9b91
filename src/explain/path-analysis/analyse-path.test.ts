// Address plan: see compile/small-network.ts and compile/small-balancer.ts.

import { describe, expect, it } from 'vitest'
import type { Network, NextHop, RouteEntry, VpcNetwork } from '../../compile/network.ts'
import { BALANCER_ARN, SERVICE_ID, smallProviderWorld } from '../../compile/small-balancer.ts'
import {
  address,
  networkInterface,
  networkOf,
  openAcl,
  routeTable,
  securityGroup,
  smallVpc,
  smallVpcWithS3,
  smallVpcWithSsm,
} from '../../compile/small-network.ts'
import { cidr } from '../../ip/cidr.ts'
import { TCP, UDP } from '../../ip/protocol.ts'
import { analysePath } from './analyse-path.ts'
import type { PathRequest } from './attempt.ts'

const ANY = { from: 0, to: 65_535 }

function request(changes: Partial<PathRequest> = {}): PathRequest {
  const whole = { source: 'i-1', destination: 'i-3', protocol: TCP, ports: ANY, account: '123456789012' }
  return { ...whole, filterInArns: [], filterOutArns: [], ...changes }
}

function ids(network: Network, changes: Partial<PathRequest> = {}): string {
  const { isFound, forward, explanations } = analysePath(network, request(changes))
  return isFound ? forward.map(({ id }) => id).join(' ') : explanations.map(({ code }) => code).join(' ')
}

const to = (block: string, nextHop: NextHop): RouteEntry => ({ cidr: cidr(block), nextHop, by: `rtb-a ${block}` })
const BY_GATEWAY = to('0.0.0.0/0', { kind: 'internetGateway', gatewayId: 'igw-1' })
const shown = { privateAddress: address('10.0.1.5'), publicAddress: address('44.1.0.1'), by: 'eipalloc-1' }
const online = (changes: Partial<VpcNetwork> = {}) =>
  smallVpc({
    internetGatewayId: 'igw-1',
    routeTables: [routeTable('a', [BY_GATEWAY]), routeTable('b')],
    interfaces: smallVpc().interfaces.map((eni) => (eni.id === 'eni-1' ? { ...eni, publicAddresses: [shown] } : eni)),
    ...changes,
  })

/** Its rules have ids of their own. */
function named(vpc: VpcNetwork): VpcNetwork {
  const securityGroups = vpc.securityGroups.map((group) => ({
    ...group,
    ingress: group.ingress.map((rule) => ({ ...rule, by: `${rule.by}-${group.id}` })),
    egress: group.egress.map((rule) => ({ ...rule, by: `${rule.by}-${group.id}` })),
  }))
  return { ...vpc, securityGroups }
}

describe('the components of a path', () => {
  it('are what the packet meets, and what it matched there', () => {
    const { forward, back } = analysePath(networkOf(named(smallVpc())), request({ ports: { from: 80, to: 80 } }))
    expect(forward.map(({ id }) => id).join(' ')).toBe('i-1 eni-1 sg-1 acl-a rtb-a acl-b sg-2 eni-3 i-3')
    expect(forward[1]).toMatchObject({ attachedTo: 'i-1', subnetId: 'subnet-a', vpcId: 'vpc-1' })
    expect(forward[2]?.groupRule).toMatchObject({ direction: 'egress', protocol: 'all', cidr: '0.0.0.0/0' })
    expect(forward[3]?.aclRule).toMatchObject({ isEgress: true, action: 'allow', number: 100 })
    expect(forward[4]?.route).toEqual({ destination: '10.0.0.0/16', target: 'local' })
    expect(forward.at(-1)?.inbound).toEqual({
      protocol: TCP,
      source: '10.0.1.5',
      destination: '10.0.2.5',
      ports: { from: 80, to: 80 },
    })
    expect(back.map(({ id }) => id).join(' ')).toBe('i-3 eni-3 acl-b acl-a eni-1 i-1')
  })

  it('pass what they must, and not what they must not', () => {
    const network = networkOf(smallVpc())
    const arn = (id: string) => `arn:aws:ec2:us-east-1:123456789012:network-acl/${id}`
    expect(analysePath(network, request({ filterInArns: [arn('acl-a')] })).isFound).toBe(true)
    expect(ids(network, { filterInArns: [arn('acl-x')] })).toBe('COMPONENT_FILTER_RESTRICTION')
    expect(ids(network, { filterOutArns: [arn('acl-a')] })).toBe('COMPONENT_FILTER_RESTRICTION_REMOVED_COMPONENT')
  })
})

describe('a path ends at', () => {
  const cases: readonly [string, Network, Partial<PathRequest>, string][] = [
    [
      'a gateway endpoint',
      networkOf(smallVpcWithS3()),
      { destination: 'vpce-s3' },
      'i-1 eni-1 sg-1 acl-a rtb-a vpce-s3',
    ],
    [
      'a gateway endpoint to which no route leads',
      networkOf(smallVpcWithS3()),
      { source: 'i-3', destination: 'vpce-s3' },
      'NO_ROUTE_TO_DESTINATION',
    ],
    [
      'a gateway endpoint, by UDP',
      networkOf(smallVpcWithS3()),
      { destination: 'vpce-s3', protocol: UDP },
      'VPCE_GATEWAY_PROTOCOL_RESTRICTION',
    ],
    [
      'an interface endpoint',
      networkOf(named(smallVpcWithSsm())),
      { destination: 'vpce-ssm' },
      'i-1 eni-1 sg-1 sg-2 vpce-ssm eni-ssm-a',
    ],
    ['the service behind an endpoint', smallProviderWorld(), { destination: SERVICE_ID }, ''],
    ['a service of which the VPC has no endpoint', networkOf(smallVpc()), { destination: 'vpce-svc-9' }, 'NO_PATH'],
    ['an internet gateway', networkOf(online()), { destination: 'igw-1' }, 'i-1 eni-1 sg-1 acl-a rtb-a igw-1'],
    [
      'an internet gateway, on a port that no site has',
      networkOf(online()),
      { destination: 'igw-1', ports: { from: 22, to: 22 } },
      'i-1 eni-1 sg-1 acl-a rtb-a igw-1',
    ],
    [
      'an internet gateway, without a public address',
      networkOf(online()),
      { source: 'i-2', destination: 'igw-1' },
      'IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS',
    ],
    [
      'an internet gateway to which no route leads',
      networkOf(online()),
      { source: 'i-3', destination: 'igw-1' },
      'NO_ROUTE_TO_DESTINATION',
    ],
    [
      'a peering connection',
      networkOf(
        smallVpc({
          routeTables: [routeTable('a', [to('10.9.0.0/16', { kind: 'peering', peeringId: 'pcx-1' })]), routeTable('b')],
        }),
      ),
      { destination: 'pcx-1' },
      'i-1 eni-1 sg-1 acl-a rtb-a pcx-1',
    ],
    [
      'a VPN gateway of which there is none',
      networkOf(smallVpc()),
      { destination: 'vgw-1' },
      'NO_ROUTE_TO_DESTINATION',
    ],
  ]
  it.each(cases)('%s', (_, network, changes, expected) => {
    if (expected === '') expect(analysePath(network, request(changes)).explanations).toEqual([])
    else expect(ids(network, changes)).toBe(expected)
  })

  it('a provider’s load balancer is not shown to the consumer', () => {
    const { forward } = analysePath(smallProviderWorld(), request({ destination: SERVICE_ID }))
    expect(forward.map(({ id }) => id)).not.toContain(BALANCER_ARN)
  })
})

describe('from an internet gateway', () => {
  const from = (vpc: VpcNetwork, changes: Partial<PathRequest> = {}) =>
    ids(networkOf(vpc), { source: 'igw-1', destination: 'i-1', ...changes })
  const only = (block: string) =>
    securityGroup('sg-1', {
      members: [address('10.0.1.5')],
      ingress: [
        { protocol: TCP, ports: { from: 22, to: 22 }, peer: { kind: 'cidrs', cidrs: [cidr(block)] }, by: 'sgr-1' },
      ],
    })

  it('to an address that the internet knows', () => {
    expect(from(online())).toBe('igw-1 acl-a sg-1 eni-1 i-1')
    expect(from(online(), { destination: 'i-2' })).toBe('IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS')
    expect(from(smallVpc())).toBe('DISCONNECTED_VPCS')
  })

  it('from whom and at which port its groups let in', () => {
    const groups = [only('192.0.2.0/24'), securityGroup('sg-2')]
    expect(from(online({ securityGroups: groups }))).toBe('igw-1 acl-a sg-1 eni-1 i-1')
    expect(from(online({ securityGroups: groups }), { ports: { from: 80, to: 80 } })).toBe('ENI_SG_RULES_MISMATCH')
    expect(from(online({ securityGroups: groups }), { sourceIp: address('203.0.113.9') })).toBe('ENI_SG_RULES_MISMATCH')
  })
})

describe('why there is no path', () => {
  const none = { members: [address('10.0.1.5')], egress: [] }
  const cases: readonly [string, VpcNetwork, Partial<PathRequest>, string][] = [
    [
      'groups without a rule',
      smallVpc({ securityGroups: [securityGroup('sg-1', none), securityGroup('sg-2')] }),
      {},
      'SG_HAS_NO_RULES',
    ],
    [
      'an ACL, on the way and back',
      smallVpc({ networkAcls: [openAcl('a'), openAcl('b', { ingress: [], egress: [] })] }),
      {},
      'SUBNET_ACL_RESTRICTION SUBNET_ACL_RESTRICTION',
    ],
    [
      'a blackhole',
      smallVpc({
        routeTables: [routeTable('a', [to('10.9.0.0/16', { kind: 'blackhole', why: 'gone' })]), routeTable('b')],
      }),
      { destination: undefined, destinationIp: address('10.9.0.1') },
      'BAD_STATE_ROUTE',
    ],
    [
      'an interface on no instance',
      smallVpc({
        interfaces: [
          networkInterface(1, 'a', '10.0.1.5', ['sg-1']),
          { ...networkInterface(3, 'b', '10.0.2.5', ['sg-2']), instanceId: undefined },
        ] as never,
      }),
      { destination: 'eni-3' },
      'BAD_STATE',
    ],
    [
      'an instance that is not running',
      smallVpc({ instances: smallVpc().instances.filter(({ id }) => id !== 'i-3') }),
      {},
      'BAD_STATE',
    ],
    [
      'an address that is not the source’s',
      smallVpc(),
      { sourceIp: address('10.0.1.9') },
      'FILTER_AT_SOURCE_SOURCE_ADDRESS',
    ],
    [
      'an address that is not the destination’s',
      smallVpc(),
      { destinationIp: address('10.0.1.9') },
      'FILTER_AT_SOURCE_DESTINATION_ADDRESS',
    ],
    ['an instance that does not exist', smallVpc(), { source: 'i-9' }, 'BAD_STATE'],
  ]
  it.each(cases)('%s', (_, vpc, changes, expected) => {
    const { destination, ...rest } = request(changes)
    const path = { ...rest, ...(destination !== undefined && { destination }) }
    expect(
      analysePath(networkOf(vpc), path)
        .explanations.map(({ code }) => code)
        .join(' '),
    ).toBe(expected)
  })
})
