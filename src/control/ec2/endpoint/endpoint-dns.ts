// What an interface endpoint's DNS names and zones are called beyond its id: made of the id, so that they are the same
// for its whole life and nobody else's.

import { createHash } from 'node:crypto'
import type { VpcEndpointId } from '../../../store/records.ts'

const HASH_LENGTH = 8
const ZONE_ID_LENGTH = 20

/** The 8 lower-case letters and digits after the id: `vpce-…-3k8nfxtt`. */
export function dnsHashOf(id: VpcEndpointId): string {
  return digitsOf(`${id} names`, HASH_LENGTH)
}

/** The id of the hidden zone that holds the endpoint's first private name: `Z…`. */
export function hiddenZoneIdOf(id: VpcEndpointId): string {
  return zoneIdOf(`${id} zone`)
}

/** The id of a further hidden zone of the endpoint, by the id of the first. */
export function furtherZoneId(hiddenZoneId: string, name: string): string {
  return zoneIdOf(`${hiddenZoneId} ${name}`)
}

function zoneIdOf(text: string): string {
  return `Z${digitsOf(text, ZONE_ID_LENGTH).toUpperCase()}`
}

function digitsOf(text: string, length: number): string {
  const hash = createHash('sha256').update(text).digest('hex')
  return BigInt(`0x${hash}`).toString(36).slice(-length)
}
