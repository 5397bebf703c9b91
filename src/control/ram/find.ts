// Finds the resource shares that a call names, for the account that owns them or takes part in them.

import type { ResourceShare } from '../../store/lattice-records.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { invalidParameter, malformedArn, required, unknownResource } from './errors.ts'
import { sharesFor } from './sharing.ts'

const ARN = /^arn:aws:ram:[a-z0-9-]+:\d{12}:resource-share\/[0-9a-f-]{36}$/

export function requireOwnShare({ resourceShares }: Records, caller: Caller, arn: string | undefined): ResourceShare {
  const wanted = requireShareArn(arn)
  const share = resourceShares.get(wanted)
  if (share?.owner === caller.account) return share
  throw unknownResource(`ResourceShare ${wanted}`)
}

export function requireShareArn(arn: string | undefined): string {
  const wanted = required('resourceShareArn', arn)
  if (ARN.test(wanted)) return wanted
  throw malformedArn(wanted)
}

/** The caller's own shares in the region, or those that it takes part in; only those that the call names, if any. */
export function requireSide(
  records: Records,
  caller: Caller,
  side: string | undefined,
  arns: readonly string[] | undefined,
): ResourceShare[] {
  if (side !== 'SELF' && side !== 'OTHER-ACCOUNTS') {
    throw invalidParameter('resourceOwner is one of SELF, OTHER-ACCOUNTS.')
  }
  const wanted = arns?.map(requireShareArn)
  const unknown = wanted?.find((arn) => !records.resourceShares.has(arn))
  if (unknown !== undefined) throw unknownResource(`ResourceShare ${unknown}`)
  const all =
    side === 'SELF'
      ? records.resourceShares.where('owner', caller.account)
      : [...sharesFor(records, caller.account)].flatMap((id) => records.resourceShares.get(id) ?? [])
  return all.filter(({ id, region }) => region === caller.region && (wanted === undefined || wanted.includes(id)))
}
