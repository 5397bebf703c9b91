// Attachments of VPCs to transit gateways: a network interface in a subnet of each zone that is to be reached.
// https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html

import type {
  AcceptTransitGatewayVpcAttachmentRequest,
  AcceptTransitGatewayVpcAttachmentResult,
  CreateTransitGatewayVpcAttachmentRequest,
  CreateTransitGatewayVpcAttachmentRequestOptions,
  CreateTransitGatewayVpcAttachmentResult,
  DeleteTransitGatewayVpcAttachmentRequest,
  DeleteTransitGatewayVpcAttachmentResult,
  DescribeTransitGatewayVpcAttachmentsRequest,
  DescribeTransitGatewayVpcAttachmentsResult,
  ModifyTransitGatewayVpcAttachmentRequest,
  ModifyTransitGatewayVpcAttachmentResult,
  RejectTransitGatewayVpcAttachmentRequest,
  RejectTransitGatewayVpcAttachmentResult,
} from '@aws-sdk/client-ec2'
import { ApiError, missingParameter, notFound } from '../../../errors.ts'
import type { Subnet, SubnetId, Vpc } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { TransitGateway, TransitGatewayAttachment } from '../../../store/transit-gateway-records.ts'
import type { Caller } from '../../caller.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { requireSubnet, requireVpc } from '../request/require.ts'
import { tagsFor } from '../request/tags.ts'
import { deleteAttachmentInterfaces, insertAttachmentInterfaces } from './attachment-interface.ts'
import {
  findAttachments,
  isDeleted,
  notPermitted,
  requireAttachment,
  requireAvailable,
  requireSharedTransitGateway,
} from './find.ts'
import { toVpcAttachment } from './shape.ts'
import { isOn } from './transit-gateway.ts'

/** https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-quotas.html */
const ATTACHMENTS_PER_VPC = 5

export function createTransitGatewayVpcAttachment(
  tx: Tx,
  caller: Caller,
  input: CreateTransitGatewayVpcAttachmentRequest,
): CreateTransitGatewayVpcAttachmentResult {
  const gateway = requireAvailable(requireSharedTransitGateway(tx, caller, input.TransitGatewayId), 'modifying')
  const vpc = requireVpc(tx, caller, input.VpcId)
  const subnets = requireSubnets(tx, caller, vpc, input.SubnetIds)
  if (subnets.length === 0) throw missingParameter('SubnetIds')
  const options = parseOptions(input.Options)
  const tags = tagsFor('transit-gateway-attachment', input.TagSpecifications)
  checkSecond(tx, gateway, vpc)
  const isAccepted = gateway.owner === caller.account || gateway.autoAcceptSharedAttachments
  const attachment = tx.transitGatewayAttachments.insert({
    ...ownedBy(caller, tags),
    id: tx.newId('tgw-attach'),
    transitGatewayId: gateway.id,
    transitGatewayOwner: gateway.owner,
    vpcId: vpc.id,
    resource: { kind: 'vpc', subnetIds: subnets.map(({ id }) => id) },
    state: isAccepted ? 'pending' : 'pendingAcceptance',
    dnsSupport: options.dnsSupport ?? true,
    ipv6Support: options.ipv6Support ?? false,
    applianceModeSupport: options.applianceModeSupport ?? false,
    securityGroupReferencingSupport: options.securityGroupReferencingSupport ?? true,
    propagatesTo: [],
  })
  insertAttachmentInterfaces(tx, attachment, subnets)
  const made = isAccepted ? withDefaultTables(tx, gateway, attachment) : attachment
  return { TransitGatewayVpcAttachment: toVpcAttachment(caller, made) }
}

/** What an attachment has of its gateway's defaults once it is accepted. */
export function withDefaultTables(
  tx: Tx,
  gateway: TransitGateway,
  { id }: TransitGatewayAttachment,
): TransitGatewayAttachment {
  const associated = gateway.defaultRouteTableAssociation && gateway.associationDefaultRouteTableId
  const propagated = gateway.defaultRouteTablePropagation && gateway.propagationDefaultRouteTableId
  return tx.transitGatewayAttachments.update(id, {
    ...(associated && { associatedRouteTableId: associated }),
    ...(propagated && { propagatesTo: [propagated] }),
  })
}

