// VPC peering connections: a request from one VPC's owner, and the answer of the other's.
// https://docs.aws.amazon.com/vpc/latest/peering/create-vpc-peering-connection.html

import type {
  AcceptVpcPeeringConnectionRequest,
  AcceptVpcPeeringConnectionResult,
  CreateVpcPeeringConnectionRequest,
  CreateVpcPeeringConnectionResult,
  DeleteVpcPeeringConnectionRequest,
  DeleteVpcPeeringConnectionResult,
  DescribeVpcPeeringConnectionsRequest,
  DescribeVpcPeeringConnectionsResult,
  RejectVpcPeeringConnectionRequest,
  RejectVpcPeeringConnectionResult,
} from '@aws-sdk/client-ec2'
import { isRegion } from '../../../catalogue/regions.ts'
import { activePeerings } from '../../../compile/peering.ts'
import { ApiError, invalidParameterValue, missingParameter } from '../../../errors.ts'
import { cidrsOverlap } from '../../../ip/cidr.ts'
import type { VpcPeeringConnection } from '../../../store/peering-records.ts'
import type { Vpc, VpcId } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { quotaFor } from '../../service-quotas/quota-value.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { requireId, requireVpc } from '../request/require.ts'
import { tagsFor } from '../request/tags.ts'
import { toPeering, toStatus } from './peering-shape.ts'
import { findPeerings, requirePeering, requireState, sidesOf, stateOf, tagsOf } from './peering-side.ts'

const WEEK_MS = 7 * 24 * 3_600_000
/** AWS's quotas; it raises the first from 50 up to this. */

export function createVpcPeeringConnection(
  tx: Tx,
  caller: Caller,
  input: CreateVpcPeeringConnectionRequest,
): CreateVpcPeeringConnectionResult {
  const vpc = requireVpc(tx, caller, input.VpcId)
  if (input.PeerVpcId === undefined) throw missingParameter('peerVpcId')
  const accepterVpcId = requireId('Vpc', input.PeerVpcId) as VpcId
  const accepter = requireAccount(input.PeerOwnerId ?? caller.account)
  const accepterRegion = requireRegion(input.PeerRegion ?? caller.region)
  const tags = tagsFor('vpc-peering-connection', input.TagSpecifications)
  // Only of its own VPCs an account may learn that they are not there.
  if (accepter === caller.account) requireVpc(tx, { ...caller, region: accepterRegion }, accepterVpcId)
  refuseSecond(tx, caller, vpc, accepterVpcId)
  const peer = tx.vpcs.get(accepterVpcId)
  const isThere = peer?.owner === accepter && peer.region === accepterRegion
  const fails = !isThere || overlap(vpc, peer)
  if (!fails) requireOutstanding(tx, caller)
  const peering = tx.vpcPeeringConnections.insert({
    ...ownedBy(caller, tags),
    id: tx.newId('pcx'),
    requesterVpcId: vpc.id,
    accepter,
    accepterRegion,
    accepterVpcId,
    accepterTags: {},
    state: fails ? 'failed' : 'pending-acceptance',
    changedAt: caller.now.toISOString(),
    expiresAt: new Date(caller.now.getTime() + WEEK_MS).toISOString(),
    requesterAllowsDns: false,
    accepterAllowsDns: false,
  })
  return { VpcPeeringConnection: toPeering(tx, caller, peering, 'initiating-request') }
}

export function acceptVpcPeeringConnection(
  tx: Tx,
  caller: Caller,
  input: AcceptVpcPeeringConnectionRequest,
): AcceptVpcPeeringConnectionResult {
  const peering = requirePeering(tx, caller, input.VpcPeeringConnectionId)
  requireAccepter(peering, caller, 'accept')
  requireState(peering, caller, ['pending-acceptance'], 'provisioning')
  const [requester, accepter] = [tx.vpcs.get(peering.requesterVpcId), tx.vpcs.get(peering.accepterVpcId)]
  // A block may have been added since the request.
  if (!requester || !accepter || overlap(requester, accepter)) {
    return { VpcPeeringConnection: toPeering(tx, caller, end(tx, caller, peering, 'failed')) }
  }
  for (const vpc of [requester, accepter]) {
    const most = quotaFor(tx, vpc, 'activePeeringsPerVpc')
    if (activePeerings(tx, vpc.id).length < most) continue
    throw new ApiError(
      'ActiveVpcPeeringConnectionPerVpcLimitExceeded',
      `${vpc.id} has reached its limit of ${most} active VPC peering connections`,
    )
  }
  const active = tx.vpcPeeringConnections.update(peering.id, { state: 'active', changedAt: caller.now.toISOString() })
  return { VpcPeeringConnection: toPeering(tx, caller, active, 'provisioning') }
}

export function rejectVpcPeeringConnection(
  tx: Tx,
  caller: Caller,
  input: RejectVpcPeeringConnectionRequest,
): RejectVpcPeeringConnectionResult {
  const peering = requirePeering(tx, caller, input.VpcPeeringConnectionId)
  requireAccepter(peering, caller, 'reject')
  requireState(peering, caller, ['pending-acceptance'], 'rejected')
  end(tx, caller, peering, 'rejected')
  return { Return: true }
}

/** Either side ends an active connection; only the requester takes a request back. */
export function deleteVpcPeeringConnection(
  tx: Tx,
  caller: Caller,
  input: DeleteVpcPeeringConnectionRequest,
): DeleteVpcPeeringConnectionResult {
  const peering = requirePeering(tx, caller, input.VpcPeeringConnectionId)
  requireState(peering, caller, ['pending-acceptance', 'active'], 'deleting')
  if (peering.state !== 'active' && !sidesOf(peering, caller).includes('requester')) {
    throw notAllowed(peering, caller, 'delete')
  }
  end(tx, caller, peering, 'deleted')
  return { Return: true }
}

