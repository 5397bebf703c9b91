// Addresses: the default VPC, 172.31.0.0/16; 172.31.0.0/20 is us-east-1a, 172.31.16.0/20 us-east-1b.

import type { ModifyInstanceAttributeRequest } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { hostImages } from '../../../catalogue/images.ts'
import type { InstanceId } from '../../../store/records.ts'
import { CALLER, openWorld, refusal, type World } from '../request/testing.ts'
import { describeInstanceCreditSpecifications, modifyInstanceCreditSpecification } from './credit-specification.ts'
import { describeInstances } from './instance.ts'
import { describeInstanceAttribute, modifyInstanceAttribute } from './instance-attribute.ts'
import { getConsoleOutput, getInstanceUefiData, getPasswordData } from './instance-console.ts'
import { monitorInstances, unmonitorInstances } from './instance-monitoring.ts'
import {
  associateIamInstanceProfile,
  describeIamInstanceProfileAssociations,
  disassociateIamInstanceProfile,
  replaceIamInstanceProfileAssociation,
} from './instance-profile-association.ts'
import { instanceProfileAuthorisations } from './instance-profile-authorisation.ts'
import { describeInstanceTypeOfferings, describeInstanceTypes } from './instance-type.ts'
import { modifyInstanceMetadataOptions } from './metadata-options.ts'
import { modifyPrivateDnsNameOptions } from './private-dns-name-options.ts'
import { runInstances } from './run-instances.ts'
import { describeVolumeAttribute, describeVolumeStatus, describeVolumes } from './volume.ts'

const [IMAGE] = hostImages('us-east-1', 'x86_64')

let world: World
let id: InstanceId

beforeEach(async () => {
  world = await openWorld()
  id = launch({ ClientToken: 'once' })
})

function launch(more = {}): InstanceId {
  const request = { ImageId: IMAGE!.id, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, ...more } as const
  const made = world.write((tx, caller, input: typeof request) => runInstances(tx, caller, input, 'x86_64'), request)
  return made.Instances![0]!.InstanceId as InstanceId
}

function putProfile(name: string, path = '/'): string {
  const profile = { id: `AIPA${name}`, owner: CALLER.account, name, path, tags: {}, createdAt: '', roleName: 'reader' }
  world.store.transact((tx) => tx.instanceProfiles.insert(profile))
  return `arn:aws:iam::${CALLER.account}:instance-profile${path}${name}`
}

describe('describeInstances', () => {
  test.each([
    ['instance-state-name', 'pending', true],
    ['instance-state-name', 'running', false],
    ['instance-type', 't3.*', true],
    ['vpc-id', 'vpc-*', true],
    ['private-ip-address', '172.31.0.4', true],
    ['network-interface.addresses.private-ip-address', '172.31.0.4', true],
    ['network-interface.attachment.device-index', '0', true],
    ['availability-zone', 'us-east-1b', false],
    ['tag:Name', 'web', true],
    ['tag-key', 'Role', false],
    ['instance.group-name', 'default', true],
    ['private-dns-name', 'ip-172-31-0-4.ec2.internal', true],
    ['metadata-options.http-tokens', 'optional', true],
    ['client-token', 'once', true],
    ['client-token', '', false],
  ])('filter %s=%s', (Name, value, isShown) => {
    const tagged = launch({ TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'web' }] }] })
    world.store.transact((tx) => tx.instances.update(id, { tags: tx.instances.get(tagged)!.tags }))
    const shown = world.read(describeInstances, { Filters: [{ Name, Values: [value] }] }).Reservations ?? []
    expect(shown.flatMap((one) => one.Instances?.map((instance) => instance.InstanceId)).includes(id)).toBe(isShown)
  })

  test('the client token of the launch is shown, and an empty one without', () => {
    const shown = (one: InstanceId) =>
      world.read(describeInstances, { InstanceIds: [one] }).Reservations?.[0]?.Instances?.[0]?.ClientToken
    expect([shown(id), shown(launch())]).toEqual(['once', ''])
  })

  test('an unknown filter is refused', () => {
    const filters = { Filters: [{ Name: 'colour', Values: ['red'] }] }
    refusal(() => world.read(describeInstances, filters), 'InvalidParameterValue')
  })

  test('pages', () => {
    for (let more = 0; more < 6; more++) launch()
    const first = world.read(describeInstances, { MaxResults: 5 })
    const second = world.read(describeInstances, { MaxResults: 5, NextToken: first.NextToken })
    expect([first.Reservations?.length, second.Reservations?.length, second.NextToken]).toEqual([5, 2, undefined])
    const both = { MaxResults: 5, InstanceIds: [id] }
    refusal(() => world.read(describeInstances, both), 'InvalidParameterCombination')
  })
})

