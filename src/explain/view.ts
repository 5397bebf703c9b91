// What an account may see of a trace: of its own side all, and of the other side of an endpoint service no more than that it
// answers or not.

import type { AccountId } from '../store/records.ts'
import { formatTraffic } from './packet.ts'
import { pass, type Step, stop, type Trace } from './trace.ts'

/** The trace as the account that owns the sender may see it. */
export function asSeenBy(account: AccountId, trace: Trace): Trace {
  const isHidden = ({ provider }: Step) => provider !== undefined && provider !== account
  const first = trace.steps.findIndex(isHidden)
  if (first < 0) return trace
  const hidden = trace.steps.filter(isHidden)
  const steps = trace.steps.flatMap((step, index) =>
    index === first ? [outcomeStep(trace, hidden)] : isHidden(step) ? [] : [step],
  )
  return { ...trace, steps, blockers: steps.filter(({ verdict }) => verdict === 'stop') }
}

/** One step in the place of all that the owner alone may see. */
function outcomeStep({ steps, question }: Trace, hidden: readonly Step[]): Step {
  // The step before says what the endpoint leads to: the endpoint service, or the resource.
  const reached = steps.findLast(({ stage, provider }) => stage === 'zone' && provider === undefined)
  const link = reached ? undefined : linkTo(hidden)
  const head = link ?? ({ stage: 'endpoint-service', by: reached?.by ?? question.from } as const)
  const { protocol, port } = question.to
  const traffic = formatTraffic({ protocol, ...(port !== undefined && { ports: { from: port, to: port } }) })
  const owner = [...new Set(hidden.map(({ provider }) => provider))].join(' or ')
  if (!hidden.some(({ verdict }) => verdict === 'stop')) {
    return pass({ ...head, why: `nothing that its owner, ${owner}, has set up keeps ${traffic} from it` })
  }
  return stop({ ...head, why: `${head.by} does not answer ${traffic}: ask its owner, ${owner}` })
}

/** What leads to the other side, where that is not an endpoint service. */
function linkTo([first]: readonly Step[]): Pick<Step, 'stage' | 'by'> | undefined {
  if (first?.publicAddress) return { stage: 'target', by: first.publicAddress }
  if (first?.peeringId) return { stage: 'route', by: first.peeringId }
  return first?.transitGatewayId && { stage: 'transit-gateway', by: first.transitGatewayId }
}
