// Service Quotas' actions, and what they ask the policies about: some name a quota, the others nothing.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_servicequotas.html

import {
  getAWSDefaultServiceQuota,
  getServiceQuota,
  listAWSDefaultServiceQuotas,
  listServiceQuotas,
  listServices,
} from '../../control/service-quotas/quota.ts'
import {
  getRequestedServiceQuotaChange,
  listRequestedServiceQuotaChangeHistory,
  listRequestedServiceQuotaChangeHistoryByQuota,
  requestServiceQuotaIncrease,
} from '../../control/service-quotas/quota-increase.ts'
import type { ControlAdapterOptions } from '../control-adapter.ts'
import type { ReadRows, WriteRows } from './rows.ts'

export const SERVICE_QUOTAS_READS = {
  GetAWSDefaultServiceQuota: getAWSDefaultServiceQuota,
  GetRequestedServiceQuotaChange: getRequestedServiceQuotaChange,
  GetServiceQuota: getServiceQuota,
  ListAWSDefaultServiceQuotas: listAWSDefaultServiceQuotas,
  ListRequestedServiceQuotaChangeHistory: listRequestedServiceQuotaChangeHistory,
  ListRequestedServiceQuotaChangeHistoryByQuota: listRequestedServiceQuotaChangeHistoryByQuota,
  ListServiceQuotas: listServiceQuotas,
  ListServices: listServices,
} as const satisfies ReadRows

export const SERVICE_QUOTAS_WRITES = {
  RequestServiceQuotaIncrease: requestServiceQuotaIncrease,
} as const satisfies WriteRows

const ON_A_QUOTA = new Set([
  'GetServiceQuota',
  'ListRequestedServiceQuotaChangeHistoryByQuota',
  'RequestServiceQuotaIncrease',
])

export const SERVICE_QUOTAS_AUTHORISATIONS: NonNullable<ControlAdapterOptions['authorisations']> = Object.fromEntries(
  [...Object.keys(SERVICE_QUOTAS_READS), ...Object.keys(SERVICE_QUOTAS_WRITES)].map((operation) => [
    operation,
    (_records, { principal, region, input }) => {
      const account = principal.kind === 'anonymous' ? '' : principal.account
      const quota = `arn:aws:servicequotas:${region}:${account}:${String(input.ServiceCode)}/${String(input.QuotaCode)}`
      const resource = ON_A_QUOTA.has(operation) ? quota : '*'
      return [{ action: `servicequotas:${operation}`, resource, resourceAccount: account, keys: {} }]
    },
  ]),
)
