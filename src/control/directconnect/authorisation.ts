// What Direct Connect's actions ask the policies about: gateways by their ARNs, with their tags and the request's.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsdirectconnect.html

import type { Authorisation } from '../../iam/request.ts'
import { requestTagKeys } from '../../iam/request-tags.ts'
import type { Records } from '../../store/store.ts'
import { gatewayArn } from './find.ts'

type Input = Readonly<Record<string, unknown>>

/** Actions that are on no resource, whatever the request names. */
const ON_NOTHING = new Set(['CreateDirectConnectGateway', 'UpdateDirectConnectGatewayAssociation'])

export function directConnectAuthorisations(
  records: Records,
  account: string,
  operation: string,
  input: Input,
): readonly Authorisation[] {
  return resourcesOf(records, account, operation, input).map((resource) => {
    const gateway = records.directConnectGateways.get(resource.slice(resource.lastIndexOf('/') + 1))
    const tags = Object.entries(gateway?.tags ?? {})
    return {
      action: `directconnect:${operation}`,
      resource,
      resourceAccount: account,
      keys: {
        ...requestTagKeys(pairsOf(input.tags), input.tagKeys),
        ...Object.fromEntries(tags.map(([key, value]) => [`aws:resourcetag/${key.toLowerCase()}`, value])),
      },
    }
  })
}

/** As most services spell them. */
function pairsOf(tags: unknown): unknown {
  if (!Array.isArray(tags)) return undefined
  return tags.map((tag: { readonly key?: unknown; readonly value?: unknown }) => ({ Key: tag.key, Value: tag.value }))
}

function resourcesOf(records: Records, account: string, operation: string, input: Input): readonly string[] {
  if (ON_NOTHING.has(operation)) return ['*']
  if (typeof input.resourceArn === 'string') return [input.resourceArn]
  if (Array.isArray(input.resourceArns) && input.resourceArns.length > 0) return input.resourceArns.map(String)
  const association = records.directConnectGatewayAssociations.get(String(input.associationId))
  const id = input.directConnectGatewayId ?? association?.directConnectGatewayId
  if (typeof id === 'string') return [gatewayArn({ owner: account, id })]
  return operation.startsWith('Delete') ? [gatewayArn({ owner: account, id: '*' })] : ['*']
}
