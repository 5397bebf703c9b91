// Address plan: see testing.ts.

import type { CreateVpcEndpointRequest } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { accountZones } from '../../../catalogue/regions.ts'
import { compile } from '../../../compile/compile.ts'
import {
  deleteVpcEndpoints,
  describeVpcEndpoints,
  modifyVpcEndpoint,
  removeVpcEndpoint,
} from '../endpoint/vpc-endpoint.ts'
import { describeVpcEndpointServices } from '../endpoint/vpc-endpoint-service.ts'
import { describeNetworkInterfaces } from '../network-interface/network-interface.ts'
import { callerOf, contents, refusal } from '../request/testing.ts'
import { createRoute, deleteRoute } from '../route/route.ts'
import { createRouteTable, describeRouteTables } from '../route/route-table.ts'
import { createSubnet } from '../vpc/subnet.ts'
import { createVpc } from '../vpc/vpc.ts'
import {
  acceptVpcEndpointConnections,
  describeVpcEndpointConnections,
  rejectVpcEndpointConnections,
} from './connection.ts'
import { modifyVpcEndpointServiceConfiguration } from './modify-endpoint-service.ts'
import { CONSUMER, openServiceWorld, PROVIDER, putInForce, type ServiceWorld, serviceName } from './testing.ts'

const FULL_ACCESS =
  '{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}],"Version":"2008-10-17"}'

let at: ServiceWorld
beforeEach(async () => {
  at = await openServiceWorld()
})

const id = (endpoint: { VpcEndpointId?: string | undefined }) => endpoint.VpcEndpointId ?? ''
const accept = (ServiceId: string, ...VpcEndpointIds: string[]) =>
  at.world.write(acceptVpcEndpointConnections, { ServiceId, VpcEndpointIds }).Unsuccessful
const reject = (ServiceId: string, ...VpcEndpointIds: string[]) =>
  at.world.write(rejectVpcEndpointConnections, { ServiceId, VpcEndpointIds }).Unsuccessful
const modify = (VpcEndpointId: string, input: object) =>
  at.world.write(modifyVpcEndpoint, { VpcEndpointId, ...input }, CONSUMER)
const inNetwork = (endpointId: string) =>
  compile(at.world.store.records)
    .vpcs.flatMap((vpc) => vpc.endpoints)
    .find((one) => one.id === endpointId)

const zones = accountZones(CONSUMER.account, 'us-east-1')
/** What the consumer calls these zones, in order. */
const ownNames = (...ids: string[]) => zones.filter((zone) => ids.includes(zone.id)).map((zone) => zone.name)

