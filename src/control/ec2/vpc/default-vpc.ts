// The default VPC. An account finds one in each region, with a subnet per zone; here it is made when the account first
// uses the region. https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html

import type { CreateDefaultVpcRequest, CreateDefaultVpcResult } from '@aws-sdk/client-ec2'
import { type AvailabilityZone, accountZones, privateDomain } from '../../../catalogue/regions.ts'
import { ApiError } from '../../../errors.ts'
import { addressPlus } from '../../../ip/address.ts'
import { type Cidr, cidr, cidrBase } from '../../../ip/cidr.ts'
import type { AccountId, AccountRegion, DhcpOptions, Region, Subnet, Vpc } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { ownedBy, type Place } from '../request/owned.ts'
import { insertVpc, type VpcParts } from './new-vpc.ts'
import { toVpc } from './vpc-shape.ts'

const DEFAULT_VPC_CIDR = cidr('172.31.0.0/16')
/** Default subnets are /20. */
const DEFAULT_SUBNET_SIZE = 4096
const ANYWHERE = cidr('0.0.0.0/0')

/** True once the account's default VPC in the region was made, even if it was deleted since. */
export function hasUsedRegion(records: Records, account: AccountId, region: Region): boolean {
  return records.accountRegions.has(accountRegionId(account, region))
}

/** Makes the default VPC when the account has never used the region. Call it before any EC2 operation is answered. */
export function ensureDefaultVpc(tx: Tx, account: AccountId, region: Region, now: Date): void {
  ensureAccountRegion(tx, { account, region, now })
}

/** The account's start in the region, made now if need be. */
export function ensureAccountRegion(tx: Tx, place: Place): AccountRegion {
  const id = accountRegionId(place.account, place.region)
  const known = tx.accountRegions.get(id)
  if (known) return known
  const { owner, region, createdAt } = ownedBy(place)
  const started = tx.accountRegions.insert({
    id,
    owner,
    region,
    createdAt,
    defaultDhcpOptionsId: insertDefaultDhcpOptions(tx, place).id,
  })
  insertDefaultVpc(tx, place, started)
  return started
}

export function findDefaultVpc(records: Records, caller: Caller): Vpc | undefined {
  return records.vpcs.where('owner', caller.account).find((vpc) => vpc.isDefault && vpc.region === caller.region)
}

export function createDefaultVpc(tx: Tx, caller: Caller, _input: CreateDefaultVpcRequest): CreateDefaultVpcResult {
  const isNew = !hasUsedRegion(tx, caller.account, caller.region)
  const started = ensureAccountRegion(tx, caller)
  const existing = findDefaultVpc(tx, caller)
  if (existing && !isNew) {
    throw new ApiError('DefaultVpcAlreadyExists', 'A Default VPC already exists for this account in this region.')
  }
  return { Vpc: toVpc(existing ?? insertDefaultVpc(tx, caller, started)) }
}

function accountRegionId(account: AccountId, region: Region): string {
  return `${account}/${region}`
}

function insertDefaultDhcpOptions(tx: Tx, place: Place): DhcpOptions {
  return tx.dhcpOptions.insert({
    ...ownedBy(place),
    id: tx.newId('dopt'),
    configurations: [
      { key: 'domain-name', values: [privateDomain(place.region)] },
      { key: 'domain-name-servers', values: ['AmazonProvidedDNS'] },
    ],
  })
}

function insertDefaultVpc(tx: Tx, place: Place, started: AccountRegion): Vpc {
  const parts = insertVpc(tx, place, {
    cidr: DEFAULT_VPC_CIDR,
    dhcpOptionsId: started.defaultDhcpOptionsId,
    isDefault: true,
  })
  const gateway = tx.internetGateways.insert({ ...ownedBy(place), id: tx.newId('igw'), vpcId: parts.vpc.id })
  tx.routeTables.update(parts.mainRouteTable.id, {
    routes: [{ destination: { kind: 'cidr', cidr: ANYWHERE }, target: { kind: 'internetGateway', id: gateway.id } }],
  })
  insertDefaultSubnets(tx, place, parts)
  return parts.vpc
}

function insertDefaultSubnets(tx: Tx, place: Place, { vpc, networkAcl }: VpcParts): void {
  for (const [index, zone] of accountZones(place.account, place.region).entries()) {
    insertDefaultSubnet(tx, place, { vpc, networkAcl }, { zone, block: defaultSubnetCidr(index) })
  }
}

export function insertDefaultSubnet(
  tx: Tx,
  place: Place,
  { vpc, networkAcl }: Pick<VpcParts, 'vpc' | 'networkAcl'>,
  { zone, block }: { readonly zone: AvailabilityZone; readonly block: Cidr },
): Subnet {
  return tx.subnets.insert({
    ...ownedBy(place),
    id: tx.newId('subnet'),
    vpcId: vpc.id,
    cidr: block,
    availabilityZone: zone.name,
    availabilityZoneId: zone.id,
    defaultForAz: true,
    mapPublicIpOnLaunch: true,
    networkAclId: networkAcl.id,
    networkAclAssociationId: tx.newId('aclassoc'),
    assignIpv6AddressOnCreation: false,
    enableDns64: false,
    hostnameType: 'ip-name',
    enableResourceNameDnsARecord: false,
    enableResourceNameDnsAAAARecord: false,
  })
}

/** The /20 of the default VPC's block by its place. */
export function defaultSubnetCidr(index: number): Cidr {
  return cidr(`${addressPlus(cidrBase(DEFAULT_VPC_CIDR), index * DEFAULT_SUBNET_SIZE)}/20`)
}
