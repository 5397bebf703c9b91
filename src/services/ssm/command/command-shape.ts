// A command and its invocations as AWS shows them.

import type { Command, CommandInvocation, CommandPlugin } from '@aws-sdk/client-ssm'
import type { SsmCommand, SsmCommandInvocation, SsmPluginResult } from '../../../store/ssm-records.ts'
import { progressOf } from './command-status.ts'

/** AWS's limit of the output in lists, in characters; GetCommandInvocation has more. */
const MOST_LISTED = 2_500

export function commandShape(command: SsmCommand, invocations: readonly SsmCommandInvocation[]): Command {
  const { status, statusDetails, completedCount, errorCount, deliveryTimedOutCount } = progressOf(command, invocations)
  const lifetime = (command.timeoutSeconds + command.executionTimeout) * 1000
  return {
    CommandId: command.id,
    DocumentName: command.documentName,
    DocumentVersion: command.documentVersion,
    Comment: command.comment,
    ExpiresAfter: new Date(Date.parse(command.requestedAt) + lifetime),
    Parameters: listsOf(command.givenParameters),
    InstanceIds: [...command.instanceIds],
    Targets: command.targets.map(({ key, values }) => ({ Key: key, Values: [...values] })),
    RequestedDateTime: new Date(command.requestedAt),
    Status: status,
    StatusDetails: statusDetails,
    OutputS3BucketName: command.output?.bucket ?? '',
    OutputS3KeyPrefix: command.output?.prefix ?? '',
    MaxConcurrency: command.maxConcurrency,
    MaxErrors: command.maxErrors,
    TargetCount: invocations.length,
    CompletedCount: completedCount,
    ErrorCount: errorCount,
    DeliveryTimedOutCount: deliveryTimedOutCount,
    ServiceRole: '',
    NotificationConfig: { NotificationArn: '', NotificationEvents: [], NotificationType: '' as never },
    CloudWatchOutputConfig: logsShape(command),
    TimeoutSeconds: command.timeoutSeconds,
  }
}

export function invocationShape(
  command: SsmCommand,
  invocation: SsmCommandInvocation,
  instanceName: string,
  withPlugins: boolean,
): CommandInvocation {
  return {
    CommandId: command.id,
    InstanceId: invocation.instanceId,
    InstanceName: instanceName,
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: command.documentVersion,
    RequestedDateTime: new Date(invocation.requestedAt),
    Status: invocation.status,
    StatusDetails: invocation.statusDetails,
    TraceOutput: invocation.traceOutput,
    ...outputUrls(command, invocation.plugins.at(-1)),
    CommandPlugins: withPlugins ? invocation.plugins.map((one) => pluginShape(command, one)) : [],
    ServiceRole: '',
    CloudWatchOutputConfig: logsShape(command),
  }
}

/** `https://s3.us-east-1.amazonaws.com/BUCKET/KEY/stdout`; empty where nothing was written. */
export function outputUrls(
  { region, output: asked }: SsmCommand,
  plugin: SsmPluginResult | undefined,
): { StandardOutputUrl: string; StandardErrorUrl: string } {
  const { output } = plugin ?? {}
  if (!output) return { StandardOutputUrl: '', StandardErrorUrl: '' }
  const url = `https://s3.${asked?.region ?? region}.amazonaws.com/${output.bucket}/${output.prefix}`
  return { StandardOutputUrl: `${url}/stdout`, StandardErrorUrl: `${url}/stderr` }
}

export function logsShape({ output }: SsmCommand): {
  CloudWatchLogGroupName: string
  CloudWatchOutputEnabled: boolean
} {
  return { CloudWatchLogGroupName: output?.logGroup ?? '', CloudWatchOutputEnabled: output?.logGroup !== undefined }
}

function pluginShape(command: SsmCommand, plugin: SsmPluginResult): CommandPlugin {
  const { name, code, standardOutput, standardError, startedAt, endedAt } = plugin
  const error = standardError === '' ? '' : `\n----------ERROR-------\n${standardError}`
  return {
    Name: name,
    Status: pluginStatus(plugin),
    StatusDetails: plugin.status,
    ResponseCode: code,
    ...(startedAt !== undefined && { ResponseStartDateTime: new Date(startedAt) }),
    ...(endedAt !== undefined && { ResponseFinishDateTime: new Date(endedAt) }),
    Output: `${standardOutput}${error}`.slice(0, MOST_LISTED),
    ...outputUrls(command, plugin),
    OutputS3BucketName: plugin.output?.bucket ?? '',
    OutputS3KeyPrefix: plugin.output?.prefix ?? '',
  }
}

function pluginStatus({ status }: SsmPluginResult): 'Success' | 'InProgress' | 'TimedOut' | 'Cancelled' | 'Failed' {
  const known = (['Success', 'InProgress', 'TimedOut', 'Cancelled'] as const).find((one) => one === status)
  return known ?? 'Failed'
}

function listsOf(parameters: SsmCommand['givenParameters']): Record<string, string[]> {
  return Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, [...values]]))
}
