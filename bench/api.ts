// The API against moto_server: rate of reads and of durable writes, time to the first answer, memory after it.

import { run } from '../labs/run.ts'
import { ec2Headers, residentMiB, type Server, startMoto, startPostern } from './api-servers.ts'
import { dialLoopback, httpRequest, requestsPerSecond } from './http-load.ts'
import { type Row, ratioRow } from './report.ts'
import { inTurns, type Pair } from './turns.ts'
import { withUndo } from './undo.ts'

const ROUNDS = 3
const DURATION_MS = 2_000
/** CreateVpc asks for these in turn. */
const BLOCKS = 256

export async function benchApi(): Promise<Row[] | undefined> {
  const moto = await run('python3', ['-c', 'import moto.server'])
  if (moto.code !== 0) return undefined
  const { startMs, memory } = await measureStarts()
  const { reads, writes } = await measureRates()
  return [
    ratioRow('DescribeVpcs, 8 clients', '/s', reads, { atLeast: 25 }),
    ratioRow('CreateVpc, 8 clients (durable; the peer keeps it in memory)', '/s', writes, { atLeast: 10 }),
    ratioRow('start to first EC2 answer', 'ms', startMs, { atMost: 0.5 }),
    ratioRow('resident memory after it', 'MiB', memory, { atMost: 0.5 }),
  ]
}

/** Each round starts each server anew, in an empty world. */
async function measureStarts(): Promise<{ startMs: Pair; memory: Pair }> {
  const servers = { ours: startPostern, peer: startMoto }
  const memory = { ours: 0, peer: 0 }
  const startMs = await inTurns(ROUNDS, servers, (start) =>
    withUndo(async (atEnd) => {
      const server = await start()
      atEnd(() => server.stop())
      memory[start === startPostern ? 'ours' : 'peer'] = residentMiB(server.pid)
      return server.startMs
    }),
  )
  return { startMs, memory }
}

function measureRates(): Promise<{ reads: Pair; writes: Pair }> {
  return withUndo(async (atEnd) => {
    const ours = await startPostern()
    atEnd(() => ours.stop())
    const peer = await startMoto()
    atEnd(() => peer.stop())
    const servers = { ours, peer }
    return { reads: await inTurns(ROUNDS, servers, describeRate), writes: await inTurns(ROUNDS, servers, createRate) }
  })
}

function describeRate(server: Server): Promise<number> {
  return rate(server, '123456789012', () => 'Action=DescribeVpcs&Version=2016-11-15')
}

/** Creates, in an account of its own each time, so that DescribeVpcs stays the same size. */
function createRate(server: Server): Promise<number> {
  const account = String(200_000_000_000 + Math.floor(performance.now()))
  return rate(server, account, (n) => `Action=CreateVpc&Version=2016-11-15&CidrBlock=10.${n % BLOCKS}.0.0%2F16`)
}

function rate({ port }: Server, account: string, body: (n: number) => string): Promise<number> {
  const headers = { host: `127.0.0.1:${port}`, ...ec2Headers(account) }
  const request = (n: number) => httpRequest('POST /', headers, body(n))
  return requestsPerSecond({ dial: dialLoopback(port), connections: 8, durationMs: DURATION_MS, request })
}
