// What is said to do nothing does nothing: the Network that a call leaves is the same with the parameter and without.

import { beforeAll, describe, expect, test } from 'vitest'
import { hostImages } from '../catalogue/images.ts'
import { compile } from '../compile/compile.ts'
import { runInstances } from './ec2/instance/run-instances.ts'
import { allocateAddress } from './ec2/internet/elastic-address.ts'
import { createNetworkInterface, describeNetworkInterfaces } from './ec2/network-interface/network-interface.ts'
import { modifyNetworkInterfaceAttribute } from './ec2/network-interface/network-interface-attribute.ts'
import { openWorld, type World } from './ec2/request/testing.ts'
import { createSubnet } from './ec2/vpc/subnet.ts'
import { createVpc } from './ec2/vpc/vpc.ts'
import { modifyVpcAttribute } from './ec2/vpc/vpc-attribute.ts'
import { allInertParameters } from './inert-parameters.ts'
import { createHostedZone, updateHostedZoneComment } from './route53/hosted-zone.ts'
import { createResourceGateway } from './vpc-lattice/resource-gateway.ts'

interface Place {
  readonly world: World
  readonly VpcId: string
  readonly SubnetId: string
}

/** A call with the parameter and without it. */
type Call = (place: Place, withParameter: boolean) => unknown

const CASES: Readonly<Record<string, Call>> = {
  'ec2 AllocateAddress NetworkBorderGroup': ({ world }, sent) =>
    world.write(allocateAddress, sent ? { NetworkBorderGroup: 'us-east-1' } : {}),
  'ec2 CreateNetworkInterface Description': ({ world, SubnetId }, sent) =>
    world.write(createNetworkInterface, { SubnetId, ...(sent && { Description: 'for tests' }) }),
  'ec2 CreateVpc InstanceTenancy': ({ world }, sent) =>
    world.write(createVpc, { CidrBlock: '10.1.0.0/16', ...(sent && { InstanceTenancy: 'dedicated' as const }) }),
  'ec2 ModifyNetworkInterfaceAttribute Description': ({ world, SubnetId }, sent) => {
    const { NetworkInterface } = world.write(createNetworkInterface, { SubnetId })
    const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId
    if (sent) world.write(modifyNetworkInterfaceAttribute, { NetworkInterfaceId, Description: { Value: 'for tests' } })
    expect(world.read(describeNetworkInterfaces, {}).NetworkInterfaces).toHaveLength(1)
  },
  'ec2 ModifyVpcAttribute EnableNetworkAddressUsageMetrics': ({ world, VpcId }, sent) =>
    sent && world.write(modifyVpcAttribute, { VpcId, EnableNetworkAddressUsageMetrics: { Value: true } }),
  'ec2 RunInstances BlockDeviceMappings': launch({
    BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { VolumeSize: 20 } }],
  }),
  'ec2 RunInstances CreditSpecification': launch({ CreditSpecification: { CpuCredits: 'standard' } }),
  'ec2 RunInstances EbsOptimized': launch({ EbsOptimized: true }),
  'ec2 RunInstances Monitoring': launch({ Monitoring: { Enabled: true } }),
  'route53 CreateHostedZone HostedZoneConfig': ({ world, VpcId }, sent) =>
    zone(world, VpcId, sent ? { HostedZoneConfig: { Comment: 'for tests', PrivateZone: true } } : {}),
  'route53 UpdateHostedZoneComment Comment': ({ world, VpcId }, sent) => {
    const { HostedZone } = zone(world, VpcId, {})
    world.write(updateHostedZoneComment, { Id: HostedZone?.Id, ...(sent && { Comment: 'for tests' }) })
  },
  'vpc-lattice CreateResourceGateway ipv4AddressesPerEni': ({ world, VpcId, SubnetId }, sent) =>
    world.write(createResourceGateway, {
      name: 'gateway',
      vpcIdentifier: VpcId,
      subnetIds: [SubnetId],
      ...(sent && { ipv4AddressesPerEni: 3 }),
    }),
}

function launch(more: object): Call {
  return ({ world, SubnetId }, sent) => {
    const ImageId = hostImages('us-east-1', 'x86_64')[0]?.id
    const one = { ImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, SubnetId } as const
    const input = sent ? { ...one, ...more } : one
    world.write((tx, caller, given: typeof one) => runInstances(tx, caller, given, 'x86_64'), input)
  }
}

function zone(world: World, VPCId: string, more: object) {
  const VPC = { VPCRegion: 'us-east-1', VPCId } as const
  return world.write(createHostedZone, { Name: 'corp.example', CallerReference: 'a', VPC, ...more })
}

/** The Network, whatever ids there are in it and in what order they put things. */
async function networkAfter(call: Call, withParameter: boolean): Promise<unknown> {
  const world = await openWorld()
  const VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId ?? ''
  const block = { CidrBlock: '10.0.1.0/24', AvailabilityZone: 'us-east-1a' }
  const SubnetId = world.write(createSubnet, { VpcId, ...block }).Subnet?.SubnetId ?? ''
  call({ world, VpcId, SubnetId }, withParameter)
  return withoutIds(JSON.parse(JSON.stringify(compile(world.store.records))))
}

function withoutIds(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(withoutIds).map((item) => ({ item, text: JSON.stringify(item) }))
    return items.sort((a, b) => (a.text < b.text ? -1 : 1)).map(({ item }) => item)
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [withoutId(key), withoutIds(member)]))
  }
  return typeof value === 'string' ? withoutId(value) : value
}

function withoutId(text: string): string {
  return text.replaceAll(/\b([a-z]+)-0[0-9a-f]{16}\b/g, '$1').replaceAll(/\bZ[0-9A-Z]{20}\b/g, 'Z')
}

describe('parameters that are accepted and do nothing', () => {
  let plain: unknown
  beforeAll(async () => {
    plain = await networkAfter(() => undefined, false)
  })

  test('each has a case here', () => expect(Object.keys(CASES).sort()).toEqual(allInertParameters().sort()))

  test('a call that does something is seen', async () => {
    expect(await networkAfter(launch({}), true)).not.toEqual(plain)
  })

  test.each(Object.keys(CASES))('%s', async (name) => {
    const call = CASES[name] ?? (() => undefined)
    expect(await networkAfter(call, true)).toEqual(await networkAfter(call, false))
  })
})
