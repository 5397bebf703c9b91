// Addresses: VPC 10.0.0.0/16 with the subnet 10.0.1.0/24.

import type { RunInstancesRequest } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { ec2Questions } from '../../../api/operations/ec2-authorisation.ts'
import { hostImages } from '../../../catalogue/images.ts'
import { describeInstances } from '../instance/instance.ts'
import { terminateInstances } from '../instance/instance-state.ts'
import { runInstances } from '../instance/run-instances.ts'
import {
  createPlacementGroup,
  deletePlacementGroup,
  describePlacementGroups,
} from '../placement-group/placement-group.ts'
import { CALLER, openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { createSubnet } from '../vpc/subnet.ts'
import { createVpc } from '../vpc/vpc.ts'
import {
  createLaunchTemplate,
  deleteLaunchTemplate,
  describeLaunchTemplates,
  modifyLaunchTemplate,
} from './launch-template.ts'
import { getLaunchTemplateData } from './launch-template-data.ts'
import {
  createLaunchTemplateVersion,
  deleteLaunchTemplateVersions,
  describeLaunchTemplateVersions,
} from './launch-template-version.ts'

const ImageId = hostImages('us-east-1', 'x86_64').find((one) => one.name.startsWith('amzn2-ami-hvm'))!.id
let world: World
let subnet: string

beforeEach(async () => {
  world = await openWorld()
  const VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc!.VpcId!
  subnet = world.write(createSubnet, { VpcId, CidrBlock: '10.0.1.0/24' }).Subnet!.SubnetId!
})

function template(LaunchTemplateData = {}, LaunchTemplateName = 'web') {
  return world.write(createLaunchTemplate, { LaunchTemplateName, LaunchTemplateData }).LaunchTemplate!
}

function run(input: Partial<RunInstancesRequest>) {
  const request = { MinCount: 1, MaxCount: 1, ...input }
  const launch = (tx: Parameters<typeof runInstances>[0], who: typeof CALLER, asked: RunInstancesRequest) =>
    runInstances(tx, who, asked, 'x86_64')
  return world.write(launch, request).Instances![0]!
}

describe('launch templates', () => {
  test('are described as they were made, with versions by number, $Latest and $Default', () => {
    const made = template({ ImageId, UserData: '' })
    const LaunchTemplateId = made.LaunchTemplateId!
    expect(made).toMatchObject({ LaunchTemplateName: 'web', DefaultVersionNumber: 1, LatestVersionNumber: 1 })
    const second = {
      LaunchTemplateId,
      SourceVersion: '1',
      LaunchTemplateData: { KeyName: 'k' },
      VersionDescription: 'v2',
    }
    expect(world.write(createLaunchTemplateVersion, second).LaunchTemplateVersion).toMatchObject({
      VersionNumber: 2,
      VersionDescription: 'v2',
      DefaultVersion: false,
      LaunchTemplateData: { ImageId, KeyName: 'k' },
    })
    const versions = (more: object) =>
      world.read(describeLaunchTemplateVersions, more).LaunchTemplateVersions!.map((one) => one.VersionNumber)
    expect(versions({ LaunchTemplateId })).toEqual([1, 2])
    expect(versions({ LaunchTemplateName: 'web', Versions: ['$Latest', '$Default'] })).toEqual([2, 1])
    expect(versions({ LaunchTemplateName: 'web', MinVersion: '2' })).toEqual([2])
    expect(versions({ Versions: ['$Latest'] })).toEqual([2])
    expect(versions({ LaunchTemplateId, Filters: [{ Name: 'is-default-version', Values: ['true'] }] })).toEqual([1])
    world.write(modifyLaunchTemplate, { LaunchTemplateId, DefaultVersion: '2' })
    expect(world.read(describeLaunchTemplates, {}).LaunchTemplates).toMatchObject([{ DefaultVersionNumber: 2 }])
  })

  test('the default version stays, others go, and a number is not given again', () => {
    const LaunchTemplateId = template({ ImageId }).LaunchTemplateId!
    const version = { LaunchTemplateId, LaunchTemplateData: { ImageId } }
    world.write(createLaunchTemplateVersion, version)
    const { SuccessfullyDeletedLaunchTemplateVersions: gone, UnsuccessfullyDeletedLaunchTemplateVersions: kept } =
      world.write(deleteLaunchTemplateVersions, { LaunchTemplateId, Versions: ['1', '2', '7'] })
    expect(gone).toMatchObject([{ VersionNumber: 2 }])
    expect(kept).toMatchObject([
      { VersionNumber: 1, ResponseError: { Code: 'unexpectedError' } },
      { VersionNumber: 7, ResponseError: { Code: 'launchTemplateVersionDoesNotExist' } },
    ])
    expect(world.write(createLaunchTemplateVersion, version).LaunchTemplateVersion!.VersionNumber).toBe(3)
    world.write(deleteLaunchTemplate, { LaunchTemplateName: 'web' })
    expect([...world.store.records.launchTemplateVersions.all()]).toEqual([])
  })

  test('the same token again answers the same template', () => {
    const asked = { LaunchTemplateName: 'once', LaunchTemplateData: { ImageId }, ClientToken: 't' }
    const first = world.write(createLaunchTemplate, asked)
    expect(world.write(createLaunchTemplate, asked)).toEqual(first)
  })

  const unknown = 'lt-0123456789abcdef0'
  test.each<[string, string, () => unknown]>([
    ['a name that is taken', 'InvalidLaunchTemplateName.AlreadyExistsException', () => [template(), template()]],
    ['a name too short', 'InvalidLaunchTemplateName.MalformedException', () => template({}, 'ab')],
    [
      'no parameters',
      'MissingParameter',
      () => world.write(createLaunchTemplate, { LaunchTemplateName: 'abc', LaunchTemplateData: undefined }),
    ],
    ['user data that is not base64', 'InvalidUserData.Malformed', () => template({ UserData: '#!/bin/sh' })],
    [
      'an unknown id',
      'InvalidLaunchTemplateId.NotFound',
      () => world.write(deleteLaunchTemplate, { LaunchTemplateId: unknown }),
    ],
    [
      'a malformed id',
      'InvalidLaunchTemplateId.Malformed',
      () => world.write(deleteLaunchTemplate, { LaunchTemplateId: 'web' }),
    ],
    [
      'an unknown name',
      'InvalidLaunchTemplateName.NotFoundException',
      () => world.read(describeLaunchTemplates, { LaunchTemplateNames: ['x'] }),
    ],
    [
      'another’s',
      'InvalidLaunchTemplateName.NotFoundException',
      () => [template(), world.read(describeLaunchTemplates, { LaunchTemplateNames: ['web'] }, STRANGER)],
    ],
    [
      'id and name',
      'InvalidParameterCombination',
      () => world.write(deleteLaunchTemplate, { LaunchTemplateId: unknown, LaunchTemplateName: 'x' }),
    ],
    ['neither', 'MissingParameter', () => world.write(deleteLaunchTemplate, {})],
    [
      'an unknown version',
      'InvalidLaunchTemplateId.VersionNotFound',
      () => [template(), world.write(modifyLaunchTemplate, { LaunchTemplateName: 'web', DefaultVersion: '2' })],
    ],
    [
      'no version',
      'InvalidParameterValue',
      () => [template(), world.write(modifyLaunchTemplate, { LaunchTemplateName: 'web', DefaultVersion: 'new' })],
    ],
    [
      'a launch with an unknown one',
      'InvalidLaunchTemplateName.NotFoundException',
      () => run({ LaunchTemplate: { LaunchTemplateName: 'x' } }),
    ],
    [
      'a launch that asks by the template for what is not served',
      'UnsupportedOperation',
      () => [
        template({ ImageId, InstanceMarketOptions: { MarketType: 'spot' } }),
        run({ LaunchTemplate: { LaunchTemplateName: 'web' } }),
      ],
    ],
    [
      'a launch that says a subnet beside the template’s interfaces',
      'InvalidParameterCombination',
      () => [
        template({ ImageId, NetworkInterfaces: [{ DeviceIndex: 0 }] }),
        run({ LaunchTemplate: { LaunchTemplateName: 'web' }, SubnetId: subnet }),
      ],
    ],
  ])('%s is refused', (_name, code, call) => {
    refusal(call, code)
  })
})

describe('runInstances with a launch template', () => {
  test('the call wins, tags are joined by key, volumes by device, and the instance says its template', () => {
    const made = template({
      ImageId,
      InstanceType: 't3.micro',
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: subnet, Description: 'of the template' }],
      MetadataOptions: { HttpTokens: 'required', InstanceMetadataTags: 'enabled' },
      BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { VolumeSize: 5 } }],
      TagSpecifications: [
        {
          ResourceType: 'instance',
          Tags: [
            { Key: 'a', Value: '1' },
            { Key: 'b', Value: '1' },
          ],
        },
      ],
    })
    const instance = run({
      LaunchTemplate: { LaunchTemplateId: made.LaunchTemplateId, Version: '$Latest' },
      InstanceType: 't3.small',
      MetadataOptions: { HttpTokens: 'optional' },
      BlockDeviceMappings: [{ DeviceName: '/dev/sdg', Ebs: { VolumeSize: 6 } }],
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'b', Value: '2' }] }],
    })
    expect(instance).toMatchObject({
      InstanceType: 't3.small',
      SubnetId: subnet,
      MetadataOptions: { HttpTokens: 'optional', InstanceMetadataTags: 'enabled' },
      NetworkInterfaces: [{ Description: 'of the template' }],
    })
    expect(instance.BlockDeviceMappings!.map((one) => one.DeviceName)).toEqual(['/dev/xvda', '/dev/sdf', '/dev/sdg'])
    expect([...world.store.records.instances.all()][0]!.tags).toEqual({
      a: '1',
      b: '2',
      'aws:ec2launchtemplate:id': made.LaunchTemplateId,
      'aws:ec2launchtemplate:version': '1',
    })
    const { LaunchTemplateData: same } = world.read(getLaunchTemplateData, { InstanceId: instance.InstanceId })
    const again = { ImageId: same!.ImageId, NetworkInterfaces: [...same!.NetworkInterfaces!] }
    expect(same!.BlockDeviceMappings).toHaveLength(3)
    world.write(createLaunchTemplate, { LaunchTemplateName: 'again', LaunchTemplateData: again })
    expect(run({ LaunchTemplate: { LaunchTemplateName: 'again' } })).toMatchObject({ SubnetId: subnet })
  })

  test('an interface of the call takes the place of the template’s with its index', () => {
    template({
      ImageId,
      InstanceType: 't3.small',
      NetworkInterfaces: [{ DeviceIndex: 0 }, { DeviceIndex: 1, SubnetId: subnet }],
    })
    const NetworkInterfaces = [{ DeviceIndex: 0, SubnetId: subnet, Description: 'own' }]
    const { NetworkInterfaces: shown } = run({ LaunchTemplate: { LaunchTemplateName: 'web' }, NetworkInterfaces })
    expect(shown!.map((one) => [one.Attachment!.DeviceIndex, one.Description])).toEqual([
      [0, 'own'],
      [1, ''],
    ])
  })

  test('policies are asked about what the template adds, and told that it was the template', () => {
    const { LaunchTemplateId } = template({ ImageId, SubnetId: subnet, InstanceType: 't3.micro' })
    const principal = {
      kind: 'user',
      account: CALLER.account,
      arn: '',
      userId: '',
      userName: 'kim',
      tags: {},
      identityPolicies: [],
    } as const
    const asked = ec2Questions(world.store.records, {
      ...CALLER,
      principal,
      operation: 'RunInstances',
      input: { LaunchTemplate: { LaunchTemplateName: 'web' }, ImageId: 'ami-01' },
      connection: { kind: 'public' },
    } as never)
    const of = (suffix: string) => asked.find((one) => one.resource.endsWith(suffix))
    const arn = `arn:aws:ec2:us-east-1:123456789012:launch-template/${LaunchTemplateId}`
    expect(of(subnet)!.keys).toMatchObject({ 'ec2:launchtemplate': arn, 'ec2:islaunchtemplateresource': 'true' })
    expect(of('image/ami-01')!.keys).toMatchObject({ 'ec2:islaunchtemplateresource': 'false' })
    expect(of('instance/*')!.keys).toMatchObject({ 'ec2:instancetype': 't3.micro' })
    expect(of(LaunchTemplateId!)).toBeDefined()
  })
})

