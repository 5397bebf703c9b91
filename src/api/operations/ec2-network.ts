// EC2 actions on VPCs, subnets, routes, groups and endpoints.

import type { ReadRows, WriteRows } from './rows.ts'

export const EC2_NETWORK_READS = {} as const satisfies ReadRows

export const EC2_NETWORK_WRITES = {} as const satisfies WriteRows
