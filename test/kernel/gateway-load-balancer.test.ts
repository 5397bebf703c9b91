// Gateway Load Balancers against the kernel: packets between two subnets pass an appliance of another account, whose VPC has
// the same addresses. Address plan: compile/small-service.ts and compile/small-appliances.ts.

import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import type { Network } from '../../src/compile/network.ts'
import { insertAppliances } from '../../src/compile/small-appliances.ts'
import { serviceStore } from '../../src/compile/small-service.ts'
import { inBackbone, tunnelsIn } from '../../src/daemon-backbone.ts'
import { Balancing } from '../../src/daemon-balancer.ts'
import { LinuxDriver } from '../../src/linux/linux-driver.ts'
import { instanceNamespace } from '../../src/linux/names.ts'
import { inNamespace } from '../../src/linux/run.ts'
import type { Store } from '../../src/store/store.ts'
import type { Seen } from './appliance-process.ts'
import { Guest } from './guest.ts'
import { describeKernel } from './namespaced.ts'

const [LEFT, RIGHT] = ['10.0.1.5', '10.0.2.5']
const NODE = '10.0.1.60'

describeKernel('Gateway Load Balancers', import.meta.url, () => {
  const world = randomBytes(3).toString('hex')
  const sandboxes = { boot: async () => undefined, halt: async () => undefined }
  let driver: LinuxDriver
  let store: Store
  let network: Network
  let balancing: Balancing
  let left: Guest
  let right: Guest
  let appliance: ChildProcess

  beforeAll(async () => {
    driver = new LinuxDriver({ world, sandboxes })
    await driver.start()
    store = await serviceStore()
    store.transact(insertAppliances)
    await apply()
    const log = (line: string) => console.error(line)
    balancing = new Balancing({ store, network: () => network, settle: apply, now: () => new Date(), log })
    balancing.enterBackbone(inBackbone(world), tunnelsIn(world))
    balancing.start()
    left = await Guest.enter(instanceNamespace(world, 'i-c1'), [80, 81])
    right = await Guest.enter(instanceNamespace(world, 'i-c2'), [80, 81])
    appliance = await startAppliance()
    await balancing.settle()
  }, 30_000)

  beforeEach(async () => {
    for (const guest of [left, right]) await guest.peers()
    if (appliance.connected) await seenByAppliance()
  })

  afterAll(async () => {
    await balancing?.stop()
    for (const guest of [left, right]) await guest?.leave()
    if (appliance?.connected) appliance.disconnect()
    await driver?.destroy()
  })

  async function apply(): Promise<void> {
    network = compile(store.records)
    expect((await driver.apply(network)).failures).toEqual(new Map())
  }

  async function startAppliance(): Promise<ChildProcess> {
    const script = fileURLToPath(new URL('appliance-process.ts', import.meta.url))
    const [command = '', ...argv] = inNamespace(instanceNamespace(world, 'i-p1'), process.execPath, script)
    const child = spawn(command, argv, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    await once(child, 'message')
    return child
  }

  async function seenByAppliance(): Promise<Seen[]> {
    appliance.send('what did you see?')
    const [seen] = await once(appliance, 'message')
    return seen
  }

  test('what the appliance sends back arrives, with its addresses, and the answers pass it too', async () => {
    expect(await left.keep('open', RIGHT, 80)).toBe('connected')
    expect(await left.exchange('open', 200_000)).toBe('answered')
    expect(await right.peers()).toEqual([LEFT])
    const seen = await seenByAppliance()
    expect(new Set(seen.map(({ from }) => from))).toEqual(new Set([NODE]))
    expect(seen[0]?.options.slice(0, 2)).toEqual(['010801 123456789abcdef0', '010802 0000000000000000'])
    expect(new Set(seen.map(({ options }) => options[2])).size).toBe(1)
    expect(seen.length).toBeGreaterThan(50)
  })

  test('what it keeps is lost, in both directions', async () => {
    expect(await left.connect(RIGHT, 81)).toBe('silence')
    expect(await right.connect(LEFT, 81)).toBe('silence')
    expect(await right.connect(LEFT, 80)).toBe('connected')
  })
})
