// What the calls about endpoint services ask the policies. Address plan: see testing.ts.

import { beforeAll, describe, expect, test } from 'vitest'
import type { Authorisation } from '../../../iam/request.ts'
import { ec2Authorisations } from '../request/authorisation.ts'
import { createTags } from '../request/tag-operations.ts'
import { contents } from '../request/testing.ts'
import { multiRegionAuthorisations } from './multi-region-authorisation.ts'
import { CONSUMER, openServiceWorld, PROVIDER, type ServiceWorld, serviceName } from './testing.ts'

let at: ServiceWorld
let service: string
let endpoint: string
beforeAll(async () => {
  at = await openServiceWorld()
  service = at.service({ SupportedRegions: ['eu-west-1'], PrivateDnsName: 'a.example.com' })
  at.world.write(createTags, { Resources: [service], Tags: [{ Key: 'Team', Value: 'blue' }] })
  endpoint = at.connect(service).VpcEndpointId ?? ''
})

function ask(operation: string, input: Record<string, unknown>, caller = PROVIDER): Authorisation[] {
  return ec2Authorisations(at.world.store.records, caller, operation, input)
}

const arn = (type: string, id: string, account = PROVIDER.account) => `arn:aws:ec2:us-east-1:${account}:${type}/${id}`

/** Of the service that there is. */
const PRESENT = {
  'ec2:region': 'us-east-1',
  'ec2:vpcemultiregion': 'true',
  'ec2:vpcesupportedregion': ['us-east-1', 'eu-west-1'],
  'aws:resourcetag/team': 'blue',
  'ec2:resourcetag/team': 'blue',
}

describe('a call about a service asks about it, with its regions and tags', () => {
  test.each<[string, () => Record<string, unknown>]>([
    ['AcceptVpcEndpointConnections', () => ({ ServiceId: service, VpcEndpointIds: [endpoint] })],
    ['RejectVpcEndpointConnections', () => ({ ServiceId: service, VpcEndpointIds: [endpoint] })],
    ['DeleteVpcEndpointServiceConfigurations', () => ({ ServiceIds: [service] })],
    ['DescribeVpcEndpointServicePermissions', () => ({ ServiceId: service })],
    ['ModifyVpcEndpointServicePermissions', () => ({ ServiceId: service, AddAllowedPrincipals: ['*'] })],
    ['StartVpcEndpointServicePrivateDnsVerification', () => ({ ServiceId: service })],
  ])('%s', (operation, input) => {
    expect(ask(operation, input())).toEqual([
      {
        action: `ec2:${operation}`,
        resource: arn('vpc-endpoint-service', service),
        resourceAccount: PROVIDER.account,
        keys: PRESENT,
      },
    ])
  })

  test('ModifyVpcEndpointServiceConfiguration asks with what the service is to become', () => {
    const keysOf = (input: object) =>
      ask('ModifyVpcEndpointServiceConfiguration', { ServiceId: service, ...input })[0]?.keys
    expect(keysOf({ AcceptanceRequired: true })).toEqual({
      ...PRESENT,
      'ec2:vpceserviceprivatednsname': 'a.example.com',
      'ec2:attribute': ['AcceptanceRequired'],
      'ec2:attribute/acceptancerequired': 'true',
    })
    expect(keysOf({ PrivateDnsName: 'b.example.com', AddSupportedRegions: ['us-west-2'] })).toMatchObject({
      'ec2:vpceserviceprivatednsname': 'b.example.com',
      'ec2:vpcesupportedregion': ['us-west-2'],
    })
  })
})

test('CreateVpcEndpointServiceConfiguration asks about a new service, and for the right to tag it', () => {
  const input = {
    PrivateDnsName: 'a.example.com',
    SupportedRegions: ['eu-west-1'],
    TagSpecifications: [{ ResourceType: 'vpc-endpoint-service', Tags: [{ Key: 'Team', Value: 'red' }] }],
  }
  expect(ask('CreateVpcEndpointServiceConfiguration', input)).toMatchObject([
    {
      resource: arn('vpc-endpoint-service', '*'),
      keys: {
        'ec2:vpceserviceprivatednsname': 'a.example.com',
        'ec2:vpceserviceregion': 'us-east-1',
        'ec2:vpcemultiregion': 'true',
        'aws:requesttag/team': 'red',
      },
    },
    { action: 'ec2:CreateTags', keys: { 'ec2:createaction': 'CreateVpcEndpointServiceConfiguration' } },
  ])
})

