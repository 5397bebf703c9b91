// Subnets that another account shares with the caller by Resource Access Manager, and their VPCs: who takes part sees them
// and puts instances, interfaces and groups of his own there; all else stays the owner's.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-share-limitations.html

import { zoneNameIn } from '../../../catalogue/regions.ts'
import { ApiError } from '../../../errors.ts'
import type { AccountId, NetworkInterface, Subnet, SubnetId, Vpc } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { isSharedWith, sharesFor } from '../../ram/sharing.ts'
import { ec2Arn } from './owned.ts'

const SUBNET_ARN = /^arn:aws:ec2:[a-z0-9-]+:\d{12}:subnet\/(subnet-[0-9a-f]+)$/

/** All that are shared with the caller in the region, by id, as the caller sees them. */
export function sharedSubnets(records: Records, caller: Caller): Subnet[] {
  const arns = [...sharesFor(records, caller.account)].flatMap((share) =>
    records.sharedResources.where('shareId', share).map(({ resourceArn }) => resourceArn),
  )
  const subnets = [...new Set(arns)].flatMap((arn) => records.subnets.get(SUBNET_ARN.exec(arn)?.[1] ?? '') ?? [])
  return subnets
    .filter(({ region, owner }) => region === caller.region && owner !== caller.account)
    .map((subnet) => seenSubnet(caller.account, subnet))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

export function sharedVpcs(records: Records, caller: Caller): Vpc[] {
  const ids = new Set(sharedSubnets(records, caller).map(({ vpcId }) => vpcId))
  return [...ids].flatMap((id) => records.vpcs.get(id) ?? []).map((vpc) => ({ ...vpc, tags: {} }))
}

/** The subnet, when its owner shares it with the caller. */
export function findSharedSubnet(records: Records, caller: Caller, id: string): Subnet | undefined {
  const subnet = records.subnets.get(id)
  if (!subnet || subnet.region !== caller.region || subnet.owner === caller.account) return undefined
  if (!isSharedWith(records, caller.account, ec2Arn('subnet', subnet))) return undefined
  return seenSubnet(caller.account, subnet)
}

/** The VPC, when the caller takes part in one of its subnets. */
export function findSharedVpc(records: Records, caller: Caller, id: string): Vpc | undefined {
  const vpc = records.vpcs.get(id)
  if (!vpc || vpc.region !== caller.region || vpc.owner === caller.account) return undefined
  const isShared = records.subnets
    .where('vpcId', vpc.id)
    .some((subnet) => isSharedWith(records, caller.account, ec2Arn('subnet', subnet)))
  return isShared ? { ...vpc, tags: {} } : undefined
}

/** Tags are the owner's own affair, and a zone has another name in each account. */
function seenSubnet(account: AccountId, subnet: Subnet): Subnet {
  return { ...subnet, tags: {}, availabilityZone: zoneNameOf(account, subnet) }
}

/** Interfaces of others in the caller's own VPCs, which a VPC's owner may look at. */
export function participantInterfaces(records: Records, { account, region }: Caller): NetworkInterface[] {
  if (records.resourceShares.where('owner', account).length === 0) return []
  const vpcs = records.vpcs.where('owner', account).filter((vpc) => vpc.region === region)
  return vpcs.flatMap(({ id }) => records.networkInterfaces.where('vpcId', id).filter((eni) => eni.owner !== account))
}

/** What the account calls the subnet's zone. */
export function zoneNameOf(account: AccountId, subnet: Subnet): string {
  if (account === subnet.owner) return subnet.availabilityZone
  return zoneNameIn(account, subnet.region, subnet.availabilityZoneId) ?? subnet.availabilityZone
}

/** The same of a subnet that is named; undefined when there is none. */
export function zoneNameAt(records: Records, account: AccountId, subnetId: SubnetId): string | undefined {
  const subnet = records.subnets.get(subnetId)
  return subnet && zoneNameOf(account, subnet)
}

/** Who takes part may use what is shared, and not change it. */
export function notTheOwner(id: string, owner: AccountId): ApiError {
  return new ApiError(
    'UnauthorizedOperation',
    `You are not authorized to perform this operation. ${id} belongs to the account ${owner}, which shares it: only the owner may do this.`,
  )
}
