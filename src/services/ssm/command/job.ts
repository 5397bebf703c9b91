// A command as an agent gets it: a job by the control channel, or a message by GetMessages.

import type { SsmCommand } from '../../../store/ssm-records.ts'
import { parseObject } from '../channel/service-message.ts'

/** `aws.ssm.COMMAND.INSTANCE`: names the job in both directions. */
export function jobId(commandId: string, instanceId: string): string {
  return `aws.ssm.${commandId}.${instanceId}`
}

/** The invocation that a job's id names; undefined where it names none. */
export function parseJobId(id: string): { readonly commandId: string; readonly instanceId: string } | undefined {
  const [, commandId, instanceId] = /^aws\.ssm\.([0-9a-f-]{36})\.(m?i-[0-9a-f]+)$/.exec(id) ?? []
  return commandId !== undefined && instanceId !== undefined ? { commandId, instanceId } : undefined
}

export const SEND_COMMAND = 'aws.ssm.sendCommand'
export const CANCEL_COMMAND = 'aws.ssm.cancelCommand'

/** What the agent is to run, as JSON. */
export function jobContent(command: SsmCommand): string {
  const document = parseObject(command.documentContent)
  const { output } = command
  return JSON.stringify({
    CommandId: command.id,
    DocumentName: command.documentName,
    DocumentContent: document,
    Parameters: argumentsOf(document, command.parameters),
    OutputS3BucketName: output?.bucket ?? '',
    OutputS3KeyPrefix: output?.prefix ?? '',
    CloudWatchLogGroupName: output?.logGroup ?? '',
    CloudWatchOutputEnabled: String(output?.logGroup !== undefined),
  })
}

export function cancelContent(commandId: string, instanceId: string): string {
  return JSON.stringify({ CancelMessageId: jobId(commandId, instanceId) })
}

/** A list for a StringList, else the value itself, as the document wants them. */
function argumentsOf(
  document: Readonly<Record<string, unknown>>,
  values: SsmCommand['parameters'],
): Record<string, unknown> {
  const parameters = parseObject(JSON.stringify(document.parameters ?? {}))
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const { type } = parseObject(JSON.stringify(parameters[name] ?? {}))
      const isList = type === 'StringList' || type === 'MapList'
      return [name, isList ? value : (value[0] ?? '')]
    }),
  )
}
