// What Service Quotas' operations take and give: https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/Welcome.html
// The wire tables are made of these declarations (scripts/declared-tables.ts). One member a line.

export interface ServiceQuota {
  readonly ServiceCode?: string | undefined
  readonly ServiceName?: string | undefined
  readonly QuotaArn?: string | undefined
  readonly QuotaCode?: string | undefined
  readonly QuotaName?: string | undefined
  readonly Value?: number | undefined
  readonly Unit?: string | undefined
  readonly Adjustable?: boolean | undefined
  readonly GlobalQuota?: boolean | undefined
  readonly QuotaAppliedAtLevel?: string | undefined
}

export interface ServiceInfo {
  readonly ServiceCode?: string | undefined
  readonly ServiceName?: string | undefined
}

export interface RequestedServiceQuotaChange {
  readonly Id?: string | undefined
  readonly ServiceCode?: string | undefined
  readonly ServiceName?: string | undefined
  readonly QuotaCode?: string | undefined
  readonly QuotaName?: string | undefined
  readonly DesiredValue?: number | undefined
  readonly Status?: string | undefined
  readonly Requester?: string | undefined
  readonly QuotaArn?: string | undefined
  readonly GlobalQuota?: boolean | undefined
  readonly Unit?: string | undefined
}

export interface GetServiceQuotaRequest {
  readonly ServiceCode?: string | undefined
  readonly QuotaCode?: string | undefined
}

export interface GetServiceQuotaResponse {
  readonly Quota?: ServiceQuota | undefined
}

export interface GetAWSDefaultServiceQuotaRequest {
  readonly ServiceCode?: string | undefined
  readonly QuotaCode?: string | undefined
}

export interface GetAWSDefaultServiceQuotaResponse {
  readonly Quota?: ServiceQuota | undefined
}

export interface ListServiceQuotasRequest {
  readonly ServiceCode?: string | undefined
  readonly QuotaCode?: string | undefined
  readonly NextToken?: string | undefined
  readonly MaxResults?: number | undefined
}

export interface ListServiceQuotasResponse {
  readonly NextToken?: string | undefined
  readonly Quotas?: readonly ServiceQuota[] | undefined
}

export interface ListAWSDefaultServiceQuotasRequest {
  readonly ServiceCode?: string | undefined
  readonly NextToken?: string | undefined
  readonly MaxResults?: number | undefined
}

export interface ListAWSDefaultServiceQuotasResponse {
  readonly NextToken?: string | undefined
  readonly Quotas?: readonly ServiceQuota[] | undefined
}

export interface ListServicesRequest {
  readonly NextToken?: string | undefined
  readonly MaxResults?: number | undefined
}

export interface ListServicesResponse {
  readonly NextToken?: string | undefined
  readonly Services?: readonly ServiceInfo[] | undefined
}

export interface RequestServiceQuotaIncreaseRequest {
  readonly ServiceCode?: string | undefined
  readonly QuotaCode?: string | undefined
  readonly DesiredValue?: number | undefined
}

export interface RequestServiceQuotaIncreaseResponse {
  readonly RequestedQuota?: RequestedServiceQuotaChange | undefined
}

export interface GetRequestedServiceQuotaChangeRequest {
  readonly RequestId?: string | undefined
}

export interface GetRequestedServiceQuotaChangeResponse {
  readonly RequestedQuota?: RequestedServiceQuotaChange | undefined
}

export interface ListRequestedServiceQuotaChangeHistoryRequest {
  readonly ServiceCode?: string | undefined
  readonly Status?: string | undefined
  readonly NextToken?: string | undefined
  readonly MaxResults?: number | undefined
}

export interface ListRequestedServiceQuotaChangeHistoryResponse {
  readonly NextToken?: string | undefined
  readonly RequestedQuotas?: readonly RequestedServiceQuotaChange[] | undefined
}

export interface ListRequestedServiceQuotaChangeHistoryByQuotaRequest {
  readonly ServiceCode?: string | undefined
  readonly QuotaCode?: string | undefined
  readonly Status?: string | undefined
  readonly NextToken?: string | undefined
  readonly MaxResults?: number | undefined
}

export interface ListRequestedServiceQuotaChangeHistoryByQuotaResponse {
  readonly NextToken?: string | undefined
  readonly RequestedQuotas?: readonly RequestedServiceQuotaChange[] | undefined
}
