// The report of requests lost, against a daemon of a few routes whose instances are processes here and whose zone is a server
// that stops listening. Packets are in the lab own-service.

import { spawn, spawnSync } from 'node:child_process'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ExecCommand, serveExec } from '../api/exec-server.ts'
import { probeFailure } from './az-probe.ts'

const hasCurl = spawnSync('curl', ['--version']).status === 0
if (!hasCurl) console.warn('SKIPPED src/cli/az-probe.test.ts: it needs curl')

let daemon: Server
let service: Server
let url: string
const asked: string[] = []
const running = new Set<ReturnType<typeof spawn>>()
/** What the daemon answers. */
let failedSince: string | undefined
let addresses: { readonly address: string; readonly zoneId?: string }[] = []
let instanceZoneId = 'use1-az6'

async function startHere(_: string, argv: readonly string[]): Promise<ExecCommand> {
  const child = spawn(argv[0]!, argv.slice(1), { stdio: 'pipe' })
  running.add(child)
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('exit', (code, signal) => {
      running.delete(child)
      resolve({ code, signal })
    }),
  )
  const { stdin, stdout, stderr } = child
  return { stdin, stdout, stderr, exited, signal: (name) => child.kill(name), resize: () => undefined }
}

function listen(server: Server, port = 0): Promise<number> {
  return new Promise((resolve) =>
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  )
}

async function answer(req: IncomingMessage): Promise<unknown> {
  const body = await text(req)
  const path = `${req.method} ${req.url}`
  if (path === 'GET /_postern/az') return [{ id: 'use1-az1', ...(failedSince && { failedSince }) }]
  if (path.endsWith('az/addresses')) return { instanceZoneId, addresses }
  asked.push(`${path.split('/').at(-1)} ${JSON.parse(body).zone}`)
  const { port } = new URL(url)
  if (path.endsWith('az/restore')) await listen(service, Number(port))
  else {
    service.closeAllConnections()
    await new Promise((resolve) => service.close(resolve))
  }
  return {}
}

beforeAll(async () => {
  service = createServer((_, res) => res.end('here'))
  url = `http://127.0.0.1:${await listen(service)}/`
  daemon = createServer(async (req, res) => res.end(JSON.stringify(await answer(req)))).on(
    'upgrade',
    serveExec(startHere),
  )
  await listen(daemon)
})

beforeEach(() => {
  asked.length = 0
  failedSince = undefined
  instanceZoneId = 'use1-az6'
  addresses = [{ address: '127.0.0.1', zoneId: 'use1-az1' }]
})

afterAll(() => {
  for (const server of [daemon, service]) {
    server.closeAllConnections()
    server.close()
  }
})

function probe(changes: Partial<Parameters<typeof probeFailure>[0]> = {}) {
  const { port } = daemon.address() as AddressInfo
  return probeFailure({
    daemon: { endpoint: `http://127.0.0.1:${port}`, token: undefined },
    zone: 'use1-az1',
    instanceId: 'i-1',
    url,
    beforeMs: 1000,
    failureMs: 1500,
    afterMs: 1000,
    note: () => undefined,
    ...changes,
  })
}

describe.skipIf(!hasCurl)('postern az fail --probe', () => {
  it('counts what each client lost, and brings the zone back', async () => {
    const report = await probe()
    expect(asked).toEqual(['fail use1-az1', 'restore use1-az1'])
    expect(report).toMatchObject({ zone: 'use1-az1', address: '127.0.0.1' })
    expect(report.clients.map(({ client }) => client)).toEqual(['resolves every time', 'resolved once'])
    for (const { phases, longestGapSeconds, firstSuccessSeconds } of report.clients) {
      expect(phases.before.lost).toBe(0)
      expect(phases.before.requests).toBeGreaterThan(0)
      expect(phases.during.lost).toBeGreaterThan(2)
      expect(phases.after.requests).toBeGreaterThan(phases.after.lost)
      expect(longestGapSeconds).toBeGreaterThanOrEqual(1.4)
      expect(firstSuccessSeconds).toBeGreaterThanOrEqual(1.4)
    }
    await expect.poll(() => running.size).toBe(0)
  }, 20_000)

  it('brings the zone back when a client ends meanwhile', async () => {
    const interrupted = probe({ failureMs: 15_000 })
    await expect.poll(() => asked).toEqual(['fail use1-az1'])
    for (const child of running) child.kill('SIGINT')
    await expect(interrupted).rejects.toThrow('the client in i-1 ended')
    expect(asked).toEqual(['fail use1-az1', 'restore use1-az1'])
  }, 20_000)

  it.each<[string, () => Partial<Parameters<typeof probeFailure>[0]>, string]>([
    ['what is no URL', () => ({ url: 'ftp://x/' }), 'ftp://x/ is no URL to ask'],
    [
      'a zone that is down',
      () => {
        failedSince = '2026-01-01T00:00:00.000Z'
        return {}
      },
      'use1-az1 is down already',
    ],
    [
      'an instance in the zone',
      () => {
        instanceZoneId = 'use1-az1'
        return {}
      },
      'i-1 is in use1-az1 itself',
    ],
    [
      'a name that does not lead there',
      () => {
        addresses = [{ address: '10.0.1.4', zoneId: 'use1-az6' }, { address: '52.46.0.1' }]
        return {}
      },
      '127.0.0.1 leads i-1 to 10.0.1.4 (use1-az6), 52.46.0.1 (outside its VPC), so the loss of use1-az1 would show nothing',
    ],
    [
      'what does not answer',
      () => ({ url: 'http://127.0.0.1:1/' }),
      'does not answer i-1 (resolves every time), with every zone up',
    ],
  ])(
    'refuses %s, and fails nothing',
    async (_, change, message) => {
      await expect(probe(change())).rejects.toThrow(message)
      expect(asked).toEqual([])
    },
    20_000,
  )
})
