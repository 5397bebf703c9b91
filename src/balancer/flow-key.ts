// What tells one flow through a Gateway Load Balancer from another, read from an IPv4 packet. Both directions of a flow have
// one key, so that an appliance sees all of it.

const [TCP, UDP] = [6, 17]
const SHORTEST_HEADER = 20
const FRAGMENT = 0x3fff

export interface FlowKey {
  readonly isTcp: boolean
  /** Addresses, protocol and, where there are any, ports. */
  readonly text: string
  /** The part of it that decides to which appliance the flow goes. */
  readonly chosenBy: string
}

/** 5: addresses, ports and protocol; 3: not the ports; 2: the addresses alone. */
export type FlowFields = 2 | 3 | 5

/** Undefined for what is no whole IPv4 packet. Pieces of a packet have no ports and are a flow of their own. */
export function flowKeyOf(packet: Buffer, fields: FlowFields): FlowKey | undefined {
  if (packet.length < SHORTEST_HEADER || packet.readUInt8(0) >>> 4 !== 4) return undefined
  const header = 4 * (packet.readUInt8(0) & 0x0f)
  if (header < SHORTEST_HEADER || packet.length < header || packet.readUInt16BE(2) !== packet.length) return undefined
  const protocol = packet.readUInt8(9)
  const isWhole = (packet.readUInt16BE(6) & FRAGMENT) === 0
  const hasPorts = isWhole && (protocol === TCP || protocol === UDP) && packet.length >= header + 4
  const end = (address: number, port: number) => ({
    address: packet.readUInt32BE(address),
    port: hasPorts ? packet.readUInt16BE(port) : 0,
  })
  const [low, high] = [end(12, header), end(16, header + 2)].sort((a, b) => a.address - b.address || a.port - b.port)
  if (!low || !high) return undefined
  const ends = `${low.address} ${high.address}`
  const text = `${ends} ${protocol} ${low.port} ${high.port}`
  const chosenBy = fields === 5 ? text : fields === 3 ? `${ends} ${protocol}` : ends
  return { isTcp: protocol === TCP, text, chosenBy }
}
