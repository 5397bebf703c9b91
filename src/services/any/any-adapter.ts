// Every service that Postern does not serve itself: its requests are authenticated and authorised as all others are, and
// then go to the server that the user named for it, or are answered by how to name one.

import type { Adapter, Call, Output, SentAnswer, SentRequest } from '../../edge/adapter.ts'
import { shortNameOf } from '../../edge/endpoint-host.ts'
import { ApiError } from '../../errors.ts'
import { parseArn } from '../../iam/arn.ts'
import type { Authorisation, PolicyDecision } from '../../iam/request.ts'
import { tablesToKnow } from './dynamodb-request.ts'
import { DynamodbSchemas } from './dynamodb-schemas.ts'
import { resourcesOf } from './resources.ts'
import { spokenCodec, streams } from './spoken.ts'
import { sendTo } from './upstream.ts'
import { knownNames, type Upstreams } from './upstreams.ts'

/** Services whose actions begin otherwise than their signatures say. */
const ACTION_PREFIXES: Readonly<Record<string, string>> = {
  cloudcontrolapi: 'cloudformation',
  iotdata: 'iot',
  monitoring: 'cloudwatch',
  tagging: 'tag',
}

/** By signing name, the adapter of a service that has none of its own; undefined for a name of no service. */
export function anyServices(upstreams: Upstreams): (service: string) => Adapter | undefined {
  const made = new Map<string, AnyAdapter>()
  return (service) => {
    if (!knownNames().has(service)) return undefined
    const adapter = made.get(service) ?? new AnyAdapter(service, upstreams)
    made.set(service, adapter)
    return adapter
  }
}

class AnyAdapter implements Adapter {
  readonly service: string
  readonly operations: ReadonlySet<string> = new Set()
  readonly codecOf = spokenCodec
  readonly streams = streams
  #upstreams: Upstreams
  /** By the origin of the server that has the tables. */
  #schemas = new Map<string, DynamodbSchemas>()

  constructor(service: string, upstreams: Upstreams) {
    this.service = service
    this.#upstreams = upstreams
  }

  /** A resource of another account is asked about as if it were the caller's: what its own policy says, only the server
   * behind knows. */
  async authorisations(call: Call): Promise<readonly Authorisation[]> {
    const { operation, input, principal, region } = call
    const account = principal.kind === 'anonymous' ? '' : principal.account
    const prefix = ACTION_PREFIXES[this.service] ?? this.service
    const request = { service: this.service, prefix, operation, input, account, region }
    const tables = this.service === 'dynamodb' ? tablesToKnow(request) : []
    const schemas = await this.#tableSchemas(call)?.schemasOf(call, tables)
    const asked = await resourcesOf(request, (table) => schemas?.get(table))
    return asked.map(({ action = operation, resource, keys }) => {
      const owner = parseArn(resource)?.account
      return {
        action: `${prefix}:${action}`,
        resource,
        keys: { ...keys, ...(owner && { 'aws:resourceaccount': owner }) },
        ...(owner && owner === account && { resourceAccount: owner }),
      }
    })
  }

  refusal(_call: Call, _authorisation: Authorisation, decision: PolicyDecision): Error {
    return new ApiError('AccessDenied', decision.message ?? '')
  }

  async run(call: Call): Promise<Output> {
    const name = this.#names(call).at(-1)
    throw new ApiError(
      'NotImplemented',
      `Nothing stands behind ${name}; start postern with --upstream ${name}=http://127.0.0.1:8000 to have it answered there`,
      { status: 501 },
    )
  }

  async forward(call: Call, sent: SentRequest): Promise<SentAnswer | undefined> {
    const url = this.#upstreamOf(call)
    return url && sendTo({ service: this.service, url }, sent)
  }

  #upstreamOf(call: Call): URL | undefined {
    const name = this.#names(call).find((candidate) => this.#upstreams.has(candidate))
    return name === undefined ? undefined : this.#upstreams.get(name)
  }

  /** Undefined for another service, and where nothing stands behind it. */
  #tableSchemas(call: Call): DynamodbSchemas | undefined {
    const url = this.service === 'dynamodb' ? this.#upstreamOf(call) : undefined
    if (!url) return undefined
    const { service } = this
    const schemas = this.#schemas.get(url.origin) ?? new DynamodbSchemas((sent) => sendTo({ service, url }, sent))
    this.#schemas.set(url.origin, schemas)
    return schemas
  }

  /** The endpoint service's own name is closer than the signing name, which several may share. */
  #names({ connection }: Call): readonly string[] {
    if (connection.kind !== 'endpoint') return [this.service]
    return [shortNameOf({ name: connection.serviceName }), this.service]
  }
}
