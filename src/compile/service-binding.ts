// The parameters of SVCB and HTTPS records (RFC 9460 section 2): `alpn=h2,h3 port=8443` as text, and as bytes.

import { addressBits, addressFamily, parseAddress } from '../ip/address.ts'

const KEYS = ['mandatory', 'alpn', 'no-default-alpn', 'port', 'ipv4hint', 'ech', 'ipv6hint']

/** The parameters in the order of their keys, as the RFC wants them; undefined when one is none. */
export function encodeServiceBinding(parameters: readonly string[]): Uint8Array | undefined {
  const values = new Map<number, readonly number[]>()
  for (const parameter of parameters) {
    const [, name = '', value = ''] = /^([a-z0-9-]+)(?:="?([^"]*)"?)?$/.exec(parameter) ?? []
    const key = keyOf(name)
    const bytes = key === undefined ? undefined : valueBytes(key, value)
    if (key === undefined || !bytes || values.has(key)) return undefined
    values.set(key, bytes)
  }
  const sorted = [...values].sort(([a], [b]) => a - b)
  return Uint8Array.from(sorted.flatMap(([key, bytes]) => [...two(key), ...two(bytes.length), ...bytes]))
}

function keyOf(name: string): number | undefined {
  const known = KEYS.indexOf(name)
  if (known >= 0) return known
  const number = /^key(\d{1,5})$/.exec(name)?.[1]
  return number !== undefined && Number(number) < 65_535 ? Number(number) : undefined
}

function valueBytes(key: number, value: string): number[] | undefined {
  const items = value.split(',')
  switch (KEYS[key]) {
    case 'mandatory': {
      const keys = items.map(keyOf)
      return keys.some((one) => one === undefined) ? undefined : keys.flatMap((one) => two(one ?? 0))
    }
    case 'alpn':
      return items.some((item) => item === '') ? undefined : items.flatMap((item) => [item.length, ...asciiBytes(item)])
    case 'no-default-alpn':
      return value === '' ? [] : undefined
    case 'port':
      return /^\d{1,5}$/.test(value) && Number(value) < 65_536 ? two(Number(value)) : undefined
    case 'ipv4hint':
      return addressList(items, 4)
    case 'ipv6hint':
      return addressList(items, 6)
    case 'ech':
      return /^[A-Za-z0-9+/]+={0,2}$/.test(value) ? asciiBytes(atob(value)) : undefined
    default:
      return asciiBytes(value)
  }
}

function addressList(items: readonly string[], family: 4 | 6): number[] | undefined {
  const bytes: number[] = []
  for (const item of items) {
    const address = parseAddress(item)
    if (!address || addressFamily(address) !== family) return undefined
    const { bits } = addressBits(address)
    for (let shift = family === 4 ? 24n : 120n; shift >= 0n; shift -= 8n) bytes.push(Number((bits >> shift) & 0xffn))
  }
  return bytes
}

function two(value: number): number[] {
  return [value >> 8, value & 0xff]
}

function asciiBytes(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0) & 0xff)
}
