// IP addresses as canonical text. An `Address` can only come from `parseAddress`, so equality is `===`, it can key a
// Map, and it prints as itself in JSON; arithmetic goes through `addressBits`. See docs/decisions.md, "Addresses".

declare const addressBrand: unique symbol
/** A canonical IPv4 dotted quad or lower-case RFC 5952 IPv6 address. */
export type Address = string & { readonly [addressBrand]: true }

export type Family = 4 | 6

/** An address as a number: `bits` is unsigned, 32 bits for family 4, 128 for family 6. */
export interface AddressBits {
  readonly family: Family
  readonly bits: bigint
}

const V4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/

/** Reads an address in any usual spelling; undefined when `text` is not one. */
export function parseAddress(text: string): Address | undefined {
  const bits = parseBits(text)
  return bits && formatAddress(bits)
}

/** The address as a number. */
export function addressBits(address: Address): AddressBits {
  const bits = parseBits(address)
  if (!bits) throw new TypeError(`not a canonical address: ${address}`)
  return bits
}

export function addressFamily(address: Address): Family {
  return address.includes(':') ? 6 : 4
}

/** The width of an address of this family, in bits. */
export function familyWidth(family: Family): 32 | 128 {
  return family === 4 ? 32 : 128
}

/** The canonical text of a number; RFC 5952 for family 6. */
export function formatAddress({ family, bits }: AddressBits): Address {
  return (family === 4 ? formatV4(bits) : formatV6(bits)) as Address
}

/** The address `offset` after this one; throws RangeError past either end of the family's space. */
export function addressPlus(address: Address, offset: number | bigint): Address {
  const { family, bits } = addressBits(address)
  const sum = bits + BigInt(offset)
  if (sum < 0n || sum >> BigInt(familyWidth(family))) throw new RangeError(`${address} + ${offset} is no address`)
  return formatAddress({ family, bits: sum })
}

/** Orders by family, then by number. */
export function compareAddresses(a: Address, b: Address): number {
  const left = addressBits(a)
  const right = addressBits(b)
  if (left.family !== right.family) return left.family - right.family
  return left.bits < right.bits ? -1 : left.bits > right.bits ? 1 : 0
}

function parseBits(text: string): AddressBits | undefined {
  if (!text.includes(':')) {
    const bits = parseV4(text)
    return bits === undefined ? undefined : { family: 4, bits: BigInt(bits) }
  }
  const bits = parseV6(text)
  return bits === undefined ? undefined : { family: 6, bits }
}

function parseV4(text: string): number | undefined {
  const octets = V4.exec(text)
  if (!octets) return undefined
  let value = 0
  for (const octet of octets.slice(1)) {
    // A leading zero is octal to some readers and decimal to others, so it is refused.
    if (Number(octet) > 255 || (octet.length > 1 && octet.startsWith('0'))) return undefined
    value = value * 256 + Number(octet)
  }
  return value
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = parseGroups(halves[0] ?? '')
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '') : []
  if (!head || !tail) return undefined
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const groups = [...head, ...Array<number>(missing).fill(0), ...tail]
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n)
}

/** The 16-bit groups of one side of `::`; a trailing dotted quad counts as two (RFC 4291 section 2.2). */
function parseGroups(text: string): number[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const groups: number[] = []
  for (const [index, part] of parts.entries()) {
    if (part.includes('.') && index === parts.length - 1) {
      const quad = parseV4(part)
      if (quad === undefined) return undefined
      groups.push(quad >>> 16, quad & 0xffff)
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}

function formatV4(bits: bigint): string {
  const value = Number(bits)
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.')
}

function formatV6(bits: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) => Number((bits >> BigInt(112 - 16 * i)) & 0xffffn))
  const run = longestZeroRun(groups)
  const text = (part: number[]) => part.map((group) => group.toString(16)).join(':')
  if (run.length < 2) return text(groups)
  return `${text(groups.slice(0, run.start))}::${text(groups.slice(run.start + run.length))}`
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < groups.length; start++) {
    let length = 0
    while (groups[start + length] === 0) length++
    if (length > best.length) best = { start, length }
  }
  return best
}
