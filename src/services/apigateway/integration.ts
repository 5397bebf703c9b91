// What a method does with a request: a mock, or a real HTTP request to the user's own URL.
// https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html

import type {
  DeleteIntegrationRequest,
  GetIntegrationRequest,
  Integration,
  PutIntegrationRequest,
  UpdateIntegrationRequest,
} from '@aws-sdk/client-api-gateway'
import type { RestApiIntegration, RestApiMethod } from '../../store/apigateway-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from './caller.ts'
import { badRequest, invalidIdentifier, notServed } from './errors.ts'
import { requireMethod } from './find.ts'
import { parseMapping } from './mapping.ts'
import { HTTP_METHODS, storeMethod } from './method.ts'
import { integrationShape } from './method-shape.ts'
import { own } from './own.ts'
import { applyPatches, mapRow, type PatchRow, readBoolean, unservedRow } from './patch.ts'
import { parseTemplate } from './template.ts'

const SHORTEST_TIMEOUT = 50
const LONGEST_TIMEOUT = 29_000
const PASSTHROUGH = ['WHEN_NO_MATCH', 'WHEN_NO_TEMPLATES', 'NEVER']
const PARAMETER = /^integration\.request\.(?:path|querystring|header)\.[\w$.-]+$/

export function putIntegration(tx: Tx, caller: Caller, input: PutIntegrationRequest): Integration {
  const found = requireMethod(tx, caller, input)
  refuseUnserved(input)
  const type = requireType(input.type)
  const skips = input.tlsConfig?.insecureSkipVerification
  const integration: RestApiIntegration = {
    type,
    ...(type !== 'MOCK' && input.integrationHttpMethod !== undefined && { httpMethod: input.integrationHttpMethod }),
    ...(type !== 'MOCK' && input.uri !== undefined && { uri: input.uri }),
    requestParameters: { ...input.requestParameters },
    requestTemplates: { ...input.requestTemplates },
    passthroughBehavior: input.passthroughBehavior ?? 'WHEN_NO_MATCH',
    ...(input.contentHandling !== undefined && { contentHandling: input.contentHandling }),
    timeoutInMillis: input.timeoutInMillis ?? LONGEST_TIMEOUT,
    cacheNamespace: input.cacheNamespace ?? found.resource.resourceId,
    cacheKeyParameters: input.cacheKeyParameters ?? [],
    ...(skips !== undefined && { insecureSkipVerification: skips }),
    // What was there is replaced whole, its responses with it.
    responses: {},
  }
  requireConsistent(found.method, integration)
  storeMethod(tx, found, { ...found.method, integration })
  return integrationShape(integration)
}

export function getIntegration(records: Records, caller: Caller, input: GetIntegrationRequest): Integration {
  return integrationShape(requireIntegration(requireMethod(records, caller, input).method))
}

export function updateIntegration(tx: Tx, caller: Caller, input: UpdateIntegrationRequest): Integration {
  const found = requireMethod(tx, caller, input)
  const integration = applyPatches(requireIntegration(found.method), input.patchOperations, ROWS)
  requireConsistent(found.method, integration)
  storeMethod(tx, found, { ...found.method, integration })
  return integrationShape(integration)
}

export function deleteIntegration(tx: Tx, caller: Caller, input: DeleteIntegrationRequest): Record<string, never> {
  const found = requireMethod(tx, caller, input)
  requireIntegration(found.method)
  const { integration: _, ...method } = found.method
  storeMethod(tx, found, method)
  return {}
}

export function requireIntegration(method: RestApiMethod): RestApiIntegration {
  if (!method.integration) throw invalidIdentifier('Integration')
  return method.integration
}

/** Templates by content type that can all be rendered; throws BadRequestException. */
export function requireTemplates(templates: Readonly<Record<string, string>> = {}): void {
  for (const [type, text] of Object.entries(templates)) {
    const parsed = parseTemplate(text)
    if (parsed.kind === 'problem') throw badRequest(`Invalid mapping template specified for ${type}: ${parsed.why}`)
  }
}

/** AWS's sentence for a mapping that cannot be. */
export function invalidMapping(expression: string): Error {
  return badRequest(
    'Invalid mapping expression specified: Validation Result: warnings : [], errors : ' +
      `[Invalid mapping expression specified: ${expression}]`,
  )
}

