// What `postern explain` asks of a running daemon: a packet or a request from an instance, an instance's agent, and an
// endpoint service from either of its sides.

import { AdminError, type AdminRoutes } from '../api/admin.ts'
import { parseEndpointServiceName } from '../compile/endpoint-service-name.ts'
import { loadBalancerIdsOf } from '../compile/forwarded-groups.ts'
import { lookupIn, type PlacedInterface } from '../compile/lookup.ts'
import { zoneIdsOf } from '../control/ec2/endpoint-service/backing-load-balancer.ts'
import { maySee } from '../control/ec2/endpoint-service/visibility.ts'
import { instancePrincipal } from '../control/iam/instance-session.ts'
import { organizationsIn } from '../control/organizations/membership.ts'
import { type ConnectionFacts, explainBalancer, explainEndpointService } from '../explain/endpoint-service.ts'
import { explain } from '../explain/explain.ts'
import { formatTrace } from '../explain/format.ts'
import { formatServiceDiagnosis } from '../explain/format-endpoint-service.ts'
import { formatManagedInstance } from '../explain/format-managed-instance.ts'
import { explainManagedInstance } from '../explain/managed-instance.ts'
import { type HostId, parseTarget, type Question, type ServiceRequest } from '../explain/question.ts'
import { visibilitySteps } from '../explain/service-visibility.ts'
import type { Trace } from '../explain/trace.ts'
import { asSeenBy } from '../explain/view.ts'
import { type Principal, rootPrincipal } from '../iam/principal.ts'
import { parseProtocol } from '../ip/protocol.ts'
import type { EndpointService } from '../store/load-balancing-records.ts'
import type { InstanceId, NetworkInterfaceId, VpcEndpoint } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { AdminContext } from './admin.ts'
import { firstPort, placeOf } from './explain-place.ts'
import { requestIn } from './explain-request.ts'

type Body = Readonly<Record<string, unknown>>
type ExplainContext = Pick<AdminContext, 'store' | 's3' | 'services' | 'reconciler'>
type Sender = InstanceId | NetworkInterfaceId

export function explainRoutes(context: ExplainContext): AdminRoutes {
  return { 'POST /_postern/explain': (body) => explainRoute(context, body) }
}

const SERVICE_ID = /^(?:com\.amazonaws\.vpce\.[a-z0-9-]+\.)?vpce-svc-[0-9a-z]+$/
const BALANCING_ARN = /^arn:aws[a-z-]*:elasticloadbalancing:[^:]*:\d{12}:(?<kind>loadbalancer|targetgroup)\//

function explainRoute(context: ExplainContext, body: Body): Promise<object> | object {
  const from = text(body, 'from')
  const { kind } = BALANCING_ARN.exec(from)?.groups ?? {}
  if (SERVICE_ID.test(from)) return serviceRoute(context, from, body)
  if (kind) return balancerRoute(context, from, kind, body)
  if (isHost(from)) return hostRoute(context, from, body)
  if (!isSender(from)) {
    throw new AdminError(
      `${from} is neither an instance (i-…) nor a network interface (eni-…), nor an on-premises host (onprem-…), an endpoint service (vpce-svc-…) or the ARN of a load balancer or target group`,
    )
  }
  const to = text(body, 'to')
  if (to === 'ssm') return managedInstanceRoute(context, from)
  return SERVICE_ID.test(to) ? visibilityRoute(context, from, to, body) : packetRoute(context, from, body)
}

/** From an on-premises host, which belongs to no account and has no role. */
function hostRoute(context: ExplainContext, from: HostId, body: Body): object {
  if (body.action !== undefined) {
    throw new AdminError(`${from} has no role of its own: postern policy eval asks what a request from there may do`)
  }
  if (accountIn(body) !== undefined) throw new AdminError(`${from} belongs to no account: leave --as out`)
  return answer(explainIn(context, questionOf(from, ...destinationIn(context, body))))
}

async function packetRoute(context: ExplainContext, from: Sender, body: Body): Promise<object> {
  const request = body.action === undefined ? undefined : await serviceRequest(context, from, body)
  const question = questionOf(from, ...destinationIn(context, body), request)
  return answer(seenTrace(context, from, explainIn(context, question), body))
}

/** Name or address, and the port that goes with it. */
function destinationIn({ store: { records }, reconciler: { network } }: ExplainContext, body: Body): [string, Body] {
  const { host, port } = placeOf(text(body, 'to'), { records, network, account: accountIn(body), port: body.port })
  return [host, { ...body, ...(port !== undefined && { port }) }]
}

