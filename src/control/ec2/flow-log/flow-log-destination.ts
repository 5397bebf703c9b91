// Where a flow log writes, and the role that writes there.
// https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-cwl.html and flow-logs-s3.html

import type { CreateFlowLogsRequest } from '@aws-sdk/client-ec2'
import { ApiError, invalidParameter, missingParameter } from '../../../errors.ts'
import { parseArn } from '../../../iam/arn.ts'
import { trustsService } from '../../../iam/trust.ts'
import type { FlowLog, FlowLogDestination } from '../../../store/flow-log-records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { findRoleByArn } from '../../iam/find.ts'
import { parseChoice } from '../request/choice.ts'
import { notServed, refuseUnserved } from '../request/not-served.ts'

/** Who assumes the role of a flow log. */
export const FLOW_LOGS_SERVICE = 'vpc-flow-logs.amazonaws.com'

/** S3 keeps this folder for itself. */
const RESERVED_FOLDER = 'AWSLogs'
const GROUP_NAME = /^[.\-_/#A-Za-z0-9]{1,512}$/

export function requireDestination(
  records: Records,
  caller: Caller,
  input: CreateFlowLogsRequest,
): Pick<FlowLog, 'destination' | 'roleArn'> {
  refuseUnserved({
    deliverCrossAccountRole: input.DeliverCrossAccountRole,
    tagFieldSpecifications: input.TagFieldSpecifications,
  })
  const choices = ['cloud-watch-logs', 's3', 'kinesis-data-firehose'] as const
  const kind = parseChoice('logDestinationType', input.LogDestinationType, choices) ?? 'cloud-watch-logs'
  if (kind === 'kinesis-data-firehose') throw notServed('The log destination type kinesis-data-firehose')
  return kind === 's3' ? { destination: bucketOf(input) } : logGroupOf(records, caller, input)
}

/** The ARN by which a destination is shown. */
export function destinationArn({ owner, region }: Pick<FlowLog, 'owner' | 'region'>, to: FlowLogDestination): string {
  if (to.kind === 'cloud-watch-logs') return `arn:aws:logs:${region}:${owner}:log-group:${to.logGroupName}`
  return `arn:aws:s3:::${to.bucket}${to.prefix === '' ? '' : `/${to.prefix}`}`
}

function logGroupOf(
  records: Records,
  caller: Caller,
  input: CreateFlowLogsRequest,
): Pick<FlowLog, 'destination' | 'roleArn'> {
  const { LogGroupName: name, LogDestination: arn, DeliverLogsPermissionArn: roleArn } = input
  if (input.DestinationOptions) throw invalidParameter('DestinationOptions are for the LogDestinationType s3 only.')
  if (name && arn) throw invalidParameter('Please only provide LogGroupName or only provide LogDestination.')
  if (!name && !arn) {
    throw invalidParameter("LogDestination can't be empty if LogGroupName is not provided.")
  }
  if (!roleArn) {
    throw invalidParameter("DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.")
  }
  const logGroupName = name || groupOfArn(caller, arn ?? '')
  if (!GROUP_NAME.test(logGroupName)) throw invalidParameter(`LogGroupName '${logGroupName}' is invalid.`)
  const role = findRoleByArn(records, roleArn)
  if (!role || role.owner !== caller.account || !trustsService(role.assumeRolePolicyDocument, FLOW_LOGS_SERVICE)) {
    throw invalidParameter(`Unable to assume given IAM role: ${roleArn} must exist and trust ${FLOW_LOGS_SERVICE}`)
  }
  return { destination: { kind: 'cloud-watch-logs', logGroupName }, roleArn }
}

function groupOfArn({ account, region }: Caller, arn: string): string {
  const parsed = parseArn(arn)
  const name = /^log-group:([^:]+)(?::\*)?$/.exec(parsed?.resource ?? '')?.[1]
  if (parsed?.service !== 'logs' || name === undefined) {
    throw invalidParameter(`LogDestination '${arn}' is no ARN of a CloudWatch Logs log group.`)
  }
  if (parsed.account !== account || parsed.region !== region) {
    throw invalidParameter(`LogDestination '${arn}' must be in the account and Region of the flow log.`)
  }
  return name
}

function bucketOf(input: CreateFlowLogsRequest): FlowLogDestination {
  const { LogDestination: arn, DestinationOptions: options, DeliverLogsPermissionArn: roleArn } = input
  if (roleArn) throw invalidParameter("DeliverLogsPermissionArn isn't allowed if LogDestinationType is s3.")
  if (input.LogGroupName) throw invalidParameter("LogGroupName isn't allowed if LogDestinationType is s3.")
  if (!arn) throw missingParameter('LogDestination')
  const parsed = parseArn(arn)
  const [bucket = '', ...folders] = parsed?.resource.split('/') ?? []
  if (parsed?.service !== 's3' || bucket === '') {
    throw new ApiError('InvalidParameterValue', `LogDestination '${arn}' is no ARN of an S3 bucket.`)
  }
  const prefix = folders.filter((folder) => folder !== '')
  if (prefix.includes(RESERVED_FOLDER)) {
    throw invalidParameter(`LogDestination: ${arn} may not contain the folder ${RESERVED_FOLDER}, which is reserved.`)
  }
  if (parseChoice('fileFormat', options?.FileFormat, ['plain-text', 'parquet']) === 'parquet') {
    throw notServed('The file format parquet')
  }
  return {
    kind: 's3',
    bucket,
    prefix: prefix.join('/'),
    hiveCompatible: options?.HiveCompatiblePartitions ?? false,
    perHour: options?.PerHourPartition ?? false,
  }
}
