// Does my service answer, and whom? A provider's endpoint service, load balancer or target group looked at from its own
// side: who may connect, which connections are in force, and from each node the way to each target. Of a consumer no more
// is said than its endpoint, its account and its zones.

import { groupIdsOfListener } from '../compile/forwarded-groups.ts'
import type { ListenerNetwork, LoadBalancerNetwork, Network, TargetNetwork, VpcNetwork } from '../compile/network.ts'
import { chooseTargets } from '../compile/target-choice.ts'
import { TCP, UDP } from '../ip/protocol.ts'
import type { EndpointService, HealthCheck } from '../store/load-balancing-records.ts'
import type { VpcEndpoint } from '../store/records.ts'
import { legSteps, type PlacedNode, targetHealthStep, targetsSide } from './balancer.ts'
import { remediesOfService } from './endpoint-service-remedies.ts'
import { whyNotInForce } from './endpoint-state.ts'
import type { Packet } from './packet.ts'
import { pass, type Step, stop } from './trace.ts'
import { failedZoneSteps } from './zone.ts'

export interface ServiceQuestion {
  readonly service: EndpointService
  /** ARNs, or `*`. */
  readonly allowedPrincipals: readonly string[]
  /** All that there are, or the one that was asked about. */
  readonly connections: readonly ConnectionFacts[]
  readonly failures: TargetFailures
}

export interface ConnectionFacts {
  readonly endpoint: Pick<VpcEndpoint, 'id' | 'owner' | 'serviceName' | 'state' | 'region'>
  /** Of the zones of its interfaces, by id. */
  readonly zoneIds: readonly string[]
}

/** What the last failed check of a target met, by the target's id. */
export type TargetFailures = (targetId: string) => string | undefined

export interface BalancerQuestion {
  readonly loadBalancerIds: readonly string[]
  /** Only listeners that lead to it; absent: all. */
  readonly targetGroupId?: string
  readonly failures: TargetFailures
}

export interface ServiceDiagnosis {
  readonly subject: string
  readonly verdict: 'reachable' | 'stopped'
  readonly sections: readonly Section[]
  readonly blockers: readonly Step[]
  readonly remedies: readonly string[]
}

export interface Section {
  readonly title: string
  readonly steps: readonly Step[]
}

export function explainEndpointService(network: Network, question: ServiceQuestion): ServiceDiagnosis {
  const { service, allowedPrincipals, connections, failures } = question
  const { loadBalancerIds } = service
  const nodes = loadBalancerIds.flatMap((id) => findBalancer(network, id)?.balancer.nodes ?? [])
  const zones = new Set(nodes.map(({ availabilityZoneId }) => availabilityZoneId))
  return diagnosis(service.id, [
    { title: 'who may connect', steps: [permissionStep(service, allowedPrincipals), ...privateNameSteps(service)] },
    ...connections.map((connection) => connectionSection(service, connection, zones)),
    ...balancerSections(network, { loadBalancerIds, failures }),
  ])
}

/** A load balancer, or a target group with all load balancers that lead to it. */
export function explainBalancer(network: Network, subject: string, question: BalancerQuestion): ServiceDiagnosis {
  return diagnosis(subject, balancerSections(network, question))
}

function diagnosis(subject: string, sections: readonly Section[]): ServiceDiagnosis {
  const blockers = sections.flatMap(({ steps }) => steps).filter(isStop)
  const verdict = blockers.length === 0 ? 'reachable' : 'stopped'
  return { subject, verdict, sections, blockers, remedies: remediesOfService(subject, blockers) }
}

function permissionStep({ id, owner, acceptanceRequired }: EndpointService, principals: readonly string[]): Step {
  const others = principals.length === 0 ? '' : ` and ${principals.join(', ')}`
  const then = acceptanceRequired ? 'each connection waits to be accepted' : 'connections are accepted by themselves'
  return pass({ stage: 'endpoint-service', by: id, why: `account ${owner}${others} may connect; ${then}` })
}

/** A name that is not verified is given to nobody. */
function privateNameSteps({ id, privateDnsName }: EndpointService): Step[] {
  if (!privateDnsName) return []
  const { name, state, recordName, recordValue } = privateDnsName
  if (state === 'verified') return [pass({ stage: 'dns', by: id, why: `${name} is verified: consumers may use it` })]
  const domain = name.replace(/^\*\./, '')
  const why = `${name} is ${state}: the TXT record ${recordName}.${domain} must hold "${recordValue}"`
  return [stop({ stage: 'dns', by: id, why })]
}

function connectionSection(
  service: EndpointService,
  { endpoint, zoneIds }: ConnectionFacts,
  served: ReadonlySet<string>,
): Section {
  const idle = whyNotInForce(endpoint)
  const state =
    idle === undefined
      ? pass({ stage: 'endpoint-state', by: endpoint.id, why: `${endpoint.id} is in force` })
      : stop({ stage: 'endpoint-state', by: endpoint.id, why: idle })
  // Between regions AWS matches the addresses itself.
  const matched = endpoint.region === service.region ? zoneIds.map((zoneId) => zoneStep(service, zoneId, served)) : []
  return { title: `${endpoint.id} of account ${endpoint.owner}`, steps: [state, ...matched] }
}

function zoneStep({ id }: EndpointService, zoneId: string, served: ReadonlySet<string>): Step {
  const head = { stage: 'zone', by: id } as const
  if (served.has(zoneId)) return pass({ ...head, why: `a load balancer of the service serves ${zoneId}` })
  const there = [...served].sort().join(', ') || 'no zone'
  return stop({ ...head, why: `the endpoint is in ${zoneId}, and the service is in ${there}` })
}

