// Methods and what belongs to them, as API Gateway answers them.

import type { Integration, IntegrationResponse, Method, MethodResponse } from '@aws-sdk/client-api-gateway'
import type {
  RestApiIntegration,
  RestApiIntegrationResponse,
  RestApiMethod,
  RestApiMethodResponse,
} from '../../store/apigateway-records.ts'

export function methodShape(httpMethod: string, method: RestApiMethod): Method {
  const { authorizationType, operationName, requestParameters, requestModels, responses, integration } = method
  return {
    httpMethod,
    authorizationType,
    apiKeyRequired: false,
    operationName,
    requestParameters: copied(requestParameters),
    requestModels: copied(requestModels),
    methodResponses: byStatus(responses, methodResponseShape),
    methodIntegration: integration && integrationShape(integration),
  }
}

export function methodResponseShape(statusCode: string, response: RestApiMethodResponse): MethodResponse {
  return {
    statusCode,
    responseParameters: copied(response.responseParameters),
    responseModels: copied(response.responseModels),
  }
}

export function integrationShape(integration: RestApiIntegration): Integration {
  const { responses, cacheKeyParameters, requestParameters, requestTemplates, insecureSkipVerification } = integration
  const { type, httpMethod, uri, passthroughBehavior, contentHandling, timeoutInMillis, cacheNamespace } = integration
  return {
    type,
    httpMethod,
    uri,
    passthroughBehavior,
    ...(isHandling(contentHandling) && { contentHandling }),
    timeoutInMillis,
    cacheNamespace,
    requestParameters: copied(requestParameters),
    requestTemplates: copied(requestTemplates),
    cacheKeyParameters: [...cacheKeyParameters],
    ...(integration.type !== 'MOCK' && { connectionType: 'INTERNET' as const }),
    ...(insecureSkipVerification !== undefined && { tlsConfig: { insecureSkipVerification } }),
    integrationResponses: byStatus(responses, integrationResponseShape),
  }
}

export function integrationResponseShape(
  statusCode: string,
  response: RestApiIntegrationResponse,
): IntegrationResponse {
  return {
    statusCode,
    selectionPattern: response.selectionPattern,
    responseParameters: copied(response.responseParameters),
    responseTemplates: copied(response.responseTemplates),
    ...(isHandling(response.contentHandling) && { contentHandling: response.contentHandling }),
  }
}

type Handling = 'CONVERT_TO_BINARY' | 'CONVERT_TO_TEXT'

function isHandling(text: string | undefined): text is Handling {
  return text === 'CONVERT_TO_BINARY' || text === 'CONVERT_TO_TEXT'
}

function copied<V>(map: Readonly<Record<string, V>> | undefined): Record<string, V> | undefined {
  return map && Object.keys(map).length > 0 ? { ...map } : undefined
}

function byStatus<R, S>(
  responses: Readonly<Record<string, R>>,
  shape: (statusCode: string, response: R) => S,
): Record<string, S> | undefined {
  const entries = Object.entries(responses).map(([status, response]) => [status, shape(status, response)] as const)
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}
