// Address plan: see compile/small-network.ts (vpc-1 10.0.0.0/16: i-1 10.0.1.5, i-2 10.0.1.6, i-3 10.0.2.5).

import { describe, expect, it } from 'vitest'
import { awsPrefixLists } from '../catalogue/prefix-lists.ts'
import { REGIONS } from '../catalogue/regions.ts'
import type { VpcNetwork } from '../compile/network.ts'
import { address, networkOf, smallVpc } from '../compile/small-network.ts'
import { cidrContains } from '../ip/cidr.ts'
import type { Region } from '../store/records.ts'
import { publicAddresses } from './public-names.ts'
import { resolve } from './resolve.ts'
import { findZone, type Zone, zoneLayer } from './zone.ts'

const VPC = smallVpc()
const ASKER = { network: networkOf(VPC), vpc: VPC }
const { resolver } = VPC
const QUIET = smallVpc({ resolver: { ...resolver, hostnames: false } })
const UNREVERSED = smallVpc({ resolver: { ...resolver, reverse: false } })
/** The third instance asked for its resource name. */
const NAMED = smallVpc({
  interfaces: VPC.interfaces.map((eni, at) => (at === 2 ? { ...eni, resourceName: true } : eni)),
})
const IRELAND = smallVpc({
  region: 'eu-west-1',
  resolver: { ...resolver, domain: 'eu-west-1.compute.internal' },
})

/** `NOERROR 10.0.1.5`, `NOERROR` for an empty answer, `NXDOMAIN`, … */
function asked(vpc: VpcNetwork, name: string, type = 'A'): string {
  const answer = resolve({ network: networkOf(vpc), vpc }, { name, type })
  return [answer.code, ...answer.answers.map((record) => String(record.data))].join(' ')
}

describe('names of the VPC', () => {
  it.each<[string, VpcNetwork, string, string, string]>([
    ['an instance by its address name', VPC, 'ip-10-0-1-5.ec2.internal', 'A', 'NOERROR 10.0.1.5'],
    ['no IPv6: AAAA is NODATA', VPC, 'ip-10-0-1-5.ec2.internal', 'AAAA', 'NOERROR'],
    ['an unknown type is NODATA', VPC, 'ip-10-0-1-5.ec2.internal', 'UNKNOWN_65', 'NOERROR'],
    ['ANY gives what there is', VPC, 'ip-10-0-1-5.ec2.internal', 'ANY', 'NOERROR 10.0.1.5'],
    ['an address without an interface has no name', VPC, 'ip-10-0-1-9.ec2.internal', 'A', 'NXDOMAIN'],
    ['an instance by its resource name', NAMED, 'i-3.ec2.internal', 'A', 'NOERROR 10.0.2.5'],
    ['by its resource name, which was not asked for', NAMED, 'i-1.ec2.internal', 'A', 'NXDOMAIN'],
    ['the domain itself is NODATA', VPC, 'ec2.internal', 'A', 'NOERROR'],
    ['another region has another domain', IRELAND, 'ip-10-0-1-5.eu-west-1.compute.internal', 'A', 'NOERROR 10.0.1.5'],
    ['another domain is not this one', IRELAND, 'ip-10-0-1-5.ec2.internal', 'A', 'NXDOMAIN'],
    ['no names without enableDnsHostnames', QUIET, 'ip-10-0-1-5.ec2.internal', 'A', 'NXDOMAIN'],
    ['no reverse names either', QUIET, '5.1.0.10.in-addr.arpa', 'PTR', 'NXDOMAIN'],
    ['a reverse name', VPC, '5.1.0.10.in-addr.arpa', 'PTR', 'NOERROR ip-10-0-1-5.ec2.internal'],
    ['a reverse name without an interface', VPC, '9.1.0.10.in-addr.arpa', 'PTR', 'NXDOMAIN'],
    ['a reverse name outside the VPC', VPC, '8.8.8.8.in-addr.arpa', 'PTR', 'NXDOMAIN'],
    ['reverse names without autodefined rules are public', UNREVERSED, '5.1.0.10.in-addr.arpa', 'PTR', 'SERVFAIL'],
    ['forward names without them', UNREVERSED, 'ip-10-0-1-5.ec2.internal', 'A', 'NOERROR 10.0.1.5'],
    ['a reverse network', VPC, '0.10.in-addr.arpa', 'PTR', 'NOERROR'],
    ['localhost', VPC, 'localhost', 'A', 'NOERROR 127.0.0.1'],
    ['localhost over IPv6', VPC, 'localhost', 'AAAA', 'NOERROR ::1'],
    ['below localhost', VPC, 'a.localhost', 'A', 'NOERROR 127.0.0.1'],
    ['loopback backwards', VPC, '1.0.0.127.in-addr.arpa', 'PTR', 'NOERROR localhost'],
  ])('%s', (_, vpc, name, type, expected) => {
    expect(asked(vpc, name, type)).toBe(expected)
  })
})

