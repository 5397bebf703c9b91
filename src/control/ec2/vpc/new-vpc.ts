// Puts a VPC into the store with what AWS makes beside it: a main route table, a default security group and a default
// network ACL. https://docs.aws.amazon.com/vpc/latest/userguide/create-vpc.html

import type { Cidr } from '../../../ip/cidr.ts'
import { ALL_PROTOCOLS } from '../../../ip/protocol.ts'
import type { NetworkAcl, RouteTable, SecurityGroup, Tags, Vpc, VpcId } from '../../../store/records.ts'
import type { Tx } from '../../../store/store.ts'
import { ownedBy, type Place } from '../request/owned.ts'
import { ANY_IPV4, admitIpv6, insertAllowAllEgress, newIpv6Association } from './ipv6-cidr-block.ts'

export interface NewVpc {
  /** Absent: a new one. */
  readonly id?: VpcId
  readonly cidr: Cidr
  readonly dhcpOptionsId: Vpc['dhcpOptionsId']
  readonly instanceTenancy?: Vpc['instanceTenancy']
  readonly isDefault?: boolean
  /** Absent: it has no IPv6. */
  readonly ipv6BorderGroup?: string | undefined
  readonly tags?: Tags
}

export interface VpcParts {
  readonly vpc: Vpc
  readonly mainRouteTable: RouteTable
  readonly networkAcl: NetworkAcl
  readonly securityGroup: SecurityGroup
}

export function insertVpc(tx: Tx, place: Place, wanted: NewVpc): VpcParts {
  const isDefault = wanted.isDefault ?? false
  const vpc = tx.vpcs.insert({
    ...ownedBy(place, wanted.tags),
    id: wanted.id ?? tx.newId('vpc'),
    cidrBlocks: [{ associationId: tx.newId('vpc-cidr-assoc'), cidr: wanted.cidr }],
    ...(wanted.ipv6BorderGroup
      ? { ipv6CidrBlocks: [newIpv6Association(tx, place.region, wanted.ipv6BorderGroup)] }
      : {}),
    isDefault,
    instanceTenancy: wanted.instanceTenancy ?? 'default',
    enableDnsSupport: true,
    // Only the default VPC gives its instances public names from the start.
    enableDnsHostnames: isDefault,
    enableNetworkAddressUsageMetrics: false,
    dhcpOptionsId: wanted.dhcpOptionsId,
  })
  const parts = {
    vpc,
    mainRouteTable: insertMainRouteTable(tx, place, vpc),
    networkAcl: insertDefaultNetworkAcl(tx, place, vpc),
    securityGroup: insertDefaultSecurityGroup(tx, place, vpc),
  }
  if (vpc.ipv6CidrBlocks) admitIpv6(tx, place, vpc)
  return parts
}

function insertMainRouteTable(tx: Tx, place: Place, vpc: Vpc): RouteTable {
  return tx.routeTables.insert({
    ...ownedBy(place),
    id: tx.newId('rtb'),
    vpcId: vpc.id,
    number: 1,
    routes: [],
    associations: [{ id: tx.newId('rtbassoc'), main: true }],
  })
}

function insertDefaultNetworkAcl(tx: Tx, place: Place, vpc: Vpc): NetworkAcl {
  const allowAll = { ruleNumber: 100, action: 'allow', protocol: ALL_PROTOCOLS, cidr: ANY_IPV4 } as const
  return tx.networkAcls.insert({
    ...ownedBy(place),
    id: tx.newId('acl'),
    vpcId: vpc.id,
    isDefault: true,
    entries: [
      { ...allowAll, egress: true },
      { ...allowAll, egress: false },
    ],
  })
}

function insertDefaultSecurityGroup(tx: Tx, place: Place, vpc: Vpc): SecurityGroup {
  const group = tx.securityGroups.insert({
    ...ownedBy(place),
    id: tx.newId('sg'),
    vpcId: vpc.id,
    name: 'default',
    description: 'default VPC security group',
  })
  tx.securityGroupRules.insert({
    ...ownedBy(place),
    id: tx.newId('sgr'),
    groupId: group.id,
    direction: 'ingress',
    protocol: ALL_PROTOCOLS,
    peer: { kind: 'group', groupId: group.id, account: place.account },
  })
  insertAllowAllEgress(tx, place, group, ANY_IPV4)
  return group
}
