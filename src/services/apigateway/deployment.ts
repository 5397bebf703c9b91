// Deployments: an API as it is now, kept for stages to point to.
// https://docs.aws.amazon.com/apigateway/latest/api/API_CreateDeployment.html

import type {
  CreateDeploymentRequest,
  DeleteDeploymentRequest,
  Deployment as DeploymentShape,
  Deployments,
  GetDeploymentRequest,
  GetDeploymentsRequest,
  UpdateDeploymentRequest,
} from '@aws-sdk/client-api-gateway'
import type { RestApi, RestApiDeployment, RestApiResource } from '../../store/apigateway-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from './caller.ts'
import { badRequest, notServed } from './errors.ts'
import { requireDeployment, requireRestApi } from './find.ts'
import { newId } from './ids.ts'
import { pageOf } from './pages.ts'
import { applyPatches } from './patch.ts'
import { putDeployedStage } from './stage.ts'

export function createDeployment(tx: Tx, caller: Caller, input: CreateDeploymentRequest): DeploymentShape {
  const api = requireRestApi(tx, caller, input.restApiId)
  if (input.canarySettings) throw notServed('canary deployments: canarySettings')
  if (input.cacheClusterEnabled) throw notServed('cache clusters: cacheClusterEnabled')
  const resources = tx.restApiResources.where('restApiId', api.id).filter(({ methods }) => Object.keys(methods).length)
  requireDeployable(api, resources)
  const deploymentId = newId(6, (id) => tx.restApiDeployments.has(`${api.id}/${id}`))
  const deployment = tx.restApiDeployments.insert({
    id: `${api.id}/${deploymentId}`,
    restApiId: api.id,
    deploymentId,
    ...(input.description !== undefined && { description: input.description }),
    createdAt: caller.now.toISOString(),
    ...(api.policy !== undefined && { policy: api.policy }),
    disableExecuteApiEndpoint: api.disableExecuteApiEndpoint,
    resources: resources.map(({ resourceId, path, methods }) => ({ resourceId, path, methods })),
  })
  if (input.stageName) putDeployedStage(tx, caller, { ...input, stageName: input.stageName }, deployment)
  return shapeOf(deployment)
}

export function getDeployment(records: Records, caller: Caller, input: GetDeploymentRequest): DeploymentShape {
  const api = requireRestApi(records, caller, input.restApiId)
  return shapeOf(requireDeployment(records, api.id, input.deploymentId), input.embed?.includes('apisummary'))
}

export function getDeployments(records: Records, caller: Caller, input: GetDeploymentsRequest): Deployments {
  const api = requireRestApi(records, caller, input.restApiId)
  const all = records.restApiDeployments.where('restApiId', api.id)
  const { items, position } = pageOf(all, input, ({ deploymentId }) => deploymentId)
  return { items: items.map((deployment) => shapeOf(deployment)), position }
}

export function updateDeployment(tx: Tx, caller: Caller, input: UpdateDeploymentRequest): DeploymentShape {
  const api = requireRestApi(tx, caller, input.restApiId)
  const deployment = requireDeployment(tx, api.id, input.deploymentId)
  const patched = applyPatches(deployment, input.patchOperations, [
    { ops: ['replace'], path: '/description', apply: (old, { value }) => ({ ...old, description: value }) },
  ])
  return shapeOf(tx.restApiDeployments.update(deployment.id, patched))
}

export function deleteDeployment(tx: Tx, caller: Caller, input: DeleteDeploymentRequest): Record<string, never> {
  const api = requireRestApi(tx, caller, input.restApiId)
  const { id, deploymentId } = requireDeployment(tx, api.id, input.deploymentId)
  if (tx.restApiStages.where('restApiId', api.id).some((stage) => stage.deploymentId === deploymentId)) {
    throw badRequest('Active stages pointing to this deployment must be moved or deleted')
  }
  tx.restApiDeployments.delete(id)
  return {}
}

function requireDeployable(api: RestApi, resources: readonly RestApiResource[]): void {
  if (resources.length === 0) throw badRequest("The REST API doesn't contain any methods")
  const methods = resources.flatMap((resource) => Object.values(resource.methods))
  if (methods.some(({ integration }) => !integration)) throw badRequest('No integration defined for method')
  if (api.endpointType === 'PRIVATE' && api.policy === undefined) {
    throw badRequest("Private REST API doesn't have a resource policy attached to it")
  }
}

function shapeOf(deployment: RestApiDeployment, withSummary = false): DeploymentShape {
  const { deploymentId, description, createdAt, resources } = deployment
  return {
    id: deploymentId,
    description,
    createdDate: new Date(Math.floor(Date.parse(createdAt) / 1000) * 1000),
    ...(withSummary && { apiSummary: Object.fromEntries(resources.map(summaryOf)) }),
  }
}

function summaryOf({ path, methods }: Pick<RestApiResource, 'path' | 'methods'>) {
  const snapshots = Object.entries(methods).map(([httpMethod, { authorizationType }]) => [
    httpMethod,
    { authorizationType, apiKeyRequired: false },
  ])
  return [path, Object.fromEntries(snapshots)] as const
}
