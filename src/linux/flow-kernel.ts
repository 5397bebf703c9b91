// Reads what the kernel has counted of a VPC's flows.

import type { NatGatewayNetwork, VpcNetwork } from '../compile/network.ts'
import { addressBits } from '../ip/address.ts'
import type { CountedFlow } from '../ip/counted-flow.ts'
import { listFlows } from './commands.ts'
import { DriverError } from './driver.ts'
import { type FlowOwners, parseFlowCounting } from './flow-counting.ts'
import { interfaceLink, vpcNamespace } from './names.ts'
import type { Run } from './run.ts'

/** Undefined: somebody took the table away. */
export async function readFlows(run: Run, world: string, vpc: VpcNetwork): Promise<CountedFlow[] | undefined> {
  try {
    return parseFlowCounting(await listFlows(run, vpcNamespace(world, vpc.id)), ownersOf(vpc))
  } catch (error) {
    if (error instanceof DriverError) return undefined
    throw error
  }
}

function ownersOf({ interfaces, natGateways = [] }: VpcNetwork): FlowOwners {
  const fabric = interfaces.filter(({ endpointId, loadBalancerId }) => endpointId ?? loadBalancerId)
  return {
    byPlace: new Map<string, string>([
      ...interfaces.map(({ id }) => [interfaceLink(id), id] as const),
      ...natGateways.map(({ backboneAddress, interfaceId }) => [markOf(backboneAddress), interfaceId] as const),
    ]),
    byAddress: new Map(
      fabric.flatMap(({ id, addresses, ipv6Addresses = [] }) =>
        [...addresses, ...ipv6Addresses].map((address) => [address, id]),
      ),
    ),
  }
}

/** As nft prints the mark of a NAT gateway's flows. */
function markOf(backboneAddress: NatGatewayNetwork['backboneAddress']): string {
  return String(addressBits(backboneAddress).bits)
}
