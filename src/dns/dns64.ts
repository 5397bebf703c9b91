// DNS64: in a subnet that asks for it, a name without IPv6 addresses is given those by which a NAT gateway reaches its IPv4 ones.
// https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html

import { nat64Of } from '../compile/nat64.ts'
import { parseAddress } from '../ip/address.ts'
import type { ResourceRecord } from './zone.ts'

/** Whether an answer to a question for AAAA is one that DNS64 adds to (RFC 6147 section 5.1.6). */
export function lacksIpv6(answers: readonly ResourceRecord[]): boolean {
  return !answers.some(({ type }) => type === 'AAAA')
}

/** The answer to a question for A as one for AAAA; the names that lead there stay. */
export function inNat64(answers: readonly ResourceRecord[]): ResourceRecord[] {
  return answers.map((record) => {
    const address = record.type === 'A' ? parseAddress(record.data) : undefined
    return address ? { ...record, type: 'AAAA', data: nat64Of(address) } : record
  })
}
