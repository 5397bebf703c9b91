// Hosted zones as a VPC sees them. Address plan: compile/small-network.ts; vpce-1 is for ssm at 10.0.1.10, with private DNS.

import { describe, expect, it } from 'vitest'
import { endpointNames } from '../compile/endpoint-names.ts'
import type { HostedZoneNetwork, InterfaceEndpointNetwork } from '../compile/network.ts'
import { address, networkOf, smallVpc } from '../compile/small-network.ts'
import type { ResourceRecordSet } from '../store/route53-records.ts'
import { type Asker, resolve } from './resolve.ts'

const SOA = 'ns. host. 1 7200 900 1209600 300'

/** `www A 10.0.0.1 10.0.0.2`: a record set below the zone's name; `@` is the name itself. */
function zone(id: string, name: string, ...lines: (string | Partial<ResourceRecordSet>)[]): HostedZoneNetwork {
  const soa = { name, type: 'SOA', values: [SOA], ttl: 900 }
  const sets = [soa, ...lines.map((line) => (typeof line === 'string' ? recordSet(name, line) : line))]
  return {
    id,
    name,
    recordSets: sets.map((set, index) => ({
      id: `${id}/${index}`,
      hostedZoneId: id,
      name,
      type: 'A',
      values: [],
      ...set,
    })),
  }
}

function recordSet(zoneName: string, line: string): Partial<ResourceRecordSet> {
  const [label = '', type = '', ...values] = line.split(' ')
  const name = label === '@' ? zoneName : `${label}.${zoneName}`
  return { name, type, ttl: 30, values: type === 'TXT' ? [values.join(' ')] : values }
}

function alias(name: string, hostedZoneId: string, dnsName: string, type = 'A'): Partial<ResourceRecordSet> {
  return { name, type, alias: { hostedZoneId, dnsName, evaluateTargetHealth: false } }
}

const REGIONAL = 'vpce-1-abcd1234.ssm.us-east-1.vpce.amazonaws.com'
const SSM: InterfaceEndpointNetwork = {
  id: 'vpce-1',
  owner: '123456789012',
  kind: 'interface',
  serviceName: 'com.amazonaws.us-east-1.ssm',
  policyDocument: '{}',
  groupIds: [],
  interfaces: [
    {
      id: 'eni-9',
      subnetId: 'subnet-a',
      availabilityZone: 'us-east-1a',
      availabilityZoneId: 'use1-az6',
      address: address('10.0.1.10'),
      backboneAddress: address('240.9.0.1'),
    },
  ],
  names: endpointNames(
    { id: 'vpce-1', region: 'us-east-1', serviceName: 'com.amazonaws.us-east-1.ssm', dnsHash: 'abcd1234' },
    ['us-east-1a'],
  ),
}

function inside(...privateZones: HostedZoneNetwork[]): Asker {
  const vpc = smallVpc({ privateZones, endpoints: [SSM] })
  return { network: networkOf(vpc), vpc }
}

function outside(...publicZones: HostedZoneNetwork[]): Asker {
  const vpc = smallVpc()
  return { network: { ...networkOf(vpc), publicZones }, vpc }
}

function asked(asker: Asker, question: string, rotation = 0): string {
  const [name = '', type = 'A'] = question.split(' ')
  const { code, answers } = resolve(asker, { name, type }, rotation)
  return [code, ...answers.map(({ data }) => data)].join(' ')
}

const CORP = zone(
  'Z1',
  'corp.example',
  '@ A 10.9.0.1',
  '@ TXT "a b"',
  '@ MX 10 mail.corp.example',
  'www A 10.9.0.2',
  'deep.down A 10.9.0.3',
  '*.apps A 10.9.0.4',
  'api.apps A 10.9.0.5',
  'cname CNAME WWW.corp.example.',
  'chain CNAME cname.corp.example',
  'away CNAME ssm.us-east-1.amazonaws.com',
  'lost CNAME www.elsewhere.test',
  'gone CNAME none.corp.example',
  'loop CNAME loop2.corp.example',
  'loop2 CNAME loop.corp.example',
  alias('alias.corp.example', 'Z1', 'www.corp.example'),
  alias('twice.corp.example', 'Z1', 'alias.corp.example'),
  alias('endpoint.corp.example', 'Z7HUB22UULQXV', REGIONAL),
  alias('no-endpoint.corp.example', 'Z7HUB22UULQXV', REGIONAL.replace('vpce-1', 'vpce-2')),
)
const NARROW = zone('Z2', 'narrow.corp.example', 'www A 10.9.1.1')
const SHADOW = zone('Z3', 'us-east-1.amazonaws.com', 'sqs A 10.9.2.1')
const PARAMETER = zone('Z4', 'parameter.ssm.us-east-1.amazonaws.com', '@ A 10.9.3.1')
const REVERSE = zone('Z5', '10.in-addr.arpa', '5.1.0 PTR named.corp.example')
const OPEN = zone('Z6', 'example.org', 'www A 192.0.2.1', 'in CNAME www.corp.example')

