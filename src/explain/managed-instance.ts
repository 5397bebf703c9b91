// Why is this instance offline in Systems Manager? Its agent needs a role, three names that lead to endpoints, a way to
// each on 443, and the permission of the role and of the endpoint's policy for each of its calls. All of it is asked of
// the same Network and the same policies as any other question.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-create-vpc.html

import { lookupIn, type PlacedInterface } from '../compile/lookup.ts'
import type { InterfaceEndpointNetwork, Network } from '../compile/network.ts'
import type { Connection } from '../iam/connection.ts'
import { contextKeys } from '../iam/context.ts'
import { evaluate } from '../iam/evaluate.ts'
import type { Principal } from '../iam/principal.ts'
import { type Authorisation, controlPolicies, type Organizations } from '../iam/request.ts'
import { TCP } from '../ip/protocol.ts'
import type { InstanceId, Instant } from '../store/records.ts'
import { explain } from './explain.ts'
import { type Obstacle, PROFILE_REMEDY, remediesFor } from './managed-instance-remedies.ts'
import { POLICY_STAGES } from './policy.ts'
import { pass, type Step, stop, type Trace } from './trace.ts'

/** What the agent calls at each of its three services. */
const CALLS = {
  ssm: ['ssm:UpdateInstanceInformation', 'ssm:ListInstanceAssociations'],
  ssmmessages: [
    'ssmmessages:CreateControlChannel',
    'ssmmessages:OpenControlChannel',
    'ssmmessages:CreateDataChannel',
    'ssmmessages:OpenDataChannel',
  ],
  ec2messages: ['ec2messages:GetMessages', 'ec2messages:AcknowledgeMessage', 'ec2messages:SendReply'],
} as const satisfies Readonly<Record<string, readonly string[]>>

type AgentService = keyof typeof CALLS

const SERVICES: readonly AgentService[] = ['ssm', 'ssmmessages', 'ec2messages']

export interface ManagedInstanceQuestion {
  readonly instanceId: InstanceId
  /** Whom the instance's credentials make it; `anonymous` when it gets none. */
  readonly principal: Principal
  readonly now: Instant
  /** Absent: no account is in one. */
  readonly organizations?: Organizations
}

export interface ManagedInstanceDiagnosis {
  readonly instanceId: InstanceId
  /** `reachable`: nothing of what is looked at keeps the agent from being online. */
  readonly verdict: 'reachable' | 'stopped'
  readonly role: Step
  /** Empty when the instance does not run. */
  readonly services: readonly ServiceDiagnosis[]
  /** Everything that stops it, in the order in which it is met. */
  readonly blockers: readonly Step[]
  /** What to change, a line each: `let tcp/443 from 10.0.1.4 into sg-…`. Fewer than the blockers where one change removes
   * several, and none for a blocker whose `why` says all. */
  readonly remedies: readonly string[]
}

export interface ServiceDiagnosis {
  readonly service: AgentService
  /** `ssm.us-east-1.amazonaws.com` */
  readonly name: string
  readonly resolution: Step
  /** The packet's way to where the name leads. */
  readonly trace: Trace
  /** One for each call of the agent. */
  readonly permissions: readonly Step[]
}

export function explainManagedInstance(network: Network, question: ManagedInstanceQuestion): ManagedInstanceDiagnosis {
  const { instanceId, principal } = question
  const placed = lookupIn(network).interfacesByInstance.get(instanceId)?.[0]
  const sender = placed?.vpc.instances.some(({ id }) => id === instanceId) ? placed : undefined
  const role = sender ? roleStep(instanceId, principal) : notRunning(instanceId)
  const services = sender ? SERVICES.map((service) => diagnoseService(network, question, sender, service)) : []
  const blockers = [role, ...services.flatMap(stepsOf)].filter((step) => step.verdict === 'stop')
  const obstacles = sender ? services.flatMap((service) => obstaclesTo(service, sender, principal)) : []
  const verdict = blockers.length === 0 ? 'reachable' : 'stopped'
  const profile = sender && role.verdict === 'stop' ? [PROFILE_REMEDY] : []
  return { instanceId, verdict, role, services, blockers, remedies: [...profile, ...remediesFor(obstacles)] }
}

function obstaclesTo(diagnosis: ServiceDiagnosis, { vpc, networkInterface }: PlacedInterface, principal: Principal) {
  const serviceName = `com.amazonaws.${vpc.region}.${diagnosis.service}`
  const place: Omit<Obstacle, 'step'> = {
    serviceName,
    vpcId: vpc.id,
    hasDnsAttributes: vpc.resolver.enabled && vpc.resolver.hostnames,
    source: networkInterface.addresses[0] ?? networkInterface.id,
    endpointId: vpc.endpoints.find((one) => one.serviceName === serviceName)?.id,
    roleName: principal.kind === 'assumedRole' ? principal.roleName : undefined,
  }
  return stepsOf(diagnosis)
    .filter((step) => step.verdict === 'stop')
    .map((step) => ({ ...place, step }))
}

function stepsOf({ resolution, trace, permissions }: ServiceDiagnosis): Step[] {
  // A name without an endpoint already says why its packets go nowhere.
  const path = resolution.verdict === 'stop' ? [] : trace.blockers
  return [resolution, ...path, ...permissions]
}

function notRunning(instanceId: InstanceId): Step {
  return stop({ stage: 'source-check', by: instanceId, why: `${instanceId} is not running, and so is no agent in it` })
}

