// SendCommand and CancelCommand: which instances, is all that was given right, and then the records of which the
// delivery takes care.

import { randomUUID } from 'node:crypto'
import type { CancelCommandRequest, SendCommandRequest } from '@aws-sdk/client-ssm'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import type { Authorisation } from '../../../iam/request.ts'
import type { InstanceId } from '../../../store/records.ts'
import type { SsmCommand, SsmOutputLocation } from '../../../store/ssm-records.ts'
import type { Tx } from '../../../store/store.ts'
import { completeArguments } from '../document/document-arguments.ts'
import { parseDocumentContent } from '../document/document-content.ts'
import { asksOnDocument, requireDocument } from '../document/find-document.ts'
import { asksOnInstance, findManaged } from '../instance/managed-instance.ts'
import { callerOf, type Ssm, type SsmRows, write } from '../ssm.ts'
import { commandShape } from './command-shape.ts'
import { isOpen } from './command-status.ts'
import { isRunning, requireShare, requireTargets, selectTargets } from './targets.ts'

export const sendCommandOperations: SsmRows = {
  SendCommand: { run: sendCommand, asks: asksForSending },
  CancelCommand: { run: cancelCommand },
}

const MOST_INSTANCES = 50
const DEFAULT_TIMEOUT = 3600
const DEFAULT_EXECUTION_TIMEOUT = 3600
/** Those that ended longest ago go first. */
const MOST_KEPT = 2_000
const KEPT_FOR = 30 * 24 * 3_600_000

async function sendCommand(ssm: Ssm, input: SendCommandRequest, call: Call): Promise<object> {
  refuseUnserved(input)
  const document = requireDocument(ssm.store.records, call, input.DocumentName ?? '', input.DocumentVersion)
  if (document.documentType !== 'Command') {
    throw new ApiError('InvalidDocument', `Document ${document.name} is of type ${document.documentType}, not Command.`)
  }
  const content = parseDocumentContent(document.version.content, 'Command')
  const givenParameters = { ...input.Parameters }
  const parameters = completeArguments(content, givenParameters)
  const instanceIds = targetsOf(ssm, input, call)
  const output = outputOf(input)
  const command: SsmCommand = {
    id: randomUUID(),
    owner: callerOf(call).account,
    region: call.region,
    documentName: document.name,
    documentVersion: input.DocumentVersion ?? '$DEFAULT',
    documentContent: document.version.content,
    comment: input.Comment ?? '',
    parameters,
    givenParameters,
    instanceIds: [...(input.InstanceIds ?? [])],
    targets: requireTargets(input.Targets ?? []),
    requestedAt: call.now.toISOString(),
    timeoutSeconds: requireRange('timeoutSeconds', input.TimeoutSeconds ?? DEFAULT_TIMEOUT, 30, 2_592_000),
    executionTimeout: executionTimeoutOf(parameters),
    maxConcurrency: requireShare('maxConcurrency', input.MaxConcurrency ?? '50', 1),
    maxErrors: requireShare('maxErrors', input.MaxErrors ?? '0', 0),
    cancelled: false,
    ...(output && { output }),
  }
  await write(ssm, (tx) => {
    forgetOld(tx, command.owner, call.now.getTime())
    insertCommand(tx, command, instanceIds)
  })
  ssm.delivery.dispatch(command.id)
  return { Command: commandShape(command, ssm.store.records.ssmCommandInvocations.where('commandId', command.id)) }
}

/** Where the agents write it; undefined: nowhere. Throws InvalidOutputFolder. */
function outputOf(input: SendCommandRequest): SsmOutputLocation | undefined {
  const { OutputS3BucketName: bucket, OutputS3KeyPrefix: prefix, OutputS3Region: region } = input
  const { CloudWatchOutputEnabled, CloudWatchLogGroupName: logGroup = '' } = input.CloudWatchOutputConfig ?? {}
  if (bucket && !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new ApiError('InvalidOutputFolder', `The S3 bucket name '${bucket}' is not valid.`)
  }
  if (!bucket && CloudWatchOutputEnabled !== true) return undefined
  return {
    ...(bucket && { bucket }),
    ...(bucket && prefix && { prefix }),
    ...(bucket && region && { region }),
    ...(CloudWatchOutputEnabled === true && { logGroup }),
  }
}

/** Seconds that the document lets it run. */
export function executionTimeoutOf({ executionTimeout }: SsmCommand['parameters']): number {
  return Number(executionTimeout?.[0]) || DEFAULT_EXECUTION_TIMEOUT
}

/** Keeps a command with an invocation for each instance, for the delivery to take care of. */
export function insertCommand(tx: Tx, command: SsmCommand, instanceIds: readonly InstanceId[]): void {
  const { id, owner, region, requestedAt } = command
  tx.ssmCommands.insert(command)
  for (const instanceId of instanceIds) {
    tx.ssmCommandInvocations.insert({
      ...{ id: `${id}/${instanceId}`, commandId: id, instanceId, owner, region, requestedAt },
      ...{ status: 'Pending', statusDetails: 'Pending', plugins: [], traceOutput: '' },
    })
  }
}

