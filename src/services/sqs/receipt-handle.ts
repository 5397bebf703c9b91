// Receipt handles: which message was received, from which queue, and by which receive.

import { randomBytes } from 'node:crypto'
import { ApiError } from '../../errors.ts'

export interface Receipt {
  readonly number: number
  /** Another for every receive. */
  readonly receipt: string
}

export function newReceipt(): string {
  return randomBytes(12).toString('hex')
}

export function formatHandle(queue: string, { number, receipt }: Receipt): string {
  return Buffer.from(`${queue} ${number} ${receipt}`).toString('base64')
}

/** Throws ReceiptHandleIsInvalid for what is none of this queue's. */
export function parseHandle(queue: string, handle: string | undefined): Receipt {
  if (!handle) throw new ApiError('MissingParameter', 'The request must contain the parameter ReceiptHandle.')
  const [of, number, receipt] = Buffer.from(handle, 'base64').toString().split(' ')
  if (of === queue && number && receipt && /^\d{1,15}$/.test(number)) return { number: Number(number), receipt }
  const shown = handle.slice(0, 600)
  throw new ApiError('ReceiptHandleIsInvalid', `The input receipt handle "${shown}" is not a valid receipt handle.`)
}
