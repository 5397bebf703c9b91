// The diagnosis of a managed instance as text for a terminal: a block for the role and for each of the three names.

import type { ManagedInstanceDiagnosis, ServiceDiagnosis } from './managed-instance.ts'
import type { Step } from './trace.ts'

export function formatManagedInstance({
  instanceId,
  verdict,
  role,
  services,
  blockers,
}: ManagedInstanceDiagnosis): string {
  const head =
    verdict === 'reachable'
      ? `${instanceId}: nothing keeps its agent from Systems Manager; after a change it may take a minute to try again`
      : `${instanceId}: its agent cannot be online, for ${blockers.length === 1 ? 'one reason' : `${blockers.length} reasons`}`
  return [head, '', 'credentials', line(role), ...services.flatMap(serviceLines), ''].join('\n')
}

function serviceLines({ name, resolution, trace, permissions }: ServiceDiagnosis): string[] {
  // A name without an endpoint already says why its packets go nowhere.
  const path = resolution.verdict === 'stop' ? [] : trace.blockers.map(line)
  const reached = resolution.verdict === 'pass' && path.length === 0
  const way = reached ? [`  pass  path: ${trace.flow?.destination} answers on 443`] : path
  const refused = permissions.filter((step) => step.verdict === 'stop')
  const calls =
    refused.length > 0 ? refused.map(line) : permissions.length > 0 ? ["  pass  all the agent's calls are allowed"] : []
  return [name, line(resolution), ...way, ...calls]
}

function line({ verdict, stage, by, why }: Step): string {
  return `  ${verdict === 'stop' ? 'STOP' : 'pass'}  ${stage} by ${by}: ${why}`
}
