// Address plan: see testing.ts.

import type {
  CreateVpcEndpointServiceConfigurationRequest,
  ModifyVpcEndpointServiceConfigurationRequest,
} from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { deleteVpcEndpoints } from '../endpoint/vpc-endpoint.ts'
import { createTags, deleteTags, describeTags } from '../request/tag-operations.ts'
import { contents, refusal, STRANGER } from '../request/testing.ts'
import { describeVpcEndpointConnections, rejectVpcEndpointConnections } from './connection.ts'
import {
  createVpcEndpointServiceConfiguration,
  deleteVpcEndpointServiceConfigurations,
  describeVpcEndpointServiceConfigurations,
  modifyVpcEndpointServicePayerResponsibility,
} from './endpoint-service.ts'
import { modifyVpcEndpointServiceConfiguration } from './modify-endpoint-service.ts'
import { describeVpcEndpointServicePermissions } from './permission.ts'
import { openServiceWorld, PROVIDER, type ServiceWorld, serviceName } from './testing.ts'

let at: ServiceWorld
beforeEach(async () => {
  at = await openServiceWorld()
})

const create = (input: CreateVpcEndpointServiceConfigurationRequest, caller = PROVIDER) =>
  at.world.write(createVpcEndpointServiceConfiguration, input, caller).ServiceConfiguration ?? {}
const modify = (ServiceId: string, input: Omit<ModifyVpcEndpointServiceConfigurationRequest, 'ServiceId'>) =>
  at.world.write(modifyVpcEndpointServiceConfiguration, { ServiceId, ...input })
const remove = (...ServiceIds: string[]) => at.world.write(deleteVpcEndpointServiceConfigurations, { ServiceIds })
const shown = (id: string) =>
  at.world.read(describeVpcEndpointServiceConfigurations, { ServiceIds: [id] }).ServiceConfigurations?.[0]
const balancerOf = (arn: string) => at.world.store.records.loadBalancers.get(arn)

