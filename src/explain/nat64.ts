// NAT64: what a route of 64:ff9b::/96 leads to a NAT gateway goes on from it as IPv4.
// https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html

import { ipv4Network, seenIn } from '../compile/ipv6-view.ts'
import { ipv4OfNat64, nat64GatewaysOf } from '../compile/nat64.ts'
import { addressPlus } from '../ip/address.ts'
import { cidrBase } from '../ip/cidr.ts'
import { ICMP, ICMPV6, TCP, UDP } from '../ip/protocol.ts'
import type { NatGatewayId } from '../store/internet-records.ts'
import type { Onward } from './forwarding.ts'
import { type NatHop, natSteps } from './internet.ts'
import { formatTraffic } from './packet.ts'
import { pass, type Step, stop } from './trace.ts'

/** Undefined for a packet of IPv4. */
export function nat64Steps<H extends NatHop>(hop: H, id: NatGatewayId, onward: Onward<H>): Step[] | undefined {
  const { packet, home } = hop
  const destination = ipv4OfNat64(packet.destination)
  if (destination === undefined) return undefined
  const vpc = seenIn(hop.vpc, 4)
  const gateway = vpc && nat64GatewaysOf(vpc).find((one) => one.id === id)
  const stopped = (why: string) => [stop({ stage: 'nat-gateway', by: id, why })]
  if (!vpc || !gateway) return stopped(`${id} translates no more IPv6 in this VPC`)
  if (home) return stopped(`${id} translates what begins in its own VPC: answers are not led on to another`)
  if (![TCP, UDP, ICMPV6].includes(packet.protocol)) {
    return stopped(`${id} translates TCP, UDP and ICMP echo, not ${formatTraffic(packet)}`)
  }
  const why = `${packet.destination} is ${destination} in IPv4 (NAT64), to which ${id} translates`
  const source = addressPlus(cidrBase(gateway.pool), 1n)
  const protocol = packet.protocol === ICMPV6 ? ICMP : packet.protocol
  const translated = { ...packet, source, destination, protocol }
  const next: H = { ...hop, network: ipv4Network(hop.network), vpc, packet: translated, passed: [] }
  return [pass({ stage: 'nat-gateway', by: id, why }), ...natSteps(next, id, onward)]
}
