import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startVpcEndpointServicePrivateDnsVerification } from '../control/ec2/endpoint-service/private-dns-name.ts'
import { openServiceWorld, PROVIDER, type ServiceWorld } from '../control/ec2/endpoint-service/testing.ts'
import { changeResourceRecordSets } from '../control/route53/change-batch.ts'
import { createHostedZone } from '../control/route53/hosted-zone.ts'
import { followPrivateDnsNames } from './private-dns-checks.ts'

let at: ServiceWorld
let service: string
let time: Date
let end: () => void
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'] })
  at = await openServiceWorld()
  service = at.service({ PrivateDnsName: 'a.example.com' })
  time = PROVIDER.now
  at.world.write(startVpcEndpointServicePrivateDnsVerification, { ServiceId: service })
  end = followPrivateDnsNames({ store: at.world.store, now: () => time, log: () => undefined })
})
afterEach(() => {
  end()
  vi.useRealTimers()
})

const found = () => at.world.store.records.endpointServices.get(service)?.privateDnsName

function addRecord(): void {
  const { HostedZone } = at.world.write(createHostedZone, { Name: 'example.com', CallerReference: 'x' })
  const ResourceRecords = [{ Value: `"${found()?.recordValue}"` }]
  const Name = `${found()?.recordName}.example.com`
  const Changes = [
    { Action: 'CREATE' as const, ResourceRecordSet: { Name, Type: 'TXT' as const, TTL: 60, ResourceRecords } },
  ]
  at.world.write(changeResourceRecordSets, { HostedZoneId: HostedZone?.Id, ChangeBatch: { Changes } })
}

test('a record is found as soon as it is there', () => {
  addRecord()
  expect(found()?.state).toBe('pendingVerification')
  vi.advanceTimersByTime(1)
  expect(found()?.state).toBe('verified')
})

test('one that does not come is waited for three days', () => {
  time = new Date(time.getTime() + 72 * 3_600_000)
  vi.advanceTimersByTime(599_000)
  expect(found()?.state).toBe('pendingVerification')
  vi.advanceTimersByTime(1_000)
  expect(found()?.state).toBe('failed')
})

test('nothing is looked for once it ended, nor written when nothing changed', () => {
  const { revision } = at.world.store
  vi.advanceTimersByTime(600_000)
  expect(at.world.store.revision).toBe(revision)
  end()
  addRecord()
  vi.advanceTimersByTime(1_200_000)
  expect(found()?.state).toBe('pendingVerification')
})
