// Resource configurations in service networks. Either side may be another account's, when it is shared.
// https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_CreateServiceNetworkResourceAssociation.html

import type {
  CreateServiceNetworkResourceAssociationRequest,
  CreateServiceNetworkResourceAssociationResponse,
  DeleteServiceNetworkResourceAssociationRequest,
  DeleteServiceNetworkResourceAssociationResponse,
  GetServiceNetworkResourceAssociationRequest,
  GetServiceNetworkResourceAssociationResponse,
  ListServiceNetworkResourceAssociationsRequest,
  ListServiceNetworkResourceAssociationsResponse,
} from '@aws-sdk/client-vpc-lattice'
import { resourceAssociationName } from '../../compile/resource-names.ts'
import type { ServiceNetworkResourceAssociation } from '../../store/lattice-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { associateEndpointsOfNetwork } from '../ec2/endpoint/endpoint-association.ts'
import { forgetMade, rememberMade } from '../ec2/request/client-token.ts'
import { ownedBy } from '../ec2/request/owned.ts'
import { conflict, notFound, validationError } from './errors.ts'
import { latticeArn, requireOwn, requireVisible } from './find.ts'
import { findMade, idempotent, pageOf, requireTags } from './names.ts'

const TYPE = 'SERVICE_NETWORK_RESOURCE_ASSOCIATION'
/** The zone of the names that Lattice makes, as AWS shows one. */
const HOSTED_ZONE_ID = 'Z09222323C6QMB9QZ9ZMM'

export function createServiceNetworkResourceAssociation(
  tx: Tx,
  caller: Caller,
  input: CreateServiceNetworkResourceAssociationRequest,
): CreateServiceNetworkResourceAssociationResponse {
  const call = idempotent('CreateServiceNetworkResourceAssociation', input)
  const made = tx.serviceNetworkResourceAssociations.get(findMade(tx, caller, call))
  if (made) return created(made)
  const configuration = requireVisible(tx, caller, 'rcfg', input.resourceConfigurationIdentifier)
  const network = requireVisible(tx, caller, 'sn', input.serviceNetworkIdentifier)
  if (configuration.type === 'CHILD') {
    throw validationError(`The resource configuration ${configuration.id} is a child; associate its group.`)
  }
  if (network.sharingEnabled && !configuration.allowAssociationToShareableServiceNetwork) {
    throw validationError(
      `The resource configuration ${configuration.id} may not be associated with a service network that can be shared.`,
    )
  }
  const present = tx.serviceNetworkResourceAssociations
    .where('serviceNetworkId', network.id)
    .find(({ resourceConfigurationId }) => resourceConfigurationId === configuration.id)
  if (present) {
    throw conflict(`${configuration.id} is already associated with ${network.id}.`, TYPE, present.id)
  }
  const association = tx.serviceNetworkResourceAssociations.insert({
    ...ownedBy(caller, requireTags(input.tags)),
    id: tx.newId('snra'),
    serviceNetworkId: network.id,
    resourceConfigurationId: configuration.id,
    privateDnsEnabled: input.privateDnsEnabled ?? false,
  })
  rememberMade(tx, caller, call, association.id)
  associateEndpointsOfNetwork(tx, caller, network.id)
  return created(association)
}

export function getServiceNetworkResourceAssociation(
  records: Records,
  caller: Caller,
  input: GetServiceNetworkResourceAssociationRequest,
): GetServiceNetworkResourceAssociationResponse {
  return toAssociation(records, requireParty(records, caller, input.serviceNetworkResourceAssociationIdentifier))
}

export function listServiceNetworkResourceAssociations(
  records: Records,
  caller: Caller,
  input: ListServiceNetworkResourceAssociationsRequest,
): ListServiceNetworkResourceAssociationsResponse {
  const { serviceNetworkIdentifier: network, resourceConfigurationIdentifier: configuration } = input
  if (network === undefined && configuration === undefined) {
    throw validationError('Send serviceNetworkIdentifier or resourceConfigurationIdentifier.')
  }
  const networkId = network === undefined ? undefined : requireVisible(records, caller, 'sn', network).id
  const configurationId =
    configuration === undefined ? undefined : requireVisible(records, caller, 'rcfg', configuration).id
  const candidates =
    networkId !== undefined
      ? records.serviceNetworkResourceAssociations.where('serviceNetworkId', networkId)
      : records.serviceNetworkResourceAssociations.where('resourceConfigurationId', configurationId ?? 'rcfg-')
  const found = candidates.filter(
    (one) => configurationId === undefined || one.resourceConfigurationId === configurationId,
  )
  const { page, more } = pageOf(found, input)
  return { items: page.map((one) => toAssociation(records, one)), ...more }
}

/** By whoever made it, or owns either side. */
export function deleteServiceNetworkResourceAssociation(
  tx: Tx,
  caller: Caller,
  input: DeleteServiceNetworkResourceAssociationRequest,
): DeleteServiceNetworkResourceAssociationResponse {
  const association = requireParty(tx, caller, input.serviceNetworkResourceAssociationIdentifier)
  tx.serviceNetworkResourceAssociations.delete(association.id)
  forgetMade(tx, association.id)
  associateEndpointsOfNetwork(tx, caller, association.serviceNetworkId)
  return { id: association.id, arn: latticeArn(association), status: 'DELETE_IN_PROGRESS' }
}

function requireParty(
  records: Records,
  caller: Caller,
  identifier: string | undefined,
): ServiceNetworkResourceAssociation {
  const id = identifier?.slice(identifier.lastIndexOf('/') + 1) ?? ''
  const association = records.serviceNetworkResourceAssociations.get(id)
  if (!association) return requireOwn(records, caller, 'snra', identifier)
  const owners = [
    association.owner,
    records.serviceNetworks.get(association.serviceNetworkId)?.owner,
    records.resourceConfigurations.get(association.resourceConfigurationId)?.owner,
  ]
  if (association.region === caller.region && owners.includes(caller.account)) return association
  throw notFound(TYPE, identifier ?? '')
}

function created(association: ServiceNetworkResourceAssociation): CreateServiceNetworkResourceAssociationResponse {
  const { id, owner } = association
  return { id, arn: latticeArn(association), status: 'ACTIVE', createdBy: owner }
}

function toAssociation(records: Records, association: ServiceNetworkResourceAssociation) {
  const configuration = records.resourceConfigurations.get(association.resourceConfigurationId)
  const network = records.serviceNetworks.get(association.serviceNetworkId)
  return {
    id: association.id,
    arn: latticeArn(association),
    status: 'ACTIVE' as const,
    createdBy: association.owner,
    createdAt: new Date(association.createdAt),
    resourceConfigurationId: association.resourceConfigurationId,
    ...(configuration && {
      resourceConfigurationArn: latticeArn(configuration),
      resourceConfigurationName: configuration.name,
    }),
    serviceNetworkId: association.serviceNetworkId,
    ...(network && { serviceNetworkArn: latticeArn(network), serviceNetworkName: network.name }),
    dnsEntry: { domainName: resourceAssociationName(association), hostedZoneId: HOSTED_ZONE_ID },
    ...(association.privateDnsEnabled &&
      configuration?.customDomainName && { privateDnsEntry: { domainName: configuration.customDomainName } }),
    privateDnsEnabled: association.privateDnsEnabled,
    isManagedAssociation: false,
  }
}
