// The protocol of ec2messages: JSON 1.1 without tables, for no public SDK has them.

import { ApiError } from '../../../errors.ts'
import { type Codec, wholeBody } from '../../../wire/codec.ts'
import { jsonErrorBody, jsonErrorCode } from '../../../wire/json-codec.ts'
import { parseJson, requireObject } from '../../../wire/json-shape.ts'

export const EC2_MESSAGES_TARGET = 'EC2WindowsMessageDeliveryService'
export const EC2_MESSAGES_OPERATIONS: ReadonlySet<string> = new Set([
  ...['AcknowledgeMessage', 'DeleteMessage', 'FailMessage', 'GetEndpoint', 'GetMessages', 'SendReply'],
])

const CONTENT_TYPE = 'application/x-amz-json-1.1'

export const ec2MessagesCodec: Codec = {
  begin: (head) => ({
    streams: false,
    decode: (body) => {
      const [prefix, operation = ''] = (head.headers['x-amz-target'] ?? '').split('.')
      if (prefix !== EC2_MESSAGES_TARGET || !EC2_MESSAGES_OPERATIONS.has(operation)) {
        throw new ApiError('UnknownOperationException', `The operation ${operation} is not known.`)
      }
      return { operation, input: requireObject(parseJson(wholeBody(body)), '') }
    },
  }),
  encode: (_operation, output) => ({
    status: 200,
    headers: { 'content-type': CONTENT_TYPE },
    body: JSON.stringify(output),
  }),
  encodeError: (error) => {
    const code = jsonErrorCode(error)
    const headers = { 'content-type': CONTENT_TYPE, 'x-amzn-errortype': code }
    return {
      status: error.status >= 500 ? error.status : 400,
      headers,
      body: JSON.stringify(jsonErrorBody(code, error)),
    }
  },
}
