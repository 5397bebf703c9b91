// Addresses: the default VPC, 172.31.0.0/16.

import { beforeEach, describe, expect, test } from 'vitest'
import { hostImages } from '../../../catalogue/images.ts'
import type { InstanceId, InstanceState } from '../../../store/records.ts'
import { createNetworkInterface } from '../network-interface/network-interface.ts'
import { attachNetworkInterface } from '../network-interface/network-interface-attachment.ts'
import { CALLER, openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { describeInstanceStatus, describeInstances } from './instance.ts'
import { modifyInstanceAttribute } from './instance-attribute.ts'
import { finishInstanceTransition, forgetTerminated } from './instance-lifecycle.ts'
import {
  followInstanceInitiated,
  rebootInstances,
  startInstances,
  stopInstances,
  terminateInstances,
} from './instance-state.ts'
import { runInstances } from './run-instances.ts'
import { deleteVolume, describeVolumes } from './volume.ts'

const [IMAGE] = hostImages('us-east-1', 'x86_64')
const HOUR = 3_600_000

describe('the life of an instance', () => {
  let world: World
  let id: InstanceId

  beforeEach(async () => {
    world = await openWorld()
    id = launch()
  })

  function launch(more = {}): InstanceId {
    const request = { ImageId: IMAGE!.id, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, ...more } as const
    const made = world.write((tx, caller, input: typeof request) => runInstances(tx, caller, input, 'x86_64'), request)
    return made.Instances![0]!.InstanceId as InstanceId
  }

  const record = () => world.store.records.instances.get(id)!
  const settle = () => world.store.transact((tx) => finishInstanceTransition(tx, tx.instances.get(id)!, CALLER.now))
  const become = (state: InstanceState) => world.store.transact((tx) => tx.instances.update(id, { state }))

  test('pending becomes running, with one boot', () => {
    settle()
    expect(record()).toMatchObject({ state: 'running', boot: 1 })
    settle()
    expect(record().state).toBe('running')
  })

  test('stop and start go through stopping and pending, and start boots again', () => {
    settle()
    expect(world.write(stopInstances, { InstanceIds: [id] }).StoppingInstances).toEqual([
      { InstanceId: id, PreviousState: { Code: 16, Name: 'running' }, CurrentState: { Code: 64, Name: 'stopping' } },
    ])
    settle()
    const [stopped] = world.read(describeInstances, { InstanceIds: [id] }).Reservations![0]!.Instances!
    expect(stopped).toMatchObject({
      State: { Code: 80, Name: 'stopped' },
      StateReason: { Code: 'Client.UserInitiatedShutdown' },
      StateTransitionReason: 'User initiated (2026-01-02 03:04:05 GMT)',
      PrivateIpAddress: '172.31.0.4',
    })
    expect(world.write(startInstances, { InstanceIds: [id] }).StartingInstances).toMatchObject([
      { PreviousState: { Name: 'stopped' }, CurrentState: { Name: 'pending' } },
    ])
    settle()
    expect(record()).toMatchObject({ state: 'running', boot: 2 })
    expect(record().stateReason).toBeUndefined()
  })

  test.each([
    ['poweroff', 'stop', 'stopping'],
    ['poweroff', 'terminate', 'shutting-down'],
    ['reboot', 'terminate', 'running'],
  ] as const)('%s from inside, with the behavior %s, makes it %s', (wish, behavior, state) => {
    settle()
    world.write(modifyInstanceAttribute, { InstanceId: id, InstanceInitiatedShutdownBehavior: { Value: behavior } })
    world.write(modifyInstanceAttribute, { InstanceId: id, DisableApiStop: { Value: true } })
    world.store.transact((tx) => followInstanceInitiated(tx, id, wish, CALLER.now))
    expect(record()).toMatchObject({ state, boot: wish === 'reboot' ? 2 : 1 })
    const [shown] = world.read(describeInstances, { InstanceIds: [id] }).Reservations![0]!.Instances!
    const message = 'Client.InstanceInitiatedShutdown: Instance initiated shutdown'
    expect(shown!.StateReason?.Message).toBe(wish === 'reboot' ? undefined : message)
    expect(shown!.StateTransitionReason).toBe('')
  })

  test('what ends already is not ended again from inside', () => {
    settle()
    world.write(terminateInstances, { InstanceIds: [id] })
    world.store.transact((tx) => followInstanceInitiated(tx, id, 'poweroff', CALLER.now))
    expect(record().stateReason?.code).toBe('Client.UserInitiatedShutdown')
  })

  test('reboot boots again and stays running', () => {
    settle()
    world.write(rebootInstances, { InstanceIds: [id] })
    expect(record()).toMatchObject({ state: 'running', boot: 2 })
  })

  test('terminate keeps interfaces and volumes until the kernel let go, then deletes or frees them', () => {
    const SubnetId = record().subnetId
    const eni = world.write(createNetworkInterface, { SubnetId }).NetworkInterface!.NetworkInterfaceId!
    settle()
    world.write(attachNetworkInterface, { NetworkInterfaceId: eni, InstanceId: id, DeviceIndex: 1 })
    world.write(terminateInstances, { InstanceIds: [id] })
    expect(record().state).toBe('shutting-down')
    expect(world.store.records.networkInterfaces.size).toBe(2)
    settle()
    expect([...world.store.records.networkInterfaces.all()]).toMatchObject([{ id: eni, attachment: undefined }])
    expect(world.store.records.volumes.size).toBe(0)
    const [gone] = world.read(describeInstances, { InstanceIds: [id] }).Reservations![0]!.Instances!
    expect(gone).toMatchObject({ State: { Name: 'terminated' }, NetworkInterfaces: [], PrivateDnsName: '' })
    expect(gone!.VpcId).toBeUndefined()
  })

  test('a volume that is to stay is left available, and can be deleted', () => {
    id = launch({ BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { DeleteOnTermination: false } }] })
    const VolumeId = record().rootVolumeId
    refusal(() => world.write(deleteVolume, { VolumeId }), 'VolumeInUse')
    world.write(terminateInstances, { InstanceIds: [id] })
    settle()
    expect(world.read(describeVolumes, { VolumeIds: [VolumeId] }).Volumes).toMatchObject([
      { State: 'available', Attachments: [] },
    ])
    world.write(deleteVolume, { VolumeId })
    refusal(() => world.read(describeVolumes, { VolumeIds: [VolumeId] }), 'InvalidVolume.NotFound')
  })

  test('a terminated instance is forgotten after an hour, and its token with it', () => {
    id = launch({ ClientToken: 'once' })
    world.write(terminateInstances, { InstanceIds: [id] })
    settle()
    const later = (ms: number) => new Date(CALLER.now.getTime() + ms)
    world.store.transact((tx) => forgetTerminated(tx, later(HOUR)))
    expect(record().state).toBe('terminated')
    world.store.transact((tx) => forgetTerminated(tx, later(HOUR + 1)))
    refusal(() => world.read(describeInstances, { InstanceIds: [id] }), 'InvalidInstanceID.NotFound')
    expect(launch({ ClientToken: 'once' })).not.toBe(id)
  })

  test.each<[string, InstanceState, string]>([
    ['startInstances', 'stopping', 'IncorrectInstanceState'],
    ['startInstances', 'shutting-down', 'IncorrectInstanceState'],
    ['startInstances', 'terminated', 'IncorrectInstanceState'],
    ['stopInstances', 'pending', 'IncorrectInstanceState'],
    ['stopInstances', 'shutting-down', 'IncorrectInstanceState'],
    ['stopInstances', 'terminated', 'IncorrectInstanceState'],
    ['rebootInstances', 'stopped', 'IncorrectInstanceState'],
    ['rebootInstances', 'shutting-down', 'IncorrectInstanceState'],
  ])('%s is refused while %s', (name, state, code) => {
    become(state)
    const operation = { startInstances, stopInstances, rebootInstances }[name]!
    refusal(() => world.write<{ InstanceIds: string[] }, unknown>(operation, { InstanceIds: [id] }), code)
    expect(record().state).toBe(state)
  })

  test.each<[string, InstanceState]>([
    ['startInstances', 'running'],
    ['startInstances', 'pending'],
    ['stopInstances', 'stopping'],
    ['stopInstances', 'stopped'],
    ['rebootInstances', 'terminated'],
    ['terminateInstances', 'shutting-down'],
    ['terminateInstances', 'terminated'],
  ])('%s changes nothing while %s', (name, state) => {
    become(state)
    const before = record()
    const operation = { startInstances, stopInstances, rebootInstances, terminateInstances }[name]!
    world.write<{ InstanceIds: string[] }, unknown>(operation, { InstanceIds: [id] })
    expect(record()).toEqual(before)
  })

  test('protection against stop and termination holds until it is taken off', () => {
    settle()
    world.write(modifyInstanceAttribute, { InstanceId: id, DisableApiTermination: { Value: true } })
    world.write(modifyInstanceAttribute, { InstanceId: id, DisableApiStop: { Value: true } })
    refusal(() => world.write(terminateInstances, { InstanceIds: [launch(), id] }), 'OperationNotPermitted')
    refusal(() => world.write(stopInstances, { InstanceIds: [id] }), 'OperationNotPermitted')
    expect(record().state).toBe('running')
    world.write(modifyInstanceAttribute, { InstanceId: id, DisableApiTermination: { Value: false } })
    world.write(terminateInstances, { InstanceIds: [id] })
    expect(record().state).toBe('shutting-down')
  })

  test.each([
    ['none', [], 'MissingParameter'],
    ['a malformed id', ['instance-1'], 'InvalidInstanceID.Malformed'],
    ['an unknown id', ['i-0123456789abcdef0'], 'InvalidInstanceID.NotFound'],
  ])('terminateInstances of %s is refused', (_, InstanceIds, code) => {
    refusal(() => world.write(terminateInstances, { InstanceIds }), code)
  })

  test("another account's instance does not exist", () => {
    refusal(() => world.write(terminateInstances, { InstanceIds: [id] }, STRANGER), 'InvalidInstanceID.NotFound')
    expect(world.read(describeInstances, {}, STRANGER).Reservations).toEqual([])
  })

  test('describeInstanceStatus shows running instances, or all when asked', () => {
    expect(world.read(describeInstanceStatus, {}).InstanceStatuses).toEqual([])
    expect(world.read(describeInstanceStatus, { IncludeAllInstances: true }).InstanceStatuses).toMatchObject([
      { InstanceState: { Name: 'pending' }, InstanceStatus: { Status: 'not-applicable' } },
    ])
    settle()
    expect(world.read(describeInstanceStatus, {}).InstanceStatuses).toMatchObject([
      { InstanceId: id, InstanceStatus: { Status: 'ok' }, SystemStatus: { Status: 'ok' } },
    ])
  })
})
