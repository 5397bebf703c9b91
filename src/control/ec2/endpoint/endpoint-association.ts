// What Resource and ServiceNetwork endpoints lead to. Each resource has an address of its own at each of an endpoint's
// interfaces: the interface's, where the endpoint has one resource, or one out of the interface's blocks. The list is made
// again whenever the endpoint, the group or the service network changes; what stays keeps its addresses.
// https://docs.aws.amazon.com/vpc/latest/privatelink/use-resource-endpoint.html

import type {
  EndpointAssociation,
  EndpointAssociationAddress,
  ResourceConfiguration,
  ServiceNetworkId,
  ServiceNetworkResourceAssociation,
} from '../../../store/lattice-records.ts'
import type { NetworkInterface, VpcEndpoint } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import { blockAddresses, findFreeBlock } from '../vpc/private-address.ts'
import { allocateBackboneAddress } from './backbone-address.ts'
import { interfacesOfEndpoint } from './endpoint-interface.ts'

/** Of the blocks that AWS takes out of a subnet for an endpoint with several resources. */
export const BLOCK_LENGTH = 28

/** When the change is made; a Caller has it. */
interface Moment {
  readonly now: Date
}

/** A resource that an endpoint is to lead to. */
interface Wanted {
  readonly configuration: ResourceConfiguration
  readonly inNetwork?: ServiceNetworkResourceAssociation
}

/** Gives the endpoint what its configuration or its service network has now, and takes what it has no more. */
export function associateEndpoint(tx: Tx, place: Moment, endpoint: VpcEndpoint): void {
  const wanted = new Map(wantedBy(tx, endpoint).map((one) => [keyOf(one), one]))
  for (const association of tx.endpointAssociations.where('vpcEndpointId', endpoint.id)) {
    if (!wanted.delete(associationKey(association))) removeAssociation(tx, association)
  }
  for (const { configuration, inNetwork } of wanted.values()) {
    tx.endpointAssociations.insert({
      id: tx.newId('vpce-rsc-asc'),
      owner: endpoint.owner,
      region: endpoint.region,
      createdAt: place.now.toISOString(),
      vpcEndpointId: endpoint.id,
      resourceConfigurationId: configuration.id,
      ...(inNetwork && { serviceNetworkResourceAssociationId: inNetwork.id }),
    })
  }
  giveAddresses(tx, endpoint)
}

/** After a change of the configuration or of its group. */
export function associateEndpointsOfConfiguration(tx: Tx, place: Moment, { id, groupId }: ResourceConfiguration): void {
  for (const configurationId of groupId === undefined ? [id] : [id, groupId]) {
    for (const endpoint of tx.vpcEndpoints.where('resourceConfigurationId', configurationId)) {
      associateEndpoint(tx, place, endpoint)
    }
    for (const { serviceNetworkId } of tx.serviceNetworkResourceAssociations.where(
      'resourceConfigurationId',
      configurationId,
    )) {
      associateEndpointsOfNetwork(tx, place, serviceNetworkId)
    }
  }
}

/** After a change of what the service network has. */
export function associateEndpointsOfNetwork(tx: Tx, place: Moment, networkId: ServiceNetworkId): void {
  for (const endpoint of tx.vpcEndpoints.where('serviceNetworkId', networkId)) associateEndpoint(tx, place, endpoint)
}

/** The provider cut the endpoint off: it is `rejected`, and leads nowhere. */
export function disconnectEndpoint(tx: Tx, endpoint: VpcEndpoint): void {
  tx.vpcEndpoints.update(endpoint.id, { state: 'rejected' })
  removeAssociations(tx, endpoint)
}

export function removeAssociations(tx: Tx, { id }: Pick<VpcEndpoint, 'id'>): void {
  for (const association of tx.endpointAssociations.where('vpcEndpointId', id)) removeAssociation(tx, association)
}

function removeAssociation(tx: Tx, { id }: EndpointAssociation): void {
  for (const address of tx.endpointAssociationAddresses.where('associationId', id)) {
    tx.endpointAssociationAddresses.delete(address.id)
  }
  tx.endpointAssociations.delete(id)
}

