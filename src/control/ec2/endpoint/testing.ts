// A VPC for tests of interface endpoints, with both of its DNS attributes on.
// Address plan: VPC 10.0.0.0/16 with a = 10.0.1.0/24 in us-east-1a, b = 10.0.2.0/24 in us-east-1b, and a2 = 10.0.3.0/24
// in us-east-1a again; a VPC beside it is 10.9.0.0/16 with its subnet 10.9.1.0/24.

import type { CreateVpcEndpointRequest, ModifyVpcEndpointRequest } from '@aws-sdk/client-ec2'
import { createSecurityGroup, describeSecurityGroups } from '../filtering/security-group.ts'
import { describeNetworkInterfaces } from '../network-interface/network-interface.ts'
import { openWorld, type World } from '../request/testing.ts'
import { createSubnet } from '../vpc/subnet.ts'
import { createVpc } from '../vpc/vpc.ts'
import { modifyVpcAttribute } from '../vpc/vpc-attribute.ts'
import { createVpcEndpoint, describeVpcEndpoints, modifyVpcEndpoint } from './vpc-endpoint.ts'
import type { ShownVpcEndpoint } from './vpc-endpoint-shape.ts'

export const SSM = 'com.amazonaws.us-east-1.ssm'
export const S3 = 'com.amazonaws.us-east-1.s3'

export interface EndpointWorld {
  readonly world: World
  readonly VpcId: string
  readonly a: string
  readonly a2: string
  readonly b: string
  readonly foreign: { readonly VpcId: string; readonly subnet: string; readonly group: string }
  /** An interface endpoint for Systems Manager, where `input` says nothing else. */
  make(input?: Partial<CreateVpcEndpointRequest>): ShownVpcEndpoint
  makeId(input?: Partial<CreateVpcEndpointRequest>): string
  modify(VpcEndpointId: string, input: Omit<ModifyVpcEndpointRequest, 'VpcEndpointId'>): void
  shown(id: string): ShownVpcEndpoint | undefined
  group(name: string): string
  defaultGroup(): string
  subnet(cidr: string, zone: string): string
  /** Address by subnet id. */
  addresses(id: string): Record<string, string | undefined>
}

export async function openEndpointWorld(): Promise<EndpointWorld> {
  const world = await openWorld()
  const VpcId = makeVpc(world, '10.0.0.0/16')
  const other = makeVpc(world, '10.9.0.0/16')
  const make: EndpointWorld['make'] = (input = {}) => {
    const request = { VpcId, ServiceName: SSM, VpcEndpointType: 'Interface' as const, ...input }
    return world.write(createVpcEndpoint, request).VpcEndpoint
  }
  const shown = (id: string) => world.read(describeVpcEndpoints, { VpcEndpointIds: [id] }).VpcEndpoints[0]
  return {
    world,
    VpcId,
    a: makeSubnet(world, VpcId, '10.0.1.0/24', 'us-east-1a'),
    b: makeSubnet(world, VpcId, '10.0.2.0/24', 'us-east-1b'),
    a2: makeSubnet(world, VpcId, '10.0.3.0/24', 'us-east-1a'),
    foreign: {
      VpcId: other,
      subnet: makeSubnet(world, other, '10.9.1.0/24', 'us-east-1c'),
      group: makeGroup(world, other, 'foreign'),
    },
    make,
    makeId: (input) => make(input).VpcEndpointId ?? '',
    modify: (VpcEndpointId, input) => void world.write(modifyVpcEndpoint, { VpcEndpointId, ...input }),
    shown,
    group: (name) => makeGroup(world, VpcId, name),
    defaultGroup: () => world.read(describeSecurityGroups, defaultGroupOf(VpcId)).SecurityGroups?.[0]?.GroupId ?? '',
    subnet: (cidr, zone) => makeSubnet(world, VpcId, cidr, zone),
    addresses: (id) => addressesOf(world, shown(id)?.NetworkInterfaceIds ?? []),
  }
}

function makeVpc(world: World, CidrBlock: string): string {
  const VpcId = world.write(createVpc, { CidrBlock }).Vpc?.VpcId ?? ''
  world.write(modifyVpcAttribute, { VpcId, EnableDnsHostnames: { Value: true } })
  return VpcId
}

function makeSubnet(world: World, VpcId: string, CidrBlock: string, AvailabilityZone: string): string {
  return world.write(createSubnet, { VpcId, CidrBlock, AvailabilityZone }).Subnet?.SubnetId ?? ''
}

function makeGroup(world: World, VpcId: string, GroupName: string): string {
  return world.write(createSecurityGroup, { VpcId, GroupName, Description: GroupName }).GroupId ?? ''
}

function defaultGroupOf(VpcId: string) {
  return {
    Filters: [
      { Name: 'vpc-id', Values: [VpcId] },
      { Name: 'group-name', Values: ['default'] },
    ],
  }
}

function addressesOf(world: World, NetworkInterfaceIds: string[]): Record<string, string | undefined> {
  if (NetworkInterfaceIds.length === 0) return {}
  const { NetworkInterfaces = [] } = world.read(describeNetworkInterfaces, { NetworkInterfaceIds })
  return Object.fromEntries(NetworkInterfaces.map((eni) => [eni.SubnetId ?? '', eni.PrivateIpAddress]))
}
