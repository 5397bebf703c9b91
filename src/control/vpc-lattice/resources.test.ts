// Resources from the provider's call to the consumer's endpoint. Address plan: see testing.ts.

import { beforeEach, describe, expect, test } from 'vitest'
import {
  createVpcEndpoint,
  deleteVpcEndpoints,
  describeVpcEndpoints,
  modifyVpcEndpoint,
  removeVpcEndpoint,
} from '../ec2/endpoint/vpc-endpoint.ts'
import { describeVpcEndpointAssociations } from '../ec2/endpoint/vpc-endpoint-association.ts'
import { deleteNetworkInterface, describeNetworkInterfaces } from '../ec2/network-interface/network-interface.ts'
import { contents, refusal } from '../ec2/request/testing.ts'
import { createSubnet, deleteSubnet, describeSubnets } from '../ec2/vpc/subnet.ts'
import { disassociateResourceShare } from '../ram/association.ts'
import { changeResourceRecordSets } from '../route53/change-batch.ts'
import { createHostedZone } from '../route53/hosted-zone.ts'
import {
  deleteDomainVerification,
  getDomainVerification,
  listDomainVerifications,
  startDomainVerification,
} from './domain-verification.ts'
import { deleteResourceEndpointAssociation, listResourceEndpointAssociations } from './endpoint-association.ts'
import {
  createServiceNetworkResourceAssociation,
  deleteServiceNetworkResourceAssociation,
} from './resource-association.ts'
import {
  createResourceConfiguration,
  deleteResourceConfiguration,
  getResourceConfiguration,
  updateResourceConfiguration,
} from './resource-configuration.ts'
import { createResourceGateway, deleteResourceGateway, getResourceGateway } from './resource-gateway.ts'
import { createServiceNetwork, deleteServiceNetwork } from './service-network.ts'
import { listTagsForResource, tagResource, untagResource } from './tags.ts'
import { CONSUMER, openResourceWorld, PROVIDER, type ResourceWorld } from './testing.ts'

let it: ResourceWorld

beforeEach(async () => {
  it = await openResourceWorld()
})

function endpoint(input: object) {
  const { VpcId, a } = it.consumer
  const request = { VpcId, SubnetIds: [a], VpcEndpointType: 'Resource' as const, ...input }
  return it.world.write(createVpcEndpoint, request, CONSUMER).VpcEndpoint
}

function associations(id: string | undefined) {
  const found = it.world.read(describeVpcEndpointAssociations, { VpcEndpointIds: [id ?? ''] }, CONSUMER)
  return found.VpcEndpointAssociations ?? []
}

function serviceNetwork(): string {
  return it.world.write(createServiceNetwork, { name: 'network' }, PROVIDER).arn ?? ''
}

function putIn(network: string, configuration: string): string {
  const input = { serviceNetworkIdentifier: network, resourceConfigurationIdentifier: configuration }
  return it.world.write(createServiceNetworkResourceAssociation, input, PROVIDER).id ?? ''
}

