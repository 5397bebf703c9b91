// The diagnosis of an endpoint service or a load balancer as text for a terminal: a block for whom it serves, for each
// connection and for each node.

import type { ServiceDiagnosis } from './endpoint-service.ts'
import { type FormatOptions, formatRows } from './format.ts'
import { shortArn } from './short-arn.ts'

export function formatServiceDiagnosis(diagnosis: ServiceDiagnosis, options: FormatOptions = {}): string {
  const { subject, sections, blockers, remedies } = diagnosis
  const reasons = blockers.length === 1 ? 'one thing stands in its way' : `${blockers.length} things stand in its way`
  const head = blockers.length === 0 ? 'nothing that is set up stands in its way' : reasons
  const blocks = sections.flatMap(({ title, steps }) => [
    '',
    shortArn(title),
    ...formatRows(
      steps.map((step) => ({
        decides: step === blockers[0],
        word: step.verdict === 'stop' ? ('STOP' as const) : ('pass' as const),
        stage: step.direction === 'return' ? `${step.stage} (reply)` : step.stage,
        by: shortArn(step.by),
        why: shortArn(step.why),
      })),
      options,
    ),
  ])
  const advice = remedies.length > 0 ? ['', 'what to do', ...remedies.map((remedy) => `  ${remedy}`)] : []
  return [`${shortArn(subject)}: ${head}`, ...blocks, ...advice, ''].join('\n')
}
