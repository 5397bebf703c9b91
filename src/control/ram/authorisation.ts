// What RAM's actions ask the policies about: shares and invitations by their ARNs.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsresourceaccessmanager.html

import type { Authorisation, ContextKeys } from '../../iam/request.ts'
import type { Records } from '../../store/store.ts'

type Input = Readonly<Record<string, unknown>>

export function ramAuthorisations(
  records: Records,
  account: string,
  region: string,
  operation: string,
  input: Input,
): readonly Authorisation[] {
  const { resourceShareArn: share, resourceShareInvitationArn: invitation, permissionArn } = input
  const named = [share, invitation].find((one) => typeof one === 'string')
  const made = operation === 'CreateResourceShare' ? `arn:aws:ram:${region}:${account}:resource-share/*` : undefined
  const permission = operation === 'GetPermission' && typeof permissionArn === 'string' ? permissionArn : undefined
  const resource = made ?? (typeof named === 'string' ? named : (permission ?? '*'))
  return [
    {
      action: `ram:${operation}`,
      resource,
      // A consumer asks about its own part of another's share.
      resourceAccount: account,
      keys: { ...requestKeys(input), ...shareKeys(records, share) },
    },
  ]
}

function requestKeys({ tags, tagKeys, principals, allowExternalPrincipals }: Input): ContextKeys {
  const keys: Record<string, string | string[]> = {}
  if (Array.isArray(tags)) {
    const pairs = tags.map((tag: { key?: unknown; value?: unknown }) => [
      String(tag.key ?? ''),
      String(tag.value ?? ''),
    ])
    keys['aws:tagkeys'] = pairs.map(([key = '']) => key)
    for (const [key = '', value = ''] of pairs) keys[`aws:requesttag/${key.toLowerCase()}`] = value
  }
  if (Array.isArray(tagKeys)) keys['aws:tagkeys'] = tagKeys.map(String)
  if (Array.isArray(principals)) keys['ram:principal'] = principals.map(String)
  if (typeof allowExternalPrincipals === 'boolean') {
    keys['ram:requestedallowsexternalprincipals'] = String(allowExternalPrincipals)
  }
  return keys
}

function shareKeys({ resourceShares }: Records, arn: unknown): ContextKeys {
  const share = typeof arn === 'string' ? resourceShares.get(arn) : undefined
  if (!share) return {}
  const tags = Object.entries(share.tags).map(([key, value]) => [`aws:resourcetag/${key.toLowerCase()}`, value])
  return {
    ...Object.fromEntries(tags),
    'ram:resourcesharename': share.name,
    'ram:allowsexternalprincipals': String(share.allowExternalPrincipals),
  }
}
