// Route 53's health checks: what is to be looked at. Who looks is telemetry/health-checks/.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHealthCheck.html

import { randomUUID } from 'node:crypto'
import type {
  CreateHealthCheckRequest,
  CreateHealthCheckResponse,
  DeleteHealthCheckRequest,
  GetHealthCheckCountRequest,
  GetHealthCheckCountResponse,
  GetHealthCheckLastFailureReasonRequest,
  GetHealthCheckLastFailureReasonResponse,
  GetHealthCheckRequest,
  GetHealthCheckResponse,
  GetHealthCheckStatusRequest,
  GetHealthCheckStatusResponse,
  HealthCheckConfig,
  HealthCheck as HealthCheckOutput,
  ListHealthChecksRequest,
  ListHealthChecksResponse,
  UpdateHealthCheckRequest,
  UpdateHealthCheckResponse,
} from '@aws-sdk/client-route-53'
import { HEALTH_CHECKER } from '../../compile/internet.ts'
import { ApiError } from '../../errors.ts'
import { parseAddress } from '../../ip/address.ts'
import type { HealthCheck, HealthObservation } from '../../store/health-check-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { invalidInput, requireParameter } from './errors.ts'
import { pageFrom, pageSize } from './pages.ts'

const OF_ENDPOINTS = ['HTTP', 'HTTPS', 'HTTP_STR_MATCH', 'HTTPS_STR_MATCH', 'TCP']
const OTHERS = ['CALCULATED', 'CLOUDWATCH_METRIC']
const MOST_CHILDREN = 256
const LONGEST_TEXT = 255

/** The same call again answers what the first one made. */
export function createHealthCheck(tx: Tx, caller: Caller, input: CreateHealthCheckRequest): CreateHealthCheckResponse {
  const callerReference = requireParameter('callerReference', input.CallerReference)
  const config = requireConfig(tx, caller, requireParameter('healthCheckConfig', input.HealthCheckConfig))
  const before = tx.healthChecks.where('owner', caller.account).find((one) => one.callerReference === callerReference)
  if (before && JSON.stringify(before.config) !== JSON.stringify(config)) {
    throw new ApiError(
      'HealthCheckAlreadyExists',
      `A health check with the caller reference ${callerReference} and other settings already exists.`,
      { status: 409 },
    )
  }
  const check =
    before ??
    tx.healthChecks.insert({
      id: randomUUID(),
      owner: caller.account,
      callerReference,
      version: 1,
      config,
      tags: {},
      createdAt: caller.now.toISOString(),
    })
  return {
    HealthCheck: toHealthCheck(check),
    Location: `https://route53.amazonaws.com/2013-04-01/healthcheck/${check.id}`,
  }
}

export function getHealthCheck(records: Records, caller: Caller, input: GetHealthCheckRequest): GetHealthCheckResponse {
  return { HealthCheck: toHealthCheck(requireHealthCheck(records, caller, input.HealthCheckId)) }
}

export function getHealthCheckCount(
  records: Records,
  caller: Caller,
  _input: GetHealthCheckCountRequest,
): GetHealthCheckCountResponse {
  return { HealthCheckCount: records.healthChecks.where('owner', caller.account).length }
}

/** As one checker sees it; AWS has some in each of several regions. */
export function getHealthCheckStatus(
  records: Records,
  caller: Caller,
  { HealthCheckId }: GetHealthCheckStatusRequest,
): GetHealthCheckStatusResponse {
  const { observed } = requireObservable(requireHealthCheck(records, caller, HealthCheckId))
  return { HealthCheckObservations: observed ? [toObservation(observed)] : [] }
}

export function getHealthCheckLastFailureReason(
  records: Records,
  caller: Caller,
  { HealthCheckId }: GetHealthCheckLastFailureReasonRequest,
): GetHealthCheckLastFailureReasonResponse {
  const { observed, lastFailure } = requireObservable(requireHealthCheck(records, caller, HealthCheckId))
  const failure = observed && !observed.isHealthy ? observed : lastFailure
  return { HealthCheckObservations: failure ? [toObservation(failure)] : [] }
}

function requireObservable(check: HealthCheck): HealthCheck {
  if (!OTHERS.includes(check.config.Type ?? '')) return check
  throw invalidInput(`Status is not available for health checks of type ${check.config.Type}.`)
}

function toObservation({ status, checkedAt }: HealthObservation) {
  return {
    Region: 'us-east-1',
    IPAddress: String(HEALTH_CHECKER),
    StatusReport: { Status: status, CheckedTime: new Date(checkedAt) },
  } as const
}

export function listHealthChecks(
  records: Records,
  caller: Caller,
  { Marker, MaxItems }: ListHealthChecksRequest,
): Omit<ListHealthChecksResponse, 'Marker'> & { readonly Marker?: string } {
  const all = records.healthChecks.where('owner', caller.account).toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const size = pageSize(MaxItems)
  const { page, next } = pageFrom(all, size, ({ id }) => Marker === undefined || id >= Marker)
  return {
    HealthChecks: page.map(toHealthCheck),
    ...(Marker !== undefined && { Marker }),
    IsTruncated: next !== undefined,
    ...(next && { NextMarker: next.id }),
    MaxItems: size,
  }
}

