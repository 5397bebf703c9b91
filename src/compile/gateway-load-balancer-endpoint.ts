// Gateway Load Balancer endpoints: one interface in one subnet, to which routes lead, and behind it appliances of another
// VPC. https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-load-balancer-endpoints.html

import type { Vpc, VpcEndpoint } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import { endpointInterfaces, isInForce, loadBalancersOf, servingNodes } from './endpoint-service.ts'
import type { GatewayLoadBalancerEndpointNetwork } from './network.ts'
import { byId } from './order.ts'

export function compileGatewayLoadBalancerEndpoints(records: Records, vpc: Vpc): GatewayLoadBalancerEndpointNetwork[] {
  return records.vpcEndpoints
    .where('vpcId', vpc.id)
    .filter((endpoint) => endpoint.type === 'GatewayLoadBalancer' && isInForce(endpoint))
    .flatMap((endpoint) => compileEndpoint(records, endpoint))
    .sort(byId)
}

/** Nothing when the service, or all that stood behind it, is gone. */
function compileEndpoint(records: Records, endpoint: VpcEndpoint): GatewayLoadBalancerEndpointNetwork[] {
  const service = endpoint.endpointServiceId && records.endpointServices.get(endpoint.endpointServiceId)
  const [first] = service ? loadBalancersOf(records, service) : []
  const [networkInterface] = endpointInterfaces(records, endpoint)
  if (!service || !first || !networkInterface) return []
  const nodeId = servingNodes(records, service, endpoint).get(networkInterface.id)?.networkInterface.id
  return [
    {
      id: endpoint.id,
      owner: endpoint.owner,
      interfaceId: networkInterface.id,
      subnetId: networkInterface.subnetId,
      service: { id: service.id, owner: service.owner, vpcId: first.vpcId },
      ...(networkInterface.ipv6Addresses?.length && { ipv6: true }),
      ...(nodeId && { nodeId }),
    },
  ]
}
