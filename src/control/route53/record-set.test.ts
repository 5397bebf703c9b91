// Record sets: what a batch may hold, that it is done whole or not at all, and the order in which they are listed.

import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53'
import { beforeEach, describe, expect, test } from 'vitest'
import type { LoadBalancer } from '../../store/load-balancing-records.ts'
import { createVpcEndpoint } from '../ec2/endpoint/vpc-endpoint.ts'
import { contents, openWorld, refusal, STRANGER, type World } from '../ec2/request/testing.ts'
import { createVpc } from '../ec2/vpc/vpc.ts'
import { changeResourceRecordSets } from './change-batch.ts'
import { createHostedZone } from './hosted-zone.ts'
import { listResourceRecordSets } from './record-set-list.ts'

let world: World
let HostedZoneId: string
beforeEach(async () => {
  world = await openWorld()
  HostedZoneId = world.write(createHostedZone, { Name: 'a.test', CallerReference: 'a' }).HostedZone?.Id ?? ''
})

function loadBalancer(dnsName: string): LoadBalancer {
  return {
    id: 'arn:aws:elasticloadbalancing:us-east-1:999999999999:loadbalancer/net/lb/0123456789abcdef',
    owner: STRANGER.account,
    region: 'us-east-1',
    tags: {},
    createdAt: '2026-01-01T00:00:00.000Z',
    name: 'lb',
    type: 'network',
    scheme: 'internal',
    vpcId: 'vpc-0123456789abcdef0',
    dnsName,
    canonicalHostedZoneId: 'Z26RNL4JYFTOTI',
    ipAddressType: 'ipv4',
    state: 'active',
    enforceGroupsOnPrivateLink: true,
    attributes: {},
  }
}

function records(name: string, type: string, ...values: string[]): ResourceRecordSet {
  const Name = name.endsWith('test') || name.endsWith('.') ? name : `${name}.a.test`
  return { Name, Type: type, TTL: 60, ResourceRecords: values.map((Value) => ({ Value })) } as ResourceRecordSet
}

function change(Action: Change['Action'], ...sets: ResourceRecordSet[]) {
  const Changes = sets.map((one) => ({ Action, ResourceRecordSet: one }))
  return world.write(changeResourceRecordSets, { HostedZoneId, ChangeBatch: { Changes, Comment: 'why' } })
}

function listed(input = {}): string[] {
  const { ResourceRecordSets } = world.read(listResourceRecordSets, { HostedZoneId, ...input })
  return ResourceRecordSets.map(({ Name, Type, SetIdentifier }) =>
    [Name, Type, SetIdentifier].filter(Boolean).join(' '),
  )
}