describe('attributes', () => {
  const read = (Attribute: 'userData' | 'instanceType' | 'groupSet' | 'blockDeviceMapping' | 'disableApiStop') =>
    world.read(describeInstanceAttribute, { InstanceId: id, Attribute })
  const modify = (change: Omit<ModifyInstanceAttributeRequest, 'InstanceId'>) =>
    world.write(modifyInstanceAttribute, { InstanceId: id, ...change })
  const stop = () => world.store.transact((tx) => tx.instances.update(id, { state: 'stopped' }))

  test('describeInstanceAttribute shows the one asked for', () => {
    expect(read('userData')).toEqual({ InstanceId: id, UserData: {} })
    expect(read('instanceType')).toEqual({ InstanceId: id, InstanceType: { Value: 't3.micro' } })
    expect(read('disableApiStop')).toEqual({ InstanceId: id, DisableApiStop: { Value: false } })
    expect(read('groupSet').Groups).toMatchObject([{ GroupName: 'default' }])
    expect(read('blockDeviceMapping').BlockDeviceMappings).toHaveLength(1)
  })

  test('user data and the type change while stopped only', () => {
    const Value = Buffer.from('#!/bin/sh\n')
    refusal(() => modify({ UserData: { Value } }), 'IncorrectInstanceState')
    refusal(() => modify({ InstanceType: { Value: 't3.small' } }), 'IncorrectInstanceState')
    stop()
    modify({ UserData: { Value } })
    modify({ InstanceType: { Value: 'm5.large' } })
    expect(read('userData').UserData).toEqual({ Value: Value.toString('base64') })
    expect(world.store.records.instances.get(id)).toMatchObject({ instanceType: 'm5.large' })
    expect(world.store.records.instances.get(id)!.creditSpecification).toBeUndefined()
  })

  test('the old spelling, by name and value', () => {
    modify({ Attribute: 'disableApiStop', Value: 'true' })
    expect(read('disableApiStop')).toMatchObject({ DisableApiStop: { Value: true } })
  })

  test('source/destination check and groups are the only interface’s', () => {
    modify({ SourceDestCheck: { Value: false } })
    const [eni] = [...world.store.records.networkInterfaces.all()]
    expect(eni!.sourceDestCheck).toBe(false)
    refusal(() => modify({ Groups: ['sg-0123456789abcdef0'] }), 'InvalidGroup.NotFound')
  })

  test('a volume can be made to stay', () => {
    modify({ BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { DeleteOnTermination: false } }] })
    expect([...world.store.records.volumes.all()]).toMatchObject([{ deleteOnTermination: false }])
    const other = [{ DeviceName: '/dev/sdz', Ebs: { DeleteOnTermination: false } }]
    refusal(() => modify({ BlockDeviceMappings: other }), 'InvalidInstanceAttributeValue')
  })

  test.each<[string, string, Omit<ModifyInstanceAttributeRequest, 'InstanceId'>]>([
    ['nothing', 'MissingParameter', {}],
    [
      'two attributes',
      'InvalidParameterCombination',
      { DisableApiStop: { Value: true }, DisableApiTermination: { Value: true } },
    ],
    [
      'an unknown shutdown behavior',
      'InvalidParameterValue',
      { InstanceInitiatedShutdownBehavior: { Value: 'sleep' } },
    ],
    ['an unknown type', 'InvalidInstanceAttributeValue', { InstanceType: { Value: 't9.micro' } }],
    ['a type of another architecture', 'InvalidParameterCombination', { InstanceType: { Value: 't4g.micro' } }],
  ])('modifyInstanceAttribute refuses %s', (_, code, change) => {
    stop()
    refusal(() => modify(change), code)
  })

  test('modifyInstanceMetadataOptions sets what is sent and keeps the rest', () => {
    const asked = { InstanceId: id, HttpTokens: 'required', HttpPutResponseHopLimit: 3 } as const
    expect(world.write(modifyInstanceMetadataOptions, asked).InstanceMetadataOptions).toEqual({
      State: 'pending',
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 3,
      HttpEndpoint: 'enabled',
      HttpProtocolIpv6: 'disabled',
      InstanceMetadataTags: 'disabled',
    })
    const bad = { InstanceId: id, HttpPutResponseHopLimit: 0 }
    refusal(() => world.write(modifyInstanceMetadataOptions, bad), 'InvalidParameterValue')
  })
})

test('monitorInstances and unmonitorInstances', () => {
  const InstanceIds = [id]
  const shown = () => world.read(describeInstances, { InstanceIds }).Reservations![0]!.Instances![0]!.Monitoring
  const answer = world.write(monitorInstances, { InstanceIds })
  expect(answer.InstanceMonitorings).toEqual([{ InstanceId: id, Monitoring: { State: 'pending' } }])
  expect(shown()).toEqual({ State: 'enabled' })
  world.write(unmonitorInstances, { InstanceIds })
  expect(shown()).toEqual({ State: 'disabled' })
})

