// VPC flow logs. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateFlowLogs.html
// A flow log cannot be changed. While a VPC has one its packets are counted in the kernel, and telemetry/ writes the records.

import type {
  CreateFlowLogsRequest,
  CreateFlowLogsResult,
  DeleteFlowLogsRequest,
  DeleteFlowLogsResult,
  DescribeFlowLogsRequest,
  DescribeFlowLogsResult,
  FlowLog as FlowLogOutput,
} from '@aws-sdk/client-ec2'
import { ApiError, invalidParameter, invalidParameterValue, missingParameter } from '../../../errors.ts'
import type { FlowLog } from '../../../store/flow-log-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { parseChoice } from '../request/choice.ts'
import { findMadeBefore, forgetMade, rememberMade } from '../request/client-token.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { notServed } from '../request/not-served.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { findAll, requireId, requireNetworkInterface, requireSubnet, requireVpc } from '../request/require.ts'
import { tagList, tagsFor } from '../request/tags.ts'
import { destinationArn, requireDestination } from './flow-log-destination.ts'
import { requireFormat } from './flow-log-format.ts'

const ACTION = 'CreateFlowLogs'
const RESOURCES_PER_CALL = 1000
const MOST_OF_A_RESOURCE = 250
const TYPES = ['VPC', 'Subnet', 'NetworkInterface'] as const
const OTHER_TYPES = new Set(['TransitGateway', 'TransitGatewayAttachment', 'RegionalNatGateway'])

/** The same answer for the same token; without one there is one in the answer all the same, as AWS's has. */
export function createFlowLogs(tx: Tx, caller: Caller, input: CreateFlowLogsRequest): CreateFlowLogsResult {
  const token = input.ClientToken ?? caller.requestId
  const madeBefore = findMadeBefore(tx, caller, { action: ACTION, input })
  if (madeBefore) return { ClientToken: token, FlowLogIds: madeBefore.split(' '), Unsuccessful: [] }
  const resources = requireResources(tx, caller, input)
  const trafficType = parseChoice('trafficType', input.TrafficType, ['ACCEPT', 'REJECT', 'ALL'])
  if (!trafficType) throw missingParameter('trafficType')
  const wanted = {
    trafficType,
    ...requireDestination(tx, caller, input),
    logFormat: requireFormat(input.LogFormat),
    maxAggregationInterval: requireInterval(input.MaxAggregationInterval),
  }
  const tags = tagsFor('vpc-flow-log', input.TagSpecifications)
  for (const { id } of resources) requireRoom(tx, caller, id, wanted)
  const made = resources.map(({ id, vpcId }) =>
    tx.flowLogs.insert({ ...ownedBy(caller, tags), id: tx.newId('fl'), resourceId: id, vpcId, ...wanted }),
  )
  const ids = made.map(({ id }) => id)
  rememberMade(tx, caller, { action: ACTION, input }, ids.join(' '))
  return { ClientToken: token, FlowLogIds: ids, Unsuccessful: [] }
}

export function describeFlowLogs(
  records: Records,
  caller: Caller,
  input: DescribeFlowLogsRequest,
): DescribeFlowLogsResult {
  const ids = new Set((input.FlowLogIds ?? []).map((id) => requireId('FlowLog', id)))
  const all = findAll(records.flowLogs, caller)
  const named = ids.size === 0 ? all : all.filter(({ id }) => ids.has(id))
  if (named.length < ids.size) throw missing([...ids].filter((id) => !named.some((one) => one.id === id)))
  const found = applyFilters(named, input.Filter, FILTERS)
  const { items, nextToken } = pageOf(found, input, ({ id }) => id, { min: 5, max: 1000, hasIds: ids.size > 0 })
  return { FlowLogs: items.map(toFlowLog), NextToken: nextToken }
}

/** All of them, or none when one is not there. */
export function deleteFlowLogs(tx: Tx, caller: Caller, input: DeleteFlowLogsRequest): DeleteFlowLogsResult {
  const ids = new Set((input.FlowLogIds ?? []).map((id) => requireId('FlowLog', id)))
  if (ids.size === 0) throw missingParameter('FlowLogId')
  const gone = [...ids].filter((id) => {
    const record = tx.flowLogs.get(id)
    return record?.owner !== caller.account || record.region !== caller.region
  })
  if (gone.length > 0) throw missing(gone)
  for (const id of ids) {
    tx.flowLogs.delete(id)
    forgetMade(tx, id)
  }
  return { Unsuccessful: [] }
}

