// What each operation asks the policies: the HTTP method, on the path of the request as an ARN.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html

import type { Call } from '../../edge/adapter.ts'
import type { Authorisation, ContextKeys } from '../../iam/request.ts'
import { requestTagKeys } from '../../iam/request-tags.ts'
import type { Records } from '../../store/store.ts'
import { loadTables } from '../../wire/tables.ts'

const { operations } = loadTables('apigateway')

export function authorisationsOf(records: Records, call: Call): Authorisation[] {
  const { operation, input, region, principal } = call
  const http = operations[operation]?.http
  if (!http) throw new Error(`no HTTP request is known for ${operation}`)
  const path = http.path.replaceAll(/\{(\w+)\+?\}/g, (_, label: string) => encodeURIComponent(String(input[label])))
  const tags = resourceTags(records, input)
  const asked: Authorisation = {
    action: `apigateway:${http.method}`,
    resource: `arn:aws:apigateway:${region}::${path}`,
    ...(principal.kind !== 'anonymous' && { resourceAccount: principal.account }),
    keys: { ...tags, ...requestTagKeys(input.tags, input.tagKeys) },
  }
  return touchesPolicy(input) ? [asked, { ...asked, action: 'apigateway:UpdateRestApiPolicy', keys: tags }] : [asked]
}

/** What is in an API has the API's tags, and a stage its own beside them.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html */
function resourceTags(records: Records, { restApiId, stageName, resourceArn }: Call['input']): ContextKeys {
  const [, ofArn, stageOfArn] = /::\/restapis\/([^/]+)(?:\/stages\/([^/]+))?$/.exec(String(resourceArn ?? '')) ?? []
  const id = String(restApiId ?? ofArn ?? '')
  const stage = records.restApiStages.get(`${id}/${String(stageName ?? stageOfArn ?? '')}`)
  const tags = { ...records.restApis.get(id)?.tags, ...stage?.tags }
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:resourcetag/${key.toLowerCase()}`, value]))
}

/** A change of the resource policy needs a permission of its own. */
function touchesPolicy({ policy, patchOperations }: Call['input']): boolean {
  if (policy !== undefined) return true
  if (!Array.isArray(patchOperations)) return false
  return patchOperations.some((one: { readonly path?: unknown }) => one.path === '/policy')
}
