import type { Filter } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { ApiError } from '../../../errors.ts'
import { deleteSecurityGroup } from '../filtering/security-group.ts'
import {
  createNetworkInterface,
  deleteNetworkInterface,
  describeNetworkInterfaces,
} from '../network-interface/network-interface.ts'
import { detachNetworkInterface } from '../network-interface/network-interface-attachment.ts'
import {
  describeNetworkInterfaceAttribute,
  modifyNetworkInterfaceAttribute,
  resetNetworkInterfaceAttribute,
} from '../network-interface/network-interface-attribute.ts'
import { assignPrivateIpAddresses, unassignPrivateIpAddresses } from '../network-interface/private-ip-addresses.ts'
import { CALLER, refusal } from '../request/testing.ts'
import { deleteSubnet, describeSubnets } from '../vpc/subnet.ts'
import { deleteVpc } from '../vpc/vpc.ts'
import { type EndpointWorld, openEndpointWorld } from './testing.ts'
import { removeVpcEndpoint } from './vpc-endpoint.ts'

let at: EndpointWorld
let endpoint: string
let NetworkInterfaceId: string
beforeEach(async () => {
  at = await openEndpointWorld()
  const made = at.make({ SubnetIds: [at.a] })
  endpoint = made.VpcEndpointId ?? ''
  NetworkInterfaceId = made.NetworkInterfaceIds?.[0] ?? ''
})

function find(Filters: Filter[]) {
  return at.world.read(describeNetworkInterfaces, { Filters }).NetworkInterfaces ?? []
}

test('it is in use, as AWS attached it', () => {
  const [eni] =
    at.world.read(describeNetworkInterfaces, { NetworkInterfaceIds: [NetworkInterfaceId] }).NetworkInterfaces ?? []
  expect(eni).toEqual({
    Attachment: {
      AttachTime: CALLER.now,
      AttachmentId: NetworkInterfaceId.replace('eni-', 'ela-attach-'),
      DeleteOnTermination: false,
      DeviceIndex: 1,
      InstanceOwnerId: 'amazon-aws',
      Status: 'attached',
    },
    AvailabilityZone: 'us-east-1a',
    AvailabilityZoneId: 'use1-az6',
    Description: `VPC Endpoint Interface ${endpoint}`,
    Groups: [{ GroupId: at.defaultGroup(), GroupName: 'default' }],
    InterfaceType: 'vpc_endpoint',
    Ipv6Addresses: [],
    MacAddress: expect.stringMatching(/^02:50(:[0-9a-f]{2}){4}$/),
    NetworkInterfaceId,
    Operator: { Managed: false },
    OwnerId: CALLER.account,
    PrivateDnsName: 'ip-10-0-1-4.ec2.internal',
    PrivateIpAddress: '10.0.1.4',
    PrivateIpAddresses: [{ Primary: true, PrivateDnsName: 'ip-10-0-1-4.ec2.internal', PrivateIpAddress: '10.0.1.4' }],
    RequesterId: '727180483921',
    RequesterManaged: true,
    SourceDestCheck: true,
    Status: 'in-use',
    SubnetId: at.a,
    TagSet: [],
    VpcId: at.VpcId,
  })
  const attribute = { NetworkInterfaceId, Attribute: 'attachment' as const }
  expect(at.world.read(describeNetworkInterfaceAttribute, attribute).Attachment).toEqual(eni?.Attachment)
})

const filters: readonly [name: string, value: () => string][] = [
  ['attachment.attach-time', () => CALLER.now.toISOString()],
  ['attachment.attachment-id', () => NetworkInterfaceId.replace('eni-', 'ela-attach-')],
  ['attachment.delete-on-termination', () => 'false'],
  ['attachment.device-index', () => '1'],
  ['attachment.instance-owner-id', () => 'amazon-aws'],
  ['attachment.status', () => 'attached'],
  ['description', () => `VPC Endpoint Interface ${endpoint}`],
  ['interface-type', () => 'vpc_endpoint'],
  ['private-ip-address', () => '10.0.1.4'],
  ['requester-id', () => '727180483921'],
  ['requester-managed', () => 'true'],
  ['status', () => 'in-use'],
]
test.each(filters)('it is found by %s, and an interface of the user is not', (Name, value) => {
  at.world.write(createNetworkInterface, { SubnetId: at.a })
  expect(find([{ Name, Values: [value()] }]).map((one) => one.NetworkInterfaceId)).toEqual([NetworkInterfaceId])
})

