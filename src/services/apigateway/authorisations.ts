// What each operation asks the policies: the HTTP method, on the path of the request as an ARN.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html

import type { Call } from '../../edge/adapter.ts'
import type { Authorisation } from '../../iam/request.ts'
import { loadTables } from '../../wire/tables.ts'

const { operations } = loadTables('apigateway')

export function authorisationsOf(call: Call): Authorisation[] {
  const { operation, input, region, principal } = call
  const http = operations[operation]?.http
  if (!http) throw new Error(`no HTTP request is known for ${operation}`)
  const path = http.path.replaceAll(/\{(\w+)\+?\}/g, (_, label: string) => encodeURIComponent(String(input[label])))
  const asked: Authorisation = {
    action: `apigateway:${http.method}`,
    resource: `arn:aws:apigateway:${region}::${path}`,
    ...(principal.kind !== 'anonymous' && { resourceAccount: principal.account }),
    keys: {},
  }
  return touchesPolicy(input) ? [asked, { ...asked, action: 'apigateway:UpdateRestApiPolicy' }] : [asked]
}

/** A change of the resource policy needs a permission of its own. */
function touchesPolicy({ policy, patchOperations }: Call['input']): boolean {
  if (policy !== undefined) return true
  if (!Array.isArray(patchOperations)) return false
  return patchOperations.some((one: { readonly path?: unknown }) => one.path === '/policy')
}
