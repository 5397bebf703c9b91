// IP protocol numbers and port ranges, as security groups and network ACLs name them.

/** An IANA protocol number 0 to 255, or -1 for all of them. */
export type Protocol = number

export const ALL_PROTOCOLS: Protocol = -1
export const ICMP: Protocol = 1
export const TCP: Protocol = 6
export const UDP: Protocol = 17
export const ICMPV6: Protocol = 58

/** Ports `from` to `to`, both inclusive, 0 to 65535. */
export interface PortRange {
  readonly from: number
  readonly to: number
}

const NAMES: ReadonlyMap<string, Protocol> = new Map([
  ['-1', ALL_PROTOCOLS],
  ['all', ALL_PROTOCOLS],
  ['icmp', ICMP],
  ['tcp', TCP],
  ['udp', UDP],
  ['icmpv6', ICMPV6],
])

/** Reads a name that EC2 knows or a number; undefined for anything else. */
export function parseProtocol(text: string): Protocol | undefined {
  const named = NAMES.get(text.toLowerCase())
  if (named !== undefined) return named
  return /^\d{1,3}$/.test(text) && Number(text) <= 255 ? Number(text) : undefined
}

/** The name EC2 returns: `-1`, `tcp`, `udp`, `icmp`, `icmpv6`, else the number. */
export function formatProtocol(protocol: Protocol): string {
  for (const [name, number] of NAMES) if (number === protocol) return name
  return String(protocol)
}

export function portInRange(range: PortRange, port: number): boolean {
  return range.from <= port && port <= range.to
}
