// What becomes true of endpoints when the kernel has them: never before, and never over a newer decision.
// Address plan: as in control/ec2/endpoint/testing.ts.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { type EndpointWorld, openEndpointWorld } from './control/ec2/endpoint/testing.ts'
import { deleteVpcEndpoints } from './control/ec2/endpoint/vpc-endpoint.ts'
import { type ApplyResult, type Driver, DriverError } from './linux/driver.ts'
import { Reconciler } from './reconcile.ts'
import type { VpcId } from './store/records.ts'

/** A kernel that takes what it is given only when the test lets it. */
class GatedDriver implements Driver {
  readonly failures = new Map<VpcId, DriverError>()
  #waiting: (() => void)[] = []
  #arrived: (() => void) | undefined
  #isOpen = true

  shut(): void {
    this.#isOpen = false
  }

  open(): void {
    this.#isOpen = true
    for (const go of this.#waiting.splice(0)) go()
  }

  /** Resolves when an apply waits at the gate. */
  async arrival(): Promise<void> {
    if (this.#waiting.length > 0) return
    await new Promise<void>((resolve) => {
      this.#arrived = resolve
    })
  }

  async apply(): Promise<ApplyResult> {
    if (!this.#isOpen) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
        this.#arrived?.()
      })
    }
    return { failures: new Map(this.failures), running: new Set() }
  }

  async start(): Promise<undefined> {}
  async countFlows() {
    return new Map()
  }
  async countTraffic() {
    return { passages: new Map(), attachments: new Map() }
  }

  async hasDrifted(): Promise<boolean> {
    return false
  }
  async close(): Promise<void> {}
  async destroy(): Promise<void> {}
}

let at: EndpointWorld
let driver: GatedDriver
let reconciler: Reconciler

beforeEach(async () => {
  at = await openEndpointWorld()
  driver = new GatedDriver()
  reconciler = reconcilerOf(at)
  await reconciler.start()
})

function reconcilerOf({ world }: EndpointWorld): Reconciler {
  return new Reconciler({
    store: world.store,
    driver,
    forgetInstance: async () => undefined,
    now: () => new Date(0),
    log: () => undefined,
  })
}

afterEach(async () => {
  driver.open()
  await reconciler.stop()
})

/** Waits until what was written so far is on disk, for that wakes the loop, and the kernel has it. */
async function settled(): Promise<void> {
  await at.world.store.transact(() => undefined).durable
  await reconciler.settle()
}

/** The states that the endpoint has from now on, as they come. */
function statesOf(id: string): (string | undefined)[] {
  const seen: (string | undefined)[] = []
  at.world.store.observe(({ table }) => {
    if (table === 'vpcEndpoints') seen.push(stateOf(id)[0])
  })
  return seen
}

/** State, or undefined when the endpoint is gone, and how many interfaces it has. */
function stateOf(id: string): readonly [state: string | undefined, interfaces: number] {
  const { records } = at.world.store
  const interfaces = [...records.networkInterfaces.all()].filter((eni) => eni.vpcEndpointId === id)
  return [records.vpcEndpoints.get(id)?.state, interfaces.length]
}

function remove(id: string): void {
  at.world.write(deleteVpcEndpoints, { VpcEndpointIds: [id] })
}

test('pending until the kernel has it, and deleting with its interfaces until the kernel has lost it', async () => {
  driver.shut()
  const id = at.makeId({ SubnetIds: [at.a] })
  await driver.arrival()
  expect(stateOf(id)).toEqual(['pending', 1])
  driver.open()
  await settled()
  expect(stateOf(id)).toEqual(['available', 1])
  driver.shut()
  remove(id)
  await driver.arrival()
  expect(stateOf(id)).toEqual(['deleting', 1])
  driver.open()
  await settled()
  expect(stateOf(id)).toEqual([undefined, 0])
})

test('deleted while it is being put in force: it never becomes available', async () => {
  driver.shut()
  const id = at.makeId({ SubnetIds: [at.a] })
  await driver.arrival()
  const seen = statesOf(id)
  remove(id)
  driver.open()
  await settled()
  expect(seen).toEqual(['deleting', undefined])
  expect(stateOf(id)).toEqual([undefined, 0])
})

test('rejected while it is being put in force: it stays so', async () => {
  driver.shut()
  const id = at.makeId({ SubnetIds: [at.a] })
  await driver.arrival()
  const seen = statesOf(id)
  at.world.store.transact((tx) => tx.vpcEndpoints.update(id, { state: 'rejected' }))
  driver.open()
  await settled()
  expect(seen).toEqual(['rejected'])
  expect(networkInterfaces(id)).toEqual([])
})

test('modified while it is being put in force: it is available with the change, not before', async () => {
  driver.shut()
  const id = at.makeId({ SubnetIds: [at.a] })
  await driver.arrival()
  const seen = statesOf(id)
  at.modify(id, { AddSubnetIds: [at.b] })
  driver.open()
  await settled()
  expect(seen).toEqual(['pending', 'available'])
  expect(networkInterfaces(id)).toHaveLength(2)
})

test('a VPC that the kernel refuses keeps its endpoints as they are, and the others go on', async () => {
  const vpcId = `vpc-${at.VpcId.slice('vpc-'.length)}` as const
  driver.failures.set(vpcId, new DriverError('nft', 'no'))
  const id = at.makeId({ SubnetIds: [at.a] })
  const other = at.makeId({ VpcId: at.foreign.VpcId })
  await settled()
  expect([stateOf(id), stateOf(other)]).toEqual([
    ['pending', 1],
    ['available', 0],
  ])
  remove(id)
  await settled()
  expect(stateOf(id)).toEqual(['deleting', 1])
  driver.failures.clear()
  reconciler.wake()
  await settled()
  expect(stateOf(id)).toEqual([undefined, 0])
})

test('what a daemon left pending or deleting is finished by the next one', async () => {
  const going = at.makeId({ SubnetIds: [at.b] })
  await settled()
  await reconciler.stop()
  const coming = at.makeId({ PrivateDnsEnabled: false, SubnetIds: [at.a] })
  remove(going)
  reconciler = reconcilerOf(at)
  await reconciler.start()
  expect([stateOf(coming), stateOf(going)]).toEqual([
    ['available', 1],
    [undefined, 0],
  ])
})

function networkInterfaces(id: string) {
  const endpoint = reconciler.network.vpcs.flatMap((vpc) => vpc.endpoints).find((one) => one.id === id)
  return endpoint?.kind === 'interface' ? endpoint.interfaces : []
}

test('what cannot be compiled is in the health, and over once it can be again', async () => {
  const { store } = at.world
  const cidr = store.records.subnets.get(at.a)?.cidr
  store.transact((tx) => tx.subnets.update(at.a, { cidr: 'nonsense' as never }))
  await settled()
  expect(reconciler.health.error).toBeDefined()
  store.transact((tx) => tx.subnets.update(at.a, { ...(cidr && { cidr }) }))
  await settled()
  expect(reconciler.health.error).toBeUndefined()
})