interface PlacedBalancer {
  readonly vpc: VpcNetwork
  readonly balancer: LoadBalancerNetwork
}

function findBalancer(network: Network, id: string): PlacedBalancer | undefined {
  for (const vpc of network.vpcs) {
    const balancer = vpc.loadBalancers.find((one) => one.id === id)
    if (balancer) return { vpc, balancer }
  }
  return undefined
}

function balancerSections(network: Network, { loadBalancerIds, targetGroupId, failures }: BalancerQuestion): Section[] {
  return loadBalancerIds.flatMap((id) => {
    const placed = findBalancer(network, id)
    if (!placed)
      return [{ title: id, steps: [stop({ stage: 'listener', by: id, why: 'there is no such load balancer' })] }]
    const listeners = intakesOf(placed.balancer).filter(
      (one) => targetGroupId === undefined || one.targetGroupId === targetGroupId,
    )
    if (listeners.length === 0) {
      const why = 'the load balancer has no listener: whatever is sent to it is lost in silence'
      return [{ title: id, steps: [stop({ stage: 'listener', by: id, why })] }]
    }
    return placed.balancer.nodes.map((node) => ({
      title: `node ${node.address} of ${id}, ${node.id} in ${node.availabilityZoneId} (${node.availabilityZone})`,
      steps: nodeSection({ ...placed, node }, listeners, failures),
    }))
  })
}

/** What a load balancer takes, and where it goes. */
interface Intake extends Pick<ListenerNetwork, 'protocol'> {
  readonly targetGroupId: string
  /** `TCP 443` */
  readonly what: string
}

/** A Gateway Load Balancer takes every packet, and wraps it in datagrams for its appliances. */
function intakesOf({ listeners, appliances }: LoadBalancerNetwork): readonly Intake[] {
  if (appliances) return [{ targetGroupId: appliances.targetGroupId, protocol: 'UDP', what: 'every packet' }]
  return listeners.flatMap((listener) => {
    const { protocol, port } = listener
    return groupIdsOfListener(listener).map((targetGroupId) => ({
      protocol,
      targetGroupId,
      what: `${protocol} ${port}`,
    }))
  })
}

function nodeSection(placed: PlacedNode, listeners: readonly Intake[], failures: TargetFailures): Step[] {
  const { vpc, node } = placed
  const down = failedZoneSteps(vpc, node.subnetId, 'the node')
  const left = node.withdrawn ? [pass({ stage: 'dns', by: node.id, why: 'DNS leaves this address out now' })] : []
  const seen = new Set<string>()
  const served = listeners.flatMap((listener) => {
    const { what, targetGroupId } = listener
    const choice = chooseTargets(vpc, node, listener)
    const taken = pass({
      stage: 'listener',
      by: placed.balancer.id,
      why: `${what} goes to ${targetGroupId}`,
    })
    const isNew = !seen.has(targetGroupId)
    seen.add(targetGroupId)
    const { group } = choice
    const targets =
      isNew && group
        ? choice.candidates.flatMap((target) =>
            targetSteps(targetsSide(placed, group), listener, { check: group.healthCheck, target }, failures),
          )
        : []
    return [taken, targetHealthStep(placed, listener, choice), ...targets]
  })
  return [...down, ...left, ...served]
}

interface CheckedTarget {
  readonly check: HealthCheck
  readonly target: TargetNetwork
}

/** What its checks say, and what stands between the node and it: for the checks as for what comes by endpoints. */
function targetSteps(
  placed: PlacedNode,
  { protocol }: Intake,
  { check, target }: CheckedTarget,
  failures: TargetFailures,
): Step[] {
  const packet: Packet = {
    protocol: protocol === 'UDP' ? UDP : TCP,
    source: placed.node.address,
    destination: placed.node.address,
  }
  const way = legSteps(placed, target, { packet, keepsClient: false })
  return [healthOf(target, failures), ...way.filter(isStop), ...checkSteps(placed, check, packet, target)]
}

/** Where the checks go another way than the traffic: to a port of their own, or by TCP for datagrams. */
function checkSteps(placed: PlacedNode, check: HealthCheck, traffic: Packet, target: TargetNetwork): Step[] {
  const port = check.port ?? target.port
  if (!check.enabled || (traffic.protocol === TCP && port === target.port)) return []
  const packet: Packet = { ...traffic, protocol: TCP }
  const shut = legSteps(placed, { ...target, port }, { packet, keepsClient: false }).filter(isStop)
  return shut.map((step) => ({ ...step, why: `for the health checks: ${step.why}` }))
}

function isStop({ verdict }: Step): boolean {
  return verdict === 'stop'
}

function healthOf(target: TargetNetwork, failures: TargetFailures): Step {
  const head = { stage: 'target-health', by: targetName(target) } as const
  switch (target.health) {
    case 'healthy':
      return pass({ ...head, why: `${target.address} port ${target.port} is healthy` })
    case 'initial':
      return stop({ ...head, why: `${target.address} port ${target.port} has not passed its first health checks yet` })
    case 'unhealthy': {
      const failure = failures(target.id)
      const last = failure === undefined ? '' : `; the last one: ${failure}`
      return stop({ ...head, why: `the health checks of ${target.address} port ${target.port} fail${last}` })
    }
    default:
      return target.health satisfies never
  }
}

/** What was registered: `i-…:8080`. */
function targetName({ id }: TargetNetwork): string {
  return id.slice(id.indexOf(' ') + 1)
}