export function describeVpcPeeringConnections(
  records: Records,
  caller: Caller,
  input: DescribeVpcPeeringConnectionsRequest,
): DescribeVpcPeeringConnectionsResult {
  const ids = [...new Set(input.VpcPeeringConnectionIds ?? [])]
  const named = ids.length > 0 ? ids.map((id) => requirePeering(records, caller, id)) : findPeerings(records, caller)
  const asTagged = named.map((peering) => ({ peering, tags: tagsOf(peering, caller) }))
  const found = applyFilters(asTagged, input.Filters, filters(records, caller))
  const limits = { min: 5, max: 1000, hasIds: ids.length > 0 }
  const { items, nextToken } = pageOf(found, input, ({ peering }) => peering.id, limits)
  return {
    VpcPeeringConnections: items.map(({ peering }) => toPeering(records, caller, peering)),
    NextToken: nextToken,
  }
}

/** With a VPC its connections go: nothing of the other side is lost but the way here. */
export function endPeeringsOf(tx: Tx, caller: Caller, vpcId: VpcId): void {
  const { vpcPeeringConnections: table } = tx
  for (const peering of [...table.where('requesterVpcId', vpcId), ...table.where('accepterVpcId', vpcId)]) {
    if (peering.state === 'active' || peering.state === 'pending-acceptance') end(tx, caller, peering, 'deleted')
  }
}

function end(
  tx: Tx,
  caller: Caller,
  { id }: VpcPeeringConnection,
  state: 'rejected' | 'failed' | 'deleted',
): VpcPeeringConnection {
  const changedAt = caller.now.toISOString()
  return tx.vpcPeeringConnections.update(id, { state, changedAt, endedBy: caller.account })
}

function overlap(a: Vpc, b: Vpc): boolean {
  return a.cidrBlocks.some((one) => b.cidrBlocks.some((other) => cidrsOverlap(one.cidr, other.cidr)))
}

function requireAccount(id: string): string {
  if (/^\d{12}$/.test(id)) return id
  throw invalidParameterValue('peerOwnerId', id, 'An account ID has 12 digits.')
}

function requireRegion(name: string): string {
  if (isRegion(name)) return name
  throw invalidParameterValue('peerRegion', name, 'There is no such Region.')
}

/** Two VPCs have one connection at a time. */
function refuseSecond(records: Records, caller: Caller, { id }: Vpc, peerId: VpcId): void {
  const { vpcPeeringConnections: table } = records
  const between = [
    ...table.where('requesterVpcId', id).filter(({ accepterVpcId }) => accepterVpcId === peerId),
    ...table.where('accepterVpcId', id).filter(({ requesterVpcId }) => requesterVpcId === peerId),
  ]
  const there = between.find((one) => ['pending-acceptance', 'active'].includes(stateOf(one, caller.now)))
  if (!there) return
  throw new ApiError(
    'VpcPeeringConnectionAlreadyExists',
    `A VPC peering connection between ${id} and ${peerId} already exists: ${there.id}`,
  )
}

function requireOutstanding(records: Records, caller: Caller): void {
  const requests = records.vpcPeeringConnections
    .where('owner', caller.account)
    .filter((one) => one.region === caller.region && stateOf(one, caller.now) === 'pending-acceptance')
  const most = quotaFor(records, { owner: caller.account, region: caller.region }, 'outstandingPeerings')
  if (requests.length < most) return
  throw new ApiError(
    'OutstandingVpcPeeringConnectionLimitExceeded',
    `The limit of ${most} outstanding VPC peering connection requests is reached`,
  )
}

function requireAccepter(peering: VpcPeeringConnection, caller: Caller, verb: 'accept' | 'reject'): void {
  if (!sidesOf(peering, caller).includes('accepter')) throw notAllowed(peering, caller, verb)
}

function notAllowed({ id }: VpcPeeringConnection, { account }: Caller, verb: string): ApiError {
  return new ApiError('OperationNotPermitted', `User ${account} cannot ${verb} peering ${id}`)
}

interface TaggedPeering {
  readonly peering: VpcPeeringConnection
  readonly tags: VpcPeeringConnection['tags']
}

function filters(records: Records, caller: Caller): FilterFields<TaggedPeering> {
  const vpcInfo = (prefix: string, shown: 'RequesterVpcInfo' | 'AccepterVpcInfo'): FilterFields<TaggedPeering> => {
    const infoOf = ({ peering }: TaggedPeering) => toPeering(records, caller, peering)[shown]
    return {
      [`${prefix}.cidr-block`]: (one) => infoOf(one)?.CidrBlock,
      [`${prefix}.owner-id`]: (one) => infoOf(one)?.OwnerId,
      [`${prefix}.vpc-id`]: (one) => infoOf(one)?.VpcId,
    }
  }
  const status = ({ peering }: TaggedPeering) => toStatus(peering, stateOf(peering, caller.now))
  return {
    ...vpcInfo('accepter-vpc-info', 'AccepterVpcInfo'),
    ...vpcInfo('requester-vpc-info', 'RequesterVpcInfo'),
    'expiration-time': ({ peering }) => peering.expiresAt,
    'status-code': (one) => status(one).Code,
    'status-message': (one) => status(one).Message,
    'vpc-peering-connection-id': ({ peering }) => peering.id,
  }
}
