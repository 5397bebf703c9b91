// What an invocation reaches: the API, its stage, the deployment that the stage points to, and the method; or what it
// hears instead.

import type { Connection } from '../../../iam/connection.ts'
import type { RestApi, RestApiDeployment, RestApiMethod, RestApiStage } from '../../../store/apigateway-records.ts'
import type { Records } from '../../../store/store.ts'
import { own } from '../own.ts'
import { invokeArn } from '../resource-policy.ts'
import { accessDenied, forbidden, missingToken } from './gateway-response.ts'
import type { InvokeInput } from './invoke-codec.ts'
import { findInvokedApi, type InvokedApi } from './invoked-host.ts'
import { matchResource } from './resource-match.ts'

export interface Target {
  readonly kind: 'target'
  readonly api: RestApi
  readonly stage: RestApiStage
  readonly deployment: RestApiDeployment
  readonly resourceId: string
  readonly resourcePath: string
  readonly method: RestApiMethod
  /** Values of the variables in the path, decoded. */
  readonly pathParameters: Readonly<Record<string, string>>
  /** Percent-encoded, after the stage; begins with a slash. */
  readonly path: string
  /** `arn:aws:execute-api:…/prod/GET/pets` */
  readonly arn: string
}

export type Resolved = Target | { readonly kind: 'refused'; readonly error: Error }

type Asked = Pick<InvokeInput, 'method' | 'path' | 'headers'>

export function resolveTarget(records: Records, input: Asked, connection: Connection): Resolved {
  const invoked = findInvokedApi(input.headers)
  const api = invoked && records.restApis.get(invoked.apiId)
  if (!api || !isReachable(api, connection, invoked)) return { kind: 'refused', error: forbidden() }
  return targetIn(records, api, input)
}

/** The same once the API is known to be reached. */
export function targetIn(records: Records, api: RestApi, input: Pick<InvokeInput, 'method' | 'path'>): Resolved {
  const [, stageName = '', rest = ''] = /^\/([^/]*)(.*)$/s.exec(input.path) ?? []
  const stage = records.restApiStages.get(`${api.id}/${stageName}`)
  const deployment = stage && records.restApiDeployments.get(`${api.id}/${stage.deploymentId}`)
  if (!stage || !deployment || deployment.disableExecuteApiEndpoint) return { kind: 'refused', error: forbidden() }
  const path = rest || '/'
  const matched = matchResource(deployment.resources, path)
  const method = own(matched?.resource.methods, input.method) ?? matched?.resource.methods.ANY
  if (!matched || !method) return { kind: 'refused', error: missingToken() }
  const arn = `${invokeArn(api)}/${stageName}/${input.method}${path}`
  // It was deployed as another type: what has no policy is nobody's.
  if (api.endpointType === 'PRIVATE' && deployment.policy === undefined) {
    return { kind: 'refused', error: accessDenied('anonymous', arn, false) }
  }
  const { resourceId, path: resourcePath } = matched.resource
  const { parameters: pathParameters } = matched
  return { kind: 'target', api, stage, deployment, resourceId, resourcePath, method, pathParameters, path, arn }
}

/** Private APIs answer through endpoints alone, and endpoints carry private APIs alone.
 * https://repost.aws/knowledge-center/api-gateway-vpc-connections */
function isReachable(api: RestApi, connection: Connection, { endpointId: named, region }: InvokedApi): boolean {
  if (region !== undefined && region !== api.region) return false
  if (connection.kind !== 'endpoint') return api.endpointType !== 'PRIVATE' && named === undefined
  if (api.endpointType !== 'PRIVATE' || api.region !== connection.region) return false
  return named === undefined || (named === connection.endpointId && api.vpcEndpointIds.includes(named))
}