/** AWS keeps the history of commands for 30 days; here it also has a length. */
function forgetOld(tx: Tx, owner: string, now: number): void {
  const all = tx.ssmCommands.where('owner', owner).filter(({ associationId }) => associationId === undefined)
  const old = all.filter(
    ({ requestedAt }, at) => Date.parse(requestedAt) < now - KEPT_FOR || at <= all.length - MOST_KEPT,
  )
  for (const { id } of old) {
    if (!tx.ssmCommandInvocations.where('commandId', id).some(isOpen)) deleteCommand(tx, id)
  }
}

export function deleteCommand(tx: Tx, id: string): void {
  for (const one of tx.ssmCommandInvocations.where('commandId', id)) tx.ssmCommandInvocations.delete(one.id)
  tx.ssmCommands.delete(id)
}

async function cancelCommand(ssm: Ssm, input: CancelCommandRequest, call: Call): Promise<object> {
  const command = ssm.store.records.ssmCommands.get(input.CommandId ?? '')
  if (!command || command.owner !== callerOf(call).account || command.region !== call.region) {
    throw new ApiError('InvalidCommandId', 'The specified command ID is not valid. Verify the ID and try again.')
  }
  const chosen = new Set<string>(input.InstanceIds ?? [])
  const of = (instanceId: string) => chosen.size === 0 || chosen.has(instanceId)
  const running = await write(ssm, (tx) => {
    const open = tx.ssmCommandInvocations
      .where('commandId', command.id)
      .filter((one) => isOpen(one) && of(one.instanceId))
    if (open.length > 0) tx.ssmCommands.update(command.id, { cancelled: true })
    for (const { id, status } of open) {
      if (status !== 'Pending')
        tx.ssmCommandInvocations.update(id, { status: 'Cancelling', statusDetails: 'Cancelling' })
      else {
        const ended = { status: 'Cancelled', statusDetails: 'Cancelled', endedAt: call.now.toISOString() } as const
        tx.ssmCommandInvocations.update(id, ended)
      }
    }
    return open
  })
  // Also those that wait for the agent's word: it may have begun meanwhile.
  for (const one of running) ssm.delivery.cancel(one)
  return {}
}

function targetsOf(ssm: Ssm, input: SendCommandRequest, call: Call): readonly InstanceId[] {
  const { InstanceIds = [], Targets = [] } = input
  if ((InstanceIds.length === 0) === (Targets.length === 0)) {
    throw new ApiError('ValidationException', 'Either InstanceIds or Targets must be specified, and not both.')
  }
  if (InstanceIds.length > MOST_INSTANCES) {
    throw new ApiError('ValidationException', `InstanceIds can have ${MOST_INSTANCES} members; use Targets for more.`)
  }
  if (new Set(InstanceIds).size < InstanceIds.length) {
    throw new ApiError('DuplicateInstanceId', 'You cannot specify an instance ID in more than one association.')
  }
  if (Targets.length > 0) return selectTargets(ssm, requireTargets(Targets), call)
  const wrong = InstanceIds.filter((id) => !isRunning(findManaged(ssm, call, id)))
  if (wrong.length > 0) {
    const { account } = callerOf(call)
    throw new ApiError(
      'InvalidInstanceId',
      `Instances [[${wrong.join(', ')}]] not in a valid state for account ${account}`,
    )
  }
  return InstanceIds as InstanceId[]
}

/** The document, and each of the instances. */
function asksForSending(ssm: Ssm, input: SendCommandRequest, call: Call): readonly Authorisation[] {
  const ids = (input.Targets ?? []).length > 0 ? selectOrNone(ssm, input, call) : (input.InstanceIds ?? [])
  return [
    asksOnDocument(ssm.store.records, call, input.DocumentName ?? ''),
    ...ids.map((id) => asksOnInstance(ssm, call, id)),
  ]
}

/** What is wrong with the targets is said by the operation itself. */
function selectOrNone(ssm: Ssm, input: SendCommandRequest, call: Call): readonly string[] {
  try {
    return selectTargets(ssm, requireTargets(input.Targets ?? []), call)
  } catch {
    return []
  }
}

function refuseUnserved(input: SendCommandRequest): void {
  const unserved = {
    NotificationConfig: input.NotificationConfig?.NotificationArn,
    AlarmConfiguration: input.AlarmConfiguration,
    ServiceRoleArn: input.ServiceRoleArn,
    DocumentHash: input.DocumentHash,
  }
  const asked = Object.entries(unserved).find(([, value]) => value !== undefined && value !== '')
  if (asked) {
    throw new ApiError('ValidationException', `Postern does not serve ${asked[0]} of commands yet.`)
  }
  if ((input.Comment ?? '').length > 100)
    throw new ApiError('ValidationException', 'Comment has more than 100 characters.')
}

function requireRange(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value
  throw new ApiError(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: Member must have value ` +
      (value < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`),
  )
}
