// Behind a Gateway Load Balancer endpoint: the service's zone, the health of its appliances, and the way to one of them. What
// an appliance does with a packet is its own affair: it sends it back as it was, or does not.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/gateway/introduction.html

import { GENEVE_PORT } from '../compile/backbone.ts'
import { seenIn } from '../compile/ipv6-view.ts'
import type { GatewayLoadBalancerEndpointNetwork, Network } from '../compile/network.ts'
import { chooseTargets } from '../compile/target-choice.ts'
import { UDP } from '../ip/protocol.ts'
import { nodeOf, type PlacedNode, targetHealthStep, worstLeg } from './balancer.ts'
import type { Packet } from './packet.ts'
import { pass, type Step, stop } from './trace.ts'
import { failedZoneSteps } from './zone.ts'

/** From the endpoint to an appliance and back to the endpoint. */
export function applianceSteps(
  network: Network,
  { id, service, nodeId }: GatewayLoadBalancerEndpointNetwork,
  zoneId: string,
  packet: Packet,
): Step[] {
  const state = pass({ stage: 'endpoint-state', by: id, why: `${id} is in force, and leads to ${service.id}` })
  const found = network.vpcs.find((vpc) => vpc.id === service.vpcId)
  // Appliances are met over IPv4, whatever is passed to them.
  const provider = found && seenIn(found, 4)
  const placed = provider && nodeId !== undefined ? nodeOf(provider, nodeId) : undefined
  if (!placed) {
    const why = `${service.id} has no load balancer in ${zoneId}, where ${id} is: packets are lost`
    return [state, stop({ stage: 'zone', by: service.id, why })]
  }
  const zone = pass({ stage: 'zone', by: service.id, why: `${service.id} has a load balancer for ${zoneId}` })
  const behind = wayToAppliance(placed, packet).map((step) => ({ ...step, provider: service.owner }))
  return [state, zone, ...behind]
}

function wayToAppliance(placed: PlacedNode, packet: Packet): Step[] {
  const { balancer, node, vpc } = placed
  const listener = balancer.appliances
  if (!listener) return [stop({ stage: 'listener', by: balancer.id, why: 'the load balancer has no listener' })]
  const down = failedZoneSteps(vpc, node.subnetId, `the load balancer's node ${node.address}`)
  const choice = chooseTargets(vpc, node, listener)
  const health = targetHealthStep(placed, { ...listener, protocol: 'UDP' }, choice)
  if (health.verdict === 'stop') return [...down, health]
  const wrapped: Packet = { ...packet, protocol: UDP, ports: { from: GENEVE_PORT, to: GENEVE_PORT } }
  const decides = pass({
    stage: 'target',
    by: listener.targetGroupId,
    why: 'the appliance decides: what it sends back goes on from the endpoint, what it does not is lost',
  })
  return [...down, health, ...worstLeg(placed, choice.targets, { packet: wrapped, keepsClient: false }), decides]
}
