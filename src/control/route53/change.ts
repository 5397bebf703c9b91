// Changes: what every call that changes DNS answers with. A change is in force when its call is answered, so all that is
// kept of it is its id, which carries the time. https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html

import type { ChangeInfo, GetChangeRequest, GetChangeResponse } from '@aws-sdk/client-route-53'
import { ApiError } from '../../errors.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { requireParameter } from './errors.ts'
import { bareId } from './find.ts'

const CHANGE_ID = /^C(?<random>[0-9A-Z]{11})(?<time>[0-9A-Z]{9})$/
const ID_DIGITS = 20

/** `Z` and 20 capital letters and digits, not in use. */
export function newZoneId(tx: Tx): string {
  return `Z${newDigits(tx, ID_DIGITS)}`
}

/** What a call answers; AWS says `PENDING` here even when it is done. */
export function newChange(tx: Tx, { now }: Caller, comment?: string): ChangeInfo {
  const time = now.getTime().toString(36).toUpperCase().padStart(9, '0')
  return {
    Id: `/change/C${newDigits(tx, 11)}${time}`,
    Status: 'PENDING',
    SubmittedAt: now,
    ...(comment !== undefined && { Comment: comment }),
  }
}

export function getChange(_records: Records, _caller: Caller, { Id }: GetChangeRequest): GetChangeResponse {
  const id = bareId(requireParameter('id', Id))
  const time = CHANGE_ID.exec(id)?.groups?.time
  if (time === undefined) throw new ApiError('NoSuchChange', `A change with the ID ${id} does not exist.`)
  const submitted = new Date(Number.parseInt(time, 36))
  return { ChangeInfo: { Id: `/change/${id}`, Status: 'INSYNC', SubmittedAt: submitted } }
}

function newDigits(tx: Tx, count: number): string {
  const digits = [tx.newId('z'), tx.newId('z')].map((id) => BigInt(`0x${id.slice(2)}`).toString(36))
  return digits.join('').toUpperCase().padStart(count, '0').slice(-count)
}
