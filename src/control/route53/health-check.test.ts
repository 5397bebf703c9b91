// Health checks as they are made, shown, changed and deleted, and how they are found to be.

import { beforeEach, expect, test } from 'vitest'
import { CALLER, openWorld, refusal, STRANGER, type World } from '../ec2/request/testing.ts'
import {
  createHealthCheck,
  deleteHealthCheck,
  getHealthCheck,
  getHealthCheckCount,
  getHealthCheckLastFailureReason,
  getHealthCheckStatus,
  listHealthChecks,
  updateHealthCheck,
} from './health-check.ts'
import { changeTagsForResource, listTagsForResource } from './tags.ts'

type Config = NonNullable<Parameters<typeof createHealthCheck>[2]['HealthCheckConfig']>

const HTTPS: Config = { Type: 'HTTPS', FullyQualifiedDomainName: 'app.example.com', ResourcePath: '/health' }

let world: World
let references = 0
beforeEach(async () => {
  world = await openWorld()
})

function create(HealthCheckConfig: Config, CallerReference = `ref-${references++}`): string {
  return world.write(createHealthCheck, { CallerReference, HealthCheckConfig }).HealthCheck?.Id ?? ''
}

test('CreateHealthCheck fills in what AWS fills in', () => {
  const HealthCheckId = create(HTTPS, 'once')
  const shown = { RequestInterval: 30, FailureThreshold: 3, MeasureLatency: false, Inverted: false, Disabled: false }
  expect(world.read(getHealthCheck, { HealthCheckId }).HealthCheck).toEqual({
    Id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    CallerReference: 'once',
    HealthCheckVersion: 1,
    HealthCheckConfig: { ...HTTPS, ...shown, Port: 443, EnableSNI: true },
  })
  expect(create(HTTPS, 'once')).toBe(HealthCheckId)
  refusal(() => create({ ...HTTPS, Port: 8443 }, 'once'), 'HealthCheckAlreadyExists')
  expect(world.read(getHealthCheckCount, {}).HealthCheckCount).toBe(1)
})

test('UpdateHealthCheck changes and resets, and knows its version', () => {
  const HealthCheckId = create(HTTPS)
  const update = (change: object) => world.write(updateHealthCheck, { HealthCheckId, ...change }).HealthCheck
  expect(update({ HealthCheckVersion: 1, FailureThreshold: 5 })).toMatchObject({
    HealthCheckVersion: 2,
    HealthCheckConfig: { FailureThreshold: 5, ResourcePath: '/health' },
  })
  expect(update({ ResetElements: ['ResourcePath'] })?.HealthCheckConfig?.ResourcePath).toBeUndefined()
  refusal(() => update({ HealthCheckVersion: 1 }), 'HealthCheckVersionMismatch')
})

test('ListHealthChecks in pages, with tags, and DeleteHealthCheck spares the children of others', () => {
  const ids = [create(HTTPS), create({ Type: 'TCP', IPAddress: '192.0.2.1', Port: 22 })]
  const parent = create({ Type: 'CALCULATED', HealthThreshold: 1, ChildHealthChecks: ids })
  const first = world.read(listHealthChecks, { MaxItems: 2 })
  expect(first).toMatchObject({ IsTruncated: true, HealthChecks: [{}, {}] })
  expect(world.read(listHealthChecks, { Marker: first.NextMarker }).HealthChecks).toHaveLength(1)
  const named = { ResourceType: 'healthcheck', ResourceId: parent } as const
  world.write(changeTagsForResource, { ...named, AddTags: [{ Key: 'Name', Value: 'all' }] })
  expect(world.read(listTagsForResource, named).ResourceTagSet).toEqual({
    ...named,
    Tags: [{ Key: 'Name', Value: 'all' }],
  })
  refusal(() => world.write(deleteHealthCheck, { HealthCheckId: ids[0] }), 'HealthCheckInUse')
  for (const HealthCheckId of [parent, ...ids]) world.write(deleteHealthCheck, { HealthCheckId })
  expect(world.read(listHealthChecks, {}).HealthChecks).toEqual([])
})

test('a health check of another account is not there', () => {
  const HealthCheckId = create(HTTPS)
  refusal(() => world.read(getHealthCheck, { HealthCheckId }, STRANGER), 'NoSuchHealthCheck')
  refusal(() => world.write(deleteHealthCheck, { HealthCheckId }, STRANGER), 'NoSuchHealthCheck')
  expect(world.read(listHealthChecks, {}, STRANGER).HealthChecks).toEqual([])
  expect(world.read(listHealthChecks, {}, CALLER).HealthChecks).toHaveLength(1)
})

test.each([
  [{ ...HTTPS, Type: 'RECOVERY_CONTROL' }],
  [{ Type: 'HTTP' }],
  [{ Type: 'HTTP', IPAddress: '10.0.0' }],
  [{ Type: 'TCP', IPAddress: '192.0.2.1' }],
  [{ ...HTTPS, SearchString: 'ok' }],
  [{ ...HTTPS, Type: 'HTTPS_STR_MATCH' }],
  [{ ...HTTPS, RequestInterval: 20 }],
  [{ ...HTTPS, FailureThreshold: 11 }],
  [{ Type: 'CALCULATED' }],
  [{ Type: 'CALCULATED', HealthThreshold: 1, ChildHealthChecks: ['none'] }],
  [{ Type: 'CLOUDWATCH_METRIC' }],
] as const)('CreateHealthCheck refuses %j', (config) => {
  // The table's lists are read-only.
  refusal(() => create(config as unknown as Config), 'InvalidInput')
})

test('GetHealthCheckStatus and GetHealthCheckLastFailureReason tell what was observed', () => {
  const HealthCheckId = create(HTTPS)
  const status = () => world.read(getHealthCheckStatus, { HealthCheckId }).HealthCheckObservations
  const failure = () => world.read(getHealthCheckLastFailureReason, { HealthCheckId }).HealthCheckObservations
  expect([status(), failure()]).toEqual([[], []])
  const checkedAt = '2026-01-01T00:00:00.000Z'
  const [good, bad] = [
    { isHealthy: true, status: 'Success: HTTP Status Code 200, OK', checkedAt },
    { isHealthy: false, status: 'Failure: HTTP Status Code 503, Service Unavailable', checkedAt },
  ]
  world.store.transact((tx) => tx.healthChecks.update(HealthCheckId, { observed: good, lastFailure: bad }))
  const shown = (Status: string) => [
    { Region: 'us-east-1', IPAddress: '15.177.0.10', StatusReport: { Status, CheckedTime: new Date(checkedAt) } },
  ]
  expect([status(), failure()]).toEqual([shown(good.status), shown(bad.status)])
  const parent = create({ Type: 'CALCULATED', ChildHealthChecks: [HealthCheckId], HealthThreshold: 1 })
  refusal(() => world.read(getHealthCheckStatus, { HealthCheckId: parent }), 'InvalidInput')
})
