// Source NAT with an IPv6 prefix, which AWS wants of a dual-stack load balancer that takes datagrams: a /80 of each subnet, kept
// and shown. Datagrams of the targets' own family need none of it; of the other family they are not taken on.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SubnetMapping.html

import { addressBits, formatAddress } from '../../ip/address.ts'
import {
  type Cidr,
  cidr,
  cidrBase,
  cidrContains,
  cidrCovers,
  cidrLength,
  cidrsOverlap,
  parseCidr,
} from '../../ip/cidr.ts'
import type { Listener, LoadBalancer } from '../../store/load-balancing-records.ts'
import type { Subnet } from '../../store/records.ts'
import type { Records } from '../../store/store.ts'
import { invalidConfiguration } from './errors.ts'
import type { Placement } from './load-balancer-node.ts'

const LENGTH = 80
const OWN_BITS = 128n - BigInt(LENGTH)

type SourceNat = Pick<LoadBalancer, 'type' | 'ipAddressType' | 'sourceNatPrefixes'>

/** The prefix that a subnet mapping names; undefined when the subnet is to choose. */
export function requirePrefix(subnet: Subnet, text: string | undefined): Cidr | undefined {
  if (text === undefined || text === 'auto_assigned') return undefined
  const prefix = parseCidr(text)
  const block = subnet.ipv6Cidr?.cidr
  if (prefix && block && cidrLength(prefix) === LENGTH && cidrCovers(block, prefix)) return prefix
  throw invalidConfiguration(
    `The source NAT prefix '${text}' must be 'auto_assigned' or an IPv6 /${LENGTH} of the subnet '${subnet.id}'`,
  )
}

/** The prefixes after the call, by subnet; undefined when it is off. */
export function requireSourceNat(
  records: Records,
  { type, ipAddressType, sourceNatPrefixes: present }: SourceNat,
  wanted: string | undefined,
  placements: readonly Placement[],
): LoadBalancer['sourceNatPrefixes'] {
  const isOn = wanted === undefined ? present !== undefined && ipAddressType === 'dualstack' : wanted === 'on'
  if (!isOn) {
    if (placements.every(({ sourceNatPrefix }) => sourceNatPrefix === undefined)) return undefined
    throw invalidConfiguration('A source NAT prefix can only be specified with EnablePrefixForIpv6SourceNat on')
  }
  if (type !== 'network') {
    throw invalidConfiguration(`Source NAT with an IPv6 prefix is not supported for load balancers with type '${type}'`)
  }
  if (ipAddressType !== 'dualstack') {
    throw invalidConfiguration(
      "Source NAT with an IPv6 prefix can only be enabled for load balancers with IP address type 'dualstack'",
    )
  }
  return Object.fromEntries(
    placements.map(({ subnet, sourceNatPrefix }) => {
      const kept = present?.[subnet.id]
      if (kept && (sourceNatPrefix ?? kept) === kept) return [subnet.id, kept]
      return [subnet.id, sourceNatPrefix ? requireFree(records, subnet, sourceNatPrefix) : findFree(records, subnet)]
    }),
  )
}

/** Whether a listener of the protocol may be there. */
export function checkDatagrams(
  { ipAddressType, sourceNatPrefixes }: Omit<SourceNat, 'type'>,
  protocol: Listener['protocol'],
): void {
  if (ipAddressType === 'ipv4' || sourceNatPrefixes || (protocol !== 'UDP' && protocol !== 'TCP_UDP')) return
  throw invalidConfiguration(
    `${protocol} listeners on load balancers with the IP address type 'dualstack' need source NAT with an IPv6 prefix: turn on EnablePrefixForIpv6SourceNat`,
  )
}

/** As the API says it. */
export function sourceNatState({ sourceNatPrefixes }: Pick<LoadBalancer, 'sourceNatPrefixes'>): 'on' | 'off' {
  return sourceNatPrefixes ? 'on' : 'off'
}

function requireFree(records: Records, subnet: Subnet, prefix: Cidr): Cidr {
  if (isFree(records, subnet)(prefix)) return prefix
  throw invalidConfiguration(`The source NAT prefix '${prefix}' of the subnet '${subnet.id}' is in use`)
}

/** The last free one: interfaces' addresses are at the other end. */
function findFree(records: Records, subnet: Subnet): Cidr {
  const block = subnet.ipv6Cidr?.cidr
  if (!block) throw invalidConfiguration('You must specify subnets with an associated IPv6 CIDR block')
  const free = isFree(records, subnet)
  const { family, bits } = addressBits(cidrBase(block))
  const count = 1n << BigInt(LENGTH - cidrLength(block))
  for (let number = count - 2n; number > 0n; number--) {
    const prefix = cidr(`${formatAddress({ family, bits: bits + (number << OWN_BITS) })}/${LENGTH}`)
    if (free(prefix)) return prefix
  }
  throw invalidConfiguration(`The subnet '${subnet.id}' has no free source NAT prefix`)
}

function isFree(records: Records, { id, vpcId }: Subnet): (prefix: Cidr) => boolean {
  const taken = records.loadBalancers.where('vpcId', vpcId).flatMap((one) => one.sourceNatPrefixes?.[id] ?? [])
  const used = records.networkInterfaces.where('subnetId', id).flatMap(({ ipv6Addresses = [] }) => ipv6Addresses)
  return (prefix) =>
    !taken.some((other) => cidrsOverlap(other, prefix)) && !used.some((address) => cidrContains(prefix, address))
}
