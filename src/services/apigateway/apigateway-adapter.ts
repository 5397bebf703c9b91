// API Gateway's own API, by which REST APIs are made: its operations in transactions on the store.

import type { Adapter, Call } from '../../edge/adapter.ts'
import { ApiError } from '../../errors.ts'
import type { Store } from '../../store/store.ts'
import { getAccount } from './account.ts'
import { authorisationsOf } from './authorisations.ts'
import type { Caller, ReadOperation, WriteOperation } from './caller.ts'
import { createDeployment, deleteDeployment, getDeployment, getDeployments, updateDeployment } from './deployment.ts'
import type { SendHttp } from './execute/send-http.ts'
import { testInvokeMethod } from './execute/test-invoke.ts'
import { deleteIntegration, getIntegration, putIntegration, updateIntegration } from './integration.ts'
import {
  deleteIntegrationResponse,
  getIntegrationResponse,
  putIntegrationResponse,
  updateIntegrationResponse,
} from './integration-response.ts'
import {
  deleteMethod,
  deleteMethodResponse,
  getMethod,
  getMethodResponse,
  putMethod,
  putMethodResponse,
  updateMethod,
  updateMethodResponse,
} from './method.ts'
import { createResource, deleteResource, getResource, getResources, updateResource } from './resource.ts'
import { createRestApi, deleteRestApi, getRestApi, getRestApis, updateRestApi } from './rest-api.ts'
import { createStage, deleteStage, flushStageCache, getStage, getStages, updateStage } from './stage.ts'
import { getTags, tagResource, untagResource } from './tags.ts'

/** The codec decodes each operation's input by its own table, so it has the type that its function asks for. */
const READS: Readonly<Record<string, ReadOperation<never, object>>> = {
  FlushStageCache: flushStageCache,
  GetAccount: getAccount,
  GetDeployment: getDeployment,
  GetDeployments: getDeployments,
  GetIntegration: getIntegration,
  GetIntegrationResponse: getIntegrationResponse,
  GetMethod: getMethod,
  GetMethodResponse: getMethodResponse,
  GetResource: getResource,
  GetResources: getResources,
  GetRestApi: getRestApi,
  GetRestApis: getRestApis,
  GetStage: getStage,
  GetStages: getStages,
  GetTags: getTags,
}

const WRITES: Readonly<Record<string, WriteOperation<never, object>>> = {
  CreateDeployment: createDeployment,
  CreateResource: createResource,
  CreateRestApi: createRestApi,
  CreateStage: createStage,
  DeleteDeployment: deleteDeployment,
  DeleteIntegration: deleteIntegration,
  DeleteIntegrationResponse: deleteIntegrationResponse,
  DeleteMethod: deleteMethod,
  DeleteMethodResponse: deleteMethodResponse,
  DeleteResource: deleteResource,
  DeleteRestApi: deleteRestApi,
  DeleteStage: deleteStage,
  PutIntegration: putIntegration,
  PutIntegrationResponse: putIntegrationResponse,
  PutMethod: putMethod,
  PutMethodResponse: putMethodResponse,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateDeployment: updateDeployment,
  UpdateIntegration: updateIntegration,
  UpdateIntegrationResponse: updateIntegrationResponse,
  UpdateMethod: updateMethod,
  UpdateMethodResponse: updateMethodResponse,
  UpdateResource: updateResource,
  UpdateRestApi: updateRestApi,
  UpdateStage: updateStage,
}

/** Neither reads nor writes: it calls. */
const TEST = 'TestInvokeMethod'

/** The operations of API Gateway that are served, by their AWS names. */
export const API_GATEWAY_OPERATIONS: ReadonlySet<string> = new Set([
  ...Object.keys(READS),
  ...Object.keys(WRITES),
  TEST,
])

/** `send` reaches the backends of methods that are tried. */
export function apiGatewayAdapter(store: Store, send: SendHttp): Adapter {
  return {
    service: 'apigateway',
    operations: API_GATEWAY_OPERATIONS,
    authorisations: async (call) => authorisationsOf(store.records, call),
    refusal: (_call, _authorisation, { message = '' }) => new ApiError('AccessDeniedException', message),
    run: async (call) => {
      const caller = callerOf(call)
      if (call.operation === TEST) return { ...(await testInvokeMethod(store.records, send, caller, call)) }
      const input = call.input as never
      const read = READS[call.operation]
      if (read) return { ...read(store.records, caller, input) }
      const write = WRITES[call.operation]
      if (!write) throw new TypeError(`API Gateway has no row ${call.operation}`)
      const { result, durable } = store.transact((tx) => write(tx, caller, input))
      await durable
      return { ...result }
    },
  }
}

function callerOf({ principal, region, now }: Call): Caller {
  return { account: principal.kind === 'anonymous' ? '' : principal.account, region, now }
}