describe('CreateVpcEndpointServiceConfiguration', () => {
  test('answers with all that there is of a service', () => {
    const arn = at.balancer()
    const made = create({
      NetworkLoadBalancerArns: [arn],
      TagSpecifications: [{ ResourceType: 'vpc-endpoint-service', Tags: [{ Key: 'Name', Value: 'orders' }] }],
    })
    const id = made.ServiceId ?? ''
    expect(id).toMatch(/^vpce-svc-0[0-9a-f]{16}$/)
    expect(made).toEqual({
      ServiceType: [{ ServiceType: 'Interface' }],
      ServiceId: id,
      ServiceName: `com.amazonaws.vpce.us-east-1.${id}`,
      ServiceState: 'Available',
      AvailabilityZoneIds: ['use1-az6', 'use1-az1'],
      AvailabilityZones: ['us-east-1a', 'us-east-1b'],
      AcceptanceRequired: true,
      ManagesVpcEndpoints: false,
      NetworkLoadBalancerArns: [arn],
      GatewayLoadBalancerArns: [],
      SupportedIpAddressTypes: ['ipv4'],
      BaseEndpointDnsNames: [`${id}.us-east-1.vpce.amazonaws.com`],
      PrivateDnsNameConfiguration: {},
      Tags: [{ Key: 'Name', Value: 'orders' }],
      SupportedRegions: [{ Region: 'us-east-1', ServiceState: 'Available' }],
      RemoteAccessEnabled: false,
    })
    expect(balancerOf(arn)?.endpointServiceId).toBe(id)
  })

  test('is of type GatewayLoadBalancer with gateway load balancers', () => {
    const arn = at.balancer({ type: 'gateway' })
    expect(create({ GatewayLoadBalancerArns: [arn] })).toMatchObject({
      ServiceType: [{ ServiceType: 'GatewayLoadBalancer' }],
      NetworkLoadBalancerArns: [],
      GatewayLoadBalancerArns: [arn],
    })
  })

  test('shows the record that proves a private name, of its own for each service', () => {
    const names = [1, 2].map(() =>
      create({ NetworkLoadBalancerArns: [at.balancer()], PrivateDnsName: 'a.example.com' }),
    )
    for (const { PrivateDnsName, PrivateDnsNameConfiguration } of names) {
      expect(PrivateDnsName).toBe('a.example.com')
      expect(PrivateDnsNameConfiguration).toEqual({
        State: 'pendingVerification',
        Type: 'TXT',
        Name: expect.stringMatching(/^_[0-9a-z]{20}$/),
        Value: expect.stringMatching(/^vpce:[0-9a-z]{20}$/),
      })
    }
    expect(new Set(names.map((one) => one.PrivateDnsNameConfiguration?.Value)).size).toBe(2)
  })

  test('makes one service of one token', () => {
    const input = { NetworkLoadBalancerArns: [at.balancer()], ClientToken: 'once' }
    const { ServiceId } = create(input)
    expect(create(input).ServiceId).toBe(ServiceId)
    refusal(() => create({ ...input, AcceptanceRequired: false }), 'IdempotentParameterMismatch')
    remove(ServiceId ?? '')
    expect(create(input).ServiceId).not.toBe(ServiceId)
  })

  const one = () => ({ NetworkLoadBalancerArns: [at.balancer()] })
  const NONE = 'exactly one of network_load_balancer_arn or gateway_load_balancer_arn is a required member'
  const ARN = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer'
  test.each<[string, () => CreateVpcEndpointServiceConfigurationRequest, string, (string | RegExp)?]>([
    ['no load balancer', () => ({}), 'InvalidParameter', NONE],
    [
      'both kinds',
      () => ({ ...one(), GatewayLoadBalancerArns: [at.balancer({ type: 'gateway' })] }),
      'InvalidParameter',
      NONE,
    ],
    ['no ARN', () => ({ NetworkLoadBalancerArns: ['lb'] }), 'InvalidNetworkLoadBalancerArn.Malformed'],
    [
      "an Application Load Balancer's ARN",
      () => ({ NetworkLoadBalancerArns: [`${ARN}/app/x/0123456789abcdef`] }),
      'InvalidNetworkLoadBalancerArn.Malformed',
    ],
    [
      'an unknown one',
      () => ({ NetworkLoadBalancerArns: [`${ARN}/net/x/0123456789abcdef`] }),
      'InvalidNetworkLoadBalancerArn.NotFound',
    ],
    [
      'an unknown gateway',
      () => ({ GatewayLoadBalancerArns: [`${ARN}/gwy/x/0123456789abcdef`] }),
      'InvalidGatewayLoadBalancerArn.NotFound',
    ],
    [
      'one that backs another service',
      () => {
        const input = one()
        create(input)
        return input
      },
      'InvalidParameter',
      /already associated/,
    ],
    ['an unknown IP address type', () => ({ ...one(), SupportedIpAddressTypes: ['ipv5'] }), 'InvalidParameterValue'],
    [
      'ipv6 without dualstack',
      () => ({ ...one(), SupportedIpAddressTypes: ['ipv6'] }),
      'InvalidParameter',
      /dualstack/,
    ],
    ['an unknown region', () => ({ ...one(), SupportedRegions: ['nowhere-1'] }), 'InvalidParameter', /nowhere-1/],
    [
      'another region for appliances',
      () => ({ GatewayLoadBalancerArns: [at.balancer({ type: 'gateway' })], SupportedRegions: ['eu-west-1'] }),
      'InvalidParameter',
    ],
    ['capital letters', () => ({ ...one(), PrivateDnsName: 'A.example.com' }), 'InvalidParameter'],
    ['a name of one label', () => ({ ...one(), PrivateDnsName: 'example' }), 'InvalidParameter'],
    ['a star inside', () => ({ ...one(), PrivateDnsName: 'a.*.example.com' }), 'InvalidParameter'],
    ['a label of 64 letters', () => ({ ...one(), PrivateDnsName: `${'a'.repeat(64)}.com` }), 'InvalidParameter'],
    [
      'a name for appliances',
      () => ({ GatewayLoadBalancerArns: [at.balancer({ type: 'gateway' })], PrivateDnsName: 'a.example.com' }),
      'InvalidParameter',
    ],
    [
      "tags of another thing's",
      () => ({ ...one(), TagSpecifications: [{ ResourceType: 'vpc', Tags: [] }] }),
      'InvalidParameterValue',
    ],
  ])('refuses %s, and nothing is written', (_, input, code, message = '') => {
    const request = input()
    const before = contents(at.world.store)
    expect(refusal(() => create(request), code)).toMatch(message)
    expect(contents(at.world.store)).toEqual(before)
  })

  test("does not know another account's load balancer", () => {
    refusal(() => create(one(), STRANGER), 'InvalidNetworkLoadBalancerArn.NotFound')
  })
})