describe('CreateVpcEndpoint for a user’s service', () => {
  test('answers with the names of the endpoint below those of the service', () => {
    const service = at.service()
    const { a, b } = at.consumer
    const made = at.connect(service, { SubnetIds: [a, b] })
    const [label] = made.DnsEntries?.[0]?.DnsName?.split('.') ?? []
    expect(label).toMatch(new RegExp(`^${made.VpcEndpointId}-[0-9a-z]{8}$`))
    const base = `${service}.us-east-1.vpce.amazonaws.com`
    expect(made).toMatchObject({
      ServiceName: serviceName(service),
      ServiceRegion: 'us-east-1',
      State: 'pending',
      PrivateDnsEnabled: false,
      OwnerId: CONSUMER.account,
      DnsEntries: [
        { DnsName: `${label}.${base}`, HostedZoneId: 'Z7HUB22UULQXV' },
        ...ownNames('use1-az6', 'use1-az1').map((zone) => ({ DnsName: `${label}-${zone}.${base}` })),
      ],
    })
    expect(inNetwork(id(made))).toMatchObject({ names: { regional: `${label}.${base}`, private: [] } })
  })

  test('waits where acceptance is asked for, also in the owner’s own account', () => {
    const service = at.service({ AcceptanceRequired: true })
    for (const caller of [CONSUMER, PROVIDER]) {
      const made = at.connect(service, {}, caller)
      expect(made.State).toBe('pendingAcceptance')
      expect(made.NetworkInterfaceIds).toHaveLength(1)
      expect(inNetwork(id(made))).toBeUndefined()
    }
  })

  const elsewhere = () => {
    const VpcId = at.world.write(createVpc, { CidrBlock: '10.9.0.0/16' }, WEST).Vpc?.VpcId ?? ''
    const subnet = (CidrBlock: string, AvailabilityZone: string) =>
      at.world.write(createSubnet, { VpcId, CidrBlock, AvailabilityZone }, WEST).Subnet?.SubnetId ?? ''
    return { VpcId, subnet }
  }
  const WEST = callerOf(CONSUMER.account, 'us-west-1')

  test('from another region, in which the service is offered, asks for no zone of its', () => {
    const service = at.service({ SupportedRegions: ['us-west-1'] })
    const { VpcId, subnet } = elsewhere()
    const request = { VpcId, SubnetIds: [subnet('10.9.1.0/24', 'us-west-1b')], ServiceRegion: 'us-east-1' }
    const made = at.connect(service, request, WEST)
    expect(made).toMatchObject({
      ServiceRegion: 'us-east-1',
      DnsEntries: [{ DnsName: expect.stringMatching(/\.us-east-1\.vpce\.amazonaws\.com$/) }, {}],
    })
    refusal(() => at.connect(service, { ...request, ServiceRegion: undefined }, WEST), 'InvalidServiceName')
    const closed = { ...request, SubnetIds: [subnet('10.9.2.0/24', 'us-west-1a')] }
    refusal(() => at.connect(at.service(), closed, WEST), 'InvalidServiceName')
    const { VpcEndpointConnections } = at.world.read(describeVpcEndpointConnections, {})
    expect(VpcEndpointConnections.map((one) => one.VpcEndpointRegion)).toEqual(['us-west-1'])
  })

  test('from another region not by a zone that has no access to others', () => {
    const service = at.world.store.records.endpointServices.get(at.service())
    if (!service) throw new Error('no service')
    const far = { ...service, id: 'vpce-svc-0fa4' as const, region: 'eu-west-1', supportedRegions: ['us-east-1'] }
    at.world.store.transact((tx) => tx.endpointServices.insert(far))
    const { VpcId } = at.consumer
    const zone = { VpcId, CidrBlock: '10.0.5.0/24', AvailabilityZoneId: 'use1-az3' }
    const SubnetIds = [at.world.write(createSubnet, zone, CONSUMER).Subnet?.SubnetId ?? '']
    const request = { ServiceName: serviceName(far.id, 'eu-west-1'), ServiceRegion: 'eu-west-1' }
    at.world.store.transact((tx) =>
      tx.endpointServicePermissions.insert({
        id: 'vpce-svc-perm-1',
        serviceId: far.id,
        principal: '*',
        principalType: 'All',
        tags: {},
      }),
    )
    expect(refusal(() => at.connect(far.id, { ...request, SubnetIds }), 'InvalidParameter')).toBe(
      'Only the following availability zones are supported for remote access: use1-az1, use1-az2, use1-az4, use1-az5, use1-az6',
    )
    expect(at.connect(far.id, { ...request, SubnetIds: [at.consumer.c] }).State).toBe('pending')
  })

  test.each<[string, (service: string) => Partial<CreateVpcEndpointRequest>, string, string | RegExp]>([
    [
      'another type',
      () => ({ VpcEndpointType: 'Gateway' }),
      'InvalidParameter',
      'Endpoint type (Gateway) does not match available service types ([Interface]).',
    ],
    [
      'a zone without a node',
      () => ({ SubnetIds: [at.consumer.c] }),
      'InvalidParameter',
      /^The VPC endpoint service com\.amazonaws\.vpce\.us-east-1\.vpce-svc-\w+ does not support the availability zone of the subnet: subnet-\w+\.$/,
    ],
    [
      'a policy',
      () => ({ PolicyDocument: FULL_ACCESS.replace('"Action":"*"', '"Action":"s3:*"') }),
      'InvalidParameter',
      /^Service com\.amazonaws\.vpce\.us-east-1\.vpce-svc-\w+ only supports the full-access endpoint policy\.$/,
    ],
    [
      'a private name where there is none',
      () => ({ PrivateDnsEnabled: true }),
      'InvalidParameter',
      /^Private DNS can't be enabled because the service com\.amazonaws\.vpce\.us-east-1\.vpce-svc-\w+ does not provide a private DNS name\.$/,
    ],
    ['another region of the service', () => ({ ServiceRegion: 'us-west-2' }), 'InvalidServiceName', /does not exist$/],
    [
      'a name with another region',
      (service) => ({ ServiceName: serviceName(service, 'us-west-2') }),
      'InvalidServiceName',
      /does not exist$/,
    ],
    ['ipv6', () => ({ IpAddressType: 'ipv6' }), 'InvalidParameter', /ipv6/],
    ['a route table', () => ({ RouteTableIds: ['rtb-1'] }), 'InvalidParameter', /Route table IDs/],
  ])('refuses %s, and nothing is written', (_, input, code, message) => {
    const service = at.service()
    const request = input(service)
    const before = contents(at.world.store)
    expect(refusal(() => at.connect(service, request), code)).toMatch(message)
    expect(contents(at.world.store)).toEqual(before)
  })

  test('refuses a service that offers IPv6 alone', () => {
    const service = at.service({
      NetworkLoadBalancerArns: [at.balancer({ ipAddressType: 'dualstack' })],
      SupportedIpAddressTypes: ['ipv6'],
    })
    refusal(() => at.connect(service), 'InvalidParameter')
  })

  test('takes the full-access policy', () => {
    const made = at.connect(at.service(), { PolicyDocument: FULL_ACCESS })
    expect(made.PolicyDocument).toBe(FULL_ACCESS)
    modify(id(made), { ResetPolicy: true })
  })
})

