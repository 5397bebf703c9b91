// From a consumer's endpoint to a resource of VPC Lattice: the ports that it takes, the zone of its gateway, what the
// gateway's groups let out, and the way from the gateway's interface to the resource. The consumer's addresses end here.
// https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-resources.html

import type {
  EndpointInterfaceNetwork,
  EndpointResourceNetwork,
  InterfaceNetwork,
  LoadBalancerNetwork,
  Network,
  ResourceConnectionNetwork,
  ResourceEndpointNetwork,
  ResourceGatewayNetwork,
  VpcNetwork,
} from '../compile/network.ts'
import type { Address } from '../ip/address.ts'
import { type PortRange, portInRange, TCP } from '../ip/protocol.ts'
import { legSteps, nodeOf, nodeSteps } from './balancer.ts'
import { formatTraffic, type Packet } from './packet.ts'
import { securityGroupStep } from './security-group.ts'
import { pass, type Step, stop } from './trace.ts'
import { failedZoneSteps, zoneIdOf } from './zone.ts'

/** An address of an endpoint, and the resource behind it. */
export interface ResourceDoor {
  readonly vpc: VpcNetwork
  readonly endpoint: ResourceEndpointNetwork
  readonly resource: EndpointResourceNetwork
  readonly door: EndpointInterfaceNetwork
}

export function resourceDoorAt(vpc: VpcNetwork, address: Address): ResourceDoor | undefined {
  for (const endpoint of vpc.resourceEndpoints ?? []) {
    for (const resource of endpoint.resources) {
      const door = resource.interfaces.find((one) => one.address === address)
      if (door) return { vpc, endpoint, resource, door }
    }
  }
  return undefined
}

/** The endpoint's interface that answers for an address of its blocks. */
export function interfaceOfBlock(vpc: VpcNetwork, address: Address): InterfaceNetwork | undefined {
  const door = resourceDoorAt(vpc, address)?.door
  return door && vpc.interfaces.find(({ id }) => id === door.id)
}

/** All that the packet meets behind the consumer's door. */
export function resourceSteps(
  network: Network,
  { vpc, endpoint, resource, door }: ResourceDoor,
  packet: Packet,
): Step[] {
  const { resourceConfigurationId: id, portRanges } = resource
  const state = pass({
    stage: 'endpoint-state',
    by: endpoint.id,
    why: `${endpoint.id} is in force, and leads to ${id}`,
  })
  const listener = portStep(id, portRanges, packet)
  const placed = findConnection(network, door)
  const zone = zoneIdOf(vpc, door.subnetId)
  if (!placed) {
    const why = `the resource gateway of ${id} has no interface in ${zone}, where ${door.id} of ${endpoint.id} is`
    return [state, listener, stop({ stage: 'zone', by: id, why })]
  }
  const behind = gatewaySteps(placed, packet).map((step) => ({ ...step, provider: placed.gateway.owner }))
  return [
    state,
    listener,
    pass({ stage: 'zone', by: id, why: `the resource gateway of ${id} is in ${zone}` }),
    ...behind,
  ]
}

interface PlacedConnection {
  readonly vpc: VpcNetwork
  readonly gateway: ResourceGatewayNetwork
  readonly connection: ResourceConnectionNetwork
}

function findConnection(network: Network, door: EndpointInterfaceNetwork): PlacedConnection | undefined {
  for (const vpc of network.vpcs) {
    for (const gateway of vpc.resourceGateways ?? []) {
      const connection = gateway.connections.find(({ backboneAddress }) => backboneAddress === door.backboneAddress)
      if (connection) return { vpc, gateway, connection }
    }
  }
  return undefined
}

function portStep(id: string, ranges: readonly PortRange[], packet: Packet): Step {
  const text = ranges.map(({ from, to }) => `tcp/${from === to ? from : `${from}-${to}`}`).join(', ')
  const port = packet.ports?.from
  const takes = packet.protocol === TCP && port !== undefined && ranges.some((range) => portInRange(range, port))
  if (takes) return pass({ stage: 'listener', by: id, why: `${id} takes ${text}` })
  return stop({
    stage: 'listener',
    by: id,
    why: `${id} takes ${text}, not ${formatTraffic(packet)}, which is lost in silence`,
  })
}

function gatewaySteps({ vpc, gateway, connection }: PlacedConnection, packet: Packet): Step[] {
  const { target, domainName } = connection
  const node = gateway.nodes.find(({ id }) => id === connection.nodeId)
  const own = vpc.interfaces.find(({ id }) => id === connection.nodeId)
  if (!node || !own) return []
  const down = failedZoneSteps(vpc, node.subnetId, `the resource gateway's interface ${node.address}`)
  if (target === undefined) {
    const what = domainName ? nameStop(domainName) : 'what the resource configuration names is gone'
    return [...down, stop({ stage: 'target', by: connection.resourceConfigurationId, why: what })]
  }
  const balancer = vpc.loadBalancers.flatMap(({ nodes }) => nodes).find(({ address }) => address === target)
  const placed = balancer && nodeOf(vpc, balancer.id)
  if (placed) return [...down, ...nodeSteps(placed, packet, 'private-link')]
  const ports = packet.ports ?? { from: 0, to: 0 }
  const leaving: Packet = { protocol: packet.protocol, source: node.address, destination: target, ports }
  const leg = { id: connection.resourceConfigurationId, address: target, port: ports.from, health: 'healthy' } as const
  const client = { packet, keepsClient: false }
  return [
    ...down,
    securityGroupStep(vpc, own, 'egress', leaving),
    ...legSteps({ vpc, balancer: asBalancer(gateway), node }, leg, client).map(inOwnWords),
  ]
}

function nameStop({ name, resolution }: NonNullable<ResourceConnectionNetwork['domainName']>): string {
  if (resolution === 'IN_VPC') return `${name} has no address, as the VPC of the resource gateway looks it up`
  return `${name} has no public address; a gateway made with resourceConfigDnsResolution IN_VPC asks its own VPC's zones`
}

/** A gateway is to its VPC what a load balancer is, without listeners. */
function asBalancer({ id, owner, nodes }: ResourceGatewayNetwork): LoadBalancerNetwork {
  return { id, owner, kind: 'network', nodes, listeners: [], clientRoutingPolicy: 'any_availability_zone' }
}

function inOwnWords(step: Step): Step {
  const why = step.why
    .replace("targets see the address of the load balancer's node", 'the resource sees the address of its gateway')
    .replaceAll('no load balancer reaches', 'no resource gateway reaches')
    .replaceAll('of the target', 'of the resource')
    .replaceAll('the target', 'the resource')
  return { ...step, why }
}
