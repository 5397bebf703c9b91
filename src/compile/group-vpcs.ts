// In which VPCs a security group may be used: its own, and those that it is associated with.
// https://docs.aws.amazon.com/vpc/latest/userguide/security-group-assoc.html

import type { SecurityGroup, SecurityGroupVpcAssociation, VpcId } from '../store/records.ts'
import type { Records } from '../store/store.ts'

export function associationId(groupId: SecurityGroup['id'], vpcId: VpcId): SecurityGroupVpcAssociation['id'] {
  return `${groupId}/${vpcId}`
}

export function isGroupOf(
  { securityGroupVpcAssociations }: Records,
  group: Pick<SecurityGroup, 'id' | 'vpcId'>,
  vpcId: string,
): boolean {
  return group.vpcId === vpcId || securityGroupVpcAssociations.has(`${group.id}/${vpcId}`)
}

export function groupsOfVpc(records: Records, vpcId: VpcId): SecurityGroup[] {
  const associated = records.securityGroupVpcAssociations.where('vpcId', vpcId)
  return [
    ...records.securityGroups.where('vpcId', vpcId),
    ...associated.flatMap(({ groupId }) => records.securityGroups.get(groupId) ?? []),
  ]
}
