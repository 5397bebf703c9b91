// More addresses of a NAT gateway: each has 55,000 ports for a destination.
// https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html

import type {
  AssignPrivateNatGatewayAddressRequest,
  AssignPrivateNatGatewayAddressResult,
  AssociateNatGatewayAddressRequest,
  AssociateNatGatewayAddressResult,
  CreateNatGatewayRequest,
  DisassociateNatGatewayAddressRequest,
  DisassociateNatGatewayAddressResult,
  NatGatewayAddress as NatGatewayAddressOutput,
  UnassignPrivateNatGatewayAddressRequest,
  UnassignPrivateNatGatewayAddressResult,
} from '@aws-sdk/client-ec2'
import { ApiError, missingParameter } from '../../../errors.ts'
import type { Address } from '../../../ip/address.ts'
import type { ElasticAddress, NatGateway, NatGatewayAddress } from '../../../store/internet-records.ts'
import type { NetworkInterface, Subnet } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { requireAddressOf, takeAddresses } from '../network-interface/interface-address.ts'
import { requireNetworkInterface, requireOwned, requireSubnet } from '../request/require.ts'
import { attachAddress, detach } from './elastic-address.ts'

/** The primary one among them. */
const MOST_ADDRESSES = 8

/** What a call adds: private addresses that it names, or so many of the subnet's choice; public gateways one Elastic IP each. */
interface WantedNatAddresses {
  readonly allocations: readonly ElasticAddress[]
  readonly named: readonly Address[]
  readonly count: number
}

interface Parameters {
  readonly allocationIds?: readonly string[] | undefined
  readonly addresses?: readonly string[] | undefined
  readonly count?: number | undefined
}

/** What CreateNatGateway asks for beside the primary address. */
export function secondaryOf(input: CreateNatGatewayRequest): Parameters {
  return {
    allocationIds: input.SecondaryAllocationIds,
    addresses: input.SecondaryPrivateIpAddresses,
    count: input.SecondaryPrivateIpAddressCount,
  }
}

/** Reads the parameters, and sees that the Elastic IP addresses are free. `has` is how many the gateway has. */
export function parseNatAddresses(
  records: Records,
  caller: Caller,
  gateway: { readonly subnet: Subnet; readonly connectivityType: NatGateway['connectivityType']; readonly has: number },
  { allocationIds = [], addresses = [], count = 0 }: Parameters,
): WantedNatAddresses {
  const { subnet, connectivityType, has } = gateway
  if (connectivityType === 'private' && allocationIds.length > 0) {
    throw new ApiError('InvalidParameterCombination', 'A private NAT gateway takes no Elastic IP addresses.')
  }
  if (connectivityType === 'public' && (count > 0 || addresses.length > allocationIds.length)) {
    throw new ApiError(
      'InvalidParameterCombination',
      'A public NAT gateway takes a secondary private IP address with each secondary allocation ID, and no others.',
    )
  }
  if (count > 0 && addresses.length > 0) {
    throw new ApiError('InvalidParameterCombination', 'Give the private IP addresses, or how many there shall be.')
  }
  const named = addresses.map((text) => requireAddressOf(subnet, text, 'privateIpAddresses'))
  const allocations = allocationIds.map((id) => requireFree(records, caller, id))
  const total = has + Math.max(allocations.length, named.length, count)
  if (count < 0 || total > MOST_ADDRESSES) {
    throw new ApiError('InvalidParameterValue', `A NAT gateway has at most ${MOST_ADDRESSES} addresses, not ${total}.`)
  }
  return { allocations, named, count: connectivityType === 'public' ? allocations.length - named.length : count }
}

export function requireFree(records: Records, caller: Caller, id: string): ElasticAddress {
  const address = requireOwned(records.elasticAddresses, caller, 'Allocation', id)
  if (address.associationId === undefined) return address
  throw new ApiError('Resource.AlreadyAssociated', `Elastic IP address [${address.id}] is already associated`)
}

/** Puts them on the gateway's interface, and gives what the gateway's record is to say of them. */
export function addNatAddresses(
  tx: Tx,
  eni: NetworkInterface,
  subnet: Subnet,
  { allocations, named, count }: WantedNatAddresses,
): NatGatewayAddress[] {
  if (named.length + count === 0) return []
  // The interface has its primary address already, so one of those named, or of the subnet's choice, stands first here.
  const [first, ...others] = named
  const rest = first === undefined ? count - 1 : count
  const wanted = { subnet, ...(first && { primary: first }), secondary: others, secondaryCount: rest }
  const [taken = []] = takeAddresses(tx, [wanted])
  const changed = { ...eni, privateAddresses: [...eni.privateAddresses, ...taken] }
  tx.networkInterfaces.update(eni.id, { privateAddresses: changed.privateAddresses })
  return taken.map((privateAddress, index) => {
    const elastic = allocations[index]
    if (!elastic) return { privateAddress }
    const associationId = attachAddress(tx, elastic, changed, privateAddress)
    return { privateAddress, allocationId: elastic.id, associationId, publicIp: elastic.publicIp }
  })
}

export function associateNatGatewayAddress(
  tx: Tx,
  caller: Caller,
  input: AssociateNatGatewayAddressRequest,
): AssociateNatGatewayAddressResult {
  if ((input.AllocationIds ?? []).length === 0) throw missingParameter('AllocationIds')
  const gateway = requireUsable(tx, caller, input.NatGatewayId, 'public')
  return add(tx, caller, gateway, { allocationIds: input.AllocationIds, addresses: input.PrivateIpAddresses })
}

