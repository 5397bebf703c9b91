// The balancer with its real process, on this machine's loopback addresses instead of the backbone's (testing.ts).

import type { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Address } from '../ip/address.ts'
import { Balancer } from './balancer.ts'
import type { DesiredState, HealthChange, TargetCheck } from './messages.ts'
import { freePort, front, NODE, open, portOf, readAll, serve, TARGETS } from './testing.ts'

const [TARGET] = TARGETS as readonly [Address]
const NOTHING: DesiredState = { targetChecks: [], nodeChecks: [], fronts: [], clients: {}, certificates: {} }

let balancer: Balancer
let changes: HealthChange[]
let lines: string[]
let started: number
const closing: (() => void)[] = []

beforeEach(() => {
  changes = []
  lines = []
  started = 0
  balancer = new Balancer({
    command: (script) => {
      started++
      return [process.execPath, script]
    },
    onHealth: (some) => changes.push(...some),
    onWithdrawn: () => undefined,
    log: (line) => lines.push(line),
  })
})
afterEach(() => {
  balancer.close()
  for (const close of closing.splice(0)) close()
})

async function target(onConnection: (socket: Socket) => void = (socket) => socket.end('hello')): Promise<number> {
  const server = await serve(TARGET, 0, onConnection)
  closing.push(() => server.close())
  return portOf(server)
}

function targetCheck(port: number, more: Partial<TargetCheck> = {}): TargetCheck {
  const way = { from: NODE, to: TARGET, port, protocol: 'TCP', path: '/', matcher: '200', host: '' } as const
  return {
    target: 'target',
    registration: '2026-01-01T00:00:00.000Z',
    health: 'initial',
    nodeId: 'eni-1',
    probe: { ...way, proxyProtocol: false, timeoutSeconds: 2 },
    intervalSeconds: 5,
    healthyThreshold: 2,
    unhealthyThreshold: 2,
    ...more,
  }
}

const eventually = <T>(look: () => T | Promise<T>) => vi.waitFor(look, { timeout: 60_000, interval: 50 })

describe('the process', () => {
  test('runs while there is something to do, and tells what it finds', async () => {
    balancer.want(NOTHING)
    expect(started).toBe(0)
    balancer.want({ ...NOTHING, targetChecks: [targetCheck(await target())] })
    await eventually(() => expect(changes).toMatchObject([{ target: 'target', health: 'healthy' }]))
    balancer.want(NOTHING)
    expect(started).toBe(1)
    expect(lines).toEqual([])
  })

  test('forwards, and a new state needs no new process', async () => {
    const port = await freePort()
    const targets = [{ id: 'target', address: TARGET, port: await target() }]
    balancer.want({ ...NOTHING, fronts: [front(port)] })
    await balancer.settle()
    balancer.want({ ...NOTHING, fronts: [front(port, { targets })] })
    await balancer.settle()
    expect(await readAll(await open(port))).toBe('hello')
    expect(started).toBe(1)
  })

  test('that dies is started again with what is wanted', async () => {
    const port = await freePort()
    const targets = [{ id: 'target', address: TARGET, port: await target() }]
    balancer.want({ ...NOTHING, fronts: [front(port, { targets })] })
    await balancer.settle()
    process.kill(balancer.pid ?? 0, 'SIGKILL')
    await eventually(async () => expect(await readAll(await open(port))).toBe('hello'))
    expect(lines).toEqual([expect.stringContaining('SIGKILL')])
  })

  test('ends when the daemon lets go of it', async () => {
    const port = await freePort()
    balancer.want({ ...NOTHING, fronts: [front(port)] })
    await balancer.settle()
    const pid = balancer.pid ?? 0
    balancer.close()
    await eventually(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'))
  })
})
