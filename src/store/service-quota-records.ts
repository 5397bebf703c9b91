// Records of Service Quotas: what an account's quotas were raised to, by the requests that raised them.

import type { AccountId, Instant, Region } from './records.ts'

/** Granted as soon as it is made. */
export interface ServiceQuotaRequest {
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly serviceCode: string
  readonly quotaCode: string
  readonly value: number
  readonly createdAt: Instant
}

/** A quota that is not the default any more. */
export interface RaisedQuota {
  /** `123456789012/us-east-1/L-0EA8095F` */
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly quotaCode: string
  readonly value: number
}
