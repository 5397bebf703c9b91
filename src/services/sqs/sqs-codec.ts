// SQS speaks JSON 1.0 to today's SDKs and queries with XML to older ones; the tables have the names of both. An error of
// JSON brings the older code in a header, by which SDKs know it.

import { ApiError } from '../../errors.ts'
import type { Codec, Decoded, RequestHead } from '../../wire/codec.ts'
import { JsonCodec, jsonErrorCode } from '../../wire/json-codec.ts'
import { ServiceModel } from '../../wire/model.ts'
import { QueryCodec } from '../../wire/query-codec.ts'
import { loadTables } from '../../wire/tables.ts'
import { queryCode } from './sqs-error.ts'

const NAMESPACE = 'http://queue.amazonaws.com/doc/2012-11-05/'

/** By the head of a request, the codec of the protocol that it speaks. */
export function sqsCodecs(served: ReadonlySet<string>): (head: RequestHead) => Codec {
  const tables = loadTables('sqs')
  const json = new JsonCodec(new ServiceModel(tables), served)
  const query = new QueryCodec(
    new ServiceModel({ ...tables, protocol: 'query', namespace: NAMESPACE }),
    'query',
    served,
  )
  return (head) => (head.headers['x-amz-target'] === undefined ? queryCodec(query) : jsonCodec(json))
}

function jsonCodec(json: JsonCodec): Codec {
  return {
    begin: (head) => json.begin(head),
    encode: (operation, output) => json.encode(operation, output),
    encodeError: (error) => {
      const answer = json.encodeError(error)
      const fault = error.status >= 500 ? 'Receiver' : 'Sender'
      const code = queryCode(jsonErrorCode(error))
      return { ...answer, headers: { ...answer.headers, 'x-amzn-query-error': `${code};${fault}` } }
    },
  }
}

/** A query may be sent to the queue's own URL, and is then about that queue. */
function queryCodec(query: QueryCodec): Codec {
  return {
    begin: (head) => {
      const { streams, decode } = query.begin(head)
      return { streams, decode: (body) => withQueue(decode(body), head) }
    },
    encode: (operation, output, requestId) => query.encode(operation, output, requestId),
    encodeError: (error, context) => {
      const { message, status, fields } = error
      return query.encodeError(new ApiError(queryCode(error.code), message, { status, fields: { ...fields } }), context)
    },
  }
}

function withQueue({ operation, input }: Decoded, { path }: RequestHead): Decoded {
  if (input.QueueUrl !== undefined || !/^\/\d{12}\/[^/]+\/?$/.test(path)) return { operation, input }
  return { operation, input: { ...input, QueueUrl: path } }
}
