// Sets that are chosen by failover, Region, place or several at once, as the API takes and shows them.

import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53'
import { beforeEach, expect, test } from 'vitest'
import { openWorld, refusal, type World } from '../ec2/request/testing.ts'
import { changeResourceRecordSets } from './change-batch.ts'
import { createHealthCheck } from './health-check.ts'
import { createHostedZone } from './hosted-zone.ts'
import { listResourceRecordSets } from './record-set-list.ts'

let world: World
let HostedZoneId: string
let HealthCheckId: string
beforeEach(async () => {
  world = await openWorld()
  HostedZoneId = world.write(createHostedZone, { Name: 'a.test', CallerReference: 'a' }).HostedZone?.Id ?? ''
  const HealthCheckConfig = { Type: 'TCP' as const, IPAddress: '192.0.2.1', Port: 80 }
  HealthCheckId = world.write(createHealthCheck, { CallerReference: 'c', HealthCheckConfig }).HealthCheck?.Id ?? ''
})

function set(SetIdentifier: string, members: Partial<ResourceRecordSet>): ResourceRecordSet {
  const ResourceRecords = [{ Value: '192.0.2.1' }]
  return { Name: 'www.a.test.', Type: 'A', SetIdentifier, ...members, TTL: 60, ResourceRecords }
}

function change(Action: Change['Action'], ...sets: ResourceRecordSet[]) {
  const Changes = sets.map((one) => ({ Action, ResourceRecordSet: one }))
  return world.write(changeResourceRecordSets, { HostedZoneId, ChangeBatch: { Changes } })
}

test.each<[string, Partial<ResourceRecordSet>, Partial<ResourceRecordSet>]>([
  ['failover', { Failover: 'PRIMARY' }, { Failover: 'SECONDARY' }],
  ['latency', { Region: 'eu-west-1' }, { Region: 'us-east-1' }],
  ['geolocation', { GeoLocation: { CountryCode: 'US', SubdivisionCode: 'VA' } }, { GeoLocation: { CountryCode: '*' } }],
  ['geolocation of continents', { GeoLocation: { ContinentCode: 'EU' } }, { GeoLocation: { ContinentCode: 'AS' } }],
])('%s: reads back what was sent, deletes by it, and takes no second of a place', (_, one, other) => {
  const sets = [set('a', { ...one, HealthCheckId }), set('b', other)]
  change('CREATE', ...sets)
  const { ResourceRecordSets } = world.read(listResourceRecordSets, { HostedZoneId, StartRecordName: 'www.a.test' })
  expect(ResourceRecordSets).toEqual(sets)
  const again = refusal(() => change('CREATE', set('c', one)), 'InvalidChangeBatch')
  expect(again).toContain('SetIdentifier c cannot be created because another')
  expect(refusal(() => change('CREATE', set('c', { Weight: 1 })), 'InvalidChangeBatch')).toMatch(/because a \w+ RRSet/)
  expect(refusal(() => change('DELETE', set('a', one)), 'InvalidChangeBatch')).toContain('do not match')
  change('DELETE', ...sets)
})

test('several values at once may be alike, and a check must be there', () => {
  change('CREATE', ...['a', 'b', 'c'].map((id) => set(id, { MultiValueAnswer: true, HealthCheckId })))
  const none = '00000000-0000-0000-0000-000000000000'
  refusal(() => change('UPSERT', set('a', { MultiValueAnswer: true, HealthCheckId: none })), 'NoSuchHealthCheck')
})
