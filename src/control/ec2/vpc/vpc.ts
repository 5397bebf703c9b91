// VPCs. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html

import type {
  CreateVpcRequest,
  CreateVpcResult,
  DeleteVpcRequest,
  DescribeVpcsRequest,
  DescribeVpcsResult,
  ModifyVpcTenancyRequest,
  ModifyVpcTenancyResult,
} from '@aws-sdk/client-ec2'
import { publicAccessMode } from '../../../compile/public-access.ts'
import { ApiError, dependencyViolation, invalidParameterValue, missingParameter } from '../../../errors.ts'
import type { Vpc } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { forgetAssociations } from '../filtering/security-group-vpc.ts'
import { releaseOfVpc } from '../ipam/pool-cidr.ts'
import { requireVpcBlock } from '../ipam/vpc-block.ts'
import { endPeeringsOf } from '../peering/vpc-peering-connection.ts'
import { forgetExclusions } from '../public-access/exclusion.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { pageOf } from '../request/pages.ts'
import { findAll, requireUsableVpc, requireVpc } from '../request/require.ts'
import { sharedVpcs } from '../request/shared.ts'
import { tagsFor } from '../request/tags.ts'
import { hasVpnGateway } from '../vpn/vpn-gateway.ts'
import { ensureAccountRegion } from './default-vpc.ts'
import { parseIpv6Request } from './ipv6-cidr-block.ts'
import { insertVpc } from './new-vpc.ts'
import { toVpc } from './vpc-shape.ts'

