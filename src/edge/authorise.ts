// May they? All that a call asks the policies, each with the endpoint's policy and the organizations' where there are any.

import { ApiError } from '../errors.ts'
import type { Connection } from '../iam/connection.ts'
import { contextKeys } from '../iam/context.ts'
import { evaluate } from '../iam/evaluate.ts'
import type { NamedPolicy, Principal } from '../iam/principal.ts'
import { type Authorisation, controlPolicies, type Organizations } from '../iam/request.ts'
import type { Adapter, Call } from './adapter.ts'

/** Where policies are that come neither with the principal nor with the resource. */
export interface PolicySources {
  /** The policy of a VPC endpoint by its id. */
  readonly endpointPolicy: (endpointId: string) => NamedPolicy | undefined
  /** Absent: no account is in one. */
  readonly organizations?: Organizations
}

/** One question to the policies and its answer. */
export interface AskedPolicies {
  readonly principal: Principal
  readonly authorisation: Authorisation
  readonly allowed: boolean
}

/** By the place of each authorisation, its refusal; throws the first where the operation does not answer them. What was
 * asked until then goes to `asked`. */
export async function authorise(
  adapter: Adapter,
  call: Call,
  sources: PolicySources,
  asked: AskedPolicies[],
): Promise<(Error | undefined)[]> {
  const { connection, now, region, headers } = call
  const userAgent = headers['user-agent']
  const endpointPolicy = endpointPolicyOf(connection, sources)
  const endpointType = connection.kind === 'endpoint' ? connection.endpointType : 'Gateway'
  const { organizations } = sources
  const refusals: (Error | undefined)[] = []
  for (const authorisation of await adapter.authorisations(call)) {
    const principal: Principal = authorisation.asAnonymous ? { kind: 'anonymous' } : call.principal
    const context = {
      principal,
      connection,
      now,
      region,
      authorisation,
      ...(userAgent !== undefined && { userAgent }),
      ...(organizations && { organizations }),
    }
    const request = {
      ...authorisation,
      principal,
      ...(organizations && controlPolicies(organizations, principal, authorisation)),
      ...(endpointPolicy && { endpointPolicy, endpointType }),
    }
    const decision = evaluate(request, contextKeys(context))
    asked.push({ principal, authorisation, allowed: decision.allowed })
    const refusal = decision.allowed ? undefined : adapter.refusal(call, authorisation, decision)
    if (refusal && !adapter.answersRefusals?.has(call.operation)) throw refusal
    refusals.push(refusal)
  }
  return refusals
}

/** An endpoint that went while the request was on its way lets nothing through. */
function endpointPolicyOf(connection: Connection, sources: PolicySources): NamedPolicy | undefined {
  if (connection.kind !== 'endpoint') return undefined
  const policy = sources.endpointPolicy(connection.endpointId)
  if (!policy) throw new ApiError('AccessDenied', `The VPC endpoint ${connection.endpointId} no longer exists`)
  return policy
}
