// Whether a Route 53 health check is healthy: by what was observed of an endpoint, by other checks, or by an alarm.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html

import type { HealthCheck } from '../store/health-check-records.ts'
import type { Records } from '../store/store.ts'
import type { Network } from './network.ts'

/** Checks of checks of checks; deeper ones, which might lead around in a circle, are taken to be healthy. */
const DEEPEST = 8

export function compileHealthChecks(records: Records): Pick<Network, 'checksHealth'> {
  return records.healthChecks.size > 0 ? { checksHealth: true } : {}
}

/** One that is gone, or was not made often enough yet, counts as healthy, as with AWS. */
export function isHealthCheckHealthy(records: Records, id: string, depth = 0): boolean {
  const check = records.healthChecks.get(id)
  if (!check || depth > DEEPEST) return true
  const { Disabled: isDisabled = false, Inverted: isInverted = false } = check.config
  return (isDisabled || isSound(records, check, depth)) !== isInverted
}

function isSound(records: Records, { config, owner, observed }: HealthCheck, depth: number): boolean {
  switch (config.Type) {
    case 'CALCULATED': {
      const { ChildHealthChecks: children = [], HealthThreshold: least = 0 } = config
      return children.filter((child) => isHealthCheckHealthy(records, child, depth + 1)).length >= least
    }
    case 'CLOUDWATCH_METRIC': {
      const { Region: region, Name: name } = config.AlarmIdentifier ?? {}
      const alarm = records.metricAlarms.get(`arn:aws:cloudwatch:${region}:${owner}:alarm:${name}`)
      if (alarm?.state === 'OK' || alarm?.state === 'ALARM') return alarm.state === 'OK'
      return config.InsufficientDataHealthStatus !== 'Unhealthy'
    }
    default:
      return observed?.isHealthy ?? true
  }
}
