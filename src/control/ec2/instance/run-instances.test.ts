// Addresses: VPC 10.0.0.0/16; subnet `a` 10.0.1.0/24 and `small` 10.0.2.0/28 (11 free) in us-east-1a, `b` 10.0.3.0/24 in
// us-east-1b; a second VPC 10.9.0.0/16 for what must not fit. The default VPC is 172.31.0.0/16.

import type { RunInstancesRequest } from '@aws-sdk/client-ec2'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { hostImages } from '../../../catalogue/images.ts'
import type { Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { createSecurityGroup } from '../filtering/security-group.ts'
import { createNetworkInterface } from '../network-interface/network-interface.ts'
import { CALLER, contents, openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { createSubnet } from '../vpc/subnet.ts'
import { modifySubnetAttribute } from '../vpc/subnet-attribute.ts'
import { createVpc } from '../vpc/vpc.ts'
import { describeInstances } from './instance.ts'
import { createKeyPair } from './key-pair.ts'
import { runInstances } from './run-instances.ts'

const IMAGES = hostImages('us-east-1', 'x86_64')
const imageId = (prefix: string) => IMAGES.find((image) => image.name.startsWith(prefix))!.id
const AMAZON_LINUX_2 = imageId('amzn2-ami-hvm')
const UBUNTU = imageId('ubuntu/images/hvm-ssd/ubuntu-jammy')

interface Plan {
  readonly world: World
  readonly vpcId: string
  readonly subnets: Readonly<Record<'a' | 'small' | 'b' | 'other', string>>
  readonly groupId: string
  readonly otherGroupId: string
}

async function plan(): Promise<Plan> {
  const world = await openWorld()
  const vpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc!.VpcId!
  const otherVpcId = world.write(createVpc, { CidrBlock: '10.9.0.0/16' }).Vpc!.VpcId!
  const subnet = (VpcId: string, CidrBlock: string, AvailabilityZone: string) =>
    world.write(createSubnet, { VpcId, CidrBlock, AvailabilityZone }).Subnet!.SubnetId!
  const group = (VpcId: string) =>
    world.write(createSecurityGroup, { VpcId, GroupName: 'web', Description: 'web' }).GroupId!
  return {
    world,
    vpcId,
    subnets: {
      a: subnet(vpcId, '10.0.1.0/24', 'us-east-1a'),
      small: subnet(vpcId, '10.0.2.0/28', 'us-east-1a'),
      b: subnet(vpcId, '10.0.3.0/24', 'us-east-1b'),
      other: subnet(otherVpcId, '10.9.1.0/24', 'us-east-1a'),
    },
    groupId: group(vpcId),
    otherGroupId: group(otherVpcId),
  }
}

type Wanted = Partial<RunInstancesRequest>

/** By its name scripts/generate-effects.ts knows it. */
const ON_X86 = {
  runInstances: (tx: Tx, caller: Caller, input: RunInstancesRequest) => runInstances(tx, caller, input, 'x86_64'),
}

function run({ world }: Plan, input: Wanted, caller = CALLER) {
  const request: RunInstancesRequest = {
    ImageId: AMAZON_LINUX_2,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    ...input,
  }
  return world.write(ON_X86.runInstances, request, caller)
}

describe('runInstances', () => {
  let p: Plan
  beforeEach(async () => {
    p = await plan()
  })

  test('answers what DescribeInstances answers', () => {
    p.world.write(createKeyPair, { KeyName: 'me', KeyType: 'ed25519' })
    const reservation = run(p, { SubnetId: p.subnets.a, SecurityGroupIds: [p.groupId], KeyName: 'me' })
    expect(p.world.read(describeInstances, {}).Reservations).toEqual([reservation])
    expect(reservation.Instances).toMatchObject([
      {
        State: { Code: 0, Name: 'pending' },
        PrivateIpAddress: '10.0.1.4',
        PrivateDnsName: 'ip-10-0-1-4.ec2.internal',
        SubnetId: p.subnets.a,
        VpcId: p.vpcId,
        KeyName: 'me',
        Architecture: 'x86_64',
        RootDeviceName: '/dev/xvda',
        SecurityGroups: [{ GroupId: p.groupId, GroupName: 'web' }],
        Placement: { AvailabilityZone: 'us-east-1a', Tenancy: 'default' },
        CpuOptions: { CoreCount: 1, ThreadsPerCore: 2 },
        MetadataOptions: { HttpTokens: 'optional', HttpPutResponseHopLimit: 1, State: 'applied' },
        NetworkInterfaces: [
          {
            Attachment: { DeviceIndex: 0, DeleteOnTermination: true, Status: 'attached' },
            MacAddress: expect.stringMatching(/^02(:[0-9a-f]{2}){5}$/),
            Status: 'in-use',
          },
        ],
        BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { Status: 'attached', DeleteOnTermination: true } }],
      },
    ])
  })

  test('without a subnet it launches in a default subnet with the default group', () => {
    const [instance] = run(p, {}).Instances!
    expect(instance!.PrivateIpAddress).toBe('172.31.0.4')
    expect(instance!.SecurityGroups).toMatchObject([{ GroupName: 'default' }])
    expect(run(p, { Placement: { AvailabilityZone: 'us-east-1b' } }).Instances![0]!.PrivateIpAddress).toBe(
      '172.31.16.4',
    )
    expect(run(p, { SecurityGroups: ['default'] }).Instances![0]!.SecurityGroups).toEqual(instance!.SecurityGroups)
  })

  test('private names are what the launch asks for, else what its subnet has then', () => {
    const { a: SubnetId } = p.subnets
    const before = run(p, { SubnetId }).Instances![0]!
    const Value = true
    p.world.write(modifySubnetAttribute, { SubnetId, EnableResourceNameDnsARecordOnLaunch: { Value } })
    p.world.write(modifySubnetAttribute, { SubnetId, PrivateDnsHostnameTypeOnLaunch: 'resource-name' })
    const after = run(p, { SubnetId }).Instances![0]!
    const asked = run(p, { SubnetId, PrivateDnsNameOptions: { HostnameType: 'ip-name' } }).Instances![0]!
    const shown = [before, after, asked].map((one) => [
      one.PrivateDnsName?.startsWith('ip-'),
      one.PrivateDnsNameOptions?.HostnameType,
      one.PrivateDnsNameOptions?.EnableResourceNameDnsARecord,
    ])
    expect(shown).toEqual([
      [true, 'ip-name', false],
      [false, 'resource-name', true],
      [true, 'ip-name', true],
    ])
    expect(after.PrivateDnsName).toBe(`${after.InstanceId}.ec2.internal`)
  })

  test('an image that wants metadata tokens gives instances that do', () => {
    const [instance] = run(p, { ImageId: imageId('al2023') }).Instances!
    expect(instance!.MetadataOptions).toMatchObject({ HttpTokens: 'required', HttpPutResponseHopLimit: 2 })
  })

  test('a launch of many shares a reservation and counts up', () => {
    const { Instances: instances = [] } = run(p, { SubnetId: p.subnets.a, MinCount: 5, MaxCount: 5 })
    expect(instances.map((one) => one.AmiLaunchIndex)).toEqual([0, 1, 2, 3, 4])
    expect(instances.map((one) => one.PrivateIpAddress)).toEqual([4, 5, 6, 7, 8].map((host) => `10.0.1.${host}`))
    expect(p.world.read(describeInstances, {}).Reservations).toHaveLength(1)
  })

  test('launches as many as the subnet has addresses for, and none below MinCount', () => {
    const tooMany = { SubnetId: p.subnets.small, MinCount: 12, MaxCount: 20 }
    refusal(() => run(p, tooMany), 'InsufficientFreeAddressesInSubnet')
    expect(run(p, { ...tooMany, MinCount: 2 }).Instances).toHaveLength(11)
    refusal(() => run(p, { SubnetId: p.subnets.small }), 'InsufficientFreeAddressesInSubnet')
  })

  test('the same token again answers the same launch', () => {
    const asked = { SubnetId: p.subnets.a, ClientToken: 'once' }
    const first = run(p, asked)
    expect(run(p, asked)).toEqual(first)
    refusal(() => run(p, { ...asked, InstanceType: 't3.small' }), 'IdempotentParameterMismatch')
  })

  test('tags go to the instance, its volumes and its interfaces', () => {
    const tags = (type: 'instance' | 'volume' | 'network-interface') => ({
      ResourceType: type,
      Tags: [{ Key: 'Name', Value: type }],
    })
    run(p, { TagSpecifications: [tags('instance'), tags('volume'), tags('network-interface')] })
    const { instances, volumes, networkInterfaces } = p.world.store.records
    expect([...instances.all(), ...volumes.all(), ...networkInterfaces.all()].map((one) => one.tags)).toEqual([
      { Name: 'instance' },
      { Name: 'volume' },
      { Name: 'network-interface' },
    ])
  })

  test('block devices change the root and add volumes', () => {
    run(p, {
      ImageId: UBUNTU,
      BlockDeviceMappings: [
        { DeviceName: '/dev/sdb', Ebs: { VolumeSize: 20, VolumeType: 'gp3', Throughput: 250 } },
        { DeviceName: '/dev/sda1', Ebs: { VolumeSize: 30, DeleteOnTermination: false, Encrypted: true } },
      ],
    })
    expect([...p.world.store.records.volumes.all()]).toMatchObject([
      { device: '/dev/sda1', size: 30, volumeType: 'gp2', iops: 100, deleteOnTermination: false, encrypted: true },
      { device: '/dev/sdb', size: 20, volumeType: 'gp3', iops: 3000, throughput: 250, deleteOnTermination: false },
    ])
  })

  test('interfaces: several, an existing one, named and counted addresses', () => {
    const eni = p.world.write(createNetworkInterface, { SubnetId: p.subnets.small }).NetworkInterface!
    const [instance] = run(p, {
      InstanceType: 't3.small',
      NetworkInterfaces: [
        { DeviceIndex: 1, NetworkInterfaceId: eni.NetworkInterfaceId },
        {
          DeviceIndex: 0,
          SubnetId: p.subnets.a,
          Groups: [p.groupId],
          PrivateIpAddress: '10.0.1.20',
          SecondaryPrivateIpAddressCount: 2,
          Description: 'primary',
        },
      ],
    }).Instances!
    expect(instance!.NetworkInterfaces).toMatchObject([
      {
        Description: 'primary',
        PrivateIpAddresses: [
          { PrivateIpAddress: '10.0.1.20', Primary: true },
          { PrivateIpAddress: '10.0.1.4', Primary: false },
          { PrivateIpAddress: '10.0.1.5', Primary: false },
        ],
      },
      { NetworkInterfaceId: eni.NetworkInterfaceId, Attachment: { DeviceIndex: 1, DeleteOnTermination: false } },
    ])
  })

  const eniOf =
    (more: object) =>
    (plan: Plan): Wanted => ({
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: plan.subnets.a, ...more }],
    })
  test.each<[string, string, Wanted | ((plan: Plan) => Wanted)]>([
    ['an AMI id of AWS', 'InvalidAMIID.NotFound', { ImageId: 'ami-0abcdef1234567890' }],
    ['what is no AMI id', 'InvalidAMIID.Malformed', { ImageId: 'debian' }],
    ['no image', 'MissingParameter', { ImageId: undefined }],
    ['an unknown type', 'InvalidParameterValue', { InstanceType: 't9.micro' as 't3.micro' }],
    ['a type of another architecture', 'InvalidParameterValue', { InstanceType: 't4g.micro' }],
    ['MinCount 0', 'InvalidParameterValue', { MinCount: 0 }],
    ['MaxCount below MinCount', 'InvalidParameterValue', { MinCount: 3, MaxCount: 2 }],
    ['more than 1000 at once', 'InstanceLimitExceeded', { MinCount: 1001, MaxCount: 1001 }],
    ['an unknown subnet', 'InvalidSubnetID.NotFound', { SubnetId: 'subnet-0123456789abcdef0' }],
    ['an unknown group', 'InvalidGroup.NotFound', { SecurityGroupIds: ['sg-0123456789abcdef0'] }],
    [
      'a group of another VPC',
      'InvalidParameter',
      (q) => ({ SubnetId: q.subnets.a, SecurityGroupIds: [q.otherGroupId] }),
    ],
    [
      'a group name and a subnet',
      'InvalidParameterCombination',
      (q) => ({ SubnetId: q.subnets.a, SecurityGroups: ['web'] }),
    ],
    ['an unknown group name', 'InvalidGroup.NotFound', { SecurityGroups: ['web'] }],
    [
      'an address outside the subnet',
      'InvalidParameterValue',
      (q) => ({ SubnetId: q.subnets.a, PrivateIpAddress: '10.0.2.9' }),
    ],
    ['a reserved address', 'InvalidParameterValue', (q) => ({ SubnetId: q.subnets.a, PrivateIpAddress: '10.0.1.2' })],
    ['what is no address', 'InvalidParameterValue', (q) => ({ SubnetId: q.subnets.a, PrivateIpAddress: 'ten' })],
    [
      'one address for many',
      'InvalidParameterCombination',
      (q) => ({ SubnetId: q.subnets.a, PrivateIpAddress: '10.0.1.9', MaxCount: 2 }),
    ],
    [
      'a zone that is not the subnet’s',
      'InvalidParameterValue',
      (q) => ({ SubnetId: q.subnets.a, Placement: { AvailabilityZone: 'us-east-1b' } }),
    ],
    ['a zone without a default subnet', 'MissingInput', { Placement: { AvailabilityZone: 'us-east-1z' } }],
    ['an unknown key pair', 'InvalidKeyPair.NotFound', { KeyName: 'nobody' }],
    ['an unknown profile', 'InvalidParameterValue', { IamInstanceProfile: { Name: 'nobody' } }],
    ['a profile by name and ARN', 'InvalidParameterCombination', { IamInstanceProfile: { Name: 'a', Arn: 'b' } }],
    ['user data that is not base64', 'InvalidUserData.Malformed', { UserData: '#!/bin/sh' }],
    ['user data over 16 KiB', 'InvalidParameterValue', { UserData: Buffer.alloc(16_385).toString('base64') }],
    ['a hop limit of 65', 'InvalidParameterValue', { MetadataOptions: { HttpPutResponseHopLimit: 65 } }],
    [
      'credits for what is not burstable',
      'InvalidParameterCombination',
      { InstanceType: 'm5.large', CreditSpecification: { CpuCredits: 'unlimited' } },
    ],
    ['spot', 'UnsupportedOperation', { InstanceMarketOptions: { MarketType: 'spot' } }],
    [
      'a tag of another resource type',
      'InvalidParameterValue',
      { TagSpecifications: [{ ResourceType: 'vpc', Tags: [] }] },
    ],
    [
      'a root smaller than the image',
      'InvalidBlockDeviceMapping',
      { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 4 } }] },
    ],
    ['a volume without size', 'MissingParameter', { BlockDeviceMappings: [{ DeviceName: '/dev/sdb', Ebs: {} }] }],
    [
      'io1 without iops',
      'MissingParameter',
      { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeType: 'io1' } }] },
    ],
    [
      'throughput on gp2',
      'InvalidParameterCombination',
      { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeType: 'gp2', Throughput: 200 } }] },
    ],
    [
      'a device twice',
      'InvalidBlockDeviceMapping',
      {
        BlockDeviceMappings: [
          { DeviceName: '/dev/sdb', Ebs: { VolumeSize: 1 } },
          { DeviceName: '/dev/sdb', Ebs: { VolumeSize: 1 } },
        ],
      },
    ],
    ['interfaces and a subnet', 'InvalidParameterCombination', (q) => ({ ...eniOf({})(q), SubnetId: q.subnets.a })],
    [
      'interfaces and groups',
      'InvalidParameterCombination',
      (q) => ({ ...eniOf({})(q), SecurityGroupIds: [q.groupId] }),
    ],
    ['no device index 0', 'InvalidParameterCombination', eniOf({ DeviceIndex: 1 })],
    ['no device index at all', 'MissingParameter', eniOf({ DeviceIndex: undefined })],
    [
      'a device index twice',
      'InvalidParameterValue',
      (q) => ({ NetworkInterfaces: [...eniOf({})(q).NetworkInterfaces!, ...eniOf({})(q).NetworkInterfaces!] }),
    ],
    [
      'interfaces in two zones',
      'InvalidParameterValue',
      (q) => ({
        NetworkInterfaces: [
          { DeviceIndex: 0, SubnetId: q.subnets.a },
          { DeviceIndex: 1, SubnetId: q.subnets.b },
        ],
      }),
    ],
    [
      'interfaces in two VPCs',
      'InvalidParameterValue',
      (q) => ({
        NetworkInterfaces: [
          { DeviceIndex: 0, SubnetId: q.subnets.a },
          { DeviceIndex: 1, SubnetId: q.subnets.other },
        ],
      }),
    ],
    [
      'more interfaces than the type has',
      'AttachmentLimitExceeded',
      (q) => ({ NetworkInterfaces: [0, 1, 2].map((DeviceIndex) => ({ DeviceIndex, SubnetId: q.subnets.a })) }),
    ],
    ['more addresses than the type has', 'PrivateIpAddressLimitExceeded', eniOf({ SecondaryPrivateIpAddressCount: 2 })],
    ['an IPv6 address of a subnet without a block', 'InvalidParameterValue', eniOf({ Ipv6AddressCount: 1 })],
    [
      'two primary addresses',
      'InvalidParameterCombination',
      eniOf({ PrivateIpAddress: '10.0.1.9', PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: '10.0.1.10' }] }),
    ],
    [
      'an unknown interface',
      'InvalidNetworkInterfaceID.NotFound',
      { NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: 'eni-0123456789abcdef0' }] },
    ],
    [
      'an existing interface with a subnet',
      'InvalidParameterCombination',
      eniOf({ NetworkInterfaceId: 'eni-0123456789abcdef0' }),
    ],
  ])('refuses %s with %s and changes nothing', (_, code, input) => {
    run(p, {})
    const before = contents(p.world.store)
    refusal(() => run(p, typeof input === 'function' ? input(p) : input), code)
    expect(contents(p.world.store)).toEqual(before)
  })

  test('refuses an address in use and an interface in use', () => {
    const [first] = run(p, { SubnetId: p.subnets.a, PrivateIpAddress: '10.0.1.50' }).Instances!
    const again = { SubnetId: p.subnets.a, PrivateIpAddress: '10.0.1.50' }
    expect(refusal(() => run(p, again), 'InvalidIPAddress.InUse')).toBe('Address 10.0.1.50 is in use.')
    const { NetworkInterfaceId } = first!.NetworkInterfaces![0]!
    const taken = { NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId }] }
    refusal(() => run(p, taken), 'InvalidNetworkInterface.InUse')
  })

  test("another account's subnet does not exist", () => {
    refusal(() => run(p, { SubnetId: p.subnets.a }, STRANGER), 'InvalidSubnetID.NotFound')
  })

  test('addresses never clash, and every instance has the interfaces it asked for', async () => {
    const launch = fc.record({
      subnet: fc.constantFrom<'a' | 'small'>('a', 'small'),
      count: fc.integer({ min: 1, max: 4 }),
      interfaces: fc.integer({ min: 1, max: 3 }),
      secondary: fc.integer({ min: 0, max: 3 }),
      fixed: fc.option(fc.integer({ min: 4, max: 14 }), { nil: undefined }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(launch, { maxLength: 12 }), async (launches) => {
        const q = await plan()
        for (const one of launches) {
          const host = one.subnet === 'a' ? `10.0.1.${one.fixed}` : `10.0.2.${one.fixed}`
          const fixed = one.fixed !== undefined && one.count === 1 ? { PrivateIpAddress: host } : {}
          const NetworkInterfaces = Array.from({ length: one.interfaces }, (_, DeviceIndex) => ({
            DeviceIndex,
            SubnetId: q.subnets[one.subnet],
            SecondaryPrivateIpAddressCount: one.secondary,
            ...(DeviceIndex === 0 ? fixed : {}),
          }))
          try {
            run(q, { InstanceType: 't3.small', MinCount: one.count, MaxCount: one.count, NetworkInterfaces })
          } catch (error) {
            expect(error).toMatchObject({ code: expect.stringMatching(/InsufficientFree|InvalidIPAddress.InUse/) })
            continue
          }
          const last = [...q.world.store.records.instances.all()].slice(-one.count)
          for (const { id } of last) {
            const own = [...q.world.store.records.networkInterfaces.all()].filter(
              (eni) => eni.attachment?.instanceId === id,
            )
            expect(own.map((eni) => eni.privateAddresses.length)).toEqual(Array(one.interfaces).fill(1 + one.secondary))
          }
        }
        const enis = [...q.world.store.records.networkInterfaces.all()]
        const addresses = enis.flatMap((eni) => eni.privateAddresses)
        expect(new Set(addresses).size).toBe(addresses.length)
        for (const field of ['backboneAddress', 'macAddress'] as const) {
          expect(new Set(enis.map((eni) => eni[field])).size).toBe(enis.length)
        }
      }),
      { numRuns: 40 },
    )
  })

  test('a thousand instances, in one call and in a thousand', async () => {
    const big = p.world.write(createSubnet, { VpcId: p.vpcId, CidrBlock: '10.0.16.0/20' }).Subnet!.SubnetId!
    expect(run(p, { SubnetId: big, MinCount: 1000, MaxCount: 1000 }).Instances).toHaveLength(1000)
    for (let call = 0; call < 1000; call++) run(p, { SubnetId: big })
    expect(p.world.store.records.networkInterfaces.where('subnetId', big as `subnet-${string}`)).toHaveLength(2000)
  })
})
