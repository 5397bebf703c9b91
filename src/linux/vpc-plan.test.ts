// The whole of two small worlds as text: the address plan is compile/small-network.ts's.

import { describe, expect, test } from 'vitest'
import { compile } from '../compile/compile.ts'
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
  ssmEndpoint,
} from '../compile/small-network.ts'
import {
  insertGroup,
  insertListener,
  insertRule,
  LISTENER,
  LOAD_BALANCER,
  serviceStore,
  targetId,
} from '../compile/small-service.ts'
import { cidr } from '../ip/cidr.ts'
import { ICMP, TCP, UDP } from '../ip/protocol.ts'
import { planBackbone } from './backbone-plan.ts'
import { diffNamespace, diffVpc, NOTHING, renderNewLink, stateOf } from './diff.ts'
import { type NftSet, renderRuleset } from './nft.ts'
import type { VpcPlan } from './plan.ts'
import { refusals } from './strict-plan.ts'
import { planVpc } from './vpc-plan.ts'

const s3 = planVpc('1a2b', smallVpcWithS3())

const ssm = planVpc('1a2b', smallVpcWithSsm())

/** From subnet a, subnet b's block leads to an interface, and its endpoint with it. */
const tableA = routeTable('a')
const toAppliance = { kind: 'networkInterface', interfaceId: 'eni-2' } as const
const detour = planVpc(
  '1a2b',
  smallVpcWithSsm({
    routeTables: [
      {
        ...tableA,
        entries: [{ cidr: cidr('10.0.2.0/24'), nextHop: toAppliance, by: 'rtb-a 10.0.2.0/24' }, ...tableA.entries],
      },
      routeTable('b'),
    ],
  }),
)

/** Every kind of rule that there is. */
const anywhere = { kind: 'cidrs', cidrs: [cidr('0.0.0.0/0')] } as const
const nested = { kind: 'cidrs', cidrs: [cidr('10.0.0.0/8'), cidr('10.1.0.0/16'), cidr('2001:db8::/32')] } as const
const onlyV6 = { kind: 'cidrs', cidrs: [cidr('::/0')] } as const
const busy = smallVpc({
  cidrs: [cidr('10.0.0.0/16'), cidr('100.64.0.0/16')],
  interfaces: [
    networkInterface(1, 'a', '10.0.1.5', ['sg-1', 'sg-2'], { addresses: [address('10.0.1.5'), address('10.0.1.50')] }),
    networkInterface(2, 'a', '10.0.1.6', ['sg-2'], { instanceId: 'i-1', deviceIndex: 1 }),
    networkInterface(3, 'b', '10.0.2.5', ['sg-2'], { sourceDestCheck: false }),
    networkInterface(4, 'b', '10.0.2.6', ['sg-2'], { instanceId: 'i-stopped' }),
  ],
  securityGroups: [
    securityGroup('sg-1', {
      members: [address('10.0.1.5'), address('10.0.1.50')],
      ingress: [
        { protocol: TCP, ports: { from: 443, to: 443 }, peer: nested, by: 'sgr-nested' },
        { protocol: UDP, ports: { from: 1000, to: 2000 }, peer: { kind: 'group', groupId: 'sg-2' }, by: 'sgr-group' },
        { protocol: ICMP, icmp: { type: 8, code: -1 }, peer: anywhere, by: 'sgr-ping' },
        { protocol: ICMP, icmp: { type: -1, code: -1 }, peer: anywhere, by: 'sgr-icmp' },
        { protocol: 47, peer: anywhere, by: 'sgr-gre' },
        { protocol: TCP, peer: onlyV6, by: 'sgr-v6' },
      ],
    }),
    securityGroup('sg-2', { members: [address('10.0.1.5'), address('10.0.1.6'), address('10.0.2.5')], egress: [] }),
  ],
  routeTables: [
    routeTable('a', [
      { cidr: cidr('203.0.113.0/24'), nextHop: { kind: 'networkInterface', interfaceId: 'eni-3' }, by: 'rtb-a' },
      { cidr: cidr('0.0.0.0/0'), nextHop: { kind: 'blackhole', why: 'igw-1 is not attached' }, by: 'rtb-a' },
    ]),
    routeTable('b'),
  ],
  networkAcls: [
    openAcl('a', {
      ingress: [
        { action: 'deny', protocol: TCP, cidr: cidr('10.0.2.0/24'), ports: { from: 22, to: 22 }, by: 'acl-a rule 90' },
        ...openAcl('a').ingress,
      ],
    }),
    openAcl('b'),
  ],
  resolver: { ...smallVpc().resolver, enabled: false },
})

