// What a side of a peering connection grants the other.
// https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-dns.html

import type {
  ModifyVpcPeeringConnectionOptionsRequest,
  ModifyVpcPeeringConnectionOptionsResult,
  PeeringConnectionOptionsRequest,
} from '@aws-sdk/client-ec2'
import { ApiError, missingParameter } from '../../../errors.ts'
import type { VpcPeeringConnection } from '../../../store/peering-records.ts'
import type { Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { type PeeringSide, requirePeering, sidesOf } from './peering-side.ts'

export function modifyVpcPeeringConnectionOptions(
  tx: Tx,
  caller: Caller,
  input: ModifyVpcPeeringConnectionOptionsRequest,
): ModifyVpcPeeringConnectionOptionsResult {
  const { RequesterPeeringConnectionOptions: requester, AccepterPeeringConnectionOptions: accepter } = input
  const peering = requirePeering(tx, caller, input.VpcPeeringConnectionId)
  if (!requester && !accepter) throw missingParameter('requesterPeeringConnectionOptions')
  if (peering.state !== 'active') {
    throw new ApiError(
      'OperationNotPermitted',
      `Peering ${peering.id} is not active. Peering options can be added only to active peerings.`,
    )
  }
  const change = {
    ...sideChange(peering, caller, 'requester', requester),
    ...sideChange(peering, caller, 'accepter', accepter),
  }
  tx.vpcPeeringConnections.update(peering.id, change)
  return {
    ...(requester && {
      RequesterPeeringConnectionOptions: shown(change.requesterAllowsDns ?? peering.requesterAllowsDns),
    }),
    ...(accepter && { AccepterPeeringConnectionOptions: shown(change.accepterAllowsDns ?? peering.accepterAllowsDns) }),
  }
}

type Change = Partial<Pick<VpcPeeringConnection, 'requesterAllowsDns' | 'accepterAllowsDns'>>

function sideChange(
  peering: VpcPeeringConnection,
  caller: Caller,
  side: PeeringSide,
  options: PeeringConnectionOptionsRequest | undefined,
): Change {
  if (!options) return {}
  if (!sidesOf(peering, caller).includes(side)) {
    throw new ApiError(
      'OperationNotPermitted',
      `User ${caller.account} cannot modify the ${side}'s options of peering ${peering.id}: they are changed by the owner of that VPC, in its Region.`,
    )
  }
  // ClassicLink is gone; `false` says nothing.
  refuseUnserved({
    allowEgressFromLocalClassicLinkToRemoteVpc: options.AllowEgressFromLocalClassicLinkToRemoteVpc,
    allowEgressFromLocalVpcToRemoteClassicLink: options.AllowEgressFromLocalVpcToRemoteClassicLink,
  })
  const allowsDns = options.AllowDnsResolutionFromRemoteVpc
  if (allowsDns === undefined) return {}
  return side === 'requester' ? { requesterAllowsDns: allowsDns } : { accepterAllowsDns: allowsDns }
}

function shown(allowsDns: boolean) {
  return {
    AllowDnsResolutionFromRemoteVpc: allowsDns,
    AllowEgressFromLocalClassicLinkToRemoteVpc: false,
    AllowEgressFromLocalVpcToRemoteClassicLink: false,
  }
}
