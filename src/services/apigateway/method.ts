// Methods of resources, and the answers that they declare.
// https://docs.aws.amazon.com/apigateway/latest/api/API_PutMethod.html

import type {
  DeleteMethodRequest,
  DeleteMethodResponseRequest,
  GetMethodRequest,
  GetMethodResponseRequest,
  MethodResponse,
  Method as MethodShape,
  PutMethodRequest,
  PutMethodResponseRequest,
  UpdateMethodRequest,
  UpdateMethodResponseRequest,
} from '@aws-sdk/client-api-gateway'
import type { RestApiMethod, RestApiMethodResponse } from '../../store/apigateway-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from './caller.ts'
import { badRequest, conflict, missing, notServed } from './errors.ts'
import { type FoundMethod, requireMethod, requireResource, requireRestApi } from './find.ts'
import { methodResponseShape, methodShape } from './method-shape.ts'
import { own } from './own.ts'
import { applyPatches, mapRow, type PatchRow, readBoolean, unservedRow } from './patch.ts'

export const HTTP_METHODS: readonly string[] = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'ANY']

/** The models that every API has; there is no other here. */
const MODELS: ReadonlySet<string> = new Set(['Empty', 'Error'])
const REQUEST_PARAMETER =
  /^method\.request\.(?:path|querystring|multivaluequerystring|header|multivalueheader)\.[\w$.-]+$/
const RESPONSE_PARAMETER = /^method\.response\.header\.[\w$.-]+$/

export function putMethod(tx: Tx, caller: Caller, input: PutMethodRequest): MethodShape {
  const api = requireRestApi(tx, caller, input.restApiId)
  const resource = requireResource(tx, api.id, input.resourceId)
  const httpMethod = input.httpMethod ?? ''
  if (!HTTP_METHODS.includes(httpMethod)) {
    throw badRequest(`Invalid HttpMethod specified. Valid options are ${HTTP_METHODS.join(',')}`)
  }
  if (own(resource.methods, httpMethod)) throw conflict('Method already exists for this resource')
  if (input.apiKeyRequired) throw notServed('API keys: apiKeyRequired')
  if (input.authorizerId) throw notServed('authorizers: authorizerId')
  if (input.requestValidatorId) throw notServed('request validators: requestValidatorId')
  const method: RestApiMethod = {
    authorizationType: requireAuthorizationType(input.authorizationType),
    ...(input.operationName !== undefined && { operationName: input.operationName }),
    requestParameters: requireParameters(input.requestParameters, REQUEST_PARAMETER),
    requestModels: requireModels(input.requestModels),
    responses: {},
  }
  tx.restApiResources.update(resource.id, { methods: { ...resource.methods, [httpMethod]: method } })
  return methodShape(httpMethod, method)
}

export function getMethod(records: Records, caller: Caller, input: GetMethodRequest): MethodShape {
  const { httpMethod, method } = requireMethod(records, caller, input)
  return methodShape(httpMethod, method)
}

export function updateMethod(tx: Tx, caller: Caller, input: UpdateMethodRequest): MethodShape {
  const found = requireMethod(tx, caller, input)
  const method = applyPatches(found.method, input.patchOperations, METHOD_ROWS)
  storeMethod(tx, found, method)
  return methodShape(found.httpMethod, method)
}

export function deleteMethod(tx: Tx, caller: Caller, input: DeleteMethodRequest): Record<string, never> {
  const { resource, httpMethod } = requireMethod(tx, caller, input)
  const { [httpMethod]: _, ...methods } = resource.methods
  tx.restApiResources.update(resource.id, { methods })
  return {}
}

export function putMethodResponse(tx: Tx, caller: Caller, input: PutMethodResponseRequest): MethodResponse {
  const found = requireMethod(tx, caller, input)
  const statusCode = requireStatusCode(input.statusCode)
  if (own(found.method.responses, statusCode)) throw conflict('Response already exists for this resource')
  const response: RestApiMethodResponse = {
    responseParameters: requireParameters(input.responseParameters, RESPONSE_PARAMETER),
    responseModels: requireModels(input.responseModels),
  }
  storeMethodResponse(tx, found, statusCode, response)
  return methodResponseShape(statusCode, response)
}

export function getMethodResponse(records: Records, caller: Caller, input: GetMethodResponseRequest): MethodResponse {
  const { method } = requireMethod(records, caller, input)
  return methodResponseShape(input.statusCode ?? '', requireMethodResponse(method, input.statusCode))
}

export function updateMethodResponse(tx: Tx, caller: Caller, input: UpdateMethodResponseRequest): MethodResponse {
  const found = requireMethod(tx, caller, input)
  const old = requireMethodResponse(found.method, input.statusCode)
  const statusCode = input.statusCode ?? ''
  const response = applyPatches(old, input.patchOperations, METHOD_RESPONSE_ROWS)
  storeMethodResponse(tx, found, statusCode, response)
  return methodResponseShape(statusCode, response)
}

