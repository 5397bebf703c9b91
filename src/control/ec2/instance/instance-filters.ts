// What instances can be filtered by.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html#API_DescribeInstances_RequestParameters

import type { Instance as InstanceOutput, InstanceStatus } from '@aws-sdk/client-ec2'
import type { Instance, NetworkInterface, Tags } from '../../../store/records.ts'
import type { FilterFields } from '../request/filters.ts'

/** An instance, as it is and as it is shown. */
export interface InstanceRow {
  readonly instance: Instance
  readonly interfaces: readonly NetworkInterface[]
  readonly shape: InstanceOutput
  readonly tags: Tags
}

export const INSTANCE_FILTERS: FilterFields<InstanceRow> = {
  affinity: () => undefined,
  architecture: ({ shape }) => shape.Architecture,
  'availability-zone': ({ shape }) => shape.Placement?.AvailabilityZone,
  'availability-zone-id': ({ shape }) => shape.Placement?.AvailabilityZoneId,
  'block-device-mapping.attach-time': ({ instance }) => instance.createdAt,
  'block-device-mapping.delete-on-termination': ({ shape }) =>
    shape.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.DeleteOnTermination),
  'block-device-mapping.device-name': ({ shape }) => shape.BlockDeviceMappings?.map((one) => one.DeviceName),
  'block-device-mapping.status': ({ shape }) => shape.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.Status),
  'block-device-mapping.volume-id': ({ shape }) => shape.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.VolumeId),
  'boot-mode': ({ shape }) => shape.BootMode,
  'capacity-reservation-id': () => undefined,
  'client-token': ({ shape }) => shape.ClientToken,
  'current-instance-boot-mode': ({ shape }) => shape.CurrentInstanceBootMode,
  'dns-name': () => undefined,
  'ebs-optimized': ({ shape }) => shape.EbsOptimized,
  'ena-support': ({ shape }) => shape.EnaSupport,
  'enclave-options.enabled': () => false,
  'hibernation-options.configured': () => false,
  'host-id': () => undefined,
  hypervisor: ({ shape }) => shape.Hypervisor,
  'iam-instance-profile.arn': ({ shape }) => shape.IamInstanceProfile?.Arn,
  'iam-instance-profile.id': ({ shape }) => shape.IamInstanceProfile?.Id,
  'iam-instance-profile.name': ({ shape }) => shape.IamInstanceProfile?.Arn?.split('/').at(-1),
  'image-id': ({ instance }) => instance.imageId,
  'instance-id': ({ instance }) => instance.id,
  'instance-lifecycle': () => undefined,
  'instance-state-code': ({ shape }) => shape.State?.Code,
  'instance-state-name': ({ instance }) => instance.state,
  'instance-type': ({ instance }) => instance.instanceType,
  'instance.group-id': ({ shape }) => shape.SecurityGroups?.map((group) => group.GroupId),
  'instance.group-name': ({ shape }) => shape.SecurityGroups?.map((group) => group.GroupName),
  'ip-address': () => undefined,
  'ipv6-address': ({ interfaces }) => interfaces.flatMap((eni) => eni.ipv6Addresses ?? []),
  'kernel-id': () => undefined,
  'key-name': ({ instance }) => instance.keyName,
  'launch-index': ({ instance }) => instance.amiLaunchIndex,
  'launch-time': ({ instance }) => instance.launchedAt,
  'metadata-options.http-endpoint': ({ instance }) => instance.metadataOptions.httpEndpoint,
  'metadata-options.http-protocol-ipv4': ({ instance }) => instance.metadataOptions.httpEndpoint,
  'metadata-options.http-protocol-ipv6': ({ instance }) => instance.metadataOptions.httpProtocolIpv6,
  'metadata-options.http-put-response-hop-limit': ({ instance }) => instance.metadataOptions.httpPutResponseHopLimit,
  'metadata-options.http-tokens': ({ instance }) => instance.metadataOptions.httpTokens,
  'metadata-options.instance-metadata-tags': ({ instance }) => instance.metadataOptions.instanceMetadataTags,
  'monitoring-state': ({ shape }) => shape.Monitoring?.State,
  'operator.managed': () => false,
  'operator.principal': () => undefined,
  'outpost-arn': () => undefined,
  'owner-id': ({ instance }) => instance.owner,
  'placement-group-name': ({ instance }) => instance.placementGroup?.name,
  'placement-partition-number': ({ instance }) => instance.placementGroup?.partitionNumber,
  platform: () => undefined,
  'platform-details': ({ shape }) => shape.PlatformDetails,
  'private-dns-name': ({ shape }) => shape.PrivateDnsName,
  'private-ip-address': ({ shape }) => shape.PrivateIpAddress,
  'product-code': () => undefined,
  'product-code.type': () => undefined,
  'ramdisk-id': () => undefined,
  reason: ({ shape }) => shape.StateTransitionReason,
  'requester-id': () => undefined,
  'reservation-id': ({ instance }) => instance.reservationId,
  'root-device-name': ({ shape }) => shape.RootDeviceName,
  'root-device-type': ({ shape }) => shape.RootDeviceType,
  'source-dest-check': ({ shape }) => shape.SourceDestCheck,
  'spot-instance-request-id': () => undefined,
  'state-reason-code': ({ shape }) => shape.StateReason?.Code,
  'state-reason-message': ({ shape }) => shape.StateReason?.Message,
  'subnet-id': ({ shape }) => shape.SubnetId,
  tenancy: ({ shape }) => shape.Placement?.Tenancy,
  'usage-operation': ({ shape }) => shape.UsageOperation,
  'virtualization-type': ({ shape }) => shape.VirtualizationType,
  'vpc-id': ({ shape }) => shape.VpcId,
  ...interfaceFilters(),
}

