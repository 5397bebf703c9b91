// The history of commands and what each of them printed.

import type {
  CommandFilter,
  GetCommandInvocationRequest,
  ListCommandInvocationsRequest,
  ListCommandsRequest,
} from '@aws-sdk/client-ssm'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import type { Instant } from '../../../store/records.ts'
import type { SsmCommand, SsmCommandInvocation, SsmPluginResult } from '../../../store/ssm-records.ts'
import { pageOf } from '../pages.ts'
import { callerOf, type Ssm, type SsmRows } from '../ssm.ts'
import { commandShape, invocationShape, logsShape, outputUrls } from './command-shape.ts'
import { isOpen } from './command-status.ts'

export const describeCommandOperations: SsmRows = {
  GetCommandInvocation: { run: getCommandInvocation },
  ListCommandInvocations: { run: listCommandInvocations },
  ListCommands: { run: listCommands },
}

function getCommandInvocation(ssm: Ssm, input: GetCommandInvocationRequest, call: Call): object {
  const { records } = ssm.store
  const invocation = records.ssmCommandInvocations.get(`${input.CommandId}/${input.InstanceId}`)
  const command = records.ssmCommands.get(input.CommandId ?? '')
  if (!invocation || !command || !isOwn(command, call)) {
    throw new ApiError(
      'InvocationDoesNotExist',
      'The command ID and managed node ID you specified did not match any invocations. Verify the command ID and the ' +
        'managed node ID and try again.',
    )
  }
  const plugin = choosePlugin(invocation, input.PluginName)
  const ended = plugin !== undefined && !isOpen(invocation)
  return {
    CommandId: command.id,
    InstanceId: invocation.instanceId,
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: command.documentVersion,
    PluginName: plugin?.name ?? input.PluginName ?? '',
    ResponseCode: ended ? plugin.code : -1,
    ExecutionStartDateTime: secondsOf(plugin?.startedAt ?? invocation.acceptedAt),
    ExecutionElapsedTime: ended ? elapsed(plugin) : '',
    ExecutionEndDateTime: ended ? secondsOf(plugin.endedAt) : '',
    Status: invocation.status,
    StatusDetails: invocation.statusDetails,
    StandardOutputContent: plugin?.standardOutput ?? '',
    StandardErrorContent: plugin?.standardError ?? '',
    ...outputUrls(command, plugin),
    CloudWatchOutputConfig: logsShape(command),
  }
}

/** The step that is asked for, else the last that ran. */
function choosePlugin({ plugins }: SsmCommandInvocation, name: string | undefined): SsmPluginResult | undefined {
  if (name === undefined || name === '') return plugins.at(-1)
  const found = plugins.find((plugin) => plugin.name === name)
  if (!found && plugins.length > 0) throw new ApiError('InvalidPluginName', `The plugin name '${name}' is not valid.`)
  return found
}

function listCommands(ssm: Ssm, input: ListCommandsRequest, call: Call): object {
  const { records } = ssm.store
  requireFilters(input.Filters)
  const found = commandsOf(ssm, call)
    .filter((command) => isAskedFor(command, input.CommandId))
    .map((command) => ({ command, invocations: records.ssmCommandInvocations.where('commandId', command.id) }))
    .filter(({ invocations }) => hasInstance(invocations, input.InstanceId))
    .map(({ command, invocations }) => commandShape(command, invocations))
    .filter((shape) => passes(input.Filters, shape))
  const { page, ...next } = pageOf(found, input, { most: 50 }, ({ CommandId }) => CommandId ?? '')
  return { Commands: page, ...next }
}

function listCommandInvocations(ssm: Ssm, input: ListCommandInvocationsRequest, call: Call): object {
  const { records } = ssm.store
  requireFilters(input.Filters)
  const found = commandsOf(ssm, call)
    .filter((command) => isAskedFor(command, input.CommandId))
    .flatMap((command) =>
      records.ssmCommandInvocations
        .where('commandId', command.id)
        .filter(({ instanceId }) => input.InstanceId === undefined || instanceId === input.InstanceId)
        .map((invocation) => {
          const name = records.instances.get(invocation.instanceId)?.tags.Name ?? ''
          return invocationShape(command, invocation, name, input.Details === true)
        }),
    )
    .filter((shape) => passes(input.Filters, shape))
  const idOf = ({ CommandId, InstanceId }: (typeof found)[number]) => `${CommandId}/${InstanceId}`
  const { page, ...next } = pageOf(found, input, { most: 50 }, idOf)
  return { CommandInvocations: page, ...next }
}

/** An execution of an association is shown to who names it, and is no part of the history. */
function isAskedFor({ id, associationId }: SsmCommand, commandId: string | undefined): boolean {
  return commandId === undefined ? associationId === undefined : id === commandId
}

/** Newest first. */
function commandsOf({ store }: Ssm, call: Call): SsmCommand[] {
  return store.records.ssmCommands
    .where('owner', callerOf(call).account)
    .filter((command) => isOwn(command, call))
    .reverse()
}

function isOwn({ owner, region }: SsmCommand, call: Call): boolean {
  return owner === callerOf(call).account && region === call.region
}

function hasInstance(invocations: readonly SsmCommandInvocation[], instanceId: string | undefined): boolean {
  return instanceId === undefined || invocations.some((one) => one.instanceId === instanceId)
}

interface Filtered {
  readonly Status?: string | undefined
  readonly StatusDetails?: string | undefined
  readonly DocumentName?: string | undefined
  readonly RequestedDateTime?: Date | undefined
}

const FILTERS: Readonly<Record<string, (shape: Filtered, value: string) => boolean>> = {
  InvokedAfter: ({ RequestedDateTime }, value) => (RequestedDateTime?.getTime() ?? 0) >= Date.parse(value),
  InvokedBefore: ({ RequestedDateTime }, value) => (RequestedDateTime?.getTime() ?? 0) < Date.parse(value),
  Status: ({ Status, StatusDetails }, value) => Status === value || StatusDetails?.replaceAll(' ', '') === value,
  DocumentName: ({ DocumentName }, value) => DocumentName === value,
  ExecutionStage: ({ Status }, value) =>
    (value === 'Executing') === (Status === 'Pending' || Status === 'InProgress' || Status === 'Cancelling'),
}

function requireFilters(filters: readonly CommandFilter[] | undefined): void {
  for (const { key = '' } of filters ?? []) {
    if (!Object.hasOwn(FILTERS, key)) throw new ApiError('InvalidFilterKey', `The specified key '${key}' is not valid.`)
  }
}

function passes(filters: readonly CommandFilter[] | undefined, shape: Filtered): boolean {
  return (filters ?? []).every(({ key = '', value = '' }) => FILTERS[key]?.(shape, value) === true)
}

/** AWS writes these times to the thousandth, and none as an empty text. */
function secondsOf(instant: Instant | undefined): string {
  return instant ?? ''
}

/** `PT0.05S` */
function elapsed({ startedAt, endedAt }: SsmPluginResult): string {
  if (startedAt === undefined || endedAt === undefined) return ''
  return `PT${Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)) / 1000}S`
}