describe('AcceptVpcEndpointConnections and RejectVpcEndpointConnections', () => {
  type State = 'pendingAcceptance' | 'pending' | 'available' | 'rejected' | 'deleting' | 'failed'
  test.each<[State, State | undefined, State | undefined]>([
    ['pendingAcceptance', 'pending', 'rejected'],
    ['pending', undefined, 'rejected'],
    ['available', undefined, 'rejected'],
    ['rejected', 'pending', undefined],
    ['failed', undefined, undefined],
    ['deleting', undefined, undefined],
  ])('an endpoint that is %s: accepted it is %s, rejected %s', (state, accepted, rejected) => {
    const service = at.service()
    for (const [decide, to, verb] of [
      [accept, accepted, 'accepted'],
      [reject, rejected, 'rejected'],
    ] as const) {
      const endpoint = id(at.connect(service))
      at.world.store.transact((tx) => tx.vpcEndpoints.update(endpoint, { state }))
      const Message = `The connection of VPC endpoint ${endpoint} is in the state ${state} and cannot be ${verb}.`
      const item = { ResourceId: endpoint, Error: { Code: 'InvalidState', Message } }
      expect(decide(service, endpoint)).toEqual(to ? [] : [item])
      expect(at.state(endpoint)).toBe(to ?? state)
    }
  })

  test('the kernel has what is accepted, and loses what is rejected', () => {
    const service = at.service({ AcceptanceRequired: true })
    const endpoint = id(at.connect(service))
    accept(service, endpoint)
    expect(inNetwork(endpoint)).toBeDefined()
    putInForce(at.world, endpoint)
    reject(service, endpoint)
    expect(inNetwork(endpoint)).toBeUndefined()
    accept(service, endpoint)
    expect(inNetwork(endpoint)).toBeDefined()
  })

  test('report what is not there or leads elsewhere, and do the rest', () => {
    const [service, other] = [at.service({ AcceptanceRequired: true }), at.service({ AcceptanceRequired: true })]
    const [mine, theirs, gone] = [at.connect(service), at.connect(other), at.connect(service)].map(id)
    at.world.store.transact((tx) => {
      const endpoint = tx.vpcEndpoints.get(gone ?? '')
      if (endpoint) removeVpcEndpoint(tx, endpoint)
    })
    const codes = accept(service, mine ?? '', theirs ?? '', gone ?? '')?.map((one) => [one.ResourceId, one.Error?.Code])
    expect(codes).toEqual([
      [theirs, 'InvalidVpcEndpoint.NotFound'],
      [gone, 'InvalidVpcEndpoint.NotFound'],
    ])
    expect([mine, theirs].map((one) => at.state(one ?? ''))).toEqual(['pending', 'pendingAcceptance'])
  })

  test("are the service's owner's", () => {
    const ServiceId = at.service({ AcceptanceRequired: true })
    const VpcEndpointIds = [id(at.connect(ServiceId))]
    const call = () => at.world.write(acceptVpcEndpointConnections, { ServiceId, VpcEndpointIds }, CONSUMER)
    refusal(call, 'InvalidVpcEndpointServiceId.NotFound')
    refusal(() => accept(ServiceId), 'MissingParameter')
    refusal(() => accept(ServiceId, 'x'), 'InvalidVpcEndpointId.Malformed')
  })

  test('asking for acceptance later leaves the connections that there are', () => {
    const ServiceId = at.service()
    const first = id(at.connect(ServiceId))
    at.world.write(modifyVpcEndpointServiceConfiguration, { ServiceId, AcceptanceRequired: true })
    expect([at.state(first), at.connect(ServiceId, { SubnetIds: [at.consumer.b] }).State]).toEqual([
      'pending',
      'pendingAcceptance',
    ])
  })
})

