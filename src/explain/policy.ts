// The policies of a request that came by an endpoint, each as a step: what the endpoint, the principal's own policies and
// the resource's policy say. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html

import type { PlacedInterface } from '../compile/lookup.ts'
import type { EndpointNetwork, Network } from '../compile/network.ts'
import type { Stage } from '../compile/stages.ts'
import type { EndpointConnection } from '../iam/connection.ts'
import { contextKeys } from '../iam/context.ts'
import { evaluate } from '../iam/evaluate.ts'
import {
  controlPolicies,
  type LayerVerdict,
  type Organizations,
  type PolicyDecision,
  type PolicyKind,
} from '../iam/request.ts'
import type { Address } from '../ip/address.ts'
import type { Question, ServiceRequest } from './question.ts'
import { pass, type Step, stop } from './trace.ts'

/** Where in a trace each kind of policy speaks. */
export const POLICY_STAGES: Readonly<Record<PolicyKind, Stage>> = {
  'resource control policy': 'resource-control-policy',
  'service control policy': 'service-control-policy',
  'VPC endpoint policy': 'endpoint-policy',
  'identity-based policy': 'identity-policy',
  'permissions boundary': 'identity-policy',
  'session policy': 'identity-policy',
  'resource-based policy': 'resource-policy',
  'role trust policy': 'resource-policy',
}

interface Arrival {
  readonly network: Network
  readonly sender: PlacedInterface
  readonly source: Address
  readonly endpoint: EndpointNetwork
  /** Absent: no account is in one. */
  readonly organizations?: Organizations
}

/** What the service's front door would say to the request of `question`, had it come by `endpoint`. */
export function policySteps(question: Question, request: ServiceRequest, arrival: Arrival): Step[] {
  const { endpoint, organizations } = arrival
  const { principal, keys = {}, ...rest } = request
  const authorisation = { ...rest, keys }
  const connection = connectionOf(question, arrival)
  const known = contextKeys({
    principal,
    connection,
    now: new Date(question.now),
    region: arrival.sender.vpc.region,
    authorisation,
    ...(organizations && { organizations }),
  })
  const levels = organizations ? controlPolicies(organizations, principal, authorisation) : {}
  const endpointPolicy = { name: endpoint.id, document: endpoint.policyDocument }
  const { endpointType } = connection
  const decision = evaluate({ ...authorisation, principal, ...levels, endpointPolicy, endpointType }, known)
  return decisionSteps(decision, request, endpoint)
}

/** What came from another network has the VPC of the endpoint as its source, and its own address.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourcevpc */
function connectionOf(question: Question, { network, sender, source, endpoint }: Arrival): EndpointConnection {
  const vpc = network.vpcs.find(({ endpoints }) => endpoints.some(({ id }) => id === endpoint.id)) ?? sender.vpc
  return {
    kind: 'endpoint',
    endpointId: endpoint.id,
    endpointAccount: endpoint.owner,
    endpointType: endpoint.kind === 'gateway' ? 'Gateway' : 'Interface',
    serviceName: endpoint.serviceName,
    vpcId: vpc.id,
    region: vpc.region,
    vpcSourceIp: source,
    interfaceId: sender.networkInterface.id,
    secure: question.to.port === 443,
  }
}

/** An explicit deny decides before anything that merely does not allow, so it stands first. */
function decisionSteps(decision: PolicyDecision, request: ServiceRequest, endpoint: EndpointNetwork): Step[] {
  const isDeny = (layer: LayerVerdict) => layer.effect === 'ExplicitDeny'
  return [...decision.layers.filter(isDeny), ...decision.layers.filter((layer) => !isDeny(layer))]
    .filter((layer) => layer.effect !== 'NotApplicable')
    .map((layer) => {
      const step = { stage: POLICY_STAGES[layer.kind], by: layerName(layer, request, endpoint), why: layer.why }
      return layer.effect === 'Allow' ? pass(step, 'request') : stop(step, 'request')
    })
}

/** The policy and its statement, or, when no statement decided, whose policy it is. */
function layerName(layer: LayerVerdict, request: ServiceRequest, endpoint: EndpointNetwork): string {
  if (layer.policy) return layer.statement ? `${layer.policy} statement ${layer.statement}` : layer.policy
  switch (layer.kind) {
    case 'VPC endpoint policy':
      return endpoint.id
    case 'resource-based policy':
    case 'role trust policy':
      return request.resourcePolicy?.name ?? request.resource
    case 'resource control policy':
      return request.resourceAccount ?? request.resource
    case 'service control policy':
    case 'identity-based policy':
    case 'permissions boundary':
    case 'session policy':
      return principalName(request)
    default:
      return layer.kind satisfies never
  }
}

function principalName({ principal }: ServiceRequest): string {
  return principal.kind === 'anonymous' ? 'anonymous' : principal.arn
}
