// Questions that nobody here can answer, asked of the host's own resolvers: only with `up --uplink`. The question and the
// answer are handed on as they are.

import { createSocket } from 'node:dgram'
import { getServers } from 'node:dns'
import { connect, isIPv6 } from 'node:net'
import { frameMessage, MessageReader } from './tcp-framing.ts'

/** A resolver that says nothing for so long is passed over. */
const PATIENCE_MS = 2500
/** More at once are not asked: their askers try again. */
const MOST_AT_ONCE = 256
const DNS_PORT = 53

interface Place {
  readonly host: string
  readonly port: number
}

export class HostResolver {
  readonly #places: readonly Place[]
  #pending = 0

  /** As `/etc/resolv.conf` has them, unless others are given. */
  constructor(servers: readonly string[] = getServers()) {
    this.#places = servers.map(parsePlace)
  }

  /** The answer of the first that gives one. */
  async ask(message: Buffer, transport: 'udp' | 'tcp'): Promise<Buffer | undefined> {
    if (this.#pending >= MOST_AT_ONCE) return undefined
    this.#pending++
    try {
      for (const place of this.#places) {
        const answer = await (transport === 'udp' ? askUdp(place, message) : askTcp(place, message))
        if (answer) return answer
      }
      return undefined
    } finally {
      this.#pending--
    }
  }
}

/** `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`. */
function parsePlace(text: string): Place {
  const match = /^\[(?<v6>[^\]]+)\]:(?<v6Port>\d+)$|^(?<v4>[\d.]+):(?<v4Port>\d+)$/.exec(text)
  const { v6, v6Port, v4, v4Port } = match?.groups ?? {}
  return { host: v6 ?? v4 ?? text, port: Number(v6Port ?? v4Port ?? DNS_PORT) }
}

function askUdp({ host, port }: Place, message: Buffer): Promise<Buffer | undefined> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  const { promise, resolve } = Promise.withResolvers<Buffer | undefined>()
  const timer = setTimeout(() => resolve(undefined), PATIENCE_MS)
  socket.on('error', () => resolve(undefined))
  // Connected, so that nobody else's datagrams come here.
  socket.connect(port, host, () => socket.send(message))
  socket.on('message', (answer) => {
    if (isAnswerTo(message, answer)) resolve(answer)
  })
  return promise.finally(() => {
    clearTimeout(timer)
    socket.close()
  })
}

function askTcp({ host, port }: Place, message: Buffer): Promise<Buffer | undefined> {
  const socket = connect({ host, port, timeout: PATIENCE_MS }, () => socket.write(frameMessage(message)))
  const { promise, resolve } = Promise.withResolvers<Buffer | undefined>()
  const reader = new MessageReader()
  for (const event of ['error', 'timeout', 'close'] as const) socket.on(event, () => resolve(undefined))
  socket.on('data', (chunk: Buffer) => {
    for (const answer of reader.read(chunk)) if (isAnswerTo(message, answer)) resolve(answer)
  })
  return promise.finally(() => socket.destroy())
}

/** The same id, and the bit of an answer. */
function isAnswerTo(question: Buffer, answer: Buffer): boolean {
  return answer.length >= 12 && answer.readUInt16BE(0) === question.readUInt16BE(0) && ((answer[2] ?? 0) & 0x80) !== 0
}
