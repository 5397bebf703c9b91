// Query log configurations and their VPCs, as the API makes, shows and deletes them.

import { beforeEach, expect, test } from 'vitest'
import { compile } from '../../../compile/compile.ts'
import { CALLER, openWorld, refusal, STRANGER, type World } from '../../ec2/request/testing.ts'
import { createVpc } from '../../ec2/vpc/vpc.ts'
import {
  associateResolverQueryLogConfig,
  disassociateResolverQueryLogConfig,
  getResolverQueryLogConfigAssociation,
  listResolverQueryLogConfigAssociations,
} from './association.ts'
import {
  createResolverQueryLogConfig,
  deleteResolverQueryLogConfig,
  getResolverQueryLogConfig,
  listResolverQueryLogConfigs,
} from './config.ts'

const GROUP = `arn:aws:logs:us-east-1:${CALLER.account}:log-group:/dns`

let world: World
let ResourceId: string
let requests = 0
beforeEach(async () => {
  world = await openWorld()
  ResourceId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId ?? ''
})

function make(DestinationArn: string, Name = 'queries'): string {
  const input = { CreatorRequestId: `request-${requests++}`, Name, DestinationArn }
  return world.write(createResolverQueryLogConfig, input).ResolverQueryLogConfig?.Id ?? ''
}

test.each([
  [GROUP, { kind: 'cloud-watch-logs', logGroupName: '/dns' }],
  [`${GROUP}:*`, { kind: 'cloud-watch-logs', logGroupName: '/dns' }],
  ['arn:aws:s3:::bucket', { kind: 's3', bucket: 'bucket', prefix: '' }],
  ['arn:aws:s3:::bucket/a/b/', { kind: 's3', bucket: 'bucket', prefix: 'a/b' }],
])('the destination %s', (arn, destination) => {
  expect(world.store.records.queryLogConfigs.get(make(arn))?.destination).toEqual(destination)
})

test('other destinations are refused', () => {
  refusal(() => make('arn:aws:sqs:us-east-1:1:queue'), 'InvalidParameterException')
  refusal(() => make('arn:aws:firehose:us-east-1:123456789012:deliverystream/a'), 'InvalidRequestException')
})

test('a configuration is for VPCs, and stays while it is', () => {
  const ResolverQueryLogConfigId = make(GROUP)
  const of = { ResolverQueryLogConfigId, ResourceId }
  const made = world.write(associateResolverQueryLogConfig, of).ResolverQueryLogConfigAssociation
  expect(made).toMatchObject({ ...of, Status: 'CREATING', Error: 'NONE' })
  const logged = () => compile(world.store.records).vpcs.find(({ id }) => id === ResourceId)?.queryLogConfigIds
  expect(logged()).toEqual([ResolverQueryLogConfigId])
  refusal(() => world.write(associateResolverQueryLogConfig, of), 'ResourceExistsException')
  const same = { ResolverQueryLogConfigId: make(GROUP), ResourceId }
  refusal(() => world.write(associateResolverQueryLogConfig, same), 'ResourceExistsException')
  const shown = { ResolverQueryLogConfigAssociationId: made?.Id }
  expect(world.read(getResolverQueryLogConfigAssociation, shown).ResolverQueryLogConfigAssociation?.Status).toBe(
    'ACTIVE',
  )
  const config = world.read(getResolverQueryLogConfig, of).ResolverQueryLogConfig
  expect(config).toMatchObject({ AssociationCount: 1, DestinationArn: GROUP, Status: 'CREATED' })
  refusal(() => world.read(getResolverQueryLogConfig, of, STRANGER), 'ResourceNotFoundException')
  refusal(() => world.write(deleteResolverQueryLogConfig, of), 'InvalidRequestException')
  world.write(disassociateResolverQueryLogConfig, of)
  expect(logged()).toBeUndefined()
  world.write(deleteResolverQueryLogConfig, of)
})

test('lists are filtered, sorted, paged and counted', () => {
  for (const name of ['b', 'c', 'a']) make(`arn:aws:s3:::${name}-bucket`, name)
  const list = (input: object) => world.read(listResolverQueryLogConfigs, input)
  const names = (input: object) => list(input).ResolverQueryLogConfigs?.map(({ Name }) => Name)
  expect(names({ SortBy: 'Name' })).toEqual(['a', 'b', 'c'])
  const first = list({ SortBy: 'Name', SortOrder: 'DESCENDING', MaxResults: 2 })
  expect(first).toMatchObject({ TotalCount: 3, TotalFilteredCount: 3 })
  expect(names({ SortBy: 'Name', SortOrder: 'DESCENDING', MaxResults: 2, NextToken: first.NextToken })).toEqual(['a'])
  const Filters = [{ Name: 'Name', Values: ['b', 'a'] }]
  expect(list({ Filters, MaxResults: 1 })).toMatchObject({ TotalCount: 3, TotalFilteredCount: 2 })
  refusal(() => list({ SortBy: 'Colour' }), 'InvalidParameterException')
  refusal(() => list({ SortBy: 'Name', SortOrder: 'UP' }), 'InvalidParameterException')
  const associations = world.read(listResolverQueryLogConfigAssociations, { SortBy: 'Id' })
  expect(associations).toMatchObject({ TotalCount: 0, ResolverQueryLogConfigAssociations: [] })
})
