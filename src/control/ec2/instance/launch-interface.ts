// The interfaces of a launch: as many as its parameters describe, on every instance of it.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceNetworkInterfaceSpecification.html

import type { InstanceNetworkInterfaceSpecification, RunInstancesRequest } from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue, missingParameter, notFound } from '../../../errors.ts'
import type { NetworkInterface, SecurityGroupId, Subnet } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { parseWantedAddresses, type WantedAddresses, withoutIpv4 } from '../network-interface/interface-address.ts'
import { parseWantedIpv6, type WantedIpv6 } from '../network-interface/ipv6-address.ts'
import { checkNotRequesterManaged, unservedInterfaceParameters } from '../network-interface/network-interface.ts'
import {
  checkAddressCount,
  checkAvailable,
  checkInterfaceCount,
} from '../network-interface/network-interface-attachment.ts'
import { requireInterfaceGroups } from '../network-interface/new-network-interface.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { requireNetworkInterface, requireUsableSubnet, subnetOfInterface } from '../request/require.ts'
import { zoneNameOf } from '../request/shared.ts'
import { ensureAccountRegion, findDefaultVpc } from '../vpc/default-vpc.ts'

export interface NewLaunchInterface {
  readonly kind: 'new'
  readonly deviceIndex: number
  readonly deleteOnTermination: boolean
  readonly description: string
  readonly groupIds: readonly SecurityGroupId[]
  readonly addresses: WantedAddresses
  readonly ipv6: WantedIpv6
  readonly wantsPublicAddress: boolean
}

export interface ExistingLaunchInterface {
  readonly kind: 'existing'
  readonly deviceIndex: number
  readonly deleteOnTermination: boolean
  readonly eni: NetworkInterface
}

export type LaunchInterface = NewLaunchInterface | ExistingLaunchInterface

export interface LaunchNetwork {
  /** By device index; the first is the primary one. */
  readonly interfaces: readonly LaunchInterface[]
  /** The primary interface's. */
  readonly subnet: Subnet
}

export function parseLaunchNetwork(tx: Tx, caller: Caller, input: RunInstancesRequest): LaunchNetwork {
  const specifications = input.NetworkInterfaces ?? []
  const interfaces =
    specifications.length > 0
      ? parseSpecifications(tx, caller, input, specifications)
      : [parsePlainInterface(tx, caller, input)]
  const [primary] = interfaces
  if (primary?.deviceIndex !== 0) {
    throw new ApiError('InvalidParameterCombination', 'A primary network interface, at device index 0, is required.')
  }
  const subnets = interfaces.map((one) => subnetOf(tx, caller, one))
  const subnet = subnets[0]!
  checkOneZone(subnets, input)
  if ((input.MaxCount ?? 1) > 1) checkFitsMany(interfaces)
  return { interfaces, subnet }
}

/** Throws when an instance of this type cannot have these interfaces. */
export function checkTypeLimits(instanceType: string, { interfaces }: LaunchNetwork): void {
  checkInterfaceCount(instanceType, interfaces.length)
  for (const one of interfaces) {
    checkAddressCount(instanceType, addressCount(one))
    checkAddressCount(instanceType, ipv6Count(one))
  }
}

export function addressCount(one: LaunchInterface): number {
  if (one.kind === 'existing') return one.eni.privateAddresses.length
  if (one.addresses.isIpv6Only) return 0
  return 1 + one.addresses.secondary.length + one.addresses.secondaryCount
}

function ipv6Count(one: LaunchInterface): number {
  if (one.kind === 'existing') return one.eni.ipv6Addresses?.length ?? 0
  return one.ipv6.named.length + one.ipv6.count
}