function questionOf(from: Sender | HostId, host: string, body: Body, request?: ServiceRequest): Question {
  const protocol = parseProtocol(text(body, 'protocol'))
  if (protocol === undefined)
    throw new AdminError(`${text(body, 'protocol')} is no protocol: tcp, udp, icmp or a number`)
  const spelled = `${/^[^[]*:.*:/.test(host) ? `[${host}]` : host}:${String(body.port ?? 443)}`
  const to = parseTarget(spelled, protocol)
  if (!to) throw new AdminError(`${spelled} is no destination: NAME:PORT or ADDRESS:PORT`)
  return { from, to: { ...to, ...requestIn(body) }, now: new Date().toISOString(), ...(request && { request }) }
}

function explainIn({ store, reconciler }: ExplainContext, question: Question): Trace {
  return explain(reconciler.network, question, {
    organizations: organizationsIn(() => store.records),
    endpointStates: (id) => store.records.vpcEndpoints.get(id),
  })
}

/** What the account of `--as` may see of it. */
function seenTrace({ reconciler }: ExplainContext, from: Sender, trace: Trace, body: Body): Trace {
  const account = accountIn(body)
  if (account === undefined) return trace
  const sender = senderOf(reconciler.network, from)
  if (sender && sender.networkInterface.owner !== account) {
    throw new AdminError(`account ${account} has no ${from}; it is explained as its owner`)
  }
  return asSeenBy(account, trace)
}

function answer(trace: Trace): object {
  return { trace, text: formatTrace(trace) }
}

/** `postern explain i-… vpce-svc-…`: whether the service is there for the instance's account, and then the way to it. */
function visibilityRoute(context: ExplainContext, from: Sender, name: string, body: Body): object {
  const { store, reconciler } = context
  const { records } = store
  const sender = senderOf(reconciler.network, from)
  if (!sender) throw new AdminError(`${from} is not running, or is on no running instance: nothing sends`)
  const { vpc } = sender
  const account = sender.networkInterface.owner
  const seenBy = accountIn(body)
  const service = findService(records, name)
  const endpoints = service ? endpointsOf(records, service).filter((one) => one.vpcId === vpc.id) : []
  const steps = visibilitySteps({
    name,
    account,
    region: vpc.region,
    vpc,
    ...(service && { service }),
    isAllowed: service !== undefined && isAllowed(records, service, account, vpc.region),
    allowedPrincipals: service ? allowedPrincipals(records, service) : [],
    zoneIds: service ? [...zoneIdsOf(records, service)].sort() : [],
    endpoints,
    ...(seenBy !== undefined && { seenBy }),
  })
  const stopped = steps.filter(({ verdict }) => verdict === 'stop')
  const asked = { from, to: { name, protocol: 6 }, now: new Date().toISOString() }
  const endpoint = endpoints.find(({ state }) => state === 'available' || state === 'pending')
  if (stopped.length > 0 || !endpoint) {
    const verdict = stopped.length > 0 ? 'stopped' : 'reachable'
    return answer(seenTrace(context, from, { question: asked, verdict, steps, blockers: stopped }, body))
  }
  const placed = vpc.endpoints.find(({ id }) => id === endpoint.id)
  const port = body.port ?? (seenBy === undefined ? firstPort(placed) : undefined)
  const host = placed?.kind === 'interface' ? placed.names.regional : name
  const way = explainIn(context, questionOf(from, host, { ...body, ...(port !== undefined && { port }) }))
  return answer(seenTrace(context, from, { ...way, steps: [...steps, ...way.steps] }, body))
}

/** As the root of the account sees it: what only some of its roles may see is not for an instance to say. */
function isAllowed(records: Records, service: EndpointService, account: string, region: string): boolean {
  const caller = { account, region, principal: rootPrincipal(account), now: new Date(), requestId: 'postern' }
  return service.state !== 'Deleting' && maySee(records, caller, service)
}

function allowedPrincipals(records: Records, { id }: EndpointService): string[] {
  return records.endpointServicePermissions.where('serviceId', id).map(({ principal }) => principal)
}

function endpointsOf(records: Records, { id }: EndpointService): readonly VpcEndpoint[] {
  return records.vpcEndpoints.where('endpointServiceId', id)
}

function findService(records: Records, name: string): EndpointService | undefined {
  return records.endpointServices.get(parseEndpointServiceName(name)?.id ?? name)
}

/** `postern explain vpce-svc-… [vpce-…]`, as the service's owner. */
function serviceRoute({ store: { records }, reconciler }: ExplainContext, name: string, body: Body): object {
  const service = findService(records, name)
  const account = accountIn(body)
  if (!service || (account !== undefined && account !== service.owner)) {
    const own = service && `; to account ${account} only its owner can say more`
    throw new AdminError(`The VpcEndpointService Id '${name}' does not exist${own ?? ''}`)
  }
  const all = endpointsOf(records, service)
  const wanted = typeof body.to === 'string' ? body.to : undefined
  const connections = all.filter(({ id }) => wanted === undefined || id === wanted)
  if (wanted !== undefined && connections.length === 0) {
    throw new AdminError(
      `${wanted} is no connection of ${service.id}; there are ${all.map(({ id }) => id).join(', ') || 'none'}`,
    )
  }
  const trace = explainEndpointService(reconciler.network, {
    service,
    allowedPrincipals: allowedPrincipals(records, service),
    connections: connections.map((endpoint) => connectionFacts(records, endpoint)),
    failures: (targetId) => records.targets.get(targetId)?.failure,
  })
  return { trace, text: formatServiceDiagnosis(trace) }
}

