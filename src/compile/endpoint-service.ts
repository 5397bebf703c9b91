// Users' endpoint services, from both sides: what a consumer's endpoint leads to, and what a provider's VPC lets in by
// PrivateLink. https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-share-your-services.html

import type { EndpointService, LoadBalancer } from '../store/load-balancing-records.ts'
import type { NetworkInterface, Vpc, VpcEndpoint } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import { byPortAndProtocol, compileListeners } from './load-balancer.ts'
import { type Node, nodesOf } from './load-balancer-node.ts'
import type { ConnectionNetwork, ListenerNetwork, ProviderNetwork, SecurityGroupRuleNetwork } from './network.ts'
import { compileGroupRules } from './security-group.ts'

/** True for an endpoint that the kernel should have. */
export function isInForce({ state }: VpcEndpoint): boolean {
  return state === 'pending' || state === 'available'
}

/** What the endpoint leads to; undefined when the service, or all that stood behind it, is gone. */
export function compileProvider(records: Records, service: EndpointService): ProviderNetwork | undefined {
  const loadBalancers = loadBalancersOf(records, service)
  const [first] = loadBalancers
  if (!first) return undefined
  const ingress = compileIngress(records, loadBalancers)
  return {
    id: service.id,
    owner: service.owner,
    vpcId: first.vpcId,
    listeners: mergeListeners(records, loadBalancers),
    ...(ingress && { ingress }),
  }
}

/** By ARN: of several in a zone the first serves it. */
export function loadBalancersOf(records: Records, service: EndpointService): LoadBalancer[] {
  return [...service.loadBalancerIds].sort().flatMap((id) => records.loadBalancers.get(id) ?? [])
}

/** Of two load balancers' listeners on one port the first's. */
function mergeListeners(records: Records, loadBalancers: readonly LoadBalancer[]): ListenerNetwork[] {
  const merged: ListenerNetwork[] = []
  for (const listener of loadBalancers.flatMap((loadBalancer) => compileListeners(records, loadBalancer))) {
    if (!merged.some(({ port, protocol }) => port === listener.port && protocol === listener.protocol)) {
      merged.push(listener)
    }
  }
  return merged.sort(byPortAndProtocol)
}

/** Undefined when nobody is asked. What a load balancer without groups takes, no group of another can refuse here: its
 * consumers have one door. */
function compileIngress(
  records: Records,
  loadBalancers: readonly LoadBalancer[],
): SecurityGroupRuleNetwork[] | undefined {
  const asked = loadBalancers.every(
    ({ groupIds, enforceGroupsOnPrivateLink }) => groupIds && enforceGroupsOnPrivateLink,
  )
  if (!asked) return undefined
  return loadBalancers.flatMap(({ region, vpcId, groupIds = [] }) =>
    [...groupIds].sort().flatMap((groupId) => compileGroupRules(records, { id: vpcId, region }, groupId, 'ingress')),
  )
}

/** Endpoints' interfaces that lead to nodes in this VPC, by backbone address. */
export function compileConnections(records: Records, vpc: Vpc): ConnectionNetwork[] {
  const services = new Set(
    records.loadBalancers.where('vpcId', vpc.id).flatMap(({ endpointServiceId }) => endpointServiceId ?? []),
  )
  return [...services]
    .flatMap((serviceId) => {
      const service = records.endpointServices.get(serviceId)
      if (!service) return []
      return records.vpcEndpoints
        .where('endpointServiceId', serviceId)
        .filter((endpoint) => endpoint.type === 'Interface' && isInForce(endpoint))
        .flatMap((endpoint) => connectionsOf(records, service, endpoint))
    })
    .filter(({ node }) => node.networkInterface.vpcId === vpc.id)
    .map(({ connection }) => connection)
    .sort((a, b) => (a.backboneAddress < b.backboneAddress ? -1 : a.backboneAddress > b.backboneAddress ? 1 : 0))
}

function connectionsOf(records: Records, service: EndpointService, endpoint: VpcEndpoint) {
  const nodes = servingNodes(records, service, endpoint)
  return endpointInterfaces(records, endpoint).flatMap(({ id, backboneAddress, ipv6Addresses = [] }) => {
    const node = nodes.get(id)
    if (!node) return []
    const connection: ConnectionNetwork = {
      endpointId: endpoint.id,
      consumer: endpoint.owner,
      backboneAddress,
      nodeId: node.networkInterface.id,
      ...(ipv6Addresses.length > 0 && node.ipv6Address && { ipv6: true }),
    }
    return [{ node, connection }]
  })
}

/** The node that serves each interface of an endpoint: one in the zone with the same id; for an endpoint of another region,
 * where zones cannot be the same, the nodes in turn. */
export function servingNodes(
  records: Records,
  service: EndpointService,
  endpoint: VpcEndpoint,
): ReadonlyMap<NetworkInterface['id'], Node> {
  const nodes = loadBalancersOf(records, service).flatMap(({ id }) => nodesOf(records, id))
  const isRemote = endpoint.serviceRegion !== undefined && endpoint.serviceRegion !== endpoint.region
  return new Map(
    endpointInterfaces(records, endpoint).flatMap(({ id, subnetId }, index) => {
      const zoneId = records.subnets.get(subnetId)?.availabilityZoneId
      const node = isRemote
        ? nodes[index % nodes.length]
        : nodes.find(({ availabilityZoneId }) => availabilityZoneId === zoneId)
      return node ? [[id, node] as const] : []
    }),
  )
}

/** By subnet id. */
export function endpointInterfaces(records: Records, { id }: VpcEndpoint): NetworkInterface[] {
  return [...records.networkInterfaces.where('vpcEndpointId', id)].sort((a, b) => (a.subnetId < b.subnetId ? -1 : 1))
}
