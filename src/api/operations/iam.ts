// IAM actions that Postern serves.

import type { ReadRows, WriteRows } from './rows.ts'

export const IAM_READS = {} as const satisfies ReadRows

export const IAM_WRITES = {} as const satisfies WriteRows