describe('resource gateways', () => {
  test('a gateway has an interface in each zone that nobody else may touch, and its subnet stays', () => {
    const { subnetIds } = it.world.read(getResourceGateway, { resourceGatewayIdentifier: it.gateway }, PROVIDER)
    expect(subnetIds).toEqual([it.provider.a])
    const [eni] = it.world.read(describeNetworkInterfaces, {}, PROVIDER).NetworkInterfaces ?? []
    expect(eni).toMatchObject({ RequesterManaged: true, InterfaceType: 'interface', Status: 'in-use' })
    const NetworkInterfaceId = eni?.NetworkInterfaceId
    refusal(() => it.world.write(deleteNetworkInterface, { NetworkInterfaceId }, PROVIDER), 'InvalidParameterValue')
    refusal(() => it.world.write(deleteSubnet, { SubnetId: it.provider.a }, PROVIDER), 'DependencyViolation')
  })

  test.each([
    ['two subnets in one zone', { subnets: 2 }, 'ValidationException'],
    ["another account's VPC", { vpc: 'consumer' }, 'ValidationException'],
    ['a name that is taken', { name: 'gateway' }, 'ConflictException'],
    ['a bad name', { name: 'No Name' }, 'ValidationException'],
    ['IPv6', { ipAddressType: 'IPV6' }, 'ValidationException'],
    ['too many addresses', { ipv4AddressesPerEni: 63 }, 'ValidationException'],
  ] as const)('%s is refused and nothing is written', (_, { ...odd }, code) => {
    const { subnets, vpc, ...input } = odd as { subnets?: number; vpc?: string }
    const { VpcId, a } = vpc ? it.consumer : it.provider
    const before = contents(it.world.store)
    const request = {
      name: 'other',
      vpcIdentifier: VpcId,
      subnetIds: subnets ? [a, a, it.provider.b, 'subnet-0'] : [a],
      ...input,
    }
    refusal(() => it.world.write(createResourceGateway, request, PROVIDER), code)
    expect(contents(it.world.store)).toEqual(before)
  })

  test('it stays while a configuration needs it, and its subnets are free afterwards', () => {
    const arn = it.configure()
    const gone = { resourceGatewayIdentifier: it.gateway }
    refusal(() => it.world.write(deleteResourceGateway, gone, PROVIDER), 'ConflictException')
    it.world.write(deleteResourceConfiguration, { resourceConfigurationIdentifier: arn }, PROVIDER)
    it.world.write(deleteResourceGateway, gone, PROVIDER)
    it.world.write(deleteSubnet, { SubnetId: it.provider.a }, PROVIDER)
  })
})

describe('resource configurations', () => {
  const definitionOf = (resourceConfigurationIdentifier: string) =>
    it.world.read(getResourceConfiguration, { resourceConfigurationIdentifier }, PROVIDER)

  test('each type shows what it is, and a child is behind its group and gateway', () => {
    const dns = { dnsResource: { domainName: 'Db.Example.com.', ipAddressType: 'IPV4' as const } }
    expect(
      definitionOf(it.configure({ resourceConfigurationDefinition: dns, portRanges: ['8000-8010', '443'] })),
    ).toMatchObject({
      type: 'SINGLE',
      status: 'ACTIVE',
      protocol: 'TCP',
      portRanges: ['443', '8000-8010'],
      resourceConfigurationDefinition: { dnsResource: { domainName: 'db.example.com' } },
    })
    const group = it.configure({ type: 'GROUP' })
    const child = it.configure({ type: 'CHILD', resourceConfigurationGroupIdentifier: group })
    expect(definitionOf(child)).toMatchObject({ resourceGatewayId: it.gateway, type: 'CHILD' })
    const input = { resourceConfigurationIdentifier: child, portRanges: ['1-65535'] }
    expect(it.world.write(updateResourceConfiguration, input, PROVIDER)).toMatchObject({ portRanges: ['1-65535'] })
    refusal(
      () => it.world.write(deleteResourceConfiguration, { resourceConfigurationIdentifier: group }, PROVIDER),
      'ConflictException',
    )
  })

  test.each([
    ['no ports', { portRanges: [] }],
    ['a port that is none', { portRanges: ['0'] }],
    ['a range the wrong way round', { portRanges: ['20-10'] }],
    ['ranges that overlap', { portRanges: ['80-90', '85'] }],
    ['UDP', { protocol: 'UDP' as never }],
    ['a public address', { resourceConfigurationDefinition: { ipResource: { ipAddress: '8.8.8.8' } } }],
    ['no address', { resourceConfigurationDefinition: { ipResource: { ipAddress: 'here' } } }],
    ['an ARN that is no ARN', { type: 'ARN' as const, resourceConfigurationDefinition: { arnResource: { arn: 'x' } } }],
    ['an address for an ARN', { type: 'ARN' as const }],
    ['a group with ports', { type: 'GROUP' as const, portRanges: ['80'] }],
    ['a child without a group', { type: 'CHILD' as const, resourceGatewayIdentifier: undefined }],
  ])('%s is refused', (_, input) => {
    expect(refusal(() => it.configure(input), 'ValidationException')).not.toBe('')
  })

  test('an ARN is of an instance, an interface or a load balancer of the account', () => {
    const [eni] = it.world.read(describeNetworkInterfaces, {}, PROVIDER).NetworkInterfaces ?? []
    const arn = `arn:aws:ec2:us-east-1:${PROVIDER.account}:network-interface/${eni?.NetworkInterfaceId}`
    const input = {
      type: 'ARN' as const,
      portRanges: undefined,
      resourceConfigurationDefinition: { arnResource: { arn } },
    }
    expect(definitionOf(it.configure(input))).toMatchObject({ type: 'ARN', portRanges: ['1-65535'] })
  })

  test('what another account has is there for it only when it is shared', () => {
    const arn = it.configure()
    const see = () => it.world.read(getResourceConfiguration, { resourceConfigurationIdentifier: arn }, CONSUMER)
    refusal(see, 'ResourceNotFoundException')
    const share = it.share(arn)
    expect(see()).toMatchObject({ arn })
    const gone = { resourceShareArn: share, resourceArns: [arn] }
    it.world.write(disassociateResourceShare, gone, PROVIDER)
    refusal(see, 'ResourceNotFoundException')
  })
})

