// PrivateLink and load balancers against the kernel. Address plan: service-world.ts.

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import { LinuxDriver } from '../../src/linux/linux-driver.ts'
import { instanceNamespace } from '../../src/linux/names.ts'
import type { InstanceId } from '../../src/store/records.ts'
import type { Store, Tx } from '../../src/store/store.ts'
import { Guest } from './guest.ts'
import { describeKernel } from './namespaced.ts'
import { serviceStore } from './service-world.ts'

const [ENDPOINT_A, ENDPOINT_B] = ['10.0.1.100', '10.0.2.100']
const [NODE_A, NODE_B] = ['10.0.1.50', '10.0.2.50']

describeKernel('endpoint services in the kernel', import.meta.url, () => {
  const world = randomBytes(3).toString('hex')
  const sandboxes = { boot: async () => undefined, halt: async () => undefined }
  const guests = new Map<InstanceId, Guest>()
  let driver: LinuxDriver
  let store: Store

  beforeAll(async () => {
    driver = new LinuxDriver({ world, sandboxes })
    await driver.start()
    await fresh()
    for (const id of ['i-c1', 'i-c2', 'i-p1', 'i-p2', 'i-p3'] as const) {
      guests.set(id, await Guest.enter(instanceNamespace(world, id)))
    }
  })

  beforeEach(async () => {
    await fresh()
    for (const guest of guests.values()) await guest.peers()
  })

  afterAll(async () => {
    for (const guest of guests.values()) await guest.leave()
    await driver?.destroy()
  })

  async function fresh(): Promise<void> {
    store = await serviceStore()
    await change(() => undefined)
  }

  async function change(how: (tx: Tx) => void): Promise<void> {
    store.transact(how)
    expect((await driver.apply(compile(store.records))).failures).toEqual(new Map())
  }

  function guest(id: InstanceId): Guest {
    const found = guests.get(id)
    if (!found) throw new Error(`no guest ${id}`)
    return found
  }

  test('a consumer reaches the service in its zone, whose target sees the node', async () => {
    expect(await guest('i-c1').connect(ENDPOINT_A, 443)).toBe('connected')
    expect(await guest('i-p1').peers()).toEqual([NODE_A])
    expect(await guest('i-c1').connect(ENDPOINT_B, 443)).toBe('connected')
    expect(await guest('i-p2').peers()).toEqual([NODE_B])
  })

  function ip(...argv: string[]): string {
    return execFileSync('ip', argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  }
  void ip
})
