// Hosted zones as the API shows them.

import type { DelegationSet, HostedZone as HostedZoneShape } from '@aws-sdk/client-route-53'
import { formatDomainName } from '../../compile/domain-name.ts'
import type { HostedZone } from '../../store/route53-records.ts'
import type { Records } from '../../store/store.ts'

/** As the SDK's `VPC`, which has an enum of the regions. */
export interface VpcShape {
  readonly VPCRegion: string
  readonly VPCId: string
}

export function toHostedZone({ resourceRecordSets }: Records, zone: HostedZone): HostedZoneShape {
  return {
    Id: `/hostedzone/${zone.id}`,
    Name: formatDomainName(zone.name),
    CallerReference: zone.callerReference,
    Config: { ...(zone.comment && { Comment: zone.comment }), PrivateZone: zone.isPrivate },
    ResourceRecordSetCount: resourceRecordSets.where('hostedZoneId', zone.id).length,
  }
}

export function toDelegationSet({ nameServers }: HostedZone): DelegationSet {
  return { NameServers: [...nameServers] }
}

/** The VPCs in which the zone answers. */
export function vpcsOf({ hostedZoneAssociations }: Records, { id }: HostedZone): VpcShape[] {
  return hostedZoneAssociations.where('hostedZoneId', id).map(({ vpcId, region }) => vpcShape(vpcId, region))
}

export function vpcShape(vpcId: string, region: string): VpcShape {
  return { VPCRegion: region, VPCId: vpcId }
}
