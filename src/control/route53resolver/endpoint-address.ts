// The addresses of a Resolver endpoint: each is an interface of its own in a subnet of the endpoint's VPC.

import { addressFamily, parseAddress } from '../../ip/address.ts'
import type { ResolverEndpoint, ResolverEndpointAddress } from '../../store/resolver-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import {
  parseWantedAddresses,
  takeAddresses,
  type WantedAddresses,
} from '../ec2/network-interface/interface-address.ts'
import { insertNetworkInterface } from '../ec2/network-interface/new-network-interface.ts'
import { exists, inResolverWords, invalidParameter, invalidRequest, notFound, refuseUnserved } from './errors.ts'
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

/** The addresses that a call asks for; all their subnets are of one VPC. */
export function parseAddresses(
  records: Records,
  caller: Caller,
  asked: readonly IpAddressRequest[],
): readonly WantedAddresses[] {
  const wanted = asked.map(({ SubnetId, Ip, Ipv6 }) => {
    refuseUnserved({ 'ipAddresses.ipv6': Ipv6 })
    const subnet = requireOwnSubnet(records, caller, SubnetId)
    return inResolverWords(() => parseWantedAddresses(subnet, { PrivateIpAddress: Ip || undefined }))
  })
  if (new Set(wanted.map(({ subnet }) => subnet.vpcId)).size > 1) {
    throw invalidParameter('The subnets of an endpoint are all of one VPC.', 'SubnetId')
  }
  return wanted
}

/** Makes the interfaces, and nothing of the endpoint itself. */
export function insertAddresses(
  tx: Tx,
  caller: Caller,
  endpoint: Pick<ResolverEndpoint, 'id' | 'groupIds'>,
  wanted: readonly WantedAddresses[],
): ResolverEndpointAddress[] {
  const taken = inResolverWords(() => takeAddresses(tx, wanted))
  return wanted.map(({ subnet }, index) => {
    const id = tx.newId('rni')
    const eni = insertNetworkInterface(tx, caller, {
      subnet,
      addresses: taken[index] ?? [],
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
  const wanted = parseAddresses(tx, caller, [asked])
  if (wanted[0]?.subnet.vpcId !== endpoint.vpcId) {
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
  return { IpAddresses: page.map((one) => toAddress(records, one)), ...more }
}

function changed(tx: Tx, caller: Caller, { id }: ResolverEndpoint, addresses: readonly ResolverEndpointAddress[]) {
  return toEndpoint(tx.resolverEndpoints.update(id, { addresses, modifiedAt: caller.now.toISOString() }), 'UPDATING')
}

/** By its id, or by its address, or by its subnet when that has one only. */
function requireAddress(
  records: Records,
  endpoint: ResolverEndpoint,
  { IpId, Ip, SubnetId }: IpAddressUpdate,
): ResolverEndpointAddress {
  const wantedIp = Ip ? parseAddress(Ip) : undefined
  if (Ip && (!wantedIp || addressFamily(wantedIp) !== 4)) throw invalidParameter(`'${Ip}' is no IPv4 address.`, 'Ip')
  const found = endpoint.addresses.filter((one) => {
    const eni = records.networkInterfaces.get(one.networkInterfaceId)
    if (IpId) return one.id === IpId
    return (!SubnetId || eni?.subnetId === SubnetId) && (!wantedIp || eni?.privateAddresses[0] === wantedIp)
  })
  const [only] = found
  if (!only || (!IpId && !Ip && !SubnetId)) throw notFound('IP address', IpId ?? Ip ?? SubnetId ?? '')
  if (found.length > 1) throw invalidRequest(`The endpoint has several IP addresses in ${SubnetId}; give the IpId.`)
  return only
}

function toAddress(
  records: Records,
  { id, networkInterfaceId, createdAt }: ResolverEndpointAddress,
): IpAddressResponse {
  const eni = records.networkInterfaces.get(networkInterfaceId)
  return {
    IpId: id,
    SubnetId: eni?.subnetId,
    Ip: eni?.privateAddresses[0],
    Status: 'ATTACHED',
    StatusMessage: 'This IP address is operational.',
    CreationTime: createdAt,
    ModificationTime: createdAt,
  }
}