const ROWS: readonly PatchRow<RestApiIntegration>[] = [
  { ops: ['replace'], path: '/uri', apply: (integration, { value }) => ({ ...integration, uri: value }) },
  { ops: ['replace'], path: '/httpMethod', apply: (integration, { value }) => ({ ...integration, httpMethod: value }) },
  {
    ops: ['replace'],
    path: '/passthroughBehavior',
    apply: (integration, { value }) => ({ ...integration, passthroughBehavior: value }),
  },
  {
    ops: ['replace'],
    path: '/timeoutInMillis',
    apply: (integration, { value }) => ({ ...integration, timeoutInMillis: Number(value) }),
  },
  {
    ops: ['replace', 'remove'],
    path: '/contentHandling',
    apply: ({ contentHandling: _, ...integration }, { value }) =>
      value === '' ? integration : { ...integration, contentHandling: value },
  },
  {
    ops: ['replace'],
    path: '/cacheNamespace',
    apply: (integration, { value }) => ({ ...integration, cacheNamespace: value }),
  },
  {
    ops: ['replace'],
    path: '/tlsConfig/insecureSkipVerification',
    apply: (integration, { value }) => ({ ...integration, insecureSkipVerification: readBoolean(value) }),
  },
  {
    ops: ['replace'],
    path: '/connectionType',
    apply: (integration, { value }) => {
      if (value !== 'INTERNET') throw notServed(`the connectionType ${value}`)
      return integration
    },
  },
  unservedRow('/connectionId', 'VPC links: connectionId'),
  unservedRow('/credentials', 'credentials of an integration'),
  {
    ops: ['add', 'remove'],
    path: '/cacheKeyParameters/*',
    apply: (integration, { op, names: [name = ''] }) => {
      const others = integration.cacheKeyParameters.filter((one) => one !== name)
      return { ...integration, cacheKeyParameters: op === 'add' ? [...others, name] : others }
    },
  },
  mapRow(
    '/requestParameters',
    (integration) => integration.requestParameters,
    (integration, requestParameters) => ({ ...integration, requestParameters }),
  ),
  mapRow(
    '/requestTemplates',
    (integration) => integration.requestTemplates,
    (integration, requestTemplates) => ({ ...integration, requestTemplates }),
  ),
]

function refuseUnserved(input: PutIntegrationRequest): void {
  if (input.connectionType !== undefined && input.connectionType !== 'INTERNET') {
    throw notServed(`the connectionType ${input.connectionType}`)
  }
  if (input.credentials) throw notServed('credentials of an integration')
  if (input.integrationTarget) throw notServed('integrationTarget')
}

function requireType(type: string | undefined): RestApiIntegration['type'] {
  if (type === 'MOCK' || type === 'HTTP' || type === 'HTTP_PROXY') return type
  if (type === 'AWS' || type === 'AWS_PROXY') throw notServed(`the integration type ${type}`)
  throw badRequest('Invalid integration type specified. Must be one of: [HTTP, AWS, MOCK, HTTP_PROXY, AWS_PROXY]')
}

/** Rules between members, after a put or all patches of a call. */
function requireConsistent(method: RestApiMethod, integration: RestApiIntegration): void {
  const { type, httpMethod = '', uri = '', passthroughBehavior, timeoutInMillis, requestTemplates } = integration
  if (type !== 'MOCK') {
    if (!HTTP_METHODS.includes(httpMethod)) throw badRequest('Enumeration value for HttpMethod must be non-empty')
    if (!isHttpEndpoint(uri)) throw badRequest('Invalid HTTP endpoint specified for URI')
  }
  if (!PASSTHROUGH.includes(passthroughBehavior)) {
    throw badRequest(`Invalid passthrough behavior specified. Must be one of: [${PASSTHROUGH.join(', ')}]`)
  }
  if (!(timeoutInMillis >= SHORTEST_TIMEOUT && timeoutInMillis <= LONGEST_TIMEOUT)) {
    throw badRequest(`Timeout should be between ${SHORTEST_TIMEOUT} ms and ${LONGEST_TIMEOUT} ms`)
  }
  requireTemplates(requestTemplates)
  requireRequestParameters(method, integration.requestParameters)
}

/** A part in braces, of the path or a stage variable, can be anything. */
function isHttpEndpoint(uri: string): boolean {
  const filled = uri.replaceAll(/\$\{stageVariables\.\w+\}/g, 'x').replaceAll(/\{[\w.+-]+\}/g, 'x')
  const protocol = URL.canParse(filled) ? new URL(filled).protocol : uri.startsWith('${') ? 'http:' : ''
  return protocol === 'http:' || protocol === 'https:'
}

/** What is mapped from the request must be declared by its method. */
function requireRequestParameters(method: RestApiMethod, parameters: Readonly<Record<string, string>> = {}): void {
  for (const [target, source] of Object.entries(parameters)) {
    const declared = !/^method\.request\.(?!body)/.test(source) || own(method.requestParameters, source) !== undefined
    if (!PARAMETER.test(target)) throw invalidMapping(target)
    if (!declared || !parseMapping(source, 'method.request')) throw invalidMapping(source)
  }
}
