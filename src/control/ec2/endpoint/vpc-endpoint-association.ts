// The resources behind endpoints of type Resource and ServiceNetwork, as their consumer sees them; other endpoints have no
// associations. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointAssociations.html

import type {
  DescribeVpcEndpointAssociationsRequest,
  DescribeVpcEndpointAssociationsResult,
  VpcEndpointAssociation,
} from '@aws-sdk/client-ec2'
import type { EndpointAssociation } from '../../../store/lattice-records.ts'
import type { VpcEndpoint } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { latticeArn } from '../../vpc-lattice/find.ts'
import { applyPlainFilters, type FilterFields } from '../request/filters.ts'
import { pageOf } from '../request/pages.ts'
import { requireNamed } from '../request/require.ts'
import { interfacesOfEndpoint } from './endpoint-interface.ts'
import { associationDns } from './resource-endpoint-shape.ts'

/** Shown, and filtered by what is shown. */
interface Shown extends VpcEndpointAssociation {
  readonly resourceId: string
}

export function describeVpcEndpointAssociations(
  records: Records,
  caller: Caller,
  input: DescribeVpcEndpointAssociationsRequest,
): DescribeVpcEndpointAssociationsResult {
  const endpoints = requireNamed(records.vpcEndpoints, caller, 'VpcEndpoint', input.VpcEndpointIds)
  const all = endpoints.flatMap((endpoint) =>
    records.endpointAssociations
      .where('vpcEndpointId', endpoint.id)
      .map((association) => toAssociation(records, endpoint, association)),
  )
  const found = applyPlainFilters(all, input.Filters, FILTERS)
  const { items, nextToken } = pageOf(found, input, ({ Id }) => Id ?? '', { min: 1, max: 100 })
  return { VpcEndpointAssociations: items.map(({ resourceId: _, ...shown }) => shown), NextToken: nextToken }
}

function toAssociation(records: Records, endpoint: VpcEndpoint, association: EndpointAssociation): Shown {
  const configuration = records.resourceConfigurations.get(association.resourceConfigurationId)
  const group = records.resourceConfigurations.get(configuration?.groupId ?? '')
  const network = records.serviceNetworks.get(endpoint.serviceNetworkId ?? '')
  const { dnsEntry, privateDnsEntry } = associationDns(records, endpoint, association)
  return {
    resourceId: association.resourceConfigurationId,
    Id: association.id,
    VpcEndpointId: endpoint.id,
    ...accessibility(records, endpoint, association),
    ...(configuration && { AssociatedResourceArn: latticeArn(configuration) }),
    ...(group && { ResourceConfigurationGroupArn: latticeArn(group) }),
    ...(network && { ServiceNetworkArn: latticeArn(network), ServiceNetworkName: network.name }),
    DnsEntry: dnsEntry,
    ...(privateDnsEntry && { PrivateDnsEntry: privateDnsEntry }),
    Tags: [],
  }
}

/** Where the subnets had no address left the resource is at no interface. */
function accessibility(
  records: Records,
  endpoint: VpcEndpoint,
  { id }: EndpointAssociation,
): Pick<VpcEndpointAssociation, 'AssociatedResourceAccessibility' | 'FailureCode' | 'FailureReason'> {
  const hasInterfaces = interfacesOfEndpoint(records, endpoint).length > 0
  if (hasInterfaces && records.endpointAssociationAddresses.where('associationId', id).length === 0) {
    return {
      AssociatedResourceAccessibility: 'FAILED',
      FailureCode: 'InsufficientCidrBlocks',
      FailureReason: 'The subnets of the endpoint do not have enough free cidr blocks.',
    }
  }
  return { AssociatedResourceAccessibility: endpoint.state === 'available' ? 'Accessible' : 'PENDING' }
}

const FILTERS: FilterFields<Shown> = {
  'associated-resource-accessibility': (shown) => shown.AssociatedResourceAccessibility,
  'associated-resource-id': (shown) => shown.resourceId,
  'association-id': (shown) => shown.Id,
  'resource-configuration-group-arn': (shown) => shown.ResourceConfigurationGroupArn,
  'service-network-arn': (shown) => shown.ServiceNetworkArn,
  'vpc-endpoint-id': (shown) => shown.VpcEndpointId,
}
