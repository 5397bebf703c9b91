// In from the internet: by the gateway's route table, through the appliance that it names if it does, to the interface or the
// load balancer's node that has the public address, and the answer out by the same way.

import { applianceOf } from '../compile/gateway-route-table.ts'
import type { InterfaceNetwork, Network, NextHop, SubnetNetwork, VpcNetwork } from '../compile/network.ts'
import { isBlocked } from '../compile/public-access.ts'
import { cidrContains } from '../ip/cidr.ts'
import { applianceSteps } from './appliances.ts'
import { nodeOf, nodeSteps, type PlacedNode } from './balancer.ts'
import { diversion, leadsTo, notCarried, type Passage, passageKey, passInstance } from './forwarding.ts'
import { PLAIN_REQUEST } from './http-balancer.ts'
import { networkAclStep } from './network-acl.ts'
import { formatTraffic, type Packet, replyTo } from './packet.ts'
import { keptFromInternet } from './public-access.ts'
import { routeStep } from './route.ts'
import { securityGroupStep } from './security-group.ts'
import { pass, type Step, stop } from './trace.ts'
import { failedZoneSteps, zoneIdOf } from './zone.ts'

interface Arrival {
  readonly network: Network
  readonly vpc: VpcNetwork
  readonly receiver: InterfaceNetwork
  /** To the receiver's private address. */
  readonly packet: Packet
  /** Where it comes from within the VPC: the last appliance's subnet. */
  readonly subnet: SubnetNetwork
  readonly passed?: readonly Passage[]
}

export function inboundSteps(network: Network, vpc: VpcNetwork, receiver: InterfaceNetwork, packet: Packet): Step[] {
  const gateway = vpc.internetGatewayId
  if (!gateway) {
    const why = `no internet gateway is attached to ${vpc.id}`
    return [stop({ stage: 'internet-gateway', by: vpc.id, why })]
  }
  const subnet = vpc.subnets.find(({ id }) => id === receiver.subnetId)
  if (!subnet) return []
  if (isBlocked(vpc, subnet.id, 'own')) return [keptFromInternet(subnet.id, 'in')]
  const arrival: Arrival = { network, vpc, receiver, packet, subnet }
  const entry = diversion(vpc, packet.destination)
  if (!entry || leadsTo(vpc, entry.nextHop, packet.destination)) return [...reach(arrival, true), ...answer(arrival)]
  const { nextHop, by } = entry
  if (nextHop.kind === 'blackhole') return [stop({ stage: 'route', by, why: nextHop.why })]
  const led = pass({ stage: 'route', by, why: `${gateway} leads what is for ${packet.destination} to ${by}` })
  const { loadBalancerId } = receiver
  if (loadBalancerId !== undefined) return [led, notCarried(receiver.id, applianceOf(nextHop) ?? by, loadBalancerId)]
  return [led, ...divert(arrival, nextHop)]
}

function divert(arrival: Arrival, nextHop: NextHop): Step[] {
  const { vpc } = arrival
  if (nextHop.kind === 'gatewayLoadBalancerEndpoint') return throughEndpoint(arrival, nextHop.endpointId)
  if (nextHop.kind !== 'networkInterface') return []
  const appliance = vpc.interfaces.find(({ id }) => id === nextHop.interfaceId)
  if (!appliance) return []
  return passInstance(arrival, appliance, { deliver: fromAppliance, arrive: onward })
}

function throughEndpoint(arrival: Arrival, endpointId: string): Step[] {
  const { network, vpc, packet } = arrival
  const endpoint = vpc.gatewayLoadBalancerEndpoints?.find(({ id }) => id === endpointId)
  const subnet = endpoint && vpc.subnets.find(({ id }) => id === endpoint.subnetId)
  if (!endpoint || !subnet) {
    return [stop({ stage: 'endpoint-state', by: endpointId, why: `the service of ${endpointId} is gone` })]
  }
  const acl = { vpc, subnet, packet, way: 'forward' } as const
  const passed = [{ id: endpointId, subnet }]
  const through = [
    networkAclStep({ ...acl, direction: 'ingress' }),
    ...applianceSteps(network, endpoint, zoneIdOf(vpc, subnet.id) ?? '', packet),
  ]
  if (cidrContains(subnet.cidr, packet.destination))
    return [...through, ...fromAppliance({ ...arrival, subnet, passed })]
  const { step, nextHop } = routeStep(vpc, subnet, packet.destination)
  const leaving = networkAclStep({ ...acl, direction: 'egress' })
  return [...through, leaving, step, ...onward({ ...arrival, subnet, passed }, nextHop)]
}

