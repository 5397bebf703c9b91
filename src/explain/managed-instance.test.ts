// Address plan: see compile/small-network.ts. i-1 (10.0.1.5, sg-1) asks; the endpoints of ssm, ssmmessages and
// ec2messages answer at 10.0.1.20, .21 and .22 in the same subnet, with group sg-e.

import { describe, expect, it } from 'vitest'
import type { InterfaceEndpointNetwork, VpcNetwork } from '../compile/network.ts'
import { address, networkInterface, networkOf, securityGroup, smallVpc } from '../compile/small-network.ts'
import type { Principal } from '../iam/principal.ts'
import { cidr } from '../ip/cidr.ts'
import { TCP } from '../ip/protocol.ts'
import { formatManagedInstance } from './format-managed-instance.ts'
import { explainManagedInstance } from './managed-instance.ts'

const SERVICES = ['ssm', 'ssmmessages', 'ec2messages'] as const
type Service = (typeof SERVICES)[number]

const FULL = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'

function endpoint(service: Service, changes: Partial<InterfaceEndpointNetwork> = {}): InterfaceEndpointNetwork {
  const number = 20 + SERVICES.indexOf(service)
  return {
    id: `vpce-${service}`,
    owner: '123456789012',
    kind: 'interface',
    serviceName: `com.amazonaws.us-east-1.${service}`,
    policyDocument: FULL,
    groupIds: ['sg-e'],
    interfaces: [
      {
        id: `eni-${number}`,
        subnetId: 'subnet-a',
        availabilityZone: 'us-east-1a',
        availabilityZoneId: 'use1-az6',
        address: address(`10.0.1.${number}`),
        backboneAddress: address(`240.1.2.${number}`),
      },
    ],
    names: {
      regional: `vpce-${service}.${service}.us-east-1.vpce.amazonaws.com`,
      zonal: [],
      private: [`${service}.us-east-1.amazonaws.com`],
    },
    ...changes,
  }
}

/** The small VPC with these endpoints and their interfaces; `admitted` is who their group lets in. */
function vpcWith(endpoints: readonly InterfaceEndpointNetwork[], changes: Partial<VpcNetwork> = {}): VpcNetwork {
  const { interfaces, securityGroups } = smallVpc()
  const from443 = {
    protocol: TCP,
    ports: { from: 443, to: 443 },
    peer: { kind: 'cidrs' as const, cidrs: [cidr('10.0.0.0/16')] },
    by: 'sgr-443',
  }
  return smallVpc({
    endpoints,
    interfaces: [
      ...interfaces,
      ...endpoints.flatMap((one) => {
        const [place] = one.interfaces
        if (!place?.address) return []
        const {
          instanceId: _,
          deviceIndex: __,
          ...plain
        } = networkInterface(Number(place.id.slice(4)), 'a', place.address, one.groupIds)
        return [{ ...plain, backboneAddress: place.backboneAddress, endpointId: one.id }]
      }),
    ],
    securityGroups: [...securityGroups, securityGroup('sg-e', { ingress: [from443] })],
    ...changes,
  })
}

function role(...actions: readonly string[]): Principal {
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
  })
  return {
    kind: 'assumedRole',
    account: '123456789012',
    arn: 'arn:aws:sts::123456789012:assumed-role/node/i-1',
    userId: 'AROA1:i-1',
    roleArn: 'arn:aws:iam::123456789012:role/node',
    roleName: 'node',
    sessionName: 'i-1',
    tags: {},
    identityPolicies: [{ name: 'core', document }],
    sessionPolicies: [],
    issuedAt: '2026-01-01T00:00:00.000Z',
  }
}

const CORE = role('ssm:*', 'ssmmessages:*', 'ec2messages:*')
const ALL = SERVICES.map((service) => endpoint(service))

function diagnose(vpc: VpcNetwork, principal: Principal = CORE) {
  return explainManagedInstance(networkOf(vpc), { instanceId: 'i-1', principal, now: '2026-01-01T00:00:00.000Z' })
}

function blockers(vpc: VpcNetwork, principal?: Principal): string[] {
  return diagnose(vpc, principal).blockers.map(({ stage, by, why }) => `${stage} ${by}: ${why}`)
}

