// The tree of an API's resources: each is one part of the path below its parent.
// https://docs.aws.amazon.com/apigateway/latest/api/API_Resource.html

import type {
  CreateResourceRequest,
  DeleteResourceRequest,
  GetResourceRequest,
  GetResourcesRequest,
  Resource as ResourceShape,
  Resources,
  UpdateResourceRequest,
} from '@aws-sdk/client-api-gateway'
import type { RestApiResource } from '../../store/apigateway-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from './caller.ts'
import { badRequest, conflict } from './errors.ts'
import { requireResource, requireRestApi } from './find.ts'
import { newId } from './ids.ts'
import { methodShape } from './method-shape.ts'
import { pageOf } from './pages.ts'
import { applyPatches } from './patch.ts'

const PATH_PART = /^(?:[A-Za-z0-9._:~$+-]+|\{[A-Za-z0-9._-]+\+?\})$/
const MOST_RESOURCES = 300

export function createResource(tx: Tx, caller: Caller, input: CreateResourceRequest): ResourceShape {
  const api = requireRestApi(tx, caller, input.restApiId)
  const parent = requireResource(tx, api.id, input.parentId)
  const siblings = tx.restApiResources.where('restApiId', api.id)
  if (siblings.length >= MOST_RESOURCES) throw badRequest('Maximum number of resources for this API has been reached')
  const resourceId = newId(6, (id) => tx.restApiResources.has(`${api.id}/${id}`))
  const resource = placed(tx, parent, input.pathPart ?? '', {
    id: `${api.id}/${resourceId}`,
    restApiId: api.id,
    resourceId,
    methods: {},
  })
  return shapeOf(tx.restApiResources.insert(resource))
}

export function getResource(records: Records, caller: Caller, input: GetResourceRequest): ResourceShape {
  const api = requireRestApi(records, caller, input.restApiId)
  return shapeOf(requireResource(records, api.id, input.resourceId), input.embed)
}

export function getResources(records: Records, caller: Caller, input: GetResourcesRequest): Resources {
  const api = requireRestApi(records, caller, input.restApiId)
  const all = records.restApiResources.where('restApiId', api.id)
  const { items, position } = pageOf(all, input, ({ resourceId }) => resourceId)
  return { items: items.map((resource) => shapeOf(resource, input.embed)), position }
}

export function updateResource(tx: Tx, caller: Caller, input: UpdateResourceRequest): ResourceShape {
  const api = requireRestApi(tx, caller, input.restApiId)
  const resource = requireResource(tx, api.id, input.resourceId)
  const { parentId, pathPart } = resource
  if (parentId === undefined || pathPart === undefined) throw badRequest('Root resource cannot be updated')
  const place = applyPatches({ parentId, pathPart }, input.patchOperations, [
    { ops: ['replace'], path: '/pathPart', apply: (old, { value }) => ({ ...old, pathPart: value }) },
    { ops: ['replace'], path: '/parentId', apply: (old, { value }) => ({ ...old, parentId: value }) },
  ])
  const parent = requireResource(tx, api.id, place.parentId)
  if (within(tx, resource).some(({ id }) => id === parent.id)) {
    throw badRequest('Resource cannot be a child of itself')
  }
  const moved = placed(tx, parent, place.pathPart, resource)
  tx.restApiResources.update(moved.id, moved)
  renamePathsBelow(tx, moved)
  return shapeOf(moved)
}

export function deleteResource(tx: Tx, caller: Caller, input: DeleteResourceRequest): Record<string, never> {
  const api = requireRestApi(tx, caller, input.restApiId)
  const resource = requireResource(tx, api.id, input.resourceId)
  if (resource.parentId === undefined) throw badRequest('Root resource is not removable')
  for (const { id } of within(tx, resource)) tx.restApiResources.delete(id)
  return {}
}

type Unplaced = Omit<RestApiResource, 'parentId' | 'pathPart' | 'path'>

/** The resource at a place that it can have. */
function placed(records: Records, parent: RestApiResource, pathPart: string, resource: Unplaced): RestApiResource {
  if (!PATH_PART.test(pathPart)) {
    throw badRequest(
      "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.",
    )
  }
  if (parent.pathPart?.endsWith('+}')) {
    throw badRequest(`Cannot create a child of a resource with a greedy path variable: ${parent.path}`)
  }
  const siblings = childrenOf(records, parent).filter(({ id }) => id !== resource.id)
  if (siblings.some((sibling) => sibling.pathPart === pathPart)) {
    throw conflict(`Another resource with the same parent already has this name: ${pathPart}`)
  }
  const variable = siblings.find((sibling) => isVariable(sibling) && isVariable({ pathPart }))
  if (variable) {
    throw badRequest(
      `A sibling (${variable.pathPart}) of this resource already has a variable path part -- only one is allowed`,
    )
  }
  return { ...resource, parentId: parent.resourceId, pathPart, path: pathBelow(parent, pathPart) }
}

function isVariable({ pathPart }: Pick<RestApiResource, 'pathPart'>): boolean {
  return pathPart?.startsWith('{') === true
}

function pathBelow(parent: Pick<RestApiResource, 'path'>, pathPart: string): string {
  return `${parent.path === '/' ? '' : parent.path}/${pathPart}`
}

function childrenOf(records: Records, { restApiId, resourceId }: RestApiResource): RestApiResource[] {
  return records.restApiResources.where('restApiId', restApiId).filter(({ parentId }) => parentId === resourceId)
}

/** The resource and all below it. */
function within(records: Records, resource: RestApiResource): RestApiResource[] {
  return [resource, ...childrenOf(records, resource).flatMap((child) => within(records, child))]
}

function renamePathsBelow(tx: Tx, parent: RestApiResource): void {
  for (const child of childrenOf(tx, parent)) {
    renamePathsBelow(tx, tx.restApiResources.update(child.id, { path: pathBelow(parent, child.pathPart ?? '') }))
  }
}

/** Methods are told by name alone, unless `embed=methods` asks for all of them. */
function shapeOf(resource: RestApiResource, embed: readonly string[] = []): ResourceShape {
  const { resourceId, parentId, pathPart, path, methods } = resource
  const whole = embed.includes('methods')
  const entries = Object.entries(methods).map(([name, method]) => [name, whole ? methodShape(name, method) : {}])
  return {
    id: resourceId,
    parentId,
    pathPart,
    path,
    resourceMethods: entries.length > 0 ? Object.fromEntries(entries) : undefined,
  }
}
