// Attributes of a network interface, one by one.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyNetworkInterfaceAttribute.html

import type {
  DescribeNetworkInterfaceAttributeRequest,
  DescribeNetworkInterfaceAttributeResult,
  ModifyNetworkInterfaceAttributeRequest,
  ResetNetworkInterfaceAttributeRequest,
} from '@aws-sdk/client-ec2'
import { isGroupOf } from '../../../compile/group-vpcs.ts'
import { ApiError, invalidParameterValue, missingParameter, notFound } from '../../../errors.ts'
import type { NetworkInterface, SecurityGroupId } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { requireNetworkInterface, requireSecurityGroup } from '../request/require.ts'
import { checkNotRequesterManaged } from './network-interface.ts'
import { toAttachment, toGroups } from './network-interface-shape.ts'
import { checkGroupCount } from './new-network-interface.ts'

export function describeNetworkInterfaceAttribute(
  records: Records,
  caller: Caller,
  input: DescribeNetworkInterfaceAttributeRequest,
): DescribeNetworkInterfaceAttributeResult {
  const eni = requireNetworkInterface(records, caller, input.NetworkInterfaceId)
  const id = { NetworkInterfaceId: eni.id }
  switch (input.Attribute) {
    case undefined:
      throw missingParameter('attribute')
    case 'attachment':
      return { ...id, Attachment: toAttachment(eni) }
    case 'description':
      return { ...id, Description: { Value: eni.description } }
    case 'groupSet':
      return { ...id, Groups: toGroups(records, eni.groupIds) }
    case 'sourceDestCheck':
      return { ...id, SourceDestCheck: { Value: eni.sourceDestCheck } }
    case 'associatePublicIpAddress':
      return { ...id, AssociatePublicIpAddress: false }
    default:
      throw invalidParameterValue('attribute', input.Attribute satisfies never)
  }
}

export function modifyNetworkInterfaceAttribute(
  tx: Tx,
  caller: Caller,
  input: ModifyNetworkInterfaceAttributeRequest,
): Record<string, never> {
  refuseUnserved({
    enaSrdSpecification: input.EnaSrdSpecification,
    connectionTrackingSpecification: input.ConnectionTrackingSpecification,
    associatePublicIpAddress: input.AssociatePublicIpAddress,
    associatedSubnetIds: input.AssociatedSubnetIds,
  })
  const eni = requireNetworkInterface(tx, caller, input.NetworkInterfaceId)
  checkNotRequesterManaged(eni)
  const changes = changesOf(tx, caller, eni, input)
  const [change] = changes
  if (!change) throw new ApiError('MissingParameter', 'No attributes specified.')
  if (changes.length > 1) {
    throw new ApiError('InvalidParameterCombination', 'Only one attribute can be modified in one call.')
  }
  tx.networkInterfaces.update(eni.id, change)
  return {}
}

export function resetNetworkInterfaceAttribute(
  tx: Tx,
  caller: Caller,
  input: ResetNetworkInterfaceAttributeRequest,
): Record<string, never> {
  const eni = requireNetworkInterface(tx, caller, input.NetworkInterfaceId)
  checkNotRequesterManaged(eni)
  tx.networkInterfaces.update(eni.id, { sourceDestCheck: true })
  return {}
}

function changesOf(
  records: Records,
  caller: Caller,
  eni: NetworkInterface,
  input: ModifyNetworkInterfaceAttributeRequest,
): Partial<NetworkInterface>[] {
  const { Description: description, SourceDestCheck: check, Groups: groups, Attachment: attachment } = input
  return [
    ...(description ? [{ description: description.Value ?? '' }] : []),
    ...(check?.Value === undefined ? [] : [{ sourceDestCheck: check.Value }]),
    ...(groups && groups.length > 0 ? [{ groupIds: requireGroupsOfVpc(records, caller, eni.vpcId, groups) }] : []),
    ...(attachment ? [{ attachment: changedAttachment(eni, attachment) }] : []),
    ...(input.EnablePrimaryIpv6 === undefined ? [] : [primaryIpv6(eni, input.EnablePrimaryIpv6)]),
  ]
}

/** The first address becomes the primary one, and stays it. */
function primaryIpv6(eni: NetworkInterface, enable: boolean): Partial<NetworkInterface> {
  if (!enable && eni.hasPrimaryIpv6) {
    throw invalidParameterValue('enablePrimaryIpv6', 'false', 'A primary IPv6 address cannot be taken back.')
  }
  if (!enable) return {}
  if (!eni.ipv6Addresses) throw invalidParameterValue('enablePrimaryIpv6', 'true', `${eni.id} has no IPv6 address.`)
  return { hasPrimaryIpv6: true }
}

/** The groups that an existing interface, or the primary one of an instance, is to have. */
export function requireGroupsOfVpc(
  records: Records,
  caller: Caller,
  vpcId: string,
  ids: readonly string[],
): SecurityGroupId[] {
  const groups = [...new Set(ids)].map((id) => requireSecurityGroup(records, caller, id))
  if (groups.some((group) => !isGroupOf(records, group, vpcId))) {
    throw new ApiError('InvalidParameter', 'You have specified two resources that belong to different networks.')
  }
  checkGroupCount(records, { owner: caller.account, region: caller.region }, groups.length)
  return groups.map((group) => group.id)
}

function changedAttachment(
  eni: NetworkInterface,
  change: NonNullable<ModifyNetworkInterfaceAttributeRequest['Attachment']>,
): NetworkInterface['attachment'] {
  refuseUnserved({ defaultEnaQueueCount: change.DefaultEnaQueueCount, enaQueueCount: change.EnaQueueCount })
  if (change.AttachmentId === undefined) throw missingParameter('attachment.attachmentId')
  if (eni.attachment?.id !== change.AttachmentId) throw notFound('Attachment', change.AttachmentId)
  if (change.DeleteOnTermination === undefined) throw missingParameter('attachment.deleteOnTermination')
  return { ...eni.attachment, deleteOnTermination: change.DeleteOnTermination }
}
