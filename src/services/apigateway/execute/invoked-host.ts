// Which API a request names: by its host, or, where the host is an endpoint's own name, by a header.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-api-test-invoke-url.html

import { normaliseHost } from '../../../edge/aws-host.ts'

export interface InvokedApi {
  readonly apiId: string
  /** The endpoint in `{api}-{vpce}.execute-api…`. */
  readonly endpointId?: string
  /** The host's; absent where the API is named by the header. */
  readonly region?: string
}

const API_HOST =
  /^(?<apiId>[a-z0-9]+)(?:-(?<endpointId>vpce-[0-9a-f]+))?\.execute-api\.(?<region>[a-z0-9-]+)\.amazonaws\.com$/

export function findInvokedApi(headers: Readonly<Record<string, string>>): InvokedApi | undefined {
  const { apiId, endpointId, region } = API_HOST.exec(normaliseHost(headers.host ?? ''))?.groups ?? {}
  if (apiId !== undefined && region !== undefined) {
    return { apiId, region, ...(endpointId !== undefined && { endpointId }) }
  }
  const named = headers['x-apigw-api-id']
  return named === undefined ? undefined : { apiId: named }
}
