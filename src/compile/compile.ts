// Records to Network: the list of what a VPC is made of, one file per concept. Pure: equal records give equal Networks.

import type { Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import { compileDhcpOptions } from './dhcp-options.ts'
import { compileDnsFirewall } from './dns-firewall.ts'
import { compileConnections } from './endpoint-service.ts'
import { compileFlowLogs } from './flow-log.ts'
import { compileGatewayEndpoints } from './gateway-endpoint.ts'
import { compileGatewayLoadBalancerEndpoints } from './gateway-load-balancer-endpoint.ts'
import { compileGatewayRouteTables } from './gateway-route-table.ts'
import { compileHealthChecks } from './health-check.ts'
import { compilePrivateZones, compilePublicZones } from './hosted-zone.ts'
import { compileInstances } from './instance.ts'
import { compileInterfaceEndpoints } from './interface-endpoint.ts'
import { compileInternet, compileSites } from './internet.ts'
import { compileIpv6 } from './ipv6.ts'
import { compileLoadBalancers, compileTargetGroups } from './load-balancer.ts'
import { compileNat64 } from './nat64.ts'
import type { Network, VpcNetwork } from './network.ts'
import { compileNetworkAcls } from './network-acl.ts'
import { compileInterfaces } from './network-interface.ts'
import { compileOnPremises } from './on-premises.ts'
import { byId } from './order.ts'
import { compilePeerings } from './peering.ts'
import { compilePublicAccess } from './public-access.ts'
import { compileQueryLogs } from './query-log.ts'
import { compileResolver } from './resolver.ts'
import { compileResolverEndpoints } from './resolver-endpoint.ts'
import { compileResourceEndpoints } from './resource-endpoint.ts'
import { compileResourceGateways } from './resource-gateway.ts'
import { compileRouteTables } from './route-table.ts'
import { compileSecurityGroups } from './security-group.ts'
import { compileSubnets } from './subnet.ts'
import { compileTransitGatewayLinks, compileTransitGateways } from './transit-gateway.ts'
import { compileVpnGateway } from './vpn-gateway.ts'

/** The whole world as a Network. */
export function compile(records: Records): Network {
  const vpcs = [...records.vpcs.all()].sort(byId).map((vpc) => compileVpc(records, vpc))
  return {
    ...networkOf(vpcs, compilePublicZones(records)),
    ...compileSites(records),
    ...compileTransitGateways(records),
    ...compileOnPremises(records),
    ...compileHealthChecks(records),
  }
}

/** The Network of VPCs that are in order. */
export function networkOf(vpcs: readonly VpcNetwork[], publicZones: Network['publicZones'] = []): Network {
  return { vpcs, inhabited: vpcs.filter(isInhabited), publicZones }
}

export function isInhabited(vpc: VpcNetwork): boolean {
  return (
    vpc.instances.length > 0 ||
    vpc.peerings !== undefined ||
    vpc.resolverForwards !== undefined ||
    vpc.transitGatewayLinks !== undefined ||
    (vpc.vpnGateway?.networks.length ?? 0) > 0
  )
}

/** One VPC: it may read what it can name, by id or by index, and no table whole (see Compiler). */
export function compileVpc(records: Records, vpc: Vpc): VpcNetwork {
  return {
    id: vpc.id,
    owner: vpc.owner,
    region: vpc.region,
    cidrs: vpc.cidrBlocks.map((block) => block.cidr),
    ...compileIpv6(records, vpc),
    resolver: compileResolver(vpc),
    ...compileSubnets(records, vpc),
    interfaces: compileInterfaces(records, vpc),
    instances: compileInstances(records, vpc),
    routeTables: compileRouteTables(records, vpc),
    securityGroups: compileSecurityGroups(records, vpc),
    networkAcls: compileNetworkAcls(records, vpc),
    endpoints: [...compileGatewayEndpoints(records, vpc), ...compileInterfaceEndpoints(records, vpc)].sort(byId),
    privateZones: compilePrivateZones(records, vpc),
    loadBalancers: compileLoadBalancers(records, vpc),
    targetGroups: compileTargetGroups(records, vpc),
    connections: compileConnections(records, vpc),
    ...compileDhcpOptions(records, vpc),
    ...compileResources(records, vpc),
    ...compileAppliances(records, vpc),
    ...compileInternet(records, vpc),
    ...compileNat64(records, vpc),
    ...compilePublicAccess(records, vpc),
    ...compileGatewayRouteTables(records, vpc),
    ...compilePeerings(records, vpc),
    ...compileTransitGatewayLinks(records, vpc),
    ...compileVpnGateway(records, vpc),
    ...compileFlowLogs(records, vpc),
    ...compileResolverEndpoints(records, vpc),
    ...compileDnsFirewall(records, vpc),
    ...compileQueryLogs(records, vpc),
    failedZoneIds: compileFailedZones(records, vpc),
  }
}

function compileResources(records: Records, vpc: Vpc): Pick<VpcNetwork, 'resourceEndpoints' | 'resourceGateways'> {
  const resourceEndpoints = compileResourceEndpoints(records, vpc)
  const resourceGateways = compileResourceGateways(records, vpc)
  return {
    ...(resourceEndpoints.length > 0 && { resourceEndpoints }),
    ...(resourceGateways.length > 0 && { resourceGateways }),
  }
}

function compileAppliances(records: Records, vpc: Vpc): Pick<VpcNetwork, 'gatewayLoadBalancerEndpoints'> {
  const gatewayLoadBalancerEndpoints = compileGatewayLoadBalancerEndpoints(records, vpc)
  return gatewayLoadBalancerEndpoints.length > 0 ? { gatewayLoadBalancerEndpoints } : {}
}

function compileFailedZones(records: Records, vpc: Vpc): string[] {
  const zoneIds = new Set(records.subnets.where('vpcId', vpc.id).map(({ availabilityZoneId }) => availabilityZoneId))
  return [...zoneIds].filter((id) => records.failedZones.get(id)).sort()
}
