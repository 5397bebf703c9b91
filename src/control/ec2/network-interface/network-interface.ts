// Elastic network interfaces. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkInterface.html

import type {
  CreateNetworkInterfaceRequest,
  CreateNetworkInterfaceResult,
  DeleteNetworkInterfaceRequest,
  DescribeNetworkInterfacesRequest,
  DescribeNetworkInterfacesResult,
} from '@aws-sdk/client-ec2'
import { ApiError } from '../../../errors.ts'
import type { NetworkInterface } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { releaseFromInterface } from '../internet/elastic-address.ts'
import { findMadeBefore, forgetMade, rememberMade } from '../request/client-token.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { pageOf } from '../request/pages.ts'
import { requireNamed, requireNetworkInterface, requireUsableSubnet } from '../request/require.ts'
import { participantInterfaces, zoneNameAt } from '../request/shared.ts'
import { tagsFor } from '../request/tags.ts'
import { parseWantedAddresses, takeAddresses } from './interface-address.ts'
import { parseWantedIpv6, takeIpv6Addresses } from './ipv6-address.ts'
import {
  addressDnsName,
  isInUse,
  isServices,
  publicAssociations,
  SERVICE_REQUESTER_ID,
  serviceAttachmentId,
  toAttachment,
  toNetworkInterface,
  withDetached,
} from './network-interface-shape.ts'
import { insertNetworkInterface, requireInterfaceGroups } from './new-network-interface.ts'

const ACTION = 'CreateNetworkInterface'

export function createNetworkInterface(
  tx: Tx,
  caller: Caller,
  input: CreateNetworkInterfaceRequest,
): CreateNetworkInterfaceResult {
  const madeBefore = findMadeBefore(tx, caller, { action: ACTION, input })
  if (madeBefore) return createdResult(tx, requireNetworkInterface(tx, caller, madeBefore), input.ClientToken)
  refuseUnserved(unservedInterfaceParameters(input))
  const subnet = requireUsableSubnet(tx, caller, input.SubnetId)
  const groupIds = requireInterfaceGroups(tx, caller, subnet, input.Groups)
  const wanted = parseWantedAddresses(subnet, input)
  const wantedIpv6 = parseWantedIpv6(subnet, { ...input, hasPrimary: input.EnablePrimaryIpv6 })
  const tags = tagsFor('network-interface', input.TagSpecifications)
  const [addresses = []] = takeAddresses(tx, [wanted])
  const [ipv6Addresses = []] = takeIpv6Addresses(tx, [wantedIpv6])
  const description = input.Description ?? ''
  const hasPrimaryIpv6 = wantedIpv6.hasPrimary
  const wish = { subnet, addresses, ipv6Addresses, hasPrimaryIpv6, groupIds, description, tags }
  const eni = insertNetworkInterface(tx, caller, wish)
  rememberMade(tx, caller, { action: ACTION, input }, eni.id)
  return createdResult(tx, eni, input.ClientToken)
}

export function describeNetworkInterfaces(
  records: Records,
  caller: Caller,
  input: DescribeNetworkInterfacesRequest,
): DescribeNetworkInterfacesResult {
  const ids = input.NetworkInterfaceIds ?? []
  const own = requireNamed(records.networkInterfaces, caller, 'NetworkInterface', ids)
  const named = ids.length > 0 ? own : [...own, ...participantInterfaces(records, caller)]
  const { items, nextToken } = pageOf(applyFilters(named, input.Filters, filtersOf(records)), input, (eni) => eni.id, {
    min: 5,
    max: 1000,
    hasIds: (input.NetworkInterfaceIds ?? []).length > 0,
  })
  const asksForAttachment = input.Filters?.some(({ Name: name }) => name === 'attachment.attachment-id')
  const shapeOf = (eni: NetworkInterface) => {
    const shape = toNetworkInterface(records, eni)
    return asksForAttachment ? withDetached(shape, eni) : shape
  }
  return { NetworkInterfaces: items.map(shapeOf), NextToken: nextToken }
}

export function deleteNetworkInterface(
  tx: Tx,
  caller: Caller,
  input: DeleteNetworkInterfaceRequest,
): Record<string, never> {
  const eni = requireNetworkInterface(tx, caller, input.NetworkInterfaceId)
  if (isInUse(eni)) {
    throw new ApiError('InvalidParameterValue', `Network interface '${eni.id}' is currently in use.`)
  }
  releaseFromInterface(tx, eni)
  for (const { id } of tx.networkInterfacePermissions.where('networkInterfaceId', eni.id)) {
    tx.networkInterfacePermissions.delete(id)
  }
  tx.networkInterfaces.delete(eni.id)
  forgetMade(tx, eni.id)
  return {}
}

/** An interface that an AWS service made is the service's alone to change. */
export function checkNotRequesterManaged(eni: NetworkInterface): void {
  if (eni.requesterManaged) {
    throw new ApiError('AuthFailure', 'You do not have permission to access the specified resource.', { status: 400 })
  }
}

