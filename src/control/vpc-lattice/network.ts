// VPCs, subnets and security groups that a call of VPC Lattice names: EC2's, in Lattice's words when they are not there.

import { isGroupOf } from '../../compile/group-vpcs.ts'
import type { SecurityGroupId, Subnet, Vpc } from '../../store/records.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { validationError } from './errors.ts'
import { required } from './names.ts'

const GROUPS_PER_INTERFACE = 5

export function requireOwnVpc({ vpcs }: Records, caller: Caller, id: string | undefined): Vpc {
  const vpc = vpcs.get(required('vpcIdentifier', id))
  if (vpc && vpc.owner === caller.account && vpc.region === caller.region) return vpc
  throw validationError(`The VPC ${id} does not exist.`)
}

export function requireOwnSubnet({ subnets }: Records, caller: Caller, vpc: Vpc, id: string): Subnet {
  const subnet = subnets.get(id)
  if (!subnet || subnet.owner !== caller.account) throw validationError(`The subnet ${id} does not exist.`)
  if (subnet.vpcId === vpc.id) return subnet
  throw validationError(`The subnet ${id} does not belong to the VPC ${vpc.id}.`)
}

export function requireOwnGroups(
  records: Records,
  caller: Caller,
  vpc: Pick<Vpc, 'id'>,
  ids: readonly string[],
): SecurityGroupId[] {
  const groups = [...new Set(ids)].map((id) => {
    const group = records.securityGroups.get(id)
    if (!group || group.owner !== caller.account) throw validationError(`The security group ${id} does not exist.`)
    if (!isGroupOf(records, group, vpc.id))
      throw validationError(`The security group ${id} does not belong to the VPC ${vpc.id}.`)
    return group.id
  })
  if (groups.length <= GROUPS_PER_INTERFACE) return groups
  throw validationError(`At most ${GROUPS_PER_INTERFACE} security groups can be given.`)
}
