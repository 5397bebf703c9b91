// NAT gateways. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNatGateway.html
// The interface is a record from the call on, and stays until the kernel has lost the gateway, as an endpoint's does.

import type {
  CreateNatGatewayRequest,
  CreateNatGatewayResult,
  DeleteNatGatewayRequest,
  DeleteNatGatewayResult,
  DescribeNatGatewaysRequest,
  DescribeNatGatewaysResult,
  NatGateway as NatGatewayOutput,
} from '@aws-sdk/client-ec2'
import { ApiError, missingParameter } from '../../../errors.ts'
import type { ElasticAddress, NatGateway } from '../../../store/internet-records.ts'
import type { Subnet } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { parseWantedAddresses, takeAddresses, withoutIpv4 } from '../network-interface/interface-address.ts'
import { insertNetworkInterface } from '../network-interface/new-network-interface.ts'
import { parseChoice } from '../request/choice.ts'
import { findMadeBefore, forgetMade, rememberMade } from '../request/client-token.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { requireNamed, requireOwned, requireSubnet } from '../request/require.ts'
import { tagList, tagsFor } from '../request/tags.ts'
import { attachAddress, releaseFromInterface } from './elastic-address.ts'
import { addNatAddresses, parseNatAddresses, requireFree, secondaryOf, shownAddress } from './nat-gateway-address.ts'

const ACTION = 'CreateNatGateway'

/** How long a deleted gateway can still be described. */
const DELETED_VISIBLE_MS = 3_600_000

export function createNatGateway(tx: Tx, caller: Caller, input: CreateNatGatewayRequest): CreateNatGatewayResult {
  const madeBefore = findMadeBefore(tx, caller, { action: ACTION, input })
  if (madeBefore) {
    const gateway = requireOwned(tx.natGateways, caller, 'NatGateway', madeBefore)
    return { NatGateway: toNatGateway(gateway), ClientToken: input.ClientToken }
  }
  refuseUnserved({
    availabilityMode: input.AvailabilityMode === 'zonal' ? undefined : input.AvailabilityMode,
    availabilityZoneAddresses: input.AvailabilityZoneAddresses,
  })
  const connectivityType = parseChoice('connectivityType', input.ConnectivityType, ['public', 'private']) ?? 'public'
  const subnet = requireSubnet(tx, caller, input.SubnetId)
  const elastic = requireElastic(tx, caller, input, connectivityType)
  if (elastic) checkAttached(tx, subnet)
  const more = parseNatAddresses(tx, caller, { subnet, connectivityType, has: 1 }, secondaryOf(input))
  if (elastic && more.allocations.includes(elastic)) {
    throw new ApiError('InvalidParameterValue', `${elastic.id} cannot be both the primary and a secondary address.`)
  }
  if (!subnet.cidr) throw withoutIpv4(subnet)
  const wanted = parseWantedAddresses(subnet, { PrivateIpAddress: input.PrivateIpAddress })
  const tags = tagsFor('natgateway', input.TagSpecifications)
  const [addresses = []] = takeAddresses(tx, [wanted])
  const id = tx.newId('nat')
  const description = `Interface for NAT Gateway ${id}`
  const eni = insertNetworkInterface(tx, caller, {
    subnet,
    addresses,
    groupIds: [],
    description,
    natGatewayId: id,
    interfaceType: 'nat_gateway',
  })
  const [privateAddress] = addresses
  if (!privateAddress) throw new TypeError(`${eni.id} has no address`)
  const associationId = elastic && attachAddress(tx, elastic, eni, privateAddress)
  const secondaryAddresses = addNatAddresses(tx, eni, subnet, more)
  const gateway = tx.natGateways.insert({
    ...ownedBy(caller, tags),
    id,
    vpcId: subnet.vpcId,
    subnetId: subnet.id,
    connectivityType,
    state: 'pending',
    networkInterfaceId: eni.id,
    privateAddress,
    ...(elastic && { allocationId: elastic.id, publicIp: elastic.publicIp, associationId: associationId ?? '' }),
    ...(secondaryAddresses.length > 0 && { secondaryAddresses }),
  })
  rememberMade(tx, caller, { action: ACTION, input }, gateway.id)
  return { NatGateway: toNatGateway(gateway), ClientToken: input.ClientToken }
}

