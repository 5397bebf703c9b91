// Route 53 hosted zones: the private ones that are associated with a VPC, and the public ones of everybody.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zones-private.html

import type { Vpc } from '../store/records.ts'
import type { HostedZone } from '../store/route53-records.ts'
import type { Records } from '../store/store.ts'
import { isHealthCheckHealthy } from './health-check.ts'
import type { HostedZoneNetwork } from './network.ts'
import { byId } from './order.ts'

/** None while the VPC has one of its DNS attributes off. */
export function compilePrivateZones(records: Records, vpc: Vpc): HostedZoneNetwork[] {
  if (!vpc.enableDnsSupport || !vpc.enableDnsHostnames) return []
  return records.hostedZoneAssociations
    .where('vpcId', vpc.id)
    .flatMap(({ hostedZoneId }) => {
      const zone = records.hostedZones.get(hostedZoneId)
      return zone ? [compileZone(records, zone)] : []
    })
    .sort(byId)
}

/** Public zones of one name may be many; the registrar's name servers are those of one. Here that is the oldest. */
export function compilePublicZones(records: Records): HostedZoneNetwork[] {
  const zones = [...records.hostedZones.where('isPrivate', false)].sort(byAge)
  const first = zones.filter((zone, index) => zones.findIndex(({ name }) => name === zone.name) === index)
  return first.map((zone) => compileZone(records, zone)).sort(byId)
}

function compileZone(records: Records, { id, name }: HostedZone): HostedZoneNetwork {
  const recordSets = [...records.resourceRecordSets.where('hostedZoneId', id)].sort(byId)
  const checks = [...new Set(recordSets.flatMap(({ healthCheckId }) => healthCheckId ?? []))].sort()
  const failingChecks = checks.filter((check) => !isHealthCheckHealthy(records, check))
  return { id, name, recordSets, ...(checks.length > 0 && { failingChecks }) }
}

function byAge(a: HostedZone, b: HostedZone): number {
  return a.createdAt === b.createdAt ? byId(a, b) : a.createdAt < b.createdAt ? -1 : 1
}
