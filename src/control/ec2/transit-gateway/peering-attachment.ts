// Peering of transit gateways, between accounts and regions. Each gateway has half of it as an attachment of its own, with its
// own tags and its own place in that gateway's tables; between two regions both halves have one id, within a region two.
// https://docs.aws.amazon.com/vpc/latest/tgw/tgw-peering.html

import type {
  AcceptTransitGatewayPeeringAttachmentRequest,
  AcceptTransitGatewayPeeringAttachmentResult,
  CreateTransitGatewayPeeringAttachmentRequest,
  CreateTransitGatewayPeeringAttachmentResult,
  DeleteTransitGatewayPeeringAttachmentRequest,
  DeleteTransitGatewayPeeringAttachmentResult,
  DescribeTransitGatewayPeeringAttachmentsRequest,
  DescribeTransitGatewayPeeringAttachmentsResult,
  PeeringTgwInfo,
  RejectTransitGatewayPeeringAttachmentRequest,
  RejectTransitGatewayPeeringAttachmentResult,
  TransitGatewayPeeringAttachment,
} from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue, missingParameter, notFound } from '../../../errors.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type {
  TransitGateway,
  TransitGatewayAttachment,
  TransitGatewayAttachmentId,
} from '../../../store/transit-gateway-records.ts'
import type { Caller } from '../../caller.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { notServed } from '../request/not-served.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { requireId } from '../request/require.ts'
import { tagList, tagsFor } from '../request/tags.ts'
import { findAttachments, isDeleted, requireAttachment, requireAvailable, requireTransitGateway } from './find.ts'
import { attachmentIdOf } from './shape.ts'
import { isOn } from './transit-gateway.ts'

type Half = TransitGatewayAttachment & {
  readonly resource: Extract<TransitGatewayAttachment['resource'], { kind: 'peering' }>
}

/** https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-quotas.html */
const PEERINGS_PER_GATEWAY = 50

export function createTransitGatewayPeeringAttachment(
  tx: Tx,
  caller: Caller,
  input: CreateTransitGatewayPeeringAttachmentRequest,
): CreateTransitGatewayPeeringAttachmentResult {
  const gateway = requireAvailable(requireTransitGateway(tx, caller, input.TransitGatewayId), 'modifying')
  const peer = requirePeer(tx, input)
  const isDynamic = isOn('Options.DynamicRouting', input.Options?.DynamicRouting)
  if (isDynamic) {
    throw notServed('Dynamic routing between transit gateways (Options.DynamicRouting)')
  }
  const tags = tagsFor('transit-gateway-attachment', input.TagSpecifications)
  checkPair(tx, gateway, peer)
  const id = tx.newId('tgw-attach')
  const other = gateway.region === peer.region ? tx.newId('tgw-attach') : (`${id}@${peer.region}` as const)
  const asked =
    isDynamic === false ? ({ isRequester: true, dynamicRouting: 'disable' } as const) : { isRequester: true }
  const made = insertHalf(tx, { ...ownedBy(caller, tags), id }, gateway, { gateway: peer, id: other }, asked)
  const theirs = { ...ownedBy({ ...caller, account: peer.owner, region: peer.region }, {}), id: other }
  insertHalf(tx, theirs, peer, { gateway, id }, { isRequester: false })
  return { TransitGatewayPeeringAttachment: { ...toPeering(caller, made), State: 'initiatingRequest' } }
}

/** The other gateway, which is no secret to whoever knows its id, owner and region. */
function requirePeer(records: Records, input: CreateTransitGatewayPeeringAttachmentRequest): TransitGateway {
  const { PeerTransitGatewayId: id, PeerAccountId: owner, PeerRegion: region } = input
  if (owner === undefined) throw missingParameter('PeerAccountId')
  if (region === undefined) throw missingParameter('PeerRegion')
  const peer = records.transitGateways.get(requireId('TransitGateway', id))
  if (!peer || isDeleted(peer) || peer.owner !== owner || peer.region !== region) {
    throw notFound('TransitGateway', id ?? '')
  }
  return peer
}

