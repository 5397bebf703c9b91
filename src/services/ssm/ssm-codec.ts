// The protocol of ssm: JSON 1.1 by the tables of the public SDK, and the operations that only agents know, for which
// there are no tables: their input and output are taken as the JSON that they are.

import type { Codec } from '../../wire/codec.ts'
import { wholeBody } from '../../wire/codec.ts'
import { JsonCodec } from '../../wire/json-codec.ts'
import { parseJson, requireObject } from '../../wire/json-shape.ts'
import { ServiceModel } from '../../wire/model.ts'
import { loadTables } from '../../wire/tables.ts'

const CONTENT_TYPE = 'application/x-amz-json-1.1'

/** `agentOperations`: names that are in no table. */
export function ssmCodec(served: ReadonlySet<string>, agentOperations: ReadonlySet<string>): Codec {
  const codec = new JsonCodec(new ServiceModel(loadTables('ssm')), served)
  return {
    begin: (head) => {
      const operation = /^AmazonSSM\.(\w+)$/.exec(head.headers['x-amz-target'] ?? '')?.[1] ?? ''
      if (!agentOperations.has(operation)) return codec.begin(head)
      const decode = (body: Parameters<typeof wholeBody>[0]) => ({
        operation,
        input: requireObject(parseJson(wholeBody(body)), ''),
      })
      return { streams: false, decode }
    },
    encode: (operation, output) =>
      agentOperations.has(operation)
        ? { status: 200, headers: { 'content-type': CONTENT_TYPE }, body: JSON.stringify(output) }
        : codec.encode(operation, output),
    encodeError: (error) => codec.encodeError(error),
  }
}