function onward(arrival: Arrival, nextHop: NextHop | undefined): Step[] {
  const { vpc, packet } = arrival
  if (nextHop?.kind === 'local' || leadsTo(vpc, nextHop, packet.destination)) return fromAppliance(arrival)
  if (nextHop === undefined || nextHop.kind === 'blackhole') return []
  if (nextHop.kind === 'networkInterface') return divert(arrival, nextHop)
  const why = `${arrival.subnet.routeTableId} leads what came from the internet for ${packet.destination} elsewhere`
  return [stop({ stage: 'route', by: arrival.subnet.routeTableId, why })]
}

function fromAppliance(arrival: Arrival): Step[] {
  const isOther = arrival.subnet.id !== arrival.receiver.subnetId
  return [...reach(arrival, isOther), ...answer(arrival)]
}

/** Into the receiver's subnet and interface. */
function reach({ vpc, receiver, packet }: Arrival, isOther: boolean): Step[] {
  const subnet = vpc.subnets.find(({ id }) => id === receiver.subnetId)
  const acl = subnet && isOther ? [networkAclStep({ vpc, subnet, direction: 'ingress', packet, way: 'forward' })] : []
  const placed = nodeOf(vpc, receiver.id)
  if (placed) return [...acl, ...atNode(placed, receiver, packet)]
  return [...acl, securityGroupStep(vpc, receiver, 'ingress', packet), targetStep(vpc, receiver, packet)]
}

/** A load balancer without groups asks nobody; its targets see the client's public address where they see the client's. */
function atNode(placed: PlacedNode, receiver: InterfaceNetwork, packet: Packet): Step[] {
  const { vpc, balancer, node } = placed
  // Whom the client asked for, when it says no name.
  const http = { host: node.publicAddress ?? node.address, ...(packet.http ?? PLAIN_REQUEST) }
  return [
    ...failedZoneSteps(vpc, node.subnetId, `the load balancer's node ${node.address}`),
    ...(balancer.groupIds ? [securityGroupStep(vpc, receiver, 'ingress', packet)] : []),
    ...nodeSteps(placed, { ...packet, http }, 'direct'),
  ]
}

/** Out of the receiver's subnet, by the appliance by which the packet came, to the internet gateway. */
function answer({ vpc, receiver, packet, passed = [] }: Arrival): Step[] {
  const subnet = vpc.subnets.find(({ id }) => id === receiver.subnetId)
  return subnet ? leave(vpc, subnet, replyTo(packet), passed) : []
}

function leave(vpc: VpcNetwork, subnet: SubnetNetwork, reply: Packet, passed: readonly Passage[]): Step[] {
  const out = networkAclStep({ vpc, subnet, direction: 'egress', packet: reply, way: 'return' })
  const { step, nextHop } = routeStep(vpc, subnet, reply.destination, 'return')
  if (step.verdict === 'stop') return [out, step]
  const last = passed.at(-1)
  if (!last && nextHop?.kind === 'internetGateway') return [out]
  if (!last || passageKey(vpc, nextHop) !== last.id) {
    const why = `${step.by} leads the reply away from ${last?.id ?? vpc.internetGatewayId}, by which the flow came`
    return [out, stop({ stage: 'route', by: step.by, why }, 'return')]
  }
  const into = networkAclStep({ vpc, subnet: last.subnet, direction: 'ingress', packet: reply, way: 'return' })
  return [out, into, ...leave(vpc, last.subnet, reply, passed.slice(0, -1))]
}

function targetStep(vpc: VpcNetwork, receiver: InterfaceNetwork, packet: Packet): Step {
  const runs = vpc.instances.some(({ id }) => id === receiver.instanceId)
  if (!runs) return stop({ stage: 'target', by: receiver.id, why: `${receiver.id} is on no running instance` })
  const why = `${receiver.instanceId} runs; whether it listens on ${formatTraffic(packet)} is its own affair`
  return pass({ stage: 'target', by: receiver.id, why })
}
