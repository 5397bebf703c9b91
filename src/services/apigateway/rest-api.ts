// REST APIs themselves.
// https://docs.aws.amazon.com/apigateway/latest/api/API_RestApi.html

import type {
  CreateRestApiRequest,
  DeleteRestApiRequest,
  EndpointConfiguration,
  GetRestApiRequest,
  GetRestApisRequest,
  RestApi as RestApiShape,
  RestApis,
  UpdateRestApiRequest,
} from '@aws-sdk/client-api-gateway'
import type { RestApi, RestApiEndpointType } from '../../store/apigateway-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from './caller.ts'
import { badRequest, notServed } from './errors.ts'
import { requireRestApi } from './find.ts'
import { newId } from './ids.ts'
import { pageOf } from './pages.ts'
import { applyPatches, type PatchRow, readBoolean } from './patch.ts'
import { requireResourcePolicy, shownPolicy } from './resource-policy.ts'
import { requireTags } from './tags.ts'

const ENDPOINT_TYPES = ['REGIONAL', 'EDGE', 'PRIVATE'] as const satisfies readonly RestApiEndpointType[]
const LARGEST_COMPRESSION_SIZE = 10_485_760

export function createRestApi(tx: Tx, caller: Caller, input: CreateRestApiRequest): RestApiShape {
  if (input.cloneFrom !== undefined) throw notServed('cloneFrom')
  const endpointType = requireEndpointType(input.endpointConfiguration)
  const id = newId(10, (taken) => tx.restApis.has(taken))
  const owned = { id, owner: caller.account, region: caller.region }
  const policy = requireResourcePolicy(owned, input.policy)
  const api: RestApi = {
    ...owned,
    name: requireName(input.name),
    ...(input.description !== undefined && { description: input.description }),
    ...(input.version !== undefined && { version: input.version }),
    endpointType,
    vpcEndpointIds: [...new Set(input.endpointConfiguration?.vpcEndpointIds)],
    ipAddressType: input.endpointConfiguration?.ipAddressType ?? defaultIpAddressType(endpointType),
    ...(policy !== undefined && { policy }),
    binaryMediaTypes: input.binaryMediaTypes ?? [],
    ...(input.minimumCompressionSize !== undefined && { minimumCompressionSize: input.minimumCompressionSize }),
    apiKeySource: input.apiKeySource ?? 'HEADER',
    disableExecuteApiEndpoint: input.disableExecuteApiEndpoint ?? false,
    tags: requireTags(input.tags),
    createdAt: caller.now.toISOString(),
  }
  requireConsistent(tx, api)
  tx.restApis.insert(api)
  const resourceId = newId(10, (taken) => taken === id)
  tx.restApiResources.insert({ id: `${id}/${resourceId}`, restApiId: id, resourceId, path: '/', methods: {} })
  return shapeOf(tx, api)
}

export function getRestApi(records: Records, caller: Caller, input: GetRestApiRequest): RestApiShape {
  return shapeOf(records, requireRestApi(records, caller, input.restApiId))
}

export function getRestApis(records: Records, caller: Caller, input: GetRestApisRequest): RestApis {
  const own = records.restApis.where('owner', caller.account).filter(({ region }) => region === caller.region)
  const { items, position } = pageOf(own, input, ({ id }) => id)
  return { items: items.map((api) => shapeOf(records, api)), position }
}

export function updateRestApi(tx: Tx, caller: Caller, input: UpdateRestApiRequest): RestApiShape {
  const api = requireRestApi(tx, caller, input.restApiId)
  const patched = applyPatches(api, input.patchOperations, ROWS)
  requireConsistent(tx, patched)
  // A patch may take a member away, which an update of the old record would keep.
  tx.restApis.delete(api.id)
  tx.restApis.insert(patched)
  return shapeOf(tx, patched)
}

export function deleteRestApi(tx: Tx, caller: Caller, input: DeleteRestApiRequest): Record<string, never> {
  const { id } = requireRestApi(tx, caller, input.restApiId)
  for (const stage of tx.restApiStages.where('restApiId', id)) tx.restApiStages.delete(stage.id)
  for (const deployment of tx.restApiDeployments.where('restApiId', id)) tx.restApiDeployments.delete(deployment.id)
  for (const resource of tx.restApiResources.where('restApiId', id)) tx.restApiResources.delete(resource.id)
  tx.restApis.delete(id)
  return {}
}

