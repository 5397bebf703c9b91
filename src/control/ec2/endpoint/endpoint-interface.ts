// The network interfaces of an interface endpoint: one in each of its subnets, one subnet in a zone. Each keeps its
// address for as long as the endpoint is in the subnet, and belongs to the endpoint: no other call may change it.
// https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html

import type { SubnetConfiguration } from '@aws-sdk/client-ec2'
import { availabilityZones } from '../../../catalogue/regions.ts'
import { ApiError, invalidParameter, missingParameter } from '../../../errors.ts'
import type { Address } from '../../../ip/address.ts'
import type { NetworkInterface, Region, SecurityGroupId, Subnet, VpcEndpoint, VpcId } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { requireAddressOf, takeAddresses } from '../network-interface/interface-address.ts'
import { requireIpv6Addresses, takeIpv6Addresses, type WantedIpv6 } from '../network-interface/ipv6-address.ts'
import { insertNetworkInterface } from '../network-interface/new-network-interface.ts'
import type { Place } from '../request/owned.ts'
import { requireSubnet } from '../request/require.ts'
import type { ServiceOffer } from './offer.ts'

/** A subnet that an endpoint is to be in. */
export interface Placement {
  readonly subnet: Subnet
  /** Absent: the subnet chooses, or the address stays. */
  readonly address?: Address
  /** The same of IPv6, for an endpoint that has both families. */
  readonly ipv6Address?: Address
}

interface SubnetParameters {
  readonly ids: readonly string[] | undefined
  readonly configurations: readonly SubnetConfiguration[] | undefined
}

/** The subnets that a call names, by id or with an address, each once. */
export function requirePlacements(
  records: Records,
  caller: Caller,
  vpc: { readonly id: VpcId },
  { ids = [], configurations = [] }: SubnetParameters,
): Placement[] {
  const placements = new Map<string, Placement>()
  for (const id of ids) placements.set(id, { subnet: requireSubnetIn(records, caller, vpc, id) })
  const configured = new Set<string>()
  for (const { SubnetId: id, Ipv4: ipv4, Ipv6: ipv6 } of configurations) {
    if (id === undefined) throw missingParameter('subnetConfiguration.subnetId')
    if (configured.has(id)) throw invalidParameter(`Subnet ${id} is in subnetConfigurations more than once.`)
    configured.add(id)
    const subnet = requireSubnetIn(records, caller, vpc, id)
    if (ipv6 !== undefined && !subnet.ipv6Cidr) {
      throw invalidParameter(`Subnet ${id} does not have an IPv6 CIDR block.`)
    }
    const [ipv6Address] = requireIpv6Addresses(subnet, ipv6 === undefined ? [] : [ipv6])
    placements.set(id, {
      subnet,
      ...(ipv4 === undefined ? {} : { address: requireAddressOf(subnet, ipv4, 'ipv4') }),
      ...(ipv6Address === undefined ? {} : { ipv6Address }),
    })
  }
  return [...placements.values()]
}

export function requireSubnetIn(records: Records, caller: Caller, vpc: { readonly id: VpcId }, id: string): Subnet {
  const subnet = requireSubnet(records, caller, id)
  if (subnet.vpcId !== vpc.id) throw invalidParameter(`Subnet ${subnet.id} does not belong to VPC ${vpc.id}.`)
  return subnet
}

/** Throws when the service is not in the zone of an added subnet, or a zone would hold two. What leads to no service may
 * be in every zone. */
export function checkZones(service: ServiceOffer | undefined, kept: readonly Subnet[], added: readonly Subnet[]): void {
  const taken = new Set(kept.map((subnet) => subnet.availabilityZoneId))
  for (const { id, availabilityZoneId, region } of added) {
    if (service?.absentZoneIds.includes(availabilityZoneId)) {
      if (service.own && service.own.region !== region) throw notRemote(service, region)
      throw invalidParameter(
        `The VPC endpoint service ${service.name} does not support the availability zone of the subnet: ${id}.`,
      )
    }
    if (taken.has(availabilityZoneId)) {
      throw new ApiError(
        'DuplicateSubnetsInSameZone',
        `Found another VPC endpoint subnet in the availability zone of ${id}. VPC endpoint subnets should be in different availability zones supported by the VPC endpoint service.`,
      )
    }
    taken.add(availabilityZoneId)
  }
}

function notRemote({ absentZoneIds }: ServiceOffer, region: Region) {
  const zones = availabilityZones(region).filter(({ id }) => !absentZoneIds.includes(id))
  const ids = zones.map(({ id }) => id).sort()
  return invalidParameter(`Only the following availability zones are supported for remote access: ${ids.join(', ')}`)
}

export function interfacesOfEndpoint(records: Records, endpoint: Pick<VpcEndpoint, 'id'>): readonly NetworkInterface[] {
  return records.networkInterfaces.where('vpcEndpointId', endpoint.id)
}

export function addEndpointInterfaces(
  tx: Tx,
  place: Place,
  endpoint: Pick<VpcEndpoint, 'id' | 'type' | 'ipAddressType'> & { readonly groupIds: readonly SecurityGroupId[] },
  placements: readonly Placement[],
): void {
  const wanted = placements.map(({ subnet, address }) => ({
    subnet,
    ...(address === undefined ? {} : { primary: address }),
    secondary: [],
    secondaryCount: 0,
    ...(endpoint.ipAddressType === 'ipv6' && { isIpv6Only: true as const }),
  }))
  const addresses = takeAddresses(tx, wanted)
  const ipv6 = endpoint.ipAddressType !== 'ipv4' ? takeIpv6Addresses(tx, placements.map(wantedIpv6)) : []
  for (const [index, { subnet }] of placements.entries()) {
    insertNetworkInterface(tx, place, {
      subnet,
      addresses: addresses[index] ?? [],
      ipv6Addresses: ipv6[index] ?? [],
      groupIds: endpoint.groupIds,
      description: `VPC Endpoint Interface ${endpoint.id}`,
      vpcEndpointId: endpoint.id,
      ...(endpoint.type === 'GatewayLoadBalancer' && { interfaceType: 'gateway_load_balancer_endpoint' }),
    })
  }
}

function wantedIpv6({ subnet, ipv6Address }: Placement): WantedIpv6 {
  return { subnet, named: ipv6Address ? [ipv6Address] : [], count: ipv6Address ? 0 : 1, hasPrimary: false }
}

/** The interfaces that an endpoint has get an IPv6 address with the family, and lose it with the family. */
export function matchFamilies(tx: Tx, endpoint: Pick<VpcEndpoint, 'id'>, type: VpcEndpoint['ipAddressType']): void {
  for (const { id, subnetId, ipv6Addresses } of interfacesOfEndpoint(tx, endpoint)) {
    const subnet = tx.subnets.get(subnetId)
    if (type === 'ipv4' && ipv6Addresses) tx.networkInterfaces.update(id, { ipv6Addresses: undefined })
    if (type !== 'dualstack' || ipv6Addresses || !subnet) continue
    const [added = []] = takeIpv6Addresses(tx, [wantedIpv6({ subnet })])
    tx.networkInterfaces.update(id, { ipv6Addresses: added })
  }
}
