// What makes a health check healthy.

import { expect, test } from 'vitest'
import { openWorld } from '../control/ec2/request/testing.ts'
import type { HealthCheck } from '../store/health-check-records.ts'
import type { AlarmState, MetricAlarm } from '../store/monitoring-records.ts'
import { isHealthCheckHealthy } from './health-check.ts'

const OWNER = '123456789012'
const world = await openWorld()

let checks = 0

function check(config: Partial<HealthCheck['config']>, isHealthy?: boolean): string {
  const id = `check-${checks++}`
  const observed = isHealthy === undefined ? {} : { observed: { isHealthy, status: '', checkedAt: '' } }
  const made = { id, owner: OWNER, callerReference: id, version: 1, tags: {}, createdAt: '', ...observed }
  world.store.transact((tx) => tx.healthChecks.insert({ ...made, config: { Type: 'TCP', ...config } }))
  return id
}

function alarm(name: string, state: AlarmState) {
  const id = `arn:aws:cloudwatch:us-east-1:${OWNER}:alarm:${name}`
  // Only these are looked at.
  const record = { id, owner: OWNER, name, state } as unknown as MetricAlarm
  world.store.transact((tx) => tx.metricAlarms.insert(record))
  return { Type: 'CLOUDWATCH_METRIC' as const, AlarmIdentifier: { Region: 'us-east-1' as const, Name: name } }
}

const up = check({}, true)
const down = check({}, false)
const three = { Type: 'CALCULATED' as const, ChildHealthChecks: [up, down, up] }
const quiet = alarm('quiet', 'INSUFFICIENT_DATA')

test.each<[string, string, boolean]>([
  ['an endpoint that answered', up, true],
  ['an endpoint that did not', down, false],
  ['one that nobody has looked at yet', check({}), true],
  ['one that is gone', 'none', true],
  ['an inverted one', check({ Inverted: true }, false), true],
  ['a disabled one', check({ Disabled: true }, false), true],
  ['a disabled, inverted one', check({ Disabled: true, Inverted: true }, false), false],
  ['two of three', check({ ...three, HealthThreshold: 2 }), true],
  ['three of three', check({ ...three, HealthThreshold: 3 }), false],
  ['an alarm that is OK', check(alarm('ok', 'OK')), true],
  ['an alarm', check(alarm('loud', 'ALARM')), false],
  ['an alarm without data', check(quiet), true],
  ['an alarm without data, where that is bad', check({ ...quiet, InsufficientDataHealthStatus: 'Unhealthy' }), false],
  ['an alarm that is gone', check({ ...quiet, AlarmIdentifier: { Region: 'us-east-1', Name: 'none' } }), true],
])('%s', (_, id, isHealthy) => {
  expect(isHealthCheckHealthy(world.store.records, id)).toBe(isHealthy)
})
