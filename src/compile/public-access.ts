// VPC Block Public Access: the subnets of a VPC that are kept from the internet, whatever their routes and groups say.
// https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html

import type { PublicAccessExclusion, PublicAccessMode } from '../store/public-access-records.ts'
import { publicAccessOptionsId } from '../store/public-access-records.ts'
import type { SubnetId, Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { BlockedSubnetNetwork, VpcNetwork } from './network.ts'
import { byId } from './order.ts'

/** Nothing in a world in which nobody blocks anything. */
export function compilePublicAccess(records: Records, vpc: Vpc): Pick<VpcNetwork, 'blockedSubnets'> {
  const mode = accountMode(records, vpc)
  if (mode === 'off') return {}
  const blocked = records.subnets.where('vpcId', vpc.id).flatMap(({ id }): BlockedSubnetNetwork[] => {
    const left = publicAccessMode(records, vpc, id)
    return left === 'off' ? [] : [{ id, mode: left }]
  })
  return blocked.length > 0 ? { blockedSubnets: blocked.sort(byId) } : {}
}

/** Of a VPC, or of one of its subnets, with what is excluded there. */
export function publicAccessMode(
  records: Records,
  vpc: Pick<Vpc, 'id' | 'owner' | 'region'>,
  subnetId?: SubnetId,
): PublicAccessMode {
  const mode = accountMode(records, vpc)
  if (mode === 'off') return mode
  const ofSubnet = subnetId === undefined ? [] : exclusionsOf(records, subnetId)
  return blockMode(mode, [...exclusionsOf(records, vpc.id), ...ofSubnet])
}

function accountMode(records: Records, { owner, region }: Pick<Vpc, 'owner' | 'region'>): PublicAccessMode {
  return records.publicAccessOptions.get(publicAccessOptionsId(owner, region))?.mode ?? 'off'
}

export function exclusionsOf(records: Records, resourceId: string): readonly PublicAccessExclusion[] {
  const all = records.publicAccessExclusions.where('resourceId', resourceId as PublicAccessExclusion['resourceId'])
  return all.filter(({ state }) => state !== 'delete-in-progress')
}

/** What is left of the account's mode where exclusions apply: one for what goes out has no effect in the mode that lets the
 * same out. */
function blockMode(mode: PublicAccessMode, exclusions: readonly PublicAccessExclusion[]): PublicAccessMode {
  if (mode === 'off' || exclusions.some((one) => one.mode === 'allow-bidirectional')) return 'off'
  return exclusions.length > 0 ? 'block-ingress' : mode
}

/** What is sent from a subnet to an internet gateway, or to it from there: an instance's own, which could be answered or
 * begun from outside, or what a NAT gateway or an egress-only internet gateway lets out. */
export type Outbound = 'own' | 'translated'

/** Whether the gateway carries it. In the mode that keeps out what begins outside, only gateways that let nothing in are left. */
export function isBlocked({ blockedSubnets = [] }: VpcNetwork, subnetId: SubnetId, by: Outbound): boolean {
  const mode = blockedSubnets.find(({ id }) => id === subnetId)?.mode
  return mode === 'block-bidirectional' || (mode === 'block-ingress' && by === 'own')
}
