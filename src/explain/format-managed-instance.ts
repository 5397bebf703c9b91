// The diagnosis of a managed instance as text for a terminal: a block for the role and for each of the three names.

import type { ManagedInstanceDiagnosis, ServiceDiagnosis } from './managed-instance.ts'
import type { Step } from './trace.ts'

export function formatManagedInstance({
  instanceId,
  verdict,
  role,
  services,
  blockers,
  remedies,
}: ManagedInstanceDiagnosis): string {
  const head =
    verdict === 'reachable'
      ? `${instanceId}: nothing keeps its agent from Systems Manager; after a change it may take a minute to try again`
      : `${instanceId}: its agent cannot be online, for ${blockers.length === 1 ? 'one reason' : `${blockers.length} reasons`}`
  const advice = remedies.length > 0 ? ['', 'what to do', ...remedies.map((remedy) => `  ${remedy}`)] : []
  return [head, '', 'credentials', line(role), ...services.flatMap(serviceLines), ...advice, ''].join('\n')
}

function serviceLines({ name, resolution, trace, permissions }: ServiceDiagnosis): string[] {
  // A name without an endpoint already says why its packets go nowhere.
  const path = resolution.verdict === 'stop' ? [] : trace.blockers.map(line)
  const reached = resolution.verdict === 'pass' && path.length === 0
  const way = reached ? [`  pass  path: ${trace.flow?.destination} answers on 443`] : path
  const refused = permissions.filter((step) => step.verdict === 'stop')
  const calls =
    refused.length > 0
      ? refusalLines(refused)
      : permissions.length > 0
        ? ["  pass  all the agent's calls are allowed"]
        : []
  return [name, line(resolution), ...way, ...calls]
}

/** The first of those that one policy refuses in full, and the others by name. */
function refusalLines(refused: readonly Step[]): string[] {
  const byDecider = Map.groupBy(refused, ({ stage, by }) => `${stage} ${by}`)
  return [...byDecider.values()].flatMap(([first, ...others]) => {
    if (!first) return []
    const more = others.map(({ why }) => why.slice(0, why.indexOf(' ')))
    return more.length === 0 ? [line(first)] : [line(first), `        and so are ${more.join(', ')}`]
  })
}

function line({ verdict, stage, by, why }: Step): string {
  return `  ${verdict === 'stop' ? 'STOP' : 'pass'}  ${stage} by ${by}: ${why}`
}
