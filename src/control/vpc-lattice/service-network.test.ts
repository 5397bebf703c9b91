// Service networks, what is associated with them, and policies on them. Address plan: see testing.ts.

import { beforeEach, describe, expect, test } from 'vitest'
import { createVpcEndpoint } from '../ec2/endpoint/vpc-endpoint.ts'
import { describeVpcEndpointAssociations } from '../ec2/endpoint/vpc-endpoint-association.ts'
import { createSecurityGroup, deleteSecurityGroup } from '../ec2/filtering/security-group.ts'
import { refusal } from '../ec2/request/testing.ts'
import { deleteSubnet } from '../ec2/vpc/subnet.ts'
import { deleteVpc } from '../ec2/vpc/vpc.ts'
import { listServiceNetworkVpcEndpointAssociations } from './endpoint-association.ts'
import {
  deleteAuthPolicy,
  deleteResourcePolicy,
  getAuthPolicy,
  getResourcePolicy,
  putAuthPolicy,
  putResourcePolicy,
} from './policy.ts'
import {
  createServiceNetworkResourceAssociation,
  deleteServiceNetworkResourceAssociation,
  getServiceNetworkResourceAssociation,
  listServiceNetworkResourceAssociations,
} from './resource-association.ts'
import { listResourceConfigurations } from './resource-configuration.ts'
import {
  createServiceNetwork,
  deleteServiceNetwork,
  getServiceNetwork,
  listServiceNetworks,
  updateServiceNetwork,
} from './service-network.ts'
import { CONSUMER, openResourceWorld, PROVIDER, type ResourceWorld } from './testing.ts'
import {
  createServiceNetworkVpcAssociation,
  deleteServiceNetworkVpcAssociation,
  getServiceNetworkVpcAssociation,
  listServiceNetworkVpcAssociations,
  updateServiceNetworkVpcAssociation,
} from './vpc-association.ts'

let it: ResourceWorld
let network: string

beforeEach(async () => {
  it = await openResourceWorld()
  network = it.world.write(createServiceNetwork, { name: 'network' }, PROVIDER).arn ?? ''
})

function putIn(resourceConfigurationIdentifier: string): string {
  const input = { serviceNetworkIdentifier: network, resourceConfigurationIdentifier }
  return it.world.write(createServiceNetworkResourceAssociation, input, PROVIDER).id ?? ''
}

describe('service networks', () => {
  test('show what is associated, and go when nothing is', () => {
    const serviceNetworkResourceAssociationIdentifier = putIn(it.configure())
    const asked = { serviceNetworkIdentifier: network }
    expect(it.world.read(getServiceNetwork, asked, PROVIDER)).toMatchObject({
      authType: 'NONE',
      numberOfAssociatedVPCs: 0,
      numberOfAssociatedResourceConfigurations: 1,
    })
    refusal(() => it.world.write(deleteServiceNetwork, asked, PROVIDER), 'ConflictException')
    const gone = { serviceNetworkResourceAssociationIdentifier }
    it.world.write(deleteServiceNetworkResourceAssociation, gone, PROVIDER)
    it.world.write(deleteServiceNetwork, asked, PROVIDER)
    expect(it.world.read(listServiceNetworks, {}, PROVIDER).items).toEqual([])
  })

  test('one name is one network, and the auth type can change', () => {
    refusal(() => it.world.write(createServiceNetwork, { name: 'network' }, PROVIDER), 'ConflictException')
    const change = { serviceNetworkIdentifier: network, authType: 'AWS_IAM' as const }
    expect(it.world.write(updateServiceNetwork, change, PROVIDER)).toMatchObject({ authType: 'AWS_IAM' })
    const odd = { serviceNetworkIdentifier: network, authType: 'OTHER' as never }
    refusal(() => it.world.write(updateServiceNetwork, odd, PROVIDER), 'ValidationException')
  })

  test('lists come in pages', () => {
    for (let count = 0; count < 3; count++) it.configure()
    const first = it.world.read(listResourceConfigurations, { maxResults: 2 }, PROVIDER)
    const { nextToken } = first
    const second = it.world.read(listResourceConfigurations, { maxResults: 2, nextToken }, PROVIDER)
    expect([first.items?.length, second.items?.length, second.nextToken]).toEqual([2, 1, undefined])
    refusal(() => it.world.read(listResourceConfigurations, { maxResults: 0 }, PROVIDER), 'ValidationException')
    refusal(() => it.world.read(listResourceConfigurations, { nextToken: 'x' }, PROVIDER), 'ValidationException')
  })
})

