// Settings of a stage's methods: logging, metrics and throttling are kept and shown, and have no effect.
// https://docs.aws.amazon.com/apigateway/latest/api/API_MethodSetting.html

import type { MethodSetting } from '@aws-sdk/client-api-gateway'
import { badRequest, notServed } from './errors.ts'
import { own } from './own.ts'
import type { Change } from './patch.ts'

/** What can be patched below `/{path}/{method}`. */
export const METHOD_SETTINGS = [
  'logging/loglevel',
  'logging/dataTrace',
  'metrics/enabled',
  'throttling/burstLimit',
  'throttling/rateLimit',
  'caching/enabled',
  'caching/ttlInSeconds',
  'caching/dataEncrypted',
  'caching/requireAuthorizationForCacheControl',
  'caching/unauthorizedCacheControlHeaderStrategy',
] as const

/** By path and method, such as `pets/GET`, where an asterisk is all of them; then by the setting. */
type Settings = Readonly<Record<string, Readonly<Record<string, string>>>>

export function changeMethodSetting(settings: Settings, setting: string, { op, value, names }: Change): Settings {
  if (setting === 'caching/enabled' && value === 'true') throw notServed('caching: caching/enabled')
  if (/limit$/i.test(setting) && op === 'replace' && Number.isNaN(Number(value))) {
    throw badRequest(`Invalid value for ${setting}: ${value}`)
  }
  const [path = '', method = ''] = names
  const key = `${path.replace(/^\//, '')}/${method}`
  const { [setting]: _, ...others } = own(settings, key) ?? {}
  const changed = op === 'remove' ? others : { ...others, [setting]: value }
  return { ...settings, [key]: changed }
}

export function methodSettingsShape(settings: Settings): Record<string, MethodSetting> {
  return Object.fromEntries(Object.entries(settings).map(([key, values]) => [key, shapeOf(values)]))
}

function shapeOf(values: Readonly<Record<string, string>>): MethodSetting {
  return {
    loggingLevel: values['logging/loglevel'],
    dataTraceEnabled: values['logging/dataTrace'] === 'true',
    metricsEnabled: values['metrics/enabled'] === 'true',
    throttlingBurstLimit: Number(values['throttling/burstLimit'] ?? 5000),
    throttlingRateLimit: Number(values['throttling/rateLimit'] ?? 10000),
    cachingEnabled: false,
    cacheTtlInSeconds: Number(values['caching/ttlInSeconds'] ?? 300),
    cacheDataEncrypted: values['caching/dataEncrypted'] === 'true',
    requireAuthorizationForCacheControl: values['caching/requireAuthorizationForCacheControl'] !== 'false',
    unauthorizedCacheControlHeaderStrategy: 'SUCCEED_WITH_RESPONSE_HEADER',
  }
}
