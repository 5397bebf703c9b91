// How the backend's answer becomes the method's: which status, which headers, which body.
// https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegrationResponse.html

import type {
  DeleteIntegrationResponseRequest,
  GetIntegrationResponseRequest,
  IntegrationResponse,
  PutIntegrationResponseRequest,
  UpdateIntegrationResponseRequest,
} from '@aws-sdk/client-api-gateway'
import type { RestApiIntegrationResponse, RestApiMethod } from '../../store/apigateway-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from './caller.ts'
import { badRequest, missing } from './errors.ts'
import { type FoundMethod, requireMethod } from './find.ts'
import { invalidMapping, requireIntegration, requireTemplates } from './integration.ts'
import { parseMapping } from './mapping.ts'
import { requireMethodResponse, storeMethod } from './method.ts'
import { integrationResponseShape } from './method-shape.ts'
import { own } from './own.ts'
import { applyPatches, mapRow, type PatchRow } from './patch.ts'

export function putIntegrationResponse(
  tx: Tx,
  caller: Caller,
  input: PutIntegrationResponseRequest,
): IntegrationResponse {
  const found = requireMethod(tx, caller, input)
  const response: RestApiIntegrationResponse = {
    ...(input.selectionPattern && { selectionPattern: input.selectionPattern }),
    responseParameters: { ...input.responseParameters },
    responseTemplates: { ...input.responseTemplates },
    ...(input.contentHandling !== undefined && { contentHandling: input.contentHandling }),
  }
  return storeResponse(tx, found, input.statusCode, response)
}

export function getIntegrationResponse(
  records: Records,
  caller: Caller,
  input: GetIntegrationResponseRequest,
): IntegrationResponse {
  const { method } = requireMethod(records, caller, input)
  return integrationResponseShape(input.statusCode ?? '', requireResponse(method, input.statusCode))
}

export function updateIntegrationResponse(
  tx: Tx,
  caller: Caller,
  input: UpdateIntegrationResponseRequest,
): IntegrationResponse {
  const found = requireMethod(tx, caller, input)
  const response = applyPatches(requireResponse(found.method, input.statusCode), input.patchOperations, ROWS)
  return storeResponse(tx, found, input.statusCode, response)
}

export function deleteIntegrationResponse(
  tx: Tx,
  caller: Caller,
  input: DeleteIntegrationResponseRequest,
): Record<string, never> {
  const found = requireMethod(tx, caller, input)
  requireResponse(found.method, input.statusCode)
  const integration = requireIntegration(found.method)
  const { [input.statusCode ?? '']: _, ...responses } = integration.responses
  storeMethod(tx, found, { ...found.method, integration: { ...integration, responses } })
  return {}
}

function requireResponse(method: RestApiMethod, statusCode = ''): RestApiIntegrationResponse {
  const response = own(requireIntegration(method).responses, statusCode)
  if (!response) throw missing('Invalid Response status code specified')
  return response
}

function storeResponse(
  tx: Tx,
  found: FoundMethod,
  statusCode: string | undefined,
  response: RestApiIntegrationResponse,
): IntegrationResponse {
  const integration = requireIntegration(found.method)
  requireConsistent(found.method, statusCode, response)
  const responses = { ...integration.responses, [statusCode ?? '']: response }
  storeMethod(tx, found, { ...found.method, integration: { ...integration, responses } })
  return integrationResponseShape(statusCode ?? '', response)
}

function requireConsistent(
  method: RestApiMethod,
  statusCode: string | undefined,
  { selectionPattern, responseParameters = {}, responseTemplates }: RestApiIntegrationResponse,
): void {
  const declared = requireMethodResponse(method, statusCode).responseParameters ?? {}
  if (selectionPattern !== undefined && !isPattern(selectionPattern)) {
    throw badRequest(`Invalid selection pattern specified: ${selectionPattern}`)
  }
  for (const [target, source] of Object.entries(responseParameters)) {
    if (!Object.hasOwn(declared, target)) throw invalidMapping(target)
    if (!parseMapping(source, 'integration.response')) throw invalidMapping(source)
  }
  requireTemplates(responseTemplates)
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text)
    return true
  } catch {
    return false
  }
}

const ROWS: readonly PatchRow<RestApiIntegrationResponse>[] = [
  {
    ops: ['replace', 'remove'],
    path: '/selectionPattern',
    apply: ({ selectionPattern: _, ...response }, { value }) =>
      value === '' ? response : { ...response, selectionPattern: value },
  },
  {
    ops: ['replace', 'remove'],
    path: '/contentHandling',
    apply: ({ contentHandling: _, ...response }, { value }) =>
      value === '' ? response : { ...response, contentHandling: value },
  },
  mapRow(
    '/responseParameters',
    (response) => response.responseParameters,
    (response, responseParameters) => ({ ...response, responseParameters }),
  ),
  mapRow(
    '/responseTemplates',
    (response) => response.responseTemplates,
    (response, responseTemplates) => ({ ...response, responseTemplates }),
  ),
]
