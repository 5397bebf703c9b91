// Has traffic counted in routers, and reads what was. Counting begins with the first reading, which finds nothing.

import type { TransitGatewayNetwork } from '../compile/network.ts'
import type { Amount, CountedAttachment, CountedPassage } from '../ip/counted-traffic.ts'
import type { VpcId } from '../store/records.ts'
import { nftTransaction } from './commands.ts'
import { DriverError } from './driver.ts'
import { transitGatewayNamespace, transitLink, vpcNamespace } from './names.ts'
import { inNamespace, type Run } from './run.ts'
import {
  METRIC_TABLE,
  parseLinks,
  parsePassages,
  renderAttachmentCounting,
  renderPassageCounting,
} from './traffic-counting.ts'

/** Undefined: nothing was counted until now. */
export async function readPassages(run: Run, world: string, vpcId: VpcId): Promise<CountedPassage[] | undefined> {
  const namespace = vpcNamespace(world, vpcId)
  const listing = await listCounts(run, namespace, renderPassageCounting)
  if (listing === undefined) return undefined
  return parsePassages(listing, await run(inNamespace(namespace, 'conntrack', '-L')))
}

/** The same of a transit gateway's attachments. */
export async function readAttachments(
  run: Run,
  world: string,
  gateway: TransitGatewayNetwork,
): Promise<CountedAttachment[] | undefined> {
  const namespace = transitGatewayNamespace(world, gateway.id)
  const listing = await listCounts(run, namespace, renderAttachmentCounting)
  if (listing === undefined) return undefined
  const links = parseLinks(listing)
  const nothing = { in: NONE, out: NONE, destinations: [] }
  return gateway.attachments.map(({ id }) => ({ id, ...(links.get(transitLink(id)) ?? nothing) }))
}

const NONE: Amount = { packets: 0, bytes: 0 }

async function listCounts(run: Run, namespace: string, render: () => string): Promise<string | undefined> {
  try {
    return await run(inNamespace(namespace, 'nft', '-nn', '-j', `list table ${METRIC_TABLE}`))
  } catch (error) {
    if (!(error instanceof DriverError)) throw error
    await nftTransaction(run, namespace, render())
    return undefined
  }
}
