// Gateway Load Balancer endpoints as the kernel meets them: a tunnel device in the VPC's router for each. Routes lead into
// it, and what comes out of it goes on as from the endpoint's subnet. The endpoint has no security groups; the network ACL of
// its subnet is asked both ways. What is at the other end of the device is the balancer's process (src/balancer/).

import type { SubnetNetwork, VpcNetwork } from '../compile/network.ts'
import type { VpcEndpointId } from '../store/records.ts'
import { tunnelLink } from './names.ts'
import { anyOf, quoted, type Rule } from './nft.ts'
import { ENDPOINT_MTU } from './plan.ts'

export interface Tunnel {
  readonly endpointId: VpcEndpointId
  readonly link: string
  /** The endpoint's. */
  readonly subnet: SubnetNetwork
}

/** By endpoint. */
export function findTunnels({ gatewayLoadBalancerEndpoints = [], subnets }: VpcNetwork): Tunnel[] {
  return gatewayLoadBalancerEndpoints.flatMap(({ id, subnetId }) => {
    const subnet = subnets.find((candidate) => candidate.id === subnetId)
    return subnet ? [{ endpointId: id, link: tunnelLink(id), subnet }] : []
  })
}

const HEADERS = 40

/** At forward: what opens a connection into a tunnel says what fits, since nothing tells when something does not.
 * https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-load-balancer-endpoints.html */
export function clampTunnels(tunnels: readonly Tunnel[]): Rule[] {
  if (tunnels.length === 0) return []
  const links = tunnels.map(({ link }) => quoted(link))
  const verdict = `tcp option maxseg size set ${ENDPOINT_MTU - HEADERS}`
  return [{ match: [`oifname ${anyOf(links)}`, 'tcp flags syn'], verdict }]
}
