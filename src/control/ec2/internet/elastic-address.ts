// Elastic IP addresses. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AllocateAddress.html

import type {
  Address as AddressOutput,
  AllocateAddressRequest,
  AllocateAddressResult,
  AssociateAddressRequest,
  AssociateAddressResult,
  DescribeAddressesRequest,
  DescribeAddressesResult,
  DisassociateAddressRequest,
  ReleaseAddressRequest,
} from '@aws-sdk/client-ec2'
import { ApiError, missingParameter, notFound } from '../../../errors.ts'
import { type Address, parseAddress } from '../../../ip/address.ts'
import type { ElasticAddress } from '../../../store/internet-records.ts'
import type { NetworkInterface } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { quotaFor } from '../../service-quotas/quota-value.ts'
import { interfacesOfInstance } from '../instance/instance-interfaces.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { ownedBy } from '../request/owned.ts'
import { findAll, requireInstance, requireNamed, requireNetworkInterface, requireOwned } from '../request/require.ts'
import { tagList, tagsFor } from '../request/tags.ts'
import { allocatePublicAddress, renewPublicAddress } from './public-address.ts'

export function allocateAddress(tx: Tx, caller: Caller, input: AllocateAddressRequest): AllocateAddressResult {
  refuseUnserved({
    publicIpv4Pool: input.PublicIpv4Pool === 'amazon' ? undefined : input.PublicIpv4Pool,
    customerOwnedIpv4Pool: input.CustomerOwnedIpv4Pool,
    ipamPoolId: input.IpamPoolId,
    address: input.Address,
  })
  if (input.Domain !== undefined && input.Domain !== 'vpc') {
    throw new ApiError('InvalidParameterValue', `Value (${input.Domain}) for parameter domain is invalid. Use vpc.`)
  }
  const tags = tagsFor('elastic-ip', input.TagSpecifications)
  requireRoomForAddress(tx, caller)
  const address = tx.elasticAddresses.insert({
    ...ownedBy(caller, tags),
    id: tx.newId('eipalloc'),
    publicIp: allocatePublicAddress(tx, caller.region),
  })
  return {
    AllocationId: address.id,
    Domain: 'vpc',
    NetworkBorderGroup: address.region,
    PublicIp: address.publicIp,
    PublicIpv4Pool: 'amazon',
  }
}

export function requireRoomForAddress(records: Records, caller: Caller): void {
  const most = quotaFor(records, { owner: caller.account, region: caller.region }, 'elasticAddresses')
  if (findAll(records.elasticAddresses, caller).length < most) return
  throw new ApiError('AddressLimitExceeded', 'The maximum number of addresses has been reached.')
}

export function describeAddresses(
  records: Records,
  caller: Caller,
  input: DescribeAddressesRequest,
): DescribeAddressesResult {
  const byId = requireNamed(records.elasticAddresses, caller, 'Allocation', input.AllocationIds)
  const wanted = (input.PublicIps ?? []).map((ip) => requireByIp(records, caller, ip))
  const named = wanted.length > 0 ? byId.filter((one) => wanted.includes(one)) : byId
  return {
    Addresses: applyFilters(named, input.Filters, filtersOf(records)).map((one) => toAddress(records, one)),
  }
}

export function associateAddress(tx: Tx, caller: Caller, input: AssociateAddressRequest): AssociateAddressResult {
  const address = requireElastic(tx, caller, input)
  const eni = requireReceiver(tx, caller, input)
  checkNotLoadBalancers(eni)
  checkNotServices(address, tx)
  const privateAddress = requirePrivateAddress(eni, input.PrivateIpAddress)
  const before = tx.elasticAddresses.where('networkInterfaceId', eni.id).find((one) => {
    return one.privateAddress === privateAddress
  })
  if (before?.id === address.id) return { AssociationId: address.associationId }
  const isHeld = address.associationId !== undefined && input.AllowReassociation === false
  if (isHeld || (before && input.AllowReassociation === false)) {
    throw new ApiError(
      'Resource.AlreadyAssociated',
      `resource ${isHeld ? address.id : eni.id} is already associated with associate-id ${(isHeld ? address : before)?.associationId}`,
    )
  }
  if (tx.internetGateways.where('vpcId', eni.vpcId).length === 0) {
    throw new ApiError('Gateway.NotAttached', `Network ${eni.vpcId} is not attached to any internet gateway`)
  }
  if (before) detach(tx, before)
  if (address.associationId !== undefined) detach(tx, address)
  return { AssociationId: attachAddress(tx, address, eni, privateAddress) }
}

/** The new association's id. */
export function attachAddress(tx: Tx, address: ElasticAddress, eni: NetworkInterface, privateAddress: Address): string {
  const associationId = tx.newId('eipassoc')
  tx.elasticAddresses.update(address.id, {
    associationId,
    networkInterfaceId: eni.id,
    privateAddress,
    vpcId: eni.vpcId,
  })
  renewPublicAddress(tx, eni)
  return associationId
}

/** Takes the address off whatever has it. */
export function detach(tx: Tx, { id, networkInterfaceId }: ElasticAddress): void {
  tx.elasticAddresses.update(id, {
    associationId: undefined,
    networkInterfaceId: undefined,
    privateAddress: undefined,
    vpcId: undefined,
  })
  if (networkInterfaceId) renewPublicAddress(tx, { id: networkInterfaceId })
}

/** An interface that goes leaves its addresses to their owner. */
export function releaseFromInterface(tx: Tx, eni: Pick<NetworkInterface, 'id'>): void {
  for (const address of tx.elasticAddresses.where('networkInterfaceId', eni.id)) detach(tx, address)
}

