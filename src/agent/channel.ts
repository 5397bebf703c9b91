// A WebSocket to ssmmessages, for the control channel and for data channels: a token by POST, a signed upgrade, and a
// first frame that shows the token. A socket that no longer hears the other side is ended.

import { once } from 'node:events'
import { WebSocket } from 'ws'
import { MAX_MESSAGE_BYTES } from '../wire/agent-message.ts'
import type { Aws } from './aws.ts'
import { CONNECT_TIMEOUT } from './http.ts'

export interface ChannelPlan {
  /** `/v1/control-channel/i-…` or `/v1/data-channel/SESSION` */
  readonly path: string
  readonly query: string
  /** Of the POST that gives the token. */
  readonly create: object
  /** The first frame. */
  readonly open: (token: string) => object
}

const PING = 54_000
const PONG = 60_000

/** Resolves when the channel is open. Throws when it cannot be opened. */
export async function openChannel(aws: Aws, { path, query, create, open }: ChannelPlan): Promise<WebSocket> {
  const token = await aws.createChannel(path, create)
  const { url, headers } = await aws.channelRequest(path, query)
  const { trust } = aws.options
  const options = {
    headers,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    handshakeTimeout: 2 * CONNECT_TIMEOUT,
    ...(trust && { secureContext: trust }),
  }
  const socket = new WebSocket(url, options)
  await once(socket, 'open')
  // What went wrong is told by `close`, which follows.
  socket.on('error', () => undefined)
  socket.send(JSON.stringify(open(token)))
  watchPongs(socket)
  return socket
}

/** Resolves when the socket is closed, with why. */
export async function channelClosed(socket: WebSocket): Promise<string> {
  if (socket.readyState === WebSocket.CLOSED) return 'closed'
  const [code, reason] = await once(socket, 'close')
  return `closed with ${code} ${String(reason)}`.trim()
}

function watchPongs(socket: WebSocket): void {
  let missing: NodeJS.Timeout | undefined
  const timer = setInterval(() => {
    socket.ping()
    missing ??= setTimeout(() => socket.terminate(), PONG)
  }, PING)
  socket.on('pong', () => {
    clearTimeout(missing)
    missing = undefined
  })
  socket.once('close', () => {
    clearInterval(timer)
    clearTimeout(missing)
  })
}
