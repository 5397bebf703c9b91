// Why an endpoint is not in force. The Network has only those that are, so the records must be asked.

import type { VpcEndpointState } from '../store/records.ts'
import type { Step } from './trace.ts'

/** What the records know of an endpoint; undefined when there is none of this id. */
export type EndpointStates = (id: string) => EndpointInState | undefined

export interface EndpointInState {
  readonly id: string
  readonly serviceName: string
  readonly state: VpcEndpointState
}

const OWN_NAME = /(?:^|\.)(?<id>vpce-[0-9a-z]+)-[^.]+\.vpce-svc-[^.]+\.[a-z0-9-]+\.vpce\.amazonaws\.com$/

/** Of a stop at the endpoint's state, or at a name of one that is not in force: which state that is. */
export function withEndpointState(step: Step, name: string | undefined, states: EndpointStates | undefined): Step {
  if (step.verdict === 'pass') return step
  const id = step.stage === 'endpoint-state' ? step.by : step.stage === 'dns' ? ownNameOf(name) : undefined
  const endpoint = id === undefined ? undefined : states?.(id)
  const why = endpoint && whyNotInForce(endpoint)
  return why === undefined ? step : { ...step, why: `${step.why}; ${why}` }
}

function ownNameOf(name: string | undefined): string | undefined {
  return name === undefined ? undefined : OWN_NAME.exec(name.toLowerCase().replace(/\.$/, ''))?.groups?.id
}

/** Undefined for one that is in force. */
export function whyNotInForce({ id, serviceName, state }: EndpointInState): string | undefined {
  switch (state) {
    case 'pending':
    case 'available':
      return undefined
    case 'pendingAcceptance':
      return `${id} waits until the owner of ${serviceName} accepts it`
    case 'rejected':
      return `the owner of ${serviceName} rejected ${id}, and may accept it again`
    case 'deleting':
    case 'failed':
      return `${id} is ${state}`
    default:
      return state satisfies never
  }
}