describe('DescribeVpcEndpointServiceConfigurations', () => {
  test.each([
    ['service-id', (id: string) => id],
    ['service-name', serviceName],
    ['service-state', () => 'Available'],
    ['supported-ip-address-types', () => 'ipv4'],
    ['tag:Name', () => 'orders'],
    ['tag-key', () => 'Name'],
  ])('filters by %s', (Name, wanted) => {
    const [id, other] = [at.service(), at.service()]
    at.world.write(createTags, { Resources: [id], Tags: [{ Key: 'Name', Value: 'orders' }] })
    const found = (...Values: string[]) =>
      at.world.read(describeVpcEndpointServiceConfigurations, { Filters: [{ Name, Values }] }).ServiceConfigurations ??
      []
    expect(found(wanted(id)).map((one) => one.ServiceId)).toContain(id)
    expect(found('other')).toEqual([])
    if (!Name.includes('i')) expect(found(wanted(other))).toHaveLength(1)
  })

  test('has pages of five at least', () => {
    for (let count = 0; count < 7; count++) at.service()
    const first = at.world.read(describeVpcEndpointServiceConfigurations, { MaxResults: 5 })
    expect(first.ServiceConfigurations).toHaveLength(5)
    const second = at.world.read(describeVpcEndpointServiceConfigurations, {
      MaxResults: 5,
      NextToken: first.NextToken,
    })
    expect(second.ServiceConfigurations).toHaveLength(2)
    expect(second.NextToken).toBeUndefined()
    refusal(() => at.world.read(describeVpcEndpointServiceConfigurations, { MaxResults: 4 }), 'InvalidMaxResults')
  })

  test("knows neither what is not there nor what is another account's", () => {
    const ask =
      (id: string, caller = PROVIDER) =>
      () =>
        at.world.read(describeVpcEndpointServiceConfigurations, { ServiceIds: [id] }, caller)
    expect(refusal(ask('vpce-svc-1'), 'InvalidVpcEndpointServiceId.NotFound')).toBe(
      "The VpcEndpointService Id 'vpce-svc-1' does not exist",
    )
    refusal(ask('vpce-1'), 'InvalidVpcEndpointServiceIdId.Malformed')
    refusal(ask(at.service(), STRANGER), 'InvalidVpcEndpointServiceId.NotFound')
  })
})

