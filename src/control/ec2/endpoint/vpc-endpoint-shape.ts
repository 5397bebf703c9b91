// A VPC endpoint as EC2 shows it.

import type { DnsEntry, DnsOptions, VpcEndpoint as EndpointOutput } from '@aws-sdk/client-ec2'
import { vpceHostedZoneId } from '../../../catalogue/endpoint-zones.ts'
import { endpointNames } from '../../../compile/endpoint-names.ts'
import type { VpcEndpoint } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import { toGroups } from '../network-interface/network-interface-shape.ts'
import { tagList } from '../request/tags.ts'
import { interfacesOfEndpoint } from './endpoint-interface.ts'
import { hiddenZoneId } from './private-dns.ts'
import { isLatticeType } from './resource-endpoint.ts'
import { resourceDnsEntries, toDestination, toDnsPreference } from './resource-endpoint-shape.ts'

/** On the wire the states begin in lower case, whatever the SDK's own list says. */
export type ShownVpcEndpoint = Omit<EndpointOutput, 'State'> & { readonly State: VpcEndpoint['state'] }

export function toVpcEndpoint(records: Records, endpoint: VpcEndpoint): ShownVpcEndpoint {
  const interfaces = interfacesOfEndpoint(records, endpoint)
  return {
    VpcEndpointId: endpoint.id,
    VpcEndpointType: endpoint.type,
    VpcId: endpoint.vpcId,
    ...(isLatticeType(endpoint.type) ? toDestination(records, endpoint) : toService(endpoint)),
    State: endpoint.state,
    RouteTableIds: [...endpoint.routeTableIds],
    SubnetIds: interfaces.map((eni) => eni.subnetId),
    Groups: toGroups(records, endpoint.groupIds),
    IpAddressType: endpoint.ipAddressType,
    DnsOptions: dnsOptions(endpoint),
    PrivateDnsEnabled: endpoint.privateDnsEnabled,
    RequesterManaged: false,
    NetworkInterfaceIds: interfaces.map((eni) => eni.id),
    DnsEntries: dnsEntriesOf(records, endpoint),
    CreationTimestamp: new Date(endpoint.createdAt),
    OwnerId: endpoint.owner,
    Tags: tagList(endpoint.tags),
  }
}

/** A Gateway Load Balancer endpoint has no policy to show. */
function toService({ type, serviceName, serviceRegion, region, policyDocument }: VpcEndpoint): EndpointOutput {
  return {
    ServiceName: serviceName,
    ServiceRegion: serviceRegion ?? region,
    ...(type !== 'GatewayLoadBalancer' && { PolicyDocument: policyDocument }),
  }
}

function dnsOptions(endpoint: VpcEndpoint): DnsOptions {
  const { dnsRecordIpType: DnsRecordIpType } = endpoint
  if (endpoint.type === 'Gateway') return { DnsRecordIpType }
  if (isLatticeType(endpoint.type)) return { DnsRecordIpType, ...toDnsPreference(endpoint) }
  return {
    DnsRecordIpType,
    PrivateDnsOnlyForInboundResolverEndpoint: endpoint.privateDnsOnlyForInboundResolverEndpoint,
  }
}

function dnsEntriesOf(records: Records, endpoint: VpcEndpoint): DnsEntry[] {
  if (isLatticeType(endpoint.type)) return resourceDnsEntries(records, endpoint)
  return endpoint.type === 'Interface' ? dnsEntries(records, endpoint) : []
}

/** The regional name first, then those of the zones, then the private ones while they are enabled. */
function dnsEntries(records: Records, endpoint: VpcEndpoint): DnsEntry[] {
  const privateNames = endpoint.privateDnsEnabled ? endpointNames(endpoint, []).private : []
  return [
    ...ownDnsEntries(records, endpoint),
    ...privateNames.map((DnsName) => ({ DnsName, HostedZoneId: hiddenZoneId(endpoint, DnsName) })),
  ]
}

/** The endpoint's own names, which are public: its service's owner may see them too. */
export function ownDnsEntries(records: Records, endpoint: VpcEndpoint): DnsEntry[] {
  const interfaces = interfacesOfEndpoint(records, endpoint)
  const zones = interfaces.flatMap((eni) => records.subnets.get(eni.subnetId)?.availabilityZone ?? [])
  const { regional, zonal } = endpointNames(endpoint, zones)
  const HostedZoneId = vpceHostedZoneId(endpoint.serviceRegion ?? endpoint.region)
  return [regional, ...zonal.map(({ name }) => name)].map((DnsName) => ({ DnsName, HostedZoneId }))
}
