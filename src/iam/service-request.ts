// What a resource's policy says to an AWS service that acts by itself, as SNS does when it delivers to a queue. A service
// has no policies of its own and is in no account, so the resource's policy alone decides.

import { parsePolicyCached, type Statement } from './policy.ts'
import type { NamedPolicy } from './principal.ts'
import type { ContextKeys } from './request.ts'
import { matchStatement, type Subject } from './statement.ts'
import { TooMuchWork, withinLimit } from './work.ts'

export interface ServiceRequest {
  /** `sns.amazonaws.com` */
  readonly service: string
  readonly action: string
  readonly resource: string
  /** Absent: the resource has none, so nothing is allowed. */
  readonly resourcePolicy?: NamedPolicy
  /** By lower-case name: `aws:sourcearn` and `aws:sourceaccount`, and what the action has. */
  readonly keys: ContextKeys
}

/** Why the policy refuses; undefined when it allows. */
export function refusalOfService(request: ServiceRequest): string | undefined {
  const { service, action, resource, resourcePolicy } = request
  const what = `${service} may not ${action} on ${resource}`
  if (!resourcePolicy) return `${what}: it has no policy`
  const parsed = parsePolicyCached(resourcePolicy.document)
  if (parsed.kind === 'problem') return `${what}: its policy cannot be read: ${parsed.path}: ${parsed.why}`
  const effects = effectsOn(parsed.policy.statements, request)
  if (!effects || effects.includes('Deny')) return `${what}: its policy denies it`
  return effects.length > 0 ? undefined : `${what}: no statement of its policy allows it`
}

/** Undefined: nobody knows, for the decision would have taken too long. */
function effectsOn(statements: readonly Statement[], request: ServiceRequest): readonly string[] | undefined {
  const { service, action, resource, keys } = request
  // Whom a statement names is settled before; to the rest of it nobody in particular asks.
  const subject: Subject = {
    request: { principal: { kind: 'anonymous' }, action, resource, keys },
    keys,
    action: action.toLowerCase(),
    principals: undefined,
  }
  const named = statements.filter((statement) => names(statement, service))
  try {
    return withinLimit(() =>
      named.filter((statement) => matchStatement(statement, subject).applies).map(({ effect }) => effect),
    )
  } catch (error) {
    if (error instanceof TooMuchWork) return undefined
    throw error
  }
}

function names({ principal }: Statement, service: string): boolean {
  if (!principal) return false
  return (principal.anyone || principal.services.has(service)) !== principal.negated
}