describe('ModifyVpcEndpointServiceConfiguration', () => {
  test('changes what it is told to', () => {
    const id = at.service()
    const second = at.balancer()
    modify(id, { AcceptanceRequired: true, AddNetworkLoadBalancerArns: [second], AddSupportedRegions: ['eu-west-1'] })
    expect(shown(id)).toMatchObject({
      AcceptanceRequired: true,
      NetworkLoadBalancerArns: [expect.any(String), second],
      SupportedRegions: [{ Region: 'us-east-1' }, { Region: 'eu-west-1' }],
      RemoteAccessEnabled: true,
    })
    const [first = ''] = shown(id)?.NetworkLoadBalancerArns ?? []
    modify(id, { RemoveNetworkLoadBalancerArns: [first], RemoveSupportedRegions: ['eu-west-1'] })
    expect(shown(id)).toMatchObject({ NetworkLoadBalancerArns: [second], RemoteAccessEnabled: false })
    expect([balancerOf(first)?.endpointServiceId, balancerOf(second)?.endpointServiceId]).toEqual([undefined, id])
  })

  test('gives another private name another record, and the same name the same', () => {
    const id = at.service({ PrivateDnsName: 'a.example.com' })
    const before = shown(id)?.PrivateDnsNameConfiguration
    modify(id, { PrivateDnsName: 'a.example.com' })
    expect(shown(id)?.PrivateDnsNameConfiguration).toEqual(before)
    modify(id, { PrivateDnsName: '*.example.com' })
    expect(shown(id)).toMatchObject({ PrivateDnsName: '*.example.com' })
    expect(shown(id)?.PrivateDnsNameConfiguration?.Value).not.toBe(before?.Value)
    modify(id, { RemovePrivateDnsName: true })
    expect(shown(id)).toMatchObject({ PrivateDnsNameConfiguration: {} })
    expect(shown(id)).not.toHaveProperty('PrivateDnsName')
  })

  const first = (id: string) => shown(id)?.NetworkLoadBalancerArns ?? []
  type Refused = [string, (id: string) => Omit<ModifyVpcEndpointServiceConfigurationRequest, 'ServiceId'>, string]
  test.each<Refused>([
    ['the last load balancer to go', (id) => ({ RemoveNetworkLoadBalancerArns: first(id) }), 'InvalidParameter'],
    ['one to go that is not there', () => ({ RemoveNetworkLoadBalancerArns: [at.balancer()] }), 'InvalidParameter'],
    ['one of another service', () => ({ AddNetworkLoadBalancerArns: first(at.service()) }), 'InvalidParameter'],
    [
      'one of the other kind',
      () => ({ AddGatewayLoadBalancerArns: [at.balancer({ type: 'gateway' })] }),
      'InvalidParameter',
    ],
    ['its own region to go', () => ({ RemoveSupportedRegions: ['us-east-1'] }), 'InvalidParameter'],
    ['no IP address type', () => ({ RemoveSupportedIpAddressTypes: ['ipv4'] }), 'InvalidParameter'],
    [
      'a name to come and go',
      () => ({ PrivateDnsName: 'a.b', RemovePrivateDnsName: true }),
      'InvalidParameterCombination',
    ],
  ])('refuses %s', (_, input, code) => {
    const id = at.service()
    const request = input(id)
    const before = contents(at.world.store)
    refusal(() => modify(id, request), code)
    expect(contents(at.world.store)).toEqual(before)
  })

  test('takes nothing away that connections need', () => {
    const id = at.service({ SupportedRegions: ['eu-west-1'], PrivateDnsName: 'a.example.com' })
    const second = at.balancer()
    modify(id, { AddNetworkLoadBalancerArns: [second] })
    at.connect(id)
    const MESSAGE = 'Service has existing active VPC Endpoint connections!'
    expect(
      refusal(() => modify(id, { RemoveNetworkLoadBalancerArns: [second] }), 'ExistingVpcEndpointConnections'),
    ).toBe(MESSAGE)
    refusal(() => modify(id, { RemovePrivateDnsName: true }), 'ExistingVpcEndpointConnections')
    modify(id, { RemoveSupportedRegions: ['eu-west-1'] })
  })
})

