// Address plan: compile/small-network.ts (vpc-1: i-1 10.0.1.5 and i-2 in us-east-1a), subnet-b here in us-east-1b with i-3.
// vpce-1 is for ssm at 10.0.1.10 (a), 10.0.2.10 (b), 10.0.3.10 (c), with private DNS. vpc-2 has no endpoint.

import { describe, expect, it } from 'vitest'
import { endpointServices } from '../catalogue/endpoint-services.ts'
import { endpointNames } from '../compile/endpoint-names.ts'
import type { InterfaceEndpointNetwork, Network, VpcNetwork } from '../compile/network.ts'
import { address, networkOf, smallVpc, subnet } from '../compile/small-network.ts'
import { addressPlus } from '../ip/address.ts'
import { type Asker, resolve } from './resolve.ts'

const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c']
const POLICY = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'

/** `vpce-N` for a service at 10.0.1.N0, 10.0.2.N0 and so on, as many as there are zones. */
function endpoint(
  service: string,
  { number = 1, zones = ZONES, isPrivate = true } = {},
): InterfaceEndpointNetwork & { readonly id: `vpce-${string}` } {
  const id = `vpce-${number}` as const
  const serviceName = service.startsWith('aws.') ? service : `com.amazonaws.us-east-1.${service}`
  const names = endpointNames({ id, region: 'us-east-1', serviceName, dnsHash: 'abcd1234' }, zones)
  return {
    id,
    owner: '123456789012',
    kind: 'interface',
    serviceName,
    policyDocument: POLICY,
    groupIds: ['sg-1'],
    interfaces: zones.map((availabilityZone, index) => ({
      id: `eni-${number}${index}`,
      subnetId: `subnet-${index}`,
      availabilityZone,
      availabilityZoneId: `id of ${availabilityZone}`,
      address: address(`10.0.${index + 1}.${number}0`),
      backboneAddress: addressPlus(address('240.9.0.0'), number * 16 + index),
    })),
    names: isPrivate ? names : { ...names, private: [] },
  }
}

function vpcWith(...endpoints: InterfaceEndpointNetwork[]): VpcNetwork {
  const second = {
    ...subnet('b', '10.0.2.0/24'),
    availabilityZone: 'us-east-1b',
    availabilityZoneId: 'id of us-east-1b',
  }
  return smallVpc({ endpoints, subnets: [subnet('a', '10.0.1.0/24'), second] })
}

const OTHER = smallVpc({ id: 'vpc-2' })

function inside(...endpoints: InterfaceEndpointNetwork[]): Asker {
  const vpc = vpcWith(...endpoints)
  return { network: networkOf(vpc, OTHER), vpc }
}

function elsewhere(...endpoints: InterfaceEndpointNetwork[]): Asker {
  return { network: networkOf(vpcWith(...endpoints), OTHER), vpc: OTHER }
}

function asked(asker: Asker, name: string, type = 'A', rotation = 0): string {
  const { code, answers } = resolve(asker, { name, type }, rotation)
  return [code, ...answers.map(({ data }) => String(data))].join(' ')
}

const ALL = 'NOERROR 10.0.1.10 10.0.2.10 10.0.3.10'
const SSM = endpoint('ssm')
const S3 = endpoint('s3', { zones: ['us-east-1a'] })
const API = endpoint('execute-api', { zones: ['us-east-1a'] })
const ONE = 'NOERROR 10.0.1.10'