describe('nobody but AWS may change it', () => {
  const denied = 'You do not have permission to access the specified resource.'
  const change = (input: object) => at.world.write(modifyNetworkInterfaceAttribute, { NetworkInterfaceId, ...input })
  const cases: readonly [name: string, call: () => unknown, code: string, says: () => string][] = [
    [
      'delete it',
      () => at.world.write(deleteNetworkInterface, { NetworkInterfaceId }),
      'InvalidParameterValue',
      () => `Network interface '${NetworkInterfaceId}' is currently in use.`,
    ],
    [
      'detach it',
      () =>
        at.world.write(detachNetworkInterface, {
          AttachmentId: NetworkInterfaceId.replace('eni-', 'ela-attach-'),
          Force: true,
        }),
      'OperationNotPermitted',
      () => "You are not allowed to manage 'ela-attach' attachments.",
    ],
    ['change its groups', () => change({ Groups: [at.defaultGroup()] }), 'AuthFailure', () => denied],
    ['change its description', () => change({ Description: { Value: 'mine' } }), 'AuthFailure', () => denied],
    ['change its source check', () => change({ SourceDestCheck: { Value: false } }), 'AuthFailure', () => denied],
    [
      'reset its source check',
      () => at.world.write(resetNetworkInterfaceAttribute, { NetworkInterfaceId }),
      'AuthFailure',
      () => denied,
    ],
    [
      'give it an address',
      () => at.world.write(assignPrivateIpAddresses, { NetworkInterfaceId, SecondaryPrivateIpAddressCount: 1 }),
      'AuthFailure',
      () => denied,
    ],
    [
      'take its address',
      () => at.world.write(unassignPrivateIpAddresses, { NetworkInterfaceId, PrivateIpAddresses: ['10.0.1.4'] }),
      'AuthFailure',
      () => denied,
    ],
  ]
  test.each(cases)('%s', (_, call, code, says) => {
    const before = at.world.store.revision
    expect(refusal(call, code)).toBe(says())
    expect(at.world.store.revision).toBe(before)
  })

  test('that refusal is a 400, unlike a signature that fails', () => {
    const caught = catchError(() => change({ Groups: [at.defaultGroup()] }))
    expect(caught).toMatchObject({ code: 'AuthFailure', status: 400 })
  })
})

describe('what it holds on to', () => {
  test("its subnet, its VPC and its group, until it is gone; and one of the subnet's addresses", () => {
    const held = at.group('held')
    at.modify(endpoint, { AddSecurityGroupIds: [held] })
    const free = () => at.world.read(describeSubnets, { SubnetIds: [at.a] }).Subnets?.[0]?.AvailableIpAddressCount
    expect(free()).toBe(250)
    refusal(() => at.world.write(deleteSubnet, { SubnetId: at.a }), 'DependencyViolation')
    refusal(() => at.world.write(deleteSecurityGroup, { GroupId: held }), 'DependencyViolation')
    refusal(() => at.world.write(deleteVpc, { VpcId: at.VpcId }), 'DependencyViolation')
    at.world.store.transact((tx) => {
      const record = tx.vpcEndpoints.get(endpoint)
      if (record) removeVpcEndpoint(tx, record)
    })
    expect(free()).toBe(251)
    expect(find([{ Name: 'interface-type', Values: ['vpc_endpoint'] }])).toEqual([])
    at.world.write(deleteSecurityGroup, { GroupId: held })
    for (const SubnetId of [at.a, at.a2, at.b]) at.world.write(deleteSubnet, { SubnetId })
    at.world.write(deleteVpc, { VpcId: at.VpcId })
  })

  test('its group, also while it is in no subnet', () => {
    const held = at.group('held')
    at.modify(endpoint, { RemoveSubnetIds: [at.a], AddSecurityGroupIds: [held] })
    refusal(() => at.world.write(deleteSecurityGroup, { GroupId: held }), 'DependencyViolation')
  })
})

function catchError(call: () => unknown): ApiError | undefined {
  try {
    call()
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
  return undefined
}
