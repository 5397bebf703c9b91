// Makes on-premises hosts in the kernel: their namespaces, and the links to the VPCs' routers. Each link belongs to both ends,
// so it is there before its VPC is converged, as with peering.

import type { Network, OnPremisesRouterNetwork } from '../compile/network.ts'
import { ipBatch, setHostSysctls } from './commands.ts'
import { diffNamespace, isEmpty } from './diff.ts'
import { observeNamespace } from './observe.ts'
import { onPremisesPairs, onPremisesTransitPairs, planOnPremises } from './on-premises.ts'
import { linkPeers } from './peering-kernel.ts'
import type { NamespacePlan, VethPair } from './plan.ts'
import type { Run } from './run.ts'
import { addToNamespace, deleteLinks, removeFromNamespace } from './vpc-kernel.ts'

/** A network, and its namespace as it should be. */
export interface PlannedHost {
  readonly network: OnPremisesRouterNetwork
  readonly namespace: NamespacePlan
}

export interface LinkedHosts {
  readonly hosts: readonly PlannedHost[]
  /** The links that were made just now: their VPCs have lost what they had on them. */
  readonly made: readonly VethPair[]
}

type OnPremisesWorld = Pick<Network, 'onPremises' | 'inhabited' | 'transitGateways'>

export class OnPremisesHosts {
  readonly #run: Run
  readonly #world: string
  /** What each namespace is known to hold, by its name. */
  readonly #applied = new Map<string, NamespacePlan>()
  /** The links that are known to be there. */
  #pairs: readonly VethPair[] = []

  constructor(run: Run, world: string) {
    this.#run = run
    this.#world = world
  }

  get namespaces(): readonly string[] {
    return [...this.#applied.keys()]
  }

  /** Before the VPCs. `live` are the namespaces that exist; new ones are added. `isKnown` says of a VPC's router whether it has
   * a link for certain. */
  async converge(
    network: OnPremisesWorld,
    live: Set<string>,
    isKnown: (end: VethPair['near']) => boolean,
  ): Promise<LinkedHosts> {
    const hosts = (network.onPremises ?? []).map((one) => ({
      network: one,
      namespace: planOnPremises(this.#world, one, network),
    }))
    this.#forget(live)
    for (const { namespace } of hosts) if (!live.has(namespace.name)) await this.#make(namespace.name, live)
    const pairs = this.#pairsOf(network)
    const uncertain = pairs.filter((pair) => !(isKnown(pair.near) && this.#has(pair.far)))
    const made = await linkPeers(this.#run, uncertain, live)
    for (const { far } of made) this.#applied.delete(far.namespace)
    await Promise.all(hosts.map(({ namespace }) => this.#apply(namespace)))
    return { hosts, made }
  }

  /** After the VPCs: the links of what is connected no more. With a namespace its links go by themselves. */
  async sweep(network: OnPremisesWorld, routers: ReadonlySet<string>): Promise<void> {
    const wanted = this.#pairsOf(network)
    const keep = new Set(wanted.map(textOf))
    const names = new Set((network.onPremises ?? []).map((one) => planOnPremises(this.#world, one, network).name))
    const stale = this.#pairs.filter(
      (pair) => !keep.has(textOf(pair)) && routers.has(pair.near.namespace) && names.has(pair.far.namespace),
    )
    await deleteLinks(this.#run, stale)
    for (const name of this.namespaces) if (!names.has(name)) this.#applied.delete(name)
    this.#pairs = wanted
  }

  /** Forgets those whose namespace is not as it should be; true when there was one. */
  async audit(live: ReadonlySet<string>): Promise<boolean> {
    const found = await Promise.all(
      [...this.#applied].map(async ([name, plan]) => {
        if (!live.has(name)) return name
        const { plan: there } = await observeNamespace(this.#run, name)
        return isEmpty(diffNamespace(there, plan)) ? undefined : name
      }),
    )
    const drifted = found.filter((name) => name !== undefined)
    for (const name of drifted) this.#applied.delete(name)
    return drifted.length > 0
  }

  clear(): void {
    this.#applied.clear()
    this.#pairs = []
  }

  #pairsOf(network: OnPremisesWorld): VethPair[] {
    return [...onPremisesPairs(this.#world, network), ...onPremisesTransitPairs(this.#world, network)]
  }

  async #make(name: string, live: Set<string>): Promise<void> {
    await ipBatch(this.#run, [`netns add ${name}`])
    await setHostSysctls(this.#run, name)
    live.add(name)
  }

  async #apply(want: NamespacePlan): Promise<void> {
    const known = this.#applied.get(want.name)
    if (known && JSON.stringify(known) === JSON.stringify(want)) return
    this.#applied.delete(want.name)
    // A link that is gone took its routes with it, so what is there is read rather than remembered.
    const { plan: there } = await observeNamespace(this.#run, want.name)
    const change = diffNamespace(there, want)
    await addToNamespace(this.#run, change)
    await removeFromNamespace(this.#run, change)
    this.#applied.set(want.name, want)
  }

  #forget(live: ReadonlySet<string>): void {
    for (const name of this.namespaces) if (!live.has(name)) this.#applied.delete(name)
  }

  #has({ namespace, name }: VethPair['far']): boolean {
    return this.#applied.get(namespace)?.up.includes(name) ?? false
  }
}

function textOf({ near, far }: VethPair): string {
  return `${near.namespace} ${near.name} ${far.namespace}`
}
