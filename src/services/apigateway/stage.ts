// Stages: names in the URL, each of which points to a deployment.
// https://docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html

import type {
  CreateDeploymentRequest,
  CreateStageRequest,
  DeleteStageRequest,
  FlushStageCacheRequest,
  GetStageRequest,
  GetStagesRequest,
  Stage as StageShape,
  Stages,
  UpdateStageRequest,
} from '@aws-sdk/client-api-gateway'
import type { RestApiDeployment, RestApiStage } from '../../store/apigateway-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from './caller.ts'
import { badRequest, conflict, notServed } from './errors.ts'
import { requireDeployment, requireRestApi, requireStage } from './find.ts'
import { changeMethodSetting, METHOD_SETTINGS, methodSettingsShape } from './method-settings.ts'
import { applyPatches, mapRow, type PatchRow, readBoolean, unservedRow } from './patch.ts'
import { requireTags } from './tags.ts'

export function createStage(tx: Tx, caller: Caller, input: CreateStageRequest): StageShape {
  const api = requireRestApi(tx, caller, input.restApiId)
  if (input.canarySettings) throw notServed('canary deployments: canarySettings')
  if (input.cacheClusterEnabled) throw notServed('cache clusters: cacheClusterEnabled')
  const stageName = requireStageName(input.stageName)
  const { deploymentId } = requireDeployment(tx, api.id, input.deploymentId)
  if (tx.restApiStages.has(`${api.id}/${stageName}`)) throw conflict('Stage already exists')
  const now = caller.now.toISOString()
  return shapeOf(
    tx.restApiStages.insert({
      id: `${api.id}/${stageName}`,
      restApiId: api.id,
      stageName,
      deploymentId,
      ...(input.description !== undefined && { description: input.description }),
      ...(input.documentationVersion !== undefined && { documentationVersion: input.documentationVersion }),
      variables: requireVariables(input.variables),
      tracingEnabled: input.tracingEnabled ?? false,
      methodSettings: {},
      tags: requireTags(input.tags),
      createdAt: now,
      updatedAt: now,
    }),
  )
}

/** The stage that CreateDeployment names: a new one, or the one that is there now points to the new deployment. */
export function putDeployedStage(
  tx: Tx,
  caller: Caller,
  input: CreateDeploymentRequest & { readonly stageName: string },
  { restApiId, deploymentId }: RestApiDeployment,
): void {
  const { stageName, stageDescription, variables, tracingEnabled } = input
  const old = tx.restApiStages.get(`${restApiId}/${stageName}`)
  if (!old) {
    const members = { ...(variables && { variables }), ...(tracingEnabled !== undefined && { tracingEnabled }) }
    const description = stageDescription === undefined ? {} : { description: stageDescription }
    createStage(tx, caller, { restApiId, deploymentId, stageName, ...members, ...description })
    return
  }
  tx.restApiStages.update(old.id, {
    deploymentId,
    updatedAt: caller.now.toISOString(),
    ...(stageDescription !== undefined && { description: stageDescription }),
    ...(variables && { variables: requireVariables(variables) }),
    ...(tracingEnabled !== undefined && { tracingEnabled }),
  })
}

export function getStage(records: Records, caller: Caller, input: GetStageRequest): StageShape {
  const api = requireRestApi(records, caller, input.restApiId)
  return shapeOf(requireStage(records, api.id, input.stageName))
}

export function getStages(records: Records, caller: Caller, input: GetStagesRequest): Stages {
  const api = requireRestApi(records, caller, input.restApiId)
  const { deploymentId: wanted } = input
  const stages = records.restApiStages.where('restApiId', api.id)
  return { item: stages.filter(({ deploymentId }) => !wanted || deploymentId === wanted).map(shapeOf) }
}

export function updateStage(tx: Tx, caller: Caller, input: UpdateStageRequest): StageShape {
  const api = requireRestApi(tx, caller, input.restApiId)
  const stage = requireStage(tx, api.id, input.stageName)
  const patched = applyPatches(stage, input.patchOperations, ROWS)
  requireDeployment(tx, api.id, patched.deploymentId)
  requireVariables(patched.variables)
  return shapeOf(tx.restApiStages.update(stage.id, { ...patched, updatedAt: caller.now.toISOString() }))
}

