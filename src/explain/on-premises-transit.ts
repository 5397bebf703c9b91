// The way between on-premises networks and a transit gateway: a VPN connection is an attachment as a VPC's is, and what comes
// by it is routed by the attachment's table.
// https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpn-attachments.html

import type { Network, OnPremisesRouterNetwork, TransitGatewayNetwork } from '../compile/network.ts'
import type { Address } from '../ip/address.ts'
import { cidrContains } from '../ip/cidr.ts'
import type { TransitGatewayAttachmentId } from '../store/transit-gateway-records.ts'
import { hostSteps } from './on-premises.ts'
import type { Packet } from './packet.ts'
import { pass, type Step, stop } from './trace.ts'
import { arrivalOf, leadsAway, lookUpTransit, type TransitArrival } from './transit-gateway.ts'

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
  const { step, to } = lookUpTransit(gateway, attachmentId, packet.destination, 'forward')
  if (!to) return { steps: [led, step] }
  const other = hostAt(network, gateway, to)
  if (other) return { steps: [led, step, ...hostSteps(other, packet), ...backTo(network, other, host, packet)] }
  const arrival = arrivalOf(network, to, packet.source)
  if (arrival) return { steps: [led, step], arrival }
  const nowhere = stop({ stage: 'transit-gateway', by: to, why: `${to} has no subnet in a zone that works` })
  return { steps: [led, step, nowhere] }
}

function hostAt({ onPremises = [] }: Network, { attachments }: TransitGatewayNetwork, id: TransitGatewayAttachmentId) {
  const resource = attachments.find((one) => one.id === id)?.resource
  return resource?.kind === 'onPremises' ? onPremises.find(({ name }) => name === resource.name) : undefined
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
  const { step, to } = lookUpTransit(exit.gateway, exit.attachmentId, source, 'return')
  if (!to) return [step]
  return hostAt(network, exit.gateway, to)?.name === sender.name ? [] : [leadsAway(step.by, source)]
}

function noWayBack({ name }: OnPremisesRouterNetwork, source: Address): Step {
  const why = `${name} has learnt no way back to ${source} by a transit gateway`
  return stop({ stage: 'vpn-gateway', by: `onprem-${name}`, why }, 'return')
}