describe('names of an interface endpoint', () => {
  const regional = 'vpce-1-abcd1234.ssm.us-east-1.vpce.amazonaws.com'
  const zonal = 'vpce-1-abcd1234-us-east-1b.ssm.us-east-1.vpce.amazonaws.com'
  const bucket = '*.vpce-1-abcd1234.s3.us-east-1.vpce.amazonaws.com'.replace('*', 'company.bucket')

  it.each<[string, Asker, string, string, string]>([
    ['a private name is the endpoint inside its VPC', inside(SSM), 'ssm.us-east-1.amazonaws.com', 'A', ALL],
    [
      "SageMaker's endpoints have names in its own domain",
      elsewhere(endpoint('aws.sagemaker.us-east-1.studio', { zones: ['us-east-1a'] })),
      'vpce-1-abcd1234.studio.us-east-1.vpce.sagemaker.aws',
      'A',
      ONE,
    ],
    ['an IPv4 endpoint has no AAAA', inside(SSM), 'ssm.us-east-1.amazonaws.com', 'AAAA', 'NOERROR'],
    ['a name below one that covers none', inside(SSM), 'x.ssm.us-east-1.amazonaws.com', 'A', 'NXDOMAIN'],
    ['the regional name', inside(SSM), regional, 'A', ALL],
    ['the regional name in another VPC', elsewhere(SSM), regional, 'A', ALL],
    ['the regional name over IPv6', elsewhere(SSM), regional, 'AAAA', 'NOERROR'],
    ['a zonal name is one address', inside(SSM), zonal, 'A', 'NOERROR 10.0.2.10'],
    ['a zonal name in another VPC', elsewhere(SSM), zonal, 'A', 'NOERROR 10.0.2.10'],
    ['a zone without an interface', inside(SSM), zonal.replace('1b', '1d'), 'A', 'NXDOMAIN'],
    ['below an own name', inside(SSM), `x.${regional}`, 'A', 'NXDOMAIN'],
    ['an endpoint that is not there', inside(SSM), regional.replace('vpce-1', 'vpce-2'), 'A', 'NXDOMAIN'],
    ['the service of the own names', inside(SSM), 'ssm.us-east-1.vpce.amazonaws.com', 'A', 'NOERROR'],
    ['a service without an endpoint', inside(SSM), 'sqs.us-east-1.vpce.amazonaws.com', 'A', 'NXDOMAIN'],
    ['the region of the own names', inside(SSM), 'us-east-1.vpce.amazonaws.com', 'A', 'NOERROR'],
    ['own names stay without private DNS', inside(endpoint('ssm', { isPrivate: false })), regional, 'A', ALL],
    ['an endpoint without interfaces', inside(endpoint('ssm', { zones: [] })), regional, 'A', 'NOERROR'],
    ['and its private name', inside(endpoint('ssm', { zones: [] })), 'ssm.us-east-1.amazonaws.com', 'A', 'NOERROR'],
    ['a wildcard covers what is below', inside(API), 'a1b2c3.execute-api.us-east-1.amazonaws.com', 'A', ONE],
    ['and several labels', inside(API), 'x.a1b2c3.execute-api.us-east-1.amazonaws.com', 'A', ONE],
    ['and its own apex', inside(API), 'execute-api.us-east-1.amazonaws.com', 'A', ONE],
    ['but no other type', inside(API), 'a1b2c3.execute-api.us-east-1.amazonaws.com', 'TXT', 'NOERROR'],
    [
      'a registry',
      inside(endpoint('ecr.dkr', { zones: ['us-east-1a'] })),
      '1.dkr.ecr.us-east-1.amazonaws.com',
      'A',
      ONE,
    ],
    ['a bucket by the private name', inside(S3), 'company.s3.us-east-1.amazonaws.com', 'A', ONE],
    ['a bucket by the own name', elsewhere(S3), bucket, 'A', ONE],
    ['a bucket by the zonal name', elsewhere(S3), bucket.replace('.s3.', '-us-east-1a.s3.'), 'A', ONE],
    ['the own name of S3 by itself', elsewhere(S3), 'vpce-1-abcd1234.s3.us-east-1.vpce.amazonaws.com', 'A', 'NOERROR'],
    [
      'a star inside a label',
      inside(endpoint('ecs-agent', { zones: ['us-east-1a'] })),
      'ecs-a-7.us-east-1.amazonaws.com',
      'A',
      ONE,
    ],
    [
      'below it',
      inside(endpoint('ecs-agent', { zones: ['us-east-1a'] })),
      'x.ecs-a-7.us-east-1.amazonaws.com',
      'A',
      'NXDOMAIN',
    ],
    ['an API by the endpoint', elsewhere(API), 'a1b2c3-vpce-1.execute-api.us-east-1.amazonaws.com', 'A', ONE],
  ])('%s', (_, asker, name, type, expected) => {
    expect(asked(asker, name, type)).toBe(expected)
  })

  it.each([
    ['ssm.us-east-1.amazonaws.com', elsewhere(SSM)],
    ['ssm.us-east-1.amazonaws.com', inside(endpoint('ssm', { isPrivate: false }))],
    ['ssmmessages.us-east-1.amazonaws.com', inside(SSM)],
    ['ssm.eu-west-1.amazonaws.com', inside(SSM)],
    ['s3.us-east-1.amazonaws.com', inside(endpoint('s3', { isPrivate: false }))],
    ['a1b2c3-vpce-1.execute-api.us-east-1.amazonaws.com', elsewhere(SSM)],
  ])('%s is public where no private name covers it', (name, asker) => {
    const { code, answers, by } = resolve(asker, { name, type: 'A' })
    expect(code).toBe('NOERROR')
    expect(answers.length).toBeGreaterThan(0)
    expect(answers.filter(({ data }) => String(data).startsWith('10.'))).toEqual([])
    expect(by).toEqual([])
  })

  it('says which endpoint answered, and for how long', () => {
    const { by, answers } = resolve(inside(SSM), { name: 'ssm.us-east-1.amazonaws.com', type: 'A' })
    expect(by).toEqual(['vpce-1'])
    expect(new Set(answers.map(({ ttl }) => ttl))).toEqual(new Set([60]))
  })

  it.each([
    ['turns with each question', undefined, 1, 'NOERROR 10.0.2.10 10.0.3.10 10.0.1.10'],
    ["begins in the asker's zone", 'us-east-1b', 0, 'NOERROR 10.0.2.10 10.0.1.10 10.0.3.10'],
    ['turns the rest then', 'us-east-1b', 1, 'NOERROR 10.0.2.10 10.0.3.10 10.0.1.10'],
    ['turns whole where no interface is near', 'us-east-1d', 2, 'NOERROR 10.0.3.10 10.0.1.10 10.0.2.10'],
  ])('an answer of several addresses %s', (_, zone, rotation, expected) => {
    const asker = { ...inside(SSM), ...(zone && { availabilityZoneId: `id of ${zone}` }) }
    for (const name of ['ssm.us-east-1.amazonaws.com', regional]) {
      expect(asked(asker, name, 'A', rotation)).toBe(expected)
    }
  })
})

describe('every private name of the catalogue', () => {
  const bare: Network = networkOf(OTHER)
  const names = endpointServices('us-east-1').flatMap(({ name, privateDnsNames }) =>
    privateDnsNames.map((one) => [one.replaceAll('*', 'x1'), name.replace('com.amazonaws.us-east-1.', '')] as const),
  )

  it.each(names)('%s resolves publicly, and to an endpoint for %s where there is one', (name, service) => {
    const [first] = resolve({ network: bare, vpc: OTHER }, { name, type: 'A' }).answers
    expect(first?.data).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
    const serviceName = endpointServices('us-east-1').find((one) => one.name.endsWith(service))?.name
    if (serviceName?.startsWith('com.amazonaws.us-east-1.')) expect(asked(inside(endpoint(service)), name)).toBe(ALL)
  })
})
