// The loop that makes the kernel follow the records: newest revision -> compile -> apply -> mark what is now true. One
// apply at a time; wakes that come meanwhile collapse into one. Level-triggered: it is never told what changed.

import { setTimeout as pause } from 'node:timers/promises'
import { Compiler } from './compile/compiler.ts'
import type { Network } from './compile/network.ts'
import { removeVpcEndpoint } from './control/ec2/endpoint/vpc-endpoint.ts'
import { finishInstanceTransition, forgetTerminated } from './control/ec2/instance/instance-lifecycle.ts'
import { finishNatGatewayTransition, forgetDeletedNatGateways } from './control/ec2/internet/nat-gateway.ts'
import { finishPrefixListChange } from './control/ec2/prefix-list/managed-prefix-list.ts'
import { referencesTo } from './control/ec2/prefix-list/references.ts'
import {
  finishPublicAccessChanges,
  type PassingPublicAccess,
  passingPublicAccess,
} from './control/ec2/public-access/lifecycle.ts'
import {
  finishTransitChanges,
  forgetEndedTransitRecords,
  type PassingTransitRecords,
  passingTransitRecords,
} from './control/ec2/transit-gateway/lifecycle.ts'
import { drainedTargets, forgetDrained } from './control/elbv2/draining.ts'
import { withResourceTargets } from './dns/resource-targets.ts'
import type { ApplyResult, Driver, DriverError } from './linux/driver.ts'
import type { NatGateway } from './store/internet-records.ts'
import type { LoadBalancer } from './store/load-balancing-records.ts'
import type { ManagedPrefixList } from './store/prefix-list-records.ts'
import type { Instance, InstanceId, VpcEndpoint, VpcId } from './store/records.ts'
import type { Records, Store, Tx } from './store/store.ts'

/** How often the kernel is compared with what was last applied. */
const AUDIT_INTERVAL_MS = 2_000
/** The part of the time that comparing may take. */
const AUDIT_SHARE = 0.05
/** How long a change that came during a round waits for others to share the next one with. */
const SHORTEST_PAUSE_MS = 10
const LONGEST_PAUSE_MS = 20

export interface ReconcilerHealth {
  /** The newest revision there is. */
  readonly wanted: number
  /** The newest revision that the kernel has whole. */
  readonly inForce: number
  /** VPCs whose last apply failed, with the error. */
  readonly failures: ReadonlyMap<VpcId, DriverError>
  /** Why the last round came to nothing at all. */
  readonly error?: string
  /** How often the kernel was found changed by somebody else and put right. */
  readonly repairs: number
}

interface Dependencies {
  readonly store: Store
  readonly driver: Driver
  /** Postern's internet goes on into the host's network. */
  readonly isUplinked?: boolean
  /** Deletes the files of an instance that was terminated. */
  readonly forgetInstance: (id: InstanceId) => Promise<void>
  readonly now: () => Date
  readonly log: (line: string) => void
}

/** Records in a passing state, as they were when the Network was compiled. */
interface Transitions {
  readonly instances: readonly Instance[]
  readonly endpoints: readonly VpcEndpoint[]
  readonly loadBalancers: readonly LoadBalancer[]
  readonly prefixLists: readonly ManagedPrefixList[]
  readonly natGateways: readonly NatGateway[]
  readonly transit: PassingTransitRecords
  readonly publicAccess: PassingPublicAccess
}

export class Reconciler {
  #dependencies: Dependencies
  readonly #compiler: Compiler
  #network: Network = { vpcs: [], inhabited: [], publicZones: [] }
  #inForce = 0
  #failures: ReadonlyMap<VpcId, DriverError> = new Map()
  #error: string | undefined
  #repairs = 0
  #dirty = false
  #running: Promise<void> | undefined
  /** Settled when the disk has, or has refused, what the last round marked. */
  #marked: Promise<void> = Promise.resolve()
  #stopWatching: (() => void) | undefined
  #audit: NodeJS.Timeout | undefined

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies
    this.#compiler = new Compiler(dependencies.store.records, dependencies.isUplinked ? { isUplinked: true } : {})
    dependencies.store.observe((change) => this.#compiler.touch(change))
  }

  /** The newest compiled Network: what the resolver, the edge and explain answer from. */
  get network(): Network {
    return this.#network
  }