describe('ModifyVpcEndpoint', () => {
  test('does not make an endpoint that waits an accepted one', () => {
    const endpoint = id(at.connect(at.service({ AcceptanceRequired: true })))
    modify(endpoint, { AddSubnetIds: [at.consumer.b] })
    expect(at.state(endpoint)).toBe('pendingAcceptance')
  })

  test('is asked for the zones of the service', () => {
    const endpoint = id(at.connect(at.service()))
    refusal(() => modify(endpoint, { AddSubnetIds: [at.consumer.c] }), 'InvalidParameter')
  })

  test('refuses what was rejected, which can only be deleted', () => {
    const service = at.service()
    const endpoint = id(at.connect(service))
    reject(service, endpoint)
    refusal(() => modify(endpoint, { AddSubnetIds: [at.consumer.b] }), 'IncorrectState')
    at.world.write(deleteVpcEndpoints, { VpcEndpointIds: [endpoint] }, CONSUMER)
    expect(at.state(endpoint)).toBe('deleting')
  })
})

describe('DescribeVpcEndpointConnections', () => {
  test('shows the owner of a service who is connected', () => {
    const service = at.service()
    const made = at.connect(service)
    const { VpcEndpointConnections: found } = at.world.read(describeVpcEndpointConnections, {})
    expect(found).toEqual([
      {
        ServiceId: service,
        VpcEndpointId: made.VpcEndpointId,
        VpcEndpointOwner: CONSUMER.account,
        VpcEndpointState: 'pending',
        CreationTimestamp: made.CreationTimestamp,
        DnsEntries: made.DnsEntries,
        NetworkLoadBalancerArns: [expect.stringContaining(':loadbalancer/net/')],
        GatewayLoadBalancerArns: [],
        IpAddressType: 'ipv4',
        VpcEndpointConnectionId: expect.stringMatching(/^vpce-con-0[0-9a-f]{16}$/),
        Tags: [],
        VpcEndpointRegion: 'us-east-1',
      },
    ])
    expect(at.world.read(describeVpcEndpointConnections, {}, CONSUMER).VpcEndpointConnections).toEqual([])
  })

  test.each([
    ['service-id', (service: string) => service],
    ['vpc-endpoint-id', (_: string, endpoint: string) => endpoint],
    ['vpc-endpoint-owner', () => CONSUMER.account],
    ['vpc-endpoint-region', () => 'us-east-1'],
    ['vpc-endpoint-state', () => 'pendingAcceptance'],
    ['ip-address-type', () => 'ipv4'],
  ])('filters by %s', (Name, wanted) => {
    const service = at.service({ AcceptanceRequired: true })
    const endpoint = id(at.connect(service))
    at.connect(at.service(), {}, PROVIDER)
    const found = (...Values: string[]) =>
      at.world.read(describeVpcEndpointConnections, { Filters: [{ Name, Values }] }).VpcEndpointConnections
    const all = found(wanted(service, endpoint)).map(id)
    expect(all).toContain(endpoint)
    expect(found('other')).toEqual([])
  })
})