/** Kind, interval and latency stay as they were made; AWS's call has no members for them. */
export function updateHealthCheck(tx: Tx, caller: Caller, input: UpdateHealthCheckRequest): UpdateHealthCheckResponse {
  const { HealthCheckId, HealthCheckVersion, ResetElements = [], ...change } = input
  const check = requireHealthCheck(tx, caller, HealthCheckId)
  if (HealthCheckVersion !== undefined && HealthCheckVersion !== check.version) {
    throw new ApiError(
      'HealthCheckVersionMismatch',
      `The health check ${check.id} is at version ${check.version}, not ${HealthCheckVersion}.`,
      { status: 409 },
    )
  }
  const reset = new Set<string>(ResetElements)
  const kept = Object.entries(check.config).filter(([name]) => !reset.has(name))
  const changed = Object.entries(change).filter(([, value]) => value !== undefined)
  // Both are members of the one type.
  const wanted = Object.fromEntries([...kept, ...changed]) as unknown as HealthCheckConfig
  const config = requireConfig(tx, caller, wanted)
  return { HealthCheck: toHealthCheck(tx.healthChecks.update(check.id, { config, version: check.version + 1 })) }
}

export function deleteHealthCheck(tx: Tx, caller: Caller, input: DeleteHealthCheckRequest): Record<string, never> {
  const { id } = requireHealthCheck(tx, caller, input.HealthCheckId)
  const parent = tx.healthChecks
    .where('owner', caller.account)
    .find(({ config }) => config.ChildHealthChecks?.includes(id))
  if (parent) throw new ApiError('HealthCheckInUse', `The health check ${id} is a child of ${parent.id}.`)
  tx.healthChecks.delete(id)
  return {}
}

export function requireHealthCheck(records: Records, caller: Caller, id: string | undefined): HealthCheck {
  const check = records.healthChecks.get(requireParameter('healthCheckId', id))
  if (check?.owner === caller.account) return check
  throw new ApiError('NoSuchHealthCheck', `No health check found with ID: ${id}`, { status: 404 })
}

/** With AWS's defaults, in the order of the call. */
function requireConfig(records: Records, caller: Caller, given: HealthCheckConfig): HealthCheckConfig {
  const type = requireParameter('healthCheckConfig.type', given.Type)
  if (![...OF_ENDPOINTS, ...OTHERS].includes(type)) throw invalidInput(`Health checks of type ${type} are not served.`)
  const Inverted = given.Inverted ?? false
  const Disabled = given.Disabled ?? false
  if (type === 'CALCULATED') {
    requireChildren(records, caller, given)
    return { ...given, Inverted, Disabled }
  }
  if (type === 'CLOUDWATCH_METRIC') {
    if (!given.AlarmIdentifier?.Name || !given.AlarmIdentifier.Region) {
      throw invalidInput('A health check of type CLOUDWATCH_METRIC needs an AlarmIdentifier with Region and Name.')
    }
    return { ...given, Inverted, Disabled }
  }
  requireEndpoint(given)
  const isTls = type.startsWith('HTTPS')
  return {
    ...given,
    ...(given.Port === undefined && type !== 'TCP' && { Port: isTls ? 443 : 80 }),
    RequestInterval: requireOneOf('RequestInterval', given.RequestInterval ?? 30, [10, 30]),
    FailureThreshold: requireBetween('FailureThreshold', given.FailureThreshold ?? 3, 1, 10),
    MeasureLatency: given.MeasureLatency ?? false,
    Inverted,
    Disabled,
    EnableSNI: given.EnableSNI ?? isTls,
  }
}

function requireChildren(
  records: Records,
  caller: Caller,
  { ChildHealthChecks = [], HealthThreshold }: HealthCheckConfig,
) {
  if (HealthThreshold === undefined) throw invalidInput('A health check of type CALCULATED needs a HealthThreshold.')
  if (ChildHealthChecks.length > MOST_CHILDREN)
    throw invalidInput(`A health check has at most ${MOST_CHILDREN} children.`)
  for (const id of ChildHealthChecks) {
    if (records.healthChecks.get(id)?.owner !== caller.account)
      throw invalidInput(`No health check found with ID: ${id}`)
  }
}

function requireEndpoint(given: HealthCheckConfig): void {
  const { IPAddress: address, FullyQualifiedDomainName: name, Type: type, SearchString: text, Port: port } = given
  if (!address && !name) throw invalidInput('A health check needs an IPAddress or a FullyQualifiedDomainName.')
  if (address && !parseAddress(address)) throw invalidInput(`Invalid IP address: ${address}`)
  if (type === 'TCP' && port === undefined) throw invalidInput('A health check of type TCP needs a Port.')
  if (port !== undefined) requireBetween('Port', port, 1, 65_535)
  if (type?.endsWith('_STR_MATCH') !== (text !== undefined && text !== '')) {
    throw invalidInput('SearchString is for the types HTTP_STR_MATCH and HTTPS_STR_MATCH, which need one.')
  }
  for (const [member, value = ''] of Object.entries({ name, text, path: given.ResourcePath })) {
    if (value.length > LONGEST_TEXT)
      throw invalidInput(`The ${member} of a health check has at most ${LONGEST_TEXT} characters.`)
  }
}

function requireBetween(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw invalidInput(`${name} must be between ${least} and ${most}, not ${value}.`)
}

function requireOneOf(name: string, value: number, choices: readonly number[]): number {
  if (choices.includes(value)) return value
  throw invalidInput(`${name} must be one of ${choices.join(', ')}, not ${value}.`)
}

function toHealthCheck({ id, callerReference, version, config }: HealthCheck): HealthCheckOutput {
  return { Id: id, CallerReference: callerReference, HealthCheckConfig: config, HealthCheckVersion: version }
}
