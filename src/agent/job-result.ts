// What the agent answers of a job: the results of its steps in the real agent's form, no longer than a reply may be.

import type { StepResult } from './run-script.ts'
import { AGENT_NAME, AGENT_VERSION } from './version.ts'

export interface DoneStep {
  readonly name: string
  readonly action: string
  readonly result: StepResult
  /** Where its output was written. */
  readonly output?: { readonly bucket: string; readonly keyPrefix: string }
}

/** Bytes of a reply. */
const MOST_BYTES = 120_000
/** Beside the result, the reply has ids and the escapes of JSON in JSON. */
const RESULT_BYTES = MOST_BYTES - 1_000

/** The result as JSON. Outputs are halved until it fits. */
export function jobResult(steps: readonly DoneStep[], now: Date): string {
  for (let most = 24_000; ; most = Math.floor(most / 2)) {
    const text = JSON.stringify(resultOf(steps, now, most))
    if (Buffer.byteLength(JSON.stringify(text)) <= RESULT_BYTES || most === 0) return text
  }
}

function resultOf(steps: readonly DoneStep[], now: Date, most: number): object {
  const counts: Record<string, number> = {}
  for (const { result } of steps) counts[result.status] = (counts[result.status] ?? 0) + 1
  return {
    additionalInfo: {
      agent: { lang: 'en-US', name: AGENT_NAME, os: '', osver: '1', ver: AGENT_VERSION },
      dateTime: now.toISOString(),
      runId: '',
      runtimeStatusCounts: counts,
    },
    documentStatus: documentStatus(steps),
    documentTraceOutput: '',
    runtimeStatus: Object.fromEntries(steps.map((step) => [step.name, pluginStatus(step, most)])),
  }
}

/** The first step that did not succeed says how the document ended: the steps after it were not begun. */
function documentStatus(steps: readonly DoneStep[]): StepResult['status'] {
  return steps.find(({ result }) => result.status !== 'Success')?.result.status ?? 'Success'
}

function pluginStatus({ name, action, result, output }: DoneStep, most: number): object {
  const standardOutput = result.standardOutput.slice(0, most)
  const standardError = result.standardError.slice(0, most)
  return {
    status: result.status,
    code: result.code,
    name: action,
    stepName: name,
    output: standardError === '' ? standardOutput : `${standardOutput}\n----------ERROR-------\n${standardError}`,
    standardOutput,
    standardError,
    startDateTime: result.startedAt.toISOString(),
    endDateTime: result.endedAt.toISOString(),
    outputS3BucketName: output?.bucket ?? '',
    outputS3KeyPrefix: output?.keyPrefix ?? '',
  }
}