test('DescribeVpcEndpointServices shows a user’s service to whom it is open, without its tags', () => {
  const input = {
    TagSpecifications: [{ ResourceType: 'vpc-endpoint-service' as const, Tags: [{ Key: 'a', Value: 'b' }] }],
  }
  const service = at.service({ ...input, PrivateDnsName: 'a.example.com' })
  const ask = (caller = CONSUMER, more = {}) =>
    at.world.read(describeVpcEndpointServices, { ServiceNames: [serviceName(service)], ...more }, caller).ServiceDetails
  expect(ask()).toEqual([
    {
      ServiceName: serviceName(service),
      ServiceId: service,
      ServiceType: [{ ServiceType: 'Interface' }],
      ServiceRegion: 'us-east-1',
      // As the consumer calls them.
      AvailabilityZones: ownNames('use1-az6', 'use1-az1'),
      AvailabilityZoneIds: ownNames('use1-az6', 'use1-az1').map((name) => zones.find((zone) => zone.name === name)?.id),
      Owner: PROVIDER.account,
      BaseEndpointDnsNames: [`${service}.us-east-1.vpce.amazonaws.com`],
      PrivateDnsName: 'a.example.com',
      PrivateDnsNames: [{ PrivateDnsName: 'a.example.com' }],
      PrivateDnsNameVerificationState: 'pendingVerification',
      VpcEndpointPolicySupported: false,
      AcceptanceRequired: false,
      ManagesVpcEndpoints: false,
      Tags: [],
      SupportedIpAddressTypes: ['ipv4'],
    },
  ])
  expect(ask(PROVIDER)?.[0]?.Tags).toEqual([{ Key: 'a', Value: 'b' }])
  expect(ask(PROVIDER, { Filters: [{ Name: 'tag:a', Values: ['b'] }] })).toHaveLength(1)
  expect(ask(CONSUMER, { Filters: [{ Name: 'tag:a', Values: ['b'] }] })).toEqual([])
  expect(ask(CONSUMER, { Filters: [{ Name: 'owner', Values: [PROVIDER.account] }] })).toHaveLength(1)
  expect(ask(CONSUMER, { ServiceRegions: ['us-east-1'] })).toHaveLength(1)
  refusal(() => ask(callerOf(CONSUMER.account, 'us-west-2'), { ServiceRegions: ['us-east-1'] }), 'InvalidServiceName')
})

