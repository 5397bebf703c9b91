// Service networks: resources put together, for VPCs and endpoints to be connected with all of them at once.
// https://docs.aws.amazon.com/vpc-lattice/latest/ug/service-networks.html

import type {
  CreateServiceNetworkRequest,
  CreateServiceNetworkResponse,
  DeleteServiceNetworkRequest,
  GetServiceNetworkRequest,
  GetServiceNetworkResponse,
  ListServiceNetworksRequest,
  ListServiceNetworksResponse,
  UpdateServiceNetworkRequest,
  UpdateServiceNetworkResponse,
} from '@aws-sdk/client-vpc-lattice'
import type { ServiceNetwork } from '../../store/lattice-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { forgetMade, rememberMade } from '../ec2/request/client-token.ts'
import { ownedBy } from '../ec2/request/owned.ts'
import { conflict, validationError } from './errors.ts'
import { allOwn, allVisible, latticeArn, requireOwn, requireVisible } from './find.ts'
import { findMade, idempotent, pageOf, required, requireName, requireTags } from './names.ts'
import { removePolicies } from './policy.ts'

const TYPE = 'SERVICE_NETWORK'

export function createServiceNetwork(
  tx: Tx,
  caller: Caller,
  input: CreateServiceNetworkRequest,
): CreateServiceNetworkResponse {
  const call = idempotent('CreateServiceNetwork', input)
  const made = tx.serviceNetworks.get(findMade(tx, caller, call))
  if (made) return common(made)
  const name = requireName(input.name)
  if (allOwn(tx, caller, 'sn').some((one) => one.name === name)) {
    throw conflict(`A service network with the name ${name} already exists.`, TYPE, name)
  }
  const network = tx.serviceNetworks.insert({
    ...ownedBy(caller, requireTags(input.tags)),
    id: tx.newId('sn'),
    name,
    authType: requireAuthType(input.authType ?? 'NONE'),
    sharingEnabled: input.sharingConfig?.enabled ?? true,
    updatedAt: caller.now.toISOString(),
  })
  rememberMade(tx, caller, call, network.id)
  return common(network)
}

export function getServiceNetwork(
  records: Records,
  caller: Caller,
  input: GetServiceNetworkRequest,
): GetServiceNetworkResponse {
  const network = requireVisible(records, caller, 'sn', input.serviceNetworkIdentifier)
  return { ...common(network), ...times(network), ...counts(records, network) }
}

export function listServiceNetworks(
  records: Records,
  caller: Caller,
  input: ListServiceNetworksRequest,
): ListServiceNetworksResponse {
  const { page, more } = pageOf(allVisible(records, caller, 'sn'), input)
  const items = page.map((network) => {
    const { id, name, arn } = common(network)
    return { id, name, arn, ...times(network), ...counts(records, network) }
  })
  return { items, ...more }
}

export function updateServiceNetwork(
  tx: Tx,
  caller: Caller,
  input: UpdateServiceNetworkRequest,
): UpdateServiceNetworkResponse {
  const { id } = requireOwn(tx, caller, 'sn', input.serviceNetworkIdentifier)
  const authType = requireAuthType(required('authType', input.authType))
  const { sharingConfig: _, ...shown } = common(
    tx.serviceNetworks.update(id, { authType, updatedAt: caller.now.toISOString() }),
  )
  return shown
}

/** Not while a resource, a VPC or an endpoint is associated. */
export function deleteServiceNetwork(
  tx: Tx,
  caller: Caller,
  input: DeleteServiceNetworkRequest,
): Record<string, never> {
  const network = requireOwn(tx, caller, 'sn', input.serviceNetworkIdentifier)
  const { id } = network
  const user =
    tx.serviceNetworkResourceAssociations.where('serviceNetworkId', id)[0] ??
    tx.serviceNetworkVpcAssociations.where('serviceNetworkId', id)[0] ??
    tx.vpcEndpoints.where('serviceNetworkId', id)[0]
  if (user) throw conflict(`The service network ${id} is in use by ${user.id}.`, TYPE, id)
  tx.serviceNetworks.delete(id)
  removePolicies(tx, network)
  forgetMade(tx, id)
  return {}
}

function requireAuthType(type: string): ServiceNetwork['authType'] {
  if (type === 'NONE' || type === 'AWS_IAM') return type
  throw validationError(`The auth type ${type} is none of NONE, AWS_IAM.`)
}

function common(network: ServiceNetwork) {
  const { id, name, authType, sharingEnabled } = network
  return { id, name, arn: latticeArn(network), authType, sharingConfig: { enabled: sharingEnabled } }
}

function times({ createdAt, updatedAt }: ServiceNetwork) {
  return { createdAt: new Date(createdAt), lastUpdatedAt: new Date(updatedAt) }
}

/** Services of Lattice's own, which route HTTP, are not here. */
function counts(records: Records, { id }: ServiceNetwork) {
  return {
    numberOfAssociatedVPCs: records.serviceNetworkVpcAssociations.where('serviceNetworkId', id).length,
    numberOfAssociatedServices: 0,
    numberOfAssociatedResourceConfigurations: records.serviceNetworkResourceAssociations.where('serviceNetworkId', id)
      .length,
  }
}