describe('ChangeResourceRecordSets', () => {
  test.each([
    ['A', ['10.0.0.1', '10.0.0.2']],
    ['AAAA', ['2001:DB8::1']],
    ['CAA', ['0 issue "ca.test"']],
    ['CNAME', ['Other.test.']],
    ['DS', ['123 4 5 38E503480B']],
    ['HTTPS', ['1 . alpn="h2,h3" port=8443']],
    ['MX', ['10 mail.test', '20 mail2.test.']],
    ['NAPTR', ['100 50 "u" "E2U+sip" "!^.*$!sip:x@y!" .']],
    ['NS', ['ns1.test.', 'ns2.test.']],
    ['PTR', ['host.test']],
    ['SPF', ['"v=spf1 ip4:192.168.0.1/16 -all"']],
    ['SRV', ['10 5 443 host.test']],
    ['SSHFP', ['4 2 123456789ABCDEF0']],
    ['SVCB', ['0 other.test']],
    ['TLSA', ['3 1 1 0AFF']],
    ['TXT', ['"one" "two"', String.raw`"\"quoted\" \341"`]],
  ])('takes %s and gives it back as it was sent', (type, values) => {
    expect(change('CREATE', records('x', type, ...values)).ChangeInfo).toMatchObject({ Comment: 'why' })
    const { ResourceRecordSets } = world.read(listResourceRecordSets, { HostedZoneId, StartRecordName: 'x.a.test' })
    expect(ResourceRecordSets).toEqual([
      { Name: 'x.a.test.', Type: type, TTL: 60, ResourceRecords: values.map((Value) => ({ Value })) },
    ])
  })

  test.each<[string, string, readonly ResourceRecordSet[], string]>([
    [
      'what is there already',
      'CREATE',
      [records('here', 'A', '10.0.0.1')],
      "[Tried to create resource record set [name='here.a.test.', type='A'] but it already exists]",
    ],
    [
      'what is not there',
      'DELETE',
      [records('x', 'A', '10.0.0.1')],
      "[Tried to delete resource record set [name='x.a.test.', type='A'] but it was not found]",
    ],
    [
      'other values',
      'DELETE',
      [records('here', 'A', '10.0.0.2')],
      "[Tried to delete resource record set [name='here.a.test.', type='A'] but the values provided do not match the current values]",
    ],
    [
      'another zone',
      'CREATE',
      [records('x.b.test', 'A', '10.0.0.1')],
      '[RRSet with DNS name x.b.test. is not permitted in zone a.test.]',
    ],
    [
      'a CNAME at the apex',
      'CREATE',
      [records('a.test', 'CNAME', 'b.test')],
      '[RRSet of type CNAME with DNS name a.test. is not permitted at apex in zone a.test.]',
    ],
    [
      'a CNAME beside others',
      'CREATE',
      [records('here', 'CNAME', 'b.test')],
      '[RRSet of type CNAME with DNS name here.a.test. is not permitted as it conflicts with other records with the same DNS name in zone a.test.]',
    ],
    [
      'others beside a CNAME',
      'CREATE',
      [records('also', 'A', '10.0.0.1')],
      '[RRSet of type A with DNS name also.a.test. is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone a.test.]',
    ],
    [
      'another SOA',
      'CREATE',
      [records('x', 'SOA', 'a. b. 1 2 3 4 5')],
      '[RRSet of type SOA with DNS name x.a.test. is not permitted in zone a.test.]',
    ],
    [
      'an address that is none',
      'CREATE',
      [records('x', 'A', '10.0.0')],
      "[Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with '10.0.0'']",
    ],
    [
      'an address of the other family',
      'CREATE',
      [records('x', 'AAAA', '10.0.0.1')],
      "[Invalid Resource Record: 'FATAL problem: AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address) encountered with '10.0.0.1'']",
    ],
    [
      'a text without quotation marks',
      'CREATE',
      [records('x', 'TXT', 'v=spf1')],
      "[Invalid Resource Record: 'FATAL problem: InvalidCharacterString (Value should be enclosed in quotation marks) encountered with 'v=spf1'']",
    ],
    [
      'a text that is too long',
      'CREATE',
      [records('x', 'TXT', `"${'a'.repeat(256)}"`)],
      `[Invalid Resource Record: 'FATAL problem: CharacterStringTooLong (Value is too long) encountered with '"${'a'.repeat(256)}"'']`,
    ],
    [
      'half an MX',
      'CREATE',
      [records('x', 'MX', 'mail.test')],
      "[Invalid Resource Record: 'FATAL problem: MXRRDATANot2Fields (MX record doesn't have 2 fields) encountered with 'mail.test'']",
    ],
    [
      'a number that is too large',
      'CREATE',
      [records('x', 'MX', '65536 mail.test')],
      "[Invalid Resource Record: 'FATAL problem: MXRRDATAIllegalNumber (Value is not a number of 16 bits) encountered with '65536 mail.test'']",
    ],
    [
      'a target with an empty label',
      'CREATE',
      [records('x', 'CNAME', 'a..b')],
      "[Invalid Resource Record: 'FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with 'a..b'']",
    ],
    [
      'one value twice',
      'CREATE',
      [records('x', 'A', '10.0.0.1', '10.0.0.1')],
      "[Duplicate Resource Record: '10.0.0.1']",
    ],
    [
      'two CNAMEs',
      'CREATE',
      [records('x', 'CNAME', 'a.test', 'b.test')],
      '[An RRSet of type CNAME can have only one value]',
    ],
    [
      'the good with the bad, and all reasons',
      'CREATE',
      [records('fine', 'A', '10.0.0.1'), records('x', 'A', 'y'), records('here', 'A', '10.0.0.1')],
      "[Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with 'y'', Tried to create resource record set [name='here.a.test.', type='A'] but it already exists]",
    ],
    [
      'a weighted set beside a simple one',
      'CREATE',
      [{ ...records('here', 'A', '10.0.0.1'), Weight: 1, SetIdentifier: 'one' }],
      '[RRSet with DNS name here.a.test., type A, SetIdentifier one cannot be created because a non-weighted RRSet exists with the same name and type.]',
    ],
    [
      'an alias to nothing',
      'CREATE',
      [
        {
          Name: 'x.a.test',
          Type: 'A',
          AliasTarget: { HostedZoneId: 'own', DNSName: 'none.a.test', EvaluateTargetHealth: false },
        },
      ],
      '[Tried to create an alias that targets none.a.test., type A in zone OWN, but that target was not found]',
    ],
    [
      'an alias out of its zone',
      'CREATE',
      [
        {
          Name: 'x.a.test',
          Type: 'A',
          AliasTarget: { HostedZoneId: 'own', DNSName: 'b.test', EvaluateTargetHealth: false },
        },
      ],
      '[Tried to create an alias that targets b.test., type A in zone OWN, but the alias target name does not lie within the target zone]',
    ],
    [
      'an alias to no endpoint',
      'CREATE',
      [
        {
          Name: 'x.a.test',
          Type: 'A',
          AliasTarget: {
            HostedZoneId: 'Z7HUB22UULQXV',
            DNSName: 'vpce-0abc-12345678.ssm.us-east-1.vpce.amazonaws.com',
            EvaluateTargetHealth: false,
          },
        },
      ],
      '[Tried to create an alias that targets vpce-0abc-12345678.ssm.us-east-1.vpce.amazonaws.com., type A in zone Z7HUB22UULQXV, but that target was not found]',
    ],
  ])('refuses %s and changes nothing', (_, action, sets, message) => {
    change('CREATE', records('here', 'A', '10.0.0.1'), records('also', 'CNAME', 'b.test'))
    const before = contents(world.store)
    const own = HostedZoneId.replace('/hostedzone/', '')
    const placed = sets.map((set) =>
      set.AliasTarget?.HostedZoneId === 'own'
        ? { ...set, AliasTarget: { ...set.AliasTarget, HostedZoneId: own } }
        : set,
    )
    const said = refusal(() => change(action === 'DELETE' ? 'DELETE' : 'CREATE', ...placed), 'InvalidChangeBatch')
    expect(said.replaceAll(own, 'OWN')).toBe(message)
    expect(contents(world.store)).toEqual(before)
  })

  test.each<[string, Partial<ResourceRecordSet>, string]>([
    ['no TTL', { TTL: undefined }, "Missing field 'TTL'"],
    ['no values', { ResourceRecords: [] }, "Missing field 'ResourceRecords'"],
    ['neither values nor alias', { TTL: undefined, ResourceRecords: undefined }, 'but found none'],
    ['a negative TTL', { TTL: -1 }, "'TTL' must be between"],
    ['a weight without a name', { Weight: 1 }, "Missing field 'SetIdentifier'"],
    ['a name without a weight', { SetIdentifier: 'a' }, 'Expected exactly one of [Weight, Region'],
    ['two policies', { SetIdentifier: 'a', Weight: 1, Failover: 'PRIMARY' }, 'but found more than one'],
    ['no region', { SetIdentifier: 'a', Region: 'mars-1' as 'us-east-1' }, "'mars-1' is no Region"],
    [
      'two places',
      { SetIdentifier: 'a', GeoLocation: { ContinentCode: 'EU', CountryCode: 'DE' } },
      'either a ContinentCode',
    ],
    ['no continent', { SetIdentifier: 'a', GeoLocation: { ContinentCode: 'XX' } }, "'XX' is no continent"],
    [
      'a state of Germany',
      { SetIdentifier: 'a', GeoLocation: { CountryCode: 'DE', SubdivisionCode: 'BY' } },
      'only of the US',
    ],
    ['too much weight', { Weight: 256, SetIdentifier: 'a' }, "'Weight' must be between"],
    [
      'another policy',
      { SetIdentifier: 'a', CidrRoutingConfig: { CollectionId: 'c', LocationName: 'l' } },
      'CidrRoutingConfig is not served yet',
    ],
  ])('refuses %s', (_, more, message) => {
    expect(refusal(() => change('CREATE', { ...records('x', 'A', '10.0.0.1'), ...more }), 'InvalidInput')).toContain(
      message,
    )
  })

  test('keeps the NS and the SOA of the zone, whose values may change', () => {
    const { ResourceRecordSets } = world.read(listResourceRecordSets, { HostedZoneId })
    const [ns, soa] = ResourceRecordSets
    expect([ns?.Type, ns?.TTL, soa?.Type, soa?.TTL]).toEqual(['NS', 172_800, 'SOA', 900])
    const remove = (type: string) =>
      refusal(() => {
        const ResourceRecordSet = ResourceRecordSets.find(({ Type }) => Type === type) as ResourceRecordSet
        const Changes = [{ Action: 'DELETE', ResourceRecordSet }] as const
        world.write(changeResourceRecordSets, { HostedZoneId, ChangeBatch: { Changes: [...Changes] } })
      }, 'InvalidChangeBatch')
    expect(remove('NS')).toContain('at least one NS record')
    expect(remove('SOA')).toContain('exactly one SOA record')
    change('UPSERT', records('a.test', 'SOA', 'ns.test. me.test. 2 7200 900 1209600 60'))
  })

  test('replaces a set whole, and several changes of a batch see each other', () => {
    change('CREATE', { ...records('x', 'A', '10.0.0.1'), Weight: 1, SetIdentifier: 'one' })
    change('UPSERT', { ...records('x', 'A', '10.0.0.2'), Weight: 2, SetIdentifier: 'one' })
    const { ResourceRecordSets } = world.read(listResourceRecordSets, { HostedZoneId, StartRecordName: 'x.a.test' })
    expect(ResourceRecordSets).toMatchObject([{ Weight: 2, ResourceRecords: [{ Value: '10.0.0.2' }] }])
    const Changes = [
      { Action: 'DELETE', ResourceRecordSet: { ...records('x', 'A', '10.0.0.2'), Weight: 2, SetIdentifier: 'one' } },
      { Action: 'CREATE', ResourceRecordSet: records('x', 'CNAME', 'b.test') },
    ] as const
    world.write(changeResourceRecordSets, { HostedZoneId, ChangeBatch: { Changes: [...Changes] } })
    expect(listed({ StartRecordName: 'x.a.test' })).toEqual(['x.a.test. CNAME'])
  })

  test('takes aliases of its own zone and of endpoints', () => {
    const { Vpc } = world.write(createVpc, { CidrBlock: '10.0.0.0/16' })
    const ServiceName = 'com.amazonaws.us-east-1.ssm'
    const more = { VpcEndpointType: 'Interface', ServiceName, PrivateDnsEnabled: false } as const
    const { VpcEndpoint } = world.write(createVpcEndpoint, { VpcId: Vpc?.VpcId, ...more })
    const [entry] = VpcEndpoint?.DnsEntries ?? []
    const target = { HostedZoneId: entry?.HostedZoneId, DNSName: entry?.DnsName, EvaluateTargetHealth: false }
    const alias = (Name: string, AliasTarget: typeof target): ResourceRecordSet => ({ Name, Type: 'A', AliasTarget })
    change('CREATE', alias('ssm.a.test', target))
    change('CREATE', alias('a.test', { HostedZoneId, DNSName: 'SSM.a.test.', EvaluateTargetHealth: false }))
    const { ResourceRecordSets } = world.read(listResourceRecordSets, { HostedZoneId, StartRecordName: 'ssm.a.test' })
    expect(ResourceRecordSets).toEqual([
      { Name: 'ssm.a.test.', Type: 'A', AliasTarget: { ...target, DNSName: `${entry?.DnsName}.` } },
    ])
    refusal(
      () => change('CREATE', alias('x.a.test', { ...target, HostedZoneId: 'ZC8PG0KIFKBRI' })),
      'InvalidChangeBatch',
    )
  })

  test('takes aliases of load balancers, whoever has them', () => {
    const dnsName = 'lb-0123456789abcdef.elb.us-east-1.amazonaws.com'
    world.store.transact((tx) => tx.loadBalancers.insert(loadBalancer(dnsName)))
    const alias = (name: string, HostedZoneId: string, Type: 'A' | 'TXT' = 'A'): ResourceRecordSet => ({
      Name: 'lb.a.test',
      Type,
      AliasTarget: { HostedZoneId, DNSName: name, EvaluateTargetHealth: true },
    })
    for (const [wrong, why] of [
      [alias(dnsName, 'Z7HUB22UULQXV'), 'the alias target name does not lie within the target zone'],
      [alias(dnsName, 'Z26RNL4JYFTOTI', 'TXT'), 'that target was not found'],
      [alias(`us-east-1a.${dnsName}`, 'Z26RNL4JYFTOTI'), 'that target was not found'],
      [alias(`x${dnsName}`, 'Z26RNL4JYFTOTI'), 'that target was not found'],
    ] as const) {
      expect(refusal(() => change('CREATE', wrong), 'InvalidChangeBatch')).toContain(why)
    }
    change('CREATE', alias(dnsName.toUpperCase(), 'Z26RNL4JYFTOTI'))
    expect(listed({ StartRecordName: 'lb.a.test' })).toEqual(['lb.a.test. A'])
  })

  test("is the owner's", () => {
    const ChangeBatch = { Changes: [{ Action: 'CREATE', ResourceRecordSet: records('x', 'A', '10.0.0.1') } as const] }
    refusal(() => world.write(changeResourceRecordSets, { HostedZoneId, ChangeBatch }, STRANGER), 'AccessDenied')
  })
})

