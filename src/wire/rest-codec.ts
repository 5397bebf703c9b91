// The REST protocols: members of the input in the path, the query, the headers and the body; XML or JSON inside.

import { Readable } from 'node:stream'
import { ApiError } from '../errors.ts'
import { type Answer, type Codec, type ErrorContext, type Reading, type RequestHead, wholeBody } from './codec.ts'
import { parseForm } from './form.ts'
import { bindHeaders, bindRequest, payloadOf } from './http-binding.ts'
import { jsonErrorCode } from './json-codec.ts'
import {
  decodeJson,
  decodeMembers,
  encodeJson,
  encodeMembers,
  isInAnswerBody,
  parseJson,
  requireObject,
} from './json-shape.ts'
import type { Member, ServiceModel, Structure } from './model.ts'
import { Router } from './route.ts'
import { unservedOperation } from './unserved.ts'
import { decodeXml } from './xml-decode.ts'
import { XmlEncoder } from './xml-encode.ts'
import { escapeXml, XML_DECLARATION } from './xml-text.ts'

type Content = string | Uint8Array | Readable

export class RestCodec implements Codec {
  #model: ServiceModel
  #served: ReadonlySet<string>
  #router: Router
  #statuses: ReadonlyMap<string, { readonly method: string; readonly status: number }>
  #body: BodyFormat

  constructor(model: ServiceModel, served: ReadonlySet<string>) {
    const routes = model.routes()
    this.#model = model
    this.#served = served
    this.#router = new Router(routes)
    this.#statuses = new Map(routes.map(({ operation, method, status = 200 }) => [operation, { method, status }]))
    this.#body = model.protocol === 'rest-xml' ? new XmlBody(model) : new JsonBody()
  }

  begin(head: RequestHead): Reading {
    const query = new Map(parseForm(head.query).reverse())
    const route = this.#router.find(head, query)
    if (!route) throw noRoute(this.#model, head)
    const { operation } = route
    if (!this.#served.has(operation)) throw unservedOperation(this.#model, operation)
    const { input: structure } = this.#model.operation(operation)
    const payload = payloadOf(structure)
    const streams = payload?.shape.kind === 'primitive' && payload.shape.type === 'stream'
    return {
      streams,
      decode: (body) => {
        const input = bindRequest(structure, route, head, query)
        if (payload) {
          const value = streams ? asStream(body) : this.#readPayload(payload, wholeBody(body))
          if (value !== undefined) input[payload.name] = value
        } else if (structure.members.some(({ at }) => at === undefined)) {
          Object.assign(input, this.#body.decode(structure, wholeBody(body)))
        }
        return { operation, input }
      },
    }
  }

  encode(operation: string, output: Readonly<Record<string, unknown>>): Answer {
    const structure = this.#model.operation(operation).output
    const { method = 'GET', status = 200 } = this.#statuses.get(operation) ?? {}
    const headers = bindHeaders(structure, output)
    const payload = payloadOf(structure)
    const body = payload ? this.#writePayload(payload, output[payload.name]) : this.#body.encode(structure, output)
    if (body !== '' && !(body instanceof Readable) && headers['content-type'] === undefined && !isBlob(payload)) {
      headers['content-type'] = this.#body.contentType
    }
    const chosen = structure.members.find(({ at }) => at === 'status')
    const own = chosen && output[chosen.name]
    // The model has one status for GetObject; a part of the object has another.
    const partial = status === 200 && headers['content-range'] !== undefined
    return {
      status: typeof own === 'number' ? own : partial ? 206 : status,
      headers,
      body: method === 'HEAD' ? '' : body,
    }
  }

  encodeError(error: ApiError, context: ErrorContext): Answer {
    const status = error.status === 400 ? (this.#model.errorStatus(error.code) ?? 400) : error.status
    return this.#body.encodeError(error, status, context)
  }

  #readPayload(payload: Member, body: Uint8Array): unknown {
    const { shape } = payload
    if (shape.kind === 'primitive' && shape.type === 'blob') return body
    if (shape.kind === 'primitive' || shape.kind === 'enum') return decodeText(body)
    return body.length === 0 ? undefined : this.#body.decodePayload(payload, body)
  }

  #writePayload(payload: Member, value: unknown): Content {
    if (value === undefined || value === null) return ''
    if (typeof value === 'string' || value instanceof Uint8Array || value instanceof Readable) return value
    return this.#body.encodePayload(payload, value)
  }
}

/** How structures are written in a body. */
interface BodyFormat {
  readonly contentType: string
  decode(structure: Structure, body: Uint8Array): Record<string, unknown>
  decodePayload(payload: Member, body: Uint8Array): unknown
  encode(structure: Structure, output: Readonly<Record<string, unknown>>): string
  encodePayload(payload: Member, value: unknown): string
  encodeError(error: ApiError, status: number, context: ErrorContext): Answer
}

class XmlBody implements BodyFormat {
  readonly contentType = 'application/xml'
  #namespace: string
  #wrapsErrors: boolean
  #encoder = new XmlEncoder((date) => date.toISOString())

  constructor({ namespace, signingName }: ServiceModel) {
    this.#namespace = namespace
    // S3's model alone has `noErrorWrapping`.
    this.#wrapsErrors = signingName !== 's3'
  }

  decode(structure: Structure, body: Uint8Array): Record<string, unknown> {
    return body.length === 0 ? {} : { ...Object(decodeXml(structure, structure.root, body)) }
  }

  decodePayload(payload: Member, body: Uint8Array): unknown {
    return decodeXml(payload.shape, rootOf(payload), body)
  }

  encode(structure: Structure, output: Readonly<Record<string, unknown>>): string {
    const inBody = structure.members.filter(({ at }) => at === undefined)
    if (inBody.length === 0) return ''
    const [only] = inBody
    // S3's GetBucketLocation: the root element is the member itself.
    const content =
      structure.unwrapped && only
        ? escapeXml(String(output[only.name] ?? ''))
        : this.#encoder.content(structure)(output)
    return this.#document(structure.root, content)
  }

  encodePayload(payload: Member, value: unknown): string {
    return this.#document(rootOf(payload), this.#encoder.content(payload.shape)(value))
  }

  encodeError(error: ApiError, status: number, { requestId, hostId, method }: ErrorContext): Answer {
    const headers: Record<string, string> = { 'content-type': this.contentType }
    let members = ''
    for (const [name, value] of Object.entries(error.fields)) {
      // A field in lower case is a header, such as `x-amz-delete-marker`.
      if (/^[a-z-]+$/.test(name)) headers[name] = value
      else members += `<${name}>${escapeXml(value)}</${name}>`
    }
    // Answers to HEAD and "not modified" have no body; the status is all that a client learns.
    if (method === 'HEAD' || status === 304) return { status, headers, body: '' }
    if (this.#wrapsErrors) return { status, headers, body: this.#wrappedError(error, status, requestId) }
    const body = `${XML_DECLARATION}<Error><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>${members}<RequestId>${requestId}</RequestId><HostId>${hostId}</HostId></Error>`
    return { status, headers, body }
  }

  #wrappedError({ code, message }: ApiError, status: number, requestId: string): string {
    const type = status < 500 ? 'Sender' : 'Receiver'
    const error = `<Error><Type>${type}</Type><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error>`
    return this.#document('ErrorResponse', `${error}<RequestId>${requestId}</RequestId>`)
  }

  #document(root: string, content: string): string {
    return `${XML_DECLARATION}<${root} xmlns="${this.#namespace}">${content}</${root}>`
  }
}

class JsonBody implements BodyFormat {
  readonly contentType = 'application/json'

