// Ids of Organizations: lower-case letters and digits after a prefix. Units have their root's digits in theirs.

import { randomBytes } from 'node:crypto'
import type {
  Organization,
  OrganizationalUnitId,
  OrganizationPolicyId,
  OrganizationRootId,
} from '../../store/organizations-records.ts'

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'

function letters(count: number): string {
  return [...randomBytes(count)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')
}

export function newOrganizationId(): `o-${string}` {
  return `o-${letters(10)}`
}

export function newRootId(): OrganizationRootId {
  return `r-${letters(4)}`
}

export function newUnitId({ rootId }: Organization): OrganizationalUnitId {
  return `ou-${rootId.slice(2)}-${letters(8)}`
}

export function newPolicyId(): OrganizationPolicyId {
  return `p-${letters(8)}`
}

export function newRequestId(): string {
  return `car-${randomBytes(16).toString('hex')}`
}

/** Twelve digits that do not begin with a zero, as new accounts' ids do. */
export function newAccountId(): string {
  const digits = randomBytes(12)
  return [...digits].map((byte, at) => (at === 0 ? 1 + (byte % 9) : byte % 10)).join('')
}
