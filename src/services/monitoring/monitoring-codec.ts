// CloudWatch speaks JSON 1.0 to today's SDKs and the AWS CLI, and queries with XML to the AWS provider of Terraform; the
// tables are of JSON, and the names of both are the same. CBOR, its third protocol, is not read. Large bodies may be gzipped.

import { gunzipSync } from 'node:zlib'
import { ApiError } from '../../errors.ts'
import type { Codec, RequestHead } from '../../wire/codec.ts'
import { JsonCodec, jsonErrorCode } from '../../wire/json-codec.ts'
import { ServiceModel } from '../../wire/model.ts'
import { QueryCodec } from '../../wire/query-codec.ts'
import { loadTables } from '../../wire/tables.ts'

const NAMESPACE = 'http://monitoring.amazonaws.com/doc/2010-08-01/'
/** What a body may grow to: AWS takes a megabyte. */
const LARGEST = 16 << 20

export function monitoringCodecs(served: ReadonlySet<string>): (head: RequestHead) => Codec {
  const tables = loadTables('monitoring')
  const json = new JsonCodec(new ServiceModel(tables), served)
  const queryTables = { ...tables, protocol: 'query', namespace: NAMESPACE } as const
  const query = new QueryCodec(new ServiceModel(queryTables), 'query', served)
  return (head) => unzipping(head.headers['x-amz-target'] === undefined ? query : withQueryError(json))
}

/** SDKs know an error of JSON by the older code, which is in a header. */
function withQueryError(json: JsonCodec): Codec {
  return {
    begin: (head) => json.begin(head),
    encode: (operation, output) => json.encode(operation, output),
    encodeError: (error) => {
      const answer = json.encodeError(error)
      const fault = error.status >= 500 ? 'Receiver' : 'Sender'
      return { ...answer, headers: { ...answer.headers, 'x-amzn-query-error': `${jsonErrorCode(error)};${fault}` } }
    },
  }
}

function unzipping(codec: Codec): Codec {
  return {
    ...codec,
    begin: (head) => {
      if (head.headers['smithy-protocol'] === 'rpc-v2-cbor') {
        throw new ApiError('InvalidAction', 'Postern reads JSON and queries for CloudWatch, and no CBOR')
      }
      const reading = codec.begin(head)
      if (head.headers['content-encoding'] !== 'gzip') return reading
      return { ...reading, decode: (body) => reading.decode(body instanceof Uint8Array ? unzip(body) : body) }
    },
    encode: (operation, output, requestId) => codec.encode(operation, output, requestId),
    encodeError: (error, context) => codec.encodeError(error, context),
  }
}

function unzip(body: Uint8Array): Buffer {
  try {
    return gunzipSync(body, { maxOutputLength: LARGEST })
  } catch {
    throw new ApiError('InvalidParameterValue', 'The body says that it is gzip, and cannot be read as that')
  }
}