function missing(ids: readonly string[]): ApiError {
  const list = `[TotalCount: ${ids.length}] ${ids.join(', ')}`
  return new ApiError('InvalidFlowLogId.NotFound', `These flow log ids in the input list are not found: ${list}`)
}

interface Logged {
  readonly id: FlowLog['resourceId']
  readonly vpcId: FlowLog['vpcId']
}

function requireResources(records: Records, caller: Caller, input: CreateFlowLogsRequest): readonly Logged[] {
  if (OTHER_TYPES.has(input.ResourceType ?? '')) throw notServed(`The resource type ${input.ResourceType}`)
  const type = parseChoice('resourceType', input.ResourceType, TYPES)
  if (!type) throw missingParameter('resourceType')
  const ids = [...new Set(input.ResourceIds)]
  if (ids.length === 0) throw missingParameter('resourceId')
  if (ids.length > RESOURCES_PER_CALL)
    throw invalidParameter(`A call can name at most ${RESOURCES_PER_CALL} resources.`)
  return ids.map((id) => {
    if (type === 'Subnet') return requireSubnet(records, caller, id)
    if (type === 'NetworkInterface') return requireNetworkInterface(records, caller, id)
    const vpc = requireVpc(records, caller, id)
    return { id: vpc.id, vpcId: vpc.id }
  })
}

function requireInterval(seconds: number | undefined): FlowLog['maxAggregationInterval'] {
  if (seconds === undefined) return 600
  if (seconds === 60 || seconds === 600) return seconds
  throw invalidParameterValue('maxAggregationInterval', String(seconds), 'Use 60 or 600.')
}

type Wanted = Pick<FlowLog, 'trafficType' | 'destination' | 'logFormat'>

/** The same traffic of a resource goes to a destination once. */
function requireRoom(records: Records, caller: Caller, resourceId: FlowLog['resourceId'], wanted: Wanted): void {
  const present = records.flowLogs.where('resourceId', resourceId)
  const place = { owner: caller.account, region: caller.region }
  const keyOf = ({ trafficType, destination, logFormat }: Wanted) =>
    `${trafficType} ${destinationArn(place, destination)} ${logFormat}`
  if (present.some((one) => keyOf(one) === keyOf(wanted))) {
    throw new ApiError(
      'FlowLogAlreadyExists',
      'Error. There is an existing Flow Log with the same configuration and log destination.',
    )
  }
  if (present.length >= MOST_OF_A_RESOURCE) {
    throw new ApiError(
      'FlowLogsLimitExceeded',
      `${resourceId} already has ${MOST_OF_A_RESOURCE} flow logs; delete one of them.`,
    )
  }
}

function toFlowLog(log: FlowLog): FlowLogOutput {
  const { destination } = log
  return {
    CreationTime: new Date(log.createdAt),
    ...(log.roleArn && { DeliverLogsPermissionArn: log.roleArn }),
    ...(log.delivery && { DeliverLogsStatus: log.delivery }),
    ...(log.deliveryError && { DeliverLogsErrorMessage: log.deliveryError }),
    FlowLogId: log.id,
    FlowLogStatus: 'ACTIVE',
    ...(destination.kind === 'cloud-watch-logs' && { LogGroupName: destination.logGroupName }),
    ResourceId: log.resourceId,
    TrafficType: log.trafficType,
    LogDestinationType: destination.kind,
    LogDestination: destinationArn(log, destination),
    LogFormat: log.logFormat,
    MaxAggregationInterval: log.maxAggregationInterval,
    ...(destination.kind === 's3' && {
      DestinationOptions: {
        FileFormat: 'plain-text' as const,
        HiveCompatiblePartitions: destination.hiveCompatible,
        PerHourPartition: destination.perHour,
      },
    }),
    Tags: tagList(log.tags),
  }
}

const FILTERS: FilterFields<FlowLog> = {
  'deliver-log-status': ({ delivery }) => delivery,
  'flow-log-id': ({ id }) => id,
  'log-destination-type': ({ destination }) => destination.kind,
  'log-group-name': ({ destination }) => (destination.kind === 's3' ? undefined : destination.logGroupName),
  'resource-id': ({ resourceId }) => resourceId,
  'traffic-type': ({ trafficType }) => trafficType,
}
