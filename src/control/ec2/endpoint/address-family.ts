// Which address families an interface endpoint has: at its interfaces, and in the answers to its names.
// https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html

import type { DnsOptionsSpecification } from '@aws-sdk/client-ec2'
import { invalidParameter } from '../../../errors.ts'
import type { Subnet, VpcEndpoint } from '../../../store/records.ts'
import { parseChoice } from '../request/choice.ts'
import type { Placement } from './endpoint-interface.ts'
import type { ServiceOffer } from './offer.ts'

type Families = Pick<VpcEndpoint, 'ipAddressType' | 'dnsRecordIpType'>

interface FamilyParameters {
  readonly IpAddressType?: string | undefined
  readonly DnsOptions?: DnsOptionsSpecification | undefined
}

const RECORD_TYPES = ['ipv4', 'ipv6', 'dualstack', 'service-defined'] as const

/** What goes with each type of addresses; the first is what an endpoint has that was not told. */
const RECORDS_OF: Readonly<Record<VpcEndpoint['ipAddressType'], readonly Families['dnsRecordIpType'][]>> = {
  ipv4: ['ipv4', 'service-defined'],
  ipv6: ['ipv6', 'service-defined'],
  dualstack: ['dualstack', 'ipv4', 'ipv6', 'service-defined'],
}

/** The families of a new endpoint, or of one that is to change. */
export function requireFamilies(service: ServiceOffer, input: FamilyParameters, present?: Families): Families {
  const sent = parseChoice('ipAddressType', input.IpAddressType, ['ipv4', 'ipv6', 'dualstack'])
  const ipAddressType = sent ?? present?.ipAddressType ?? usualType(service)
  if (sent !== undefined || !present) checkOffered(service, ipAddressType)
  const allowed = RECORDS_OF[ipAddressType]
  const wanted = parseChoice('dnsRecordIpType', input.DnsOptions?.DnsRecordIpType, RECORD_TYPES)
  if (wanted !== undefined && !allowed.includes(wanted)) {
    throw invalidParameter(
      `The DNS record IP type ${wanted} does not go with the IP address type ${ipAddressType}; use ${allowed.join(' or ')}.`,
    )
  }
  const kept = present && allowed.includes(present.dnsRecordIpType) ? present.dnsRecordIpType : undefined
  return { ipAddressType, dnsRecordIpType: wanted ?? kept ?? allowed[0]! }
}

/** What an endpoint has that was not told: IPv4, where its service has that. */
function usualType({ own }: ServiceOffer): VpcEndpoint['ipAddressType'] {
  return own && !own.supportedIpAddressTypes.includes('ipv4') ? 'ipv6' : 'ipv4'
}

/** The families of each type. */
export const FAMILIES: Readonly<Record<VpcEndpoint['ipAddressType'], readonly ('ipv4' | 'ipv6')[]>> = {
  ipv4: ['ipv4'],
  ipv6: ['ipv6'],
  dualstack: ['ipv4', 'ipv6'],
}

/** AWS's services take both families; a user's says which it takes. */
function checkOffered({ own, name }: ServiceOffer, type: VpcEndpoint['ipAddressType']): void {
  if (own && !FAMILIES[type].every((family) => own.supportedIpAddressTypes.includes(family))) {
    throw invalidParameter(`The VPC endpoint service ${name} does not support the IP address type ${type}.`)
  }
}

/** Each family must be one of the subnet's own. An endpoint of type ipv6 needs subnets that have nothing else. */
export function checkSubnetFamilies(type: VpcEndpoint['ipAddressType'], subnets: readonly Subnet[]): void {
  for (const subnet of subnets) {
    if (type === 'ipv6' && subnet.cidr) {
      throw invalidParameter(
        `Subnet ${subnet.id} has an IPv4 CIDR block; the IP address type ipv6 needs subnets of IPv6 only. Use dualstack.`,
      )
    }
    if (type !== 'ipv6' && !subnet.cidr) {
      throw invalidParameter(
        `Subnet ${subnet.id} is for IPv6 only; the IP address type ${type} needs IPv4 too. Use ipv6.`,
      )
    }
    if (type === 'dualstack' && !subnet.ipv6Cidr) {
      throw invalidParameter(`Subnet ${subnet.id} does not have an IPv6 CIDR block.`)
    }
  }
}

/** An IPv6 address can be named for an endpoint that has one in each subnet. */
export function checkNamedFamilies(type: VpcEndpoint['ipAddressType'], placements: readonly Placement[]): void {
  const stranger = type === 'ipv4' ? placements.find(({ ipv6Address }) => ipv6Address !== undefined) : undefined
  if (!stranger) return
  throw invalidParameter(
    `The IPv6 address ${stranger.ipv6Address} of subnet ${stranger.subnet.id} does not go with the IP address type ipv4.`,
  )
}
