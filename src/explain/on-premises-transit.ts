// The way between on-premises networks and a transit gateway: a VPN connection is an attachment as a VPC's is, and what comes
// by it is routed by the attachment's table.
// https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpn-attachments.html

import type {
  Network,
  OnPremisesRouterNetwork,
  TransitGatewayAttachmentNetwork,
  TransitGatewayNetwork,
} from '../compile/network.ts'
import type { Address } from '../ip/address.ts'
import { cidrContains } from '../ip/cidr.ts'
import type { TransitGatewayAttachmentId } from '../store/transit-gateway-records.ts'
import { hostSteps } from './on-premises.ts'
import type { Packet } from './packet.ts'
import { pass, type Step, stop } from './trace.ts'
import { arrivalOf, followTransit, leadsAway, type TransitArrival } from './transit-gateway.ts'

/** How a network leaves by a transit gateway. */
interface Exit {
  readonly gateway: TransitGatewayNetwork
  readonly attachmentId: TransitGatewayAttachmentId
}

/** Undefined when it has learnt no way, or leads the address into a VPC by itself. */
export function exitOf(
  { transitGateways = [] }: Network,
  host: OnPremisesRouterNetwork,
  address: Address,
): Exit | undefined {
  const route = host.routes.find(({ cidr }) => cidrContains(cidr, address))
  for (const gateway of transitGateways) {
    const own = gateway.attachments.find(({ id }) => id === route?.via)
    if (own) return { gateway, attachmentId: own.id }
  }
  return undefined
}

export interface HostDeparture {
  readonly steps: readonly Step[]
  /** Absent: it gets no further, or is at another host. */
  readonly arrival?: TransitArrival
}

/** From a host by the gateway that it leads a packet to; undefined when it leads it to none. */
export function leaveByTransit(
  network: Network,
  host: OnPremisesRouterNetwork,
  packet: Packet,
): HostDeparture | undefined {
  const exit = exitOf(network, host, packet.destination)
  if (!exit) return undefined
  const { gateway, attachmentId } = exit
  const why = `${host.name} leads ${packet.destination} to ${gateway.id}, by ${attachmentId}`
  const led = pass({ stage: 'vpn-gateway', by: `onprem-${host.name}`, why })
  const { steps, to } = followTransit(network, gateway, attachmentId, packet.destination, 'forward')
  if (!to) return { steps: [led, ...steps] }
  const other = hostAt(network, to)
  if (other) return { steps: [led, ...steps, ...hostSteps(other, packet), ...backTo(network, other, host, packet)] }
  const arrival = arrivalOf(network, to.id, packet.source)
  if (arrival) return { steps: [led, ...steps], arrival }
  const nowhere = stop({ stage: 'transit-gateway', by: to.id, why: `${to.id} has no subnet in a zone that works` })
  return { steps: [led, ...steps, nowhere] }
}

function hostAt({ onPremises = [] }: Network, { resource }: TransitGatewayAttachmentNetwork) {
  return resource.kind === 'onPremises' ? onPremises.find(({ name }) => name === resource.name) : undefined
}

/** A host's reply to another host. */
function backTo(
  network: Network,
  from: OnPremisesRouterNetwork,
  sender: OnPremisesRouterNetwork,
  { source }: Packet,
): Step[] {
  const exit = exitOf(network, from, source)
  if (!exit) return [noWayBack(from, source)]
  const { steps, to } = followTransit(network, exit.gateway, exit.attachmentId, source, 'return')
  if (!to) return [...steps]
  return hostAt(network, to)?.name === sender.name ? [] : [leadsAway(to.id, source)]
}

function noWayBack({ name }: OnPremisesRouterNetwork, source: Address): Step {
  const why = `${name} has learnt no way back to ${source} by a transit gateway`
  return stop({ stage: 'vpn-gateway', by: `onprem-${name}`, why }, 'return')
}
