// The addresses of a Resolver endpoint: each is an interface of its own in a subnet of the endpoint's VPC.

import { addressFamily, parseAddress } from '../../ip/address.ts'
import type { ResolverEndpoint, ResolverEndpointAddress } from '../../store/resolver-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import {
  parseWantedAddresses,
  takeAddresses,
  type WantedAddresses,
  withoutIpv4,
} from '../ec2/network-interface/interface-address.ts'
import {
  requireIpv6Addresses,
  requireIpv6Block,
  takeIpv6Addresses,
  type WantedIpv6,
} from '../ec2/network-interface/ipv6-address.ts'
import { insertNetworkInterface } from '../ec2/network-interface/new-network-interface.ts'
import { speaksIpv4, speaksIpv6 } from './endpoint-type.ts'
import { exists, inResolverWords, invalidParameter, invalidRequest, notFound } from './errors.ts'
import { required, requireEndpoint, requireOwnSubnet } from './find.ts'
import { listPage } from './list.ts'
import type {
  AssociateResolverEndpointIpAddressRequest,
  AssociateResolverEndpointIpAddressResponse,
  DisassociateResolverEndpointIpAddressRequest,
  DisassociateResolverEndpointIpAddressResponse,
  IpAddressRequest,
  IpAddressResponse,
  IpAddressUpdate,
  ListResolverEndpointIpAddressesRequest,
  ListResolverEndpointIpAddressesResponse,
} from './messages.ts'
import { toEndpoint } from './shapes.ts'

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html */
const FEWEST = 2
const MOST = 6

export function checkAddressCount(count: number): void {
  if (count < FEWEST) throw invalidRequest(`Resolver endpoint needs to have at least ${FEWEST} IP addresses`)
  if (count > MOST) throw invalidRequest(`Resolver endpoint cannot have more than ${MOST} IP addresses`)
}

/** What one interface of an endpoint wants. In a subnet that has IPv4 it has such an address whatever the endpoint speaks. */
interface Wanted {
  readonly ipv4: WantedAddresses
  /** Absent: the endpoint speaks IPv4 alone. */
  readonly ipv6?: WantedIpv6
}

/** The addresses that a call asks for; all their subnets are of one VPC. */
export function parseAddresses(
  records: Records,
  caller: Caller,
  endpoint: Pick<ResolverEndpoint, 'type'>,
  asked: readonly IpAddressRequest[],
): readonly Wanted[] {
  const wanted = asked.map(({ SubnetId, Ip, Ipv6 }): Wanted => {
    if (Ip && !speaksIpv4(endpoint)) throw invalidParameter(`An endpoint of type IPV6 has no address ${Ip}.`, 'Ip')
    if (Ipv6 && !speaksIpv6(endpoint))
      throw invalidParameter(`An endpoint of type IPV4 has no address ${Ipv6}.`, 'Ipv6')
    const subnet = requireOwnSubnet(records, caller, SubnetId)
    return inResolverWords(() => {
      if (speaksIpv4(endpoint) && !subnet.cidr) throw withoutIpv4(subnet)
      const ipv4 = parseWantedAddresses(subnet, { PrivateIpAddress: Ip || undefined })
      if (!speaksIpv6(endpoint)) return { ipv4 }
      requireIpv6Block(subnet)
      const named = requireIpv6Addresses(subnet, Ipv6 ? [Ipv6] : [])
      return { ipv4, ipv6: { subnet, named, count: Ipv6 ? 0 : 1, hasPrimary: false } }
    })
  })
  if (new Set(wanted.map(({ ipv4 }) => ipv4.subnet.vpcId)).size > 1) {
    throw invalidParameter('The subnets of an endpoint are all of one VPC.', 'SubnetId')
  }
  return wanted
}

/** Makes the interfaces, and nothing of the endpoint itself. */
export function insertAddresses(
  tx: Tx,
  caller: Caller,
  endpoint: Pick<ResolverEndpoint, 'id' | 'groupIds'>,
  wanted: readonly Wanted[],
): ResolverEndpointAddress[] {
  const taken = inResolverWords(() =>
    takeAddresses(
      tx,
      wanted.map(({ ipv4 }) => ipv4),
    ),
  )
  const takenIpv6 = inResolverWords(() =>
    takeIpv6Addresses(
      tx,
      wanted.map(({ ipv4: { subnet }, ipv6 }) => ipv6 ?? { subnet, named: [], count: 0, hasPrimary: false }),
    ),
  )
  return wanted.map(({ ipv4: { subnet } }, index) => {
    const id = tx.newId('rni')
    const eni = insertNetworkInterface(tx, caller, {
      subnet,
      addresses: taken[index] ?? [],
      ipv6Addresses: takenIpv6[index] ?? [],
      groupIds: endpoint.groupIds,
      description: `Route 53 Resolver: ${endpoint.id}:${id}`,
      resolverEndpointId: endpoint.id,
    })
    return { id, networkInterfaceId: eni.id, createdAt: caller.now.toISOString() }
  })
}

