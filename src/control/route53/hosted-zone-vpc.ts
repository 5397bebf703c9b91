// The VPCs of a private hosted zone, also those of other accounts that the zone's owner authorised.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-associate-vpcs-different-accounts.html

import type {
  AssociateVPCWithHostedZoneRequest,
  AssociateVPCWithHostedZoneResponse,
  CreateVPCAssociationAuthorizationRequest,
  DeleteVPCAssociationAuthorizationRequest,
  DisassociateVPCFromHostedZoneRequest,
  DisassociateVPCFromHostedZoneResponse,
  ListVPCAssociationAuthorizationsRequest,
  VPC,
} from '@aws-sdk/client-route-53'
import { isRegion } from '../../catalogue/regions.ts'
import { ApiError } from '../../errors.ts'
import type { Vpc } from '../../store/records.ts'
import type { HostedZone } from '../../store/route53-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { hiddenZones } from '../ec2/endpoint/private-dns.ts'
import { newChange } from './change.ts'
import { requireParameter } from './errors.ts'
import { requireAnyZone, requireOwnVpc, requireZone } from './find.ts'
import { pageFrom, pageSize } from './pages.ts'
import { type VpcShape, vpcShape } from './shapes.ts'

export function associateVpcWithHostedZone(
  tx: Tx,
  caller: Caller,
  { HostedZoneId, VPC, Comment }: AssociateVPCWithHostedZoneRequest,
): AssociateVPCWithHostedZoneResponse {
  const zone = requirePrivate(requireAnyZone(tx, HostedZoneId))
  const vpc = requireOwnVpc(tx, caller, requireParameter('vPC', VPC))
  if (zone.owner !== caller.account && !tx.vpcAssociationAuthorizations.has(pairId(zone, vpc.id))) {
    throw new ApiError(
      'NotAuthorizedException',
      `Associating the specified VPC ${vpc.id} with the specified hosted zone ${zone.id} has not been authorized.`,
      { status: 401 },
    )
  }
  checkConflict(tx, vpc, zone.name)
  insertAssociation(tx, zone, vpc)
  return { ChangeInfo: newChange(tx, caller, Comment) }
}

/** The zone's owner and the VPC's owner may both do it; the last VPC stays. */
export function disassociateVpcFromHostedZone(
  tx: Tx,
  caller: Caller,
  { HostedZoneId, VPC, Comment }: DisassociateVPCFromHostedZoneRequest,
): DisassociateVPCFromHostedZoneResponse {
  const zone = requirePrivate(requireAnyZone(tx, HostedZoneId))
  const id = pairId(zone, requireParameter('vPC.vPCId', VPC?.VPCId))
  const association = tx.hostedZoneAssociations.get(id)
  const isOwn = zone.owner === caller.account || tx.vpcs.get(association?.vpcId ?? '')?.owner === caller.account
  if (!association || !isOwn) {
    const message = `The specified VPC ${VPC?.VPCId} and hosted zone ${zone.id} are not currently associated.`
    throw new ApiError('VPCAssociationNotFound', message, { status: 404 })
  }
  if (tx.hostedZoneAssociations.where('hostedZoneId', zone.id).length === 1) {
    throw new ApiError(
      'LastVPCAssociation',
      `The VPC ${association.vpcId} is the last one associated with the private hosted zone ${zone.id}; it cannot be disassociated.`,
    )
  }
  tx.hostedZoneAssociations.delete(id)
  return { ChangeInfo: newChange(tx, caller, Comment) }
}

export function createVpcAssociationAuthorization(
  tx: Tx,
  caller: Caller,
  { HostedZoneId, VPC }: CreateVPCAssociationAuthorizationRequest,
): { readonly HostedZoneId: string; readonly VPC: VpcShape } {
  const zone = requirePrivate(requireZone(tx, caller, HostedZoneId))
  const { id: vpcId, region } = requireVpc(tx, VPC)
  const id = pairId(zone, vpcId)
  // Asking again is no error.
  if (!tx.vpcAssociationAuthorizations.has(id)) {
    tx.vpcAssociationAuthorizations.insert({ id, hostedZoneId: zone.id, vpcId, region })
  }
  return { HostedZoneId: zone.id, VPC: vpcShape(vpcId, region) }
}

/** What is associated already stays so. */
export function deleteVpcAssociationAuthorization(
  tx: Tx,
  caller: Caller,
  { HostedZoneId, VPC }: DeleteVPCAssociationAuthorizationRequest,
): Record<string, never> {
  const zone = requireZone(tx, caller, HostedZoneId)
  const id = pairId(zone, requireParameter('vPC.vPCId', VPC?.VPCId))
  if (!tx.vpcAssociationAuthorizations.has(id)) {
    const message = `The VPC ${VPC?.VPCId} is not authorized to be associated with the hosted zone ${zone.id}.`
    throw new ApiError('VPCAssociationAuthorizationNotFound', message, { status: 404 })
  }
  tx.vpcAssociationAuthorizations.delete(id)
  return {}
}

export function listVpcAssociationAuthorizations(
  records: Records,
  caller: Caller,
  { HostedZoneId, MaxResults, NextToken }: ListVPCAssociationAuthorizationsRequest,
): { readonly HostedZoneId: string; readonly VPCs: VpcShape[]; readonly NextToken?: string } {
  const zone = requireZone(records, caller, HostedZoneId)
  const all = records.vpcAssociationAuthorizations.where('hostedZoneId', zone.id)
  const size = pageSize(MaxResults, 50)
  const { page, next } = pageFrom(all, size, ({ vpcId }) => NextToken === undefined || vpcId === NextToken)
  return {
    HostedZoneId: zone.id,
    VPCs: page.map(({ vpcId, region }) => vpcShape(vpcId, region)),
    ...(next && { NextToken: next.vpcId }),
  }
}

export function insertAssociation(tx: Tx, zone: HostedZone, { id: vpcId, region }: Vpc): void {
  tx.hostedZoneAssociations.insert({ id: pairId(zone, vpcId), hostedZoneId: zone.id, vpcId, region })
}

/** A VPC has one private zone of a name, be it a user's or an endpoint's hidden one. */
export function checkConflict(records: Records, vpc: Vpc, name: string): void {
  const own = records.hostedZoneAssociations
    .where('vpcId', vpc.id)
    .find(({ hostedZoneId }) => records.hostedZones.get(hostedZoneId)?.name === name)?.hostedZoneId
  const conflict = own ?? hiddenZones(records, vpc.id).find((zone) => zone.name === name)?.zoneId
  if (conflict === undefined) return
  throw new ApiError(
    'ConflictingDomainExists',
    `The VPC ${vpc.id} in region ${vpc.region} has already been associated with the hosted zone ${conflict} with the same domain name.`,
  )
}

function pairId(zone: HostedZone, vpcId: string): string {
  return `${zone.id}/${vpcId}`
}

/** The VPC of anybody. */
function requireVpc({ vpcs }: Records, parameter: VPC | undefined): Vpc {
  const { VPCId: id = '', VPCRegion: region = '' } = requireParameter('vPC', parameter)
  const vpc = vpcs.get(id)
  if (vpc && isRegion(region) && vpc.region === region) return vpc
  throw new ApiError('InvalidVPCId', `The VPC ID ${id} is not valid in the region ${region}.`)
}

function requirePrivate(zone: HostedZone): HostedZone {
  if (zone.isPrivate) return zone
  throw new ApiError(
    'PublicZoneVPCAssociation',
    "You're trying to associate a VPC with a public hosted zone. Amazon Route 53 doesn't support associating a VPC with a public hosted zone.",
  )
}
