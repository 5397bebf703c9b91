// The families that a Resolver endpoint speaks: IPV4, IPV6 or DUALSTACK.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_UpdateResolverEndpoint.html

import type { ResolverEndpoint } from '../../store/resolver-records.ts'
import type { Tx } from '../../store/store.ts'
import { requireIpv6Addresses, takeIpv6Addresses } from '../ec2/network-interface/ipv6-address.ts'
import { inResolverWords, invalidParameter, invalidRequest, notFound } from './errors.ts'
import type { UpdateResolverEndpointRequest } from './messages.ts'

type EndpointType = Pick<ResolverEndpoint, 'type'>

export function parseEndpointType(text: string | undefined): EndpointType {
  if (text === undefined || text === '' || text === 'IPV4') return {}
  if (text === 'IPV6' || text === 'DUALSTACK') return { type: text }
  throw invalidParameter(
    `The Resolver endpoint type '${text}' is none of IPV4, IPV6 and DUALSTACK.`,
    'ResolverEndpointType',
  )
}

export function speaksIpv4({ type }: EndpointType): boolean {
  return type !== 'IPV6'
}

export function speaksIpv6({ type }: EndpointType): boolean {
  return type !== undefined
}

type Change = Pick<UpdateResolverEndpointRequest, 'ResolverEndpointType' | 'UpdateIpAddresses'>

/** The interfaces get IPv6 addresses with the family: those that the call names, or the subnets' choice. */
export function changeFamilies(
  tx: Tx,
  endpoint: ResolverEndpoint,
  { ResolverEndpointType: text, UpdateIpAddresses: named = [] }: Change,
): EndpointType {
  const wanted = text ? parseEndpointType(text) : endpoint
  const gains = speaksIpv6(wanted) && !speaksIpv6(endpoint)
  if (named.length > 0 && !gains) {
    throw invalidRequest('IPv6 addresses are named where an endpoint changes from IPV4 to DUALSTACK.')
  }
  if (wanted.type === endpoint.type) return {}
  if (wanted.type === 'IPV6') throw invalidRequest('Updating a Resolver endpoint to the type IPV6 is not supported.')
  if (endpoint.type === 'IPV6' && !wanted.type) {
    throw invalidRequest('A Resolver endpoint of the type IPV6 can be updated to DUALSTACK alone.')
  }
  const strange = named.find(({ IpId }) => !endpoint.addresses.some(({ id }) => id === IpId))
  if (strange) throw notFound('IP address', strange.IpId ?? '')
  const before = endpoint.addresses.flatMap(({ id, networkInterfaceId }) => {
    const eni = tx.networkInterfaces.get(networkInterfaceId)
    const subnet = eni && tx.subnets.get(eni.subnetId)
    return eni && subnet ? [{ id, eni, subnet }] : []
  })
  if (endpoint.type === 'IPV6' && before.some(({ eni }) => eni.privateAddresses.length === 0)) {
    throw invalidRequest('The subnets of the endpoint are for IPv6 only.')
  }
  if (!gains) {
    for (const { eni } of wanted.type ? [] : before) tx.networkInterfaces.update(eni.id, { ipv6Addresses: undefined })
    return { type: wanted.type }
  }
  const taken = inResolverWords(() =>
    takeIpv6Addresses(
      tx,
      before.map(({ id, subnet }) => {
        const text = named.find(({ IpId }) => IpId === id)?.Ipv6
        const own = requireIpv6Addresses(subnet, text ? [text] : [])
        return { subnet, named: own, count: own.length > 0 ? 0 : 1, hasPrimary: false }
      }),
    ),
  )
  for (const [index, { eni }] of before.entries()) tx.networkInterfaces.update(eni.id, { ipv6Addresses: taken[index] })
  return { type: wanted.type }
}
