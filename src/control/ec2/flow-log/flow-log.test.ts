// Making, showing and deleting flow logs, and what is refused. Nothing is counted or written here.

import { beforeEach, expect, test } from 'vitest'
import { compile } from '../../../compile/compile.ts'
import { createRole } from '../../iam/role.ts'
import { createTags, describeTags } from '../request/tag-operations.ts'
import { CALLER, openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { createSubnet } from '../vpc/subnet.ts'
import { createVpc } from '../vpc/vpc.ts'
import { createFlowLogs, deleteFlowLogs, describeFlowLogs } from './flow-log.ts'

const ROLE = 'arn:aws:iam::123456789012:role/flow-logs'
const BUCKET = { LogDestinationType: 's3', LogDestination: 'arn:aws:s3:::logs/network/' } as const

let world: World
let VpcId: string
beforeEach(async () => {
  world = await openWorld()
  VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId ?? ''
})

type Input = Parameters<typeof createFlowLogs>[2]

function inputOf(input: Partial<Input> = {}): Input {
  return { ResourceType: 'VPC', ResourceIds: [VpcId], TrafficType: 'ALL', ...input }
}

function create(input: Partial<Input> = {}): string {
  return world.write(createFlowLogs, inputOf(input)).FlowLogIds?.[0] ?? ''
}

function trust(service: string, name = 'flow-logs'): void {
  const statement = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  world.write(createRole, { RoleName: name, AssumeRolePolicyDocument })
}

const show = (FlowLogIds?: string[]) => world.read(describeFlowLogs, FlowLogIds ? { FlowLogIds } : {}).FlowLogs ?? []

test('CreateFlowLogs to a log group is shown as AWS shows it, and the VPC is counted', () => {
  trust('vpc-flow-logs.amazonaws.com')
  const id = create({ LogGroupName: 'flows', DeliverLogsPermissionArn: ROLE })
  expect(show([id])).toEqual([
    {
      CreationTime: CALLER.now,
      DeliverLogsPermissionArn: ROLE,
      FlowLogId: id,
      FlowLogStatus: 'ACTIVE',
      LogGroupName: 'flows',
      ResourceId: VpcId,
      TrafficType: 'ALL',
      LogDestinationType: 'cloud-watch-logs',
      LogDestination: 'arn:aws:logs:us-east-1:123456789012:log-group:flows',
      LogFormat:
        // biome-ignore lint/suspicious/noTemplateCurlyInString: AWS's own way of writing fields.
        '${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}',
      MaxAggregationInterval: 600,
      Tags: [],
    },
  ])
  const counted = () => compile(world.store.records).vpcs.find(({ id: vpcId }) => vpcId === VpcId)?.countsFlows
  expect(counted()).toBe(true)
  world.write(deleteFlowLogs, { FlowLogIds: [id] })
  expect(counted()).toBeUndefined()
  expect(show()).toEqual([])
})

test('CreateFlowLogs to a bucket: prefix, options, a subnet, and tags', () => {
  const SubnetId = world.write(createSubnet, { VpcId, CidrBlock: '10.0.1.0/24' }).Subnet?.SubnetId ?? ''
  const id = create({
    ...BUCKET,
    ResourceType: 'Subnet',
    ResourceIds: [SubnetId],
    TrafficType: 'REJECT',
    MaxAggregationInterval: 60,
    DestinationOptions: { FileFormat: 'plain-text', HiveCompatiblePartitions: true, PerHourPartition: true },
    TagSpecifications: [{ ResourceType: 'vpc-flow-log', Tags: [{ Key: 'Name', Value: 'flows' }] }],
  })
  world.write(createTags, { Resources: [id], Tags: [{ Key: 'team', Value: 'net' }] })
  expect(show([id])).toMatchObject([
    {
      ResourceId: SubnetId,
      TrafficType: 'REJECT',
      LogDestination: 'arn:aws:s3:::logs/network',
      MaxAggregationInterval: 60,
      DestinationOptions: { FileFormat: 'plain-text', HiveCompatiblePartitions: true, PerHourPartition: true },
      Tags: [
        { Key: 'Name', Value: 'flows' },
        { Key: 'team', Value: 'net' },
      ],
    },
  ])
  expect(world.read(describeTags, {}).Tags).toContainEqual(
    expect.objectContaining({ ResourceId: id, ResourceType: 'vpc-flow-log', Key: 'Name' }),
  )
})

test.each([
  ['flow-log-id', (id: string) => id],
  ['log-destination-type', () => 's3'],
  ['resource-id', () => VpcId],
  ['traffic-type', () => 'ALL'],
] as const)('DescribeFlowLogs by %s', (Name, wanted) => {
  const id = create(BUCKET)
  const found = (value: string) => world.read(describeFlowLogs, { Filter: [{ Name, Values: [value] }] }).FlowLogs
  expect(found(wanted(id))).toHaveLength(1)
  expect(found('other')).toEqual([])
})

test('CreateFlowLogs with the same token answers the same, and another of the same kind is refused', () => {
  const first = create({ ...BUCKET, ClientToken: 'once' })
  expect(create({ ...BUCKET, ClientToken: 'once' })).toBe(first)
  refusal(() => create(BUCKET), 'FlowLogAlreadyExists')
  expect(create({ ...BUCKET, TrafficType: 'ACCEPT' })).not.toBe(first)
})

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: AWS's own way of writing fields.
test.each([
  ['no destination', {}, 'InvalidParameter', "LogDestination can't be empty"],
  ['no role', { LogGroupName: 'flows' }, 'InvalidParameter', "DeliverLogsPermissionArn can't be empty"],
  [
    'a role that is not there',
    { LogGroupName: 'flows', DeliverLogsPermissionArn: `${ROLE}-2` },
    'InvalidParameter',
    'Unable to assume given IAM role',
  ],
  [
    'a role of EC2',
    { LogGroupName: 'flows', DeliverLogsPermissionArn: ROLE },
    'InvalidParameter',
    'Unable to assume given IAM role',
  ],
  [
    'both group and destination',
    { LogGroupName: 'f', LogDestination: 'arn:aws:logs:us-east-1:123456789012:log-group:f' },
    'InvalidParameter',
    'Please only provide',
  ],
  ['a role for a bucket', { ...BUCKET, DeliverLogsPermissionArn: ROLE }, 'InvalidParameter', "isn't allowed"],
  ['the reserved folder', { ...BUCKET, LogDestination: 'arn:aws:s3:::b/AWSLogs/x' }, 'InvalidParameter', 'reserved'],
  ['parquet', { ...BUCKET, DestinationOptions: { FileFormat: 'parquet' } }, 'UnsupportedOperation', 'parquet'],
  ['Firehose', { LogDestinationType: 'kinesis-data-firehose' }, 'UnsupportedOperation', 'kinesis-data-firehose'],
  ['an interval of 30', { ...BUCKET, MaxAggregationInterval: 30 }, 'InvalidParameterValue', '60 or 600'],
  ['an unknown field', { ...BUCKET, LogFormat: '${version} ${colour}' }, 'InvalidParameter', 'colour'],
  ['a format that is none', { ...BUCKET, LogFormat: 'version' }, 'InvalidParameter', 'invalid'],
  ['a transit gateway', { ...BUCKET, ResourceType: 'TransitGateway' }, 'UnsupportedOperation', 'TransitGateway'],
  ['a VPC that is not there', { ...BUCKET, ResourceIds: ['vpc-0'] }, 'InvalidVpcID.NotFound', 'vpc-0'],
  ['a subnet as a VPC', { ...BUCKET, ResourceIds: ['subnet-0'] }, 'InvalidVpcId.Malformed', 'subnet-0'],
] as const)('CreateFlowLogs refuses %s', (_, input, code, sentence) => {
  trust('ec2.amazonaws.com')
  // The table's lists are read-only.
  expect(refusal(() => create(input as Partial<Input>), code)).toContain(sentence)
})
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: AWS's own way of writing fields.

test('a flow log of another account is not there', () => {
  const id = create(BUCKET)
  expect(world.read(describeFlowLogs, {}, STRANGER).FlowLogs).toEqual([])
  refusal(() => world.read(describeFlowLogs, { FlowLogIds: [id] }, STRANGER), 'InvalidFlowLogId.NotFound')
  refusal(() => world.write(deleteFlowLogs, { FlowLogIds: [id] }, STRANGER), 'InvalidFlowLogId.NotFound')
  refusal(() => world.write(deleteFlowLogs, { FlowLogIds: [id, 'fl-0'] }), 'InvalidFlowLogId.NotFound')
  expect(show()).toHaveLength(1)
})
