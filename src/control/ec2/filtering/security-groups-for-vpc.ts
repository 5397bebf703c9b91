// The groups that interfaces in a VPC can have: all of the caller's in it, and those that are associated with it.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetSecurityGroupsForVpc.html

import type { GetSecurityGroupsForVpcRequest, GetSecurityGroupsForVpcResult } from '@aws-sdk/client-ec2'
import { groupsOfVpc } from '../../../compile/group-vpcs.ts'
import type { SecurityGroup } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { pageOf } from '../request/pages.ts'
import { requireUsableVpc } from '../request/require.ts'
import { tagList } from '../request/tags.ts'

export function getSecurityGroupsForVpc(
  records: Records,
  caller: Caller,
  input: GetSecurityGroupsForVpcRequest,
): GetSecurityGroupsForVpcResult {
  const vpc = requireUsableVpc(records, caller, input.VpcId)
  const own = groupsOfVpc(records, vpc.id).filter(({ owner }) => owner === caller.account)
  const { items, nextToken } = pageOf(applyFilters(own, input.Filters, FILTERS), input, ({ id }) => id)
  return {
    SecurityGroupForVpcs: items.map((group) => ({
      GroupId: group.id,
      GroupName: group.name,
      Description: group.description,
      OwnerId: group.owner,
      PrimaryVpcId: group.vpcId,
      Tags: tagList(group.tags),
    })),
    NextToken: nextToken,
  }
}

const FILTERS: FilterFields<SecurityGroup> = {
  description: (group) => group.description,
  'group-id': (group) => group.id,
  'group-name': (group) => group.name,
  'owner-id': (group) => group.owner,
  'primary-vpc-id': (group) => group.vpcId,
}