export function deleteMethodResponse(
  tx: Tx,
  caller: Caller,
  input: DeleteMethodResponseRequest,
): Record<string, never> {
  const found = requireMethod(tx, caller, input)
  requireMethodResponse(found.method, input.statusCode)
  const { [input.statusCode ?? '']: _, ...responses } = found.method.responses
  storeMethod(tx, found, { ...found.method, responses })
  return {}
}

/** Replaces a method in its resource. */
export function storeMethod(tx: Tx, { resource, httpMethod }: FoundMethod, method: RestApiMethod): void {
  tx.restApiResources.update(resource.id, { methods: { ...resource.methods, [httpMethod]: method } })
}

export function requireMethodResponse(method: RestApiMethod, statusCode = ''): RestApiMethodResponse {
  const response = own(method.responses, statusCode)
  if (!response) throw missing('Invalid Response status code specified')
  return response
}

export function requireStatusCode(statusCode = ''): string {
  if (!/^[1-5]\d\d$/.test(statusCode)) throw badRequest(`Invalid status code specified: ${statusCode}`)
  return statusCode
}

function storeMethodResponse(tx: Tx, found: FoundMethod, statusCode: string, response: RestApiMethodResponse): void {
  const responses = { ...found.method.responses, [statusCode]: response }
  storeMethod(tx, found, { ...found.method, responses })
}

const METHOD_ROWS: readonly PatchRow<RestApiMethod>[] = [
  {
    ops: ['replace'],
    path: '/authorizationType',
    apply: (method, { value }) => ({ ...method, authorizationType: requireAuthorizationType(value) }),
  },
  {
    ops: ['replace'],
    path: '/apiKeyRequired',
    apply: (method, { value }) => {
      if (readBoolean(value)) throw notServed('API keys: apiKeyRequired')
      return method
    },
  },
  {
    ops: ['replace'],
    path: '/operationName',
    apply: (method, { value }) => ({ ...method, operationName: value }),
  },
  unservedRow('/authorizerId', 'authorizers: authorizerId'),
  unservedRow('/requestValidatorId', 'request validators: requestValidatorId'),
  parametersRow('/requestParameters', REQUEST_PARAMETER, 'requestParameters'),
  mapRow(
    '/requestModels',
    (method) => method.requestModels,
    (method, requestModels) => ({ ...method, requestModels: requireModels(requestModels) }),
  ),
]

const METHOD_RESPONSE_ROWS: readonly PatchRow<RestApiMethodResponse>[] = [
  parametersRow('/responseParameters', RESPONSE_PARAMETER, 'responseParameters'),
  mapRow(
    '/responseModels',
    (response) => response.responseModels,
    (response, responseModels) => ({ ...response, responseModels: requireModels(responseModels) }),
  ),
]

function parametersRow<K extends string, R extends { readonly [k in K]?: Readonly<Record<string, boolean>> }>(
  path: string,
  names: RegExp,
  member: K,
): PatchRow<R> {
  return {
    ops: ['add', 'replace', 'remove'],
    path: `${path}/*`,
    apply(record, { op, value, names: [name = ''] }) {
      const old: Readonly<Record<string, boolean>> = record[member] ?? {}
      const { [name]: _, ...others } = old
      // A parameter is added without a value when it is not required.
      const parameters = op === 'remove' ? others : { ...others, [name]: value === '' ? false : readBoolean(value) }
      return { ...record, [member]: requireParameters(parameters, names) }
    },
  }
}

function requireAuthorizationType(type = ''): RestApiMethod['authorizationType'] {
  if (type === 'NONE' || type === 'AWS_IAM') return type
  if (type === 'CUSTOM' || type === 'COGNITO_USER_POOLS') throw notServed(`the authorizationType ${type}`)
  throw badRequest('Invalid authorization type specified. Must be one of: [NONE, AWS_IAM, CUSTOM, COGNITO_USER_POOLS]')
}

function requireParameters(
  parameters: Readonly<Record<string, boolean>> | undefined,
  names: RegExp,
): Readonly<Record<string, boolean>> {
  const wrong = Object.keys(parameters ?? {}).find((name) => !names.test(name))
  if (wrong !== undefined) throw badRequest(`Invalid mapping expression specified: ${wrong}`)
  return { ...parameters }
}

function requireModels(models: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
  for (const name of Object.values(models ?? {})) {
    if (!MODELS.has(name)) throw missing(`Invalid Model Identifier specified: ${name}`)
  }
  return { ...models }
}