describe('credits', () => {
  test('T3 spends without limit by default, T2 does not, others have none', () => {
    const t2 = launch({ InstanceType: 't2.micro' })
    const m5 = launch({ InstanceType: 'm5.large' })
    const creditsOf = (...InstanceIds: string[]) =>
      world.read(describeInstanceCreditSpecifications, { InstanceIds }).InstanceCreditSpecifications
    expect(creditsOf(id, t2)).toEqual([
      { InstanceId: id, CpuCredits: 'unlimited' },
      { InstanceId: t2, CpuCredits: 'standard' },
    ])
    expect(creditsOf()).toEqual([{ InstanceId: id, CpuCredits: 'unlimited' }])
    refusal(() => creditsOf(m5), 'InvalidParameterValue')
    const asked = [
      { InstanceId: t2, CpuCredits: 'unlimited' },
      { InstanceId: m5, CpuCredits: 'unlimited' },
    ]
    const answer = world.write(modifyInstanceCreditSpecification, { InstanceCreditSpecifications: asked })
    expect(answer.SuccessfulInstanceCreditSpecifications).toEqual([{ InstanceId: t2 }])
    expect(answer.UnsuccessfulInstanceCreditSpecifications).toMatchObject([{ InstanceId: m5 }])
    expect(creditsOf(t2)).toEqual([{ InstanceId: t2, CpuCredits: 'unlimited' }])
  })
})

describe('instance profiles', () => {
  const associations = () => world.read(describeIamInstanceProfileAssociations, {}).IamInstanceProfileAssociations!

  test('a launch takes one by name or by ARN', () => {
    const Arn = putProfile('readers', '/team/')
    for (const IamInstanceProfile of [{ Name: 'readers' }, { Arn }]) {
      const InstanceIds = [launch({ IamInstanceProfile })]
      const [instance] = world.read(describeInstances, { InstanceIds }).Reservations![0]!.Instances!
      expect(instance!.IamInstanceProfile).toEqual({ Arn, Id: 'AIPAreaders' })
    }
    refusal(() => launch({ IamInstanceProfile: { Arn: Arn.replace('/team', '') } }), 'InvalidParameterValue')
  })

  test('associate, replace, disassociate', () => {
    putProfile('readers')
    const writers = putProfile('writers')
    const asked = { InstanceId: id, IamInstanceProfile: { Name: 'readers' } }
    const made = world.write(associateIamInstanceProfile, asked).IamInstanceProfileAssociation!
    expect(made).toMatchObject({ InstanceId: id, State: 'associating' })
    expect(associations()).toMatchObject([{ AssociationId: made.AssociationId, State: 'associated' }])
    refusal(() => world.write(associateIamInstanceProfile, asked), 'IncorrectState')
    const IamInstanceProfile = { Name: 'writers' }
    world.write(replaceIamInstanceProfileAssociation, { AssociationId: made.AssociationId, IamInstanceProfile })
    const [replaced] = associations()
    expect(replaced).toMatchObject({ IamInstanceProfile: { Arn: writers } })
    expect(replaced!.AssociationId).not.toBe(made.AssociationId)
    const gone = world.write(disassociateIamInstanceProfile, { AssociationId: replaced!.AssociationId })
    expect(gone.IamInstanceProfileAssociation).toMatchObject({ State: 'disassociating' })
    expect(associations()).toEqual([])
    const again = { AssociationId: replaced!.AssociationId }
    refusal(() => world.write(disassociateIamInstanceProfile, again), 'InvalidAssociationID.NotFound')
  })

  test('giving one asks for iam:PassRole on its role', () => {
    putProfile('readers')
    const entity = { owner: CALLER.account, path: '/', tags: {}, createdAt: '', inlinePolicies: {} }
    const role = { ...entity, id: 'AROA1', name: 'reader', attachedPolicyArns: [], assumeRolePolicyDocument: '{}' }
    world.store.transact((tx) => tx.iamRoles.insert({ ...role, maxSessionDuration: 3600 }))
    const ask = (input: object) => instanceProfileAuthorisations(world.store.records, CALLER.account, input)
    expect(ask({})).toEqual([])
    expect(ask({ IamInstanceProfile: { Name: 'readers' } })).toMatchObject([
      { action: 'iam:PassRole', resource: `arn:aws:iam::${CALLER.account}:role/reader` },
    ])
  })
})