export function assignPrivateNatGatewayAddress(
  tx: Tx,
  caller: Caller,
  input: AssignPrivateNatGatewayAddressRequest,
): AssignPrivateNatGatewayAddressResult {
  const { PrivateIpAddresses: addresses, PrivateIpAddressCount: count } = input
  if ((addresses ?? []).length === 0 && !count) throw missingParameter('PrivateIpAddressCount')
  const gateway = requireUsable(tx, caller, input.NatGatewayId, 'private')
  return add(tx, caller, gateway, { addresses, count })
}

function add(tx: Tx, caller: Caller, gateway: NatGateway, parameters: Parameters) {
  const subnet = requireSubnet(tx, caller, gateway.subnetId)
  const eni = requireNetworkInterface(tx, caller, gateway.networkInterfaceId)
  const { connectivityType, secondaryAddresses = [] } = gateway
  const has = 1 + secondaryAddresses.length
  const wanted = parseNatAddresses(tx, caller, { subnet, connectivityType, has }, parameters)
  const added = addNatAddresses(tx, eni, subnet, wanted)
  tx.natGateways.update(gateway.id, { secondaryAddresses: [...secondaryAddresses, ...added] })
  return { NatGatewayId: gateway.id, NatGatewayAddresses: added.map((one) => shownAddress(gateway, one)) }
}

/** At once, whatever `MaxDrainDurationSeconds` says: a flow that has the address goes with it. */
export function disassociateNatGatewayAddress(
  tx: Tx,
  caller: Caller,
  input: DisassociateNatGatewayAddressRequest,
): DisassociateNatGatewayAddressResult {
  const wanted = input.AssociationIds ?? []
  if (wanted.length === 0) throw missingParameter('AssociationIds')
  const gateway = requireUsable(tx, caller, input.NatGatewayId, 'public')
  if (wanted.includes(gateway.associationId ?? '')) {
    throw new ApiError('InvalidParameter', `The primary address of ${gateway.id} cannot be disassociated.`)
  }
  const isWanted = ({ associationId }: NatGatewayAddress) =>
    associationId !== undefined && wanted.includes(associationId)
  return remove(tx, gateway, isWanted, wanted)
}

export function unassignPrivateNatGatewayAddress(
  tx: Tx,
  caller: Caller,
  input: UnassignPrivateNatGatewayAddressRequest,
): UnassignPrivateNatGatewayAddressResult {
  const wanted: readonly string[] = input.PrivateIpAddresses ?? []
  if (wanted.length === 0) throw missingParameter('PrivateIpAddresses')
  const gateway = requireUsable(tx, caller, input.NatGatewayId, 'private')
  if (wanted.includes(gateway.privateAddress)) {
    throw new ApiError('InvalidParameter', `The primary address of ${gateway.id} cannot be unassigned.`)
  }
  return remove(tx, gateway, ({ privateAddress }) => wanted.includes(privateAddress), wanted)
}

function remove(
  tx: Tx,
  gateway: NatGateway,
  isWanted: (one: NatGatewayAddress) => boolean,
  wanted: readonly string[],
): { NatGatewayId: string; NatGatewayAddresses: NatGatewayAddressOutput[] } {
  const all = gateway.secondaryAddresses ?? []
  const gone = all.filter(isWanted)
  if (gone.length < new Set(wanted).size) {
    throw new ApiError('InvalidParameter', `${gateway.id} does not have all of ${wanted.join(', ')}.`)
  }
  for (const { allocationId } of gone) {
    const elastic = allocationId && tx.elasticAddresses.get(allocationId)
    if (elastic) detach(tx, elastic)
  }
  const eni = tx.networkInterfaces.get(gateway.networkInterfaceId)
  const left = eni?.privateAddresses.filter((address) => !gone.some((one) => one.privateAddress === address))
  if (eni && left) tx.networkInterfaces.update(eni.id, { privateAddresses: left })
  tx.natGateways.update(gateway.id, { secondaryAddresses: all.filter((one) => !isWanted(one)) })
  return {
    NatGatewayId: gateway.id,
    NatGatewayAddresses: gone.map((one) => ({ ...shownAddress(gateway, one), Status: 'disassociating' })),
  }
}

function requireUsable(
  records: Records,
  caller: Caller,
  id: string | undefined,
  connectivityType: NatGateway['connectivityType'],
): NatGateway {
  const gateway = requireOwned(records.natGateways, caller, 'NatGateway', id)
  if (gateway.state === 'deleting' || gateway.state === 'deleted') {
    throw new ApiError('NatGatewayNotFound', `NatGateway ${gateway.id} was not found`)
  }
  if (gateway.connectivityType === connectivityType) return gateway
  throw new ApiError('InvalidParameter', `${gateway.id} is a ${gateway.connectivityType} NAT gateway.`)
}

export function shownAddress(gateway: NatGateway, one: NatGatewayAddress): NatGatewayAddressOutput {
  const { allocationId, associationId, publicIp, privateAddress } = one
  return {
    ...(publicIp && { AllocationId: allocationId, AssociationId: associationId, PublicIp: publicIp }),
    IsPrimary: privateAddress === gateway.privateAddress,
    NetworkInterfaceId: gateway.networkInterfaceId,
    PrivateIp: privateAddress,
    Status: 'succeeded',
  }
}