describe('a private hosted zone', () => {
  it.each<[string, string, string, ...HostedZoneNetwork[]]>([
    ['answers at its top', 'corp.example A', 'NOERROR 10.9.0.1', CORP],
    ['answers texts as they are written', 'corp.example TXT', 'NOERROR "a b"', CORP],
    ['has its SOA', 'corp.example SOA', `NOERROR ${SOA}`, CORP],
    ['answers below', 'www.corp.example A', 'NOERROR 10.9.0.2', CORP],
    ['has no record of another type', 'www.corp.example AAAA', 'NOERROR', CORP],
    ['has no other name', 'none.corp.example A', 'NXDOMAIN', CORP],
    ['has the names between', 'down.corp.example A', 'NOERROR', CORP],
    ['has a wildcard for all below', 'x.apps.corp.example A', 'NOERROR 10.9.0.4', CORP],
    ['and for several labels', 'x.y.apps.corp.example A', 'NOERROR 10.9.0.4', CORP],
    ['but not for a name that exists', 'api.apps.corp.example TXT', 'NOERROR', CORP],
    ['nor for what is below one', 'x.api.apps.corp.example A', 'NXDOMAIN', CORP],
    ['nor for the name above', 'apps.corp.example A', 'NOERROR', CORP],
    ['has the star itself', '*.apps.corp.example A', 'NOERROR 10.9.0.4', CORP],
    ['follows a CNAME', 'cname.corp.example A', 'NOERROR WWW.corp.example. 10.9.0.2', CORP],
    ['gives a CNAME that is asked for', 'cname.corp.example CNAME', 'NOERROR WWW.corp.example.', CORP],
    ['follows a chain', 'chain.corp.example A', 'NOERROR cname.corp.example WWW.corp.example. 10.9.0.2', CORP],
    ['follows into a hidden zone', 'away.corp.example A', 'NOERROR ssm.us-east-1.amazonaws.com 10.0.1.10', CORP],
    ['says that a target does not exist', 'gone.corp.example A', 'NXDOMAIN none.corp.example', CORP],
    ['cannot follow to the internet', 'lost.corp.example A', 'SERVFAIL', CORP],
    ['ends a circle', 'loop.corp.example A', 'SERVFAIL', CORP],
    ['answers an alias as its own', 'alias.corp.example A', 'NOERROR 10.9.0.2', CORP],
    ['and an alias of an alias', 'twice.corp.example A', 'NOERROR 10.9.0.2', CORP],
    ['and no other type of it', 'alias.corp.example AAAA', 'NOERROR', CORP],
    ['answers an alias of an endpoint', 'endpoint.corp.example A', 'NOERROR 10.0.1.10', CORP],
    ['has nothing where the endpoint went', 'no-endpoint.corp.example A', 'NOERROR', CORP],
    ['hides the zone above whole', 'other.narrow.corp.example A', 'NXDOMAIN', CORP, NARROW],
    ['is hidden by a longer one only there', 'www.corp.example A', 'NOERROR 10.9.0.2', CORP, NARROW],
    ['hides what is public below it', 'kms.us-east-1.amazonaws.com A', 'NXDOMAIN', SHADOW],
    ['and answers in its stead', 'sqs.us-east-1.amazonaws.com A', 'NOERROR 10.9.2.1', SHADOW],
    ["gives way to an endpoint's longer name", 'ssm.us-east-1.amazonaws.com A', 'NOERROR 10.0.1.10', SHADOW],
    [
      "goes before an endpoint's shorter name",
      'parameter.ssm.us-east-1.amazonaws.com A',
      'NOERROR 10.9.3.1',
      PARAMETER,
    ],
    ['may name addresses of the VPC', '5.1.0.10.in-addr.arpa PTR', 'NOERROR named.corp.example', REVERSE],
    ['must name them all then', '6.1.0.10.in-addr.arpa PTR', 'NXDOMAIN', REVERSE],
  ])('%s: %s', (_, question, expected, ...zones) => {
    expect(asked(inside(...zones), question)).toBe(expected)
  })

  it('says which zones and endpoints answered', () => {
    const by = (name: string) => resolve(inside(CORP, NARROW), { name, type: 'A' }).by
    expect(by('www.narrow.corp.example')).toEqual(['Z2'])
    expect(by('away.corp.example')).toEqual(['Z1', 'vpce-1'])
    expect(by('endpoint.corp.example')).toEqual(['Z1', 'vpce-1'])
    expect(by('sts.us-east-1.amazonaws.com')).toEqual([])
  })

  it('has a negative answer kept as long as its SOA says', () => {
    const { authorities } = resolve(inside(CORP), { name: 'none.corp.example', type: 'A' })
    expect(authorities).toEqual([{ name: 'corp.example', ttl: 300, type: 'SOA', data: SOA }])
  })

  it('answers an alias with the TTL of its target, and of an endpoint with a minute', () => {
    const ttl = (name: string) => resolve(inside(CORP), { name, type: 'A' }).answers.map((record) => record.ttl)
    expect([ttl('alias.corp.example'), ttl('endpoint.corp.example')]).toEqual([[30], [60]])
  })
})