describe('a managed instance', () => {
  it('with a role, three endpoints and a way to each can be online', () =>
    expect(diagnose(vpcWith(ALL))).toMatchObject({ verdict: 'reachable', blockers: [] }))

  it('without a role has no credentials', () =>
    expect(blockers(vpcWith(ALL), { kind: 'anonymous' })).toEqual([expect.stringContaining('has no instance profile')]))

  it.each<[string, VpcNetwork, Principal, string[]]>([
    ['nothing', vpcWith(ALL), CORE, []],
    [
      'an endpoint',
      vpcWith(ALL.slice(1)),
      CORE,
      ['create an interface endpoint for com.amazonaws.us-east-1.ssm in vpc-1, with private DNS'],
    ],
    [
      'private names',
      vpcWith([endpoint('ssm', { names: { ...endpoint('ssm').names, private: [] } }), ...ALL.slice(1)]),
      CORE,
      ['turn on private DNS of vpce-ssm'],
    ],
    [
      'the resolver, once for the three names',
      vpcWith(ALL, { resolver: { ...smallVpc().resolver, enabled: false } }),
      CORE,
      ['turn on enableDnsSupport and enableDnsHostnames of vpc-1'],
    ],
    [
      "a rule of the endpoint's group",
      vpcWith(ALL.slice(0, 1), {
        securityGroups: [...smallVpc().securityGroups, securityGroup('sg-e', { ingress: [] })],
      }),
      CORE,
      [
        'let tcp/443 from 10.0.1.5 into sg-e, a group of the endpoint',
        'create an interface endpoint for com.amazonaws.us-east-1.ssmmessages in vpc-1, with private DNS',
        'create an interface endpoint for com.amazonaws.us-east-1.ec2messages in vpc-1, with private DNS',
      ],
    ],
    [
      "the VPC's attributes and an endpoint",
      vpcWith(ALL.slice(1), { resolver: { ...smallVpc().resolver, hostnames: false } }),
      CORE,
      [
        'turn on enableDnsSupport and enableDnsHostnames of vpc-1',
        'create an interface endpoint for com.amazonaws.us-east-1.ssm in vpc-1, with private DNS',
      ],
    ],
    [
      'a profile',
      vpcWith(ALL),
      { kind: 'anonymous' },
      ['give the instance a profile, with a role that EC2 may assume and AmazonSSMManagedInstanceCore'],
    ],
    ['permissions', vpcWith(ALL), role('s3:*'), ['attach AmazonSSMManagedInstanceCore to the role node']],
  ])('is told what to do when it lacks %s', (_lack, vpc, principal, remedies) =>
    expect(diagnose(vpc, principal).remedies).toEqual(remedies),
  )

  it.each(SERVICES)('misses the endpoint of %s', (service) =>
    expect(blockers(vpcWith(ALL.filter((one) => one.id !== `vpce-${service}`)))).toEqual([
      expect.stringMatching(
        new RegExp(`^dns vpc-1: ${service}\\..* has no interface endpoint for com.amazonaws.us-east-1.${service}$`),
      ),
    ]),
  )

  it('whose endpoint has private DNS off finds the public address', () => {
    const off = endpoint('ssm', { names: { ...endpoint('ssm').names, private: [] } })
    expect(blockers(vpcWith([off, ...ALL.slice(1)]))).toEqual([expect.stringContaining('vpce-ssm has private DNS off')])
  })

  it('without resolver cannot find the names', () =>
    expect(
      blockers(vpcWith(ALL, { resolver: { ...smallVpc().resolver, enabled: false } })).every((text) =>
        text.includes('enableDnsSupport off'),
      ),
    ).toBe(true))

  it('whose endpoint has a group that admits nobody is stopped there', () => {
    const closed = vpcWith(ALL, {
      securityGroups: [...smallVpc().securityGroups, securityGroup('sg-e', { ingress: [] })],
    })
    expect(blockers(closed)).toEqual(SERVICES.map(() => expect.stringContaining('sg-ingress sg-e')))
  })

  it('whose role lacks a call is told which', () =>
    expect(blockers(vpcWith(ALL), role('ssm:*', 'ssmmessages:Create*', 'ec2messages:*'))).toEqual([
      expect.stringContaining('ssmmessages:OpenControlChannel is refused'),
      expect.stringContaining('ssmmessages:OpenDataChannel is refused'),
    ]))

  it("is stopped by an endpoint's policy", () => {
    const policyDocument =
      '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"ssm:GetParameter","Resource":"*"}]}'
    expect(blockers(vpcWith([endpoint('ssm', { policyDocument }), ...ALL.slice(1)]))).toEqual([
      expect.stringContaining('endpoint-policy vpce-ssm: ssm:UpdateInstanceInformation is refused'),
      expect.stringContaining('endpoint-policy vpce-ssm: ssm:ListInstanceAssociations is refused'),
    ])
  })

  it("is stopped by its account's organization", () => {
    const denies = {
      name: 'p-1',
      document: '{"Statement":[{"Effect":"Deny","Action":"ec2messages:*","Resource":"*"}]}',
    }
    const organizations = {
      membershipOf: () => undefined,
      controlPolicies: (_: string, kind: string) => (kind === 'service' ? [[denies]] : undefined),
    }
    const question = { instanceId: 'i-1', principal: CORE, now: '2026-01-01T00:00:00.000Z', organizations } as const
    const { blockers } = explainManagedInstance(networkOf(vpcWith(ALL)), question)
    expect(blockers.filter(({ by }) => by === 'p-1').map(({ stage }) => stage)).toEqual([
      'service-control-policy',
      'service-control-policy',
      'service-control-policy',
    ])
  })

  it('that does not run is said to be so', () =>
    expect(blockers(vpcWith(ALL, { instances: [] }))).toEqual([expect.stringContaining('i-1 is not running')]))
})

it('the text says how many reasons there are and each of them', () => {
  const text = formatManagedInstance(diagnose(vpcWith(ALL.slice(0, 1)), role('ssm:*')))
  expect(text).toContain('i-1: its agent cannot be online, for 9 reasons')
  expect(text).toContain("  pass  all the agent's calls are allowed")
  expect(text).toContain('        and so are ssmmessages:OpenControlChannel, ssmmessages:CreateDataChannel, ')
  expect(text).toContain('\nwhat to do\n')
})
