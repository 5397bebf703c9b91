// Finds what a call names, in AWS's words when it is not there: of the caller's account and region, or not at all.

import type {
  RestApi,
  RestApiDeployment,
  RestApiMethod,
  RestApiResource,
  RestApiStage,
} from '../../store/apigateway-records.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from './caller.ts'
import { invalidIdentifier, missing } from './errors.ts'
import { own } from './own.ts'

export function requireRestApi(records: Records, caller: Caller, id = ''): RestApi {
  const api = records.restApis.get(id)
  if (api?.owner === caller.account && api.region === caller.region) return api
  throw missing(`Invalid API identifier specified ${caller.account}:${id}`)
}

export function requireResource(records: Records, restApiId: string, resourceId = ''): RestApiResource {
  const resource = records.restApiResources.get(`${restApiId}/${resourceId}`)
  if (!resource) throw invalidIdentifier('Resource')
  return resource
}

interface MethodInput {
  readonly restApiId?: string | undefined
  readonly resourceId?: string | undefined
  readonly httpMethod?: string | undefined
}

export interface FoundMethod {
  readonly api: RestApi
  readonly resource: RestApiResource
  readonly httpMethod: string
  readonly method: RestApiMethod
}

export function requireMethod(records: Records, caller: Caller, input: MethodInput): FoundMethod {
  const api = requireRestApi(records, caller, input.restApiId)
  const resource = requireResource(records, api.id, input.resourceId)
  const httpMethod = input.httpMethod ?? ''
  const method = own(resource.methods, httpMethod)
  if (!method) throw invalidIdentifier('Method')
  return { api, resource, httpMethod, method }
}

export function requireDeployment(records: Records, restApiId: string, deploymentId = ''): RestApiDeployment {
  const deployment = records.restApiDeployments.get(`${restApiId}/${deploymentId}`)
  if (!deployment) throw invalidIdentifier('Deployment')
  return deployment
}

export function requireStage(records: Records, restApiId: string, stageName = ''): RestApiStage {
  const stage = records.restApiStages.get(`${restApiId}/${stageName}`)
  if (!stage) throw invalidIdentifier('stage')
  return stage
}
