// EC2 actions on instances, network interfaces, volumes and images.

import type { ReadRows, WriteRows } from './rows.ts'

export const EC2_INSTANCE_READS = {} as const satisfies ReadRows

export const EC2_INSTANCE_WRITES = {} as const satisfies WriteRows
