// What endpoints lead here, as the owners of resources and service networks see it.
// https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_ListResourceEndpointAssociations.html

import type {
  DeleteResourceEndpointAssociationRequest,
  DeleteResourceEndpointAssociationResponse,
  ListResourceEndpointAssociationsRequest,
  ListResourceEndpointAssociationsResponse,
  ListServiceNetworkVpcEndpointAssociationsRequest,
  ListServiceNetworkVpcEndpointAssociationsResponse,
} from '@aws-sdk/client-vpc-lattice'
import type { ResourceConfiguration } from '../../store/lattice-records.ts'
import type { VpcEndpoint } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { disconnectEndpoint } from '../ec2/endpoint/endpoint-association.ts'
import { notFound } from './errors.ts'
import { latticeArn, requireOwn } from './find.ts'
import { pageOf } from './names.ts'

const PREFIX = 'rea-'

export function listResourceEndpointAssociations(
  records: Records,
  caller: Caller,
  input: ListResourceEndpointAssociationsRequest,
): ListResourceEndpointAssociationsResponse {
  const configuration = requireOwn(records, caller, 'rcfg', input.resourceConfigurationIdentifier)
  const { vpcEndpointId, vpcEndpointOwner, resourceEndpointAssociationIdentifier: wanted } = input
  const found = endpointsOf(records, configuration).filter(
    (endpoint) =>
      (vpcEndpointId === undefined || endpoint.id === vpcEndpointId) &&
      (vpcEndpointOwner === undefined || endpoint.owner === vpcEndpointOwner) &&
      (wanted === undefined || wanted.endsWith(associationId(endpoint))),
  )
  const { page, more } = pageOf(found, input)
  const items = page.map((endpoint) => ({
    id: associationId(endpoint),
    arn: associationArn(configuration, endpoint),
    resourceConfigurationId: configuration.id,
    resourceConfigurationArn: latticeArn(configuration),
    resourceConfigurationName: configuration.name,
    vpcEndpointId: endpoint.id,
    vpcEndpointOwner: endpoint.owner,
    createdBy: endpoint.owner,
    createdAt: new Date(endpoint.createdAt),
  }))
  return { items, ...more }
}

/** Cuts a consumer's endpoint off: it leads nowhere from then on. */
export function deleteResourceEndpointAssociation(
  tx: Tx,
  caller: Caller,
  input: DeleteResourceEndpointAssociationRequest,
): DeleteResourceEndpointAssociationResponse {
  const wanted = input.resourceEndpointAssociationIdentifier ?? ''
  const id = wanted.slice(wanted.lastIndexOf('/') + 1)
  const endpoint = tx.vpcEndpoints.get(`vpce-${id.slice(PREFIX.length)}`)
  const configuration = tx.resourceConfigurations.get(endpoint?.resourceConfigurationId ?? '')
  if (!endpoint || configuration?.owner !== caller.account || !endpointsOf(tx, configuration).includes(endpoint)) {
    throw notFound('RESOURCE_ENDPOINT_ASSOCIATION', wanted)
  }
  disconnectEndpoint(tx, endpoint)
  return {
    id,
    arn: associationArn(configuration, endpoint),
    resourceConfigurationId: configuration.id,
    resourceConfigurationArn: latticeArn(configuration),
    vpcEndpointId: endpoint.id,
  }
}

export function listServiceNetworkVpcEndpointAssociations(
  records: Records,
  caller: Caller,
  input: ListServiceNetworkVpcEndpointAssociationsRequest,
): ListServiceNetworkVpcEndpointAssociationsResponse {
  const network = requireOwn(records, caller, 'sn', input.serviceNetworkIdentifier)
  const { page, more } = pageOf(records.vpcEndpoints.where('serviceNetworkId', network.id), input)
  const items = page.map((endpoint) => ({
    id: endpoint.id,
    vpcEndpointId: endpoint.id,
    vpcId: endpoint.vpcId,
    vpcEndpointOwnerId: endpoint.owner,
    state: endpoint.state,
    serviceNetworkArn: latticeArn(network),
    createdAt: new Date(endpoint.createdAt),
  }))
  return { items, ...more }
}

function endpointsOf(records: Records, { id }: ResourceConfiguration): VpcEndpoint[] {
  return records.vpcEndpoints.where('resourceConfigurationId', id).filter(({ state }) => state !== 'rejected')
}

/** The endpoint's own digits: an endpoint has one resource configuration. */
function associationId({ id }: VpcEndpoint): string {
  return `${PREFIX}${id.slice('vpce-'.length)}`
}

function associationArn({ owner, region }: ResourceConfiguration, endpoint: VpcEndpoint): string {
  return `arn:aws:vpc-lattice:${region}:${owner}:resourceendpointassociation/${associationId(endpoint)}`
}
