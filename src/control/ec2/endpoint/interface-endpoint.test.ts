// Address plan: VPC 10.0.0.0/16 with 10.0.1.0/24 in us-east-1a, 10.0.2.0/24 in us-east-1b, 10.0.3.0/24 in us-east-1a.

import type { CreateVpcEndpointRequest } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { describeNetworkInterfaces } from '../network-interface/network-interface.ts'
import { CALLER, openWorld, type World } from '../request/testing.ts'
import { createSubnet } from '../vpc/subnet.ts'
import { createVpc } from '../vpc/vpc.ts'
import { modifyVpcAttribute } from '../vpc/vpc-attribute.ts'
import { DEFAULT_INTERFACE_POLICY } from './endpoint-policy.ts'
import { createVpcEndpoint, describeVpcEndpoints } from './vpc-endpoint.ts'

const SSM = 'com.amazonaws.us-east-1.ssm'

let world: World
let VpcId: string
let a: string
let b: string

beforeEach(async () => {
  world = await openWorld()
  VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId ?? ''
  world.write(modifyVpcAttribute, { VpcId, EnableDnsHostnames: { Value: true } })
  a = makeSubnet('10.0.1.0/24', 'us-east-1a')
  b = makeSubnet('10.0.2.0/24', 'us-east-1b')
})

function makeSubnet(CidrBlock: string, AvailabilityZone: string): string {
  return world.write(createSubnet, { VpcId, CidrBlock, AvailabilityZone }).Subnet?.SubnetId ?? ''
}

function make(input: Partial<CreateVpcEndpointRequest> = {}) {
  const request = { VpcId, ServiceName: SSM, VpcEndpointType: 'Interface' as const, ...input }
  return world.write(createVpcEndpoint, request).VpcEndpoint
}

function interfacesOf(ids: readonly string[] | undefined) {
  return world.read(describeNetworkInterfaces, { NetworkInterfaceIds: [...(ids ?? [])] }).NetworkInterfaces ?? []
}

describe('CreateVpcEndpoint of type Interface', () => {
  test('has an interface in each subnet, the default group, the default policy and its names', () => {
    const made = make({ SubnetIds: [a, b] })
    const [group] = [...world.store.records.securityGroups.where('vpcId', `vpc-${VpcId.slice(4)}`)]
    const hash = /^vpce-[0-9a-f]{17}-([0-9a-z]{8})\.ssm/.exec(made.DnsEntries?.[0]?.DnsName ?? '')?.[1]
    const label = `${made.VpcEndpointId}-${hash}`
    expect(made).toEqual({
      VpcEndpointId: expect.stringMatching(/^vpce-0[0-9a-f]{16}$/),
      VpcEndpointType: 'Interface',
      VpcId,
      ServiceName: SSM,
      ServiceRegion: 'us-east-1',
      State: 'pending',
      PolicyDocument: DEFAULT_INTERFACE_POLICY,
      RouteTableIds: [],
      SubnetIds: [a, b],
      Groups: [{ GroupId: group?.id, GroupName: 'default' }],
      IpAddressType: 'ipv4',
      DnsOptions: { DnsRecordIpType: 'ipv4', PrivateDnsOnlyForInboundResolverEndpoint: false },
      PrivateDnsEnabled: true,
      RequesterManaged: false,
      NetworkInterfaceIds: [expect.stringMatching(/^eni-/), expect.stringMatching(/^eni-/)],
      DnsEntries: [
        { DnsName: `${label}.ssm.us-east-1.vpce.amazonaws.com`, HostedZoneId: 'Z7HUB22UULQXV' },
        { DnsName: `${label}-us-east-1a.ssm.us-east-1.vpce.amazonaws.com`, HostedZoneId: 'Z7HUB22UULQXV' },
        { DnsName: `${label}-us-east-1b.ssm.us-east-1.vpce.amazonaws.com`, HostedZoneId: 'Z7HUB22UULQXV' },
        { DnsName: 'ssm.us-east-1.amazonaws.com', HostedZoneId: expect.stringMatching(/^Z[0-9A-Z]{20}$/) },
      ],
      CreationTimestamp: CALLER.now,
      OwnerId: CALLER.account,
      Tags: [],
    })
    const [shown] = world.read(describeVpcEndpoints, { VpcEndpointIds: [made.VpcEndpointId ?? ''] }).VpcEndpoints
    expect(shown).toEqual(made)
  })

  test('its interfaces are in use and managed by AWS', () => {
    const made = make({ SubnetIds: [a] })
    const [eni] = interfacesOf(made.NetworkInterfaceIds)
    expect(eni).toMatchObject({
      Attachment: {
        AttachmentId: expect.stringMatching(/^ela-attach-0[0-9a-f]{16}$/),
        InstanceOwnerId: 'amazon-aws',
        Status: 'attached',
        DeviceIndex: 1,
      },
      Description: `VPC Endpoint Interface ${made.VpcEndpointId}`,
      Groups: [{ GroupName: 'default' }],
      InterfaceType: 'vpc_endpoint',
      OwnerId: CALLER.account,
      PrivateIpAddress: '10.0.1.4',
      RequesterId: '727180483921',
      RequesterManaged: true,
      Status: 'in-use',
      SubnetId: a,
    })
  })
})
