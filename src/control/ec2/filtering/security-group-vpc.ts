// Security groups in further VPCs of their region.
// https://docs.aws.amazon.com/vpc/latest/userguide/security-group-assoc.html

import type {
  AssociateSecurityGroupVpcRequest,
  AssociateSecurityGroupVpcResult,
  SecurityGroupVpcAssociation as AssociationOutput,
  DescribeSecurityGroupVpcAssociationsRequest,
  DescribeSecurityGroupVpcAssociationsResult,
  DisassociateSecurityGroupVpcRequest,
  DisassociateSecurityGroupVpcResult,
} from '@aws-sdk/client-ec2'
import { associationId } from '../../../compile/group-vpcs.ts'
import { ApiError, dependencyViolation } from '../../../errors.ts'
import type { SecurityGroup, SecurityGroupVpcAssociation, VpcId } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { applyPlainFilters, type FilterFields } from '../request/filters.ts'
import { pageOf } from '../request/pages.ts'
import { findAll, requireSecurityGroup, requireUsableVpc } from '../request/require.ts'

export function associateSecurityGroupVpc(
  tx: Tx,
  caller: Caller,
  input: AssociateSecurityGroupVpcRequest,
): AssociateSecurityGroupVpcResult {
  const group = requireSecurityGroup(tx, caller, input.GroupId)
  const vpc = requireUsableVpc(tx, caller, input.VpcId)
  if (group.name === 'default') throw invalid(`The default security group ${group.id} cannot be associated with a VPC.`)
  if (vpc.isDefault) throw invalid(`A security group cannot be associated with the default VPC ${vpc.id}.`)
  if (group.vpcId === vpc.id) throw invalid(`The security group ${group.id} was created in the VPC ${vpc.id}.`)
  const id = associationId(group.id, vpc.id)
  if (tx.securityGroupVpcAssociations.has(id)) {
    throw invalid(`The security group ${group.id} is already associated with the VPC ${vpc.id}.`)
  }
  const { owner, region } = group
  tx.securityGroupVpcAssociations.insert({ id, owner, region, groupId: group.id, vpcId: vpc.id })
  return { State: 'associating' }
}

function invalid(message: string): ApiError {
  return new ApiError('InvalidParameterValue', message)
}

export function disassociateSecurityGroupVpc(
  tx: Tx,
  caller: Caller,
  input: DisassociateSecurityGroupVpcRequest,
): DisassociateSecurityGroupVpcResult {
  const group = requireSecurityGroup(tx, caller, input.GroupId)
  const vpc = requireUsableVpc(tx, caller, input.VpcId)
  const association = tx.securityGroupVpcAssociations.get(associationId(group.id, vpc.id))
  if (!association) {
    throw new ApiError(
      'InvalidSecurityGroupVpcAssociation.NotFound',
      `The security group ${group.id} is not associated with the VPC ${vpc.id}.`,
    )
  }
  const user = tx.networkInterfaces.where('vpcId', vpc.id).find(({ groupIds }) => groupIds.includes(group.id))
  if (user) throw dependencyViolation(`resource ${group.id} has a dependent object in ${vpc.id}: ${user.id}`)
  tx.securityGroupVpcAssociations.delete(association.id)
  return { State: 'disassociating' }
}

/** The caller's groups, and others' in its VPCs. */
export function describeSecurityGroupVpcAssociations(
  records: Records,
  caller: Caller,
  input: DescribeSecurityGroupVpcAssociationsRequest,
): DescribeSecurityGroupVpcAssociationsResult {
  const inOwn = findAll(records.vpcs, caller).flatMap(({ id }) =>
    records.securityGroupVpcAssociations.where('vpcId', id),
  )
  const all = new Set([...findAll(records.securityGroupVpcAssociations, caller), ...inOwn])
  const shown = [...all].map((one) => toAssociation(records, one))
  const found = applyPlainFilters(shown, input.Filters, FILTERS)
  const { items, nextToken } = pageOf(found, input, ({ GroupId, VpcId }) => `${GroupId}/${VpcId}`)
  return { SecurityGroupVpcAssociations: [...items], NextToken: nextToken }
}

/** With the group, or with the VPC, they go. */
export function forgetAssociations(tx: Tx, { groupId, vpcId }: { groupId?: SecurityGroup['id']; vpcId?: VpcId }): void {
  const { securityGroupVpcAssociations: table } = tx
  const gone = [...(groupId ? table.where('groupId', groupId) : []), ...(vpcId ? table.where('vpcId', vpcId) : [])]
  for (const { id } of gone) table.delete(id)
}

function toAssociation(records: Records, { groupId, vpcId, owner }: SecurityGroupVpcAssociation): AssociationOutput {
  return {
    GroupId: groupId,
    VpcId: vpcId,
    VpcOwnerId: records.vpcs.get(vpcId)?.owner,
    GroupOwnerId: owner,
    State: 'associated',
  }
}

const FILTERS: FilterFields<AssociationOutput> = {
  'group-id': ({ GroupId }) => GroupId,
  'group-owner-id': ({ GroupOwnerId }) => GroupOwnerId,
  state: ({ State }) => State,
  'vpc-id': ({ VpcId }) => VpcId,
  'vpc-owner-id': ({ VpcOwnerId }) => VpcOwnerId,
}