/** A service and its consumer (compile/small-service.ts), the one with every kind of listener, the other with a zone down. */
const store = await serviceStore()
store.transact((tx) => {
  insertGroup(tx, 'p', 'sg-n')
  tx.loadBalancers.update(LOAD_BALANCER, { groupIds: ['sg-n'] })
  const peer = { kind: 'group', groupId: 'sg-n', account: '222222222222' } as const
  insertRule(tx, 'p', { id: 'sgr-n', groupId: 'sg-p', direction: 'ingress', protocol: TCP, peer })
  insertListener(tx, { id: `${LISTENER}-dns`, port: 53, protocol: 'TCP_UDP' })
  insertListener(tx, { id: `${LISTENER}-tls`, port: 8443, protocol: 'TLS' })
  tx.targets.update(targetId('i-p2', 8080), { deregisteredAt: '2026-01-01T00:00:00.000Z' })
  tx.failedZones.insert({ id: 'use1-az1', since: '2026-01-01T00:00:00.000Z' })
})
const [consumer, provider] = compile(store.records).vpcs.map((vpc) => planVpc('1a2b', vpc))
if (!consumer || !provider) throw new Error('no service')

describe('planVpc', () => {
  test.each([
    ['s3', s3],
    ['ssm', detour],
    ['busy', planVpc('1a2b', busy)],
    ['consumer', consumer],
    ['provider', provider],
  ] as const)('the rules of %s', async (name, plan) => {
    await expect(renderRuleset(plan.rules)).toMatchFileSnapshot(`${name}-rules.golden.nft`)
  })

  test.each([
    ['s3', s3],
    ['ssm', detour],
    ['busy', planVpc('1a2b', busy)],
  ] as const)('the links, addresses, routes and rules of %s', async (name, plan) => {
    await expect(fromNothing(plan)).toMatchFileSnapshot(`${name}-links.golden.ip`)
  })

  test('the backbone', async () => {
    const { namespace, rules } = planBackbone('1a2b', [s3.backbone, consumer.backbone, provider.backbone])
    const lines = diffNamespace(undefined, namespace).add.map((line) => `# ${line}\n`)
    await expect(`${lines.join('')}${renderRuleset(rules)}`).toMatchFileSnapshot('backbone.golden.nft')
  })

  test('is nothing that the kernel would refuse', () => {
    expect(refusals(s3)).toEqual([])
    expect(refusals(detour)).toEqual([])
    expect(refusals(planVpc('1a2b', busy))).toEqual([])
    expect(refusals(consumer)).toEqual([])
    expect(refusals(provider)).toEqual([])
  })

  test('an interface of an instance that does not run is not in the kernel, and still a member of its groups', () => {
    const plan = planVpc('1a2b', busy)
    expect(plan.links.map(({ near }) => near.name)).toEqual(['vpc-1', 'eni-1', 'eni-2', 'eni-3'])
    expect(plan.rules.sets.find(({ name }: NftSet) => name === 'members-sg-2')?.elements).toContain('10.0.2.5')
  })
})

function fromNothing(plan: VpcPlan): string {
  const change = diffVpc(NOTHING, plan)
  const batches = change.namespaces.map(({ namespace, add }) => [`[${namespace}]`, ...add].join('\n'))
  const root = [
    '[root]',
    ...change.newNamespaces.map((name) => `netns add ${name}`),
    ...change.newLinks.map(renderNewLink),
  ]
  return `${[root.join('\n'), ...batches].join('\n\n')}\n`
}