/** The one interface of a launch that says everything at the top level. */
function parsePlainInterface(tx: Tx, caller: Caller, input: RunInstancesRequest): NewLaunchInterface {
  const subnet = requireLaunchSubnet(tx, caller, input.SubnetId, input.Placement?.AvailabilityZone)
  const named = groupsByName(tx, caller, subnet, input)
  return {
    kind: 'new',
    deviceIndex: 0,
    deleteOnTermination: true,
    description: '',
    wantsPublicAddress: subnet.mapPublicIpOnLaunch,
    groupIds: requireInterfaceGroups(tx, caller, subnet, [...(input.SecurityGroupIds ?? []), ...named]),
    addresses: parseWantedAddresses(subnet, { PrivateIpAddress: input.PrivateIpAddress }),
    ipv6: parseWantedIpv6(subnet, { ...input, hasPrimary: input.EnablePrimaryIpv6 }),
  }
}

function parseSpecifications(
  tx: Tx,
  caller: Caller,
  input: RunInstancesRequest,
  specifications: readonly InstanceNetworkInterfaceSpecification[],
): LaunchInterface[] {
  refuseBeside('an instance-level subnet ID', input.SubnetId)
  refuseBeside('instance-level security groups', input.SecurityGroupIds?.[0] ?? input.SecurityGroups?.[0])
  refuseBeside('an instance-level private IP address', input.PrivateIpAddress)
  refuseBeside('instance-level IPv6 addresses', input.Ipv6Addresses?.[0]?.Ipv6Address)
  refuseBeside('an instance-level IPv6 address count', input.Ipv6AddressCount ? 'given' : undefined)
  const zone = input.Placement?.AvailabilityZone
  const interfaces = specifications.map((one) => parseSpecification(tx, caller, one, zone))
  const indexes = new Set(interfaces.map((one) => one.deviceIndex))
  if (indexes.size < interfaces.length) {
    throw new ApiError('InvalidParameterValue', 'Each network interface requires a unique device index.')
  }
  const existing = interfaces.flatMap((one) => (one.kind === 'existing' ? [one.eni.id] : []))
  if (new Set(existing).size < existing.length) {
    throw new ApiError('InvalidParameterValue', 'A network interface may be attached once only.')
  }
  return interfaces.sort((a, b) => a.deviceIndex - b.deviceIndex)
}

function refuseBeside(what: string, value: string | undefined): void {
  if (value === undefined) return
  throw new ApiError(
    'InvalidParameterCombination',
    `Network interfaces and ${what} may not be specified on the same request`,
  )
}

function parseSpecification(
  tx: Tx,
  caller: Caller,
  input: InstanceNetworkInterfaceSpecification,
  zone: string | undefined,
): LaunchInterface {
  refuseUnserved({
    ...unservedInterfaceParameters(input),
    associateCarrierIpAddress: input.AssociateCarrierIpAddress,
    networkCardIndex: input.NetworkCardIndex || undefined,
    enaSrdSpecification: input.EnaSrdSpecification,
    enaQueueCount: input.EnaQueueCount,
  })
  const deviceIndex = input.DeviceIndex
  if (deviceIndex === undefined) throw missingParameter('networkInterface.deviceIndex')
  if (!Number.isInteger(deviceIndex) || deviceIndex < 0) {
    throw invalidParameterValue('networkInterface.deviceIndex', String(deviceIndex))
  }
  if (input.NetworkInterfaceId !== undefined) return parseExisting(tx, caller, input, deviceIndex)
  const subnet = requireLaunchSubnet(tx, caller, input.SubnetId, zone)
  return {
    kind: 'new',
    deviceIndex,
    deleteOnTermination: input.DeleteOnTermination ?? true,
    description: input.Description ?? '',
    wantsPublicAddress: deviceIndex === 0 && wantsPublicAddress(subnet, input),
    groupIds: requireInterfaceGroups(tx, caller, subnet, input.Groups),
    addresses: parseWantedAddresses(subnet, input),
    ipv6: parseWantedIpv6(subnet, { ...input, hasPrimary: input.PrimaryIpv6 }),
  }
}

function wantsPublicAddress(subnet: Subnet, input: InstanceNetworkInterfaceSpecification): boolean {
  if (input.AssociatePublicIpAddress && !subnet.cidr) throw withoutIpv4(subnet)
  return input.AssociatePublicIpAddress ?? subnet.mapPublicIpOnLaunch
}

