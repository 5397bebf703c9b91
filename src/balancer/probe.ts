// One health check of one target: a connection, and over HTTP and HTTPS a request and the first line of its answer.

import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Failure } from './check-state.ts'
import type { Probe } from './messages.ts'
import { encodeProxyHeader } from './proxy-protocol.ts'

/** As AWS says it, then what it was. */
const FAILED = 'Health checks failed'
/** A status line is shorter; a target that says more without one does not speak HTTP. */
const MOST_BYTES = 1024

/** Resolves with what was wrong, or with undefined when the check passed. Never rejects, and never takes longer than the
 * probe's time-out. */
export function check(probe: Probe): Promise<Failure> {
  const { from, to, port, timeoutSeconds } = probe
  if (to === undefined) return Promise.resolve(`${FAILED}: no running instance has the address`)
  return new Promise((resolve) => {
    const socket = connect({ host: to, port, localAddress: from })
    let isConnected = false
    const settle = (failure: Failure) => {
      clearTimeout(timer)
      resolve(failure)
      socket.destroy()
    }
    const timer = setTimeout(() => {
      const what = isConnected ? 'the connection was accepted and nothing answered' : 'nothing answered'
      settle(`${FAILED}: ${what} within ${timeoutSeconds} s`)
    }, timeoutSeconds * 1000)
    socket.on('error', (error) => settle(`${FAILED}: ${inWords(error)}`))
    socket.once('connect', () => {
      isConnected = true
      if (probe.proxyProtocol) socket.write(encodeProxyHeader({}))
      if (probe.protocol === 'TCP') socket.end(() => settle(undefined))
      else ask(probe, socket, settle)
    })
  })
}

function ask(probe: Probe, socket: Socket, settle: (failure: Failure) => void): void {
  // Whose certificate it is does not matter to AWS's checks either.
  const stream = probe.protocol === 'HTTPS' ? connectTls({ socket, rejectUnauthorized: false }) : socket
  const request = [
    `GET ${probe.path} HTTP/1.1`,
    `Host: ${probe.host}`,
    'Connection: close',
    'User-Agent: ELB-HealthChecker/2.0',
    'Accept-Encoding: gzip, compressed',
  ]
  if (stream !== socket) stream.on('error', (error) => settle(`${FAILED}: ${inWords(error)}`))
  stream.write(`${request.join('\r\n')}\r\n\r\n`)
  let answer = ''
  stream.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1')
    if (answer.includes('\n') || answer.length > MOST_BYTES) settle(judge(answer, probe.matcher))
  })
  stream.on('end', () => settle(`${FAILED}: the connection was closed without an answer`))
}

function judge(answer: string, matcher: string): Failure {
  const [, code] = /^HTTP\/\d\.\d (\d{3})\b/.exec(answer) ?? []
  if (code === undefined) return `${FAILED}: the answer is not HTTP`
  return matches(matcher, Number(code)) ? undefined : `${FAILED} with these codes: [${code}]`
}

/** `200-399`, `200,301` and their mixtures. */
export function matches(matcher: string, code: number): boolean {
  return matcher.split(',').some((part) => {
    const [first = '', last = first] = part.trim().split('-')
    return Number(first) <= code && code <= Number(last)
  })
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was reset',
  EHOSTUNREACH: 'the target cannot be reached',
  ENETUNREACH: 'the target cannot be reached',
  ETIMEDOUT: 'nothing answered',
  EADDRNOTAVAIL: 'the load balancer has no address to ask from',
}

function inWords(error: Error): string {
  const code = 'code' in error ? String(error.code) : ''
  return (
    WORDS[code] ?? (code.startsWith('ERR_SSL') || code === 'EPROTO' ? 'the target does not speak TLS' : error.message)
  )
}