describe('diffVpc', () => {
  const nothingToDo = {
    newNamespaces: [],
    replacedLinks: [],
    newLinks: [],
    namespaces: [],
    nft: '',
    staleLinks: [],
    staleFlows: [],
  }

  test('applied twice, nothing is done', () => {
    expect(diffVpc(stateOf(s3), planVpc('1a2b', smallVpcWithS3()))).toEqual(nothingToDo)
    expect(diffVpc(stateOf(planVpc('1a2b', busy)), planVpc('1a2b', structuredClone(busy)))).toEqual(nothingToDo)
  })

  test("an endpoint adds elements and routes, and nothing else of the VPC's", () => {
    const change = diffVpc(stateOf(planVpc('1a2b', smallVpc())), s3)
    expect(change).toMatchObject({ ...nothingToDo, namespaces: [{ remove: [] }], nft: expect.any(String) })
    expect(change.nft).toMatch(/^add element ip postern gateway \{[^\n]*\}\n$/)
    expect(change.namespaces.flatMap(({ add }) => add)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^route replace blackhole \S+ table 100097 proto static$/)]),
    )
  })

  test('an endpoint taken away ends the flows of the subnets that used it', () => {
    const change = diffVpc(stateOf(s3), planVpc('1a2b', smallVpc()))
    expect(change.staleFlows).toEqual(['-s 10.0.1.0/24 -r 240.1.1.1'])
  })

  test("an interface endpoint adds elements and routes of its own, and nothing else of the VPC's", () => {
    const change = diffVpc(stateOf(planVpc('1a2b', smallVpc())), ssm)
    expect(change).toMatchObject({ ...nothingToDo, namespaces: [{ remove: [] }], nft: expect.any(String) })
    expect(
      change.nft
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/ \{.*/, '')),
    ).toEqual(
      [
        'endpoint-addresses',
        'endpoint-acl-in',
        'endpoint-groups',
        'interface-endpoints',
        'endpoint-replies',
        'endpoint-acl-out',
      ].map((name) => `add element ip postern ${name}`),
    )
    expect(change.namespaces.flatMap(({ add }) => add)).toEqual(
      ['240.1.2.1', '240.1.2.2'].map(
        (to) => `route replace ${to} via 169.254.255.254 dev bb onlink table 100000 mtu lock 8500 proto static`,
      ),
    )
  })

  test('an interface taken from an endpoint ends the flows of all subnets to it, its own too', () => {
    const [near] = ssmEndpoint().interfaces
    const less = smallVpcWithSsm({ endpoints: [ssmEndpoint({ interfaces: near ? [near] : [] })] })
    expect(diffVpc(stateOf(ssm), planVpc('1a2b', less)).staleFlows).toEqual([
      '-s 10.0.1.0/24 -r 240.1.2.2',
      '-s 10.0.2.0/24 -r 240.1.2.2',
    ])
  })

  test('a detour ends the flows to the endpoint, and its end those that took it', () => {
    expect(diffVpc(stateOf(ssm), detour).staleFlows).toEqual(['-s 10.0.1.0/24 -r 240.1.2.2'])
    expect(diffVpc(stateOf(detour), ssm).staleFlows).toEqual(['-s 10.0.1.0/24 -d 10.0.2.100'])
    const { rules: _, ...unknown } = stateOf(ssm)
    expect(diffVpc({ ...unknown, gateways: [], detours: [] }, detour).staleFlows).toEqual([
      '-s 10.0.1.0/24 -r 240.1.2.2',
    ])
  })

  test('a range that another route takes from an endpoint ends the flows to it only', () => {
    const { routeTables } = smallVpcWithS3()
    const [first, second] = routeTables
    if (!first || !second) throw new Error('no tables')
    const lost = first.entries.at(-1)
    const entries = first.entries.slice(0, -1)
    const change = diffVpc(
      stateOf(s3),
      planVpc('1a2b', smallVpcWithS3({ routeTables: [{ ...first, entries }, second] })),
    )
    expect(change.staleFlows).toEqual([`-s 10.0.1.0/24 -r 240.1.1.1 -d ${lost?.cidr}`])
  })

  test('where it is not known what was open, the flows of closed paths end', () => {
    const { rules: _, ...unknown } = stateOf(s3)
    expect(diffVpc(unknown, s3).staleFlows).toEqual(['-s 10.0.2.0/24 -r 240.1.1.1'])
  })

  test("an instance that goes takes its links and its address's flows with it; its routes go with the links", () => {
    const { instances } = smallVpc()
    const change = diffVpc(
      stateOf(planVpc('1a2b', smallVpc())),
      planVpc('1a2b', smallVpc({ instances: instances.slice(0, 2) })),
    )
    expect(change.staleLinks.map(({ near }) => near.name)).toEqual(['eni-3'])
    expect(change.staleFlows).toEqual(['-s 10.0.2.5', '-r 10.0.2.5'])
    expect(change.namespaces).toEqual([])
  })
})

test('a VPC in which nothing runs has nothing in the kernel', () => {
  const empty = { ...smallVpc(), instances: [] }
  expect(networkOf(empty).inhabited).toEqual([])
  expect(networkOf(smallVpc()).inhabited).toHaveLength(1)
})