function parseExisting(
  records: Records,
  caller: Caller,
  input: InstanceNetworkInterfaceSpecification,
  deviceIndex: number,
): ExistingLaunchInterface {
  const beside =
    input.SubnetId ??
    input.Groups?.[0] ??
    input.PrivateIpAddress ??
    input.PrivateIpAddresses?.[0] ??
    input.Ipv6Addresses?.[0]
  if (beside !== undefined || input.SecondaryPrivateIpAddressCount || input.Ipv6AddressCount) {
    throw new ApiError(
      'InvalidParameterCombination',
      'A network interface ID may not be specified together with a subnet, security groups or addresses',
    )
  }
  const eni = requireNetworkInterface(records, caller, input.NetworkInterfaceId)
  checkNotRequesterManaged(eni)
  checkAvailable(eni)
  return { kind: 'existing', deviceIndex, deleteOnTermination: input.DeleteOnTermination ?? false, eni }
}

/** The subnet that a launch names, or a default subnet, in the zone if one is asked for. */
function requireLaunchSubnet(tx: Tx, caller: Caller, id: string | undefined, zone: string | undefined): Subnet {
  if (id !== undefined) return requireUsableSubnet(tx, caller, id)
  ensureAccountRegion(tx, caller)
  const vpc = findDefaultVpc(tx, caller)
  if (!vpc) {
    throw new ApiError('VPCIdNotSpecified', 'No default VPC for this user. Give a subnet in the parameter SubnetId.')
  }
  const defaults = tx.subnets.where('vpcId', vpc.id).filter((subnet) => subnet.defaultForAz)
  const subnet = defaults.find((one) => zone === undefined || one.availabilityZone === zone)
  if (!subnet) {
    const where = zone === undefined ? '' : ` in '${zone}'`
    throw new ApiError(
      'MissingInput',
      `No subnets found for the default VPC '${vpc.id}'${where}. Please specify a subnet.`,
    )
  }
  return subnet
}

/** Groups by name, which only the default VPC takes. */
function groupsByName(records: Records, caller: Caller, subnet: Subnet, input: RunInstancesRequest): SecurityGroupId[] {
  const names = input.SecurityGroups ?? []
  if (names.length > 0 && input.SubnetId !== undefined) {
    throw new ApiError(
      'InvalidParameterCombination',
      'The parameter groupName cannot be used with the parameter subnet',
    )
  }
  const groups = records.securityGroups.where('vpcId', subnet.vpcId).filter((group) => group.owner === caller.account)
  return names.map((name) => {
    const group = groups.find((one) => one.name === name)
    if (!group) throw notFound('SecurityGroup', name)
    return group.id
  })
}

/** Its zone by the caller's name for it. */
function subnetOf(records: Records, caller: Caller, one: LaunchInterface): Subnet {
  if (one.kind === 'new') return one.addresses.subnet
  const subnet = subnetOfInterface(records, one.eni)
  return { ...subnet, availabilityZone: zoneNameOf(caller.account, subnet) }
}

function checkOneZone(subnets: readonly Subnet[], input: RunInstancesRequest): void {
  // Terraform sends an empty zone where none was asked for.
  const zone = input.Placement?.AvailabilityZone || subnets[0]!.availabilityZone
  for (const subnet of subnets) {
    if (subnet.availabilityZone !== zone || subnet.vpcId !== subnets[0]!.vpcId) {
      throw new ApiError(
        'InvalidParameterValue',
        `Subnet ${subnet.id} is in ${subnet.vpcId}, ${subnet.availabilityZone}; all of an instance must be in one VPC and one Availability Zone, here ${subnets[0]!.vpcId}, ${zone}.`,
      )
    }
  }
}

/** What names one interface or one address cannot be on several instances. */
function checkFitsMany(interfaces: readonly LaunchInterface[]): void {
  const single = interfaces.some(
    (one) =>
      one.kind === 'existing' ||
      one.addresses.primary ||
      one.addresses.secondary.length > 0 ||
      one.ipv6.named.length > 0,
  )
  if (single) {
    throw new ApiError(
      'InvalidParameterCombination',
      'A network interface ID or a private IP address may not be specified when launching multiple instances',
    )
  }
}
