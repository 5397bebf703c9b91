// STS actions that Postern serves.

import type { ReadRows, WriteRows } from './rows.ts'

export const STS_READS = {} as const satisfies ReadRows

export const STS_WRITES = {} as const satisfies WriteRows
