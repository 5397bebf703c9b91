// Invitations to accounts outside the owner's organization.
// https://docs.aws.amazon.com/ram/latest/userguide/working-with-shared-invitations.html

import type {
  AcceptResourceShareInvitationRequest,
  AcceptResourceShareInvitationResponse,
  GetResourceShareInvitationsRequest,
  GetResourceShareInvitationsResponse,
  ListPendingInvitationResourcesRequest,
  ListPendingInvitationResourcesResponse,
  RejectResourceShareInvitationRequest,
  RejectResourceShareInvitationResponse,
  ResourceShareInvitation,
} from '@aws-sdk/client-ram'
import { ApiError } from '../../errors.ts'
import type { ShareInvitation } from '../../store/lattice-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { toResource } from './lists.ts'
import { pageOf } from './pages.ts'

/** Those that were sent to the caller. */
export function getResourceShareInvitations(
  records: Records,
  caller: Caller,
  input: GetResourceShareInvitationsRequest,
): GetResourceShareInvitationsResponse {
  const { resourceShareInvitationArns: arns = [], resourceShareArns: shares = [] } = input
  for (const arn of arns) requireInvitation(records, caller, arn)
  const found = records.shareInvitations
    .where('receiver', caller.account)
    .filter(({ id, shareId }) => arns.length === 0 || arns.includes(id) || shares.includes(shareId))
    .filter(({ shareId }) => shares.length === 0 || shares.includes(shareId))
  const { page, more } = pageOf(found, input)
  return { resourceShareInvitations: page.map(toInvitation), ...more }
}

export function acceptResourceShareInvitation(
  tx: Tx,
  caller: Caller,
  input: AcceptResourceShareInvitationRequest,
): AcceptResourceShareInvitationResponse {
  return answer(tx, caller, input, 'ACCEPTED', 'ASSOCIATED')
}

export function rejectResourceShareInvitation(
  tx: Tx,
  caller: Caller,
  input: RejectResourceShareInvitationRequest,
): RejectResourceShareInvitationResponse {
  return answer(tx, caller, input, 'REJECTED', 'FAILED')
}

export function listPendingInvitationResources(
  records: Records,
  caller: Caller,
  input: ListPendingInvitationResourcesRequest,
): ListPendingInvitationResourcesResponse {
  const { shareId } = requireInvitation(records, caller, input.resourceShareInvitationArn)
  const { page, more } = pageOf(records.sharedResources.where('shareId', shareId), input)
  return { resources: page.map(toResource), ...more }
}

function answer(
  tx: Tx,
  caller: Caller,
  input: AcceptResourceShareInvitationRequest,
  status: 'ACCEPTED' | 'REJECTED',
  becomes: 'ASSOCIATED' | 'FAILED',
) {
  const invitation = requireInvitation(tx, caller, input.resourceShareInvitationArn)
  if (invitation.status !== 'PENDING') {
    const word = invitation.status === 'ACCEPTED' ? 'Accepted' : 'Rejected'
    throw new ApiError(
      `ResourceShareInvitationAlready${word}Exception`,
      `The invitation ${invitation.id} was already ${word.toLowerCase()}.`,
    )
  }
  const changed = tx.shareInvitations.update(invitation.id, { status })
  const principal = tx.sharePrincipals.get(`${invitation.shareId} ${caller.account}`)
  if (principal) tx.sharePrincipals.update(principal.id, { status: becomes })
  return {
    resourceShareInvitation: toInvitation(changed),
    ...(input.clientToken !== undefined && { clientToken: input.clientToken }),
  }
}

function requireInvitation({ shareInvitations }: Records, caller: Caller, arn: string | undefined): ShareInvitation {
  const invitation = shareInvitations.get(arn ?? '')
  if (invitation?.receiver === caller.account) return invitation
  throw new ApiError(
    'ResourceShareInvitationArnNotFoundException',
    `The specified Amazon Resource Name (ARN) ${arn} for an invitation could not be found.`,
  )
}

function toInvitation(invitation: ShareInvitation): ResourceShareInvitation {
  return {
    resourceShareInvitationArn: invitation.id,
    resourceShareName: invitation.shareName,
    resourceShareArn: invitation.shareId,
    senderAccountId: invitation.sender,
    receiverAccountId: invitation.receiver,
    receiverArn: `arn:aws:iam::${invitation.receiver}:root`,
    invitationTimestamp: new Date(invitation.invitedAt),
    status: invitation.status,
  }
}
