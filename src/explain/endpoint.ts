// What stands between a packet and the service behind a VPC endpoint, once the packet is at the endpoint.

import { portsOf } from '../compile/endpoint-ports.ts'
import type { EndpointNetwork, InterfaceEndpointNetwork, InterfaceNetwork, VpcNetwork } from '../compile/network.ts'
import type { Address } from '../ip/address.ts'
import { TCP } from '../ip/protocol.ts'
import { formatTraffic, type Packet } from './packet.ts'
import { pass, type Step, stop } from './trace.ts'

/** The interface endpoint in force whose address this is. */
export function interfaceEndpointAt(vpc: VpcNetwork, address: Address): InterfaceEndpointNetwork | undefined {
  return vpc.endpoints.find(
    (endpoint): endpoint is InterfaceEndpointNetwork =>
      endpoint.kind === 'interface' && endpoint.interfaces.some((one) => one.address === address),
  )
}

/** The endpoint, and whether its service answers such a packet. */
export function endpointSteps(endpoint: Pick<EndpointNetwork, 'id' | 'serviceName'>, packet: Packet): Step[] {
  const { id } = endpoint
  const state = pass({ stage: 'endpoint-state', by: id, why: `${id} is in force` })
  if (packet.protocol === TCP && portsOf(endpoint).includes(packet.ports?.from ?? 0)) return [state]
  const served = portsOf(endpoint).map((port) => `tcp/${port}`)
  const why = `the service answers ${served.join(' and ')}, not ${formatTraffic(packet)}`
  return [state, stop({ stage: 'target', by: id, why })]
}

/** An interface of an endpoint that is pending, rejected, or on its way out leads nowhere. */
export function notInForce(endpointId: string, receiver: InterfaceNetwork): Step {
  const why = `${receiver.id} is ${endpointId}'s, which is not in force`
  return stop({ stage: 'endpoint-state', by: endpointId, why })
}

/** Puts before the refusal of an endpoint's groups what is behind most of them: a default group, which admits its members
 * only. https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html */
export function withGroupHint(step: Step, { vpc, receiver, packet }: Admission): Step {
  if (step.verdict === 'pass') return step
  const peers = vpc.securityGroups
    .filter(({ id }) => receiver.groupIds.includes(id))
    .flatMap(({ ingress }) => ingress.map(({ peer }) => peer))
  const named = new Set(peers.flatMap((peer) => (peer.kind === 'group' ? [peer.groupId] : [])))
  const isMember = vpc.securityGroups.some(({ id, members }) => named.has(id) && members.includes(packet.source))
  if (named.size === 0 || isMember || peers.some((peer) => peer.kind === 'cidrs')) return step
  const why = `the groups of ${receiver.endpointId} admit only members of ${[...named].join(', ')}, and ${packet.source} is none`
  return { ...step, why: `${why}; ${step.why}` }
}

interface Admission {
  readonly vpc: VpcNetwork
  readonly receiver: InterfaceNetwork
  readonly packet: Packet
}
