// A packet of a VPC's at the host of an on-premises network, and the host's reply: by the most specific of what the host has
// learnt, so it need not go back as the packet came.

import type { Network, OnPremisesRouterNetwork, SubnetNetwork, VpcNetwork } from '../compile/network.ts'
import { cidrContains } from '../ip/cidr.ts'
import { findRoute, hostSteps, STAGE } from './on-premises.ts'
import { exitOf } from './on-premises-transit.ts'
import { type Packet, replyTo } from './packet.ts'
import { pass, type Step, stop } from './trace.ts'
import { arrivalOf, followTransit, homeSteps, leadsAway } from './transit-gateway.ts'
import { atHome } from './way-back.ts'

interface Sent {
  readonly network: Network
  /** Where the flow began. */
  readonly vpc: VpcNetwork
  readonly subnet: SubnetNetwork
  readonly packet: Packet
}

/** From the route to the VPC's virtual private gateway to the host, and back. */
export function toOnPremises(sent: Sent): Step[] {
  const { network, vpc, packet } = sent
  const { destination } = packet
  const gateway = vpc.vpnGateway
  if (!gateway) return [stop({ stage: STAGE, by: vpc.id, why: `${vpc.id} has no virtual private gateway any more` })]
  const route = gateway.routes.find(({ cidr }) => cidrContains(cidr, destination))
  if (!route) return [stop({ stage: STAGE, by: gateway.id, why: `${gateway.id} has learnt no way to ${destination}` })]
  const { by, cidr, name } = route
  const host = network.onPremises?.find((one) => one.name === name)
  if (!host) {
    const why = `${destination} is in ${cidr}, and no on-premises network is attached to ${by}`
    return [stop({ stage: STAGE, by, why })]
  }
  const led = pass({ stage: STAGE, by: gateway.id, why: `${destination} is in ${cidr}: to ${host.name} by ${by}` })
  return [led, ...hostSteps(host, packet), ...hostsReply(sent, host)]
}

/** What came by a transit gateway. */
export function atHostByTransit(sent: Sent, name: string): Step[] {
  const host = sent.network.onPremises?.find((one) => one.name === name)
  return host ? [...hostSteps(host, sent.packet), ...hostsReply(sent, host)] : []
}

/** To the VPC by the link to its gateway, or by a transit gateway. */
function hostsReply({ network, vpc, subnet, packet }: Sent, host: OnPremisesRouterNetwork): Step[] {
  const reply = replyTo(packet)
  const exit = exitOf(network, host, reply.destination)
  if (exit) {
    const { steps, to } = followTransit(network, exit.gateway, exit.attachmentId, reply.destination, 'return')
    if (!to) return [...steps]
    const arrival = arrivalOf(network, to.id, reply.source)
    if (arrival?.vpc.id !== vpc.id) return [leadsAway(steps.at(-1)?.by ?? to.id, reply.destination)]
    return [...steps, ...homeSteps(arrival, subnet, reply)]
  }
  const route = findRoute(host, reply.destination)
  if (route?.vpcId === vpc.id) return [atHome(vpc, subnet, reply)]
  const why = route
    ? `${host.name} leads the reply to ${route.vpcId ?? route.via}, which has told it ${route.cidr} too`
    : `${host.name} has learnt no way back to ${reply.destination}`
  return [stop({ stage: STAGE, by: `onprem-${host.name}`, why }, 'return')]
}
