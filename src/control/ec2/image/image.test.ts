import type { DescribeImagesRequest } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { hostImages } from '../../../catalogue/images.ts'
import { runInstances } from '../instance/run-instances.ts'
import { CALLER, callerOf, openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { deregisterImage, describeImages, importImage } from './image.ts'

const ROOT = { name: 'my-root', path: '/srv/roots/mine', architecture: 'x86_64', description: 'mine' } as const

let world: World
beforeEach(async () => {
  world = await openWorld()
})

const find = (input: DescribeImagesRequest, caller = CALLER) =>
  describeImages(world.store.records, caller, input, 'x86_64').Images!
const names = (input: DescribeImagesRequest, caller = CALLER) => find(input, caller).map((image) => image.Name)
const named = (value: string) => [{ Name: 'name', Values: [value] }]
const importRoot = (input: Partial<Parameters<typeof importImage>[2]> = {}, caller = CALLER) =>
  world.write(
    (tx, who, asked: Parameters<typeof importImage>[2]) => importImage(tx, who, asked),
    { ...ROOT, ...input },
    caller,
  )
const deregister = (ImageId: string | undefined, caller = CALLER) =>
  world.write(
    (tx, who, input: { ImageId: string | undefined }) => deregisterImage(tx, who, input, 'x86_64'),
    { ImageId },
    caller,
  )

describe('describeImages', () => {
  test.each([
    ['amazon', 'amzn2-ami-hvm-*-x86_64-gp2'],
    ['137112412989', 'al2023-ami-2023*-x86_64'],
    ['099720109477', 'ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-*'],
    ['amazon', 'ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-*'],
    ['136693071363', 'debian-12-amd64-*'],
  ])('owner %s, name %s: one', (owner, name) => {
    const Filters = [
      ...named(name),
      { Name: 'virtualization-type', Values: ['hvm'] },
      { Name: 'root-device-type', Values: ['ebs'] },
      { Name: 'architecture', Values: ['x86_64'] },
      { Name: 'state', Values: ['available'] },
      { Name: 'owner-alias', Values: ['amazon'] },
    ]
    expect(find({ Owners: [owner], Filters })).toHaveLength(1)
  })

  test.each([['self'], ['aws-marketplace'], ['000000000001']])('owner %s: none of the host', (owner) =>
    expect(find({ Owners: [owner] })).toEqual([]),
  )

  test('an id of another region, of AWS, or of no form is refused', () => {
    const [elsewhere] = hostImages('eu-west-1', 'x86_64')
    refusal(() => find({ ImageIds: [elsewhere!.id] }), 'InvalidAMIID.NotFound')
    refusal(() => find({ ImageIds: ['ami-0abcdef1234567890'] }), 'InvalidAMIID.NotFound')
    refusal(() => find({ ImageIds: ['AMI'] }), 'InvalidAMIID.Malformed')
    expect(find({ ImageIds: [elsewhere!.id] }, callerOf('123456789012', 'eu-west-1'))).toHaveLength(1)
  })
})

describe('importImage', () => {
  test('makes an image that its owner alone finds and launches', () => {
    const { id } = importRoot()
    expect(find({ Owners: ['self'] })).toMatchObject([
      { ImageId: id, Name: 'my-root', Public: false, OwnerId: CALLER.account, Architecture: 'x86_64' },
    ])
    expect(names({ ExecutableUsers: ['all'], Filters: named('my-*') })).toEqual([])
    refusal(() => find({ ImageIds: [id] }, STRANGER), 'InvalidAMIID.NotFound')
  })

  test.each([
    ['a short name', { name: 'ab' }, 'InvalidAMIName.Malformed'],
    ['a name with a star', { name: 'root*' }, 'InvalidAMIName.Malformed'],
    ['a relative path', { path: 'roots/mine' }, 'InvalidParameterValue'],
    ['a name that is taken', {}, 'InvalidAMIName.Duplicate'],
  ])('refuses %s', (_, input, code) => {
    importRoot()
    refusal(() => importRoot({ name: 'other', ...(Object.keys(input).length > 0 ? input : ROOT) }), code)
  })
})

describe('deregisterImage', () => {
  test('removes an imported image, unless an instance stands on it', () => {
    const { id } = importRoot()
    const request = { ImageId: id, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 } as const
    world.write((tx, caller, input: typeof request) => runInstances(tx, caller, input, 'x86_64'), request)
    refusal(() => deregister(id), 'InvalidAMIID.Unavailable')
    world.store.transact((tx) => {
      for (const instance of tx.instances.all()) tx.instances.update(instance.id, { state: 'terminated' })
    })
    expect(deregister(id)).toEqual({ Return: true })
    expect(world.store.records.images.size).toBe(0)
  })

  test("refuses the host's images, another's, and none", () => {
    refusal(() => deregister(hostImages('us-east-1', 'x86_64')[0]!.id), 'AuthFailure')
    const { id } = importRoot()
    refusal(() => deregister(id, STRANGER), 'InvalidAMIID.NotFound')
    refusal(() => deregister(undefined), 'MissingParameter')
  })
})
