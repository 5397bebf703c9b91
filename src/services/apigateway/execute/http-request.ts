// The request that goes to the user's own URL, from an invocation and its integration.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/setup-http-integrations.html

import type { RestApiIntegration } from '../../../store/apigateway-records.ts'
import { evaluateMapping, type MappingScope, parseMapping } from '../mapping.ts'
import { own } from '../own.ts'
import { internalError } from './gateway-response.ts'
import type { InvokeInput } from './invoke-codec.ts'
import type { BackendRequest } from './send-http.ts'

/** Headers of the connection, which end here, and those that the request itself makes. */
const OWN_HEADERS: ReadonlySet<string> = new Set(
  'connection content-length expect host keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding upgrade'.split(
    ' ',
  ),
)

/** `HTTP_PROXY`: all that came, and what is mapped. */
export function proxyRequest(integration: RestApiIntegration, scope: MappingScope, input: InvokeInput): BackendRequest {
  const mapped = mappedParameters(integration, scope)
  const passed = Object.entries(input.headers).filter(([name]) => !OWN_HEADERS.has(name))
  return {
    ...addressOf(integration, scope, mapped.path, [input.query, mapped.query]),
    ...limitsOf(integration),
    method: integration.httpMethod === 'ANY' ? input.method : (integration.httpMethod ?? input.method),
    headers: { ...Object.fromEntries(passed), ...mapped.headers },
    body: input.body,
  }
}

/** `HTTP`: only what is mapped. */
export function backendRequest(
  integration: RestApiIntegration,
  scope: MappingScope,
  input: InvokeInput,
  body: string | Uint8Array,
): BackendRequest {
  const mapped = mappedParameters(integration, scope)
  const { 'content-type': type = 'application/json', accept = 'application/json' } = input.headers
  return {
    ...addressOf(integration, scope, mapped.path, [mapped.query]),
    ...limitsOf(integration),
    method: integration.httpMethod === 'ANY' ? input.method : (integration.httpMethod ?? input.method),
    headers: { 'content-type': type, accept, ...mapped.headers },
    body,
  }
}

function limitsOf({ timeoutInMillis, insecureSkipVerification }: RestApiIntegration) {
  return { timeout: timeoutInMillis, verifies: insecureSkipVerification !== true }
}

interface MappedParameters {
  readonly path: Readonly<Record<string, string>>
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
}

function mappedParameters({ requestParameters = {} }: RestApiIntegration, scope: MappingScope): MappedParameters {
  const path: Record<string, string> = {}
  const query = new URLSearchParams()
  const headers: Record<string, string> = {}
  for (const [target, source] of Object.entries(requestParameters)) {
    const mapping = parseMapping(source, 'method.request')
    const value = mapping && evaluateMapping(mapping, scope)
    if (value === undefined) continue
    const [, place, name = ''] = /^integration\.request\.(\w+)\.(.+)$/.exec(target) ?? []
    if (place === 'path') path[name] = value
    else if (place === 'querystring') query.append(name, value)
    else if (!OWN_HEADERS.has(name.toLowerCase())) headers[name.toLowerCase()] = value
  }
  return { path, query: query.toString(), headers }
}

const URI =
  /^(?<scheme>https?):\/\/(?<host>[^/?#:]+)(?::(?<port>\d{1,5}))?(?<path>\/[^?#]*)?(?:\?(?<query>[^#]*))?(?:#.*)?$/i

/** Where the request goes. The path is put together as text: to read it as a URL would take `..` out of it, and lead a
 * caller to other places of the backend than the ones below the integration's own. */
function addressOf(
  { uri = '' }: RestApiIntegration,
  { stageVariables }: MappingScope,
  parameters: Readonly<Record<string, string>>,
  queries: readonly string[],
): Pick<BackendRequest, 'scheme' | 'host' | 'port' | 'target'> {
  const filled = uri.replaceAll(/\$\{stageVariables\.(\w+)\}/g, (_, name: string) => own(stageVariables, name) ?? '')
  const { scheme = '', host, port, path = '/', query = '' } = URI.exec(filled)?.groups ?? {}
  if (host === undefined) throw internalError()
  const wholePath = path.replaceAll(/\{([\w.-]+)\+?\}/g, (_, name: string) => fill(parameters, name))
  const wholeQuery = [query, ...queries].filter((part) => part !== '').join('&')
  const isTls = scheme.toLowerCase() === 'https'
  return {
    scheme: isTls ? 'https' : 'http',
    host,
    port: port === undefined ? (isTls ? 443 : 80) : Number(port),
    target: wholeQuery === '' ? wholePath : `${wholePath}?${wholeQuery}`,
  }
}

/** A greedy variable holds slashes, which stay. */
function fill(parameters: Readonly<Record<string, string>>, name: string): string {
  const value = own(parameters, name)
  if (value === undefined) throw internalError()
  return value.split('/').map(encodeURIComponent).join('/')
}
