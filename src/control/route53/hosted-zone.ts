// Hosted zones. https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html

import type {
  CreateHostedZoneRequest,
  CreateHostedZoneResponse,
  DelegationSet,
  DeleteHostedZoneRequest,
  DeleteHostedZoneResponse,
  GetHostedZoneCountResponse,
  GetHostedZoneRequest,
  GetHostedZoneResponse,
  UpdateHostedZoneCommentRequest,
  UpdateHostedZoneCommentResponse,
} from '@aws-sdk/client-route-53'
import { parseDomainName } from '../../compile/domain-name.ts'
import { ApiError } from '../../errors.ts'
import type { HostedZone } from '../../store/route53-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { newChange, newZoneId } from './change.ts'
import { firstRecordSets, nameServersFor } from './delegation.ts'
import { refuseUnserved, requireParameter } from './errors.ts'
import { requireOwnVpc, requireZone } from './find.ts'
import { checkConflict, insertAssociation } from './hosted-zone-vpc.ts'
import { toDelegationSet, toHostedZone, type VpcShape, vpcShape, vpcsOf } from './shapes.ts'

const LONGEST_COMMENT = 256

/** The SDK's types want the delegation set, which a private zone has not. */
interface CreatedHostedZone extends Omit<CreateHostedZoneResponse, 'DelegationSet' | 'VPC'> {
  readonly DelegationSet?: DelegationSet
  readonly VPC?: VpcShape
}

interface ShownHostedZone extends Omit<GetHostedZoneResponse, 'VPCs'> {
  readonly VPCs?: VpcShape[]
}

/** The same caller reference makes nothing twice: that is an error here, as it is in AWS. */
export function createHostedZone(tx: Tx, caller: Caller, input: CreateHostedZoneRequest): CreatedHostedZone {
  refuseUnserved('DelegationSetId', input.DelegationSetId)
  const name = requireZoneName(input.Name)
  const callerReference = requireParameter('callerReference', input.CallerReference)
  const comment = requireComment(input.HostedZoneConfig?.Comment)
  const used = tx.hostedZones.where('owner', caller.account).some((zone) => zone.callerReference === callerReference)
  if (used) {
    const message = 'A hosted zone has already been created with the specified caller reference.'
    throw new ApiError('HostedZoneAlreadyExists', message)
  }
  const vpc = input.VPC && requireOwnVpc(tx, caller, input.VPC)
  if (!vpc && input.HostedZoneConfig?.PrivateZone) {
    throw new ApiError('InvalidInput', 'When you create a private hosted zone, you must specify a VPC.')
  }
  if (vpc) checkConflict(tx, vpc, name)
  const isPrivate = vpc !== undefined
  const zone = tx.hostedZones.insert({
    id: newZoneId(tx),
    owner: caller.account,
    name,
    callerReference,
    comment,
    isPrivate,
    nameServers: nameServersFor(tx, isPrivate),
    tags: {},
    createdAt: caller.now.toISOString(),
  })
  for (const recordSet of firstRecordSets(zone)) tx.resourceRecordSets.insert(recordSet)
  if (vpc) insertAssociation(tx, zone, vpc)
  return {
    HostedZone: toHostedZone(tx, zone),
    ChangeInfo: newChange(tx, caller),
    ...(vpc ? { VPC: vpcShape(vpc.id, vpc.region) } : { DelegationSet: toDelegationSet(zone) }),
    Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${zone.id}`,
  }
}

export function getHostedZone(records: Records, caller: Caller, { Id }: GetHostedZoneRequest): ShownHostedZone {
  const zone = requireZone(records, caller, Id)
  return {
    HostedZone: toHostedZone(records, zone),
    ...(zone.isPrivate ? { VPCs: vpcsOf(records, zone) } : { DelegationSet: toDelegationSet(zone) }),
  }
}

export function getHostedZoneCount(records: Records, caller: Caller): GetHostedZoneCountResponse {
  return { HostedZoneCount: records.hostedZones.where('owner', caller.account).length }
}

export function updateHostedZoneComment(
  tx: Tx,
  caller: Caller,
  { Id, Comment }: UpdateHostedZoneCommentRequest,
): UpdateHostedZoneCommentResponse {
  const { id } = requireZone(tx, caller, Id)
  return { HostedZone: toHostedZone(tx, tx.hostedZones.update(id, { comment: requireComment(Comment) })) }
}

/** Only a zone without records of the user's goes; its associations go with it. */
export function deleteHostedZone(tx: Tx, caller: Caller, { Id }: DeleteHostedZoneRequest): DeleteHostedZoneResponse {
  const zone = requireZone(tx, caller, Id)
  const recordSets = tx.resourceRecordSets.where('hostedZoneId', zone.id)
  if (recordSets.some((set) => !isRequired(zone, set))) {
    throw new ApiError(
      'HostedZoneNotEmpty',
      'The specified hosted zone contains non-required resource record sets  and so cannot be deleted.',
    )
  }
  for (const { id } of recordSets) tx.resourceRecordSets.delete(id)
  for (const { id } of tx.hostedZoneAssociations.where('hostedZoneId', zone.id)) tx.hostedZoneAssociations.delete(id)
  for (const { id } of tx.vpcAssociationAuthorizations.where('hostedZoneId', zone.id)) {
    tx.vpcAssociationAuthorizations.delete(id)
  }
  tx.hostedZones.delete(zone.id)
  return { ChangeInfo: newChange(tx, caller) }
}

/** True for the NS and the SOA of the zone itself. */
function isRequired(zone: HostedZone, { name, type }: { readonly name: string; readonly type: string }): boolean {
  return name === zone.name && (type === 'NS' || type === 'SOA')
}

function requireZoneName(text: string | undefined): string {
  const parsed = parseDomainName(requireParameter('name', text))
  if ('name' in parsed && parsed.name !== '' && !parsed.name.includes('*')) return parsed.name
  throw new ApiError('InvalidDomainName', `${text} is not a valid domain name`)
}

function requireComment(comment = ''): string {
  if (comment.length <= LONGEST_COMMENT) return comment
  throw new ApiError('InvalidInput', `The comment has more than ${LONGEST_COMMENT} characters`)
}
