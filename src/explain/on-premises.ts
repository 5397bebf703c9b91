// The way between a VPC and a network outside of AWS: what the virtual private gateway has learnt of the networks behind it,
// and what these have learnt of the VPC. What comes in is for the VPC's own blocks alone.
// https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNRoutingTypes.html

import type {
  Network,
  OnPremisesRouteNetwork,
  OnPremisesRouterNetwork,
  SubnetNetwork,
  VpcNetwork,
} from '../compile/network.ts'
import type { Address } from '../ip/address.ts'
import { cidrContains, hostCidr } from '../ip/cidr.ts'
import { formatTraffic, type Packet } from './packet.ts'
import { endpointForAddress } from './route.ts'
import { pass, type Step, stop } from './trace.ts'

export const STAGE = 'vpn-gateway'

export function hostSteps({ name, address }: OnPremisesRouterNetwork, packet: Packet): Step[] {
  const by = `onprem-${name}`
  if (packet.destination !== address) {
    const why = `the one host of ${name} has the address ${address}`
    return [stop({ stage: 'target', by, why })]
  }
  const why = `it is ${name}'s host; whether it listens on ${formatTraffic(packet)} is its own affair`
  return [pass({ stage: 'target', by, why })]
}

/** Whether the VPC's gateway leads an address to this network. */
export function knowsWayTo({ vpnGateway }: VpcNetwork, name: string, address: Address): boolean {
  return vpnGateway?.routes.find(({ cidr }) => cidrContains(cidr, address))?.name === name
}

/** The reply got to the gateway, and no further. */
export function lostAtGateway({ vpnGateway, id }: VpcNetwork, name: string, address: Address): Step {
  const by = vpnGateway?.id ?? id
  return stop({ stage: STAGE, by, why: `${by} has learnt no way to ${address} of ${name}` }, 'return')
}

export interface Arrival {
  readonly steps: readonly Step[]
  /** The VPC that it comes into; absent: it comes into none. */
  readonly vpc?: VpcNetwork
}

/** From the host into a VPC. */
export function fromOnPremises(network: Network, host: OnPremisesRouterNetwork, destination: Address): Arrival {
  if (destination === host.address) return { steps: [own(host)] }
  const route = findRoute(host, destination)
  const vpc = network.vpcs.find(({ id }) => id === route?.vpcId)
  const by = `onprem-${host.name}`
  if (!route || !vpc) return { steps: [stop({ stage: STAGE, by, why: notLearnt(network, host, destination) })] }
  const why = `${destination} is in ${route.cidr}, which ${route.via} tells ${host.name}: to ${vpc.id}`
  return { steps: [pass({ stage: STAGE, by: route.via, why })], vpc }
}

function own({ name, address }: OnPremisesRouterNetwork): Step {
  return pass({ stage: 'target', by: `onprem-${name}`, why: `${address} is the host's own address` })
}

export function findRoute({ routes }: OnPremisesRouterNetwork, address: Address): OnPremisesRouteNetwork | undefined {
  return routes.find(({ cidr }) => cidrContains(cidr, address))
}

/** What looks as if it led there, and does not. */
function notLearnt(network: Network, { name, vpcIds, routes }: OnPremisesRouterNetwork, destination: Address): string {
  const known = routes.map(({ cidr }) => cidr).join(', ')
  const head = `${name} has learnt no way to ${destination}, ${known ? `only to ${known}` : 'nor to anything'}`
  const connected = network.vpcs.filter(({ id }) => vpcIds.includes(id))
  for (const vpc of connected) {
    const gateway = endpointForAddress(vpc, destination)
    if (gateway) {
      return `${head}; ${gateway.id} is a gateway endpoint, which carries ${gateway.serviceName} for ${vpc.id} alone: an interface endpoint is reached from outside`
    }
    const peering = vpc.peerings?.find(({ cidrs }) => cidrs.some((cidr) => cidrContains(cidr, destination)))
    if (peering)
      return `${head}; ${peering.id} leads there from ${vpc.id}, and peering carries nothing that comes by a gateway`
  }
  const online = connected.find(({ internetGatewayId, natGateways }) => internetGatewayId || natGateways)
  return online ? `${head}; what comes by its gateway ${online.id} leads to no other gateway` : head
}

/** Whom the host asks for a name, which only they can answer. */
export function hostNameSteps({ name, resolvers }: OnPremisesRouterNetwork, asked: string): Step[] {
  const by = `onprem-${name}`
  const why =
    resolvers.length === 0
      ? `${name} has no name server to ask for ${asked}: give it an inbound endpoint's address, or ask for an address here`
      : `${name} asks ${resolvers.join(', ')} for ${asked}: explain the way to them on port 53, and then to the address that they give`
  return [stop({ stage: 'dns', by, why })]
}

/** Where a packet is before it comes into a VPC: outside of all its subnets. */
export function outsideOf(address: Address): SubnetNetwork {
  return {
    id: 'subnet-',
    cidr: hostCidr(address),
    router: address,
    availabilityZone: '',
    availabilityZoneId: '',
    routeTableId: 'rtb-',
    networkAclId: 'acl-',
  }
}
