// A load of DNS questions over UDP: dnsperf where it is installed, else a loop of our own, which is the slower of the two.

import { createSocket } from 'node:dgram'
import { encode, RECURSION_DESIRED } from 'dns-packet'
import { mustRun, run } from '../labs/run.ts'
import type { Question } from '../src/dns/resolve.ts'

export interface Load {
  readonly port: number
  /** Lines of `name type`. */
  readonly file: string
  readonly questions: readonly Question[]
}

export interface Measured {
  readonly answersPerSecond: number
  /** Of one question, microseconds. */
  readonly latency: number
}

const SECONDS = 4
const ANSWER_LIMIT_MS = 500

/** As many as get answered with so many under way at once. */
export async function measure(load: Load, underWay: number): Promise<Measured> {
  return (await hasDnsperf()) ? byDnsperf(load, underWay) : byLoop(load, underWay)
}

async function hasDnsperf(): Promise<boolean> {
  const { stdout, stderr } = await run('dnsperf', ['-h'])
  return /Usage/i.test(stdout + stderr)
}

/** True when the question is answered in time. */
export async function answersOnce(port: number, question: Question): Promise<boolean> {
  const socket = createSocket('udp4')
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), ANSWER_LIMIT_MS)
  socket.on('message', () => resolve(true))
  socket.on('error', () => undefined)
  socket.send(query(question, 1), port, '127.0.0.1')
  const answered = await promise
  clearTimeout(timer)
  socket.close()
  return answered
}

async function byDnsperf({ port, file }: Load, underWay: number): Promise<Measured> {
  const args = ['-s', '127.0.0.1', '-p', String(port), '-d', file, '-l', String(SECONDS), '-q', String(underWay)]
  const { stdout } = await mustRun('dnsperf', args)
  const figure = (label: string) => Number(new RegExp(`${label}:\\s+([\\d.]+)`).exec(stdout)?.[1])
  const lost = figure('Queries lost')
  if (lost > 0) console.warn(`bench: ${lost} questions were lost`)
  return { answersPerSecond: figure('Queries per second'), latency: figure('Average Latency \\(s\\)') * 1e6 }
}

async function byLoop({ port, questions }: Load, underWay: number): Promise<Measured> {
  const queries = questions.map((question, id) => query(question, id))
  const socket = createSocket('udp4')
  const { promise, resolve } = Promise.withResolvers<void>()
  let [sent, answered] = [0, 0]
  const next = () => socket.send(queries[sent++ % queries.length] ?? '', port, '127.0.0.1')
  const started = performance.now()
  socket.on('message', () => {
    answered++
    if (performance.now() - started < SECONDS * 1000) next()
    else resolve()
  })
  for (let index = 0; index < underWay; index++) next()
  await promise
  const elapsed = performance.now() - started
  socket.close()
  return { answersPerSecond: (answered * 1000) / elapsed, latency: (elapsed * 1000 * underWay) / answered }
}

function query({ name, type }: Question, id: number): Buffer {
  // The loop asks for these two only.
  const asked = type === 'AAAA' ? 'AAAA' : 'A'
  return encode({ type: 'query', id, flags: RECURSION_DESIRED, questions: [{ name, type: asked }] })
}
