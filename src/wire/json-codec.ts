// JSON 1.0 and 1.1: the operation in X-Amz-Target, its input and output as one JSON object.

import type { ApiError } from '../errors.ts'
import { type Answer, type Codec, type Reading, type RequestHead, wholeBody } from './codec.ts'
import { decodeMembers, encodeMembers, parseJson, requireObject } from './json-shape.ts'
import type { ServiceModel } from './model.ts'
import { unservedOperation } from './unserved.ts'

export class JsonCodec implements Codec {
  #model: ServiceModel
  #served: ReadonlySet<string>
  #contentType: string

  constructor(model: ServiceModel, served: ReadonlySet<string>) {
    this.#model = model
    this.#served = served
    this.#contentType = `application/x-amz-${model.protocol}`
  }

  begin(head: RequestHead): Reading {
    return {
      streams: false,
      decode: (body) => {
        const target = head.headers['x-amz-target'] ?? ''
        const dot = target.lastIndexOf('.')
        const operation = target.slice(dot + 1)
        if (target.slice(0, Math.max(dot, 0)) !== this.#model.targetPrefix || !this.#served.has(operation)) {
          throw unservedOperation(this.#model, operation)
        }
        const { members } = this.#model.operation(operation).input
        return { operation, input: decodeMembers(members, requireObject(parseJson(wholeBody(body)), '')) }
      },
    }
  }

  encode(operation: string, output: Readonly<Record<string, unknown>>): Answer {
    const body = JSON.stringify(encodeMembers(this.#model.operation(operation).output, output))
    return { status: 200, headers: { 'content-type': this.#contentType }, body }
  }

  encodeError(error: ApiError): Answer {
    const code = jsonErrorCode(error)
    const status = error.status >= 500 ? error.status : (this.#model.errorStatus(code) ?? 400)
    const body = JSON.stringify(jsonErrorBody(code, error))
    return { status, headers: { 'content-type': this.#contentType, 'x-amzn-errortype': code }, body }
  }
}

/** The front door's own codes in the words of the JSON services. */
const JSON_CODES: Readonly<Record<string, string>> = {
  AccessDenied: 'AccessDeniedException',
  ExpiredToken: 'ExpiredTokenException',
  IncompleteSignature: 'IncompleteSignatureException',
  InternalError: 'InternalFailure',
  InvalidAction: 'UnknownOperationException',
  InvalidClientTokenId: 'UnrecognizedClientException',
  MissingAuthenticationToken: 'MissingAuthenticationTokenException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
}

export function jsonErrorCode({ code }: ApiError): string {
  return JSON_CODES[code] ?? code
}

/** AWS writes `Message` when it refuses by policy and `message` elsewhere; SDKs read both. */
export function jsonErrorBody(code: string, { message, fields }: ApiError): Record<string, string> {
  return { __type: code, [code === 'AccessDeniedException' ? 'Message' : 'message']: message, ...fields }
}
