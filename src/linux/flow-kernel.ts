// Reads what the kernel has counted of a VPC's flows.

import type { VpcNetwork } from '../compile/network.ts'
import type { CountedFlow } from '../ip/counted-flow.ts'
import { listFlows } from './commands.ts'
import { DriverError } from './driver.ts'
import { parseFlowCounting } from './flow-counting.ts'
import { interfaceLink, vpcNamespace } from './names.ts'
import type { Run } from './run.ts'

/** Undefined: somebody took the table away. */
export async function readFlows(run: Run, world: string, vpc: VpcNetwork): Promise<CountedFlow[] | undefined> {
  const interfaceIds = new Map(vpc.interfaces.map(({ id }) => [interfaceLink(id), id]))
  try {
    return parseFlowCounting(await listFlows(run, vpcNamespace(world, vpc.id)), interfaceIds)
  } catch (error) {
    if (error instanceof DriverError) return undefined
    throw error
  }
}
