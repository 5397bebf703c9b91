// What Direct Connect's actions ask the policies about: gateways and links by their ARNs, with their tags and the request's.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsdirectconnect.html

import type { Authorisation } from '../../iam/request.ts'
import { requestTagKeys } from '../../iam/request-tags.ts'
import type { Region, Tags } from '../../store/records.ts'
import type { Records } from '../../store/store.ts'
import { gatewayArn, linkArn } from './find.ts'

export interface Where {
  readonly account: string
  readonly region: Region
}

type Input = Readonly<Record<string, unknown>>

/** Actions that are on no resource, whatever the request names. */
const ON_NOTHING = new Set(['CreateConnection', 'CreateDirectConnectGateway', 'UpdateDirectConnectGatewayAssociation'])

export function directConnectAuthorisations(
  records: Records,
  where: Where,
  operation: string,
  input: Input,
): readonly Authorisation[] {
  return resourcesOf(records, where, operation, input).map((resource) => {
    const tags = Object.entries(tagsOf(records, resource))
    return {
      action: `directconnect:${operation}`,
      resource,
      resourceAccount: where.account,
      keys: {
        ...requestTagKeys(pairsOf(input.tags ?? newLinkOf(input).tags), input.tagKeys),
        ...Object.fromEntries(tags.map(([key, value]) => [`aws:resourcetag/${key.toLowerCase()}`, value])),
      },
    }
  })
}

function tagsOf(records: Records, arn: string): Tags {
  const id = arn.slice(arn.lastIndexOf('/') + 1)
  const tables = [records.directConnectGateways, records.directConnectConnections, records.virtualInterfaces]
  return tables.map((table) => table.get(id)?.tags).find((tags) => tags !== undefined) ?? {}
}

/** What a new virtual interface is described by. */
function newLinkOf(input: Input): Input {
  const name = Object.keys(input).find((one) => /^new(Private|Transit)VirtualInterface(Allocation)?$/.test(one))
  const given = name === undefined ? undefined : input[name]
  return typeof given === 'object' && given !== null ? (given as Input) : {}
}

/** As most services spell them. */
function pairsOf(tags: unknown): unknown {
  if (!Array.isArray(tags)) return undefined
  return tags.map((tag: { readonly key?: unknown; readonly value?: unknown }) => ({ Key: tag.key, Value: tag.value }))
}

/** A new virtual interface asks about its connection, and every other call about what it names. */
function linkOf({ account, region }: Where, input: Input): string | undefined {
  const named = input.virtualInterfaceId ?? input.connectionId
  if (typeof named === 'string' && /^dx(con|vif)-/.test(named)) return linkArn({ account }, { id: named, region })
  return undefined
}

function resourcesOf(records: Records, where: Where, operation: string, input: Input): readonly string[] {
  const { account } = where
  if (ON_NOTHING.has(operation)) return ['*']
  if (typeof input.resourceArn === 'string') return [input.resourceArn]
  if (Array.isArray(input.resourceArns) && input.resourceArns.length > 0) return input.resourceArns.map(String)
  const link = linkOf(where, input)
  if (link) return [link]
  const association = records.directConnectGatewayAssociations.get(String(input.associationId))
  const id = input.directConnectGatewayId ?? association?.directConnectGatewayId
  if (typeof id === 'string') return [gatewayArn({ owner: account, id })]
  return operation.startsWith('Delete') ? [gatewayArn({ owner: account, id: '*' })] : ['*']
}