/** `network-interface.*`: an instance matches when one of its interfaces does. */
function interfaceFilters(): FilterFields<InstanceRow> {
  type Value = string | number | boolean | undefined
  const each =
    (read: (eni: NetworkInterface) => Value) =>
    ({ interfaces }: InstanceRow): Value[] =>
      interfaces.map(read)
  return {
    'network-interface.addresses.primary': each(() => true),
    'network-interface.addresses.private-ip-address': ({ interfaces }) =>
      interfaces.flatMap((eni) => eni.privateAddresses),
    'network-interface.association.public-ip': () => undefined,
    'network-interface.attachment.attach-time': each((eni) => eni.attachment?.attachedAt),
    'network-interface.attachment.attachment-id': each((eni) => eni.attachment?.id),
    'network-interface.attachment.delete-on-termination': each((eni) => eni.attachment?.deleteOnTermination),
    'network-interface.attachment.device-index': each((eni) => eni.attachment?.deviceIndex),
    'network-interface.attachment.instance-id': each((eni) => eni.attachment?.instanceId),
    'network-interface.attachment.instance-owner-id': each((eni) => eni.owner),
    'network-interface.attachment.status': each(() => 'attached'),
    'network-interface.availability-zone': ({ shape }) => shape.Placement?.AvailabilityZone,
    'network-interface.description': each((eni) => eni.description),
    'network-interface.group-id': ({ interfaces }) => interfaces.flatMap((eni) => eni.groupIds),
    'network-interface.group-name': ({ shape }) =>
      shape.NetworkInterfaces?.flatMap(({ Groups }) => Groups?.map((group) => group.GroupName) ?? []),
    'network-interface.ipv6-addresses.ipv6-address': ({ interfaces }) =>
      interfaces.flatMap((eni) => eni.ipv6Addresses ?? []),
    'network-interface.ipv6-addresses.is-primary-ipv6': ({ interfaces }) =>
      interfaces.flatMap((eni) =>
        (eni.ipv6Addresses ?? []).map((_, index) => eni.hasPrimaryIpv6 === true && index === 0),
      ),
    'network-interface.mac-address': each((eni) => eni.macAddress),
    'network-interface.network-interface-id': each((eni) => eni.id),
    'network-interface.owner-id': each((eni) => eni.owner),
    'network-interface.private-dns-name': ({ shape }) => shape.NetworkInterfaces?.map((eni) => eni.PrivateDnsName),
    'network-interface.private-ip-address': each((eni) => eni.privateAddresses[0]),
    'network-interface.requester-id': () => undefined,
    'network-interface.requester-managed': each((eni) => eni.requesterManaged),
    'network-interface.source-dest-check': each((eni) => eni.sourceDestCheck),
    'network-interface.status': each(() => 'in-use'),
    'network-interface.subnet-id': each((eni) => eni.subnetId),
    'network-interface.vpc-id': each((eni) => eni.vpcId),
  }
}

export const STATUS_FILTERS: FilterFields<{ readonly status: InstanceStatus }> = {
  'availability-zone': ({ status }) => status.AvailabilityZone,
  'availability-zone-id': ({ status }) => status.AvailabilityZoneId,
  'event.code': () => undefined,
  'event.description': () => undefined,
  'event.instance-event-id': () => undefined,
  'event.not-after': () => undefined,
  'event.not-before': () => undefined,
  'event.not-before-deadline': () => undefined,
  'instance-state-code': ({ status }) => status.InstanceState?.Code,
  'instance-state-name': ({ status }) => status.InstanceState?.Name,
  'instance-status.reachability': ({ status }) => status.InstanceStatus?.Details?.map((one) => one.Status),
  'instance-status.status': ({ status }) => status.InstanceStatus?.Status,
  'operator.managed': () => false,
  'operator.principal': () => undefined,
  'system-status.reachability': ({ status }) => status.SystemStatus?.Details?.map((one) => one.Status),
  'system-status.status': ({ status }) => status.SystemStatus?.Status,
}
