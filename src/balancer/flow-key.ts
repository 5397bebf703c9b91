// What tells one flow through a Gateway Load Balancer from another, read from an IP packet. Both directions of a flow have
// one key, so that an appliance sees all of it.

const [TCP, UDP] = [6, 17]
const FRAGMENT = 0x3fff
/** What a fragment of IPv6 has in the place of its protocol. */
const FRAGMENT_HEADER = 44

export interface FlowKey {
  readonly isTcp: boolean
  /** Addresses, protocol and, where there are any, ports. */
  readonly text: string
  /** The part of it that decides to which appliance the flow goes. */
  readonly chosenBy: string
}

/** 5: addresses, ports and protocol; 3: not the ports; 2: the addresses alone. */
export type FlowFields = 2 | 3 | 5

/** What of a header is looked at. */
interface Header {
  readonly length: number
  readonly protocol: number
  readonly isFragment: boolean
  /** Where the addresses are, and how long they are. */
  readonly source: number
  readonly destination: number
  readonly octets: 4 | 16
}

/** Undefined for what is no whole packet. Pieces of a packet have no ports and are a flow of their own. */
export function flowKeyOf(packet: Buffer, fields: FlowFields): FlowKey | undefined {
  const header = headerOf(packet)
  if (!header) return undefined
  const { length, protocol, isFragment, source, destination, octets } = header
  const hasPorts = !isFragment && (protocol === TCP || protocol === UDP) && packet.length >= length + 4
  const end = (address: number, port: number) => ({
    address: packet.toString('hex', address, address + octets),
    port: hasPorts ? packet.readUInt16BE(port) : 0,
  })
  const [from, to] = [end(source, length), end(destination, length + 2)]
  const isTurned = from.address === to.address ? from.port > to.port : from.address > to.address
  const [low, high] = isTurned ? [to, from] : [from, to]
  const ends = `${low.address} ${high.address}`
  const text = `${ends} ${protocol} ${low.port} ${high.port}`
  const chosenBy = fields === 5 ? text : fields === 3 ? `${ends} ${protocol}` : ends
  return { isTcp: protocol === TCP, text, chosenBy }
}

function headerOf(packet: Buffer): Header | undefined {
  switch (packet.length > 0 && packet.readUInt8(0) >>> 4) {
    case 4:
      return ipv4Header(packet)
    case 6:
      return ipv6Header(packet)
    default:
      return undefined
  }
}

function ipv4Header(packet: Buffer): Header | undefined {
  if (packet.length < 20) return undefined
  const length = 4 * (packet.readUInt8(0) & 0x0f)
  if (length < 20 || packet.length < length || packet.readUInt16BE(2) !== packet.length) return undefined
  const isFragment = (packet.readUInt16BE(6) & FRAGMENT) !== 0
  return { length, protocol: packet.readUInt8(9), isFragment, source: 12, destination: 16, octets: 4 }
}

/** What has further headers is told by its addresses and the first of them. */
function ipv6Header(packet: Buffer): Header | undefined {
  const length = 40
  if (packet.length < length || packet.readUInt16BE(4) !== packet.length - length) return undefined
  const protocol = packet.readUInt8(6)
  return { length, protocol, isFragment: protocol === FRAGMENT_HEADER, source: 8, destination: 24, octets: 16 }
}