export function disassociateAddress(tx: Tx, caller: Caller, input: DisassociateAddressRequest): Record<string, never> {
  const { AssociationId: id, PublicIp: ip } = input
  if (id === undefined && ip === undefined) throw missingParameter('associationId')
  const address =
    id === undefined
      ? requireByIp(tx, caller, ip ?? '')
      : findAll(tx.elasticAddresses, caller).find(({ associationId }) => associationId === id)
  if (!address) {
    throw new ApiError('InvalidAssociationID.NotFound', `The association ID '${id}' does not exist`)
  }
  checkNotServices(address, tx)
  if (address.associationId !== undefined) detach(tx, address)
  return {}
}

export function releaseAddress(tx: Tx, caller: Caller, input: ReleaseAddressRequest): Record<string, never> {
  const address = requireElastic(tx, caller, input)
  if (address.associationId !== undefined) {
    throw new ApiError(
      'InvalidIPAddress.InUse',
      `Address ${address.publicIp} is in use: it is associated as ${address.associationId}.`,
    )
  }
  tx.elasticAddresses.delete(address.id)
  tx.addressTransfers.delete(address.id)
  return {}
}

function requireElastic(
  records: Records,
  caller: Caller,
  { AllocationId: id, PublicIp: ip }: Pick<AssociateAddressRequest, 'AllocationId' | 'PublicIp'>,
): ElasticAddress {
  if (id === undefined && ip !== undefined) return requireByIp(records, caller, ip)
  return requireOwned(records.elasticAddresses, caller, 'Allocation', id)
}

function requireByIp(records: Records, caller: Caller, ip: string): ElasticAddress {
  const found = findAll(records.elasticAddresses, caller).find(({ publicIp }) => publicIp === ip)
  if (!found) throw new ApiError('InvalidAddress.NotFound', `Address '${ip}' not found.`)
  return found
}

/** An interface, or the first of an instance. */
function requireReceiver(
  tx: Tx,
  caller: Caller,
  { InstanceId: instanceId, NetworkInterfaceId: interfaceId }: AssociateAddressRequest,
): NetworkInterface {
  // The provider sends an empty one beside the other.
  if (interfaceId) return requireNetworkInterface(tx, caller, interfaceId)
  if (!instanceId) throw missingParameter('InstanceId')
  const instance = requireInstance(tx, caller, instanceId)
  if (!['pending', 'running', 'stopping', 'stopped'].includes(instance.state)) {
    throw new ApiError('IncorrectInstanceState', `The instance '${instance.id}' is not in a valid state.`)
  }
  const [first, ...more] = interfacesOfInstance(tx, instance)
  if (!first) throw notFound('Instance', instance.id)
  if (more.length > 0) {
    throw new ApiError(
      'InvalidInstanceID',
      `There are multiple interfaces attached to instance '${instance.id}'. Please specify an interface ID for the operation instead.`,
    )
  }
  return first
}

function requirePrivateAddress(eni: NetworkInterface, text: string | undefined): Address {
  const wanted = text ? parseAddress(text) : eni.privateAddresses[0]
  if (!wanted || !eni.privateAddresses.includes(wanted)) {
    throw new ApiError('InvalidParameterValue', `${text} is not an address of ${eni.id}`)
  }
  return wanted
}

function checkNotServices({ networkInterfaceId, publicIp }: ElasticAddress, records: Records): void {
  const holder = networkInterfaceId && records.networkInterfaces.get(networkInterfaceId)
  if (!holder) return
  checkNotLoadBalancers(holder)
  const { natGatewayId: gateway } = holder
  if (gateway === undefined) return
  throw new ApiError('InvalidIPAddress.InUse', `The address ${publicIp} belongs to ${gateway}.`)
}

/** Only its own calls change a load balancer's addresses. */
function checkNotLoadBalancers({ loadBalancerId }: NetworkInterface): void {
  if (loadBalancerId === undefined) return
  throw new ApiError('AuthFailure', 'You do not have permission to access the specified resource.', { status: 400 })
}

function toAddress(records: Records, address: ElasticAddress): AddressOutput {
  const eni = records.networkInterfaces.get(address.networkInterfaceId ?? '')
  return {
    AllocationId: address.id,
    Domain: 'vpc',
    NetworkBorderGroup: address.region,
    PublicIp: address.publicIp,
    PublicIpv4Pool: 'amazon',
    Tags: tagList(address.tags),
    ...(address.associationId !== undefined && {
      AssociationId: address.associationId,
      NetworkInterfaceId: address.networkInterfaceId,
      NetworkInterfaceOwnerId: eni?.owner,
      PrivateIpAddress: address.privateAddress,
      InstanceId: eni?.attachment?.instanceId ?? '',
    }),
  }
}

function filtersOf(records: Records): FilterFields<ElasticAddress> {
  const interfaceOf = ({ networkInterfaceId: id }: ElasticAddress) =>
    id === undefined ? undefined : records.networkInterfaces.get(id)
  return {
    'allocation-id': ({ id }) => id,
    'association-id': ({ associationId }) => associationId,
    domain: () => 'vpc',
    'instance-id': (one) => interfaceOf(one)?.attachment?.instanceId,
    'network-border-group': ({ region }) => region,
    'network-interface-id': ({ networkInterfaceId }) => networkInterfaceId,
    'network-interface-owner-id': (one) => interfaceOf(one)?.owner,
    'private-ip-address': ({ privateAddress }) => privateAddress,
    'public-ip': ({ publicIp }) => publicIp,
  }
}
