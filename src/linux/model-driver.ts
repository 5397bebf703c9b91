// The driver that has no kernel (`--dataplane model`, and tests): every instance runs and no packet moves. What the
// kernel would refuse it refuses too.

import type { Network, VpcNetwork } from '../compile/network.ts'
import type { InstanceId, VpcId } from '../store/records.ts'
import { type ApplyResult, type Driver, DriverError, type TrafficCounts } from './driver.ts'

export class ModelDriver implements Driver {
  /** What is known to be refused, or not, of each VPC as it was compiled. */
  readonly #refusals = new WeakMap<VpcNetwork, readonly string[]>()

  async start(): Promise<undefined> {
    return undefined
  }

  async apply(network: Network): Promise<ApplyResult> {
    const failures = new Map<VpcId, DriverError>()
    const running = new Set<InstanceId>()
    for (const vpc of network.inhabited) {
      const known = this.#refusals.get(vpc) ?? (await refusalsOf(vpc))
      this.#refusals.set(vpc, known)
      const [refusal] = known
      if (refusal) failures.set(vpc.id, new DriverError(`apply ${vpc.id}`, refusal))
      else for (const { id } of vpc.instances) running.add(id)
    }
    return { failures, running }
  }

  async hasDrifted(): Promise<boolean> {
    return false
  }

  async countFlows(): Promise<ReadonlyMap<VpcId, []>> {
    return new Map()
  }

  async countTraffic(): Promise<TrafficCounts> {
    return { passages: new Map(), attachments: new Map() }
  }

  async close(): Promise<void> {}

  async destroy(): Promise<void> {}
}

/** What plans a VPC is read with the first that has something running. */
async function refusalsOf(vpc: VpcNetwork): Promise<readonly string[]> {
  const [{ refusals }, { planVpc }] = await Promise.all([import('./strict-plan.ts'), import('./vpc-plan.ts')])
  return refusals(planVpc('0000', vpc))
}
