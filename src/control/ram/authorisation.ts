// What RAM's actions ask the policies about: shares, invitations and permissions by their ARNs.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsresourceaccessmanager.html

import type { Authorisation, ContextKeys } from '../../iam/request.ts'
import { requestTagKeys } from '../../iam/request-tags.ts'
import type { Records } from '../../store/store.ts'
import { typeOf } from './shareable.ts'

type Input = Readonly<Record<string, unknown>>

/** The members whose ARNs the action is on. Lists and the making of a share are on nothing. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  AcceptResourceShareInvitation: ['resourceShareInvitationArn'],
  AssociateResourceShare: ['resourceShareArn'],
  AssociateResourceSharePermission: ['resourceShareArn', 'permissionArn'],
  DeleteResourceShare: ['resourceShareArn'],
  DisassociateResourceShare: ['resourceShareArn'],
  GetPermission: ['permissionArn'],
  ListPendingInvitationResources: ['resourceShareInvitationArn'],
  ListResourceSharePermissions: ['resourceShareArn'],
  RejectResourceShareInvitation: ['resourceShareInvitationArn'],
  TagResource: ['resourceShareArn', 'resourceArn'],
  UntagResource: ['resourceShareArn', 'resourceArn'],
  UpdateResourceShare: ['resourceShareArn'],
}

/** Actions that change what is in a share, or for whom. */
const WITH_CONTENTS = /^(?:CreateResourceShare|(?:Dis)?[Aa]ssociateResourceShare)$/

export function ramAuthorisations(
  records: Records,
  account: string,
  operation: string,
  input: Input,
): readonly Authorisation[] {
  // A consumer asks about its own part of another's share.
  const about = { action: `ram:${operation}`, resourceAccount: account }
  const sent = { ...requestTagKeys(input.tags, input.tagKeys), ...contentKeys(operation, input) }
  const arns = (MEMBERS[operation] ?? []).flatMap((member) => {
    const arn = input[member]
    return typeof arn === 'string' ? [arn] : []
  })
  if (arns.length === 0) return [{ ...about, resource: '*', keys: sent }]
  return arns.map((resource) => ({ ...about, resource, keys: { ...sent, ...factsOf(records, resource) } }))
}

function contentKeys(operation: string, { principals, resourceArns, allowExternalPrincipals }: Input): ContextKeys {
  const keys: Record<string, string | string[]> = {}
  const takesExternal = operation === 'CreateResourceShare' || operation === 'UpdateResourceShare'
  if (takesExternal && typeof allowExternalPrincipals === 'boolean') {
    keys['ram:requestedallowsexternalprincipals'] = String(allowExternalPrincipals)
  }
  if (!WITH_CONTENTS.test(operation)) return keys
  if (Array.isArray(principals)) keys['ram:principal'] = principals.map(String)
  if (Array.isArray(resourceArns)) {
    keys['ram:resourcearn'] = resourceArns.map(String)
    keys['ram:requestedresourcetype'] = resourceArns.flatMap((arn) => typeOf(String(arn))?.type ?? [])
  }
  return keys
}

function factsOf({ resourceShares, shareInvitations }: Records, arn: string): ContextKeys {
  const invitation = shareInvitations.get(arn)
  if (invitation) {
    return { 'ram:resourcesharename': invitation.shareName, 'ram:shareowneraccountid': invitation.sender }
  }
  const share = resourceShares.get(arn)
  if (!share) return {}
  const tags = Object.entries(share.tags).map(([key, value]) => [`aws:resourcetag/${key.toLowerCase()}`, value])
  return {
    ...Object.fromEntries(tags),
    'ram:resourcesharename': share.name,
    'ram:allowsexternalprincipals': String(share.allowExternalPrincipals),
  }
}