function wantedBy(records: Records, { resourceConfigurationId, serviceNetworkId, state }: VpcEndpoint): Wanted[] {
  if (state === 'rejected' || state === 'deleting') return []
  const configuration = records.resourceConfigurations.get(resourceConfigurationId ?? '')
  if (configuration) return leavesOf(records, configuration).map((leaf) => ({ configuration: leaf }))
  if (serviceNetworkId === undefined) return []
  return records.serviceNetworkResourceAssociations.where('serviceNetworkId', serviceNetworkId).flatMap((inNetwork) => {
    const associated = records.resourceConfigurations.get(inNetwork.resourceConfigurationId)
    return associated ? leavesOf(records, associated).map((leaf) => ({ configuration: leaf, inNetwork })) : []
  })
}

/** The configuration itself, or the children of a group. */
function leavesOf(records: Records, configuration: ResourceConfiguration): readonly ResourceConfiguration[] {
  if (configuration.type !== 'GROUP') return [configuration]
  return records.resourceConfigurations.where('groupId', configuration.id)
}

function keyOf({ configuration, inNetwork }: Wanted): string {
  return `${configuration.id} ${inNetwork?.id ?? ''}`
}

function associationKey(association: EndpointAssociation): string {
  return `${association.resourceConfigurationId} ${association.serviceNetworkResourceAssociationId ?? ''}`
}

/** An address for each resource at each interface, where there is none yet; those of interfaces that went, go. */
function giveAddresses(tx: Tx, endpoint: VpcEndpoint): void {
  const interfaces = interfacesOfEndpoint(tx, endpoint)
  const present = new Set<string>(interfaces.map(({ id }) => id))
  for (const { id, networkInterfaceId } of tx.endpointAssociationAddresses.where('vpcEndpointId', endpoint.id)) {
    if (!present.has(networkInterfaceId)) tx.endpointAssociationAddresses.delete(id)
  }
  const isOnlyOne = tx.resourceConfigurations.get(endpoint.resourceConfigurationId ?? '')?.type !== 'GROUP'
  const usesOwn = endpoint.type === 'Resource' && isOnlyOne
  for (const association of tx.endpointAssociations.where('vpcEndpointId', endpoint.id)) {
    for (const { id } of interfaces) {
      const key = `${association.id} ${id}`
      const eni = tx.networkInterfaces.get(id)
      if (!eni || tx.endpointAssociationAddresses.has(key)) continue
      const place = usesOwn ? ownAddress(eni) : placeInBlocks(tx, eni)
      if (!place) continue
      tx.endpointAssociationAddresses.insert({
        id: key,
        associationId: association.id,
        vpcEndpointId: endpoint.id,
        networkInterfaceId: eni.id,
        ...place,
      })
    }
  }
}

type Place = Pick<EndpointAssociationAddress, 'address' | 'backboneAddress'>

/** Two records with one backbone address: the association's address is the interface's own. */
function ownAddress({ privateAddresses: [address], backboneAddress, id }: NetworkInterface): Place {
  if (!address) throw new Error(`${id} has no address`)
  return { address, backboneAddress }
}

/** The first address of the interface's blocks that no resource has; when none is left, the interface gets a block more.
 * Undefined when the consumer's subnet has none: what the provider does must not fail for that. */
function placeInBlocks(tx: Tx, { id }: NetworkInterface): Place | undefined {
  const eni = tx.networkInterfaces.get(id)
  const subnet = tx.subnets.get(eni?.subnetId ?? '')
  if (!eni || !subnet) return undefined
  const prefixes = eni.prefixes ?? []
  const used = new Set(
    tx.endpointAssociationAddresses
      .where('vpcEndpointId', eni.vpcEndpointId ?? 'vpce-')
      .filter(({ networkInterfaceId }) => networkInterfaceId === id)
      .map(({ address }) => address),
  )
  const address = prefixes.flatMap(blockAddresses).find((one) => !used.has(one))
  if (address) return { address, backboneAddress: allocateBackboneAddress(tx) }
  const block = findFreeBlock(tx, subnet, BLOCK_LENGTH)
  if (!block) return undefined
  tx.networkInterfaces.update(id, { prefixes: [...prefixes, block] })
  return placeInBlocks(tx, eni)
}