describe('Resource endpoints', () => {
  test('one that is shared has an interface, a name, and one association; deleting it frees all', () => {
    const arn = it.configure({ customDomainName: 'db.internal.example' })
    it.share(arn)
    const made = endpoint({
      ResourceConfigurationArn: arn,
      PrivateDnsEnabled: true,
      DnsOptions: {
        PrivateDnsPreference: 'SPECIFIED_DOMAINS_ONLY',
        PrivateDnsSpecifiedDomains: ['*.internal.example'],
      },
    })
    const rcfg = arn.split('/')[1]
    const name = `${made.VpcEndpointId}.${rcfg}.4232ccc.vpc-lattice-rsc.us-east-1.on.aws`
    expect(made).toMatchObject({
      State: 'pending',
      VpcEndpointType: 'Resource',
      ResourceConfigurationArn: arn,
      SubnetIds: [it.consumer.a],
      DnsOptions: {
        PrivateDnsPreference: 'SPECIFIED_DOMAINS_ONLY',
        PrivateDnsSpecifiedDomains: ['*.internal.example'],
      },
    })
    expect(made.DnsEntries?.map(({ DnsName }) => DnsName)).toEqual([name, 'db.internal.example'])
    expect(made).not.toHaveProperty('ServiceName')
    expect(associations(made.VpcEndpointId)).toMatchObject([
      { AssociatedResourceArn: arn, DnsEntry: { DnsName: name }, AssociatedResourceAccessibility: 'PENDING' },
    ])
    const listed = { resourceConfigurationIdentifier: arn }
    expect(it.world.read(listResourceEndpointAssociations, listed, PROVIDER).items).toMatchObject([
      { vpcEndpointId: made.VpcEndpointId, vpcEndpointOwner: CONSUMER.account },
    ])
    refusal(() => it.world.write(deleteResourceConfiguration, listed, PROVIDER), 'ConflictException')
    it.world.write(deleteVpcEndpoints, { VpcEndpointIds: [made.VpcEndpointId ?? ''] }, CONSUMER)
    it.world.store.transact((tx) => {
      for (const one of tx.vpcEndpoints.where('owner', CONSUMER.account)) removeVpcEndpoint(tx, one)
    })
    const { endpointAssociations, endpointAssociationAddresses } = it.world.store.records
    expect([endpointAssociations.size, endpointAssociationAddresses.size]).toEqual([0, 0])
    it.world.write(deleteResourceConfiguration, listed, PROVIDER)
  })

  test.each([
    ['what is not shared does not exist', {}, 'InvalidResourceConfigurationArn.NotFound'],
    ['an ARN that is none', { ResourceConfigurationArn: 'rcfg-1' }, 'InvalidResourceConfigurationArn.Malformed'],
    ['a policy', { PolicyDocument: '{}' }, 'InvalidParameter'],
    ['a route table', { RouteTableIds: ['rtb-1'] }, 'InvalidParameter'],
    ['no ARN', { ResourceConfigurationArn: undefined }, 'MissingParameter'],
  ])('%s', (_, input, code) => {
    const arn = it.configure()
    refusal(() => endpoint({ ResourceConfigurationArn: arn, ...input }), code)
  })

  test('one of its zones must be one of the gateway, and it is in another VPC', () => {
    const arn = it.configure()
    it.share(arn)
    const far = { ResourceConfigurationArn: arn, SubnetIds: [it.consumer.b] }
    expect(refusal(() => endpoint(far), 'InvalidParameter')).toContain('At least one subnet')
    const { VpcId, a } = it.provider
    const own = { VpcId, SubnetIds: [a], VpcEndpointType: 'Resource' as const, ResourceConfigurationArn: arn }
    expect(refusal(() => it.world.write(createVpcEndpoint, own, PROVIDER), 'InvalidParameter')).toContain('itself')
  })

  test('a group has an address for each child, as children come and go, and subnets too', () => {
    const group = it.configure({ type: 'GROUP' })
    const first = it.configure({ type: 'CHILD', resourceConfigurationGroupIdentifier: group })
    it.share(group)
    const { VpcEndpointId = '' } = endpoint({ ResourceConfigurationArn: group })
    expect(associations(VpcEndpointId)).toMatchObject([
      { AssociatedResourceArn: first, ResourceConfigurationGroupArn: group },
    ])
    const second = it.configure({ type: 'CHILD', resourceConfigurationGroupIdentifier: group })
    it.world.write(modifyVpcEndpoint, { VpcEndpointId, AddSubnetIds: [it.consumer.b] }, CONSUMER)
    const addresses = [...it.world.store.records.endpointAssociationAddresses.all()].map(({ address }) => address)
    expect(new Set(addresses).size).toBe(4)
    const gone = { resourceConfigurationIdentifier: first }
    it.world.write(deleteResourceConfiguration, gone, PROVIDER)
    expect(associations(VpcEndpointId)).toMatchObject([{ AssociatedResourceArn: second }])
    it.world.write(modifyVpcEndpoint, { VpcEndpointId, RemoveSubnetIds: [it.consumer.a] }, CONSUMER)
    expect(it.world.store.records.endpointAssociationAddresses.size).toBe(1)
  })

  test('its interface moves to the address that is asked for', () => {
    const arn = it.configure()
    it.share(arn)
    const { VpcEndpointId = '' } = endpoint({ ResourceConfigurationArn: arn })
    const SubnetConfigurations = [{ SubnetId: it.consumer.a, Ipv4: '10.0.1.77' }]
    it.world.write(modifyVpcEndpoint, { VpcEndpointId, SubnetConfigurations }, CONSUMER)
    const addresses = [...it.world.store.records.endpointAssociationAddresses.all()]
    expect(addresses).toMatchObject([{ address: '10.0.1.77' }])
    const twice = { VpcEndpointId, AddSubnetIds: [it.consumer.a], RemoveSubnetIds: [it.consumer.a] }
    refusal(() => it.world.write(modifyVpcEndpoint, twice, CONSUMER), 'InvalidParameter')
  })

  test('the owner cuts one off', () => {
    const arn = it.configure()
    it.share(arn)
    const { VpcEndpointId = '' } = endpoint({ ResourceConfigurationArn: arn })
    const resourceEndpointAssociationIdentifier = VpcEndpointId.replace('vpce-', 'rea-')
    const cut = { resourceEndpointAssociationIdentifier }
    refusal(() => it.world.write(deleteResourceEndpointAssociation, cut, CONSUMER), 'ResourceNotFoundException')
    it.world.write(deleteResourceEndpointAssociation, cut, PROVIDER)
    const { VpcEndpoints } = it.world.read(describeVpcEndpoints, {}, CONSUMER)
    expect(VpcEndpoints).toMatchObject([{ State: 'rejected' }])
    expect(associations(VpcEndpointId)).toEqual([])
  })
})

