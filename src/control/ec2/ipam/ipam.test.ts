// Address plan: the top pool has 10.0.0.0/8, the pool below it for us-east-1 10.0.0.0/16, of which VPCs take /20s.

import { beforeEach, describe, expect, test } from 'vitest'
import { createTags } from '../request/tag-operations.ts'
import { callerOf, openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { createVpc, deleteVpc } from '../vpc/vpc.ts'
import { associateVpcCidrBlock, disassociateVpcCidrBlock } from '../vpc/vpc-cidr-block.ts'
import {
  createIpam,
  createIpamScope,
  deleteIpam,
  deleteIpamScope,
  describeIpamScopes,
  describeIpams,
  modifyIpam,
  modifyIpamScope,
} from './ipam.ts'
import { createIpamPool, deleteIpamPool, describeIpamPools, modifyIpamPool } from './pool.ts'
import {
  allocateIpamPoolCidr,
  deprovisionIpamPoolCidr,
  getIpamPoolAllocations,
  getIpamPoolCidrs,
  provisionIpamPoolCidr,
  releaseIpamPoolAllocation,
} from './pool-cidr.ts'

let world: World
let IpamId: string
let IpamScopeId: string
let top: string
let regional: string

beforeEach(async () => {
  world = await openWorld()
  const { Ipam } = world.write(createIpam, { OperatingRegions: [{ RegionName: 'eu-west-1' }] })
  IpamId = Ipam?.IpamId ?? ''
  IpamScopeId = Ipam?.PrivateDefaultScopeId ?? ''
  top = makePool({})
  regional = makePool({ SourceIpamPoolId: top, Locale: 'us-east-1', AllocationDefaultNetmaskLength: 20 })
  world.write(provisionIpamPoolCidr, { IpamPoolId: top, Cidr: '10.0.0.0/8' })
  world.write(provisionIpamPoolCidr, { IpamPoolId: regional, NetmaskLength: 16 })
})

function makePool(input: object): string {
  const { IpamPool } = world.write(createIpamPool, { IpamScopeId, AddressFamily: 'ipv4', ...input })
  return IpamPool?.IpamPoolId ?? ''
}

function blocks(IpamPoolId: string) {
  return world.read(getIpamPoolCidrs, { IpamPoolId }).IpamPoolCidrs?.map(({ Cidr }) => Cidr)
}

function taken(IpamPoolId: string) {
  const { IpamPoolAllocations = [] } = world.read(getIpamPoolAllocations, { IpamPoolId })
  return IpamPoolAllocations.map(({ Cidr, ResourceType }) => `${ResourceType} ${Cidr}`)
}

function makeVpc(input: object = {}, caller?: ReturnType<typeof callerOf>) {
  return world.write(createVpc, { Ipv4IpamPoolId: regional, ...input }, caller).Vpc ?? {}
}

test('an IPAM has its two scopes, and pools their place below it', () => {
  const { Ipams: [ipam] = [] } = world.read(describeIpams, { IpamIds: [IpamId] })
  expect(ipam).toMatchObject({
    IpamArn: `arn:aws:ec2::123456789012:ipam/${IpamId}`,
    ScopeCount: 2,
    State: 'create-complete',
    OperatingRegions: [{ RegionName: 'us-east-1' }, { RegionName: 'eu-west-1' }],
  })
  const scopes = world.read(describeIpamScopes, { Filters: [{ Name: 'is-default', Values: ['true'] }] }).IpamScopes
  expect(scopes?.map(({ IpamScopeType, PoolCount }) => `${IpamScopeType} ${PoolCount}`).sort()).toEqual([
    'private 2',
    'public 0',
  ])
  const { IpamPools: [pool] = [] } = world.read(describeIpamPools, { IpamPoolIds: [regional] })
  expect(pool).toMatchObject({ SourceIpamPoolId: top, PoolDepth: 2, Locale: 'us-east-1', AddressFamily: 'ipv4' })
  expect(blocks(regional)).toEqual(['10.0.0.0/16'])
  expect(taken(top)).toEqual(['ipam-pool 10.0.0.0/16'])
  refusal(() => world.read(describeIpams, { IpamIds: [IpamId] }, STRANGER), 'InvalidIpamId.NotFound')
})

test('what was modified says so in its state, and keeps what nobody changed', () => {
  const { Ipam } = world.write(modifyIpam, { IpamId, Description: 'second' })
  expect(Ipam).toMatchObject({ State: 'modify-in-progress', Description: 'second' })
  world.write(modifyIpamPool, { IpamPoolId: regional, Description: 'second' })
  const { IpamScope } = world.write(modifyIpamScope, { IpamScopeId, Description: 'second' })
  expect(IpamScope?.State).toBe('modify-in-progress')
  const Filters = [{ Name: 'state', Values: ['modify-complete'] }]
  expect(world.read(describeIpams, { Filters }).Ipams).toMatchObject([{ IpamId, Tier: 'advanced' }])
  const { IpamPools } = world.read(describeIpamPools, { Filters })
  expect(IpamPools).toMatchObject([{ IpamPoolId: regional, AllocationDefaultNetmaskLength: 20 }])
  const { IpamScopes } = world.read(describeIpamScopes, { Filters })
  expect(IpamScopes).toMatchObject([{ IpamScopeId, Description: 'second', IsDefault: true }])
})

test('VPCs take the lowest free block, or the one that they name, and give it back', () => {
  const first = makeVpc()
  expect(first.CidrBlock).toBe('10.0.0.0/20')
  expect(makeVpc({ CidrBlock: '10.0.32.0/20' }).CidrBlock).toBe('10.0.32.0/20')
  expect(makeVpc({ Ipv4NetmaskLength: 18 }).CidrBlock).toBe('10.0.64.0/18')
  expect(makeVpc().CidrBlock).toBe('10.0.16.0/20')
  expect(taken(regional)).toHaveLength(4)
  world.write(deleteVpc, { VpcId: first.VpcId })
  expect(makeVpc().CidrBlock).toBe('10.0.0.0/20')
  refusal(() => makeVpc({ CidrBlock: '10.0.64.0/20' }), 'InsufficientCidrBlocks')
  refusal(() => makeVpc({ CidrBlock: '10.1.0.0/20' }), 'InsufficientCidrBlocks')
  refusal(() => makeVpc({ Ipv4NetmaskLength: 16 }), 'InsufficientCidrBlocks')
})

test('a further block of a VPC comes out of a pool too', () => {
  const { VpcId } = world.write(createVpc, { CidrBlock: '172.20.0.0/16' }).Vpc ?? {}
  world.write(modifyIpamPool, { IpamPoolId: regional, ClearAllocationDefaultNetmaskLength: true })
  refusal(() => world.write(associateVpcCidrBlock, { VpcId, Ipv4IpamPoolId: regional }), 'MissingParameter')
  world.write(createVpc, { CidrBlock: '10.0.0.0/16' })
  const { CidrBlockAssociation } = world.write(associateVpcCidrBlock, { VpcId, CidrBlock: '172.21.0.0/16' })
  world.write(disassociateVpcCidrBlock, { AssociationId: CidrBlockAssociation?.AssociationId })
  expect(taken(regional)).toEqual([])
})

test('a block is kept by hand, previewed, and released', () => {
  const allocate = (input: object) =>
    world.write(allocateIpamPoolCidr, { IpamPoolId: regional, ...input }).IpamPoolAllocation
  expect(allocate({ NetmaskLength: 24, PreviewNextCidr: true })).toMatchObject({ Cidr: '10.0.0.0/24' })
  expect(taken(regional)).toEqual([])
  const kept = allocate({ NetmaskLength: 24, Description: 'mainframe', DisallowedCidrs: ['10.0.0.0/24'] })
  expect(kept).toMatchObject({ Cidr: '10.0.1.0/24', ResourceType: 'custom', Description: 'mainframe' })
  expect(makeVpc().CidrBlock).toBe('10.0.16.0/20')
  const release = (Cidr: string) =>
    world.write(releaseIpamPoolAllocation, {
      IpamPoolId: regional,
      Cidr,
      IpamPoolAllocationId: kept?.IpamPoolAllocationId,
    })
  refusal(() => release('10.0.2.0/24'), 'InvalidParameterValue')
  expect(release('10.0.1.0/24')).toEqual({ Success: true })
  refusal(() => release('10.0.1.0/24'), 'InvalidIpamPoolAllocationId.NotFound')
  const { IpamPoolAllocations: [ofVpc] = [] } = world.read(getIpamPoolAllocations, { IpamPoolId: regional })
  const vpcs = { IpamPoolId: regional, Cidr: ofVpc?.Cidr, IpamPoolAllocationId: ofVpc?.IpamPoolAllocationId }
  refusal(() => world.write(releaseIpamPoolAllocation, vpcs), 'InvalidParameterValue')
})

describe('what a pool refuses', () => {
  test('VPCs of another Region, without its tags, or of another length', () => {
    refusal(() => makeVpc({}, callerOf('123456789012', 'eu-west-1')), 'InvalidIpamPoolId.NotFound')
    refusal(() => makeVpc({ Ipv4IpamPoolId: top, Ipv4NetmaskLength: 16 }), 'InvalidParameterValue')
    refusal(() => makeVpc({ Ipv4NetmaskLength: 29 }), 'InvalidVpc.Range')
    const Tags = [{ Key: 'env', Value: 'prod' }]
    world.write(modifyIpamPool, {
      IpamPoolId: regional,
      AllocationMinNetmaskLength: 18,
      AddAllocationResourceTags: Tags,
    })
    refusal(() => makeVpc(), 'InvalidParameterValue')
    const TagSpecifications = [{ ResourceType: 'vpc' as const, Tags }]
    expect(makeVpc({ TagSpecifications }).CidrBlock).toBe('10.0.0.0/20')
    refusal(() => makeVpc({ TagSpecifications, Ipv4NetmaskLength: 17 }), 'InvalidParameterValue')
    const bare = { Ipv4IpamPoolId: undefined, CidrBlock: '10.9.0.0/16', Ipv4NetmaskLength: 16 }
    refusal(() => makeVpc(bare), 'InvalidParameterCombination')
  })

  test('blocks that overlap or are not there', () => {
    const other = makePool({})
    const provision = (IpamPoolId: string, Cidr: string) => () =>
      world.write(provisionIpamPoolCidr, { IpamPoolId, Cidr })
    refusal(provision(other, '10.128.0.0/9'), 'InvalidParameterValue')
    refusal(provision(regional, '11.0.0.0/16'), 'InsufficientCidrBlocks')
    makeVpc()
    const Cidr = '10.0.0.0/16'
    refusal(() => world.write(deprovisionIpamPoolCidr, { IpamPoolId: regional, Cidr }), 'DependencyViolation')
    const gone = { IpamPoolId: regional, Cidr: '10.1.0.0/16' }
    refusal(() => world.write(deprovisionIpamPoolCidr, gone), 'InvalidParameterValue')
  })

  test('what it cannot be', () => {
    refusal(() => makePool({ AddressFamily: 'ipv6' }), 'UnsupportedOperation')
    refusal(() => makePool({ Locale: 'us-west-2' }), 'InvalidParameterValue')
    refusal(
      () => makePool({ AllocationMinNetmaskLength: 24, AllocationMaxNetmaskLength: 20 }),
      'InvalidParameterCombination',
    )
    refusal(() => makePool({ SourceIpamPoolId: regional, Locale: 'eu-west-1' }), 'InvalidParameterValue')
    refusal(() => makePool({ AutoImport: true }), 'UnsupportedOperation')
  })
})

test('it goes from below, or all at once when it may cascade', () => {
  refusal(() => world.write(deleteIpam, { IpamId }), 'DependencyViolation')
  refusal(() => world.write(deleteIpamPool, { IpamPoolId: top }), 'DependencyViolation')
  refusal(() => world.write(deleteIpamPool, { IpamPoolId: regional }), 'DependencyViolation')
  const { VpcId } = makeVpc()
  refusal(() => world.write(deleteIpam, { IpamId, Cascade: true }), 'DependencyViolation')
  world.write(deleteVpc, { VpcId })
  world.write(deprovisionIpamPoolCidr, { IpamPoolId: regional, Cidr: '10.0.0.0/16' })
  expect(taken(top)).toEqual([])
  world.write(deleteIpamPool, { IpamPoolId: regional })
  const { IpamScope } = world.write(createIpamScope, { IpamId, Description: 'overlapping' })
  world.write(createTags, { Resources: [IpamScope?.IpamScopeId ?? ''], Tags: [{ Key: 'a', Value: 'b' }] })
  refusal(() => world.write(deleteIpamScope, { IpamScopeId }), 'DependencyViolation')
  world.write(deleteIpamScope, { IpamScopeId: IpamScope?.IpamScopeId })
  const regions = [{ RegionName: 'eu-west-1' }]
  world.write(modifyIpam, { IpamId, RemoveOperatingRegions: regions, Description: 'all' })
  expect(world.write(deleteIpam, { IpamId, Cascade: true }).Ipam?.State).toBe('delete-in-progress')
  expect(world.read(describeIpams, {}).Ipams).toEqual([])
  expect(world.read(describeIpamPools, {}).IpamPools).toEqual([])
})