export function deleteStage(tx: Tx, caller: Caller, input: DeleteStageRequest): Record<string, never> {
  const api = requireRestApi(tx, caller, input.restApiId)
  tx.restApiStages.delete(requireStage(tx, api.id, input.stageName).id)
  return {}
}

/** Nothing is cached, so the cache is empty when this returns. */
export function flushStageCache(records: Records, caller: Caller, input: FlushStageCacheRequest) {
  const api = requireRestApi(records, caller, input.restApiId)
  requireStage(records, api.id, input.stageName)
  return {}
}

const ROWS: readonly PatchRow<RestApiStage>[] = [
  { ops: ['replace'], path: '/deploymentId', apply: (stage, { value }) => ({ ...stage, deploymentId: value }) },
  { ops: ['replace'], path: '/description', apply: (stage, { value }) => ({ ...stage, description: value }) },
  {
    ops: ['replace'],
    path: '/documentationVersion',
    apply: (stage, { value }) => ({ ...stage, documentationVersion: value }),
  },
  {
    ops: ['replace'],
    path: '/tracingEnabled',
    apply: (stage, { value }) => ({ ...stage, tracingEnabled: readBoolean(value) }),
  },
  {
    ops: ['replace'],
    path: '/cacheClusterEnabled',
    apply: (stage, { value }) => {
      if (readBoolean(value)) throw notServed('cache clusters: cacheClusterEnabled')
      return stage
    },
  },
  unservedRow('/accessLogSettings/*', 'access logs: accessLogSettings'),
  unservedRow('/cacheClusterSize', 'cache clusters: cacheClusterSize'),
  unservedRow('/canarySettings', 'canary deployments: canarySettings'),
  unservedRow('/canarySettings/*', 'canary deployments: canarySettings'),
  unservedRow('/clientCertificateId', 'client certificates: clientCertificateId'),
  mapRow(
    '/variables',
    (stage) => stage.variables,
    (stage, variables) => ({ ...stage, variables }),
  ),
  ...METHOD_SETTINGS.map(
    (setting): PatchRow<RestApiStage> => ({
      ops: ['replace', 'remove'],
      path: `/*/*/${setting}`,
      apply: (stage, change) => ({
        ...stage,
        methodSettings: changeMethodSetting(stage.methodSettings, setting, change),
      }),
    }),
  ),
  {
    ops: ['remove'],
    path: '/*/*',
    apply: (stage, { names: [path = '', method = ''] }) => {
      const { [`${path.replace(/^\//, '')}/${method}`]: _, ...methodSettings } = stage.methodSettings
      return { ...stage, methodSettings }
    },
  },
]

function requireStageName(name = ''): string {
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(name)) throw badRequest('Stage name only allows a-zA-Z0-9_-')
  return name
}

function requireVariables(variables: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(variables)) {
    if (!/^\w{1,64}$/.test(name)) {
      throw badRequest(`Invalid stage variable name: ${name}. Please use alphanumeric characters and underscores`)
    }
    if (!/^[A-Za-z0-9._~:/?#&=,-]{1,512}$/.test(value)) {
      throw badRequest(
        `Invalid stage variable value: ${value}. Please use values with alphanumeric characters and the symbols '-','.','_','~',':','/','?','&','=', and ','.`,
      )
    }
  }
  return { ...variables }
}

function shapeOf(stage: RestApiStage): StageShape {
  const { description, documentationVersion, deploymentId, stageName, variables, tracingEnabled } = stage
  return {
    deploymentId,
    stageName,
    description,
    cacheClusterEnabled: false,
    cacheClusterStatus: 'NOT_AVAILABLE',
    methodSettings: methodSettingsShape(stage.methodSettings),
    variables: Object.keys(variables).length > 0 ? { ...variables } : undefined,
    documentationVersion,
    tracingEnabled,
    tags: { ...stage.tags },
    createdDate: seconds(stage.createdAt),
    lastUpdatedDate: seconds(stage.updatedAt),
  }
}

function seconds(instant: string): Date {
  return new Date(Math.floor(Date.parse(instant) / 1000) * 1000)
}