describe('ServiceNetwork endpoints', () => {
  test('each interface takes a block of 16, with an address for each resource of the network', () => {
    const network = serviceNetwork()
    const arn = it.configure()
    it.share(network)
    const free = () =>
      it.world.read(describeSubnets, { SubnetIds: [it.consumer.a] }, CONSUMER).Subnets?.[0]?.AvailableIpAddressCount ??
      0
    const before = free()
    const made = endpoint({ VpcEndpointType: 'ServiceNetwork', ServiceNetworkArn: network })
    expect(before - free()).toBe(17)
    expect(made).toMatchObject({
      ServiceNetworkArn: network,
      Ipv4Prefixes: [{ SubnetId: it.consumer.a, IpPrefixes: ['10.0.1.16/28'] }],
    })
    expect(associations(made.VpcEndpointId)).toEqual([])
    const snra = putIn(network, arn)
    const rcfg = arn.split('/')[1]
    expect(associations(made.VpcEndpointId)).toMatchObject([
      {
        ServiceNetworkArn: network,
        DnsEntry: { DnsName: `${made.VpcEndpointId}-${snra}.${rcfg}.4232ccc.vpc-lattice-rsc.us-east-1.on.aws` },
      },
    ])
    expect([...it.world.store.records.endpointAssociationAddresses.all()]).toMatchObject([{ address: '10.0.1.16' }])
    refusal(
      () => it.world.write(deleteServiceNetwork, { serviceNetworkIdentifier: network }, PROVIDER),
      'ConflictException',
    )
    const gone = { serviceNetworkResourceAssociationIdentifier: snra }
    it.world.write(deleteServiceNetworkResourceAssociation, gone, PROVIDER)
    expect(associations(made.VpcEndpointId)).toEqual([])
  })

  test('the seventeenth resource gets a block more', () => {
    const network = serviceNetwork()
    it.share(network)
    endpoint({ VpcEndpointType: 'ServiceNetwork', ServiceNetworkArn: network })
    for (let count = 0; count < 17; count++) putIn(network, it.configure())
    const addresses = [...it.world.store.records.endpointAssociationAddresses.all()]
    expect(new Set(addresses.map(({ address }) => address)).size).toBe(17)
    expect(addresses.at(-1)?.address).toBe('10.0.1.32')
  })

  test("a consumer's subnet that is full fails nobody but the consumer", () => {
    const network = serviceNetwork()
    it.share(network)
    const CidrBlock = '10.0.9.0/28'
    const place = { VpcId: it.consumer.VpcId, CidrBlock, AvailabilityZoneId: 'use1-az6' }
    const small = it.world.write(createSubnet, place, CONSUMER).Subnet?.SubnetId ?? ''
    const input = { VpcEndpointType: 'ServiceNetwork', ServiceNetworkArn: network }
    expect(refusal(() => endpoint({ ...input, SubnetIds: [small] }), 'InsufficientCidrBlocks')).toContain(small)
    const group = it.configure({ type: 'GROUP' })
    it.configure({ type: 'CHILD', resourceConfigurationGroupIdentifier: group })
    it.share(group)
    const { VpcEndpointId } = endpoint({ ResourceConfigurationArn: group, SubnetIds: [small] })
    it.configure({ type: 'CHILD', resourceConfigurationGroupIdentifier: group })
    expect(associations(VpcEndpointId)).toMatchObject([
      { AssociatedResourceAccessibility: 'FAILED', FailureCode: 'InsufficientCidrBlocks' },
      { AssociatedResourceAccessibility: 'FAILED' },
    ])
  })

  test('one that is not shared does not exist', () => {
    const input = { VpcEndpointType: 'ServiceNetwork', ServiceNetworkArn: serviceNetwork() }
    refusal(() => endpoint(input), 'InvalidServiceNetworkArn.NotFound')
  })
})

