// A peering connection as EC2 shows it.

import type {
  VpcPeeringConnection as PeeringOutput,
  VpcPeeringConnectionOptionsDescription,
  VpcPeeringConnectionStateReason,
  VpcPeeringConnectionVpcInfo,
} from '@aws-sdk/client-ec2'
import type { VpcPeeringConnection } from '../../../store/peering-records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { tagList } from '../request/tags.ts'
import { type PeeringSide, type ShownState, stateOf, tagsOf } from './peering-side.ts'

/** AWS says no more of what was wrong. */
const FAILED = 'Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range'

/** `state` is what an answer says while the connection goes over to its new state. */
export function toPeering(
  records: Records,
  caller: Caller,
  peering: VpcPeeringConnection,
  state: ShownState | 'initiating-request' | 'provisioning' = stateOf(peering, caller.now),
): PeeringOutput {
  return {
    VpcPeeringConnectionId: peering.id,
    RequesterVpcInfo: toVpcInfo(records, peering, 'requester'),
    AccepterVpcInfo: toVpcInfo(records, peering, 'accepter'),
    Status: toStatus(peering, state),
    ...(state === 'pending-acceptance' || state === 'initiating-request'
      ? { ExpirationTime: new Date(peering.expiresAt) }
      : {}),
    Tags: tagList(tagsOf(peering, caller)),
  }
}

/** A side's options, once there is an active connection. */
export function toOptions(allowsDns: boolean): VpcPeeringConnectionOptionsDescription {
  return {
    AllowDnsResolutionFromRemoteVpc: allowsDns,
    AllowEgressFromLocalClassicLinkToRemoteVpc: false,
    AllowEgressFromLocalVpcToRemoteClassicLink: false,
  }
}

export function toStatus(
  { accepter, endedBy }: VpcPeeringConnection,
  state: ShownState | 'initiating-request' | 'provisioning',
): VpcPeeringConnectionStateReason {
  const messages = {
    'initiating-request': `Initiating Request to ${accepter}`,
    'pending-acceptance': `Pending Acceptance by ${accepter}`,
    provisioning: 'Provisioning',
    active: 'Active',
    rejected: `Rejected by ${endedBy ?? accepter}`,
    failed: FAILED,
    expired: 'Expired',
    deleted: `Deleted by ${endedBy ?? accepter}`,
  } as const
  return { Code: state, Message: messages[state] }
}

/** The requester learns the accepter's blocks and options when the connection is active. */
function toVpcInfo(records: Records, peering: VpcPeeringConnection, side: PeeringSide): VpcPeeringConnectionVpcInfo {
  const isRequester = side === 'requester'
  const id = isRequester ? peering.requesterVpcId : peering.accepterVpcId
  const vpc = isRequester || peering.state === 'active' ? records.vpcs.get(id) : undefined
  return {
    VpcId: id,
    OwnerId: isRequester ? peering.owner : peering.accepter,
    Region: isRequester ? peering.region : peering.accepterRegion,
    ...(vpc && {
      CidrBlock: vpc.cidrBlocks[0]?.cidr,
      CidrBlockSet: vpc.cidrBlocks.map(({ cidr }) => ({ CidrBlock: cidr })),
    }),
    ...(vpc?.ipv6CidrBlocks && { Ipv6CidrBlockSet: vpc.ipv6CidrBlocks.map(({ cidr }) => ({ Ipv6CidrBlock: cidr })) }),
    ...(isRequester || peering.state === 'active'
      ? { PeeringOptions: toOptions(isRequester ? peering.requesterAllowsDns : peering.accepterAllowsDns) }
      : {}),
  }
}
