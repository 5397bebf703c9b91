// Subnets. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html

import type {
  CreateSubnetRequest,
  CreateSubnetResult,
  DeleteSubnetRequest,
  DescribeSubnetsRequest,
  DescribeSubnetsResult,
  Subnet as SubnetOutput,
} from '@aws-sdk/client-ec2'
import { type AvailabilityZone, accountZones } from '../../../catalogue/regions.ts'
import { publicAccessMode } from '../../../compile/public-access.ts'
import { ApiError, dependencyViolation, invalidParameterValue, missingParameter } from '../../../errors.ts'
import { type Cidr, cidrCovers, cidrsOverlap } from '../../../ip/cidr.ts'
import type { NetworkAcl, Subnet, Vpc } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { endSharing } from '../../ram/sharing.ts'
import { quotaFor } from '../../service-quotas/quota-value.ts'
import { forgetExclusions } from '../public-access/exclusion.ts'
import { checkBlockSize, requireIpv4Cidr } from '../request/cidr-parameter.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { ec2Arn, ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { findAll, requireSubnet, requireUsableSubnet, requireVpc } from '../request/require.ts'
import { sharedSubnets } from '../request/shared.ts'
import { tagList, tagsFor } from '../request/tags.ts'
import { countAvailableAddresses } from './private-address.ts'
import { newSubnetIpv6, requireSubnetIpv6Block, toSubnetIpv6 } from './subnet-ipv6.ts'
import { forgetReservations } from './subnet-reservation.ts'

export function createSubnet(tx: Tx, caller: Caller, input: CreateSubnetRequest): CreateSubnetResult {
  refuseUnserved({
    outpostArn: input.OutpostArn,
    ipv4IpamPoolId: input.Ipv4IpamPoolId,
    ipv6IpamPoolId: input.Ipv6IpamPoolId,
    ipv4NetmaskLength: input.Ipv4NetmaskLength,
    ipv6NetmaskLength: input.Ipv6NetmaskLength,
  })
  const vpc = requireVpc(tx, caller, input.VpcId)
  const isIpv6Only = input.Ipv6Native === true
  if (isIpv6Only) checkIpv6Native(input)
  const block = isIpv6Only ? undefined : requireIpv4Cidr(input.CidrBlock, 'cidrBlock')
  if (block) checkSubnetBlock(tx, vpc, block)
  const ipv6Block = input.Ipv6CidrBlock ? requireSubnetIpv6Block(tx, vpc, input.Ipv6CidrBlock) : undefined
  const zone = requireZone(caller, input)
  const most = quotaFor(tx, vpc, 'subnetsPerVpc')
  if (tx.subnets.where('vpcId', vpc.id).length >= most) {
    throw new ApiError('SubnetLimitExceeded', `The maximum number of subnets of ${vpc.id}, ${most}, has been reached.`)
  }
  const subnet = tx.subnets.insert({
    ...ownedBy(caller, tagsFor('subnet', input.TagSpecifications)),
    id: tx.newId('subnet'),
    vpcId: vpc.id,
    ...(block && { cidr: block }),
    ...(ipv6Block ? { ipv6Cidr: newSubnetIpv6(tx, ipv6Block) } : {}),
    availabilityZone: zone.name,
    availabilityZoneId: zone.id,
    defaultForAz: false,
    mapPublicIpOnLaunch: false,
    networkAclId: defaultNetworkAcl(tx, vpc).id,
    networkAclAssociationId: tx.newId('aclassoc'),
    assignIpv6AddressOnCreation: isIpv6Only,
    enableDns64: false,
    hostnameType: isIpv6Only ? 'resource-name' : 'ip-name',
    enableResourceNameDnsARecord: false,
    enableResourceNameDnsAAAARecord: false,
  })
  return { Subnet: toSubnet(tx, subnet) }
}