describe('domain verifications', () => {
  const start = (domainName: string) => it.world.write(startDomainVerification, { domainName }, PROVIDER)
  const statusIn = (id: string) =>
    it.world.read(getDomainVerification, { domainVerificationIdentifier: id }, PROVIDER).status

  /** Puts the TXT record in a public zone of the provider's, or takes it out. */
  function prove(id: string, Action: 'UPSERT' | 'DELETE' = 'UPSERT'): void {
    const { domainName, recordName: Name, recordValue } = it.world.store.records.domainVerifications.get(id) ?? {}
    const { hostedZones } = it.world.store.records
    if (hostedZones.where('name', domainName ?? '').length === 0) {
      it.world.write(createHostedZone, { Name: domainName, CallerReference: id }, PROVIDER)
    }
    const ResourceRecords = [{ Value: `"${recordValue}"` }]
    const Changes = [{ Action, ResourceRecordSet: { Name, Type: 'TXT' as const, TTL: 60, ResourceRecords } }]
    const HostedZoneId = hostedZones.where('name', domainName ?? '')[0]?.id
    it.world.write(changeResourceRecordSets, { HostedZoneId, ChangeBatch: { Changes } }, PROVIDER)
  }

  test('a domain is verified while its record is public, and only then has an endpoint the name by default', () => {
    const { id = '' } = start('Corp.Example.')
    expect(statusIn(id)).toBe('PENDING')
    const arn = it.configure({ customDomainName: 'db.corp.example', domainVerificationIdentifier: id })
    it.share(arn)
    endpoint({ ResourceConfigurationArn: arn, PrivateDnsEnabled: true })
    const names = () => {
      const { VpcEndpoints } = it.world.read(describeVpcEndpoints, {}, CONSUMER)
      return VpcEndpoints[0]?.DnsEntries?.slice(1).map(({ DnsName }) => DnsName)
    }
    expect(names()).toEqual([])
    prove(id)
    expect([statusIn(id), names()]).toEqual(['VERIFIED', ['db.corp.example']])
    prove(id, 'DELETE')
    expect([statusIn(id), names()]).toEqual(['PENDING', []])
    const needed = { domainVerificationIdentifier: id }
    refusal(() => it.world.write(deleteDomainVerification, needed, PROVIDER), 'ConflictException')
  })

  test("a group's domain speaks for its children, whose names are within it", () => {
    const { id = '' } = start('corp.example')
    const group = it.configure({ type: 'GROUP', groupDomain: 'corp.example', domainVerificationIdentifier: id })
    const child = { type: 'CHILD' as const, resourceConfigurationGroupIdentifier: group }
    refusal(() => it.configure({ ...child, customDomainName: 'db.other.example' }), 'ValidationException')
    it.configure({ ...child, customDomainName: 'db.corp.example' })
    it.share(group)
    prove(id)
    const made = endpoint({ ResourceConfigurationArn: group, PrivateDnsEnabled: true })
    expect(made.DnsEntries?.map(({ DnsName }) => DnsName)).toContain('db.corp.example')
  })

  test.each([
    ['no name to verify', {}],
    ['a name of another domain', { customDomainName: 'db.other.example' }],
  ])('%s is refused', (_, input) => {
    const { id } = start('corp.example')
    refusal(() => it.configure({ domainVerificationIdentifier: id, ...input }), 'ValidationException')
  })

  test('one for each domain, and it goes when nothing needs it', () => {
    const { id = '' } = start('corp.example')
    refusal(() => start('corp.example'), 'ConflictException')
    it.world.write(deleteDomainVerification, { domainVerificationIdentifier: id }, PROVIDER)
    expect(it.world.read(listDomainVerifications, {}, PROVIDER).items).toEqual([])
  })
})

