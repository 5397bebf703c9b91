// The two servers of the API's comparison, started and stopped alike: a process and the port that it answers on.

import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { LabWorld } from '../labs/lab-world.ts'
import { readDaemonAddress } from '../src/store/world-directory.ts'

const START_LIMIT_MS = 60_000

export interface Server {
  readonly port: number
  readonly pid: number
  /** From the command to the first EC2 answer. */
  readonly startMs: number
  stop(): Promise<void>
}

/** Headers of an EC2 request that both servers take: neither checks the signature of a key that it does not know. */
export function ec2Headers(account: string): Readonly<Record<string, string>> {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const scope = `${account}/${time.slice(0, 8)}/us-east-1/ec2/aws4_request`
  return {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    'x-amz-date': time,
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
  }
}

/** As a user starts it: the command line that starts a daemon and waits for it. */
export async function startPostern(): Promise<Server> {
  const started = performance.now()
  const world = await LabWorld.start(['--dataplane', 'model'])
  try {
    const port = Number(new URL(world.endpoint).port)
    await firstAnswer(port)
    const startMs = performance.now() - started
    return { port, pid: readDaemonAddress(world.directory)?.pid ?? 0, startMs, stop: () => world.stop() }
  } catch (error) {
    await world.stop()
    throw error
  }
}

export async function startMoto(): Promise<Server> {
  const port = await freePort()
  const started = performance.now()
  const child = spawn('python3', ['-m', 'moto.server', '-p', String(port)], { stdio: 'ignore' })
  try {
    await firstAnswer(port)
    return { port, pid: child.pid ?? 0, startMs: performance.now() - started, stop: () => stopChild(child) }
  } catch (error) {
    await stopChild(child)
    throw error
  }
}

/** VmRSS. */
export function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(kib?.[1]) / 1024
}

async function firstAnswer(port: number): Promise<void> {
  const end = performance.now() + START_LIMIT_MS
  let last = ''
  while (performance.now() < end) {
    const request = {
      method: 'POST',
      headers: ec2Headers('123456789012'),
      body: 'Action=DescribeVpcs&Version=2016-11-15',
    }
    const answer = await fetch(`http://127.0.0.1:${port}/`, request).catch((error: unknown) => {
      last = String(error)
    })
    if (answer?.ok) return
    if (answer) last = await answer.text()
    await new Promise((tick) => setTimeout(tick, 10))
  }
  throw new Error(`no answer to DescribeVpcs on port ${port} in ${START_LIMIT_MS / 1000} s; the last: ${last}`)
}

function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill()
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
