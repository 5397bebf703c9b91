// A load of equal HTTP requests over a few connections, kept alive where the server keeps them, light enough not to be
// what is measured.

import { connect, type Socket } from 'node:net'

export interface Load {
  /** Begins a connection; what is written before it stands is sent then. */
  readonly dial: () => Socket
  readonly connections: number
  readonly durationMs: number
  /** The n-th request, as it goes onto the wire. */
  readonly request: (n: number) => string
}

/** Longer than any answer takes that is worth counting. */
const ANSWER_LIMIT_MS = 20_000

/** Answers with status 200 per second. Rejects on any other status. */
export async function requestsPerSecond(load: Load): Promise<number> {
  let sent = 0
  let answered = 0
  const end = performance.now() + load.durationMs
  const next = () => (performance.now() < end ? load.request(sent++) : undefined)
  const started = performance.now()
  await Promise.all(Array.from({ length: load.connections }, () => runClient(load.dial, next, () => answered++)))
  return (answered * 1000) / (performance.now() - started)
}

export function dialLoopback(port: number): () => Socket {
  return () => connect(port, '127.0.0.1').setNoDelay(true)
}

export function httpRequest(line: string, headers: Readonly<Record<string, string>>, body = ''): string {
  const lines = Object.entries(body === '' ? headers : { ...headers, 'content-length': String(body.length) })
  return `${line} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`
}

/** One client: asks again as soon as it is answered, by a new connection where the server closes the old one. */
function runClient(dialServer: () => Socket, next: () => string | undefined, onAnswer: () => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  dial(next())
  return promise

  function dial(text: string | undefined): void {
    if (text === undefined) {
      resolve()
      return
    }
    let received = ''
    const socket = dialServer().setEncoding('latin1')
    socket.setTimeout(ANSWER_LIMIT_MS, () => socket.destroy(new Error(`no answer in ${ANSWER_LIMIT_MS} ms`)))
    socket.write(text)
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`closed in the middle of an answer: ${received.slice(0, 600)}`)))
    socket.on('data', (chunk: string) => {
      received += chunk
      const answer = wholeAnswer(received)
      if (!answer) return
      if (answer.status !== 200) {
        socket.destroy(new Error(received.slice(0, 600)))
        return
      }
      received = ''
      onAnswer()
      const following = next()
      if (following !== undefined && answer.keepsAlive) socket.write(following)
      else {
        socket.removeAllListeners('close').destroy()
        dial(following)
      }
    })
  }
}

/** Undefined while it is not whole. One request is under way at a time, so nothing follows it. */
function wholeAnswer(received: string): { readonly status: number; readonly keepsAlive: boolean } | undefined {
  const head = received.indexOf('\r\n\r\n')
  if (head < 0) return undefined
  const length = /content-length: *(\d+)/i.exec(received.slice(0, head))
  const whole = length ? received.length >= head + 4 + Number(length[1]) : received.endsWith('\r\n0\r\n\r\n')
  if (!whole) return undefined
  const keepsAlive = received.startsWith('HTTP/1.1') && !/connection: *close/i.test(received.slice(0, head))
  return { status: Number(received.slice(9, 12)), keepsAlive }
}
