// Answers an invocation by its method's integration.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-integration-settings.html

import type { RestApiIntegration, RestApiIntegrationResponse } from '../../../store/apigateway-records.ts'
import { evaluateMapping, type MappingScope, parseMapping } from '../mapping.ts'
import { own } from '../own.ts'
import { parseTemplate, type Rendered } from '../template.ts'
import { internalError, unsupportedMediaType } from './gateway-response.ts'
import { backendRequest, proxyRequest } from './http-request.ts'
import type { InvokeInput, InvokeOutput } from './invoke-codec.ts'
import { type BackendAnswer, type SendHttp, shownHeaders } from './send-http.ts'

export interface Invocation {
  readonly integration: RestApiIntegration
  readonly scope: MappingScope
  readonly input: InvokeInput
  /** Added to what goes to the backend. */
  readonly forwarded: Readonly<Record<string, string>>
  readonly send: SendHttp
}

export function integrate(invocation: Invocation): Promise<InvokeOutput> {
  const { type } = invocation.integration
  switch (type) {
    case 'MOCK':
      return mock(invocation)
    case 'HTTP':
      return http(invocation)
    case 'HTTP_PROXY':
      return httpProxy(invocation)
    default:
      throw type satisfies never
  }
}

/** The request template says which of the responses it is, by the `statusCode` of its JSON. */
async function mock({ integration, scope, input }: Invocation): Promise<InvokeOutput> {
  const rendered = requestBody(integration, scope, input)
  const status = statusCodeIn(Buffer.from(rendered).toString())
  if (status === undefined) throw internalError()
  return respond(integration, scope, { status, headers: {}, body: '' })
}

async function http({ integration, scope, input, forwarded, send }: Invocation): Promise<InvokeOutput> {
  const body = requestBody(integration, scope, input)
  const request = backendRequest(integration, scope, input, body)
  const answer = await send({ ...request, headers: { ...request.headers, ...forwarded } })
  return respond(integration, scope, answer)
}

async function httpProxy({ integration, scope, input, forwarded, send }: Invocation): Promise<InvokeOutput> {
  const request = proxyRequest(integration, scope, input)
  const answer = await send({ ...request, headers: { ...request.headers, ...forwarded } })
  return { status: answer.status, headers: shownHeaders(answer), body: answer.body }
}

/** The body for the backend: by the template of its content type, or as it came where that may be. */
function requestBody(
  { requestTemplates = {}, passthroughBehavior }: RestApiIntegration,
  scope: MappingScope,
  input: InvokeInput,
): string | Uint8Array {
  const template = own(requestTemplates, mediaType(input.headers['content-type']))
  if (template !== undefined) return renderTemplate(template, scope).text
  const passes =
    passthroughBehavior === 'WHEN_NO_MATCH' ||
    (passthroughBehavior === 'WHEN_NO_TEMPLATES' && Object.keys(requestTemplates).length === 0)
  if (!passes) throw unsupportedMediaType()
  return input.body
}

/** The method's answer to what came back. */
function respond({ responses }: RestApiIntegration, scope: MappingScope, answer: BackendAnswer): InvokeOutput {
  const chosen = chooseResponse(responses, String(answer.status))
  if (!chosen) throw internalError()
  const [statusCode, response] = chosen
  const answered = { ...scope, headers: answer.headers, body: Buffer.from(answer.body).toString() }
  const { type, body, overrides } = responseBody(response, scope, answer)
  const headers: Record<string, string> = { 'content-type': type }
  for (const [target, source] of Object.entries(response.responseParameters ?? {})) {
    const mapping = parseMapping(source, 'integration.response')
    const value = mapping && evaluateMapping(mapping, answered)
    if (value !== undefined) headers[target.replace(/^method\.response\.header\./, '').toLowerCase()] = value
  }
  for (const [name, value] of overrides) {
    if (name !== 'status') headers[name.replace(/^header\./, '').toLowerCase()] = value
  }
  return { status: statusOf(overrides.get('status')) ?? Number(statusCode), headers, body }
}

type Responses = RestApiIntegration['responses']

/** The response whose pattern is the whole status, else the one without a pattern. */
function chooseResponse(
  responses: Responses,
  status: string,
): readonly [string, RestApiIntegrationResponse] | undefined {
  const entries = Object.entries(responses)
  const matches = (pattern: string | undefined) => pattern !== undefined && new RegExp(`^(?:${pattern})$`).test(status)
  return (
    entries.find(([, { selectionPattern }]) => matches(selectionPattern)) ??
    entries.find(([, { selectionPattern }]) => selectionPattern === undefined)
  )
}

interface ResponseBody {
  readonly type: string
  readonly body: string | Uint8Array
  readonly overrides: Rendered['overrides']
}

/** By the template for a type that the caller accepts, else for JSON, else the first; without templates as it came. A
 * template sees the answer's body and the request's parameters. */
function responseBody(
  { responseTemplates = {} }: RestApiIntegrationResponse,
  scope: MappingScope,
  answer: BackendAnswer,
): ResponseBody {
  const accepted = (scope.headers.accept ?? '').split(',').map(mediaType)
  const types = [...accepted, 'application/json', ...Object.keys(responseTemplates)]
  const type = types.find((one) => own(responseTemplates, one) !== undefined)
  const template = type === undefined ? undefined : own(responseTemplates, type)
  if (type === undefined || template === undefined) {
    return { type: answer.headers['content-type'] ?? 'application/json', body: answer.body, overrides: new Map() }
  }
  const { text, overrides } = renderTemplate(template, { ...scope, body: Buffer.from(answer.body).toString() })
  return { type, body: text, overrides }
}

function renderTemplate(text: string, scope: MappingScope): Rendered {
  const parsed = parseTemplate(text)
  // It was parsed when it was put.
  if (parsed.kind === 'problem') throw internalError()
  try {
    return parsed.render(scope)
  } catch (error) {
    // Its loops or its texts have no end: the API is not made so that it can answer.
    throw error instanceof RangeError ? internalError() : error
  }
}

function statusCodeIn(text: string): number | undefined {
  try {
    return statusOf(JSON.parse(text).statusCode)
  } catch {
    return undefined
  }
}

/** A final status of HTTP. */
function statusOf(value: unknown): number | undefined {
  const status = Number(value)
  return Number.isInteger(status) && status >= 200 && status <= 599 ? status : undefined
}

/** Without its parameters; JSON where there is none. */
function mediaType(header: string | undefined): string {
  return header?.split(';')[0]?.trim().toLowerCase() || 'application/json'
}