export function describeNatGateways(
  records: Records,
  caller: Caller,
  input: DescribeNatGatewaysRequest,
): DescribeNatGatewaysResult {
  const named = requireNamed(records.natGateways, caller, 'NatGateway', input.NatGatewayIds)
  const { items, nextToken } = pageOf(applyFilters(named, input.Filter, FILTERS), input, ({ id }) => id, {
    min: 5,
    max: 1000,
    hasIds: (input.NatGatewayIds ?? []).length > 0,
  })
  return { NatGateways: items.map(toNatGateway), NextToken: nextToken }
}

export function deleteNatGateway(tx: Tx, caller: Caller, input: DeleteNatGatewayRequest): DeleteNatGatewayResult {
  const gateway = requireOwned(tx.natGateways, caller, 'NatGateway', input.NatGatewayId)
  if (gateway.state === 'pending' || gateway.state === 'available') {
    tx.natGateways.update(gateway.id, { state: 'deleting', deletedAt: caller.now.toISOString() })
    forgetMade(tx, gateway.id)
  }
  return { NatGatewayId: gateway.id }
}

/** The kernel has what the record says. */
export function finishNatGatewayTransition(tx: Tx, gateway: NatGateway): void {
  if (gateway.state === 'pending') tx.natGateways.update(gateway.id, { state: 'available' })
  if (gateway.state !== 'deleting') return
  releaseFromInterface(tx, { id: gateway.networkInterfaceId })
  tx.networkInterfaces.delete(gateway.networkInterfaceId)
  tx.natGateways.update(gateway.id, { state: 'deleted' })
}

/** Removes gateways that were deleted more than an hour ago. */
export function forgetDeletedNatGateways(tx: Tx, now: Date): void {
  for (const { id, state, deletedAt } of [...tx.natGateways.all()]) {
    if (state !== 'deleted' || deletedAt === undefined) continue
    if (now.getTime() - Date.parse(deletedAt) > DELETED_VISIBLE_MS) tx.natGateways.delete(id)
  }
}

function requireElastic(
  records: Records,
  caller: Caller,
  { AllocationId: id }: CreateNatGatewayRequest,
  connectivityType: NatGateway['connectivityType'],
): ElasticAddress | undefined {
  if (connectivityType === 'private') {
    if (id === undefined) return undefined
    throw new ApiError('InvalidParameterCombination', 'A private NAT gateway takes no AllocationId.')
  }
  if (id === undefined) throw missingParameter('AllocationId')
  return requireFree(records, caller, id)
}

function checkAttached(records: Records, { vpcId }: Subnet): void {
  if (records.internetGateways.where('vpcId', vpcId).length > 0) return
  throw new ApiError('Gateway.NotAttached', `Network ${vpcId} has no Internet gateway attached`)
}

function toNatGateway(gateway: NatGateway): NatGatewayOutput {
  const { deletedAt, secondaryAddresses = [] } = gateway
  return {
    ConnectivityType: gateway.connectivityType,
    CreateTime: new Date(gateway.createdAt),
    ...(deletedAt !== undefined && { DeleteTime: new Date(deletedAt) }),
    NatGatewayAddresses: [gateway, ...secondaryAddresses].map((one) => shownAddress(gateway, one)),
    NatGatewayId: gateway.id,
    State: gateway.state,
    SubnetId: gateway.subnetId,
    VpcId: gateway.vpcId,
    Tags: tagList(gateway.tags),
  }
}

const FILTERS: FilterFields<NatGateway> = {
  'nat-gateway-id': ({ id }) => id,
  state: ({ state }) => state,
  'subnet-id': ({ subnetId }) => subnetId,
  'vpc-id': ({ vpcId }) => vpcId,
}
