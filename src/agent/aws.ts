// Calls to AWS in the name of the instance's role: where a service is, signatures, and the protocols of the services
// that the agent speaks to.

import type { SecureContext } from 'node:tls'
import { sha256Hex, signRequest } from '../iam/sigv4.ts'
import { isObject, readJson } from '../session/message.ts'
import { callHttp, type HttpAnswer } from './http.ts'
import type { Credentials, Metadata } from './metadata.ts'

export type Service = 'ssm' | 'ssmmessages' | 'ec2messages' | 'logs' | 's3'

export interface AwsOptions {
  readonly metadata: Metadata
  readonly region: string
  /** `https://ssm.us-east-1.amazonaws.com` */
  readonly endpoint: (service: Service) => string
  readonly trust: SecureContext | undefined
}

/** AWS answered, and refused. */
export class AwsRefusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

interface JsonCall {
  readonly service: 'ssm' | 'ec2messages' | 'logs'
  readonly operation: string
  readonly input: object
  readonly patience?: number
  readonly connected?: () => void
}

const TARGETS = { ssm: 'AmazonSSM', ec2messages: 'EC2WindowsMessageDeliveryService', logs: 'Logs_20140328' } as const
/** Keys that are no longer good, or not yet. */
const STALE_KEYS = /ExpiredToken|UnrecognizedClient|InvalidClientTokenId|InvalidSignature|SignatureDoesNotMatch/

export class Aws {
  readonly options: AwsOptions

  constructor(options: AwsOptions) {
    this.options = options
  }

  /** An operation of a JSON 1.1 service. Throws AwsRefusal. */
  async json({ service, operation, input, ...limits }: JsonCall): Promise<Readonly<Record<string, unknown>>> {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${TARGETS[service]}.${operation}` }
    const answer = await this.#call(service, '/', { headers, body: JSON.stringify(input), ...limits })
    this.#require(answer, 200, operation)
    return readJson(answer.body)
  }

  /** Puts an object into a bucket of the instance's region. Throws AwsRefusal. */
  async putObject(bucket: string, key: string, body: Uint8Array): Promise<void> {
    const path = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`
    const headers = { 'content-type': 'text/plain', 'x-amz-content-sha256': sha256Hex(body) }
    const answer = await this.#call('s3', path, { method: 'PUT', headers, body })
    this.#require(answer, 200, `PUT s3://${bucket}/${key}`)
  }

  /** A channel's token: CreateControlChannel and CreateDataChannel answer 201 with XML, whatever its root is called. */
  async createChannel(path: string, input: object): Promise<string> {
    const headers = { 'content-type': 'application/json' }
    const answer = await this.#call('ssmmessages', path, { headers, body: JSON.stringify(input) })
    this.#require(answer, 201, `POST ${path}`)
    const token = /<TokenValue>([^<]+)<\/TokenValue>/.exec(answer.body)?.[1]
    if (!token) throw new Error(`POST ${path} gave no token`)
    return unescapeXml(token)
  }

  /** Where a channel's WebSocket is, and the signed headers that open it. */
  async channelRequest(path: string, query: string): Promise<{ url: string; headers: Record<string, string> }> {
    const url = new URL(`${path}?${query}`, this.options.endpoint('ssmmessages'))
    const headers = this.#sign(url, 'GET', 'ssmmessages', {}, '', await this.options.metadata.credentials())
    return { url: url.href.replace(/^http/, 'ws'), headers }
  }

  async #call(
    service: Service,
    path: string,
    {
      method = 'POST',
      headers,
      body,
      ...limits
    }: {
      method?: 'POST' | 'PUT'
      headers: Record<string, string>
      body: string | Uint8Array
      patience?: number
      connected?: () => void
    },
  ): Promise<HttpAnswer> {
    const { metadata, endpoint, trust } = this.options
    const url = new URL(path, endpoint(service))
    const signed = this.#sign(url, method, service, headers, body, await metadata.credentials())
    return callHttp({ url, method, headers: signed, body, trust, ...limits })
  }

  #require({ status, body }: HttpAnswer, wanted: number, what: string): void {
    if (status === wanted) return
    if (STALE_KEYS.test(body)) this.options.metadata.forgetCredentials()
    throw new AwsRefusal(status, `${what}: HTTP ${status} ${errorText(body)}`)
  }

  #sign(
    url: URL,
    method: string,
    service: Service,
    own: Record<string, string>,
    body: string | Uint8Array,
    { accessKeyId, secretAccessKey: secret, sessionToken }: Credentials,
  ): Record<string, string> {
    const timestamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
    const headers = { ...own, host: url.host, 'x-amz-date': timestamp, 'x-amz-security-token': sessionToken }
    const scope = { date: timestamp.slice(0, 8), region: this.options.region, service }
    const request = { method, path: url.pathname, query: url.search.slice(1), headers }
    const payloadHash = sha256Hex(body)
    return { ...headers, authorization: signRequest(request, { accessKeyId, secret, scope, timestamp, payloadHash }) }
  }
}

function errorText(body: string): string {
  const error = readJson(body)
  const message = error.message ?? error.Message
  const code = error.__type ?? error.code ?? (isObject(error.Error) ? error.Error.Code : undefined)
  return code || message ? [code, message].filter(Boolean).join(': ') : body.slice(0, 200)
}

function unescapeXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}
