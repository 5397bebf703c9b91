// VPCs in service networks. They are shown and carry no packets: resources are reached by endpoints.
// https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_CreateServiceNetworkVpcAssociation.html

import type {
  CreateServiceNetworkVpcAssociationRequest,
  CreateServiceNetworkVpcAssociationResponse,
  DeleteServiceNetworkVpcAssociationRequest,
  DeleteServiceNetworkVpcAssociationResponse,
  GetServiceNetworkVpcAssociationRequest,
  GetServiceNetworkVpcAssociationResponse,
  ListServiceNetworkVpcAssociationsRequest,
  ListServiceNetworkVpcAssociationsResponse,
  UpdateServiceNetworkVpcAssociationRequest,
  UpdateServiceNetworkVpcAssociationResponse,
} from '@aws-sdk/client-vpc-lattice'
import type { ServiceNetworkVpcAssociation } from '../../store/lattice-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { forgetMade, rememberMade } from '../ec2/request/client-token.ts'
import { ownedBy } from '../ec2/request/owned.ts'
import { conflict, notFound, validationError } from './errors.ts'
import { latticeArn, requireOwn, requireVisible } from './find.ts'
import { findMade, idempotent, pageOf, required, requireTags } from './names.ts'
import { requireOwnGroups, requireOwnVpc } from './network.ts'
import { requirePrivateDns } from './private-dns.ts'

const TYPE = 'SERVICE_NETWORK_VPC_ASSOCIATION'

export function createServiceNetworkVpcAssociation(
  tx: Tx,
  caller: Caller,
  input: CreateServiceNetworkVpcAssociationRequest,
): CreateServiceNetworkVpcAssociationResponse {
  const call = idempotent('CreateServiceNetworkVpcAssociation', input)
  const made = tx.serviceNetworkVpcAssociations.get(findMade(tx, caller, call))
  if (made) return created(made)
  const network = requireVisible(tx, caller, 'sn', input.serviceNetworkIdentifier)
  const vpc = requireOwnVpc(tx, caller, input.vpcIdentifier)
  const [present] = tx.serviceNetworkVpcAssociations.where('vpcId', vpc.id)
  if (present) {
    throw conflict(
      `The VPC ${vpc.id} is already associated with the service network ${present.serviceNetworkId}.`,
      TYPE,
      present.id,
    )
  }
  const privateDns = requirePrivateDns(input.dnsOptions)
  const association = tx.serviceNetworkVpcAssociations.insert({
    ...ownedBy(caller, requireTags(input.tags)),
    id: tx.newId('snva'),
    serviceNetworkId: network.id,
    vpcId: vpc.id,
    groupIds: requireOwnGroups(tx, caller, vpc, input.securityGroupIds ?? []),
    privateDnsEnabled: input.privateDnsEnabled ?? false,
    ...(privateDns && { privateDns }),
    updatedAt: caller.now.toISOString(),
  })
  rememberMade(tx, caller, call, association.id)
  return created(association)
}

export function getServiceNetworkVpcAssociation(
  records: Records,
  caller: Caller,
  input: GetServiceNetworkVpcAssociationRequest,
): GetServiceNetworkVpcAssociationResponse {
  const association = requireParty(records, caller, input.serviceNetworkVpcAssociationIdentifier)
  return { ...toAssociation(records, association), securityGroupIds: [...association.groupIds] }
}

export function listServiceNetworkVpcAssociations(
  records: Records,
  caller: Caller,
  input: ListServiceNetworkVpcAssociationsRequest,
): ListServiceNetworkVpcAssociationsResponse {
  const { serviceNetworkIdentifier: network, vpcIdentifier: vpcId } = input
  if (network === undefined && vpcId === undefined) {
    throw validationError('Send serviceNetworkIdentifier or vpcIdentifier.')
  }
  const networkId = network === undefined ? undefined : requireVisible(records, caller, 'sn', network).id
  const candidates =
    networkId !== undefined
      ? records.serviceNetworkVpcAssociations.where('serviceNetworkId', networkId)
      : records.serviceNetworkVpcAssociations.where('vpcId', requireOwnVpc(records, caller, vpcId).id)
  const { page, more } = pageOf(
    candidates.filter((one) => vpcId === undefined || one.vpcId === vpcId),
    input,
  )
  return { items: page.map((one) => toAssociation(records, one)), ...more }
}

export function updateServiceNetworkVpcAssociation(
  tx: Tx,
  caller: Caller,
  input: UpdateServiceNetworkVpcAssociationRequest,
): UpdateServiceNetworkVpcAssociationResponse {
  const { id, vpcId } = requireOwn(tx, caller, 'snva', input.serviceNetworkVpcAssociationIdentifier)
  const groupIds = requireOwnGroups(tx, caller, { id: vpcId }, required('securityGroupIds', input.securityGroupIds))
  const association = tx.serviceNetworkVpcAssociations.update(id, { groupIds, updatedAt: caller.now.toISOString() })
  return created(association)
}

export function deleteServiceNetworkVpcAssociation(
  tx: Tx,
  caller: Caller,
  input: DeleteServiceNetworkVpcAssociationRequest,
): DeleteServiceNetworkVpcAssociationResponse {
  const association = requireParty(tx, caller, input.serviceNetworkVpcAssociationIdentifier)
  tx.serviceNetworkVpcAssociations.delete(association.id)
  forgetMade(tx, association.id)
  return { id: association.id, arn: latticeArn(association), status: 'DELETE_IN_PROGRESS' }
}

/** The VPC's owner, and the network's. */
function requireParty(records: Records, caller: Caller, identifier: string | undefined): ServiceNetworkVpcAssociation {
  const id = identifier?.slice(identifier.lastIndexOf('/') + 1) ?? ''
  const association = records.serviceNetworkVpcAssociations.get(id)
  if (!association) return requireOwn(records, caller, 'snva', identifier)
  const owners = [association.owner, records.serviceNetworks.get(association.serviceNetworkId)?.owner]
  if (association.region === caller.region && owners.includes(caller.account)) return association
  throw notFound(TYPE, identifier ?? '')
}

function created(association: ServiceNetworkVpcAssociation) {
  const { id, owner, groupIds, privateDnsEnabled } = association
  const shown = { id, arn: latticeArn(association), status: 'ACTIVE' as const, createdBy: owner }
  return { ...shown, securityGroupIds: [...groupIds], privateDnsEnabled }
}

function toAssociation(records: Records, association: ServiceNetworkVpcAssociation) {
  const network = records.serviceNetworks.get(association.serviceNetworkId)
  const { privateDns } = association
  return {
    id: association.id,
    arn: latticeArn(association),
    status: 'ACTIVE' as const,
    createdBy: association.owner,
    createdAt: new Date(association.createdAt),
    lastUpdatedAt: new Date(association.updatedAt),
    serviceNetworkId: association.serviceNetworkId,
    ...(network && { serviceNetworkArn: latticeArn(network), serviceNetworkName: network.name }),
    vpcId: association.vpcId,
    privateDnsEnabled: association.privateDnsEnabled,
    ...(privateDns && {
      dnsOptions: {
        privateDnsPreference: privateDns.preference,
        privateDnsSpecifiedDomains: [...privateDns.specifiedDomains],
      },
    }),
  }
}
