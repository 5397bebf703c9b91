// What an agent says of a command that it ran, as the record keeps it.

import type { SsmCommandInvocation, SsmPluginResult } from '../../../store/ssm-records.ts'
import { parseObject, textMember } from '../channel/service-message.ts'
import { EXECUTION_TIMED_OUT } from './command-status.ts'

export type JobResult = Pick<SsmCommandInvocation, 'status' | 'statusDetails' | 'plugins' | 'traceOutput'>

/** AWS's limits of what is shown of a plugin's output, in characters. */
const MOST_OUTPUT = 24_000
const MOST_ERROR = 8_000
const MOST_PLUGINS = 100

/** Reads the content of a reply: JSON, as it is or in a text. Undefined when it says nothing of a result. */
export function readJobReply(content: unknown): JobResult | undefined {
  const reply = typeof content === 'string' ? parseObject(content) : objectOf(content)
  const outcome = statusOf(textMember(reply, 'documentStatus'))
  if (!outcome) return undefined
  const plugins = Object.entries(objectOf(reply.runtimeStatus)).slice(0, MOST_PLUGINS)
  return {
    ...outcome,
    plugins: plugins.map(([name, value]) => pluginOf(name, objectOf(value))),
    traceOutput: textMember(reply, 'documentTraceOutput').slice(0, 2500),
  }
}

function pluginOf(key: string, value: Readonly<Record<string, unknown>>): SsmPluginResult {
  const startedAt = instantOf(value.startDateTime)
  const endedAt = instantOf(value.endDateTime)
  const standardOutput = textMember(value, 'standardOutput')
  const bucket = textMember(value, 'outputS3BucketName').slice(0, 63)
  return {
    name: key,
    status: textMember(value, 'status') || 'Failed',
    code: Number.isInteger(value.code) ? Number(value.code) : -1,
    standardOutput: (standardOutput || textMember(value, 'output')).slice(0, MOST_OUTPUT),
    standardError: textMember(value, 'standardError').slice(0, MOST_ERROR),
    ...(bucket !== '' && { output: { bucket, prefix: textMember(value, 'outputS3KeyPrefix').slice(0, 1024) } }),
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
  }
}

function statusOf(status: string): Pick<JobResult, 'status' | 'statusDetails'> | undefined {
  switch (status) {
    case 'Success':
    case 'Failed':
    case 'Cancelled':
    case 'InProgress':
      return { status, statusDetails: status }
    case 'SuccessAndReboot':
    case 'PassedAndReboot':
      return { status: 'InProgress', statusDetails: 'InProgress' }
    case 'TimedOut':
      return { status, statusDetails: EXECUTION_TIMED_OUT }
    default:
      return undefined
  }
}

function instantOf(value: unknown): string | undefined {
  const at = typeof value === 'string' ? new Date(value) : undefined
  return at && !Number.isNaN(at.getTime()) ? at.toISOString() : undefined
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