describe('ListResourceRecordSets', () => {
  const ORDER = [
    'a.test. NS',
    'a.test. SOA',
    '\\052.a.test. A',
    'b.a.test. A one',
    'b.a.test. A two',
    'b.a.test. TXT',
    'a.b.a.test. A',
    'c.a.test. A',
  ]

  beforeEach(() => {
    change(
      'CREATE',
      records('c', 'A', '10.0.0.1'),
      records('a.b', 'A', '10.0.0.1'),
      records('b', 'TXT', '"x"'),
      { ...records('b', 'A', '10.0.0.2'), Weight: 1, SetIdentifier: 'two' },
      { ...records('b', 'A', '10.0.0.1'), Weight: 1, SetIdentifier: 'one' },
      records('*', 'A', '10.0.0.1'),
    )
  })

  test('goes by the labels from the last on, then by type and identifier', () => {
    expect(listed()).toEqual(ORDER)
  })

  test('comes in pages', () => {
    const seen: (string | undefined)[] = []
    let start: Record<string, string | undefined> = {}
    for (;;) {
      const page = world.read(listResourceRecordSets, { HostedZoneId, MaxItems: 3, ...start })
      seen.push(...page.ResourceRecordSets.map(({ Name }) => Name))
      if (!page.IsTruncated) break
      start = {
        StartRecordName: page.NextRecordName,
        StartRecordType: page.NextRecordType,
        StartRecordIdentifier: page.NextRecordIdentifier,
      }
    }
    expect(seen).toEqual(ORDER.map((line) => line.split(' ')[0]))
  })

  test.each([
    [{ StartRecordName: 'b.a.test' }, ORDER.slice(3)],
    [{ StartRecordName: 'b.a.test', StartRecordType: 'TXT' }, ORDER.slice(5)],
    [{ StartRecordName: 'zz.test' }, []],
  ])('begins at %o', (start, expected) => {
    expect(listed(start)).toEqual(expected)
  })

  test('wants a name with a type', () => {
    refusal(() => listed({ StartRecordType: 'A' }), 'InvalidInput')
  })
})