describe('public names', () => {
  it.each([
    ['a name that AWS does not have', 'nothing.us-east-1.amazonaws.com', 'NXDOMAIN'],
    ['a region that is none', 's3.mars-north-1.amazonaws.com', 'NXDOMAIN'],
    ['a region by itself', 'us-east-1.amazonaws.com', 'NOERROR'],
    ['the top of a zone', 'amazonaws.com', 'NOERROR'],
    ['nobody here knows the internet', 'example.com', 'SERVFAIL'],
    ['a single label', 'db', 'SERVFAIL'],
    ['the root', '', 'SERVFAIL'],
  ])('%s', (_, name, expected) => {
    expect(asked(VPC, name)).toBe(expected)
  })

  it('explains SERVFAIL', () => {
    expect(resolve(ASKER, { name: 'example.com', type: 'A' }).extendedError?.text).toContain('no internet')
  })

  it.each<[string, string, Region]>([
    ['s3.us-east-1.amazonaws.com', 's3', 'us-east-1'],
    ['company-data.s3.us-east-1.amazonaws.com', 's3', 'us-east-1'],
    ['a.dotted.bucket.s3.us-east-1.amazonaws.com', 's3', 'us-east-1'],
    ['s3.amazonaws.com', 's3', 'us-east-1'],
    ['bucket.s3.amazonaws.com', 's3', 'us-east-1'],
    ['s3.dualstack.us-east-1.amazonaws.com', 's3', 'us-east-1'],
    ['bucket.s3.dualstack.us-west-2.amazonaws.com', 's3', 'us-west-2'],
    ['s3-eu-west-1.amazonaws.com', 's3', 'eu-west-1'],
    ['bucket.s3-eu-west-1.amazonaws.com', 's3', 'eu-west-1'],
    ['s3.eu-west-1.amazonaws.com', 's3', 'eu-west-1'],
    ['name-123456789012.s3-accesspoint.us-east-1.amazonaws.com', 's3', 'us-east-1'],
    ['123456789012.s3-control.us-east-1.amazonaws.com', 's3', 'us-east-1'],
    ['s3-fips.us-east-1.amazonaws.com', 's3', 'us-east-1'],
    ['dynamodb.us-east-1.amazonaws.com', 'dynamodb', 'us-east-1'],
    ['123456789012.ddb.us-east-1.amazonaws.com', 'dynamodb', 'us-east-1'],
  ])('%s lies in the prefix list of %s in %s', (name, service, region) => {
    const list = awsPrefixLists(region).find((candidate) => candidate.name === `com.amazonaws.${region}.${service}`)
    const addresses = publicAddresses(name, 'us-east-1')
    expect(addresses).toHaveLength(8)
    expect(new Set(addresses).size).toBe(8)
    for (const found of addresses)
      expect(
        list?.cidrs.some((block) => cidrContains(block, found)),
        found,
      ).toBe(true)
  })

  it.each(REGIONS.flatMap((region) => [`s3.${region}.amazonaws.com`, `dynamodb.${region}.amazonaws.com`]))(
    "%s lies in no other region's list, whose endpoints would carry it",
    (name) => {
      const others = REGIONS.filter((region) => !name.includes(`.${region}.`)).flatMap((region) =>
        awsPrefixLists(region).flatMap((list) => list.cidrs),
      )
      for (const found of publicAddresses(name, 'us-east-1'))
        expect(others.filter((block) => cidrContains(block, found))).toEqual([])
    },
  )

  it('leads a bucket without a region to the region of the asker', () => {
    expect(publicAddresses('bucket.s3.amazonaws.com', 'eu-west-1')).toEqual(
      publicAddresses('s3.eu-west-1.amazonaws.com', 'us-east-1'),
    )
  })

  it.each([
    'ec2.us-east-1.amazonaws.com',
    'sts.amazonaws.com',
    'sts.us-east-1.amazonaws.com',
    'iam.amazonaws.com',
    'route53.amazonaws.com',
    'api.ecr.us-east-1.amazonaws.com',
    '123456789012.dkr.ecr.us-east-1.amazonaws.com',
    'abcdef.execute-api.us-east-1.amazonaws.com',
    'ecs-a-1.us-east-1.amazonaws.com',
    'streams.dynamodb.us-east-1.amazonaws.com',
    's3-outposts.us-east-1.amazonaws.com',
    'application-signals.us-east-1.api.aws',
  ])('%s has one address that is in no prefix list', (name) => {
    const [found, ...others] = publicAddresses(name, 'us-east-1')
    expect(found).toBeDefined()
    expect(others).toEqual([])
    const lists = REGIONS.flatMap((region) => awsPrefixLists(region).flatMap((list) => list.cidrs))
    expect(lists.filter((block) => cidrContains(block, found ?? address('0.0.0.0')))).toEqual([])
  })

  it('turns an answer of several addresses, one step for each question', () => {
    const name = 's3.us-east-1.amazonaws.com'
    const first = resolve(ASKER, { name, type: 'A' }, 0).answers
    const second = resolve(ASKER, { name, type: 'A' }, 1).answers
    expect(second).toEqual([...first.slice(1), ...first.slice(0, 1)])
    expect(resolve(ASKER, { name, type: 'A' }, 8).answers).toEqual(first)
  })

  it('lets S3 be cached for seconds only', () => {
    const { answers } = resolve(ASKER, { name: 's3.us-east-1.amazonaws.com', type: 'A' })
    expect(new Set(answers.map((record) => record.ttl))).toEqual(new Set([5]))
  })
})

describe('findZone', () => {
  const zone = (apex: string): Zone => ({ apex, find: () => undefined })

  it.each([
    ['the longest apex of a layer', [['example.com', 'a.example.com']], 'x.a.example.com', 'a.example.com'],
    ['an earlier layer before a longer apex', [['com'], ['example.com']], 'example.com', 'com'],
    ['whole labels only', [['ample.com'], ['com']], 'example.com', 'com'],
    ['nothing where no zone is', [['org']], 'example.com', undefined],
  ] as const)('takes %s', (_, layers, name, expected) => {
    expect(
      findZone(
        layers.map((layer) => zoneLayer(layer.map(zone))),
        name,
      )?.apex,
    ).toBe(expected)
  })
})
