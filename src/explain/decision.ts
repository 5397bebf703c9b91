// What the policies say to one request that is only asked about: the decision, what denies, and by which statements. As
// JSON for programs, and as text in the manner of a Trace.

import type { Connection } from '../iam/connection.ts'
import { contextKeys } from '../iam/context.ts'
import { evaluate } from '../iam/evaluate.ts'
import type { NamedPolicy, Principal } from '../iam/principal.ts'
import type { Authorisation, ContextKeys, LayerVerdict, OrganizationLevels, Organizations } from '../iam/request.ts'
import { type FormatOptions, formatRows, type TextRow } from './format.ts'

export interface PolicyQuestion {
  readonly principal: Principal
  readonly authorisation: Authorisation
  /** Parts that nobody knows are empty, and their keys are absent. */
  readonly connection: Connection
  readonly region: string
  readonly now: string
  /** Keys that whoever asks has set, by any name: they win over all others. */
  readonly given: ContextKeys
  readonly endpointPolicy?: NamedPolicy
  readonly endpointType?: 'Gateway' | 'Interface'
  readonly serviceControlPolicies?: OrganizationLevels
  readonly resourceControlPolicies?: OrganizationLevels
  readonly organizations?: Organizations
}

export interface DecisionReport {
  /** IAM's own words for it, as the policy simulator answers them. */
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny'
  readonly allowed: boolean
  readonly principal: string
  readonly action: string
  readonly resource: string
  /** `vpce-…` */
  readonly via?: string
  /** AWS's sentence for the refusal. */
  readonly message?: string
  /** The layers that deny, the one that AWS would name first. */
  readonly denies: readonly LayerVerdict[]
  /** The statements that decided in their layers. */
  readonly statements: readonly DecidingStatement[]
  readonly layers: readonly LayerVerdict[]
  /** Every condition key of the request, by lower-case name. */
  readonly context: ContextKeys
}

export interface DecidingStatement {
  readonly layer: LayerVerdict['kind']
  readonly policy: string
  readonly statement: string
  readonly effect: 'Allow' | 'Deny'
}

export function decide(question: PolicyQuestion): DecisionReport {
  const { principal, authorisation, connection } = question
  const context = keysOf(question)
  const decision = evaluate({ ...question, ...authorisation, principal }, context)
  const denies = [
    ...decision.layers.filter(({ effect }) => effect === 'ExplicitDeny'),
    ...decision.layers.filter(({ effect }) => effect === 'ImplicitDeny'),
  ]
  const refused = denies[0]?.effect === 'ExplicitDeny' ? 'explicitDeny' : 'implicitDeny'
  return {
    decision: decision.allowed ? 'allowed' : refused,
    allowed: decision.allowed,
    principal: principal.kind === 'anonymous' ? 'anonymous' : principal.arn,
    action: authorisation.action,
    resource: authorisation.resource,
    ...(connection.kind === 'endpoint' && connection.endpointId && { via: connection.endpointId }),
    ...(decision.message !== undefined && { message: decision.message }),
    denies,
    statements: decision.layers.flatMap(decidingStatement),
    layers: decision.layers,
    context,
  }
}

/** Head, verdict, and a line for each layer with the deciding one marked. */
export function formatDecision(report: DecisionReport, options?: FormatOptions): string {
  const { principal, action, resource, via, denies, layers, message } = report
  const rows = layers.map(
    (layer): TextRow => ({
      decides: layer.kind === denies[0]?.kind,
      word: WORDS[layer.effect],
      stage: layer.kind,
      by: layer.policy ? `${layer.policy} statement ${layer.statement}` : '-',
      why: layer.why,
    }),
  )
  const [first, ...others] = denies
  const verdict = first ? `${report.decision} by the ${first.kind}${more(others.length)}` : report.decision
  return [
    `${principal}, ${action} on ${resource}${via ? ` via ${via}` : ''}`,
    verdict,
    ...(message === undefined ? [] : [message]),
    '',
    ...formatRows(rows, options),
    '',
  ].join('\n')
}

const WORDS = { Allow: 'pass', NotApplicable: '-', ExplicitDeny: 'STOP', ImplicitDeny: 'STOP' } as const

function more(count: number): string {
  return count === 0 ? '' : `, and ${count} more ${count === 1 ? 'layer denies' : 'layers deny'}`
}

/** What the request has by itself; what nobody knows is absent; what was given wins. */
function keysOf({ given, ...question }: PolicyQuestion): ContextKeys {
  const known = contextKeys({ ...question, now: new Date(question.now) })
  const keys = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== ''))
  const { connection } = question
  if (connection.kind === 'endpoint' && connection.vpcId === '') delete keys['aws:sourcevpcarn']
  for (const [name, value] of Object.entries(given)) keys[name.toLowerCase()] = value
  return keys
}

function decidingStatement({ kind, effect, policy, statement }: LayerVerdict): DecidingStatement[] {
  if (policy === undefined || statement === undefined) return []
  return [{ layer: kind, policy, statement, effect: effect === 'ExplicitDeny' ? 'Deny' : 'Allow' }]
}
