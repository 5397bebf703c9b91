// The driver that has no kernel (`--dataplane model`, and tests): every instance runs and no packet moves. What the
// kernel would refuse it refuses too.

import type { Network } from '../compile/network.ts'
import type { InstanceId, VpcId } from '../store/records.ts'
import { type ApplyResult, type Driver, DriverError } from './driver.ts'
import { refusals } from './strict-plan.ts'
import { planVpc } from './vpc-plan.ts'

export class ModelDriver implements Driver {
  async start(): Promise<undefined> {
    return undefined
  }

  async apply(network: Network): Promise<ApplyResult> {
    const failures = new Map<VpcId, DriverError>()
    const running = new Set<InstanceId>()
    for (const vpc of network.vpcs) {
      const [refusal] = refusals(planVpc('0000', vpc))
      if (refusal) failures.set(vpc.id, new DriverError(`apply ${vpc.id}`, refusal))
      else for (const { id } of vpc.instances) running.add(id)
    }
    return { failures, running }
  }

  async hasDrifted(): Promise<boolean> {
    return false
  }

  async close(): Promise<void> {}

  async destroy(): Promise<void> {}
}
