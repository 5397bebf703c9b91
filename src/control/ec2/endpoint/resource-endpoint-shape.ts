// What is behind an endpoint of type Resource or ServiceNetwork, as EC2 shows it.

import type { DnsEntry } from '@aws-sdk/client-ec2'
import { vpceHostedZoneId } from '../../../catalogue/endpoint-zones.ts'
import { endpointResourceName, privateResourceName } from '../../../compile/resource-names.ts'
import type { EndpointAssociation } from '../../../store/lattice-records.ts'
import type { VpcEndpoint } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import { latticeArn } from '../../vpc-lattice/find.ts'
import { furtherZoneId } from './endpoint-dns.ts'
import { interfacesOfEndpoint } from './endpoint-interface.ts'

/** As DescribeVpcEndpoints shows what is behind it. */
export function toDestination(records: Records, endpoint: VpcEndpoint) {
  const configuration = records.resourceConfigurations.get(endpoint.resourceConfigurationId ?? '')
  const network = records.serviceNetworks.get(endpoint.serviceNetworkId ?? '')
  const blocks = interfacesOfEndpoint(records, endpoint).flatMap(({ subnetId: SubnetId, prefixes = [] }) =>
    prefixes.length === 0 ? [] : [{ SubnetId, IpPrefixes: [...prefixes] }],
  )
  return {
    ...(configuration && { ResourceConfigurationArn: latticeArn(configuration) }),
    ...(network && { ServiceNetworkArn: latticeArn(network) }),
    ...(blocks.length > 0 && { Ipv4Prefixes: blocks }),
  }
}

/** A name for each of its resources, and the custom one where the VPC knows that. */
export function resourceDnsEntries(records: Records, endpoint: VpcEndpoint): DnsEntry[] {
  return records.endpointAssociations.where('vpcEndpointId', endpoint.id).flatMap((association) => {
    const { dnsEntry, privateDnsEntry } = associationDns(records, endpoint, association)
    return privateDnsEntry ? [dnsEntry, privateDnsEntry] : [dnsEntry]
  })
}

export function associationDns(records: Records, endpoint: VpcEndpoint, association: EndpointAssociation) {
  const name = privateResourceName(records, endpoint, association)
  return {
    dnsEntry: { DnsName: endpointResourceName(association), HostedZoneId: vpceHostedZoneId(endpoint.region) },
    ...(name !== undefined && {
      privateDnsEntry: { DnsName: name, HostedZoneId: furtherZoneId(endpoint.hiddenZoneId ?? '', name) },
    }),
  }
}

export function toDnsPreference({ privateDns }: VpcEndpoint) {
  if (!privateDns) return {}
  return {
    PrivateDnsPreference: privateDns.preference,
    PrivateDnsSpecifiedDomains: [...privateDns.specifiedDomains],
  }
}