const ROWS: readonly PatchRow<RestApi>[] = [
  { ops: ['replace'], path: '/name', apply: (api, { value }) => ({ ...api, name: requireName(value) }) },
  { ops: ['replace'], path: '/description', apply: (api, { value }) => ({ ...api, description: value }) },
  {
    ops: ['replace', 'remove'],
    path: '/policy',
    apply: ({ policy: _, ...api }, { op, value }) => {
      const policy = op === 'remove' ? undefined : requireResourcePolicy(api, value)
      return { ...api, ...(policy !== undefined && { policy }) }
    },
  },
  {
    ops: ['replace'],
    path: '/apiKeySource',
    apply: (api, { value }) => {
      if (value !== 'HEADER' && value !== 'AUTHORIZER') throw badRequest('Invalid API key source specified')
      return { ...api, apiKeySource: value }
    },
  },
  {
    ops: ['replace'],
    path: '/disableExecuteApiEndpoint',
    apply: (api, { value }) => ({ ...api, disableExecuteApiEndpoint: readBoolean(value) }),
  },
  {
    ops: ['replace', 'remove'],
    path: '/minimumCompressionSize',
    apply: ({ minimumCompressionSize: _, ...api }, { value }) =>
      value === '' ? api : { ...api, minimumCompressionSize: Number(value) },
  },
  {
    ops: ['add', 'remove'],
    path: '/binaryMediaTypes/*',
    apply: (api, { op, names: [type = ''] }) => ({ ...api, binaryMediaTypes: changed(api.binaryMediaTypes, op, type) }),
  },
  {
    ops: ['replace'],
    path: '/endpointConfiguration/types/*',
    apply: (api, { value }) => {
      const endpointType = requireEndpointType({ types: [value as RestApiEndpointType] })
      return { ...api, endpointType, ipAddressType: defaultIpAddressType(endpointType) }
    },
  },
  {
    ops: ['replace'],
    path: '/endpointConfiguration/ipAddressType',
    apply: (api, { value }) => {
      if (value !== 'ipv4' && value !== 'dualstack') throw badRequest('Invalid IP address type specified')
      return { ...api, ipAddressType: value }
    },
  },
  {
    ops: ['add', 'remove'],
    path: '/endpointConfiguration/vpcEndpointIds',
    apply: (api, { op, value }) => ({ ...api, vpcEndpointIds: changed(api.vpcEndpointIds, op, value) }),
  },
]

/** A list with one entry more or less. */
function changed(list: readonly string[], op: string, entry: string): readonly string[] {
  const others = list.filter((one) => one !== entry)
  return op === 'add' ? [...others, entry] : others
}

function requireName(name: string | undefined): string {
  if (!name?.trim()) throw badRequest('API name cannot be empty')
  if (name.length > 1024) throw badRequest('API name has more than 1024 characters')
  return name
}

/** Absent: EDGE, as in AWS's API; its console and its newer clients name one. */
function requireEndpointType(configuration: EndpointConfiguration | undefined): RestApiEndpointType {
  const types = configuration?.types ?? []
  if (types.length > 1) throw badRequest('Only one endpoint type can be specified for a REST API')
  const [wanted = 'EDGE'] = types
  const type = ENDPOINT_TYPES.find((one) => one === wanted)
  if (!type)
    throw badRequest(`Invalid endpoint type specified: ${wanted}. Must be one of: [${ENDPOINT_TYPES.join(', ')}]`)
  return type
}

function defaultIpAddressType(type: RestApiEndpointType): RestApi['ipAddressType'] {
  return type === 'PRIVATE' ? 'dualstack' : 'ipv4'
}

/** Rules between members, after a creation or all patches of a call. */
function requireConsistent(records: Records, api: RestApi): void {
  const { endpointType, vpcEndpointIds, minimumCompressionSize: size } = api
  if (vpcEndpointIds.length > 0 && endpointType !== 'PRIVATE') {
    throw badRequest('VPC endpoint ids can only be specified for an API of endpoint type PRIVATE')
  }
  const service = `com.amazonaws.${api.region}.execute-api`
  const unknown = vpcEndpointIds.filter((id) => {
    const endpoint = records.vpcEndpoints.get(id)
    return endpoint?.type !== 'Interface' || endpoint.serviceName !== service
  })
  // An endpoint that went later stays in the list, as with AWS; only new ones are asked for.
  const before = records.restApis.get(api.id)?.vpcEndpointIds ?? []
  const added = unknown.filter((id) => !before.includes(id))
  if (added.length > 0) {
    throw badRequest(`The VPC endpoint ids [${added.join(', ')}] are not interface endpoints of ${service}`)
  }
  if (size !== undefined && !(Number.isInteger(size) && size >= 0 && size <= LARGEST_COMPRESSION_SIZE)) {
    throw badRequest(`Invalid minimum compression size, must be between 0 and ${LARGEST_COMPRESSION_SIZE}`)
  }
}

function shapeOf(records: Records, api: RestApi): RestApiShape {
  const root = records.restApiResources.where('restApiId', api.id).find(({ parentId }) => parentId === undefined)
  return {
    id: api.id,
    name: api.name,
    description: api.description,
    createdDate: new Date(Math.floor(Date.parse(api.createdAt) / 1000) * 1000),
    version: api.version,
    binaryMediaTypes: api.binaryMediaTypes.length > 0 ? [...api.binaryMediaTypes] : undefined,
    minimumCompressionSize: api.minimumCompressionSize,
    apiKeySource: api.apiKeySource,
    endpointConfiguration: {
      types: [api.endpointType],
      ipAddressType: api.ipAddressType,
      ...(api.vpcEndpointIds.length > 0 && { vpcEndpointIds: [...api.vpcEndpointIds] }),
    },
    policy: api.policy === undefined ? undefined : shownPolicy(api.policy),
    tags: { ...api.tags },
    disableExecuteApiEndpoint: api.disableExecuteApiEndpoint,
    rootResourceId: root?.resourceId,
  }
}