export function associateResolverEndpointIpAddress(
  tx: Tx,
  caller: Caller,
  input: AssociateResolverEndpointIpAddressRequest,
): AssociateResolverEndpointIpAddressResponse {
  const endpoint = requireEndpoint(tx, caller, input.ResolverEndpointId)
  const asked = required('IpAddress', input.IpAddress)
  if (asked.IpId) throw exists(`The IP address with ID '${asked.IpId}' is associated already`)
  const wanted = parseAddresses(tx, caller, endpoint, [asked])
  if (wanted[0]?.ipv4.subnet.vpcId !== endpoint.vpcId) {
    throw invalidParameter(`The subnet is not of ${endpoint.vpcId}, the VPC of the endpoint.`, 'SubnetId')
  }
  checkAddressCount(endpoint.addresses.length + 1)
  const added = insertAddresses(tx, caller, endpoint, wanted)
  return { ResolverEndpoint: changed(tx, caller, endpoint, [...endpoint.addresses, ...added]) }
}

export function disassociateResolverEndpointIpAddress(
  tx: Tx,
  caller: Caller,
  input: DisassociateResolverEndpointIpAddressRequest,
): DisassociateResolverEndpointIpAddressResponse {
  const endpoint = requireEndpoint(tx, caller, input.ResolverEndpointId)
  const gone = requireAddress(tx, endpoint, required('IpAddress', input.IpAddress))
  checkAddressCount(endpoint.addresses.length - 1)
  tx.networkInterfaces.delete(gone.networkInterfaceId)
  const rest = endpoint.addresses.filter((one) => one !== gone)
  return { ResolverEndpoint: changed(tx, caller, endpoint, rest) }
}

export function listResolverEndpointIpAddresses(
  records: Records,
  caller: Caller,
  input: ListResolverEndpointIpAddressesRequest,
): ListResolverEndpointIpAddressesResponse {
  const endpoint = requireEndpoint(records, caller, input.ResolverEndpointId)
  const { page, more } = listPage(endpoint.addresses, input, {})
  return { IpAddresses: page.map((one) => toAddress(records, endpoint, one)), ...more }
}

function changed(tx: Tx, caller: Caller, { id }: ResolverEndpoint, addresses: readonly ResolverEndpointAddress[]) {
  return toEndpoint(tx.resolverEndpoints.update(id, { addresses, modifiedAt: caller.now.toISOString() }), 'UPDATING')
}

/** By its id, or by its address, or by its subnet when that has one only. */
function requireAddress(
  records: Records,
  endpoint: ResolverEndpoint,
  { IpId, Ip, Ipv6, SubnetId }: IpAddressUpdate,
): ResolverEndpointAddress {
  const wantedIp = Ip ? parseAddress(Ip) : undefined
  if (Ip && (!wantedIp || addressFamily(wantedIp) !== 4)) throw invalidParameter(`'${Ip}' is no IPv4 address.`, 'Ip')
  const wantedIpv6 = Ipv6 ? parseAddress(Ipv6) : undefined
  if (Ipv6 && (!wantedIpv6 || addressFamily(wantedIpv6) !== 6)) {
    throw invalidParameter(`'${Ipv6}' is no IPv6 address.`, 'Ipv6')
  }
  const found = endpoint.addresses.filter((one) => {
    const eni = records.networkInterfaces.get(one.networkInterfaceId)
    if (IpId) return one.id === IpId
    if (wantedIpv6 && eni?.ipv6Addresses?.[0] !== wantedIpv6) return false
    return (!SubnetId || eni?.subnetId === SubnetId) && (!wantedIp || eni?.privateAddresses[0] === wantedIp)
  })
  const [only] = found
  if (!only || (!IpId && !Ip && !Ipv6 && !SubnetId)) throw notFound('IP address', IpId ?? Ip ?? Ipv6 ?? SubnetId ?? '')
  if (found.length > 1) throw invalidRequest(`The endpoint has several IP addresses in ${SubnetId}; give the IpId.`)
  return only
}

function toAddress(
  records: Records,
  endpoint: ResolverEndpoint,
  { id, networkInterfaceId, createdAt }: ResolverEndpointAddress,
): IpAddressResponse {
  const eni = records.networkInterfaces.get(networkInterfaceId)
  return {
    IpId: id,
    SubnetId: eni?.subnetId,
    ...(speaksIpv4(endpoint) && { Ip: eni?.privateAddresses[0] }),
    ...(speaksIpv6(endpoint) && { Ipv6: eni?.ipv6Addresses?.[0] }),
    Status: 'ATTACHED',
    StatusMessage: 'This IP address is operational.',
    CreationTime: createdAt,
    ModificationTime: createdAt,
  }
}