/** What neither CreateNetworkInterface nor RunInstances can make yet, by parameter. */
export function unservedInterfaceParameters(
  input: Pick<
    CreateNetworkInterfaceRequest,
    'Ipv4Prefixes' | 'Ipv4PrefixCount' | 'Ipv6Prefixes' | 'Ipv6PrefixCount'
  > & {
    readonly InterfaceType?: string | undefined
    readonly ConnectionTrackingSpecification?: unknown
  },
): Record<string, unknown> {
  return {
    interfaceType: input.InterfaceType === 'interface' ? undefined : input.InterfaceType,
    ipv4Prefixes: input.Ipv4Prefixes,
    ipv4PrefixCount: input.Ipv4PrefixCount || undefined,
    ipv6Prefixes: input.Ipv6Prefixes,
    ipv6PrefixCount: input.Ipv6PrefixCount || undefined,
    connectionTrackingSpecification: input.ConnectionTrackingSpecification,
  }
}

function createdResult(
  records: Records,
  eni: NetworkInterface,
  clientToken: string | undefined,
): CreateNetworkInterfaceResult {
  return { NetworkInterface: toNetworkInterface(records, eni), ClientToken: clientToken }
}

function filtersOf(records: Records): FilterFields<NetworkInterface> {
  const subnetOf = (eni: NetworkInterface) => records.subnets.get(eni.subnetId)
  const hasNames = (eni: NetworkInterface) => records.vpcs.get(eni.vpcId)?.enableDnsHostnames
  return {
    ...FILTERS,
    'association.public-ip': (eni) => publicAssociations(records, eni).map(({ shape }) => shape.PublicIp),
    'association.public-dns-name': (eni) => publicAssociations(records, eni).map(({ shape }) => shape.PublicDnsName),
    'association.ip-owner-id': (eni) => publicAssociations(records, eni).map(({ shape }) => shape.IpOwnerId),
    'association.association-id': (eni) => publicAssociations(records, eni).map(({ shape }) => shape.AssociationId),
    'association.allocation-id': (eni) => publicAssociations(records, eni).map(({ shape }) => shape.AllocationId),
    'addresses.association.public-ip': (eni) => publicAssociations(records, eni).map(({ shape }) => shape.PublicIp),
    'addresses.association.owner-id': (eni) => publicAssociations(records, eni).map(({ shape }) => shape.IpOwnerId),
    'availability-zone': (eni) => zoneNameAt(records, eni.owner, eni.subnetId),
    'availability-zone-id': (eni) => subnetOf(eni)?.availabilityZoneId,
    'group-name': (eni) => eni.groupIds.map((id) => records.securityGroups.get(id)?.name),
    'private-dns-name': (eni) =>
      hasNames(eni) ? eni.privateAddresses.map((address) => addressDnsName(address, eni.region)) : undefined,
  }
}

const FILTERS: FilterFields<NetworkInterface> = {
  'addresses.primary': (eni) => eni.privateAddresses.map((_, index) => index === 0),
  'addresses.private-ip-address': (eni) => eni.privateAddresses,
  'attachment.attach-time': (eni) => eni.attachment?.attachedAt ?? (isServices(eni) ? eni.createdAt : undefined),
  'attachment.attachment-id': (eni) => serviceAttachmentId(eni) ?? (eni.attachment ?? eni.detached)?.id,
  'attachment.delete-on-termination': (eni) => toAttachment(eni)?.DeleteOnTermination,
  'attachment.device-index': (eni) => toAttachment(eni)?.DeviceIndex,
  'attachment.instance-id': (eni) => eni.attachment?.instanceId,
  'attachment.instance-owner-id': (eni) => toAttachment(eni)?.InstanceOwnerId,
  'attachment.nat-gateway-id': (eni) => eni.natGatewayId,
  'attachment.status': (eni) => toAttachment(eni)?.Status,
  description: (eni) => eni.description,
  'group-id': (eni) => eni.groupIds,
  'interface-type': (eni) => eni.interfaceType,
  'ipv6-addresses.ipv6-address': (eni) => eni.ipv6Addresses,
  'mac-address': (eni) => eni.macAddress,
  'network-interface-id': (eni) => eni.id,
  'operator.managed': () => false,
  'operator.principal': () => undefined,
  'owner-id': (eni) => eni.owner,
  'private-ip-address': (eni) => eni.privateAddresses,
  'requester-id': (eni) => (isServices(eni) ? SERVICE_REQUESTER_ID : undefined),
  'requester-managed': (eni) => eni.requesterManaged,
  'source-dest-check': (eni) => eni.sourceDestCheck,
  status: (eni) => (isInUse(eni) ? 'in-use' : 'available'),
  'subnet-id': (eni) => eni.subnetId,
  'vpc-id': (eni) => eni.vpcId,
}
