import type { DescribeVpcEndpointServicesRequest } from '@aws-sdk/client-ec2'
import { beforeEach, expect, test } from 'vitest'
import { CALLER, callerOf, openWorld, refusal, type World } from '../request/testing.ts'
import { describeVpcEndpointServices } from './vpc-endpoint-service.ts'

const S3 = 'com.amazonaws.us-east-1.s3'
/** 348 services, of which S3 and DynamoDB are offered in two types. */
const OFFERS = 350

let world: World
beforeEach(async () => {
  world = await openWorld()
})

function describeServices(input: DescribeVpcEndpointServicesRequest, caller = CALLER) {
  const { ServiceNames = [], ServiceDetails = [], NextToken } = world.read(describeVpcEndpointServices, input, caller)
  return { names: ServiceNames, details: ServiceDetails, NextToken }
}

test('S3 is a Gateway and an Interface service, with two ids', () => {
  const { names, details } = describeServices({ ServiceNames: [S3] })
  expect(names).toEqual([S3])
  expect(details.map((one) => one.ServiceType?.[0]?.ServiceType).sort()).toEqual(['Gateway', 'Interface'])
  expect(new Set(details.map((one) => one.ServiceId)).size).toBe(2)
  const [gateway] = details.filter((one) => one.ServiceType?.[0]?.ServiceType === 'Gateway')
  expect(gateway?.BaseEndpointDnsNames).toEqual(['s3.us-east-1.amazonaws.com'])
  expect(gateway).not.toHaveProperty('PrivateDnsName')
})

test('filtered by name and type, as the Terraform data source does', () => {
  const Filters = [
    { Name: 'service-name', Values: ['com.amazonaws.us-east-1.ecr.api'] },
    { Name: 'service-type', Values: ['Interface'] },
  ]
  expect(describeServices({ Filters }).details).toEqual([
    {
      ServiceName: 'com.amazonaws.us-east-1.ecr.api',
      ServiceId: expect.stringMatching(/^vpce-svc-0[0-9a-f]{16}$/),
      ServiceType: [{ ServiceType: 'Interface' }],
      ServiceRegion: 'us-east-1',
      AvailabilityZones: ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `us-east-1${letter}`),
      AvailabilityZoneIds: ['6', '1', '2', '4', '3', '5'].map((number) => `use1-az${number}`),
      Owner: 'amazon',
      BaseEndpointDnsNames: ['api.ecr.us-east-1.vpce.amazonaws.com'],
      PrivateDnsName: 'api.ecr.us-east-1.amazonaws.com',
      PrivateDnsNames: expect.arrayContaining([{ PrivateDnsName: 'api.ecr.us-east-1.amazonaws.com' }]),
      PrivateDnsNameVerificationState: 'verified',
      VpcEndpointPolicySupported: true,
      AcceptanceRequired: false,
      ManagesVpcEndpoints: false,
      Tags: [],
      SupportedIpAddressTypes: ['ipv4', 'ipv6'],
    },
  ])
})

test('a service is shown in the zones in which it is', () => {
  const [detail] = describeServices({ ServiceNames: ['com.amazonaws.us-east-1.email-smtp'] }).details
  expect(detail?.AvailabilityZones).toEqual(['us-east-1a', 'us-east-1b', 'us-east-1d'])
  expect(detail?.AvailabilityZoneIds).toEqual(['use1-az6', 'use1-az1', 'use1-az4'])
})

const counts: readonly [name: string, value: string, count: number][] = [
  ['owner', 'amazon', OFFERS],
  ['owner', '123456789012', 0],
  ['service-name', '*.s3*', 6],
  ['service-region', 'us-east-1', OFFERS],
  ['service-region', 'eu-west-1', 0],
  ['service-type', 'Gateway', 3],
  ['service-type', 'GatewayLoadBalancer', 0],
  ['supported-ip-address-types', 'ipv4', OFFERS],
  ['supported-ip-address-types', 'ipv6', OFFERS - 3],
  ['tag:Name', '*', 0],
  ['tag-key', '*', 0],
]
test.each(counts)('filtered by %s=%s: %i', (Name, value, count) => {
  expect(describeServices({ Filters: [{ Name, Values: [value] }] }).details).toHaveLength(count)
})

test('pages have every service once, by name', () => {
  const names: (string | undefined)[] = []
  let NextToken: string | undefined
  do {
    const page = describeServices({ MaxResults: 100, NextToken })
    names.push(...page.details.map((one) => `${one.ServiceName} ${one.ServiceType?.[0]?.ServiceType}`))
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  expect(names).toHaveLength(OFFERS)
  expect(new Set(names).size).toBe(OFFERS)
  expect(names).toEqual([...names].sort())
})

test('other regions have their own services', () => {
  const { names } = describeServices(
    { Filters: [{ Name: 'service-name', Values: ['*.ssm'] }] },
    callerOf('1', 'eu-west-1'),
  )
  expect(names).toEqual(['com.amazonaws.eu-west-1.ssm'])
  expect(describeServices({ ServiceRegions: ['eu-west-1'] }).details).toEqual([])
})

test('an unknown name is refused, and so is an unknown filter', () => {
  refusal(() => describeServices({ ServiceNames: [S3, 'x'] }), 'InvalidServiceName')
  refusal(() => describeServices({ Filters: [{ Name: 'x', Values: ['y'] }] }), 'InvalidParameterValue')
})
