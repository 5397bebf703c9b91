// The packet that explain sends through a Network, and its reply.

import { type Address, addressFamily } from '../ip/address.ts'
import { ALL_PROTOCOLS, formatProtocol, ICMP, ICMPV6, type PortRange, type Protocol, TCP, UDP } from '../ip/protocol.ts'

/** What a question says of the HTTP request that it is about. */
export interface AskedRequest {
  readonly method: string
  /** The name that is asked for; absent: the address. */
  readonly host?: string
  /** With its query. */
  readonly path: string
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, readonly string[]>>
}

export interface Packet {
  readonly protocol: Protocol
  readonly source: Address
  readonly destination: Address
  /** TCP and UDP: the ports it may be sent to. A reply may be sent to any port that a Linux client could have used. */
  readonly ports?: PortRange
  /** ICMP only. */
  readonly icmp?: { readonly type: number; readonly code: number }
  /** TCP only: the request that is made once the connection stands. Load balancers that read it are asked about it. */
  readonly http?: AskedRequest
}

/** The part of a rule that says what a packet is, leaving out where it goes; the same in groups and network ACLs. */
export interface Traffic {
  readonly protocol: Protocol
  readonly ports?: PortRange
  readonly icmp?: { readonly type: number; readonly code: number }
}

/** net.ipv4.ip_local_port_range, the kernel's default. */
const EPHEMERAL: PortRange = { from: 32_768, to: 60_999 }
const ALL_PORTS: PortRange = { from: 0, to: 65_535 }

interface Ends {
  readonly source: Address
  readonly destination: Address
}

/** The first packet of a flow: a connection's SYN, a datagram, an echo request. */
export function firstPacket(
  { source, destination }: Ends,
  protocol: Protocol,
  port: number | undefined,
  http?: AskedRequest,
): Packet {
  const ends = { protocol, source, destination, ...(http && { http }) }
  // Who pings an IPv6 address sends ICMPv6, whatever it is called.
  if (addressFamily(destination) === 6 && (protocol === ICMP || protocol === ICMPV6)) {
    return { ...ends, protocol: ICMPV6, icmp: { type: 128, code: 0 } }
  }
  if (protocol === ICMP) return { ...ends, icmp: { type: 8, code: 0 } }
  if (!hasPorts(protocol) || port === undefined) return ends
  return { ...ends, ports: { from: port, to: port } }
}

export function replyTo(packet: Packet): Packet {
  const ends = { protocol: packet.protocol, source: packet.destination, destination: packet.source }
  if (packet.icmp) return { ...ends, icmp: { type: packet.protocol === ICMPV6 ? 129 : 0, code: 0 } }
  return packet.ports ? { ...ends, ports: EPHEMERAL } : ends
}

export function hasPorts(protocol: Protocol): boolean {
  return protocol === TCP || protocol === UDP
}

/** The packet's ports that the rule speaks of; all when the rule does not ask for ports, undefined when none. */
export function sharedPorts(rule: Traffic, packet: Packet): PortRange | undefined {
  const wanted = portsOf(packet)
  const ruled = rule.protocol === ALL_PROTOCOLS ? ALL_PORTS : (rule.ports ?? ALL_PORTS)
  const from = Math.max(ruled.from, wanted.from)
  const to = Math.min(ruled.to, wanted.to)
  return from <= to ? { from, to } : undefined
}

/** The ports as a range; a packet without ports counts as one that uses all of them. */
export function portsOf(packet: Packet): PortRange {
  return packet.ports ?? ALL_PORTS
}

/** Protocol and, for ICMP, type and code; -1 in a rule stands for any. */
export function matchesProtocol(rule: Traffic, packet: Packet): boolean {
  if (rule.protocol === ALL_PROTOCOLS) return true
  if (rule.protocol !== packet.protocol) return false
  if (!rule.icmp || !packet.icmp) return true
  const matches = (ruled: number, actual: number) => ruled === -1 || ruled === actual
  return matches(rule.icmp.type, packet.icmp.type) && matches(rule.icmp.code, packet.icmp.code)
}

/** `tcp/443`, `tcp/32768-60999`, `icmp type 8`, `all traffic`. */
export function formatTraffic({ protocol, ports, icmp }: Traffic): string {
  if (protocol === ALL_PROTOCOLS) return 'all traffic'
  const name = formatProtocol(protocol)
  if (icmp) return icmp.type === -1 ? name : `${name} type ${icmp.type}`
  if (!hasPorts(protocol)) return /^\d+$/.test(name) ? `protocol ${name}` : name
  return ports ? `${name}/${formatPorts(ports)}` : `${name} on every port`
}

export function formatPorts({ from, to }: PortRange): string {
  return from === to ? String(from) : `${from}-${to}`
}