test('CreateVpcEndpoint and DeleteVpcEndpoints know whose service it is', () => {
  const about = (operation: string, input: Record<string, unknown>) =>
    ask(operation, input, CONSUMER).find(({ resource }) => resource.includes(':vpc-endpoint/'))?.keys
  const ServiceName = serviceName(service)
  expect(about('CreateVpcEndpoint', { VpcId: at.consumer.VpcId, ServiceName })).toEqual({
    'ec2:region': 'us-east-1',
    'ec2:vpceservicename': ServiceName,
    'ec2:vpceserviceowner': PROVIDER.account,
    'ec2:vpceserviceregion': 'us-east-1',
    'ec2:vpcemultiregion': 'false',
  })
  expect(about('CreateVpcEndpoint', { ServiceName, ServiceRegion: 'eu-west-1' })).toMatchObject({
    'ec2:vpceserviceregion': 'eu-west-1',
    'ec2:vpcemultiregion': 'true',
  })
  expect(about('DeleteVpcEndpoints', { VpcEndpointIds: [endpoint] })).toMatchObject({
    'ec2:vpceservicename': ServiceName,
  })
})

test('a notification asks about what it is of, by its id too', () => {
  const ServiceId = service
  const made = {
    id: 'vpce-nfn-01' as const,
    owner: PROVIDER.account,
    region: 'us-east-1',
    createdAt: '2026-01-01T00:00:00.000Z',
    serviceId: ServiceId as 'vpce-svc-1',
    topicArn: 'arn:aws:sns:us-east-1:123456789012:news',
    events: [],
  }
  at.world.store.transact((tx) => tx.connectionNotifications.insert(made))
  for (const [operation, input] of [
    ['CreateVpcEndpointConnectionNotification', { ServiceId }],
    ['ModifyVpcEndpointConnectionNotification', { ConnectionNotificationId: made.id }],
    ['DeleteVpcEndpointConnectionNotifications', { ConnectionNotificationIds: [made.id] }],
  ] as const) {
    expect(ask(operation, input)).toMatchObject([{ resource: arn('vpc-endpoint-service', service) }])
  }
  expect(ask('CreateVpcEndpointConnectionNotification', { VpcEndpointId: endpoint }, CONSUMER)).toMatchObject([
    { resource: arn('vpc-endpoint', endpoint, CONSUMER.account) },
  ])
  expect(contents(at.world.store).connectionNotifications).toHaveLength(1)
})

test('CreateTags asks about services, permissions and connections', () => {
  const { endpointServicePermissions, vpcEndpoints } = at.world.store.records
  const permission = endpointServicePermissions.where('serviceId', service as 'vpce-svc-1')[0]?.id ?? ''
  const connection = vpcEndpoints.get(endpoint)?.connectionId ?? ''
  const Tags = [{ Key: 'Team', Value: 'red' }]
  expect(ask('CreateTags', { Resources: [service, permission, connection], Tags }).map((one) => one.resource)).toEqual([
    arn('vpc-endpoint-connection', connection),
    arn('vpc-endpoint-service', service),
    arn('vpc-endpoint-service-permission', permission),
  ])
})

test.each<[string, object, number]>([
  ['a service of the region', { ServiceRegion: 'us-east-1' }, 0],
  ['no region', {}, 0],
  ['a service elsewhere', { ServiceRegion: 'eu-west-1' }, 1],
  ['a service that is offered elsewhere', { SupportedRegions: ['us-east-1', 'eu-west-1'] }, 1],
  ['one that is to be', { AddSupportedRegions: ['eu-west-1'] }, 1],
])('vpce:AllowMultiRegion for %s', (_, input, count) => {
  const asked = multiRegionAuthorisations(PROVIDER, input)
  expect(asked.map(({ action }) => action)).toEqual(Array(count).fill('vpce:AllowMultiRegion'))
})
