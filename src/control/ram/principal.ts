// Whom a share can be for: accounts, which are invited unless they are in the owner's organization, and organizations and
// their units. https://docs.aws.amazon.com/ram/latest/userguide/getting-started-sharing.html

import { randomUUID } from 'node:crypto'
import type { ResourceShare, SharePrincipal } from '../../store/lattice-records.ts'
import type { Organization } from '../../store/organizations-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { findOrganization } from '../organizations/find.ts'
import { organizationArn } from '../organizations/organization.ts'
import { invalidParameter, notPermitted, unknownResource } from './errors.ts'
import { typeOf } from './shareable.ts'

/** What EnableSharingWithAwsOrganization trusts in the organization. */
export const RAM_PRINCIPAL = 'ram.amazonaws.com'

const ONLY_INSIDE =
  'The resource you are attempting to share can only be shared within your AWS Organization. This error may also occur if you have not enabled sharing with your AWS organization, or that onboarding process is still in progress.'

/** Throws unless the share can be for this principal. */
export function checkPrincipal(
  records: Records,
  caller: Caller,
  share: Pick<ResourceShare, 'allowExternalPrincipals'>,
  principal: string,
): void {
  if (/^\d{12}$/.test(principal)) {
    if (principal === caller.account) throw invalidParameter(`The principal ${principal} is the owner of the share.`)
    if (!share.allowExternalPrincipals && !isInside(records, caller, principal)) throw notPermitted(ONLY_INSIDE)
    return
  }
  const organization = sharingOrganization(records, caller)
  if (!/^arn:aws:organizations::\d{12}:(?:organization\/o-|ou\/o-)/.test(principal)) {
    throw invalidParameter(
      `The principal ${principal} is none that shares are for here: use an account, or the ARN of an organization or an organizational unit.`,
    )
  }
  if (!organization) throw notPermitted(ONLY_INSIDE)
  const unit = records.organizationalUnits.get(principal.slice(principal.lastIndexOf('/') + 1))
  const isUnit = unit?.organizationId === organization.id && principal.includes(`:ou/${organization.id}/`)
  if (principal !== organizationArn(organization) && !isUnit) throw unknownResource(`Organization ${principal}`)
}

/** Throws when a resource that stays inside the organization would be in a share for an account outside of it. */
export function checkInsideOnly(
  records: Records,
  caller: Caller,
  arns: readonly string[],
  principals: readonly string[],
): void {
  if (!arns.some((arn) => typeOf(arn)?.insideOnly)) return
  const isOutside = (principal: string) => /^\d{12}$/.test(principal) && !isInside(records, caller, principal)
  if (principals.some(isOutside)) throw notPermitted(ONLY_INSIDE)
}

/** The principal takes part at once, or is invited. Adding one again changes nothing. */
export function addPrincipal(tx: Tx, caller: Caller, share: ResourceShare, principal: string): SharePrincipal {
  const id = `${share.id} ${principal}`
  const present = tx.sharePrincipals.get(id)
  if (present && present.status !== 'FAILED') return present
  const external = /^\d{12}$/.test(principal) && !isInside(tx, caller, principal)
  if (external) invite(tx, caller, share, principal)
  tx.sharePrincipals.delete(id)
  return tx.sharePrincipals.insert({
    id,
    shareId: share.id,
    principal,
    external,
    status: external ? 'ASSOCIATING' : 'ASSOCIATED',
    createdAt: caller.now.toISOString(),
  })
}

/** With its invitation. */
export function removePrincipal(tx: Tx, { id, shareId, principal }: SharePrincipal): void {
  tx.sharePrincipals.delete(id)
  for (const invitation of tx.shareInvitations.where('shareId', shareId)) {
    if (invitation.receiver === principal) tx.shareInvitations.delete(invitation.id)
  }
}

function invite(tx: Tx, caller: Caller, share: ResourceShare, receiver: string): void {
  for (const old of tx.shareInvitations.where('shareId', share.id)) {
    if (old.receiver === receiver) tx.shareInvitations.delete(old.id)
  }
  tx.shareInvitations.insert({
    id: `arn:aws:ram:${share.region}:${share.owner}:resource-share-invitation/${randomUUID()}`,
    shareId: share.id,
    shareName: share.name,
    sender: share.owner,
    receiver,
    status: 'PENDING',
    invitedAt: caller.now.toISOString(),
  })
}

function isInside(records: Records, caller: Caller, account: string): boolean {
  const organization = sharingOrganization(records, caller)
  return organization !== undefined && findOrganization(records, account)?.id === organization.id
}

/** The caller's organization, when it shares without invitations. */
function sharingOrganization(records: Records, { account }: Caller): Organization | undefined {
  const organization = findOrganization(records, account)
  return organization && RAM_PRINCIPAL in organization.trustedServices ? organization : undefined
}
