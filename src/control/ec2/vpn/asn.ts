// Autonomous system numbers of gateways.

import { invalidParameterValue } from '../../../errors.ts'

/** AWS's own when nobody says another. */
export const DEFAULT_AMAZON_ASN = 64_512

const LARGEST = 4_294_967_295

/** Of Amazon's side: a private one, of 16 or of 32 bits. */
export function amazonAsn(asn: number | undefined): number {
  if (asn === undefined) return DEFAULT_AMAZON_ASN
  const isPrivate = (asn >= 64_512 && asn <= 65_534) || (asn >= 4_200_000_000 && asn <= 4_294_967_294)
  if (isPrivate) return asn
  throw invalidParameterValue(
    'amazonSideAsn',
    String(asn),
    'Use a private ASN: 64512 to 65534, or 4200000000 to 4294967294.',
  )
}

/** Of the customer's side. */
export function customerAsn(asn: number): number {
  if (Number.isInteger(asn) && asn >= 1 && asn <= LARGEST) return asn
  throw invalidParameterValue('bgpAsn', String(asn), `Use a number from 1 to ${LARGEST}.`)
}