export function describeSubnets(
  records: Records,
  caller: Caller,
  input: DescribeSubnetsRequest,
): DescribeSubnetsResult {
  const ids = [...new Set(input.SubnetIds ?? [])]
  const named =
    ids.length > 0
      ? ids.map((id) => requireUsableSubnet(records, caller, id))
      : [...findAll(records.subnets, caller), ...sharedSubnets(records, caller)]
  const found = applyFilters(named, input.Filters, filters(records))
  const hasIds = (input.SubnetIds ?? []).length > 0
  const { items, nextToken } = pageOf(found, input, (subnet) => subnet.id, { min: 5, max: 1000, hasIds })
  return { Subnets: items.map((subnet) => toSubnet(records, subnet)), NextToken: nextToken }
}

export function deleteSubnet(tx: Tx, caller: Caller, input: DeleteSubnetRequest): Record<string, never> {
  const subnet = requireSubnet(tx, caller, input.SubnetId)
  if (tx.networkInterfaces.where('subnetId', subnet.id).length > 0) {
    throw dependencyViolation(`The subnet '${subnet.id}' has dependencies and cannot be deleted.`)
  }
  for (const table of tx.routeTables.where('vpcId', subnet.vpcId)) {
    const rest = table.associations.filter((one) => one.subnetId !== subnet.id)
    if (rest.length < table.associations.length) tx.routeTables.update(table.id, { associations: rest })
  }
  endSharing(tx, ec2Arn('subnet', subnet))
  forgetExclusions(tx, subnet.id)
  forgetReservations(tx, subnet.id)
  tx.subnets.delete(subnet.id)
  return {}
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html#subnet-types */
function checkIpv6Native({ CidrBlock, Ipv6CidrBlock }: CreateSubnetRequest): void {
  if (CidrBlock) {
    throw new ApiError('InvalidParameterCombination', 'A subnet that is IPv6 native cannot have an IPv4 CIDR block.')
  }
  if (!Ipv6CidrBlock) throw missingParameter('ipv6CidrBlock')
}

function checkSubnetBlock(tx: Tx, vpc: Vpc, block: Cidr): void {
  checkBlockSize(block, 'InvalidSubnet.Range')
  if (!vpc.cidrBlocks.some((one) => cidrCovers(one.cidr, block))) {
    throw new ApiError('InvalidSubnet.Range', `The CIDR '${block}' is invalid.`)
  }
  if (tx.subnets.where('vpcId', vpc.id).some((other) => other.cidr && cidrsOverlap(other.cidr, block))) {
    throw new ApiError('InvalidSubnet.Conflict', `The CIDR '${block}' conflicts with another subnet`)
  }
}

/** The zone that the call names, or the first. */
export function requireZone(
  caller: Caller,
  input: Pick<CreateSubnetRequest, 'AvailabilityZone' | 'AvailabilityZoneId'>,
): AvailabilityZone {
  const zones = accountZones(caller.account, caller.region)
  const { AvailabilityZone: name, AvailabilityZoneId: id } = input
  if (name !== undefined && id !== undefined) {
    throw new ApiError(
      'InvalidParameterCombination',
      'The parameters availabilityZone and availabilityZoneId cannot be used together; send one of them',
    )
  }
  const zone = zones.find((one) => (name === undefined && id === undefined) || one.name === name || one.id === id)
  if (zone) return zone
  const [parameter, value, offered] =
    id === undefined
      ? (['availabilityZone', name ?? '', zones.map((one) => one.name)] as const)
      : (['availabilityZoneId', id, zones.map((one) => one.id)] as const)
  throw invalidParameterValue(
    parameter,
    value,
    `Subnets can currently only be created in the following availability zones: ${offered.join(', ')}.`,
  )
}

function defaultNetworkAcl(tx: Tx, vpc: Vpc): NetworkAcl {
  const acl = tx.networkAcls.where('vpcId', vpc.id).find((one) => one.isDefault)
  if (!acl) throw new Error(`${vpc.id} has no default network ACL`)
  return acl
}

function blockModeOf(records: Records, { id, vpcId }: Subnet): 'off' | 'block-bidirectional' | 'block-ingress' {
  const vpc = records.vpcs.get(vpcId)
  return vpc ? publicAccessMode(records, vpc, id) : 'off'
}

export function toSubnet(records: Records, subnet: Subnet): SubnetOutput {
  return {
    SubnetId: subnet.id,
    SubnetArn: ec2Arn('subnet', subnet),
    State: 'available',
    VpcId: subnet.vpcId,
    CidrBlock: subnet.cidr,
    AvailableIpAddressCount: countAvailableAddresses(records, subnet),
    AvailabilityZone: subnet.availabilityZone,
    AvailabilityZoneId: subnet.availabilityZoneId,
    DefaultForAz: subnet.defaultForAz,
    MapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
    MapCustomerOwnedIpOnLaunch: false,
    AssignIpv6AddressOnCreation: subnet.assignIpv6AddressOnCreation,
    Ipv6CidrBlockAssociationSet: subnet.ipv6Cidr ? [toSubnetIpv6(subnet.ipv6Cidr)] : [],
    Ipv6Native: subnet.cidr === undefined,
    EnableDns64: subnet.enableDns64,
    BlockPublicAccessStates: { InternetGatewayBlockMode: blockModeOf(records, subnet) },
    PrivateDnsNameOptionsOnLaunch: {
      HostnameType: subnet.hostnameType,
      EnableResourceNameDnsARecord: subnet.enableResourceNameDnsARecord,
      EnableResourceNameDnsAAAARecord: subnet.enableResourceNameDnsAAAARecord,
    },
    OwnerId: subnet.owner,
    Tags: tagList(subnet.tags),
  }
}

/** Several have an older spelling beside the one that is documented first. */
function filters(records: Records): FilterFields<Subnet> {
  const fields = {
    zone: (subnet: Subnet) => subnet.availabilityZone,
    zoneId: (subnet: Subnet) => subnet.availabilityZoneId,
    cidr: (subnet: Subnet) => subnet.cidr,
    available: (subnet: Subnet) => countAvailableAddresses(records, subnet),
    isDefault: (subnet: Subnet) => subnet.defaultForAz,
  }
  return {
    'availability-zone': fields.zone,
    availabilityZone: fields.zone,
    'availability-zone-id': fields.zoneId,
    availabilityZoneId: fields.zoneId,
    'available-ip-address-count': fields.available,
    'cidr-block': fields.cidr,
    cidr: fields.cidr,
    cidrBlock: fields.cidr,
    'default-for-az': fields.isDefault,
    defaultForAz: fields.isDefault,
    'enable-dns64': (subnet) => subnet.enableDns64,
    'ipv6-cidr-block-association.association-id': (subnet) => subnet.ipv6Cidr?.associationId,
    'ipv6-cidr-block-association.ipv6-cidr-block': (subnet) => subnet.ipv6Cidr?.cidr,
    'ipv6-cidr-block-association.state': (subnet) => subnet.ipv6Cidr && 'associated',
    'ipv6-native': (subnet) => subnet.cidr === undefined,
    'map-public-ip-on-launch': (subnet) => subnet.mapPublicIpOnLaunch,
    'outpost-arn': () => undefined,
    'owner-id': (subnet) => subnet.owner,
    'private-dns-name-options-on-launch.hostname-type': (subnet) => subnet.hostnameType,
    'private-dns-name-options-on-launch.enable-resource-name-dns-a-record': (subnet) =>
      subnet.enableResourceNameDnsARecord,
    'private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record': (subnet) =>
      subnet.enableResourceNameDnsAAAARecord,
    state: () => 'available',
    'subnet-arn': (subnet) => ec2Arn('subnet', subnet),
    'subnet-id': (subnet) => subnet.id,
    'vpc-id': (subnet) => subnet.vpcId,
  }
}
