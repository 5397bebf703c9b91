// From a consumer's endpoint to the service that another VPC provides: the same zone, what the load balancer admits from
// endpoints, its listeners and targets. The consumer's addresses end here.
// https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-share-your-services.html

import type {
  EndpointInterfaceNetwork,
  InterfaceEndpointNetwork,
  Network,
  ProviderNetwork,
  VpcNetwork,
} from '../compile/network.ts'
import { listenerStop, nodeOf, nodeSteps, takes } from './balancer.ts'
import type { Packet } from './packet.ts'
import { balancerRulesStep } from './security-group.ts'
import { pass, type Step, stop } from './trace.ts'
import { failedZoneSteps } from './zone.ts'

export interface Arrival {
  readonly network: Network
  readonly endpoint: InterfaceEndpointNetwork & { readonly service: ProviderNetwork }
  readonly door: EndpointInterfaceNetwork
  /** The door's zone. */
  readonly zoneId: string
}

export function isUsersService(endpoint: InterfaceEndpointNetwork): endpoint is Arrival['endpoint'] {
  return endpoint.service !== undefined
}

/** All that the packet meets behind the consumer's door. */
export function privateLinkSteps({ network, endpoint, door, zoneId }: Arrival, packet: Packet): Step[] {
  const { id, service } = endpoint
  const state = pass({ stage: 'endpoint-state', by: id, why: `${id} is in force, and leads to ${service.id}` })
  const behind = (steps: readonly Step[]) => steps.map((step) => ({ ...step, provider: service.owner }))
  const admitted = service.ingress ? [balancerRulesStep(service.ingress, service.id, packet)] : []
  const provider = network.vpcs.find((vpc) => vpc.id === service.vpcId)
  const placed = provider && door.nodeId !== undefined ? nodeOf(provider, door.nodeId) : undefined
  if (!placed) return [state, zoneStop(endpoint, door, zoneId, provider), ...behind(admitted)]
  const { vpc, node } = placed
  const taken = service.listeners.some((listener) => takes(listener, packet))
  const way = taken ? nodeSteps(placed, packet, 'private-link') : [listenerStop(service.listeners, service.id, packet)]
  const down = failedZoneSteps(vpc, node.subnetId, `the load balancer's node ${node.address}`)
  return [state, zoneStep(endpoint, zoneId), ...behind([...admitted, ...down, ...way])]
}

function zoneStep({ service }: Arrival['endpoint'], zoneId: string): Step {
  return pass({ stage: 'zone', by: service.id, why: `${service.id} has a load balancer for ${zoneId}` })
}

/** Which zones a service is in anybody who may use it may know. */
function zoneStop(
  { id, service }: Arrival['endpoint'],
  door: EndpointInterfaceNetwork,
  zoneId: string,
  provider: VpcNetwork | undefined,
): Step {
  const zones = new Set(
    provider?.loadBalancers
      .filter(({ listeners }) => listeners.some((one) => service.listeners.some((own) => own.id === one.id)))
      .flatMap(({ nodes }) => nodes.map(({ availabilityZoneId }) => availabilityZoneId)),
  )
  const there = zones.size === 0 ? '' : `; it is in ${[...zones].sort().join(', ')}`
  const why = `${service.id} has no load balancer in ${zoneId}, where ${door.id} of ${id} is${there}`
  return stop({ stage: 'zone', by: service.id, why })
}
