// The small protocol of ssmmessages, which is in no SDK: a POST for a token, answered in XML, and a WebSocket.

import { ApiError } from '../../errors.ts'
import { type Answer, type Codec, type Decoded, type RequestHead, wholeBody } from '../../wire/codec.ts'
import { jsonErrorBody, jsonErrorCode } from '../../wire/json-codec.ts'
import { parseJson, requireObject } from '../../wire/json-shape.ts'

export const MESSAGES_OPERATIONS: ReadonlySet<string> = new Set([
  ...['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel'],
])

const PATH = /^\/v1\/(control|data)-channel\/([^/]+)\/?$/
const CHANNEL_ID = /^[A-Za-z0-9_+=,.@-]{1,96}$/

export const messagesCodec: Codec = {
  begin: (head) => ({ streams: false, decode: (body) => decode(head, wholeBody(body)) }),
  encode: (_operation, output) => ({
    status: 201,
    headers: { 'content-type': 'text/xml' },
    body: xml(String(output.TokenValue ?? '')),
  }),
  encodeError: (error) => {
    const code = jsonErrorCode(error)
    const headers = { 'content-type': 'application/json', 'x-amzn-errortype': code }
    return { status: error.status, headers, body: JSON.stringify(jsonErrorBody(code, error)) } satisfies Answer
  },
}

function decode({ method, path }: RequestHead, body: Uint8Array): Decoded {
  const [, kind = '', encoded = ''] = PATH.exec(path) ?? []
  const channelId = decodeText(encoded)
  const verb = method === 'POST' ? 'Create' : method === 'GET' ? 'Open' : undefined
  if (kind === '' || !verb) {
    throw new ApiError('UnknownOperationException', `${method} ${path} is no operation of ssmmessages`, { status: 404 })
  }
  if (channelId === undefined || !CHANNEL_ID.test(channelId)) {
    throw new ApiError('ValidationException', `'${encoded}' is not the id of a channel`)
  }
  const operation = `${verb}${kind === 'control' ? 'Control' : 'Data'}Channel`
  // What a POST says beside its path is its version and its own id: nothing is done with them, but they must be JSON.
  if (verb === 'Create') requireObject(parseJson(body), '')
  return { operation, input: { ChannelId: channelId } }
}

function decodeText(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}

/** Tokens are base64url, which needs no escaping. */
function xml(token: string): string {
  const version = '<MessageSchemaVersion>1.0</MessageSchemaVersion>'
  return `<?xml version="1.0" encoding="UTF-8"?>\n<CreateChannelResponse>${version}<TokenValue>${token}</TokenValue></CreateChannelResponse>`
}
