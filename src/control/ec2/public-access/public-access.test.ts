// Addresses: VPC 10.0.0.0/16 with the subnets 10.0.1.0/24 and 10.0.2.0/24. test/kernel/differential-rows.ts has the packets.

import { beforeEach, describe, expect, test } from 'vitest'
import { compile } from '../../../compile/compile.ts'
import { isBlocked } from '../../../compile/public-access.ts'
import type { SubnetId } from '../../../store/records.ts'
import { CALLER, callerOf, openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { createSubnet, deleteSubnet, describeSubnets } from '../vpc/subnet.ts'
import { createVpc, deleteVpc, describeVpcs } from '../vpc/vpc.ts'
import {
  createVpcBlockPublicAccessExclusion,
  deleteVpcBlockPublicAccessExclusion,
  describeVpcBlockPublicAccessExclusions,
  modifyVpcBlockPublicAccessExclusion,
} from './exclusion.ts'
import { finishPublicAccessChanges, passingPublicAccess } from './lifecycle.ts'
import { describeVpcBlockPublicAccessOptions, modifyVpcBlockPublicAccessOptions } from './options.ts'

let world: World
let VpcId: string
let a: string
let b: string

beforeEach(async () => {
  world = await openWorld()
  VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId ?? ''
  const subnet = (CidrBlock: string) => world.write(createSubnet, { VpcId, CidrBlock }).Subnet?.SubnetId ?? ''
  a = subnet('10.0.1.0/24')
  b = subnet('10.0.2.0/24')
})

type Mode = 'off' | 'block-bidirectional' | 'block-ingress'
type Exclusion = 'allow-bidirectional' | 'allow-egress'

function block(InternetGatewayBlockMode: Mode) {
  return world.write(modifyVpcBlockPublicAccessOptions, { InternetGatewayBlockMode }).VpcBlockPublicAccessOptions
}

function exclude(resource: { VpcId?: string; SubnetId?: string }, InternetGatewayExclusionMode: Exclusion): string {
  const { VpcBlockPublicAccessExclusion: made } = world.write(createVpcBlockPublicAccessExclusion, {
    ...resource,
    InternetGatewayExclusionMode,
  })
  return made?.ExclusionId ?? ''
}

function shown(ExclusionId: string) {
  const { VpcBlockPublicAccessExclusions: [one] = [] } = world.read(describeVpcBlockPublicAccessExclusions, {
    ExclusionIds: [ExclusionId],
  })
  return one
}

/** The kernel has it. */
function settle(): void {
  const passing = passingPublicAccess(world.store.records)
  world.store.transact((tx) => finishPublicAccessChanges(tx, passing))
}

/** What is left open of each subnet: to and from an instance's own address, and out by a NAT gateway. */
function open(): string {
  const vpc = compile(world.store.records).vpcs.find(({ id }) => id === VpcId)
  if (!vpc) throw new Error('there is a VPC')
  const ways = (id: string) =>
    (['own', 'translated'] as const).filter((by) => !isBlocked(vpc, id as SubnetId, by)).join('+') || 'nothing'
  return [a, b].map(ways).join(', ')
}

test('off until it is said, of one account and Region, and in progress until the kernel has it', () => {
  const options = () => world.read(describeVpcBlockPublicAccessOptions, {}).VpcBlockPublicAccessOptions
  expect(options()).toMatchObject({ State: 'default-state', InternetGatewayBlockMode: 'off' })
  expect(block('block-ingress')).toMatchObject({
    State: 'update-in-progress',
    InternetGatewayBlockMode: 'block-ingress',
  })
  settle()
  expect(options()).toMatchObject({ State: 'update-complete', AwsRegion: 'us-east-1', LastUpdateTimestamp: CALLER.now })
  for (const other of [STRANGER, callerOf(CALLER.account, 'eu-west-1')]) {
    const elsewhere = world.read(describeVpcBlockPublicAccessOptions, {}, other).VpcBlockPublicAccessOptions
    expect(elsewhere?.InternetGatewayBlockMode).toBe('off')
  }
  block('off')
  expect(open()).toBe('own+translated, own+translated')
  for (const vpc of compile(world.store.records).vpcs) expect(vpc).not.toHaveProperty('blockedSubnets')
  refusal(() => block('shut' as never), 'InvalidParameterValue')
})

describe('what is left open', () => {
  const cases: readonly [Mode, Exclusion | undefined, 'vpc' | 'subnet', string][] = [
    ['block-bidirectional', undefined, 'vpc', 'nothing, nothing'],
    ['block-ingress', undefined, 'vpc', 'translated, translated'],
    ['block-bidirectional', 'allow-bidirectional', 'vpc', 'own+translated, own+translated'],
    ['block-bidirectional', 'allow-bidirectional', 'subnet', 'own+translated, nothing'],
    ['block-bidirectional', 'allow-egress', 'subnet', 'translated, nothing'],
    ['block-ingress', 'allow-bidirectional', 'subnet', 'own+translated, translated'],
    ['block-ingress', 'allow-egress', 'subnet', 'translated, translated'],
    ['off', 'allow-egress', 'vpc', 'own+translated, own+translated'],
  ]
  test.each(cases)('%s, %s of a %s', (mode, exclusion, kind, expected) => {
    block(mode)
    if (exclusion) exclude(kind === 'vpc' ? { VpcId } : { SubnetId: a }, exclusion)
    expect(open()).toBe(expected)
  })
})

test('VPCs and subnets show what is left', () => {
  block('block-bidirectional')
  exclude({ SubnetId: a }, 'allow-egress')
  const { Vpcs: [vpc] = [] } = world.read(describeVpcs, { VpcIds: [VpcId] })
  const { Subnets = [] } = world.read(describeSubnets, { SubnetIds: [a, b] })
  const modes = [vpc, ...Subnets].map((one) => one?.BlockPublicAccessStates?.InternetGatewayBlockMode)
  expect(modes).toEqual(['block-bidirectional', 'block-ingress', 'block-bidirectional'])
})

test('an exclusion is changed and taken back, each in its time', () => {
  block('block-bidirectional')
  const id = exclude({ SubnetId: a }, 'allow-egress')
  expect(shown(id)).toMatchObject({
    ResourceArn: `arn:aws:ec2:us-east-1:123456789012:subnet/${a}`,
    State: 'create-in-progress',
  })
  settle()
  expect(shown(id)?.State).toBe('create-complete')
  const InternetGatewayExclusionMode = 'allow-bidirectional'
  world.write(modifyVpcBlockPublicAccessExclusion, { ExclusionId: id, InternetGatewayExclusionMode })
  expect(shown(id)).toMatchObject({ State: 'update-in-progress', InternetGatewayExclusionMode })
  expect(open()).toBe('own+translated, nothing')
  settle()
  expect(shown(id)?.State).toBe('update-complete')
  world.write(deleteVpcBlockPublicAccessExclusion, { ExclusionId: id })
  expect(open()).toBe('nothing, nothing')
  expect(shown(id)?.State).toBe('delete-in-progress')
  refusal(() => world.write(deleteVpcBlockPublicAccessExclusion, { ExclusionId: id }), 'IncorrectState')
  settle()
  refusal(() => shown(id), 'InvalidVpcBlockPublicAccessExclusionId.NotFound')
})

test('what an exclusion cannot be', () => {
  const make = (input: object) => () =>
    world.write(createVpcBlockPublicAccessExclusion, { InternetGatewayExclusionMode: 'allow-egress', ...input })
  refusal(make({}), 'MissingParameter')
  refusal(make({ VpcId, SubnetId: a }), 'InvalidParameterCombination')
  refusal(make({ VpcId, InternetGatewayExclusionMode: undefined }), 'MissingParameter')
  refusal(make({ VpcId, InternetGatewayExclusionMode: 'all' }), 'InvalidParameterValue')
  refusal(make({ SubnetId: 'subnet-0123456789abcdef0' }), 'InvalidSubnetID.NotFound')
  exclude({ VpcId }, 'allow-egress')
  refusal(make({ VpcId }), 'InvalidParameterValue')
})

test('filters, and what goes with its VPC', () => {
  const id = exclude({ VpcId }, 'allow-egress')
  const inA = exclude({ SubnetId: a }, 'allow-bidirectional')
  const list = (Name: string, value: string) =>
    world
      .read(describeVpcBlockPublicAccessExclusions, { Filters: [{ Name, Values: [value] }] })
      .VpcBlockPublicAccessExclusions?.map(({ ExclusionId }) => ExclusionId)
  expect(list('internet-gateway-exclusion-mode', 'allow-egress')).toEqual([id])
  expect(list('resource-arn', `*/${a}`)).toEqual([inA])
  expect(list('state', 'create-in-progress')).toHaveLength(2)
  world.write(deleteSubnet, { SubnetId: a })
  world.write(deleteSubnet, { SubnetId: b })
  world.write(deleteVpc, { VpcId })
  expect(list('state', '*')).toEqual([])
})
