// The codec of a service, by the protocol that its tables name.

import type { Codec } from './codec.ts'
import { JsonCodec } from './json-codec.ts'
import type { ServiceModel } from './model.ts'
import { QueryCodec } from './query-codec.ts'
import { RestCodec } from './rest-codec.ts'

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
