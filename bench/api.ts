// The API against moto_server: rate of reads and of durable writes, time to the first answer, memory after it.

import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { LabWorld } from '../labs/lab-world.ts'
import { run } from '../labs/run.ts'
import { readDaemonAddress } from '../src/store/world-directory.ts'
import { requestsPerSecond } from './http-load.ts'
import { median, type Row, ratioRow } from './report.ts'

const ROUNDS = 3
const DURATION_MS = 2_000

interface Peer {
  readonly port: number
  readonly pid: number
  readonly startMs: number
  stop(): Promise<void>
}

export async function benchApi(): Promise<Row[] | undefined> {
  const moto = await run('python3', ['-c', 'import moto.server'])
  if (moto.code !== 0) return undefined
  const ours = await startPostern()
  const peer = await startMoto()
  try {
    const memory = { ours: residentMiB(ours.pid), peer: residentMiB(peer.pid) }
    const reads = await alternate(ours, peer, describeRate)
    const writes = await alternate(ours, peer, createRate)
    return [
      ratioRow('DescribeVpcs, 8 clients', '/s', reads, { atLeast: 25 }),
      ratioRow('CreateVpc, 8 clients (durable; the peer keeps it in memory)', '/s', writes, { atLeast: 10 }),
      ratioRow('start to first EC2 answer', 'ms', { ours: ours.startMs, peer: peer.startMs }, { atMost: 0.5 }),
      ratioRow('resident memory after it', 'MiB', memory, { atMost: 0.5 }),
    ]
  } finally {
    await ours.stop()
    await peer.stop()
  }
}

/** The medians of rounds that take turns, so that a noisy neighbour meets both. */
async function alternate(
  ours: Peer,
  peer: Peer,
  measure: (port: number) => Promise<number>,
): Promise<{ ours: number; peer: number }> {
  const rounds = { ours: [] as number[], peer: [] as number[] }
  for (let round = 0; round < ROUNDS; round++) {
    rounds.ours.push(await measure(ours.port))
    rounds.peer.push(await measure(peer.port))
  }
  return { ours: median(rounds.ours), peer: median(rounds.peer) }
}

const HEADERS = {
  'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
  'x-amz-date': '20260101T000000Z',
  authorization:
    'AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-east-1/ec2/aws4_request, SignedHeaders=host;x-amz-date, Signature=00',
}

function describeRate(port: number): Promise<number> {
  const body = () => 'Action=DescribeVpcs&Version=2016-11-15'
  return requestsPerSecond({ port, connections: 8, durationMs: DURATION_MS, body, headers: HEADERS })
}

/** Creates, in an account of its own each time, so that DescribeVpcs stays the same size. */
function createRate(port: number): Promise<number> {
  const account = String(200_000_000_000 + Math.floor(performance.now()))
  const headers = { ...HEADERS, authorization: HEADERS.authorization.replace('123456789012', account) }
  const body = (n: number) => `Action=CreateVpc&Version=2016-11-15&CidrBlock=10.${n % 256}.0.0%2F16`
  return requestsPerSecond({ port, connections: 8, durationMs: DURATION_MS, body, headers })
}

async function startPostern(): Promise<Peer> {
  const started = performance.now()
  const world = await LabWorld.start(['--dataplane', 'model'])
  const port = Number(new URL(world.endpoint).port)
  await firstAnswer(port)
  const startMs = performance.now() - started
  return { port, pid: readDaemonAddress(world.directory)?.pid ?? 0, startMs, stop: () => world.stop() }
}

async function startMoto(): Promise<Peer> {
  const port = await freePort()
  const started = performance.now()
  const child = spawn('python3', ['-m', 'moto.server', '-p', String(port)], { stdio: 'ignore' })
  await firstAnswer(port)
  return { port, pid: child.pid ?? 0, startMs: performance.now() - started, stop: () => stopChild(child) }
}

async function firstAnswer(port: number): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers: HEADERS,
      body: 'Action=DescribeVpcs&Version=2016-11-15',
    }).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((tick) => setTimeout(tick, 20))
  }
}

function stopChild(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill()
  })
}

function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(kib?.[1]) / 1024
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
