// A load of equal HTTP requests over a few kept-alive connections, light enough not to be what is measured.

import { connect, type Socket } from 'node:net'

export interface Load {
  readonly port: number
  readonly connections: number
  readonly durationMs: number
  /** The body of the n-th request. */
  readonly body: (n: number) => string
  readonly headers: Readonly<Record<string, string>>
}

/** Answers with status 200 per second. Throws on any other status. */
export async function requestsPerSecond(load: Load): Promise<number> {
  let sent = 0
  let answered = 0
  const end = performance.now() + load.durationMs
  const next = () => (performance.now() < end ? request(load, sent++) : undefined)
  const started = performance.now()
  await Promise.all(Array.from({ length: load.connections }, () => runConnection(load.port, next, () => answered++)))
  return (answered * 1000) / (performance.now() - started)
}

function request({ port, headers, body }: Load, n: number): string {
  const text = body(n)
  const lines = Object.entries({ host: `127.0.0.1:${port}`, ...headers, 'content-length': String(text.length) })
  return `POST / HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${text}`
}

function runConnection(port: number, next: () => string | undefined, onAnswer: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1').setNoDelay(true)
    let received = ''
    const send = () => {
      const text = next()
      if (text === undefined) socket.end(resolve)
      else socket.write(text)
    }
    socket.setEncoding('latin1')
    socket.on('connect', send)
    socket.on('error', reject)
    socket.on('data', (chunk: string) => {
      received += chunk
      const rest = takeAnswer(received, socket)
      if (rest === undefined) return
      received = rest
      onAnswer()
      send()
    })
  })
}

/** What follows the first whole answer; undefined while it is not whole. */
function takeAnswer(received: string, socket: Socket): string | undefined {
  const head = received.indexOf('\r\n\r\n')
  if (head < 0) return undefined
  if (!received.startsWith('HTTP/1.1 200')) socket.destroy(new Error(received.slice(0, 600)))
  const length = /content-length: *(\d+)/i.exec(received.slice(0, head))
  if (length) {
    const end = head + 4 + Number(length[1])
    return received.length >= end ? received.slice(end) : undefined
  }
  const last = received.indexOf('\r\n0\r\n\r\n', head)
  return last < 0 ? undefined : received.slice(last + 7)
}