describe('console', () => {
  test('getConsoleOutput is base64 of what the sandbox wrote, the last 64 KiB', () => {
    const read = (text: string | undefined) =>
      getConsoleOutput(world.store.records, CALLER, { InstanceId: id }, () => text).Output
    expect(read('hello\n')).toBe(Buffer.from('hello\n').toString('base64'))
    expect(read(undefined)).toBeUndefined()
    expect(Buffer.from(read(`${'x'.repeat(70_000)}end`) ?? '', 'base64').toString()).toMatch(/^x{65533}end$/)
  })

  test('getPasswordData is empty, since only Windows has one', () => {
    expect(world.read(getPasswordData, { InstanceId: id })).toMatchObject({ InstanceId: id, PasswordData: '' })
    refusal(() => world.read(getPasswordData, { InstanceId: 'i-0123456789abcdef0' }), 'InvalidInstanceID.NotFound')
  })

  test('getInstanceUefiData has no variables', () => {
    expect(world.read(getInstanceUefiData, { InstanceId: id })).toEqual({ InstanceId: id, UefiData: '' })
    refusal(() => world.read(getInstanceUefiData, { InstanceId: 'i-0123456789abcdef0' }), 'InvalidInstanceID.NotFound')
  })
})

describe('instance types', () => {
  test('describeInstanceTypes by name, by filter, in pages', () => {
    const [type] = world.read(describeInstanceTypes, { InstanceTypes: ['t3.micro'] }).InstanceTypes!
    expect(type).toMatchObject({
      InstanceType: 't3.micro',
      BurstablePerformanceSupported: true,
      VCpuInfo: { DefaultVCpus: 2, DefaultCores: 1, DefaultThreadsPerCore: 2 },
      MemoryInfo: { SizeInMiB: 1024 },
      NetworkInfo: { MaximumNetworkInterfaces: 2, Ipv4AddressesPerInterface: 2 },
    })
    const filters = { Filters: [{ Name: 'instance-type', Values: ['t4g.*'] }] }
    expect(world.read(describeInstanceTypes, filters).InstanceTypes).toHaveLength(7)
    expect(world.read(describeInstanceTypes, { MaxResults: 5 }).NextToken).toBeDefined()
    refusal(
      () => world.read(describeInstanceTypes, { InstanceTypes: ['t9.micro' as 't3.micro'] }),
      'InvalidInstanceType',
    )
  })

  test('describeInstanceTypeOfferings by zone', () => {
    const Filters = [{ Name: 'instance-type', Values: ['t3.micro'] }]
    const offerings = world.read(describeInstanceTypeOfferings, { LocationType: 'availability-zone', Filters })
    expect(offerings.InstanceTypeOfferings).toHaveLength(6)
    expect(world.read(describeInstanceTypeOfferings, { Filters }).InstanceTypeOfferings).toEqual([
      { InstanceType: 't3.micro', LocationType: 'region', Location: 'us-east-1' },
    ])
  })
})

describe('volumes', () => {
  test('describeVolumes by instance, as the aws_instance resource asks', () => {
    const Filters = [{ Name: 'attachment.instance-id', Values: [id] }]
    launch()
    expect(world.read(describeVolumes, { Filters }).Volumes).toMatchObject([
      {
        State: 'in-use',
        Size: 8,
        VolumeType: 'gp2',
        AvailabilityZone: 'us-east-1a',
        Attachments: [{ InstanceId: id, Device: '/dev/xvda', State: 'attached', DeleteOnTermination: true }],
      },
    ])
  })

  test('describeVolumeStatus and describeVolumeAttribute', () => {
    const VolumeId = world.store.records.instances.get(id)!.rootVolumeId
    expect(world.read(describeVolumeStatus, {}).VolumeStatuses).toMatchObject([{ VolumeStatus: { Status: 'ok' } }])
    const attribute = { VolumeId, Attribute: 'autoEnableIO' } as const
    expect(world.read(describeVolumeAttribute, attribute)).toEqual({ VolumeId, AutoEnableIO: { Value: false } })
  })
})

test('modifyPrivateDnsNameOptions changes records at any time, and the name of one that is stopped', () => {
  const byName = { InstanceId: id, PrivateDnsHostnameType: 'resource-name' as const }
  refusal(() => world.write(modifyPrivateDnsNameOptions, byName), 'IncorrectInstanceState')
  world.write(modifyPrivateDnsNameOptions, { InstanceId: id, EnableResourceNameDnsARecord: true })
  world.store.transact((tx) => tx.instances.update(id, { state: 'stopped' }))
  world.write(modifyPrivateDnsNameOptions, byName)
  const shown = world.read(describeInstances, { InstanceIds: [id] }).Reservations?.[0]?.Instances?.[0]
  expect(shown?.PrivateDnsNameOptions).toMatchObject({
    HostnameType: 'resource-name',
    EnableResourceNameDnsARecord: true,
  })
  expect(shown?.PrivateDnsName).toMatch(/^i-[0-9a-f]+\.ec2\.internal$/)
})
