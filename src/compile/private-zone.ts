// Private hosted zones: those that are associated with a VPC, with their records.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zones-private.html

import type { Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { PrivateZoneNetwork } from './network.ts'
import { byId } from './order.ts'

/** None while the VPC has one of its DNS attributes off. */
export function compilePrivateZones(records: Records, vpc: Vpc): PrivateZoneNetwork[] {
  if (!vpc.enableDnsSupport || !vpc.enableDnsHostnames) return []
  return records.hostedZoneAssociations
    .where('vpcId', vpc.id)
    .flatMap(({ hostedZoneId }) => {
      const zone = records.hostedZones.get(hostedZoneId)
      if (!zone) return []
      const recordSets = [...records.resourceRecordSets.where('hostedZoneId', zone.id)].sort(byId)
      return [{ id: zone.id, name: zone.name, recordSets }]
    })
    .sort(byId)
}
