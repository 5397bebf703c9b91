// What can be asked: would this instance reach that name or address on that port, and would the request there be allowed?

import type { Principal } from '../iam/principal.ts'
import type { Authorisation } from '../iam/request.ts'
import { type Address, parseAddress } from '../ip/address.ts'
import { ICMP, ICMPV6, type Protocol, TCP } from '../ip/protocol.ts'
import type { InstanceId, Instant, NetworkInterfaceId } from '../store/records.ts'
import type { AskedRequest } from './packet.ts'

export interface Question {
  /** An instance speaks from its first interface. */
  readonly from: InstanceId | NetworkInterfaceId | HostId
  readonly to: Target
  /** What is asked of the AWS service at the other end, when it is one. */
  readonly request?: ServiceRequest
  /** For policies that depend on the date. */
  readonly now: Instant
}

/** The host of an on-premises network, by the network's name. */
export type HostId = `onprem-${string}`

export type Target = (
  | {
      /** A domain name as the user wrote it. */
      readonly name: string
    }
  | { readonly address: Address }
) & {
  readonly protocol: Protocol
  /** 1 to 65535 for TCP and UDP; absent otherwise. */
  readonly port?: number
  /** The HTTP request that is made over the connection, when the question says one. */
  readonly http?: AskedRequest
}

export interface ServiceRequest extends Omit<Authorisation, 'keys'> {
  readonly principal: Principal
  readonly keys?: Authorisation['keys']
}

/** Reads `s3.us-east-1.amazonaws.com:443`, `10.0.2.5:80`, `[2600:1f10::5]:80`, or an address alone for 443 (or for a protocol
 * without ports); undefined when it is none of them. */
export function parseTarget(text: string, protocol: Protocol = TCP): Target | undefined {
  const match = /^(?:\[(?<bracketed>[0-9a-fA-F:.]+)\]|(?<named>[A-Za-z0-9._-]{1,254}?))(?::(?<port>\d{1,5}))?$/.exec(
    text,
  )
  const { bracketed, named, port } = match?.groups ?? {}
  const host = bracketed ?? named ?? (parseAddress(text) && text)
  if (!host) return undefined
  const number = port === undefined ? 443 : Number(port)
  if (number < 1 || number > 65_535) return undefined
  const address = parseAddress(host)
  // All digits and dots, and no address: a slip, never a name.
  if (!address && (bracketed !== undefined || /^[\d.]+$/.test(host))) return undefined
  return {
    ...(address ? { address } : { name: host }),
    protocol,
    ...(protocol === ICMP || protocol === ICMPV6 ? {} : { port: number }),
  }
}
