// A reply out of another VPC to where its flow began. Each side routes it by its own tables, so it need not come back as the
// packet went: whoever knows the flow are the interfaces, and these are the same either way.
// https://docs.aws.amazon.com/vpc/latest/userguide/security-group-connection-tracking.html

import type { Network, SubnetNetwork, VpcNetwork } from '../compile/network.ts'
import { cidrContains } from '../ip/cidr.ts'
import type { VpcPeeringConnectionId } from '../store/peering-records.ts'
import { networkAclStep } from './network-acl.ts'
import { knowsWayTo, lostAtGateway } from './on-premises.ts'
import type { Packet } from './packet.ts'
import { routeStep } from './route.ts'
import type { Step } from './trace.ts'
import { homeSteps, inVpc, leadsAway, throughTransitGateway } from './transit-gateway.ts'

/** Where a flow began. */
export interface Home {
  /** Absent: at the host of an on-premises network. */
  readonly vpc?: VpcNetwork
  readonly subnet: SubnetNetwork
  /** The on-premises network, if it began at its host. */
  readonly host?: string
}

/** Where the reply sets out. */
export interface ReplyDeparture {
  readonly network: Network
  readonly vpc: VpcNetwork
  readonly subnet: SubnetNetwork
  /** The reply itself. */
  readonly packet: Packet
}

/** Out of its subnet and all the way, with the network ACL of the subnet that it comes home to. */
export function wayHome(home: Home, departure: ReplyDeparture): Step[] {
  const { vpc, subnet, packet } = departure
  const out = networkAclStep({ vpc, subnet, direction: 'egress', packet, way: 'return' })
  return [out, ...ledHome(home, departure)]
}

/** From the route table on. */
export function ledHome(home: Home, departure: ReplyDeparture): Step[] {
  const { vpc, subnet, packet } = departure
  const { step, nextHop } = routeStep(vpc, subnet, packet.destination, 'return')
  if (step.verdict === 'stop') return [step]
  switch (nextHop?.kind) {
    case 'peering':
      return byPeering(home, departure, nextHop.peeringId) ?? [leadsAway(step.by, packet.destination)]
    case 'transitGateway':
      return [step, ...byTransitGateway(home, departure, nextHop.attachmentId)]
    case 'vpnGateway':
      if (home.host === undefined) return [leadsAway(step.by, packet.destination)]
      if (knowsWayTo(vpc, home.host, packet.destination)) return []
      return [step, lostAtGateway(vpc, home.host, packet.destination)]
    default:
      return [leadsAway(step.by, packet.destination)]
  }
}

/** Undefined when it leads elsewhere. */
function byPeering(home: Home, { vpc, packet }: ReplyDeparture, peeringId: VpcPeeringConnectionId): Step[] | undefined {
  const peering = vpc.peerings?.find(({ id }) => id === peeringId)
  if (!home.vpc || peering?.vpcId !== home.vpc.id) return undefined
  if (!peering.cidrs.some((block) => cidrContains(block, packet.destination))) return undefined
  const asked = atHome(home.vpc, home.subnet, packet)
  return [home.vpc.owner === vpc.owner ? asked : { ...asked, provider: home.vpc.owner, peeringId }]
}

/** The network ACL of the subnet that a reply comes into. */
export function atHome(vpc: VpcNetwork, subnet: SubnetNetwork, reply: Packet): Step {
  return networkAclStep({ vpc, subnet, direction: 'ingress', packet: reply, way: 'return' })
}

function byTransitGateway(
  home: Home,
  departure: ReplyDeparture,
  attachmentId: Parameters<typeof throughTransitGateway>[1],
): Step[] {
  const { packet } = departure
  const { steps, arrival, host } = throughTransitGateway(departure, attachmentId, 'return')
  const known = steps.at(-1)
  if (!arrival && host === undefined) return [...steps]
  if (home.host !== undefined && host === home.host) return [...steps]
  if (!home.vpc || arrival?.vpc.id !== home.vpc.id) {
    const stray = leadsAway(known?.by ?? attachmentId, packet.destination, arrival && ` to ${arrival.link.id}`)
    // It is decided in the same place as the step before.
    return [...steps, { ...known, ...stray }]
  }
  return [...steps, ...inVpc(home.vpc, arrival.link, homeSteps(arrival, home.subnet, packet))]
}
