// What a quota is for an account in a region: AWS's default, unless it was raised.

import { type QuotaKey, SERVICE_QUOTAS, type ServiceQuota } from '../../catalogue/service-quotas.ts'
import type { AccountId, Region } from '../../store/records.ts'
import type { Records } from '../../store/store.ts'

export interface QuotaHolder {
  readonly owner: AccountId
  readonly region: Region
}

export function quotaFor(records: Records, holder: QuotaHolder, key: QuotaKey): number {
  return quotaValue(records, holder, SERVICE_QUOTAS[key])
}

export function quotaValue({ raisedQuotas }: Records, holder: QuotaHolder, { code, value }: ServiceQuota): number {
  return raisedQuotas.get(raisedId(holder, code))?.value ?? value
}

export function raisedId({ owner, region }: QuotaHolder, code: string): string {
  return `${owner}/${region}/${code}`
}
