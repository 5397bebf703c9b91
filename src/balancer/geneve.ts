// GENEVE (RFC 8926) as Gateway Load Balancers and their appliances speak it: an IP packet behind a header with three options
// of Amazon's, which say by which endpoint it came and to which flow it belongs. An appliance sends the options back as they
// were. https://aws.amazon.com/blogs/networking-and-content-delivery/integrate-your-custom-logic-or-appliance-with-aws-gateway-load-balancer/

const HEADER = 8
const OPTION_HEADER = 4
/** Of the payload, as Ethernet numbers them. */
const [IPV4, IPV6] = [0x0800, 0x86dd] as const

/** Assigned to Amazon. */
const OPTION_CLASS = 0x0108
const [ENDPOINT, ATTACHMENT, FLOW_COOKIE] = [1, 2, 3] as const

/** Whoever does not know an option with this bit must drop the packet. */
const CRITICAL = 0x80
/** Of the second byte: no data, but control. */
const CONTROL = 0x80

export interface GenevePacket {
  /** See endpointNumber. */
  readonly endpoint: bigint
  /** The attachment of a transit gateway that it came by; 0: none. */
  readonly attachment: bigint
  /** 32 bits. */
  readonly flowCookie: number
  readonly payload: Buffer
}

/** What is not a packet that an appliance may send. */
export class MalformedGeneve extends Error {}

/** An endpoint's id has 17 hex digits, of which the first is 0: the others are the option's 64 bits. */
export function endpointNumber(endpointId: string): bigint {
  const digits = /([0-9a-f]{1,16})$/.exec(endpointId)?.[1] ?? '0'
  return BigInt(`0x${digits}`)
}

export function encodeGeneve({ endpoint, attachment, flowCookie, payload }: GenevePacket): Buffer {
  const options = [
    encodeOption(ENDPOINT, bytesOf(endpoint)),
    encodeOption(ATTACHMENT, bytesOf(attachment)),
    encodeOption(FLOW_COOKIE, bytesOf(BigInt(flowCookie)).subarray(4)),
  ]
  const header = Buffer.alloc(HEADER)
  header.writeUInt8(options.reduce((sum, { length }) => sum + length, 0) / 4, 0)
  header.writeUInt16BE(kindOf(payload), 2)
  return Buffer.concat([header, ...options, payload])
}

/** Throws MalformedGeneve. The payload shares the datagram's memory. */
export function decodeGeneve(datagram: Buffer): GenevePacket {
  if (datagram.length < HEADER) throw new MalformedGeneve(`${datagram.length} bytes are no header`)
  const [first, second] = [datagram.readUInt8(0), datagram.readUInt8(1)]
  const end = HEADER + 4 * (first & 0x3f)
  if (first >>> 6 !== 0) throw new MalformedGeneve(`version ${first >>> 6} is not known`)
  if (second & CONTROL) throw new MalformedGeneve('a control packet')
  if (datagram.length < end) throw new MalformedGeneve(`the options end at ${end}, beyond ${datagram.length} bytes`)
  const options = decodeOptions(datagram.subarray(HEADER, end))
  const payload = datagram.subarray(end)
  if (datagram.readUInt16BE(2) !== kindOf(payload)) throw new MalformedGeneve('the payload is not what the header says')
  return {
    endpoint: numberOf(options, ENDPOINT, 8),
    attachment: options.has(ATTACHMENT) ? numberOf(options, ATTACHMENT, 8) : 0n,
    flowCookie: Number(numberOf(options, FLOW_COOKIE, 4)),
    payload,
  }
}

function kindOf(payload: Buffer): number {
  return payload.length > 0 && payload.readUInt8(0) >>> 4 === 6 ? IPV6 : IPV4
}

function encodeOption(type: number, value: Buffer): Buffer {
  const header = Buffer.alloc(OPTION_HEADER)
  header.writeUInt16BE(OPTION_CLASS, 0)
  header.writeUInt8(type, 2)
  header.writeUInt8(value.length / 4, 3)
  return Buffer.concat([header, value])
}

/** Amazon's, by type; others are passed over. */
function decodeOptions(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const options = new Map<number, Buffer>()
  let at = 0
  while (at < bytes.length) {
    const type = bytes.readUInt8(at + 2)
    const end = at + OPTION_HEADER + 4 * (bytes.readUInt8(at + 3) & 0x1f)
    if (end > bytes.length)
      throw new MalformedGeneve(`an option ends at ${end}, beyond ${bytes.length} bytes of options`)
    if (bytes.readUInt16BE(at) === OPTION_CLASS) options.set(type, bytes.subarray(at + OPTION_HEADER, end))
    else if (type & CRITICAL) throw new MalformedGeneve('an unknown option that is critical')
    at = end
  }
  return options
}

function numberOf(options: ReadonlyMap<number, Buffer>, type: number, length: number): bigint {
  const value = options.get(type)
  if (value?.length !== length) throw new MalformedGeneve(`option ${type} is not there with ${length} bytes`)
  return length === 8 ? value.readBigUInt64BE() : BigInt(value.readUInt32BE())
}

function bytesOf(number: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt.asUintN(64, number))
  return bytes
}