function checkPair(records: Records, gateway: TransitGateway, peer: TransitGateway): void {
  if (gateway.id === peer.id) {
    throw invalidParameterValue('PeerTransitGatewayId', peer.id, 'A transit gateway cannot be peered with itself.')
  }
  for (const [one, other] of [
    [gateway, peer],
    [peer, gateway],
  ] as const) {
    const there = records.transitGatewayAttachments
      .where('transitGatewayId', one.id)
      .filter((half): half is Half => half.resource.kind === 'peering' && !isDeleted(half))
    if (there.some(({ resource }) => resource.peerId === other.id)) {
      throw new ApiError(
        'DuplicateTransitGatewayAttachment',
        `${gateway.id} has a non-deleted Transit Gateway Peering Attachment with ${peer.id}.`,
      )
    }
    if (there.length < PEERINGS_PER_GATEWAY) continue
    throw new ApiError(
      'TransitGatewayAttachmentLimitExceeded',
      `${one.id} has reached its limit of ${PEERINGS_PER_GATEWAY} peering attachments`,
    )
  }
}

type Identity = ReturnType<typeof ownedBy> & { readonly id: TransitGatewayAttachmentId }

function insertHalf(
  tx: Tx,
  identity: Identity,
  gateway: TransitGateway,
  peer: { readonly gateway: TransitGateway; readonly id: TransitGatewayAttachmentId },
  asked: Pick<Half['resource'], 'isRequester' | 'dynamicRouting'>,
): TransitGatewayAttachment {
  return tx.transitGatewayAttachments.insert({
    ...identity,
    transitGatewayId: gateway.id,
    transitGatewayOwner: gateway.owner,
    resource: {
      kind: 'peering',
      peerId: peer.gateway.id,
      peerOwner: peer.gateway.owner,
      peerRegion: peer.gateway.region,
      peerAttachmentId: peer.id,
      ...asked,
    },
    state: 'pendingAcceptance',
    dnsSupport: false,
    ipv6Support: true,
    applianceModeSupport: false,
    securityGroupReferencingSupport: false,
    propagatesTo: [],
  })
}

export function acceptTransitGatewayPeeringAttachment(
  tx: Tx,
  caller: Caller,
  input: AcceptTransitGatewayPeeringAttachmentRequest,
): AcceptTransitGatewayPeeringAttachmentResult {
  const half = requireWaiting(tx, caller, input.TransitGatewayAttachmentId, 'accept')
  for (const id of [half.id, half.resource.peerAttachmentId]) {
    const one = tx.transitGatewayAttachments.get(id)
    const gateway = one && tx.transitGateways.get(one.transitGatewayId)
    const associated = gateway?.defaultRouteTableAssociation && gateway.associationDefaultRouteTableId
    // The routes of a peering are static: nothing is propagated.
    tx.transitGatewayAttachments.update(id, {
      state: 'pending',
      ...(associated && { associatedRouteTableId: associated }),
    })
  }
  return { TransitGatewayPeeringAttachment: shownAgain(tx, caller, half) }
}

export function rejectTransitGatewayPeeringAttachment(
  tx: Tx,
  caller: Caller,
  input: RejectTransitGatewayPeeringAttachmentRequest,
): RejectTransitGatewayPeeringAttachmentResult {
  const half = requireWaiting(tx, caller, input.TransitGatewayAttachmentId, 'reject')
  const change = { state: 'rejected', deletedAt: caller.now.toISOString() } as const
  for (const id of [half.id, half.resource.peerAttachmentId]) tx.transitGatewayAttachments.update(id, change)
  return { TransitGatewayPeeringAttachment: shownAgain(tx, caller, half) }
}

/** The accepter's half, while it waits. */
function requireWaiting(records: Records, caller: Caller, id: string | undefined, what: 'accept' | 'reject'): Half {
  const half = requirePeering(records, caller, id)
  if (half.resource.isRequester) {
    const why = `Cannot ${what} ${attachmentIdOf(half)} as the source of the peering request.`
    throw new ApiError('InvalidParameterValue', why)
  }
  if (half.state === 'pendingAcceptance') return half
  throw new ApiError('IncorrectState', `${attachmentIdOf(half)} is in invalid state: it is ${half.state}`)
}

