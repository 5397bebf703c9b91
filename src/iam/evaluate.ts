// Decides a request by every policy that binds it, one verdict a layer. The request passes when no layer refuses.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html

import { servicePrefix } from './context.ts'
import { denialMessage } from './denial-message.ts'
import { type Judgement, judge } from './judgement.ts'
import type { NamedPolicy, Principal } from './principal.ts'
import type { MatchOptions } from './principal-clause.ts'
import type {
  ContextKeys,
  LayerVerdict,
  OrganizationLevels,
  PolicyDecision,
  PolicyKind,
  PolicyRequest,
} from './request.ts'
import { withinLimit } from './work.ts'

const WHOLE_ACCOUNT: MatchOptions = { accountMeansRoot: false }

/** Who must say yes, once the resource's policy has been read. */
interface Grant {
  /** The resource's policy names the requester or its session: nothing else has to allow. */
  readonly final: boolean
  /** The resource's policy names the requester's role: boundary and session still limit it. */
  readonly identity: boolean
}

/** Bounded: a request and policies that would cost each other too much time are refused. */
export function evaluate(request: PolicyRequest, keys: ContextKeys): PolicyDecision {
  return withinLimit(() => decide(request, keys))
}

function decide(request: PolicyRequest, keys: ContextKeys): PolicyDecision {
  const ask = (kind: PolicyKind, policies: readonly NamedPolicy[], principals?: MatchOptions): Judgement =>
    judge({ kind, policies, request, keys, principals })
  const resource = resourceLayer(request, ask)
  const layers = [
    ...organizationLayers(request, ask),
    ...principalLayers(request.principal, resource.grant, ask),
    resource.verdict,
    ...endpointLayer(request, ask),
  ]
  const refusing = findRefusing(layers)
  if (!refusing) return { allowed: true, layers }
  return { allowed: false, layers, message: denialMessage(request, refusing) }
}

type Ask = (kind: PolicyKind, policies: readonly NamedPolicy[], principals?: MatchOptions) => Judgement

/** AWS names one policy type in a refusal: an explicit deny before an implicit one, then the first in this order. */
function findRefusing(layers: readonly LayerVerdict[]): LayerVerdict | undefined {
  return (
    layers.find((layer) => layer.effect === 'ExplicitDeny') ?? layers.find((layer) => layer.effect === 'ImplicitDeny')
  )
}

/** Services that resource control policies bind.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html */
const RCP_SERVICES = new Set(['s3', 'sts', 'kms', 'sqs', 'secretsmanager', 'dynamodb', 'ecr', 'logs', 'cognito-idp'])

/** What an organization lets its accounts do, and be done to. Nothing is granted by it. */
function organizationLayers(request: PolicyRequest, ask: Ask): LayerVerdict[] {
  const { principal, action, resourceControlPolicies, serviceControlPolicies } = request
  const layers: LayerVerdict[] = []
  if (resourceControlPolicies && RCP_SERVICES.has(servicePrefix(action))) {
    layers.push(levelsVerdict('resource control policy', resourceControlPolicies, ask, WHOLE_ACCOUNT))
  }
  if (serviceControlPolicies && principal.kind !== 'anonymous') {
    layers.push(levelsVerdict('service control policy', serviceControlPolicies, ask))
  }
  return layers
}

/** A deny at any level refuses, and so does a level that allows nothing of it. */
function levelsVerdict(
  kind: PolicyKind,
  levels: OrganizationLevels,
  ask: Ask,
  principals?: MatchOptions,
): LayerVerdict {
  const verdicts = levels.map((policies) => ask(kind, policies, principals).verdict)
  const refusing = findRefusing(verdicts) ?? verdicts.at(-1)
  return refusing ?? notApplicable(kind, 'the organization has no level')
}

function principalLayers(principal: Principal, grant: Grant, ask: Ask): LayerVerdict[] {
  if (principal.kind === 'anonymous') {
    return [notApplicable('identity-based policy', 'an anonymous requester has no policies of its own')]
  }
  const layers = [identityLayer(principal, grant, ask)]
  if (principal.boundary) {
    layers.push(unlessGranted(grant.final, ask('permissions boundary', [principal.boundary]).verdict))
  }
  // A federated user has nothing of its own without session policies.
  const isSession = principal.kind === 'federatedUser' || principal.kind === 'assumedRole'
  if (isSession && (principal.kind === 'federatedUser' || principal.sessionPolicies.length > 0)) {
    layers.push(unlessGranted(grant.final, ask('session policy', principal.sessionPolicies).verdict))
  }
  return layers
}

function identityLayer(principal: Exclude<Principal, { kind: 'anonymous' }>, grant: Grant, ask: Ask): LayerVerdict {
  const isOfRoot = principal.kind === 'federatedUser' && principal.sourceArn.endsWith(':root')
  if (principal.kind === 'root' || isOfRoot) {
    return notApplicable('identity-based policy', 'the root user of an account needs no identity-based policy')
  }
  return unlessGranted(grant.identity, ask('identity-based policy', principal.identityPolicies).verdict)
}

/** An implicit deny does not refuse what the resource's policy has granted; an explicit one always does. */
function unlessGranted(granted: boolean, verdict: LayerVerdict): LayerVerdict {
  if (!granted || verdict.effect !== 'ImplicitDeny') return verdict
  return notApplicable(verdict.kind, `not needed: the resource's own policy grants the request (${verdict.why})`)
}

function resourceLayer(request: PolicyRequest, ask: Ask): { verdict: LayerVerdict; grant: Grant } {
  const kind = request.resourcePolicyKind ?? 'resource-based policy'
  const { principal, resourcePolicy, resourceAccount } = request
  // Nobody has no account: only a policy of the resource can let them in.
  const ownAccount =
    principal.kind !== 'anonymous' && (resourceAccount === undefined || principal.account === resourceAccount)
  const { verdict, principal: named } = ask(kind, resourcePolicy ? [resourcePolicy] : [], WHOLE_ACCOUNT)
  const grant = {
    final: ownAccount && named === 'direct',
    identity: ownAccount && (named === 'direct' || named === 'role'),
  }
  // A role's trust policy must allow by itself; so must the policy of a resource in another account.
  const mustAllow = kind === 'role trust policy' || !ownAccount
  if (mustAllow || verdict.effect !== 'ImplicitDeny') return { verdict, grant }
  const why = resourcePolicy ? verdict.why : 'the resource has none'
  return { verdict: notApplicable(kind, `not needed in the resource's own account: ${why}`), grant }
}

/** The endpoint's policy filters what passes and grants nothing, whoever asks and whosever the resource is. */
function endpointLayer({ endpointPolicy, endpointType }: PolicyRequest, ask: Ask): LayerVerdict[] {
  if (!endpointPolicy) return []
  return [ask('VPC endpoint policy', [endpointPolicy], { accountMeansRoot: endpointType !== 'Interface' }).verdict]
}

function notApplicable(kind: PolicyKind, why: string): LayerVerdict {
  return { kind, effect: 'NotApplicable', why }
}
