// EC2's protocol and the plain query protocol: form-encoded parameters in, XML out.

import { ApiError } from '../errors.ts'
import { type Answer, type Codec, type ErrorContext, type Reading, type RequestHead, wholeBody } from './codec.ts'
import { parameterTree, parseForm } from './form.ts'
import { EMPTY, type ServiceModel, type Structure } from './model.ts'
import { QueryDecoder, type QueryFlavour } from './query-decode.ts'
import { formatSeconds } from './timestamp.ts'
import { unservedOperation } from './unserved.ts'
import { type XmlContent, XmlEncoder } from './xml-encode.ts'
import { escapeXml, XML_DECLARATION } from './xml-text.ts'

/** Parameters of the request itself, not of the operation: the action, and a signature in the query. */
const ENVELOPE =
  /^(?:Action|Version|AWSAccessKeyId|Signature|SignatureMethod|SignatureVersion|Timestamp|Expires|SecurityToken|X-Amz-[A-Za-z0-9-]+)$/

export class QueryCodec implements Codec {
  #model: ServiceModel
  #flavour: QueryFlavour
  #served: ReadonlySet<string>
  #decoder: QueryDecoder
  #encoder: XmlEncoder
  #outputs = new Map<string, XmlContent>()

  constructor(model: ServiceModel, flavour: QueryFlavour, served: ReadonlySet<string>) {
    this.#model = model
    this.#flavour = flavour
    this.#served = served
    this.#decoder = new QueryDecoder(flavour)
    this.#encoder = new XmlEncoder(flavour === 'ec2' ? (date) => date.toISOString() : formatSeconds)
  }

  begin(head: RequestHead): Reading {
    return {
      streams: false,
      decode: (body) => {
        const parameters = [...parseForm(head.query), ...parseForm(readText(wholeBody(body)))]
        const operation = parameters.find(([name]) => name === 'Action')?.[1]
        if (!operation) throw new ApiError('MissingAction', 'The request must contain the parameter Action')
        if (!this.#served.has(operation)) throw unservedOperation(this.#model, operation)
        const tree = parameterTree(parameters.filter(([name]) => !ENVELOPE.test(name)))
        return { operation, input: this.#decoder.decode(this.#model.operation(operation).input, tree) }
      },
    }
  }

  encode(operation: string, output: Readonly<Record<string, unknown>>, requestId: string): Answer {
    const content = this.#output(operation)(output)
    const { namespace } = this.#model
    const body =
      this.#flavour === 'ec2'
        ? `${XML_DECLARATION}<${operation}Response xmlns="${namespace}/"><requestId>${requestId}</requestId>${content}</${operation}Response>`
        : `<${operation}Response xmlns="${namespace}">${content}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>\n`
    return { status: 200, headers: { 'content-type': this.#contentType() }, body }
  }

  encodeError(error: ApiError, { requestId }: ErrorContext): Answer {
    const code = escapeXml(error.code)
    const message = escapeXml(error.message)
    const status = error.status === 400 ? (this.#model.errorStatus(error.code) ?? 400) : error.status
    const type = status >= 500 ? 'Receiver' : 'Sender'
    const body =
      this.#flavour === 'ec2'
        ? `${XML_DECLARATION}<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`
        : `<ErrorResponse xmlns="${this.#model.namespace}"><Error><Type>${type}</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>\n`
    return { status, headers: { 'content-type': this.#contentType() }, body }
  }

  #contentType(): string {
    return this.#flavour === 'ec2' ? 'text/xml;charset=UTF-8' : 'text/xml'
  }

  #output(operation: string): XmlContent {
    let content = this.#outputs.get(operation)
    if (!content) {
      content = this.#compile(operation, this.#model.operation(operation).output)
      this.#outputs.set(operation, content)
    }
    return content
  }

  #compile(operation: string, output: Structure): XmlContent {
    const members = this.#encoder.content(output)
    if (this.#flavour === 'query') {
      // A result of nothing is there all the same: strict clients look for it.
      if (output === EMPTY) return () => ''
      return (value) => `<${operation}Result>${members(value)}</${operation}Result>`
    }
    // An action that has nothing to tell says that it was done; clients check for it.
    if (output.members.length === 0) return () => '<return>true</return>'
    if (!output.members.some(({ xml }) => xml === 'return')) return members
    return (value) => members({ Return: true, ...(typeof value === 'object' ? value : {}) })
  }
}

function readText(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw new ApiError('MalformedQueryString', 'The body is not UTF-8 text')
  }
}
