// `execute-api`: callers of the users' REST APIs, by the APIs' own names or through interface endpoints.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-apis.html

import { gzipSync } from 'node:zlib'
import type { Adapter, Call } from '../../../edge/adapter.ts'
import { parseArn } from '../../../iam/arn.ts'
import type { NamedPolicy, Principal } from '../../../iam/principal.ts'
import { type Authorisation, EVERYONE, type PolicyDecision } from '../../../iam/request.ts'
import type { Records } from '../../../store/store.ts'
import { accessDenied, internalError, missingToken } from './gateway-response.ts'
import { integrate } from './integrate.ts'
import { INVOKE, type InvokeInput, type InvokeOutput, invokeCodec } from './invoke-codec.ts'
import { scopeOf, sourceIpOf } from './scope.ts'
import type { SendHttp } from './send-http.ts'
import { type Resolved, resolveTarget, type Target, targetIn } from './target.ts'

export class ExecuteApiAdapter implements Adapter {
  readonly service = 'execute-api'
  readonly operations: ReadonlySet<string> = new Set([INVOKE])
  readonly codec = invokeCodec
  readonly takesAnonymous = true
  readonly mayIgnoreSignature = true
  #records: Records
  #send: SendHttp
  /** By input: what the policies judged is what runs, whatever is deployed meanwhile. */
  #resolved = new WeakMap<object, Resolved>()

  constructor(records: Records, send: SendHttp) {
    this.#records = records
    this.#send = send
  }

  async authorisations(call: Call): Promise<readonly Authorisation[]> {
    const target = this.#resolve(call)
    if (target.kind === 'refused' || needsSignature(target, call)) return []
    return [authorisationOf(target)]
  }

  refusal(call: Call, { resource, asAnonymous }: Authorisation, { layers }: PolicyDecision): Error {
    const { principal } = call
    const who = asAnonymous || principal.kind === 'anonymous' ? 'anonymous' : principal.arn
    return accessDenied(
      who,
      resource,
      layers.some(({ effect }) => effect === 'ExplicitDeny'),
    )
  }

  async run(call: Call): Promise<Readonly<Record<string, unknown>>> {
    const target = this.#resolve(call)
    if (target.kind === 'refused') throw target.error
    if (needsSignature(target, call)) throw call.signatureFault ?? missingToken()
    const { integration } = target.method
    if (!integration) throw internalError()
    const input = withoutCredentials(target, inputOf(call))
    const scope = scopeOf(target, input, call)
    const forwarded = forwardedHeaders(target, input, call)
    const output = await integrate({ integration, scope, input, forwarded, send: this.#send })
    return { ...compressed(target, input, output) }
  }

  /** A request of `principal`, as explain asks for it; undefined when the ARN is no method that is deployed. */
  describeRequest(
    principal: Principal,
    action: string,
    arn: string,
  ): (Authorisation & { readonly principal: Principal }) | undefined {
    if (action.toLowerCase() !== 'execute-api:invoke') return undefined
    const [apiId = '', stage = '', method = '', ...path] = parseArn(arn)?.resource.split('/') ?? []
    const api = this.#records.restApis.get(apiId)
    const input = { method, path: `/${stage}/${path.join('/')}` }
    const target = api && targetIn(this.#records, api, input)
    if (target?.kind !== 'target') return undefined
    const authorisation = authorisationOf(target)
    return { ...authorisation, principal: authorisation.asAnonymous ? { kind: 'anonymous' } : principal }
  }

  #resolve(call: Call): Resolved {
    const known = this.#resolved.get(call.input)
    if (known) return known
    const resolved = resolveTarget(this.#records, inputOf(call), call.connection)
    this.#resolved.set(call.input, resolved)
    return resolved
  }
}

/** The codec makes no other input. */
function inputOf({ input }: Call): InvokeInput {
  return input as unknown as InvokeInput
}

/** A signature was for the gateway; the backend has no use for it but to misuse it. */
function withoutCredentials({ method }: Target, input: InvokeInput): InvokeInput {
  if (method.authorizationType === 'NONE') return input
  const { authorization: _, 'x-amz-security-token': __, ...headers } = input.headers
  return { ...input, headers }
}

function needsSignature({ method }: Target, { principal }: Call): boolean {
  return method.authorizationType === 'AWS_IAM' && principal.kind === 'anonymous'
}

/** A method without authorisation is everyone's, within the resource policy; its caller is nobody, also when signed. */
function authorisationOf({ api, deployment, method, arn }: Target): Authorisation {
  const asAnonymous = method.authorizationType === 'NONE'
  const name = `restapis/${api.id}`
  const own: NamedPolicy | undefined =
    deployment.policy === undefined ? undefined : { name: `${name} policy`, document: deployment.policy }
  const open: NamedPolicy | undefined = asAnonymous
    ? { name: `${name} without a policy`, document: EVERYONE }
    : undefined
  const resourcePolicy = own ?? open
  return {
    action: 'execute-api:Invoke',
    resource: arn,
    resourceAccount: api.owner,
    ...(resourcePolicy && { resourcePolicy }),
    ...(asAnonymous && { asAnonymous }),
    keys: {},
  }
}

function forwardedHeaders({ api }: Target, { headers }: InvokeInput, call: Call): Record<string, string> {
  const before = headers['x-forwarded-for']
  const source = sourceIpOf(call)
  return {
    'x-amzn-apigateway-api-id': api.id,
    'x-forwarded-for': before === undefined ? source : `${before}, ${source}`,
    'x-forwarded-port': call.connection.secure ? '443' : '80',
    'x-forwarded-proto': call.connection.secure ? 'https' : 'http',
  }
}

function compressed({ api }: Target, { headers }: InvokeInput, output: InvokeOutput): InvokeOutput {
  const { minimumCompressionSize: size } = api
  const { body } = output
  const takesGzip = /\bgzip\b/.test(headers['accept-encoding'] ?? '')
  if (size === undefined || !takesGzip || output.headers['content-encoding'] !== undefined) return output
  if (Buffer.byteLength(body) < size || body.length === 0) return output
  return { ...output, headers: { ...output.headers, 'content-encoding': 'gzip' }, body: gzipSync(body) }
}