  decode(structure: Structure, body: Uint8Array): Record<string, unknown> {
    const members = structure.members.filter(({ at }) => at === undefined)
    return decodeMembers(members, requireObject(parseJson(body), ''))
  }

  decodePayload({ shape, json }: Member, body: Uint8Array): unknown {
    return decodeJson(shape, parseJson(body), json)
  }

  encode(structure: Structure, output: Readonly<Record<string, unknown>>): string {
    if (!structure.members.some(isInAnswerBody)) return '{}'
    return JSON.stringify(encodeMembers(structure, output))
  }

  encodePayload({ shape }: Member, value: unknown): string {
    return JSON.stringify(encodeJson(shape, value))
  }

  encodeError(error: ApiError, status: number): Answer {
    const code = jsonErrorCode(error)
    const key = code === 'AccessDeniedException' ? 'Message' : 'message'
    return {
      status,
      headers: { 'content-type': this.contentType, 'x-amzn-errortype': code },
      body: JSON.stringify({ [key]: error.message, ...error.fields }),
    }
  }
}

/** The element's name of a payload: the member's own when the model gives it one, else its structure's. */
function rootOf({ shape, xml, named }: Member): string {
  return named || shape.kind !== 'structure' ? xml : shape.root
}

function isBlob(payload: Member | undefined): boolean {
  return payload?.shape.kind === 'primitive' && (payload.shape.type === 'blob' || payload.shape.type === 'stream')
}

function asStream(body: Uint8Array | Readable): Readable {
  return body instanceof Uint8Array ? Readable.from(body.length === 0 ? [] : [body]) : body
}

function decodeText(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    throw new ApiError('InvalidRequest', 'The body is not UTF-8 text')
  }
}

function noRoute({ protocol }: ServiceModel, { method, path }: RequestHead): ApiError {
  if (protocol === 'rest-json') {
    return new ApiError('UnknownOperationException', `Nothing is served for ${method} ${path}`, { status: 404 })
  }
  return new ApiError('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
    status: 405,
    fields: { Method: method, ResourceType: 'SERVICE' },
  })
}