test('tags of any resource, by its ARN', () => {
  const resourceArn = it.configure({ tags: { a: '1' } })
  it.world.write(tagResource, { resourceArn, tags: { b: '2' } }, PROVIDER)
  it.world.write(untagResource, { resourceArn, tagKeys: ['a'] }, PROVIDER)
  expect(it.world.read(listTagsForResource, { resourceArn }, PROVIDER)).toEqual({ tags: { b: '2' } })
  refusal(() => it.world.read(listTagsForResource, { resourceArn }, CONSUMER), 'ResourceNotFoundException')
})

test('the same token makes a thing once', () => {
  const input = {
    clientToken: 'one',
    name: 'twice',
    type: 'SINGLE' as const,
    portRanges: ['80'],
    resourceGatewayIdentifier: it.gateway,
    resourceConfigurationDefinition: { ipResource: { ipAddress: '10.0.1.9' } },
  }
  const [first, second] = [1, 2].map(() => it.world.write(createResourceConfiguration, input, PROVIDER).id)
  expect(first).toBe(second)
  const other = { ...input, portRanges: ['81'] }
  refusal(() => it.world.write(createResourceConfiguration, other, PROVIDER), 'ConflictException')
  const long = { ...input, clientToken: 'x'.repeat(65) }
  refusal(() => it.world.write(createResourceConfiguration, long, PROVIDER), 'ValidationException')
})
