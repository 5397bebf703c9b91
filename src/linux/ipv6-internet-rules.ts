// What nft knows of a VPC's ways to the internet in IPv6, where every address is a public one and nothing is translated. A
// route to an egress-only internet gateway has a next hop of its own, by which the rules know what is on that way: it lets
// out what began here, and in come the answers alone.
// https://docs.aws.amazon.com/vpc/latest/userguide/egress-only-internet-gateway.html

import { BACKBONE } from '../compile/backbone.ts'
import type { VpcNetwork } from '../compile/network.ts'
import { isBlocked, type Outbound } from '../compile/public-access.ts'
import type { Internet } from './internet-rules.ts'
import { BACKBONE_LINK } from './names.ts'
import { anyOf, quoted, type Rule } from './nft.ts'
import { EGRESS_ONLY_NEXT_HOP, INTERNET_MTU, INTERNET_NEXT_HOP } from './plan.ts'
import type { PlugIn } from './vpc-plan.ts'

const OUT = `oifname ${quoted(BACKBONE_LINK)}`
const BY_INTERNET_GATEWAY = `rt ip nexthop ${INTERNET_NEXT_HOP}`
const BY_EGRESS_ONLY_GATEWAY = `rt ip nexthop ${EGRESS_ONLY_NEXT_HOP}`

/** `hosts` are whom a connection from outside may reach. */
export function findIpv6Internet(vpc: VpcNetwork, plugIns: readonly PlugIn[]): Internet {
  const isEgressOnly = (vpc.egressOnlyInternetGatewayIds ?? []).length > 0
  const carried = (by: Outbound) =>
    plugIns.map(({ networkInterface }) => networkInterface).filter(({ subnetId }) => !isBlocked(vpc, subnetId, by))
  const own = carried('own')
  const hosts = own.flatMap(({ publicAddresses = [] }) => publicAddresses)
  const outward = carried('translated')
  const addresses = outward.flatMap((eni) => eni.addresses)
  const egressOnly = outward.filter((eni) => !own.includes(eni)).flatMap((eni) => eni.addresses)
  return {
    isTranslated: false,
    hosts,
    nats: [],
    addresses: vpc.internetGatewayId || isEgressOnly ? addresses : [],
    ...(egressOnly.length > 0 && { egressOnly }),
  }
}

export function leaveByIpv6Internet(): Rule[] {
  return [
    { match: [BY_INTERNET_GATEWAY], verdict: 'accept' },
    { match: [BY_EGRESS_ONLY_GATEWAY, 'ct direction original'], verdict: 'accept' },
  ]
}

export function admitIpv6Internet({ hosts }: Pick<Internet, 'hosts'>): Rule[] {
  if (hosts.length === 0) return []
  const match = [`iifname ${quoted(BACKBONE_LINK)}`, `ip saddr != ${BACKBONE}`, 'ip daddr @public-addresses']
  return [{ match, verdict: 'accept' }]
}

/** What the router says of a packet that is too large for the internet. */
export const IPV6_TOO_BIG: Rule = {
  match: ['icmpv6 type packet-too-big', `icmpv6 mtu ${INTERNET_MTU}`],
  verdict: 'accept',
}

/** In the nat chain of postrouting, before a source would become one of the backbone. */
export function toIpv6Internet(): Rule[] {
  return [BY_INTERNET_GATEWAY, BY_EGRESS_ONLY_GATEWAY].map((way) => ({ match: [OUT, way], verdict: 'accept' }))
}

/** Of what goes to the backbone: nobody leaves by an address that is not the VPC's. */
export function dropStrangeSources({ egressOnly = [] }: Pick<Internet, 'egressOnly'>): Rule[] {
  const strange = [BY_INTERNET_GATEWAY, BY_EGRESS_ONLY_GATEWAY].map((way) => ({
    match: [way, 'ip saddr != @public-addresses'],
    verdict: 'drop',
  }))
  if (egressOnly.length === 0) return strange
  return [...strange, { match: [BY_INTERNET_GATEWAY, `ip saddr ${anyOf(egressOnly)}`], verdict: 'drop' }]
}
