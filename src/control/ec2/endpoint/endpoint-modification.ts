// What a modification makes of the subnets and the security groups of an endpoint that has interfaces; nothing is written.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpoint.html

import type { ModifyVpcEndpointRequest } from '@aws-sdk/client-ec2'
import { invalidParameter } from '../../../errors.ts'
import type { NetworkInterface, SecurityGroupId, Subnet, VpcEndpoint } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { requireGroupsOfVpc } from '../network-interface/network-interface-attribute.ts'
import { requireSecurityGroup } from '../request/require.ts'
import { interfacesOfEndpoint, type Placement, requirePlacements, requireSubnetIn } from './endpoint-interface.ts'

export interface SubnetChange {
  readonly kept: readonly Subnet[]
  readonly added: readonly Placement[]
  readonly gone: readonly NetworkInterface[]
}

/** Removed subnets lose their interfaces, and added ones get one; where another address is wanted a new interface
 * takes the old one's place. */
export function requireSubnetChange(
  records: Records,
  caller: Caller,
  endpoint: VpcEndpoint,
  input: ModifyVpcEndpointRequest,
): SubnetChange {
  const vpc = { id: endpoint.vpcId }
  const placements = requirePlacements(records, caller, vpc, {
    ids: input.AddSubnetIds,
    configurations: input.SubnetConfigurations,
  })
  const removed = new Set((input.RemoveSubnetIds ?? []).map((id) => requireSubnetIn(records, caller, vpc, id).id))
  const both = placements.find(({ subnet }) => removed.has(subnet.id))
  if (both) throw invalidParameter(`Subnet ${both.subnet.id} cannot be added and removed in one call.`)
  const bySubnet = new Map(interfacesOfEndpoint(records, endpoint).map((eni) => [eni.subnetId, eni]))
  const added = placements.filter(({ subnet, address, ipv6Address }) => {
    const eni = bySubnet.get(subnet.id)
    return (
      !eni ||
      (address !== undefined && address !== eni.privateAddresses[0]) ||
      (ipv6Address !== undefined && ipv6Address !== eni.ipv6Addresses?.[0])
    )
  })
  const left = new Set([...removed, ...added.map(({ subnet }) => subnet.id)])
  return {
    kept: [...bySubnet.keys()].filter((id) => !left.has(id)).flatMap((id) => records.subnets.get(id) ?? []),
    added,
    gone: [...bySubnet.values()].filter(({ subnetId }) => left.has(subnetId)),
  }
}

/** The endpoint's groups with those added and without those removed: at least one. */
export function requireNewGroups(
  records: Records,
  caller: Caller,
  endpoint: VpcEndpoint,
  input: ModifyVpcEndpointRequest,
): SecurityGroupId[] {
  const removed = new Set<string>(
    (input.RemoveSecurityGroupIds ?? []).map((id) => requireSecurityGroup(records, caller, id).id),
  )
  const kept = endpoint.groupIds.filter((id) => !removed.has(id))
  const groups = requireGroupsOfVpc(records, caller, endpoint.vpcId, [...kept, ...(input.AddSecurityGroupIds ?? [])])
  if (groups.length > 0) return groups
  throw invalidParameter(`VPC endpoint ${endpoint.id} must have at least one security group.`)
}
