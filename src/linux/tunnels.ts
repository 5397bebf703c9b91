// Gateway Load Balancer endpoints as the kernel meets them: a tunnel device in the VPC's router for each. Routes lead into
// it, and what comes out of it goes on as from the endpoint's subnet. The endpoint has no security groups; the network ACL of
// its subnet is asked both ways. What is at the other end of the device is the balancer's process (src/balancer/).

import type { SubnetNetwork, VpcNetwork } from '../compile/network.ts'
import type { VpcEndpointId } from '../store/records.ts'
import { tunnelLink } from './names.ts'

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