function connectionFacts(records: Records, endpoint: VpcEndpoint): ConnectionFacts {
  const zoneIds = records.networkInterfaces
    .where('vpcEndpointId', endpoint.id)
    .flatMap(({ subnetId }) => records.subnets.get(subnetId)?.availabilityZoneId ?? [])
  return { endpoint, zoneIds: zoneIds.sort() }
}

/** `postern explain ARN`, of a load balancer or a target group. */
function balancerRoute(
  { store: { records }, reconciler }: ExplainContext,
  arn: string,
  kind: string,
  body: Body,
): object {
  const account = accountIn(body)
  const record = kind === 'loadbalancer' ? records.loadBalancers.get(arn) : records.targetGroups.get(arn)
  if (!record || (account !== undefined && account !== record.owner)) {
    throw new AdminError(
      kind === 'loadbalancer' ? `Load balancer '${arn}' not found` : `Target group '${arn}' not found`,
    )
  }
  const group = records.targetGroups.get(arn)
  const loadBalancerIds = group ? loadBalancerIdsOf(records, group).sort() : [arn]
  if (loadBalancerIds.length === 0) throw new AdminError(`no listener leads to ${arn}: it takes nothing`)
  const trace = explainBalancer(reconciler.network, arn, {
    loadBalancerIds,
    ...(kind === 'targetgroup' && { targetGroupId: arn }),
    failures: (targetId) => records.targets.get(targetId)?.failure,
  })
  return { trace, text: formatServiceDiagnosis(trace) }
}

/** `postern explain i-… ssm`: all that its agent needs, in one answer. */
function managedInstanceRoute(context: ExplainContext, from: Sender): object {
  if (!isInstance(from)) throw new AdminError(`${from} is no instance: Systems Manager knows instances (i-…)`)
  const principal = principalOf(context, from)
  const organizations = organizationsIn(() => context.store.records)
  const question = { instanceId: from, principal, now: new Date().toISOString(), organizations }
  const trace = explainManagedInstance(context.reconciler.network, question)
  return { trace, text: formatManagedInstance(trace) }
}

async function serviceRequest(context: ExplainContext, from: Sender, body: Body): Promise<ServiceRequest> {
  const resource = typeof body.resource === 'string' ? body.resource : '*'
  const principal = principalOf(context, from)
  const action = text(body, 'action')
  const described = await context.services.describeRequest(principal, action, resource)
  return described ?? { ...(await context.s3.open()).describeRequest(principal, action, resource), principal }
}

/** The role of the instance that asks; without one, requests are unsigned. */
function principalOf({ store: { records }, reconciler }: ExplainContext, from: Sender): Principal {
  const id = from.startsWith('eni-') ? records.networkInterfaces.get(from)?.attachment?.instanceId : from
  const instance = records.instances.get(id ?? '')
  const sender = lookupIn(reconciler.network).interfacesByInstance.get(instance?.id ?? 'i-')?.[0]
  const privateIp = sender?.networkInterface.addresses[0]
  const session = instance && instancePrincipal(records, instance, new Date(), { ...(privateIp && { privateIp }) })
  return session ?? { kind: 'anonymous' }
}

function senderOf(network: Parameters<typeof lookupIn>[0], from: Sender): PlacedInterface | undefined {
  const lookup = lookupIn(network)
  return isInstance(from) ? lookup.interfacesByInstance.get(from)?.[0] : lookup.interfaceById.get(from)
}

/** The account that is told. Absent: whoever asks is told everything. */
function accountIn({ as }: Body): string | undefined {
  if (as === undefined) return undefined
  if (typeof as === 'string' && /^\d{12}$/.test(as)) return as
  throw new AdminError(`${String(as)} is no account: an account is 12 digits`)
}

function text(body: Body, name: string): string {
  const value = body[name]
  if (typeof value !== 'string' || value === '') throw new AdminError(`${name} is missing`)
  return value
}

function isInstance(id: string): id is InstanceId {
  return id.startsWith('i-')
}

function isHost(id: string): id is HostId {
  return id.startsWith('onprem-')
}

function isSender(id: string): id is Sender {
  return isInstance(id) || id.startsWith('eni-')
}
