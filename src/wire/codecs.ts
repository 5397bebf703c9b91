// The codec of a service, by the protocol that its tables name.

import type { Codec, RequestHead } from './codec.ts'
import { JsonCodec } from './json-codec.ts'
import { ServiceModel } from './model.ts'
import { QueryCodec } from './query-codec.ts'
import { RestCodec } from './rest-codec.ts'
import type { ProtocolName } from './tables.ts'

/** `served`: the operations to decode; any other is refused in the protocol's words. */
export function codecFor(model: ServiceModel, served: ReadonlySet<string>): Codec {
  switch (model.protocol) {
    case 'ec2':
    case 'query':
      return new QueryCodec(model, model.protocol, served)
    case 'json-1.0':
    case 'json-1.1':
      return new JsonCodec(model, served)
    case 'rest-json':
    case 'rest-xml':
      return new RestCodec(model, served)
    default:
      throw model.protocol satisfies never
  }
}

/** The operations that AWS has and Postern has not. */
export function notImplemented(model: ServiceModel, served: ReadonlySet<string>): readonly string[] {
  return model.operationNames.filter((name) => !served.has(name))
}

/** For errors to a client of a service that is not here: the protocol that the request seems to speak. */
export function codecOfUnknown(head: RequestHead): Codec {
  return codecOfProtocol(spokenProtocol(head))
}

/** Writes errors; it knows no operation. */
export function codecOfProtocol(protocol: ProtocolName): Codec {
  const nothing = { version: '', targetPrefix: '', errors: {}, operations: {}, shapes: {} }
  return codecFor(new ServiceModel({ signingName: '', protocol, ...nothing }), new Set())
}

function spokenProtocol({ headers }: RequestHead): ProtocolName {
  const type = headers['content-type'] ?? ''
  if (type.startsWith('application/x-amz-json-1.0')) return 'json-1.0'
  if (headers['x-amz-target'] !== undefined) return 'json-1.1'
  if (type.startsWith('application/x-www-form-urlencoded')) return 'query'
  return type.startsWith('application/json') ? 'rest-json' : 'rest-xml'
}
