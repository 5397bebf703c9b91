// The quotas that are enforced here, and the defaults that AWS gives them.

import { findServiceQuota, QUOTA_SERVICES, SERVICE_QUOTAS, type ServiceQuota } from '../../catalogue/service-quotas.ts'
import { ApiError } from '../../errors.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { pageOf } from '../ec2/request/pages.ts'
import type * as messages from './messages.ts'
import { quotaValue } from './quota-value.ts'

interface PageInput {
  readonly NextToken?: string | undefined
  readonly MaxResults?: number | undefined
}

export function getServiceQuota(
  records: Records,
  caller: Caller,
  input: messages.GetServiceQuotaRequest,
): messages.GetServiceQuotaResponse {
  const quota = requireQuota(input.ServiceCode, input.QuotaCode)
  return { Quota: toQuota(caller, quota, appliedValue(records, caller, quota)) }
}

export function getAWSDefaultServiceQuota(
  _records: Records,
  caller: Caller,
  input: messages.GetAWSDefaultServiceQuotaRequest,
): messages.GetAWSDefaultServiceQuotaResponse {
  return { Quota: toQuota(caller, requireQuota(input.ServiceCode, input.QuotaCode)) }
}

export function listServiceQuotas(
  records: Records,
  caller: Caller,
  input: messages.ListServiceQuotasRequest,
): messages.ListServiceQuotasResponse {
  const found = quotasOf(input.ServiceCode).filter(({ code }) => code === (input.QuotaCode ?? code))
  const { items, nextToken } = page(found, input, ({ code }) => code)
  return {
    Quotas: items.map((quota) => toQuota(caller, quota, appliedValue(records, caller, quota))),
    NextToken: nextToken,
  }
}

export function listAWSDefaultServiceQuotas(
  _records: Records,
  caller: Caller,
  input: messages.ListAWSDefaultServiceQuotasRequest,
): messages.ListAWSDefaultServiceQuotasResponse {
  const { items, nextToken } = page(quotasOf(input.ServiceCode), input, ({ code }) => code)
  return { Quotas: items.map((quota) => toQuota(caller, quota)), NextToken: nextToken }
}

export function listServices(
  _records: Records,
  _caller: Caller,
  input: messages.ListServicesRequest,
): messages.ListServicesResponse {
  const all = Object.entries(QUOTA_SERVICES).map(([ServiceCode, ServiceName]) => ({ ServiceCode, ServiceName }))
  const { items, nextToken } = page(all, input, ({ ServiceCode }) => ServiceCode)
  return { Services: items, NextToken: nextToken }
}

export function page<T>(found: readonly T[], input: PageInput, keyOf: (one: T) => string) {
  const { items, nextToken } = pageOf(found, input, keyOf, { min: 1, max: 100 })
  return { items: [...items], nextToken }
}

function quotasOf(serviceCode: string | undefined): ServiceQuota[] {
  const wanted = required('ServiceCode', serviceCode)
  if (!(wanted in QUOTA_SERVICES)) throw noSuchResource(`The service ${wanted} has no quotas here.`)
  return Object.values(SERVICE_QUOTAS).filter((one) => one.serviceCode === wanted)
}

export function requireQuota(serviceCode: string | undefined, quotaCode: string | undefined): ServiceQuota {
  const [service, code] = [required('ServiceCode', serviceCode), required('QuotaCode', quotaCode)]
  const quota = findServiceQuota(service, code)
  if (quota) return quota
  throw noSuchResource(`The request failed because the specified service quota does not exist: ${service}/${code}`)
}

function required(name: string, value: string | undefined): string {
  if (value) return value
  throw new ApiError('IllegalArgumentException', `The parameter ${name} is missing.`)
}

export function noSuchResource(message: string): ApiError {
  return new ApiError('NoSuchResourceException', message)
}

export function appliedValue(records: Records, { account: owner, region }: Caller, quota: ServiceQuota): number {
  return quotaValue(records, { owner, region }, quota)
}

export function quotaArn({ account, region }: Caller, { serviceCode, code }: ServiceQuota): string {
  return `arn:aws:servicequotas:${region}:${account}:${serviceCode}/${code}`
}

function toQuota(caller: Caller, quota: ServiceQuota, value = quota.value): messages.ServiceQuota {
  return {
    ServiceCode: quota.serviceCode,
    ServiceName: QUOTA_SERVICES[quota.serviceCode],
    QuotaArn: quotaArn(caller, quota),
    QuotaCode: quota.code,
    QuotaName: quota.name,
    Value: value,
    Unit: 'None',
    Adjustable: quota.most !== undefined,
    GlobalQuota: false,
    QuotaAppliedAtLevel: 'ACCOUNT',
  }
}
