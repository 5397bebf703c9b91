// A VPC endpoint as EC2 shows it.

import type { DnsEntry, DnsOptions, VpcEndpoint as EndpointOutput } from '@aws-sdk/client-ec2'
import { vpceHostedZoneId } from '../../../catalogue/endpoint-zones.ts'
import { endpointNames } from '../../../compile/endpoint-names.ts'
import type { NetworkInterface, VpcEndpoint } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import { toGroups } from '../network-interface/network-interface-shape.ts'
import { tagList } from '../request/tags.ts'
import { interfacesOfEndpoint } from './endpoint-interface.ts'
import { hiddenZoneId } from './private-dns.ts'

/** On the wire the states begin in lower case, whatever the SDK's own list says. */
export type ShownVpcEndpoint = Omit<EndpointOutput, 'State'> & { readonly State: VpcEndpoint['state'] }

export function toVpcEndpoint(records: Records, endpoint: VpcEndpoint): ShownVpcEndpoint {
  const interfaces = interfacesOfEndpoint(records, endpoint)
  return {
    VpcEndpointId: endpoint.id,
    VpcEndpointType: endpoint.type,
    VpcId: endpoint.vpcId,
    ServiceName: endpoint.serviceName,
    ServiceRegion: endpoint.region,
    State: endpoint.state,
    PolicyDocument: endpoint.policyDocument,
    RouteTableIds: [...endpoint.routeTableIds],
    SubnetIds: interfaces.map((eni) => eni.subnetId),
    Groups: toGroups(records, endpoint.groupIds),
    IpAddressType: endpoint.ipAddressType,
    DnsOptions: dnsOptions(endpoint),
    PrivateDnsEnabled: endpoint.privateDnsEnabled,
    RequesterManaged: false,
    NetworkInterfaceIds: interfaces.map((eni) => eni.id),
    DnsEntries: endpoint.type === 'Interface' ? dnsEntries(records, endpoint, interfaces) : [],
    CreationTimestamp: new Date(endpoint.createdAt),
    OwnerId: endpoint.owner,
    Tags: tagList(endpoint.tags),
  }
}

function dnsOptions(endpoint: VpcEndpoint): DnsOptions {
  const { dnsRecordIpType: DnsRecordIpType } = endpoint
  if (endpoint.type === 'Gateway') return { DnsRecordIpType }
  return {
    DnsRecordIpType,
    PrivateDnsOnlyForInboundResolverEndpoint: endpoint.privateDnsOnlyForInboundResolverEndpoint,
  }
}

/** The regional name first, then those of the zones, then the private ones while they are enabled. */
function dnsEntries(records: Records, endpoint: VpcEndpoint, interfaces: readonly NetworkInterface[]): DnsEntry[] {
  const zones = interfaces.flatMap((eni) => records.subnets.get(eni.subnetId)?.availabilityZone ?? [])
  const names = endpointNames(endpoint, zones)
  const own = [names.regional, ...names.zonal.map(({ name }) => name)]
  const privateNames = endpoint.privateDnsEnabled ? names.private : []
  return [
    ...own.map((DnsName) => ({ DnsName, HostedZoneId: vpceHostedZoneId(endpoint.region) })),
    ...privateNames.map((DnsName) => ({ DnsName, HostedZoneId: hiddenZoneId(endpoint, DnsName) })),
  ]
}