describe('weighted sets', () => {
  const weighted = (weight: number, value: string) => ({
    name: 'w.corp.example',
    ttl: 5,
    values: [value],
    weight,
    setIdentifier: value,
  })
  const counted = (...sets: Partial<ResourceRecordSet>[]) => {
    const asker = inside(zone('Z1', 'corp.example', ...sets))
    const answers = Array.from({ length: 12 }, (_, rotation) => asked(asker, 'w.corp.example', rotation))
    return Object.fromEntries([...new Set(answers)].sort().map((one) => [one, answers.filter((x) => x === one).length]))
  }

  it('are chosen as often as their weights say', () => {
    expect(counted(weighted(1, '10.0.0.1'), weighted(3, '10.0.0.2'), weighted(0, '10.0.0.3'))).toEqual({
      'NOERROR 10.0.0.1': 3,
      'NOERROR 10.0.0.2': 9,
    })
  })

  it('are chosen alike when no weight is left', () => {
    expect(counted(weighted(0, '10.0.0.1'), weighted(0, '10.0.0.2'))).toEqual({
      'NOERROR 10.0.0.1': 6,
      'NOERROR 10.0.0.2': 6,
    })
  })

  it('say after how many questions the answers repeat', () => {
    const sets = [weighted(2, '10.0.0.1'), weighted(3, '10.0.0.2')]
    expect(resolve(inside(zone('Z1', 'corp.example', ...sets)), { name: 'w.corp.example', type: 'A' }).period).toBe(5)
  })
})

describe('a public hosted zone', () => {
  it.each([
    ['answers everywhere', 'www.example.org A', 'NOERROR 192.0.2.1'],
    ['has no other name', 'none.example.org A', 'NXDOMAIN'],
    ['leads only to what is public', 'in.example.org A', 'SERVFAIL'],
  ])('%s', (_, question, expected) => {
    expect(asked(outside(OPEN), question)).toBe(expected)
  })

  it('is hidden by a private one', () => {
    const { network, vpc } = inside(zone('Z9', 'example.org', 'www A 10.0.0.1'))
    expect(asked({ vpc, network: { ...network, publicZones: [OPEN] } }, 'www.example.org')).toBe('NOERROR 10.0.0.1')
  })

  it('of a name of Amazon’s is delegated to nobody', () => {
    const stolen = zone('Z8', 'ssm.us-east-1.amazonaws.com', '@ A 192.0.2.9')
    expect(asked(outside(stolen), 'ssm.us-east-1.amazonaws.com')).not.toContain('192.0.2.9')
  })
})
