// IPAMs, scopes, pools and what is in them, as EC2 shows them. Their ARNs have no Region.

import type {
  IpamPoolAllocation as AllocationOutput,
  IpamPoolCidr as CidrOutput,
  Ipam as IpamOutput,
  IpamPool as PoolOutput,
  IpamScope as ScopeOutput,
} from '@aws-sdk/client-ec2'
import { cidrLength } from '../../../ip/cidr.ts'
import type { Ipam, IpamPool, IpamPoolAllocation, IpamPoolCidr, IpamScope } from '../../../store/ipam-records.ts'
import type { AccountId } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import { tagList } from '../request/tags.ts'

export function ipamArn(type: 'ipam' | 'ipam-scope' | 'ipam-pool', owner: AccountId, id: string): string {
  return `arn:aws:ec2::${owner}:${type}/${id}`
}

export function ipamOf(records: Records, scopeId: IpamScope['id']): Ipam | undefined {
  const scope = records.ipamScopes.get(scopeId)
  return scope && records.ipams.get(scope.ipamId)
}

/** What Terraform waits for after a change; what was only made has another. */
export function stateOf({ isModified }: Pick<Ipam, 'isModified'>): 'create-complete' | 'modify-complete' {
  return isModified ? 'modify-complete' : 'create-complete'
}

export function toIpam(records: Records, ipam: Ipam): IpamOutput {
  const scopes = records.ipamScopes.where('ipamId', ipam.id)
  const defaultOf = (type: IpamScope['type']) => scopes.find((one) => one.isDefault && one.type === type)?.id
  return {
    IpamId: ipam.id,
    IpamArn: ipamArn('ipam', ipam.owner, ipam.id),
    IpamRegion: ipam.region,
    OwnerId: ipam.owner,
    PublicDefaultScopeId: defaultOf('public'),
    PrivateDefaultScopeId: defaultOf('private'),
    ScopeCount: scopes.length,
    ...(ipam.description !== undefined && { Description: ipam.description }),
    OperatingRegions: ipam.operatingRegions.map((RegionName) => ({ RegionName })),
    State: stateOf(ipam),
    Tier: ipam.tier,
    EnablePrivateGua: false,
    Tags: tagList(ipam.tags),
  }
}

export function toScope(records: Records, scope: IpamScope): ScopeOutput {
  return {
    IpamScopeId: scope.id,
    IpamScopeArn: ipamArn('ipam-scope', scope.owner, scope.id),
    IpamArn: ipamArn('ipam', scope.owner, scope.ipamId),
    IpamRegion: scope.region,
    OwnerId: scope.owner,
    IpamScopeType: scope.type,
    IsDefault: scope.isDefault,
    ...(scope.description !== undefined && { Description: scope.description }),
    PoolCount: records.ipamPools.where('scopeId', scope.id).length,
    State: stateOf(scope),
    Tags: tagList(scope.tags),
  }
}

export function toPool(records: Records, pool: IpamPool): PoolOutput {
  const scope = records.ipamScopes.get(pool.scopeId)
  return {
    IpamPoolId: pool.id,
    IpamPoolArn: ipamArn('ipam-pool', pool.owner, pool.id),
    IpamScopeArn: ipamArn('ipam-scope', pool.owner, pool.scopeId),
    ...(scope && { IpamScopeType: scope.type, IpamArn: ipamArn('ipam', pool.owner, scope.ipamId) }),
    IpamRegion: pool.region,
    OwnerId: pool.owner,
    ...(pool.sourcePoolId && { SourceIpamPoolId: pool.sourcePoolId }),
    Locale: pool.locale ?? 'None',
    PoolDepth: depthOf(records, pool),
    State: stateOf(pool),
    ...(pool.description !== undefined && { Description: pool.description }),
    AutoImport: false,
    AddressFamily: 'ipv4',
    ...(pool.minLength !== undefined && { AllocationMinNetmaskLength: pool.minLength }),
    ...(pool.maxLength !== undefined && { AllocationMaxNetmaskLength: pool.maxLength }),
    ...(pool.defaultLength !== undefined && { AllocationDefaultNetmaskLength: pool.defaultLength }),
    AllocationResourceTags: tagList(pool.resourceTags),
    Tags: tagList(pool.tags),
  }
}

function depthOf(records: Records, { sourcePoolId }: IpamPool): number {
  const source = sourcePoolId && records.ipamPools.get(sourcePoolId)
  return source ? 1 + depthOf(records, source) : 1
}

export function toPoolCidr({ id, cidr }: IpamPoolCidr): CidrOutput {
  return { IpamPoolCidrId: id, Cidr: cidr, NetmaskLength: cidrLength(cidr), State: 'provisioned' }
}

export function toAllocation(allocation: IpamPoolAllocation): AllocationOutput {
  return {
    IpamPoolAllocationId: allocation.id,
    Cidr: allocation.cidr,
    ...(allocation.description !== undefined && { Description: allocation.description }),
    ResourceType: allocation.resourceType,
    ResourceId: allocation.resourceId,
    ResourceRegion: allocation.resourceRegion,
    ResourceOwner: allocation.owner,
  }
}
