// Requests for more, which are granted as soon as they are made.
// https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_RequestServiceQuotaIncrease.html

import { QUOTA_SERVICES } from '../../catalogue/service-quotas.ts'
import { ApiError } from '../../errors.ts'
import type { ServiceQuotaRequest } from '../../store/service-quota-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import type * as messages from './messages.ts'
import { appliedValue, noSuchResource, page, quotaArn, requireQuota } from './quota.ts'
import { raisedId } from './quota-value.ts'

/** What every request has come to. */
const STATUS = 'APPROVED'

export function requestServiceQuotaIncrease(
  tx: Tx,
  caller: Caller,
  input: messages.RequestServiceQuotaIncreaseRequest,
): messages.RequestServiceQuotaIncreaseResponse {
  const quota = requireQuota(input.ServiceCode, input.QuotaCode)
  const value = input.DesiredValue ?? 0
  const before = appliedValue(tx, caller, quota)
  if (!Number.isInteger(value) || value <= before) {
    throw illegal(`You must provide a quota value greater than the current quota value, ${before}.`)
  }
  if (value > (quota.most ?? 0)) {
    throw illegal(`The quota ${quota.name} can be increased up to ${quota.most ?? quota.value}.`)
  }
  const place = { owner: caller.account, region: caller.region }
  const id = raisedId(place, quota.code)
  if (tx.raisedQuotas.get(id)) tx.raisedQuotas.update(id, { value })
  else tx.raisedQuotas.insert({ ...place, id, quotaCode: quota.code, value })
  const request = tx.serviceQuotaRequests.insert({
    ...place,
    id: tx.newId('quota').slice('quota-'.length),
    serviceCode: quota.serviceCode,
    quotaCode: quota.code,
    value,
    createdAt: caller.now.toISOString(),
  })
  return { RequestedQuota: toRequest(caller, request) }
}

function illegal(message: string): ApiError {
  return new ApiError('IllegalArgumentException', message)
}

export function getRequestedServiceQuotaChange(
  records: Records,
  caller: Caller,
  input: messages.GetRequestedServiceQuotaChangeRequest,
): messages.GetRequestedServiceQuotaChangeResponse {
  const request = requestsOf(records, caller).find(({ id }) => id === input.RequestId)
  if (!request) throw noSuchResource(`The request ${input.RequestId} does not exist.`)
  return { RequestedQuota: toRequest(caller, request) }
}

export function listRequestedServiceQuotaChangeHistory(
  records: Records,
  caller: Caller,
  input: messages.ListRequestedServiceQuotaChangeHistoryRequest,
): messages.ListRequestedServiceQuotaChangeHistoryResponse {
  const found = requestsOf(records, caller).filter(
    ({ serviceCode }) => serviceCode === (input.ServiceCode ?? serviceCode) && STATUS === (input.Status ?? STATUS),
  )
  const { items, nextToken } = page(found, input, ({ id }) => id)
  return { RequestedQuotas: items.map((one) => toRequest(caller, one)), NextToken: nextToken }
}

export function listRequestedServiceQuotaChangeHistoryByQuota(
  records: Records,
  caller: Caller,
  input: messages.ListRequestedServiceQuotaChangeHistoryByQuotaRequest,
): messages.ListRequestedServiceQuotaChangeHistoryByQuotaResponse {
  const { code } = requireQuota(input.ServiceCode, input.QuotaCode)
  const found = requestsOf(records, caller).filter(
    ({ quotaCode }) => quotaCode === code && STATUS === (input.Status ?? STATUS),
  )
  const { items, nextToken } = page(found, input, ({ id }) => id)
  return { RequestedQuotas: items.map((one) => toRequest(caller, one)), NextToken: nextToken }
}

function requestsOf({ serviceQuotaRequests }: Records, { account, region }: Caller): ServiceQuotaRequest[] {
  return serviceQuotaRequests.where('owner', account).filter((one) => one.region === region)
}

function toRequest(caller: Caller, request: ServiceQuotaRequest): messages.RequestedServiceQuotaChange {
  const quota = requireQuota(request.serviceCode, request.quotaCode)
  return {
    Id: request.id,
    ServiceCode: quota.serviceCode,
    ServiceName: QUOTA_SERVICES[quota.serviceCode],
    QuotaCode: quota.code,
    QuotaName: quota.name,
    DesiredValue: request.value,
    Status: STATUS,
    Requester: JSON.stringify({ accountId: caller.account }),
    QuotaArn: quotaArn(caller, quota),
    GlobalQuota: false,
    Unit: 'None',
  }
}