describe('placement groups', () => {
  test('are made, hold instances, and go when these are gone', () => {
    const group = world.write(createPlacementGroup, { GroupName: 'rows', Strategy: 'partition', PartitionCount: 3 })
    expect(group.PlacementGroup).toMatchObject({ State: 'available', PartitionCount: 3 })
    const instance = run({ ImageId, SubnetId: subnet, Placement: { GroupName: 'rows', PartitionNumber: 2 } })
    expect(instance.Placement).toMatchObject({ GroupName: 'rows', PartitionNumber: 2 })
    const Filters = [{ Name: 'placement-group-name', Values: ['rows'] }]
    expect(world.read(describeInstances, { Filters }).Reservations).toHaveLength(1)
    refusal(() => world.write(deletePlacementGroup, { GroupName: 'rows' }), 'InvalidPlacementGroup.InUse')
    world.write(terminateInstances, { InstanceIds: [instance.InstanceId!] })
    world.store.transact((tx) => tx.instances.update(instance.InstanceId!, { state: 'terminated' }))
    world.write(deletePlacementGroup, { GroupName: 'rows' })
    expect(world.read(describePlacementGroups, {}).PlacementGroups).toEqual([])
  })

  test.each<[string, string, () => unknown]>([
    ['an unknown group', 'InvalidPlacementGroup.Unknown', () => run({ ImageId, Placement: { GroupName: 'x' } })],
    ['a partition of none', 'InvalidParameterCombination', () => run({ ImageId, Placement: { PartitionNumber: 1 } })],
    ['no strategy', 'MissingParameter', () => world.write(createPlacementGroup, { GroupName: 'x' })],
    [
      'partitions of a cluster',
      'InvalidParameterCombination',
      () => world.write(createPlacementGroup, { GroupName: 'x', Strategy: 'cluster', PartitionCount: 2 }),
    ],
    [
      'an unknown group in Describe',
      'InvalidPlacementGroup.Unknown',
      () => world.read(describePlacementGroups, { GroupNames: ['x'] }),
    ],
  ])('%s is refused', (_name, code, call) => {
    refusal(call, code)
  })
})
