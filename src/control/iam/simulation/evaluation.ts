// One simulated action on each of its resources, decided by the evaluator that decides real requests.

import type {
  EvaluationResult,
  PolicyEvaluationDecisionType,
  ResourceSpecificResult,
  Statement,
} from '@aws-sdk/client-iam'
import { parseArn } from '../../../iam/arn.ts'
import { evaluate } from '../../../iam/evaluate.ts'
import { findOffsets, placeOf } from '../../../iam/json-position.ts'
import { type Statement as PolicyStatement, parsePolicyCached } from '../../../iam/policy.ts'
import { referencedKeys } from '../../../iam/policy-keys.ts'
import type { IdentifiedPrincipal } from '../../../iam/principal.ts'
import type { MatchOptions } from '../../../iam/principal-clause.ts'
import type {
  ContextKeys,
  OrganizationLevels,
  PolicyDecision,
  PolicyKind,
  PolicyRequest,
} from '../../../iam/request.ts'
import { matchStatement } from '../../../iam/statement.ts'
import type { SourcePolicy } from './sources.ts'

/** What is tried: who asks with which policies, and the keys that the request would have. */
export interface Simulation {
  readonly principal: IdentifiedPrincipal
  readonly policies: readonly SourcePolicy[]
  readonly boundary?: SourcePolicy
  readonly resourcePolicy?: SourcePolicy
  readonly serviceControlPolicies?: OrganizationLevels
  /** ARNs, or `*` alone. */
  readonly resources: readonly string[]
  /** The account of a resource whose ARN names none. */
  readonly resourceOwner: string
  readonly keys: ContextKeys
}

/** One action on one resource. */
interface Outcome {
  readonly resource: string
  readonly decision: PolicyEvaluationDecisionType
  readonly matched: readonly Statement[]
  readonly missing: readonly string[]
  readonly layers: PolicyDecision['layers']
  readonly crossesAccounts: boolean
}

const BY_SEVERITY: readonly PolicyEvaluationDecisionType[] = ['explicitDeny', 'implicitDeny', 'allowed']

/** The action's result over all resources is the strictest of theirs. */
export function simulateAction(simulation: Simulation, action: string): EvaluationResult {
  const outcomes = simulation.resources.map((resource) => simulateOn(simulation, action, resource))
  const [first, ...others] = outcomes
  const decision = BY_SEVERITY.find((one) => outcomes.some((outcome) => outcome.decision === one)) ?? 'implicitDeny'
  const deciding = outcomes.filter((outcome) => outcome.decision === decision)
  const isAnything = first?.resource === '*' && others.length === 0
  return {
    EvalActionName: action,
    // One resource stands for itself; for many there is no name.
    EvalResourceName: first && others.length === 0 ? first.resource : '*',
    EvalDecision: decision,
    MatchedStatements: uniqueStatements(deciding.flatMap((outcome) => outcome.matched)),
    MissingContextValues: [...new Set(outcomes.flatMap((outcome) => outcome.missing))],
    ...organizationsDetail(outcomes),
    ...boundaryDetail(outcomes),
    ...(!isAnything && {
      EvalDecisionDetails: outcomes.map(decisionDetails).find((details) => Object.keys(details).length > 0) ?? {},
      ResourceSpecificResults: outcomes.map(resourceResult),
    }),
  }
}

function simulateOn(simulation: Simulation, action: string, resource: string): Outcome {
  const { principal, policies, boundary, resourcePolicy, serviceControlPolicies, resourceOwner } = simulation
  const resourceAccount = parseArn(resource)?.account || resourceOwner
  const keys = { 'aws:resourceaccount': resourceAccount, ...simulation.keys }
  const request: PolicyRequest = {
    action,
    resource,
    resourceAccount,
    keys: {},
    principal: { ...principal, identityPolicies: policies, ...(boundary && { boundary }) },
    ...(resourcePolicy && { resourcePolicy }),
    ...(serviceControlPolicies && { serviceControlPolicies }),
  }
  const { allowed, layers } = evaluate(request, keys)
  const denied = layers.some((layer) => layer.effect === 'ExplicitDeny')
  const decision = allowed ? 'allowed' : denied ? 'explicitDeny' : 'implicitDeny'
  const sources = [...policies, ...(resourcePolicy ? [resourcePolicy] : [])]
  return {
    resource,
    decision,
    matched: decision === 'implicitDeny' ? [] : sources.flatMap((source) => matchedIn(source, request, keys, allowed)),
    missing: missingKeys([...sources, ...(boundary ? [boundary] : [])], action, keys),
    layers,
    crossesAccounts: resourceAccount !== principal.account,
  }
}

