// What Route 53's actions ask the policies about: hosted zones and changes by their ARNs, which have neither region nor
// account. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html

import type { Authorisation } from '../../iam/request.ts'
import { bareId } from './find.ts'

const ZONE_MEMBERS: Readonly<Record<string, string>> = {
  ChangeTagsForResource: 'ResourceId',
  DeleteHostedZone: 'Id',
  GetHostedZone: 'Id',
  ListTagsForResource: 'ResourceId',
  UpdateHostedZoneComment: 'Id',
}
/** Actions that name no zone. */
const ON_ALL: ReadonlySet<string> = new Set([
  'CreateHostedZone',
  'GetHostedZoneCount',
  'ListHostedZones',
  'ListHostedZonesByName',
  'ListHostedZonesByVPC',
  'ListTagsForResources',
])

export function route53Authorisations(
  account: string,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): readonly Authorisation[] {
  return [
    { action: `route53:${operation}`, resource: resourceOf(operation, input), keys: {}, resourceAccount: account },
  ]
}

function resourceOf(operation: string, input: Readonly<Record<string, unknown>>): string {
  if (ON_ALL.has(operation)) return '*'
  if (operation === 'GetChange') return `arn:aws:route53:::change/${bareId(String(input.Id))}`
  return `arn:aws:route53:::hostedzone/${bareId(String(input[ZONE_MEMBERS[operation] ?? 'HostedZoneId']))}`
}
