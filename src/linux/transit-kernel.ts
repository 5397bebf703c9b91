// Keeps the routers of transit gateways as planned. Their namespaces and links are made with those of peerings, before any VPC
// is converged (peering-kernel.ts); this is what is in them.

import { diffNamespace, isEmpty } from './diff.ts'
import { isRouterLink } from './names.ts'
import { observeNamespace } from './observe.ts'
import type { NamespacePlan, VethEnd } from './plan.ts'
import type { Run } from './run.ts'
import type { TransitGatewayPlan } from './transit-gateways.ts'
import { addToNamespace, deleteLinks, removeFromNamespace } from './vpc-kernel.ts'

export class TransitRouters {
  readonly #run: Run
  /** What the kernel has just as planned, by the name of the namespace. One that is not here is read anew. */
  readonly #known = new Map<string, NamespacePlan>()

  constructor(run: Run) {
    this.#run = run
  }

  /** Whether a link is in force here. */
  knows({ namespace, name }: VethEnd): boolean {
    return this.#known.get(namespace)?.up.includes(name) ?? false
  }

  has(namespace: string): boolean {
    return this.#known.has(namespace)
  }

  forget(namespace: string): void {
    this.#known.delete(namespace)
  }

  forgetAll(): void {
    this.#known.clear()
  }

  forgetMissing(live: ReadonlySet<string>): void {
    for (const name of this.#known.keys()) if (!live.has(name)) this.#known.delete(name)
  }

  /** Makes the routers match, and tells which could not be. */
  async converge(plans: readonly TransitGatewayPlan[]): Promise<Map<TransitGatewayPlan, unknown>> {
    const failed = new Map<TransitGatewayPlan, unknown>()
    await Promise.all(
      plans.map(async (plan) => {
        try {
          await this.#convergeOne(plan.namespace)
        } catch (error) {
          failed.set(plan, error)
        }
      }),
    )
    const wanted = new Set(plans.map(({ namespace }) => namespace.name))
    for (const name of this.#known.keys()) if (!wanted.has(name)) this.#known.delete(name)
    return failed
  }

  async #convergeOne(want: NamespacePlan): Promise<void> {
    const { name } = want
    const known = this.#known.get(name)
    if (JSON.stringify(known) === JSON.stringify(want)) return
    this.#known.delete(name)
    const have = known ?? (await this.#read(want))
    const change = diffNamespace(have, want)
    await addToNamespace(this.#run, change)
    await removeFromNamespace(this.#run, change)
    this.#known.set(name, want)
  }

  /** As the kernel has it, once links that nobody wants are gone from it. */
  async #read(want: NamespacePlan): Promise<NamespacePlan> {
    const { links } = await observeNamespace(this.#run, want.name)
    const stray = [...links.keys()].filter((link) => isRouterLink(link) && !want.up.includes(link))
    await deleteLinks(
      this.#run,
      stray.map((link) => ({ near: { namespace: want.name, name: link }, far: { namespace: '', name: '' } })),
    )
    return (await observeNamespace(this.#run, want.name)).plan
  }

  /** The names of routers that somebody changed; they are read anew next time. */
  async findDrifted(live: ReadonlySet<string>): Promise<string[]> {
    const drifted = await Promise.all(
      [...this.#known.values()].map(async (plan) => {
        if (!live.has(plan.name)) return true
        const { plan: observed } = await observeNamespace(this.#run, plan.name)
        return !isEmpty(diffNamespace(observed, plan))
      }),
    )
    return [...this.#known.keys()].filter((_, index) => drifted[index])
  }
}