/** The statements that decided: every one that allows, or every one that denies. */
function matchedIn(source: SourcePolicy, request: PolicyRequest, keys: ContextKeys, allowed: boolean): Statement[] {
  const principals: MatchOptions | undefined = source.type === 'resource' ? { accountMeansRoot: false } : undefined
  const subject = { request, keys, principals, action: request.action.toLowerCase() }
  return statementsOf(source)
    .filter((statement) => (statement.effect === 'Allow') === allowed && matchStatement(statement, subject).applies)
    .flatMap((statement) => shapesOf(source)[statement.index] ?? [])
}

function statementsOf({ document }: SourcePolicy): readonly PolicyStatement[] {
  const parsed = parsePolicyCached(document)
  return parsed.kind === 'policy' ? parsed.policy.statements : []
}

const shapes = new WeakMap<SourcePolicy, readonly Statement[]>()

/** The statements of a policy as they are answered. Both places are those behind a brace, as AWS counts them. */
function shapesOf(source: SourcePolicy): readonly Statement[] {
  const known = shapes.get(source)
  if (known) return known
  const { id, type, document } = source
  const paths = statementsOf(source).map(({ index }) => `$.Statement[${index}]`)
  const offsets = findOffsets(document, new Set(paths))
  const position = (offset: number) => {
    const { line, column } = placeOf(document, offset + 1)
    return { Line: line, Column: column }
  }
  const made = paths.map((path) => {
    const start = offsets.get(path) ?? 0
    return {
      SourcePolicyId: id,
      SourcePolicyType: type,
      StartPosition: position(start),
      EndPosition: position(closingBrace(document, start)),
    }
  })
  shapes.set(source, made)
  return made
}

/** The offset of the brace that closes the object which begins at `start`. */
function closingBrace(document: string, start: number): number {
  const token = /"(?:[^"\\]|\\.)*"|[{}]/gs
  token.lastIndex = start
  let depth = 0
  for (let match = token.exec(document); match; match = token.exec(document)) {
    if (match[0] === '{') depth++
    if (match[0] === '}' && --depth === 0) return match.index
  }
  return document.length - 1
}

function uniqueStatements(statements: readonly Statement[]): Statement[] {
  return [...new Map(statements.map((statement) => [JSON.stringify(statement), statement])).values()]
}

/** Keys that the statements on this action refer to and that the request does not have. */
function missingKeys(sources: readonly SourcePolicy[], action: string, keys: ContextKeys): string[] {
  const lower = action.toLowerCase()
  const covering = sources
    .flatMap(statementsOf)
    .filter((statement) => statement.action.tests.some((test) => test(lower)) !== statement.action.negated)
  return referencedKeys(covering).filter((key) => keys[key.toLowerCase()] === undefined)
}

function layerAllows({ layers }: Outcome, kind: PolicyKind): boolean | undefined {
  const layer = layers.find((one) => one.kind === kind)
  return layer && layer.effect !== 'ExplicitDeny' && layer.effect !== 'ImplicitDeny'
}

/** Present where an organization's policies bind the caller. */
function organizationsDetail(outcomes: readonly Outcome[]): Pick<EvaluationResult, 'OrganizationsDecisionDetail'> {
  const answers = outcomes.map((outcome) => layerAllows(outcome, 'service control policy'))
  if (answers.every((answer) => answer === undefined)) return {}
  return { OrganizationsDecisionDetail: { AllowedByOrganizations: !answers.includes(false) } }
}

/** Present where the caller has a boundary. */
function boundaryDetail(outcomes: readonly Outcome[]): Pick<EvaluationResult, 'PermissionsBoundaryDecisionDetail'> {
  const answers = outcomes.map((outcome) => layerAllows(outcome, 'permissions boundary'))
  if (answers.every((answer) => answer === undefined)) return {}
  return { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: !answers.includes(false) } }
}

/** Across accounts both sides must allow, and each is told; in one account there is nothing to tell. */
function decisionDetails(outcome: Outcome): Record<string, PolicyEvaluationDecisionType> {
  if (!outcome.crossesAccounts) return {}
  return {
    'IAM Policy': decisionOf(outcome, 'identity-based policy'),
    'Resource Policy': decisionOf(outcome, 'resource-based policy'),
  }
}

function decisionOf({ layers }: Outcome, kind: PolicyKind): PolicyEvaluationDecisionType {
  const effect = layers.find((layer) => layer.kind === kind)?.effect
  return effect === 'Allow' ? 'allowed' : effect === 'ExplicitDeny' ? 'explicitDeny' : 'implicitDeny'
}

function resourceResult(outcome: Outcome): ResourceSpecificResult {
  return {
    EvalResourceName: outcome.resource,
    EvalResourceDecision: outcome.decision,
    MatchedStatements: [...outcome.matched],
    MissingContextValues: [...outcome.missing],
    EvalDecisionDetails: decisionDetails(outcome),
    ...boundaryDetail([outcome]),
  }
}