  get health(): ReconcilerHealth {
    const { store } = this.#dependencies
    return {
      wanted: store.revision,
      inForce: this.#inForce,
      failures: this.#failures,
      repairs: this.#repairs,
      ...(this.#error !== undefined && { error: this.#error }),
    }
  }

  /** Applies what there is and follows the store from now on. */
  async start(): Promise<void> {
    this.#stopWatching = this.#dependencies.store.watch(() => this.#follow())
    this.#lookLater(AUDIT_INTERVAL_MS)
    this.wake()
    await this.settle()
  }

  /** Lets a running apply end and follows no more. */
  async stop(): Promise<void> {
    this.#stopWatching?.()
    clearTimeout(this.#audit)
    this.#audit = undefined
    this.#dirty = false
    await this.#running
  }

  /** Asks for another round. */
  wake(): void {
    this.#dirty = true
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
  }

  /** Waits until the kernel has all that was asked for so far. */
  async settle(): Promise<void> {
    do {
      await this.#running
      // The next round begins when the disk has what the last one marked.
      await this.#marked
    } while (this.#running)
  }

  /** A change that the disk refused is not tried again at once: the next is likely refused too. */
  #follow(): void {
    if (this.#dependencies.store.lastFailure === undefined) this.wake()
  }

  async #run(): Promise<void> {
    // One turn of the event loop lets commits of the same tick share a round.
    await new Promise(setImmediate)
    while (this.#dirty) {
      this.#dirty = false
      const began = performance.now()
      await this.#round()
      // Under many calls a round serves several of them, and in a large world rounds take at most half of the time.
      if (this.#dirty) await pause(clamp(performance.now() - began, SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS))
    }
  }

  async #round(): Promise<void> {
    const { store, driver, log } = this.#dependencies
    const revision = store.revision
    const transitions = passing(store.records)
    try {
      this.#network = withResourceTargets(this.#compiler.compile())
      const result = await driver.apply(this.#network)
      for (const [vpcId, error] of result.failures) log(`${vpcId} could not be put in force: ${error.message}`)
      this.#failures = result.failures
      this.#error = undefined
      if (result.failures.size === 0) this.#inForce = revision
      this.#markApplied(transitions, result)
    } catch (error) {
      this.#error = error instanceof Error ? error.message : String(error)
      log(`applying revision ${revision} failed: ${error instanceof Error ? error.stack : String(error)}`)
    }
  }

  /** Guarded on the records that were acted on: a newer decision is never overwritten. */
  #markApplied(
    { instances, endpoints, loadBalancers, prefixLists, natGateways, transit, publicAccess }: Transitions,
    { failures, running }: ApplyResult,
  ): void {
    const { store, now, forgetInstance, log } = this.#dependencies
    const terminated: InstanceId[] = []
    const { durable } = store.transact((tx) => {
      for (const instance of instances) {
        if (tx.instances.get(instance.id) !== instance || failures.has(instance.vpcId)) continue
        if (instance.state === 'pending' && !running.has(instance.id)) continue
        if (finishInstanceTransition(tx, instance, now()).state === 'terminated') terminated.push(instance.id)
      }
      for (const endpoint of endpoints) {
        if (tx.vpcEndpoints.get(endpoint.id) !== endpoint || failures.has(endpoint.vpcId)) continue
        finishEndpointTransition(tx, endpoint)
      }
      for (const loadBalancer of loadBalancers) {
        if (tx.loadBalancers.get(loadBalancer.id) !== loadBalancer || failures.has(loadBalancer.vpcId)) continue
        tx.loadBalancers.update(loadBalancer.id, { state: 'active' })
      }
      for (const list of prefixLists) {
        if (tx.managedPrefixLists.get(list.id) !== list) continue
        if (failures.size > 0 && referencesTo(tx, list.id).some(({ vpcId }) => vpcId && failures.has(vpcId))) continue
        finishPrefixListChange(tx, list)
      }
      for (const gateway of natGateways) {
        if (tx.natGateways.get(gateway.id) !== gateway || failures.has(gateway.vpcId)) continue
        finishNatGatewayTransition(tx, gateway)
      }
      finishTransitChanges(tx, transit, (vpcId) => failures.has(vpcId))
      if (failures.size === 0) finishPublicAccessChanges(tx, publicAccess)
      forgetTerminated(tx, now())
      forgetDeletedNatGateways(tx, now())
      forgetEndedTransitRecords(tx, now())
      forgetDrained(tx, now())
    })
    this.#marked = durable.catch(() => undefined)
    for (const id of terminated) forgetInstance(id).catch((error) => log(`the files of ${id} stay: ${String(error)}`))
  }

  /** A look at a large world takes long, so the next one comes the later. */
  #lookLater(delay: number): void {
    const timer = setTimeout(async () => {
      const began = performance.now()
      await this.#look()
      if (this.#audit !== timer) return
      this.#lookLater(Math.max(AUDIT_INTERVAL_MS, (performance.now() - began) / AUDIT_SHARE))
    }, delay)
    this.#audit = timer
  }

  /** What went wrong is tried again, targets whose time is over go, and what was put in force is compared with the kernel. */
  async #look(): Promise<void> {
    if (this.#running) return
    const { store, now } = this.#dependencies
    if (this.#failures.size > 0 || this.#error !== undefined || store.lastFailure !== undefined) {
      store.probe()
      this.wake()
      return
    }
    if (drainedTargets(store.records, now()).length > 0) store.transact((tx) => forgetDrained(tx, now()))
    try {
      if (!(await this.#dependencies.driver.hasDrifted())) return
      this.#repairs++
      this.#dependencies.log('the kernel was changed by somebody else; putting it right')
      this.wake()
    } catch (error) {
      this.#dependencies.log(`comparing the kernel with what was applied failed: ${String(error)}`)
    }
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most))
}

function passing(records: Records): Transitions {
  const settled = new Set(['running', 'stopped', 'terminated'])
  return {
    instances: [...records.instances.all()].filter((instance) => !settled.has(instance.state)),
    endpoints: [...records.vpcEndpoints.all()].filter(({ state }) => state === 'pending' || state === 'deleting'),
    loadBalancers: [...records.loadBalancers.all()].filter(({ state }) => state === 'provisioning'),
    natGateways: [...records.natGateways.all()].filter(({ state }) => state === 'pending' || state === 'deleting'),
    transit: passingTransitRecords(records),
    publicAccess: passingPublicAccess(records),
    prefixLists: [...records.managedPrefixLists.all()].filter(({ state }) => state.endsWith('-in-progress')),
  }
}

function finishEndpointTransition(tx: Tx, endpoint: VpcEndpoint): void {
  if (endpoint.state === 'deleting') removeVpcEndpoint(tx, endpoint)
  else tx.vpcEndpoints.update(endpoint.id, { state: 'available' })
}