function roleStep(instanceId: InstanceId, principal: Principal): Step {
  if (principal.kind === 'anonymous') {
    const why = `${instanceId} has no instance profile whose role EC2 may assume, so its agent has no credentials`
    return stop({ stage: 'identity-policy', by: instanceId, why }, 'request')
  }
  return pass({ stage: 'identity-policy', by: principal.arn, why: 'the instance profile gives credentials' }, 'request')
}

function diagnoseService(
  network: Network,
  { instanceId, principal, now, organizations }: ManagedInstanceQuestion,
  sender: PlacedInterface,
  service: AgentService,
): ServiceDiagnosis {
  const name = `${service}.${sender.vpc.region}.amazonaws.com`
  const trace = explain(network, { from: instanceId, to: { name, protocol: TCP, port: 443 }, now })
  const endpoint = reachedEndpoint(sender, trace)
  return {
    service,
    name,
    resolution: resolutionStep(sender, { service, name, endpoint, trace }),
    trace,
    permissions:
      principal.kind === 'anonymous'
        ? []
        : CALLS[service].map((action) =>
            permissionStep({ action, principal, sender, endpoint, now, ...(organizations && { organizations }) }),
          ),
  }
}

function reachedEndpoint({ vpc }: PlacedInterface, { flow }: Trace): InterfaceEndpointNetwork | undefined {
  return vpc.endpoints.find(
    (endpoint): endpoint is InterfaceEndpointNetwork =>
      endpoint.kind === 'interface' && endpoint.interfaces.some(({ address }) => address === flow?.destination),
  )
}

interface Resolved {
  readonly service: AgentService
  readonly name: string
  readonly endpoint: InterfaceEndpointNetwork | undefined
  readonly trace: Trace
}

/** A public answer is a stop where no way leads out of the VPC; in a VPC with a way out it would do. */
function resolutionStep({ vpc }: PlacedInterface, { service, name, endpoint, trace }: Resolved): Step {
  if (endpoint) {
    return pass({ stage: 'dns', by: endpoint.id, why: `${name} is ${trace.flow?.destination}, of ${endpoint.id}` })
  }
  const refused = trace.blockers.find((step) => step.stage === 'dns')
  if (refused) return refused
  const why = `${name} is the public address ${trace.flow?.destination}: ${whyPublic()}`
  return trace.verdict === 'reachable'
    ? pass({ stage: 'dns', by: vpc.id, why })
    : stop({ stage: 'dns', by: vpc.id, why })

  function whyPublic(): string {
    const serviceName = `com.amazonaws.${vpc.region}.${service}`
    const idle = vpc.endpoints.find((one) => one.kind === 'interface' && one.serviceName === serviceName)
    if (!idle) return `${vpc.id} has no interface endpoint for ${serviceName}`
    if (!vpc.resolver.enabled || !vpc.resolver.hostnames) {
      return `the private names of ${idle.id} need both enableDnsSupport and enableDnsHostnames of ${vpc.id}`
    }
    return `${idle.id} has private DNS off`
  }
}

interface Permission {
  readonly action: string
  readonly principal: Principal
  readonly sender: PlacedInterface
  readonly endpoint: InterfaceEndpointNetwork | undefined
  readonly now: Instant
  readonly organizations?: Organizations
}

function permissionStep({ action, principal, sender, endpoint, now, organizations }: Permission): Step {
  const authorisation: Authorisation = { action, resource: '*', keys: {} }
  const { vpc } = sender
  const connection = connectionOf(sender, endpoint)
  const over = organizations && { organizations }
  const known = contextKeys({ principal, connection, now: new Date(now), region: vpc.region, authorisation, ...over })
  const levels = organizations && controlPolicies(organizations, principal, authorisation)
  const decision = evaluate({ ...authorisation, principal, ...levels, ...policyOf(endpoint) }, known)
  const refusing =
    decision.layers.find((layer) => layer.effect === 'ExplicitDeny') ??
    decision.layers.find((layer) => layer.effect === 'ImplicitDeny')
  const isEndpoints = refusing?.kind === 'VPC endpoint policy'
  const stage = refusing ? POLICY_STAGES[refusing.kind] : 'identity-policy'
  const owner = principal.kind === 'anonymous' ? 'anonymous' : principal.arn
  const by = refusing?.policy ?? (isEndpoints && endpoint ? endpoint.id : owner)
  if (decision.allowed) return pass({ stage: 'identity-policy', by, why: `${action} is allowed` }, 'request')
  return stop({ stage, by, why: `${action} is refused: ${refusing?.why ?? decision.message}` }, 'request')
}

function policyOf(endpoint: InterfaceEndpointNetwork | undefined) {
  if (!endpoint) return {}
  const endpointPolicy = { name: endpoint.id, document: endpoint.policyDocument }
  return { endpointPolicy, endpointType: 'Interface' as const }
}

function connectionOf(sender: PlacedInterface, endpoint: InterfaceEndpointNetwork | undefined): Connection {
  const sourceIp = sender.networkInterface.addresses[0] ?? ''
  if (!endpoint) return { kind: 'public', sourceIp, secure: true }
  return {
    kind: 'endpoint',
    endpointId: endpoint.id,
    endpointAccount: endpoint.owner,
    endpointType: 'Interface',
    serviceName: endpoint.serviceName,
    vpcId: sender.vpc.id,
    region: sender.vpc.region,
    vpcSourceIp: sourceIp,
    interfaceId: sender.networkInterface.id,
    secure: true,
  }
}