/** Either owner ends it, for both. */
export function deleteTransitGatewayPeeringAttachment(
  tx: Tx,
  caller: Caller,
  input: DeleteTransitGatewayPeeringAttachmentRequest,
): DeleteTransitGatewayPeeringAttachmentResult {
  const half = requirePeering(tx, caller, input.TransitGatewayAttachmentId)
  if (isDeleted(half)) return { TransitGatewayPeeringAttachment: toPeering(caller, half) }
  const change = { state: 'deleting', deletedAt: caller.now.toISOString() } as const
  for (const id of [half.id, half.resource.peerAttachmentId]) tx.transitGatewayAttachments.update(id, change)
  return { TransitGatewayPeeringAttachment: shownAgain(tx, caller, half) }
}

export function describeTransitGatewayPeeringAttachments(
  records: Records,
  caller: Caller,
  input: DescribeTransitGatewayPeeringAttachmentsRequest,
): DescribeTransitGatewayPeeringAttachmentsResult {
  const ids = [...new Set(input.TransitGatewayAttachmentIds ?? [])]
  const named =
    ids.length > 0
      ? ids.map((id) => requirePeering(records, caller, id, false))
      : findAttachments(records, caller).filter(isHalf)
  const found = applyFilters(named, input.Filters, FILTERS)
  const { items, nextToken } = pageOf(found, input, ({ id }) => id, { min: 5, max: 1000, hasIds: ids.length > 0 })
  return { TransitGatewayPeeringAttachments: items.map((half) => toPeering(caller, half)), NextToken: nextToken }
}

function requirePeering(records: Records, caller: Caller, id: string | undefined, hidesDeleted = true): Half {
  const attachment = requireAttachment(records, caller, id, hidesDeleted)
  if (!isHalf(attachment)) throw notFound('TransitGatewayAttachment', id ?? '')
  return attachment
}

function isHalf(attachment: TransitGatewayAttachment): attachment is Half {
  return attachment.resource.kind === 'peering'
}

function shownAgain(tx: Tx, caller: Caller, { id }: Half): TransitGatewayPeeringAttachment {
  return toPeering(caller, requirePeering(tx, caller, attachmentIdOf({ id }), false))
}

function toPeering(caller: Caller, half: TransitGatewayAttachment): TransitGatewayPeeringAttachment {
  if (!isHalf(half)) throw new TypeError(`${half.id} is no peering`)
  const { resource } = half
  const own: PeeringTgwInfo = { TransitGatewayId: half.transitGatewayId, OwnerId: half.owner, Region: half.region }
  const { peerId: TransitGatewayId, peerOwner: OwnerId, peerRegion: Region } = resource
  const peer: PeeringTgwInfo = { TransitGatewayId, OwnerId, Region }
  const [mine, theirs] = [attachmentIdOf(half), attachmentIdOf({ id: resource.peerAttachmentId })]
  return {
    TransitGatewayAttachmentId: mine,
    AccepterTransitGatewayAttachmentId: resource.isRequester ? theirs : mine,
    RequesterTgwInfo: resource.isRequester ? own : peer,
    AccepterTgwInfo: resource.isRequester ? peer : own,
    // Terraform takes options that nobody gave for a change.
    ...(resource.dynamicRouting && { Options: { DynamicRouting: resource.dynamicRouting } }),
    State: half.state,
    CreationTime: new Date(half.createdAt),
    Tags: tagList(half.owner === caller.account ? half.tags : {}),
  }
}

const FILTERS: FilterFields<Half> = {
  'local-owner-id': ({ owner }) => owner,
  'remote-owner-id': ({ resource }) => resource.peerOwner,
  state: ({ state }) => state,
  'transit-gateway-attachment-id': attachmentIdOf,
  'transit-gateway-id': ({ transitGatewayId }) => transitGatewayId,
}