export function acceptTransitGatewayVpcAttachment(
  tx: Tx,
  caller: Caller,
  input: AcceptTransitGatewayVpcAttachmentRequest,
): AcceptTransitGatewayVpcAttachmentResult {
  const attachment = requireWaiting(tx, caller, input.TransitGatewayAttachmentId)
  const gateway = requireAvailable(requireSharedTransitGateway(tx, caller, attachment.transitGatewayId), 'modifying')
  const pending = tx.transitGatewayAttachments.update(attachment.id, { state: 'pending' })
  return { TransitGatewayVpcAttachment: toVpcAttachment(caller, withDefaultTables(tx, gateway, pending)) }
}

export function rejectTransitGatewayVpcAttachment(
  tx: Tx,
  caller: Caller,
  input: RejectTransitGatewayVpcAttachmentRequest,
): RejectTransitGatewayVpcAttachmentResult {
  const attachment = requireWaiting(tx, caller, input.TransitGatewayAttachmentId)
  deleteAttachmentInterfaces(tx, attachment)
  const deletedAt = caller.now.toISOString()
  const rejected = tx.transitGatewayAttachments.update(attachment.id, { state: 'rejected', deletedAt })
  return { TransitGatewayVpcAttachment: toVpcAttachment(caller, rejected) }
}

/** One that the caller, whose gateway it is for, has to decide about. */
function requireWaiting(records: Records, caller: Caller, id: string | undefined): TransitGatewayAttachment {
  const attachment = requireVpcAttachment(records, caller, id)
  if (attachment.transitGatewayOwner !== caller.account) throw notPermitted(attachment.transitGatewayId, caller)
  if (attachment.state === 'pendingAcceptance') return attachment
  throw new ApiError('IncorrectState', `${attachment.id} is in invalid state: it is ${attachment.state}`)
}

export function modifyTransitGatewayVpcAttachment(
  tx: Tx,
  caller: Caller,
  input: ModifyTransitGatewayVpcAttachmentRequest,
): ModifyTransitGatewayVpcAttachmentResult {
  const attachment = requireAvailable(requireVpcAttachment(tx, caller, input.TransitGatewayAttachmentId), 'modifying')
  if (attachment.owner !== caller.account) throw notPermitted(attachment.id, caller)
  const vpc = requireVpc(tx, caller, attachment.vpcId)
  const options = parseOptions(input.Options)
  const before = subnetsOf(attachment)
  const removed = requireAttached(before, input.RemoveSubnetIds ?? [])
  const kept = before.filter((id) => !removed.includes(id))
  const added = (input.AddSubnetIds ?? []).filter((id) => !(kept as readonly string[]).includes(id))
  const subnets = requireSubnets(tx, caller, vpc, [...kept, ...added])
  if (subnets.length === 0) {
    throw new ApiError('InvalidParameterValue', `${attachment.id} needs at least one subnet: add another first.`)
  }
  const state = 'modifying' as const
  const subnetIds = subnets.map(({ id }) => id)
  const resource = { kind: 'vpc' as const, subnetIds }
  const changed = tx.transitGatewayAttachments.update(attachment.id, { ...options, resource, state })
  deleteAttachmentInterfaces(tx, attachment, removed)
  insertAttachmentInterfaces(
    tx,
    attachment,
    subnets.filter(({ id }) => !before.includes(id)),
  )
  return { TransitGatewayVpcAttachment: toVpcAttachment(caller, changed) }
}

function requireAttached(there: readonly SubnetId[], ids: readonly string[]): readonly SubnetId[] {
  return ids.map((id) => {
    const known = there.find((one) => one === id)
    if (!known) throw notFound('Subnet', id)
    return known
  })
}

/** Either owner ends it. Its interfaces stay until the kernel has lost it. */
export function deleteTransitGatewayVpcAttachment(
  tx: Tx,
  caller: Caller,
  input: DeleteTransitGatewayVpcAttachmentRequest,
): DeleteTransitGatewayVpcAttachmentResult {
  const attachment = requireVpcAttachment(tx, caller, input.TransitGatewayAttachmentId)
  if (isDeleted(attachment)) return { TransitGatewayVpcAttachment: toVpcAttachment(caller, attachment) }
  const deletedAt = caller.now.toISOString()
  const deleting = tx.transitGatewayAttachments.update(attachment.id, { state: 'deleting', deletedAt })
  return { TransitGatewayVpcAttachment: toVpcAttachment(caller, deleting) }
}

