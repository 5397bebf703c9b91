// What is given of a new virtual interface, checked, and what AWS fills in of it.

import { parseAddress } from '../../ip/address.ts'
import type { VirtualInterface } from '../../store/direct-connect-records.ts'
import type { Tags } from '../../store/records.ts'
import type { Tx } from '../../store/store.ts'
import { linkName } from './connection.ts'
import { clientError, newUuid } from './find.ts'
import type * as messages from './link-messages.ts'
import { parseTags } from './tags.ts'

/** The frames that are jumbo: https://docs.aws.amazon.com/directconnect/latest/UserGuide/set-jumbo-frames-vif.html */
const MTUS = { private: [1500, 9001, 8500], transit: [1500, 8500] } as const
const LARGEST_ASN = 4_294_967_294

export type Link = Omit<
  VirtualInterface,
  'id' | 'owner' | 'region' | 'createdAt' | 'kind' | 'connectionId' | 'connectionOwner' | 'location'
>

export function requireLink(
  tx: Tx,
  kind: VirtualInterface['kind'],
  given: messages.NewPrivateVirtualInterface,
): Link & { readonly tags: Tags } {
  const { vlan = 0, asn = 0, mtu = 1500, enableSiteLink = false } = given
  const name = linkName('virtualInterfaceName', given.virtualInterfaceName)
  if (!isWithin(vlan, 4094)) throw clientError(`The VLAN ${vlan} is not valid: use 1 to 4094.`)
  if (!isWithin(asn, LARGEST_ASN)) throw clientError(`The ASN ${asn} is not valid: use 1 to ${LARGEST_ASN}.`)
  return {
    name,
    vlan,
    asn,
    mtu: checkMtu(kind, mtu),
    hasSiteLink: enableSiteLink,
    authKey: given.authKey || `0x${newUuid(tx).replaceAll('-', '').slice(0, 23)}`,
    ...peerAddresses(given, vlan),
    tags: parseTags(given.tags),
  }
}

export function checkMtu(kind: VirtualInterface['kind'], mtu: number): number {
  const valid: readonly number[] = MTUS[kind]
  if (valid.includes(mtu)) return mtu
  throw clientError(`The MTU ${mtu} is not valid of a ${kind} virtual interface: use ${valid.join(', ')}.`)
}

/** AWS gives link-local ones of IPv4 where nobody names any, and those of IPv6 always: here by the VLAN. */
function peerAddresses(
  { addressFamily = 'ipv4', amazonAddress, customerAddress }: messages.NewPrivateVirtualInterface,
  vlan: number,
): Pick<VirtualInterface, 'addressFamily' | 'amazonAddress' | 'customerAddress'> {
  if (addressFamily === 'ipv6') {
    if (amazonAddress || customerAddress) throw clientError('The addresses of an IPv6 peering are given by Amazon.')
    const prefix = `fd00:dc:${vlan.toString(16)}:`
    return { addressFamily, amazonAddress: `${prefix}:1/125`, customerAddress: `${prefix}:2/125` }
  }
  if (addressFamily !== 'ipv4') throw clientError(`The address family '${addressFamily}' is not ipv4 or ipv6.`)
  if (!amazonAddress !== !customerAddress) throw clientError('Give both of amazonAddress and customerAddress.')
  const pair = `169.254.${vlan >> 6}.`
  const first = (vlan & 63) * 4
  return {
    addressFamily,
    amazonAddress: peerAddress(amazonAddress || `${pair}${first + 1}/30`),
    customerAddress: peerAddress(customerAddress || `${pair}${first + 2}/30`),
  }
}

function peerAddress(text: string): string {
  const [address = '', length = '', ...more] = text.split('/')
  if (parseAddress(address) && isWithin(Number(length), 31) && more.length === 0) return text
  throw clientError(`'${text}' is no address of a peer: it is one like 169.254.255.1/30.`)
}

function isWithin(value: number, last: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= last
}
