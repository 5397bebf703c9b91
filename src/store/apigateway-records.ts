// API Gateway: REST APIs, their resources, deployments and stages.

import type { AccountId, Instant, Region, Tags } from './records.ts'

export type RestApiEndpointType = 'REGIONAL' | 'EDGE' | 'PRIVATE'

/** A REST API as it is being made; what callers reach is its deployments. */
export interface RestApi {
  /** 10 lower-case letters and digits, as in its host name. */
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly name: string
  readonly description?: string
  readonly version?: string
  readonly endpointType: RestApiEndpointType
  /** The endpoints for which there is a name `{api}-{vpce}.execute-api…`; others reach the API all the same. */
  readonly vpcEndpointIds: readonly string[]
  readonly ipAddressType: 'ipv4' | 'dualstack'
  /** The resource policy with whole ARNs; in force from the next deployment on. */
  readonly policy?: string
  readonly binaryMediaTypes: readonly string[]
  /** Bytes; absent: answers are not compressed. */
  readonly minimumCompressionSize?: number
  readonly apiKeySource: 'HEADER' | 'AUTHORIZER'
  readonly disableExecuteApiEndpoint: boolean
  readonly tags: Tags
  readonly createdAt: Instant
}

export interface RestApiIntegrationResponse {
  /** A regular expression on the backend's status, or a mock's; absent: the default response. */
  readonly selectionPattern?: string
  /** `method.response.header.NAME` by what fills it. */
  readonly responseParameters?: Readonly<Record<string, string>>
  /** By content type. */
  readonly responseTemplates?: Readonly<Record<string, string>>
  readonly contentHandling?: string
}

export interface RestApiIntegration {
  readonly type: 'MOCK' | 'HTTP' | 'HTTP_PROXY'
  readonly httpMethod?: string
  readonly uri?: string
  /** `integration.request.path|querystring|header.NAME` by what fills it. */
  readonly requestParameters?: Readonly<Record<string, string>>
  /** By content type. */
  readonly requestTemplates?: Readonly<Record<string, string>>
  readonly passthroughBehavior: string
  readonly contentHandling?: string
  /** Milliseconds. */
  readonly timeoutInMillis: number
  readonly cacheNamespace: string
  readonly cacheKeyParameters: readonly string[]
  readonly insecureSkipVerification?: boolean
  /** By status code. */
  readonly responses: Readonly<Record<string, RestApiIntegrationResponse>>
}

export interface RestApiMethodResponse {
  readonly responseParameters?: Readonly<Record<string, boolean>>
  readonly responseModels?: Readonly<Record<string, string>>
}

export interface RestApiMethod {
  readonly authorizationType: 'NONE' | 'AWS_IAM'
  readonly operationName?: string
  readonly requestParameters?: Readonly<Record<string, boolean>>
  readonly requestModels?: Readonly<Record<string, string>>
  /** By status code. */
  readonly responses: Readonly<Record<string, RestApiMethodResponse>>
  readonly integration?: RestApiIntegration
}

export interface RestApiResource {
  /** `API/RESOURCE` */
  readonly id: string
  readonly restApiId: string
  readonly resourceId: string
  /** Absent for the root. */
  readonly parentId?: string
  readonly pathPart?: string
  /** `/`, `/pets/{id}` */
  readonly path: string
  /** By HTTP method, or `ANY`. */
  readonly methods: Readonly<Record<string, RestApiMethod>>
}

/** An API as it was when it was deployed: nothing done to the API later shows here. */
export interface RestApiDeployment {
  /** `API/DEPLOYMENT` */
  readonly id: string
  readonly restApiId: string
  readonly deploymentId: string
  readonly description?: string
  readonly createdAt: Instant
  readonly policy?: string
  readonly disableExecuteApiEndpoint: boolean
  readonly resources: readonly Pick<RestApiResource, 'resourceId' | 'path' | 'methods'>[]
}

export interface RestApiStage {
  /** `API/STAGE` */
  readonly id: string
  readonly restApiId: string
  readonly stageName: string
  readonly deploymentId: string
  readonly description?: string
  readonly documentationVersion?: string
  readonly variables: Readonly<Record<string, string>>
  readonly tracingEnabled: boolean
  /** Settings of methods by `PATH/METHOD`, as patched; shown and without effect. */
  readonly methodSettings: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly tags: Tags
  readonly createdAt: Instant
  readonly updatedAt: Instant
}