export function describeTransitGatewayVpcAttachments(
  records: Records,
  caller: Caller,
  input: DescribeTransitGatewayVpcAttachmentsRequest,
): DescribeTransitGatewayVpcAttachmentsResult {
  const ids = [...new Set(input.TransitGatewayAttachmentIds ?? [])]
  const named =
    ids.length > 0
      ? ids.map((id) => requireVpcAttachment(records, caller, id, false))
      : findAttachments(records, caller).filter(({ resource }) => resource.kind === 'vpc')
  const found = applyFilters(named, input.Filters, FILTERS)
  const { items, nextToken } = pageOf(found, input, ({ id }) => id, { min: 5, max: 1000, hasIds: ids.length > 0 })
  return { TransitGatewayVpcAttachments: items.map((one) => toVpcAttachment(caller, one)), NextToken: nextToken }
}

function requireVpcAttachment(
  records: Records,
  caller: Caller,
  id: string | undefined,
  hidesDeleted = true,
): TransitGatewayAttachment {
  const attachment = requireAttachment(records, caller, id, hidesDeleted)
  if (attachment.resource.kind !== 'vpc') throw notFound('TransitGatewayAttachment', attachment.id)
  return attachment
}

function subnetsOf({ resource }: TransitGatewayAttachment): readonly SubnetId[] {
  return resource.kind === 'vpc' ? resource.subnetIds : []
}

/** One in a zone. */
function requireSubnets(
  records: Records,
  caller: Caller,
  vpc: Vpc,
  ids: readonly (string | undefined)[] = [],
): Subnet[] {
  const subnets = [...new Set(ids)].map((id) => requireSubnet(records, caller, id))
  const stranger = subnets.find(({ vpcId }) => vpcId !== vpc.id)
  if (stranger) {
    throw new ApiError('InvalidParameterValue', `Subnet ${stranger.id} is not in VPC ${vpc.id}.`)
  }
  const zones = new Set(subnets.map(({ availabilityZoneId }) => availabilityZoneId))
  if (zones.size < subnets.length) throw new ApiError('DuplicateSubnetsInSameZone', 'Duplicate Subnets for same AZ')
  return subnets
}

function parseOptions(options: CreateTransitGatewayVpcAttachmentRequestOptions = {}) {
  const dnsSupport = isOn('DnsSupport', options.DnsSupport)
  const applianceModeSupport = isOn('ApplianceModeSupport', options.ApplianceModeSupport)
  const referencing = isOn('SecurityGroupReferencingSupport', options.SecurityGroupReferencingSupport)
  const ipv6Support = isOn('Ipv6Support', options.Ipv6Support)
  return {
    ...(ipv6Support !== undefined && { ipv6Support }),
    ...(dnsSupport !== undefined && { dnsSupport }),
    ...(applianceModeSupport !== undefined && { applianceModeSupport }),
    // It counts only where the gateway has it too.
    ...(referencing !== undefined && { securityGroupReferencingSupport: referencing }),
  }
}

function checkSecond(records: Records, gateway: TransitGateway, vpc: Vpc): void {
  const there = records.transitGatewayAttachments.where('vpcId', vpc.id).filter((one) => !isDeleted(one))
  if (there.some(({ transitGatewayId }) => transitGatewayId === gateway.id)) {
    throw new ApiError(
      'DuplicateTransitGatewayAttachment',
      `${gateway.id} has non-deleted Transit Gateway Attachments with same VPC ID.`,
    )
  }
  if (there.length < ATTACHMENTS_PER_VPC) return
  throw new ApiError(
    'TransitGatewayAttachmentLimitExceeded',
    `${vpc.id} has reached its limit of ${ATTACHMENTS_PER_VPC} transit gateway attachments`,
  )
}

const FILTERS: FilterFields<TransitGatewayAttachment> = {
  state: ({ state }) => state,
  'transit-gateway-attachment-id': ({ id }) => id,
  'transit-gateway-id': ({ transitGatewayId }) => transitGatewayId,
  'vpc-id': ({ vpcId }) => vpcId,
}
