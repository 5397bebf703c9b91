// A VPC endpoint as EC2 shows it.

import type { VpcEndpoint as EndpointOutput } from '@aws-sdk/client-ec2'
import type { VpcEndpoint } from '../../../store/records.ts'
import { tagList } from '../request/tags.ts'

/** On the wire the states begin in lower case, whatever the SDK's own list says. */
export type ShownVpcEndpoint = Omit<EndpointOutput, 'State'> & { readonly State: VpcEndpoint['state'] }

export function toVpcEndpoint(endpoint: VpcEndpoint): ShownVpcEndpoint {
  return {
    VpcEndpointId: endpoint.id,
    VpcEndpointType: endpoint.type,
    VpcId: endpoint.vpcId,
    ServiceName: endpoint.serviceName,
    ServiceRegion: endpoint.region,
    State: endpoint.state,
    PolicyDocument: endpoint.policyDocument,
    RouteTableIds: [...endpoint.routeTableIds],
    SubnetIds: [],
    Groups: [],
    IpAddressType: endpoint.ipAddressType,
    DnsOptions: { DnsRecordIpType: endpoint.dnsRecordIpType },
    PrivateDnsEnabled: endpoint.privateDnsEnabled,
    RequesterManaged: false,
    NetworkInterfaceIds: [],
    DnsEntries: [],
    CreationTimestamp: new Date(endpoint.createdAt),
    OwnerId: endpoint.owner,
    Tags: tagList(endpoint.tags),
  }
}