describe('DeleteVpcEndpointServiceConfigurations', () => {
  test('reports a service with connections, and takes the others', () => {
    const [kept, gone] = [at.service(), at.service()]
    const [arn = ''] = shown(gone)?.NetworkLoadBalancerArns ?? []
    at.connect(kept)
    expect(remove(kept, gone, 'vpce-svc-1')).toEqual({
      Unsuccessful: [
        {
          ResourceId: kept,
          Error: {
            Code: 'ExistingVpcEndpointConnections',
            Message: 'Service has existing active VPC Endpoint connections!',
          },
        },
        {
          ResourceId: 'vpce-svc-1',
          Error: {
            Code: 'InvalidVpcEndpointService.NotFound',
            Message: "The VpcEndpointService Id 'vpce-svc-1' does not exist",
          },
        },
      ],
    })
    refusal(() => shown(gone), 'InvalidVpcEndpointServiceId.NotFound')
    expect(balancerOf(arn)?.endpointServiceId).toBeUndefined()
    expect(shown(kept)).toBeDefined()
  })

  test.each(['pendingAcceptance', 'pending', 'available'] as const)(
    'waits for the rejection of one that is %s',
    (state) => {
      const id = at.service()
      const { VpcEndpointId = '' } = at.connect(id)
      at.world.store.transact((tx) => tx.vpcEndpoints.update(VpcEndpointId, { state }))
      expect(remove(id).Unsuccessful).toHaveLength(1)
      at.world.write(rejectVpcEndpointConnections, { ServiceId: id, VpcEndpointIds: [VpcEndpointId] })
      expect(remove(id).Unsuccessful).toEqual([])
      expect(at.state(VpcEndpointId)).toBe('rejected')
      at.world.write(deleteVpcEndpoints, { VpcEndpointIds: [VpcEndpointId] }, STRANGER)
      expect(at.state(VpcEndpointId)).toBe('deleting')
    },
  )

  test('leaves nothing of the service', () => {
    const arn = at.balancer()
    const before = contents(at.world.store)
    remove(at.service({ NetworkLoadBalancerArns: [arn], ClientToken: 'once' }))
    expect(contents(at.world.store)).toEqual(before)
  })

  test('refuses a call with a malformed id whole', () => {
    const id = at.service()
    refusal(() => remove(id, 'service'), 'InvalidVpcEndpointServiceIdId.Malformed')
    expect(shown(id)).toBeDefined()
    refusal(() => remove(), 'MissingParameter')
  })

  test("does not know another account's", () => {
    const id = at.service()
    const { Unsuccessful } = at.world.write(deleteVpcEndpointServiceConfigurations, { ServiceIds: [id] }, STRANGER)
    expect(Unsuccessful?.[0]?.Error?.Code).toBe('InvalidVpcEndpointService.NotFound')
  })
})

test('ModifyVpcEndpointServicePayerResponsibility has one value, for good', () => {
  const ServiceId = at.service()
  at.world.write(modifyVpcEndpointServicePayerResponsibility, { ServiceId, PayerResponsibility: 'ServiceOwner' })
  expect(shown(ServiceId)?.PayerResponsibility).toBe('ServiceOwner')
  const other = { ServiceId, PayerResponsibility: 'Consumer' as never }
  refusal(() => at.world.write(modifyVpcEndpointServicePayerResponsibility, other), 'InvalidParameterValue')
  refusal(
    () => at.world.write(modifyVpcEndpointServicePayerResponsibility, { ServiceId, PayerResponsibility: undefined }),
    'MissingParameter',
  )
})

test('CreateTags and DeleteTags work on services, permissions and connections', () => {
  const id = at.service()
  at.connect(id)
  const { VpcEndpointConnections: [connection] = [] } = at.world.read(describeVpcEndpointConnections, {})
  const permissions = () =>
    at.world.read(describeVpcEndpointServicePermissions, { ServiceId: id }).AllowedPrincipals ?? []
  const permissionId = permissions()[0]?.ServicePermissionId ?? ''
  const Resources = [id, permissionId, connection?.VpcEndpointConnectionId ?? '']
  const Tags = [{ Key: 'team', Value: 'orders' }]
  at.world.write(createTags, { Resources, Tags })
  expect(shown(id)?.Tags).toEqual(Tags)
  expect(permissions()[0]?.Tags).toEqual(Tags)
  expect(at.world.read(describeVpcEndpointConnections, {}).VpcEndpointConnections[0]?.Tags).toEqual(Tags)
  expect(at.world.read(describeTags, {}).Tags?.map((tag) => [tag.ResourceType, tag.ResourceId])).toEqual([
    ['vpc-endpoint-connection', Resources[2]],
    ['vpc-endpoint-service', id],
    ['vpc-endpoint-service-permission', permissionId],
  ])
  refusal(() => at.world.write(createTags, { Resources: [id], Tags }, STRANGER), 'InvalidVpcEndpointServiceId.NotFound')
  at.world.write(deleteTags, { Resources })
  expect(at.world.read(describeTags, {}).Tags).toEqual([])
})