describe('resources in a service network', () => {
  test('are there once, show their name, and a child is there with its group', () => {
    const arn = it.configure()
    const id = putIn(arn)
    refusal(() => putIn(arn), 'ConflictException')
    const asked = { serviceNetworkResourceAssociationIdentifier: id }
    expect(it.world.read(getServiceNetworkResourceAssociation, asked, PROVIDER)).toMatchObject({
      resourceConfigurationArn: arn,
      serviceNetworkArn: network,
      status: 'ACTIVE',
      dnsEntry: { domainName: `${id}.${arn.split('/')[1]}.4232ccc.vpc-lattice-rsc.us-east-1.on.aws` },
    })
    refusal(() => it.world.read(getServiceNetworkResourceAssociation, asked, CONSUMER), 'ResourceNotFoundException')
    const group = it.configure({ type: 'GROUP' })
    const child = it.configure({ type: 'CHILD', resourceConfigurationGroupIdentifier: group })
    refusal(() => putIn(child), 'ValidationException')
  })

  test('must be allowed in a network that can be shared', () => {
    const arn = it.configure({ allowAssociationToShareableServiceNetwork: false })
    refusal(() => putIn(arn), 'ValidationException')
  })

  test("are put there by whom the network is shared with, and the network's owner takes them out", () => {
    const arn = it.configure()
    it.share(arn)
    const own = it.world.write(createServiceNetwork, { name: 'own' }, CONSUMER).arn
    const input = { serviceNetworkIdentifier: own, resourceConfigurationIdentifier: arn }
    const { id } = it.world.write(createServiceNetworkResourceAssociation, input, CONSUMER)
    const asked = { resourceConfigurationIdentifier: arn }
    const { items } = it.world.read(listServiceNetworkResourceAssociations, asked, PROVIDER)
    expect(items).toMatchObject([{ id, createdBy: CONSUMER.account }])
    const gone = { serviceNetworkResourceAssociationIdentifier: id }
    it.world.write(deleteServiceNetworkResourceAssociation, gone, PROVIDER)
    refusal(() => it.world.read(listServiceNetworkResourceAssociations, {}, PROVIDER), 'ValidationException')
  })
})

describe('a VPC in a service network', () => {
  test('is in one only, keeps its groups, and cannot be deleted meanwhile', () => {
    const { VpcId } = it.provider
    const group = { VpcId, GroupName: 'g', Description: 'g' }
    const GroupId = it.world.write(createSecurityGroup, group, PROVIDER).GroupId ?? ''
    const input = { serviceNetworkIdentifier: network, vpcIdentifier: VpcId }
    const { id } = it.world.write(createServiceNetworkVpcAssociation, input, PROVIDER)
    refusal(() => it.world.write(createServiceNetworkVpcAssociation, input, PROVIDER), 'ConflictException')
    const identified = { serviceNetworkVpcAssociationIdentifier: id }
    const change = { ...identified, securityGroupIds: [GroupId] }
    it.world.write(updateServiceNetworkVpcAssociation, change, PROVIDER)
    expect(it.world.read(getServiceNetworkVpcAssociation, identified, PROVIDER)).toMatchObject({
      vpcId: VpcId,
      securityGroupIds: [GroupId],
      status: 'ACTIVE',
    })
    const listed = it.world.read(listServiceNetworkVpcAssociations, { vpcIdentifier: VpcId }, PROVIDER)
    expect(listed.items).toMatchObject([{ id }])
    refusal(() => it.world.write(deleteSecurityGroup, { GroupId }, PROVIDER), 'DependencyViolation')
    it.world.write(deleteServiceNetworkVpcAssociation, identified, PROVIDER)
    it.world.write(deleteSecurityGroup, { GroupId }, PROVIDER)
  })

  test('is not deleted', () => {
    const { VpcId, a, b } = it.consumer
    it.share(network)
    const input = { serviceNetworkIdentifier: network, vpcIdentifier: VpcId }
    const { id } = it.world.write(createServiceNetworkVpcAssociation, input, CONSUMER)
    for (const SubnetId of [a, b]) it.world.write(deleteSubnet, { SubnetId }, CONSUMER)
    refusal(() => it.world.write(deleteVpc, { VpcId }, CONSUMER), 'DependencyViolation')
    const gone = { serviceNetworkVpcAssociationIdentifier: id }
    it.world.write(deleteServiceNetworkVpcAssociation, gone, PROVIDER)
    it.world.write(deleteVpc, { VpcId }, CONSUMER)
  })
})

