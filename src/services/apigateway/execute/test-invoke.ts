// TestInvokeMethod: a method tried as it is now, before any deployment and past its authorisation and policies.
// https://docs.aws.amazon.com/apigateway/latest/api/API_TestInvokeMethod.html

import type { TestInvokeMethodRequest, TestInvokeMethodResponse } from '@aws-sdk/client-api-gateway'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../caller.ts'
import { badRequest } from '../errors.ts'
import { type FoundMethod, requireMethod } from '../find.ts'
import { integrate } from './integrate.ts'
import { type InvokeInput, type InvokeOutput, invokeCodec } from './invoke-codec.ts'
import { matchResource } from './resource-match.ts'
import { scopeOf } from './scope.ts'
import type { SendHttp } from './send-http.ts'

/** What `$context.stage` is while a method is tried. */
const STAGE = 'test-invoke-stage'

export async function testInvokeMethod(
  records: Records,
  send: SendHttp,
  caller: Caller,
  call: Call,
): Promise<TestInvokeMethodResponse> {
  // The codec decoded it by the operation's own table.
  const asked = call.input as unknown as TestInvokeMethodRequest
  const found = requireMethod(records, caller, asked)
  const { integration } = found.method
  if (!integration) throw badRequest('No integration defined for method')
  const input = inputOf(found, asked)
  const pathParameters = matchResource([found.resource], input.path)?.parameters
  if (!pathParameters) throw badRequest(`Invalid path specified: ${input.path} is not of ${found.resource.path}`)
  const { api, method, resource } = found
  const place = { api, method, resourceId: resource.resourceId, resourcePath: resource.path, path: input.path }
  const stage = { stageName: STAGE, variables: asked.stageVariables ?? {} }
  const scope = scopeOf({ ...place, pathParameters, stage, deployment: { deploymentId: '' } }, input, call)
  const started = performance.now()
  const output = await answerOf(() => integrate({ integration, scope, input, forwarded: {}, send }), call)
  return shapeOf(output, Math.round(performance.now() - started), call)
}

function inputOf({ resource, httpMethod }: FoundMethod, asked: TestInvokeMethodRequest): InvokeInput {
  const whole = asked.pathWithQueryString || resource.path
  const mark = whole.indexOf('?')
  const headers = Object.entries(asked.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])
  return {
    method: httpMethod === 'ANY' ? 'GET' : httpMethod,
    path: mark < 0 ? whole : whole.slice(0, mark),
    query: mark < 0 ? '' : whole.slice(mark + 1),
    headers: Object.fromEntries(headers),
    body: Buffer.from(asked.body ?? ''),
  }
}

/** What the API's own caller would hear, also when the API or its backend fails. */
async function answerOf(invoke: () => Promise<InvokeOutput>, { requestId }: Call): Promise<InvokeOutput> {
  try {
    return await invoke()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const { status, body } = invokeCodec.encodeError(error, { requestId, hostId: '', method: 'GET' })
    return { status, headers: { 'content-type': 'application/json' }, body: String(body) }
  }
}

function shapeOf(output: InvokeOutput, latency: number, { requestId, now }: Call): TestInvokeMethodResponse {
  const { status, body } = output
  const headers = Object.entries(output.headers).map(([name, value]) => [name, [value].flat()] as const)
  return {
    status,
    body: Buffer.from(body).toString(),
    headers: Object.fromEntries(headers.map(([name, values]) => [name, values.join(',')])),
    multiValueHeaders: Object.fromEntries(headers.map(([name, values]) => [name, [...values]])),
    log: `Execution log for request ${requestId}\n${now.toUTCString()} : Method completed with status: ${status}\n`,
    latency,
  }
}