export function createVpc(tx: Tx, caller: Caller, input: CreateVpcRequest): CreateVpcResult {
  refuseUnserved({
    vpcEncryptionControl: input.VpcEncryptionControl,
  })
  const ipv6BorderGroup = parseIpv6Request(caller.region, input)
  if (input.CidrBlock === undefined && !input.Ipv4IpamPoolId) {
    throw new ApiError('MissingParameter', "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
  }
  const instanceTenancy = requireTenancy(input.InstanceTenancy)
  const tags = tagsFor('vpc', input.TagSpecifications)
  const id = tx.newId('vpc')
  const cidr = requireVpcBlock(tx, caller, input, { vpcId: id, tags })
  const { defaultDhcpOptionsId } = ensureAccountRegion(tx, caller)
  // A set that was deleted is not brought back: the VPC has none then, which AWS writes `default`.
  const dhcpOptionsId = tx.dhcpOptions.has(defaultDhcpOptionsId) ? defaultDhcpOptionsId : 'default'
  const { vpc } = insertVpc(tx, caller, { id, cidr, dhcpOptionsId, instanceTenancy, ipv6BorderGroup, tags })
  return { Vpc: toVpc(vpc, 'pending') }
}

export function describeVpcs(records: Records, caller: Caller, input: DescribeVpcsRequest): DescribeVpcsResult {
  const ids = [...new Set(input.VpcIds ?? [])]
  const named =
    ids.length > 0
      ? ids.map((id) => requireUsableVpc(records, caller, id))
      : [...findAll(records.vpcs, caller), ...sharedVpcs(records, caller)]
  const { items, nextToken } = pageOf(applyFilters(named, input.Filters, FILTERS), input, (vpc) => vpc.id, {
    min: 5,
    max: 1000,
    hasIds: (input.VpcIds ?? []).length > 0,
  })
  const toShown = (vpc: Vpc) => ({
    ...toVpc(vpc),
    BlockPublicAccessStates: { InternetGatewayBlockMode: publicAccessMode(records, vpc) },
  })
  return { Vpcs: items.map(toShown), NextToken: nextToken }
}

export function deleteVpc(tx: Tx, caller: Caller, input: DeleteVpcRequest): Record<string, never> {
  const vpc = requireVpc(tx, caller, input.VpcId)
  if (hasDependencies(tx, vpc)) {
    throw dependencyViolation(`The vpc '${vpc.id}' has dependencies and cannot be deleted.`)
  }
  for (const { id } of tx.routeTables.where('vpcId', vpc.id)) tx.routeTables.delete(id)
  for (const { id } of tx.networkAcls.where('vpcId', vpc.id)) tx.networkAcls.delete(id)
  for (const group of tx.securityGroups.where('vpcId', vpc.id)) {
    for (const { id } of tx.securityGroupRules.where('groupId', group.id)) tx.securityGroupRules.delete(id)
    forgetAssociations(tx, { groupId: group.id })
    tx.securityGroups.delete(group.id)
  }
  for (const { id } of tx.resolverRuleAssociations.where('vpcId', vpc.id)) tx.resolverRuleAssociations.delete(id)
  endPeeringsOf(tx, caller, vpc.id)
  forgetExclusions(tx, vpc.id)
  releaseOfVpc(tx, vpc.id)
  forgetAssociations(tx, { vpcId: vpc.id })
  tx.vpcs.delete(vpc.id)
  return {}
}

/** True while the VPC has anything but what was made with it. */
function hasDependencies(records: Records, { id }: Vpc): boolean {
  return (
    records.subnets.where('vpcId', id).length > 0 ||
    records.internetGateways.where('vpcId', id).length > 0 ||
    records.egressOnlyInternetGateways.where('vpcId', id).length > 0 ||
    hasVpnGateway(records, id) ||
    records.networkInterfaces.where('vpcId', id).length > 0 ||
    records.vpcEndpoints.where('vpcId', id).length > 0 ||
    records.serviceNetworkVpcAssociations.where('vpcId', id).length > 0 ||
    records.routeTables.where('vpcId', id).some((table) => !table.associations.some((one) => one.main)) ||
    records.networkAcls.where('vpcId', id).some((acl) => !acl.isDefault) ||
    records.securityGroups.where('vpcId', id).some((group) => group.name !== 'default')
  )
}

/** Only from `dedicated` to `default`, and for instances that are launched later. */
export function modifyVpcTenancy(tx: Tx, caller: Caller, input: ModifyVpcTenancyRequest): ModifyVpcTenancyResult {
  const vpc = requireVpc(tx, caller, input.VpcId)
  if (input.InstanceTenancy === undefined) throw missingParameter('instanceTenancy')
  if (input.InstanceTenancy !== 'default') {
    throw invalidParameterValue('instanceTenancy', input.InstanceTenancy, 'A VPC can be changed to default only.')
  }
  tx.vpcs.update(vpc.id, { instanceTenancy: 'default' })
  return { ReturnValue: true }
}

function requireTenancy(tenancy: string | undefined): Vpc['instanceTenancy'] {
  if (tenancy === undefined || tenancy === 'default') return 'default'
  if (tenancy === 'dedicated') return 'dedicated'
  throw invalidParameterValue('instanceTenancy', tenancy, 'Use default or dedicated.')
}

const FILTERS: FilterFields<Vpc> = {
  cidr: (vpc) => vpc.cidrBlocks[0]?.cidr,
  'cidr-block': (vpc) => vpc.cidrBlocks[0]?.cidr,
  'cidr-block-association.association-id': (vpc) => vpc.cidrBlocks.map((one) => one.associationId),
  'cidr-block-association.cidr-block': (vpc) => vpc.cidrBlocks.map((one) => one.cidr),
  'cidr-block-association.state': () => 'associated',
  'dhcp-options-id': (vpc) => vpc.dhcpOptionsId,
  'ipv6-cidr-block-association.association-id': (vpc) => vpc.ipv6CidrBlocks?.map((one) => one.associationId),
  'ipv6-cidr-block-association.ipv6-cidr-block': (vpc) => vpc.ipv6CidrBlocks?.map((one) => one.cidr),
  'ipv6-cidr-block-association.ipv6-pool': (vpc) => vpc.ipv6CidrBlocks?.map((one) => one.pool),
  'ipv6-cidr-block-association.state': (vpc) => vpc.ipv6CidrBlocks?.map(() => 'associated'),
  'is-default': (vpc) => vpc.isDefault,
  isDefault: (vpc) => vpc.isDefault,
  'owner-id': (vpc) => vpc.owner,
  state: () => 'available',
  'vpc-id': (vpc) => vpc.id,
}
