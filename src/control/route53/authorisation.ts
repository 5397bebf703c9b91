// What Route 53's actions ask the policies about: hosted zones and changes by their ARNs, which have neither region nor
// account. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html

import type { Authorisation, ContextKeys } from '../../iam/request.ts'
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
  'CreateHealthCheck',
  'CreateHostedZone',
  'GetHealthCheckCount',
  'ListHealthChecks',
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
  const keys = { ...changeKeys(input), ...vpcKeys(operation, input) }
  return [{ action: `route53:${operation}`, resource: resourceOf(operation, input), keys, resourceAccount: account }]
}

type Input = Readonly<Record<string, unknown>>

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-rrset-conditions.html */
function changeKeys({ ChangeBatch: batch }: Input): ContextKeys {
  const changes = isObject(batch) && Array.isArray(batch.Changes) ? batch.Changes.filter(isObject) : []
  if (changes.length === 0) return {}
  const sets = changes.map(({ ResourceRecordSet: set }) => (isObject(set) ? set : {}))
  const each = (values: readonly unknown[]) => [...new Set(values.map(String))]
  return {
    'route53:changeresourcerecordsetsactions': each(changes.map(({ Action: action }) => action)),
    'route53:changeresourcerecordsetsnormalizedrecordnames': each(
      sets.map(({ Name: name }) => normalised(String(name))),
    ),
    'route53:changeresourcerecordsetsrecordtypes': each(sets.map(({ Type: type }) => type)),
  }
}

/** In lower case, without the last dot, and what is no plain character as its octal code. */
function normalised(name: string): string {
  const bare = name.toLowerCase().replace(/\.$/, '')
  const octal = (character: string) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`
  // A code that is written out already stays.
  return bare.replaceAll(/\\[0-7]{3}|[^a-z0-9._-]/g, (found) => (found.length === 4 ? found : octal(found)))
}

const WITH_VPC =
  /^(AssociateVPC|CreateHostedZone$|CreateVPCAssociation|DeleteVPCAssociation|DisassociateVPC|ListHostedZonesByVPC)/

function vpcKeys(operation: string, { VPC: vpc, VPCId: id, VPCRegion: region }: Input): ContextKeys {
  const named = isObject(vpc) ? vpc : { VPCId: id, VPCRegion: region }
  if (!WITH_VPC.test(operation) || typeof named.VPCId !== 'string') return {}
  return { 'route53:vpcs': [`VPCId=${named.VPCId},VPCRegion=${String(named.VPCRegion ?? '')}`] }
}

function isObject(value: unknown): value is Input {
  return typeof value === 'object' && value !== null
}

function resourceOf(operation: string, input: Readonly<Record<string, unknown>>): string {
  if (ON_ALL.has(operation)) return '*'
  const check = input.ResourceType === 'healthcheck' ? input.ResourceId : input.HealthCheckId
  if (check !== undefined) return `arn:aws:route53:::healthcheck/${bareId(String(check))}`
  if (operation === 'GetChange') return `arn:aws:route53:::change/${bareId(String(input.Id))}`
  return `arn:aws:route53:::hostedzone/${bareId(String(input[ZONE_MEMBERS[operation] ?? 'HostedZoneId']))}`
}