describe('an endpoint of type GatewayLoadBalancer', () => {
  const TYPE = { VpcEndpointType: 'GatewayLoadBalancer' as const }
  const appliances = () => at.service({ GatewayLoadBalancerArns: [at.balancer({ type: 'gateway' })] })
  const table = () =>
    at.world.write(createRouteTable, { VpcId: at.consumer.VpcId }, CONSUMER).RouteTable?.RouteTableId ?? ''
  const routes = (RouteTableId: string) =>
    at.world.read(describeRouteTables, { RouteTableIds: [RouteTableId] }, CONSUMER).RouteTables?.[0]?.Routes

  test('has one interface, and neither names nor groups nor a policy', () => {
    const made = at.connect(appliances(), TYPE)
    expect(made).toMatchObject({ VpcEndpointType: 'GatewayLoadBalancer', Groups: [], DnsEntries: [], State: 'pending' })
    expect(made).not.toHaveProperty('PolicyDocument')
    const { NetworkInterfaces } = at.world.read(
      describeNetworkInterfaces,
      { NetworkInterfaceIds: made.NetworkInterfaceIds },
      CONSUMER,
    )
    expect(NetworkInterfaces).toMatchObject([{ InterfaceType: 'gateway_load_balancer_endpoint', Groups: [] }])
  })

  test.each<[string, () => Partial<CreateVpcEndpointRequest>]>([
    ['no subnet', () => ({ SubnetIds: [] })],
    ['two subnets', () => ({ SubnetIds: [at.consumer.a, at.consumer.b] })],
    ['a group', () => ({ SecurityGroupIds: ['sg-1'] })],
    ['a policy', () => ({ PolicyDocument: FULL_ACCESS })],
    ['private DNS', () => ({ PrivateDnsEnabled: true })],
    ['a route table', () => ({ RouteTableIds: ['rtb-1'] })],
    ['a zone without a node', () => ({ SubnetIds: [at.consumer.c] })],
    ['type Interface', () => ({ VpcEndpointType: 'Interface' })],
  ])('refuses %s', (_, input) => {
    const service = appliances()
    refusal(() => at.connect(service, { ...TYPE, ...input() }), 'InvalidParameter')
  })

  test('is the target of routes, and stays while it is one', () => {
    const endpoint = id(at.connect(appliances(), TYPE))
    const RouteTableId = table()
    const DestinationCidrBlock = '0.0.0.0/0'
    at.world.write(createRoute, { RouteTableId, DestinationCidrBlock, VpcEndpointId: endpoint }, CONSUMER)
    expect(routes(RouteTableId)).toContainEqual({
      DestinationCidrBlock,
      GatewayId: endpoint,
      Origin: 'CreateRoute',
      State: 'active',
    })
    const remove = () => at.world.write(deleteVpcEndpoints, { VpcEndpointIds: [endpoint] }, CONSUMER).Unsuccessful
    expect(remove()).toEqual([
      {
        ResourceId: endpoint,
        Error: { Code: 'InvalidParameter', Message: 'Endpoint must be removed from route table before deletion' },
      },
    ])
    at.world.write(deleteRoute, { RouteTableId, DestinationCidrBlock }, CONSUMER)
    expect(remove()).toEqual([])
  })

  test('may stand before a whole subnet of the VPC, and drops what comes once it was rejected', () => {
    const service = appliances()
    const endpoint = id(at.connect(service, TYPE))
    const RouteTableId = table()
    const route = { RouteTableId, DestinationCidrBlock: '10.0.2.0/24', GatewayId: endpoint }
    at.world.write(createRoute, route, CONSUMER)
    const entries = () =>
      compile(at.world.store.records)
        .vpcs.flatMap((vpc) => vpc.routeTables)
        .find((one) => one.id === RouteTableId)?.entries
    expect(entries()?.[0]?.cidr).toBe('10.0.2.0/24')
    reject(service, endpoint)
    expect(entries()?.[0]?.nextHop).toEqual({ kind: 'blackhole', why: `${endpoint} is rejected` })
    expect(routes(RouteTableId)?.find((one) => one.GatewayId === endpoint)?.State).toBe('blackhole')
  })

  test('an endpoint of another type or VPC is no target', () => {
    const RouteTableId = table()
    const plain = id(at.connect(at.service()))
    const foreign = id(at.connect(appliances(), TYPE, PROVIDER))
    const route = (VpcEndpointId: string) => () =>
      at.world.write(createRoute, { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', VpcEndpointId }, CONSUMER)
    refusal(route(plain), 'RouteNotSupported')
    refusal(route(foreign), 'InvalidVpcEndpointId.NotFound')
  })

  test('ModifyVpcEndpoint leaves it in its subnet', () => {
    const endpoint = id(at.connect(appliances(), TYPE))
    refusal(() => modify(endpoint, { AddSubnetIds: [at.consumer.b] }), 'InvalidParameter')
    refusal(() => modify(endpoint, { PolicyDocument: FULL_ACCESS }), 'InvalidParameter')
    modify(endpoint, { IpAddressType: 'ipv4' })
    const { VpcEndpoints } = at.world.read(describeVpcEndpoints, { VpcEndpointIds: [endpoint] }, CONSUMER)
    expect(VpcEndpoints[0]?.State).toBe('pending')
  })
})