describe('policies', () => {
  const policy = '{"Version":"2012-10-17","Statement":[]}'

  test('are kept as they were put, and go with what they are on', () => {
    const [resourceIdentifier, resourceArn] = [network, it.configure()]
    it.world.write(putAuthPolicy, { resourceIdentifier, policy }, PROVIDER)
    expect(it.world.read(getAuthPolicy, { resourceIdentifier }, PROVIDER)).toMatchObject({ policy, state: 'Inactive' })
    it.world.write(putResourcePolicy, { resourceArn, policy }, PROVIDER)
    expect(it.world.read(getResourcePolicy, { resourceArn }, PROVIDER)).toEqual({ policy })
    it.world.write(deleteResourcePolicy, { resourceArn }, PROVIDER)
    refusal(() => it.world.read(getResourcePolicy, { resourceArn }, PROVIDER), 'ResourceNotFoundException')
    it.world.write(deleteServiceNetwork, { serviceNetworkIdentifier: network }, PROVIDER)
    expect(it.world.store.records.latticePolicies.size).toBe(0)
  })

  test('must be JSON', () => {
    const input = { resourceIdentifier: network, policy: 'allow me' }
    refusal(() => it.world.write(putAuthPolicy, input, PROVIDER), 'ValidationException')
    it.world.write(deleteAuthPolicy, { resourceIdentifier: network }, PROVIDER)
  })
})

test('DescribeVpcEndpointAssociations filters and comes in pages; the owner of the network sees the endpoint', () => {
  const [first, second] = [it.configure(), it.configure()]
  it.share(network)
  const { VpcId, a } = it.consumer
  const input = { VpcId, SubnetIds: [a], VpcEndpointType: 'ServiceNetwork' as const, ServiceNetworkArn: network }
  const { VpcEndpointId = '' } = it.world.write(createVpcEndpoint, input, CONSUMER).VpcEndpoint
  for (const arn of [first, second]) putIn(arn)
  const asked = { serviceNetworkIdentifier: network }
  const { items } = it.world.read(listServiceNetworkVpcEndpointAssociations, asked, PROVIDER)
  expect(items).toMatchObject([{ vpcEndpointId: VpcEndpointId, vpcEndpointOwnerId: CONSUMER.account }])
  const page = it.world.read(describeVpcEndpointAssociations, { MaxResults: 1 }, CONSUMER)
  const rest = it.world.read(describeVpcEndpointAssociations, { MaxResults: 1, NextToken: page.NextToken }, CONSUMER)
  const arns = [page, rest].map(({ VpcEndpointAssociations: [one] = [] }) => one?.AssociatedResourceArn)
  expect([arns, rest.NextToken]).toEqual([[first, second], undefined])
  for (const [Name, value, count] of [
    ['vpc-endpoint-id', VpcEndpointId, 2],
    ['associated-resource-id', first.split('/')[1] ?? '', 1],
    ['service-network-arn', network, 2],
    ['associated-resource-accessibility', 'PENDING', 2],
    ['association-id', 'vpce-rsc-asc-0', 0],
    ['resource-configuration-group-arn', first, 0],
  ] as const) {
    const Filters = [{ Name, Values: [value] }]
    const found = it.world.read(describeVpcEndpointAssociations, { Filters }, CONSUMER)
    expect(found.VpcEndpointAssociations, Name).toHaveLength(count)
  }
  const none = it.world.read(describeVpcEndpointAssociations, {}, PROVIDER)
  expect(none.VpcEndpointAssociations).toEqual([])
})
