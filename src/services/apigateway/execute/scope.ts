// What mappings and templates of one invocation can speak of.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html#context-variable-reference

import type { Call } from '../../../edge/adapter.ts'
import { normaliseHost } from '../../../edge/aws-host.ts'
import type { MappingScope } from '../mapping.ts'
import type { InvokeInput } from './invoke-codec.ts'
import type { Target } from './target.ts'

/** Where an invocation is, as far as its scope tells. */
export type Place = Pick<Target, 'api' | 'method' | 'path' | 'pathParameters' | 'resourceId' | 'resourcePath'> & {
  readonly stage: Pick<Target['stage'], 'stageName' | 'variables'>
  readonly deployment: Pick<Target['deployment'], 'deploymentId'>
}

export function scopeOf(target: Place, input: InvokeInput, call: Call): MappingScope {
  return {
    path: target.pathParameters,
    query: lastOfEach(new URLSearchParams(input.query)),
    headers: input.headers,
    body: Buffer.from(input.body).toString(),
    context: contextOf(target, input, call),
    stageVariables: target.stage.variables,
  }
}

/** The address that asked, as the API sees it. */
export function sourceIpOf({ connection }: Call): string {
  return connection.kind === 'endpoint' ? connection.vpcSourceIp : connection.sourceIp
}

function contextOf(target: Place, { method, headers }: InvokeInput, call: Call): Record<string, string> {
  const { api, stage, deployment, resourceId, resourcePath, path } = target
  const domainName = normaliseHost(headers.host ?? '')
  return {
    accountId: api.owner,
    apiId: api.id,
    deploymentId: deployment.deploymentId,
    domainName,
    domainPrefix: domainName.split('.')[0] ?? '',
    extendedRequestId: call.requestId,
    httpMethod: method,
    path: `/${stage.stageName}${path === '/' ? '' : path}`,
    protocol: 'HTTP/1.1',
    requestId: call.requestId,
    requestTime: logTime(call.now),
    requestTimeEpoch: String(call.now.getTime()),
    resourceId,
    resourcePath,
    stage: stage.stageName,
    'identity.sourceIp': sourceIpOf(call),
    'identity.userAgent': headers['user-agent'] ?? '',
    ...endpointContext(call),
    ...(target.method.authorizationType === 'AWS_IAM' && callerContext(call)),
  }
}

function endpointContext({ connection }: Call): Record<string, string> {
  if (connection.kind !== 'endpoint') return {}
  return { 'identity.vpcId': connection.vpcId, 'identity.vpceId': connection.endpointId }
}

function callerContext({ principal }: Call): Record<string, string> {
  if (principal.kind === 'anonymous') return {}
  const { account, arn, userId } = principal
  return {
    'identity.accountId': account,
    'identity.caller': userId,
    'identity.user': userId,
    'identity.userArn': arn,
  }
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** As web servers' logs have it: `09/Apr/2026:12:34:56 +0000`. */
function logTime(now: Date): string {
  const [date = '', time = ''] = now.toISOString().split('T')
  const [year, month, day] = date.split('-')
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`
}

/** Of a parameter that stands twice the last one counts. */
function lastOfEach(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries(query)
}
