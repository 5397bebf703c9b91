// Addresses: VPC 10.0.0.0/16 with one subnet 10.0.1.0/24 and two instances in it, whose group admits members alone.

import type { CreateNetworkInsightsPathRequest, NetworkInsightsAnalysis } from '@aws-sdk/client-ec2'
import { beforeEach, expect, test, vi } from 'vitest'
import { hostImages } from '../../../catalogue/images.ts'
import { compile } from '../../../compile/compile.ts'
import { followAnalyses } from '../../../daemon/network-insights.ts'
import { finishInstanceTransition } from '../instance/instance-lifecycle.ts'
import { runInstances } from '../instance/run-instances.ts'
import { createTags, describeTags } from '../request/tag-operations.ts'
import { CALLER, openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { createInternetGateway } from '../vpc/internet-gateway.ts'
import { createSubnet } from '../vpc/subnet.ts'
import { createVpc } from '../vpc/vpc.ts'
import {
  deleteNetworkInsightsAnalysis,
  describeNetworkInsightsAnalyses,
  startNetworkInsightsAnalysis,
} from './analysis.ts'
import { createNetworkInsightsPath, deleteNetworkInsightsPath, describeNetworkInsightsPaths } from './path.ts'

let world: World
let a: string
let b: string

beforeEach(async () => {
  world = await openWorld()
  const VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId
  const SubnetId = world.write(createSubnet, { VpcId, CidrBlock: '10.0.1.0/24' }).Subnet?.SubnetId
  const input = {
    ImageId: hostImages('us-east-1', 'x86_64')[0]?.id,
    InstanceType: 't3.micro',
    MinCount: 2,
    MaxCount: 2,
    SubnetId,
  } as const
  const launch = (tx: Parameters<typeof runInstances>[0], caller: typeof CALLER, given: typeof input) =>
    runInstances(tx, caller, given, 'x86_64')
  const { Instances = [] } = world.write(launch, input)
  ;[a = '', b = ''] = Instances.map(({ InstanceId = '' }) => InstanceId)
  world.store.transact((tx) => {
    for (const instance of [...tx.instances.all()]) finishInstanceTransition(tx, instance, CALLER.now)
  })
})

function makePath(input: Partial<CreateNetworkInsightsPathRequest> = {}) {
  const whole = { Source: a, Destination: b, Protocol: 'tcp' as const, ...input }
  return world.write(createNetworkInsightsPath, whole).NetworkInsightsPath ?? {}
}

/** As the daemon does it. */
async function analyse(NetworkInsightsPathId: string | undefined): Promise<NetworkInsightsAnalysis> {
  const { NetworkInsightsAnalysis: started } = world.write(startNetworkInsightsAnalysis, { NetworkInsightsPathId })
  expect(started?.Status).toBe('running')
  const ids = [started?.NetworkInsightsAnalysisId ?? '']
  const shown = () => {
    const { NetworkInsightsAnalyses: [one] = [] } = world.read(describeNetworkInsightsAnalyses, {
      NetworkInsightsAnalysisIds: ids,
    })
    return one ?? {}
  }
  const { store } = world
  const end = followAnalyses({
    store,
    network: () => compile(store.records),
    settle: async () => undefined,
    log: () => undefined,
  })
  await vi.waitFor(() => expect(shown().Status).not.toBe('running'), { timeout: 20_000 })
  end()
  return shown()
}

test('a path is shown as it was made, by id or ARN, with its filters', () => {
  const path = makePath({ Source: `arn:aws:ec2:us-east-1:123456789012:instance/${a}`, DestinationPort: 443 })
  expect(path).toMatchObject({ Source: a, Destination: b, Protocol: 'tcp', DestinationPort: 443 })
  expect(path.NetworkInsightsPathArn).toBe(
    `arn:aws:ec2:us-east-1:123456789012:network-insights-path/${path.NetworkInsightsPathId}`,
  )
  expect(path.DestinationArn).toBe(`arn:aws:ec2:us-east-1:123456789012:instance/${b}`)
  const FilterAtSource = { DestinationPortRange: { FromPort: 20, ToPort: 30 } }
  expect(makePath({ FilterAtSource })).toMatchObject({ FilterAtSource })
  const list = (Name: string, value: string) =>
    world.read(describeNetworkInsightsPaths, { Filters: [{ Name, Values: [value] }] }).NetworkInsightsPaths?.length
  expect(list('source', a)).toBe(2)
  expect(list('destination', a)).toBe(0)
  expect(list('protocol', 'tcp')).toBe(2)
  expect(list('filter-at-source.destination-port-range', '20-30')).toBe(1)
  expect(world.read(describeNetworkInsightsPaths, {}, STRANGER).NetworkInsightsPaths).toEqual([])
})

test('the same token makes one path and one analysis', () => {
  const first = makePath({ ClientToken: 't' })
  expect(makePath({ ClientToken: 't' })).toEqual(first)
  const { NetworkInsightsPathId } = first
  const start = () =>
    world.write(startNetworkInsightsAnalysis, { NetworkInsightsPathId, ClientToken: 't' }).NetworkInsightsAnalysis
  expect(start()).toEqual(start())
})

test('what a path cannot be', () => {
  const { InternetGateway } = world.write(createInternetGateway, {})
  const igw = InternetGateway?.InternetGatewayId
  const refused = (code: string, input: Partial<CreateNetworkInsightsPathRequest>) =>
    refusal(() => makePath(input), code)
  refused('MissingParameter', { Source: undefined })
  refused('MissingParameter', { Destination: undefined })
  refused('MissingParameter', { Protocol: undefined })
  refused('InvalidParameterValue', { Protocol: 'icmp' as never })
  refused('InvalidInstanceID.NotFound', { Source: 'i-0123456789abcdef0' })
  refused('InvalidNetworkInterfaceID.NotFound', { Destination: 'eni-0123456789abcdef0' })
  refused('InvalidParameterValue', { Source: 'somewhere' })
  refused('UnsupportedOperation', { Source: 'tgw-0123456789abcdef0' })
  refused('UnsupportedOperation', { Source: `arn:aws:ec2:us-east-1:999999999999:instance/${a}` })
  refused('UnsupportedOperation', { Source: igw, Destination: 'vpce-0123456789abcdef0' })
  refused('InvalidParameterValue', { DestinationPort: 65_536 })
  refused('InvalidParameterValue', { DestinationIp: 'x' })
  refused('InvalidParameterCombination', { DestinationPort: 80, FilterAtSource: {} })
  refused('InvalidParameterCombination', { DestinationIp: '10.0.1.5', FilterAtDestination: {} })
  refused('UnsupportedOperation', { FilterAtSource: { SourcePortRange: { FromPort: 1, ToPort: 2 } } })
  refused('InvalidParameterValue', { FilterAtSource: { DestinationPortRange: { FromPort: 2, ToPort: 1 } } })
  refused('UnsupportedOperation', { FilterAtDestination: { SourceAddress: '10.0.1.5' } })
  expect(makePath({ Destination: undefined, DestinationIp: '10.0.1.5' }).DestinationIp).toBe('10.0.1.5')
})

test('an analysis runs, and then says what explain says', async () => {
  const { NetworkInsightsPathId } = makePath({ DestinationPort: 80 })
  const found = await analyse(NetworkInsightsPathId)
  expect(found).toMatchObject({ Status: 'succeeded', NetworkPathFound: true, Explanations: [] })
  expect(found.ForwardPathComponents?.map(({ SequenceNumber }) => SequenceNumber)).toEqual([1, 2, 3, 4, 5, 6])
  expect(found.ForwardPathComponents?.[0]).toMatchObject({
    Component: { Id: a, Arn: `arn:aws:ec2:us-east-1:123456789012:instance/${a}` },
    OutboundHeader: {
      Protocol: '6',
      DestinationAddresses: ['10.0.1.5/32'],
      DestinationPortRanges: [{ From: 80, To: 80 }],
    },
  })
  expect(found.ForwardPathComponents?.[2]).toMatchObject({
    SecurityGroupRule: { Direction: 'egress', Protocol: 'all', Cidr: '0.0.0.0/0' },
  })
  world.store.transact((tx) => {
    for (const rule of [...tx.securityGroupRules.all()])
      if (rule.direction === 'ingress') tx.securityGroupRules.delete(rule.id)
  })
  const lost = await analyse(NetworkInsightsPathId)
  expect(lost).toMatchObject({ Status: 'succeeded', NetworkPathFound: false, ForwardPathComponents: [] })
  expect(lost.Explanations).toMatchObject([{ ExplanationCode: 'SG_HAS_NO_RULES', Direction: 'ingress' }])
  const list = (Name: string, value: string) =>
    world.read(describeNetworkInsightsAnalyses, { Filters: [{ Name, Values: [value] }] }).NetworkInsightsAnalyses
  expect(list('path-found', 'true')?.map((one) => one.NetworkInsightsAnalysisId)).toEqual([
    found.NetworkInsightsAnalysisId,
  ])
  expect(list('status', 'succeeded')).toHaveLength(2)
  const AnalysisEndTime = new Date(CALLER.now.getTime() - 1)
  expect(world.read(describeNetworkInsightsAnalyses, { AnalysisEndTime }).NetworkInsightsAnalyses).toEqual([])
})

test('a path goes after its analyses, and both have tags', async () => {
  const Tags = [{ Key: 'team', Value: 'blue' }]
  const { NetworkInsightsPathId = '' } = makePath({
    TagSpecifications: [{ ResourceType: 'network-insights-path', Tags }],
  })
  const { NetworkInsightsAnalysisId = '' } = await analyse(NetworkInsightsPathId)
  world.write(createTags, { Resources: [NetworkInsightsAnalysisId], Tags })
  expect(world.read(describeTags, {}).Tags?.map(({ ResourceType }) => ResourceType)).toEqual([
    'network-insights-path',
    'network-insights-analysis',
  ])
  refusal(
    () => world.write(deleteNetworkInsightsPath, { NetworkInsightsPathId }),
    'AnalysisExistsForNetworkInsightsPath',
  )
  world.write(deleteNetworkInsightsAnalysis, { NetworkInsightsAnalysisId })
  expect(world.write(deleteNetworkInsightsPath, { NetworkInsightsPathId })).toEqual({ NetworkInsightsPathId })
  refusal(
    () => world.read(describeNetworkInsightsPaths, { NetworkInsightsPathIds: [NetworkInsightsPathId] }),
    'InvalidNetworkInsightsPathId.NotFound',
  )
  refusal(
    () => world.write(deleteNetworkInsightsAnalysis, { NetworkInsightsAnalysisId }),
    'InvalidNetworkInsightsAnalysisId.NotFound',
  )
  refusal(
    () => world.write(startNetworkInsightsAnalysis, { NetworkInsightsPathId, FilterInArns: ['x'] }),
    'InvalidNetworkInsightsPathId.NotFound',
  )
})
