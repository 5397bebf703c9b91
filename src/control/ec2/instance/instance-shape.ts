// An instance as EC2 shows it, and its reservation.

import type {
  InstanceBlockDeviceMapping,
  Instance as InstanceOutput,
  InstanceStateChange,
  InstanceState as InstanceStateOutput,
  Placement,
  Reservation,
} from '@aws-sdk/client-ec2'
import { findInstanceType } from '../../../catalogue/instance-types.ts'
import { privateDomain } from '../../../catalogue/regions.ts'
import type { Instance, InstanceState, NetworkInterface, Volume } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import {
  addressDnsName,
  publicAssociations,
  toGroups,
  toInstanceInterface,
} from '../network-interface/network-interface-shape.ts'
import { findPlacementGroup } from '../placement-group/find.ts'
import { zoneNameOf } from '../request/shared.ts'
import { tagList } from '../request/tags.ts'
import { toInstanceProfile } from './instance-profile-association.ts'
import { toMetadataOptions } from './metadata-options.ts'
import { toPrivateDnsNameOptions } from './private-dns-name-options.ts'

/** The low byte of the state's code; the high one is EC2's own. */
const STATE_CODES: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
}

export function toState(state: InstanceState): InstanceStateOutput & { Code: number; Name: InstanceState } {
  return { Code: STATE_CODES[state], Name: state }
}

export function toStateChange(before: Instance, after: Instance): InstanceStateChange {
  return { InstanceId: after.id, PreviousState: toState(before.state), CurrentState: toState(after.state) }
}

/** The SDK's union lags behind EC2's types, and ours are checked at launch. */
export function toInstanceType(name: string): InstanceOutput['InstanceType'] {
  return name as InstanceOutput['InstanceType']
}

/** Reservations of these instances, each with those of its instances that are given, in their order. */
export function toReservations(instances: readonly (readonly [Instance, InstanceOutput])[]): Reservation[] {
  const byReservation = Map.groupBy(instances, ([instance]) => instance.reservationId)
  return [...byReservation].map(([id, members]) => ({
    ReservationId: id,
    OwnerId: members[0]![0].owner,
    Groups: [],
    Instances: members.map(([, shape]) => shape),
  }))
}

/** `interfaces` are the instance's, by device index. */
export function toInstance(
  records: Records,
  instance: Instance,
  interfaces: readonly NetworkInterface[],
): InstanceOutput {
  const volumes = records.volumes.where('instanceId', instance.id)
  return {
    ...FIXED,
    InstanceId: instance.id,
    ImageId: instance.imageId,
    State: toState(instance.state),
    StateReason: stateReason(instance),
    StateTransitionReason: stateTransitionReason(instance),
    AmiLaunchIndex: instance.amiLaunchIndex,
    ClientToken: instance.clientToken ?? '',
    InstanceType: toInstanceType(instance.instanceType),
    KeyName: instance.keyName,
    LaunchTime: new Date(instance.launchedAt),
    UsageOperationUpdateTime: new Date(instance.launchedAt),
    Placement: placement(records, instance),
    Monitoring: { State: instance.monitoring ? 'enabled' : 'disabled' },
    EbsOptimized: instance.ebsOptimized,
    IamInstanceProfile: toInstanceProfile(records, instance),
    MetadataOptions: toMetadataOptions(instance.metadataOptions),
    RootDeviceName: records.volumes.get(instance.rootVolumeId)?.device,
    BlockDeviceMappings: volumes.map((volume) => blockDeviceMapping(instance, volume)),
    Tags: tagList(instance.tags),
    ...typeShape(instance.instanceType),
    ...networkShape(records, instance, interfaces),
  }
}

/** What every instance here has alike. */
const FIXED = {
  CapacityReservationSpecification: { CapacityReservationPreference: 'open' },
  CurrentInstanceBootMode: 'legacy-bios',
  EnaSupport: true,
  EnclaveOptions: { Enabled: false },
  HibernationOptions: { Configured: false },
  Hypervisor: 'xen',
  MaintenanceOptions: { AutoRecovery: 'default' },
  NetworkPerformanceOptions: { BandwidthWeighting: 'default' },
  Operator: { Managed: false },
  PlatformDetails: 'Linux/UNIX',
  ProductCodes: [],
  PublicDnsName: '',
  RootDeviceType: 'ebs',
  UsageOperation: 'RunInstances',
  VirtualizationType: 'hvm',
} as const satisfies InstanceOutput

function typeShape(name: string): InstanceOutput {
  const type = findInstanceType(name)
  if (!type) return {}
  return {
    Architecture: type.architecture,
    CpuOptions: { CoreCount: type.vcpus / type.threadsPerCore, ThreadsPerCore: type.threadsPerCore },
  }
}

function networkShape(records: Records, instance: Instance, interfaces: readonly NetworkInterface[]): InstanceOutput {
  const [primary] = interfaces
  const address = primary?.privateAddresses[0]
  // A terminated instance is in no network.
  if (!primary) {
    return { NetworkInterfaces: [], PrivateDnsName: '', SecurityGroups: [], PrivateDnsNameOptions: {} }
  }
  const names = toPrivateDnsNameOptions(instance)
  return {
    ...publicShape(records, primary),
    ...(primary.ipv6Addresses && { Ipv6Address: primary.ipv6Addresses[0] }),
    NetworkInterfaces: interfaces.map((eni) => toInstanceInterface(records, eni)),
    PrivateDnsName:
      names.HostnameType === 'ip-name' && address
        ? addressDnsName(address, instance.region)
        : `${instance.id}.${privateDomain(instance.region)}`,
    PrivateDnsNameOptions: names,
    PrivateIpAddress: address,
    SecurityGroups: toGroups(records, primary.groupIds),
    SourceDestCheck: primary.sourceDestCheck,
    SubnetId: instance.subnetId,
    VpcId: instance.vpcId,
  }
}

function publicShape(records: Records, primary: NetworkInterface): InstanceOutput {
  const known = publicAssociations(records, primary).find(
    ({ privateAddress }) => privateAddress === primary.privateAddresses[0],
  )
  return known ? { PublicIpAddress: known.shape.PublicIp, PublicDnsName: known.shape.PublicDnsName } : {}
}

function placement(records: Records, instance: Instance): Placement {
  const subnet = records.subnets.get(instance.subnetId)
  const group = instance.placementGroup
  return {
    AvailabilityZone: subnet && zoneNameOf(instance.owner, subnet),
    AvailabilityZoneId: subnet?.availabilityZoneId,
    GroupName: group?.name ?? '',
    ...(group && { GroupId: findPlacementGroup(records, instance, group.name)?.id }),
    ...(group?.partitionNumber !== undefined && { PartitionNumber: group.partitionNumber }),
    Tenancy: records.vpcs.get(instance.vpcId)?.instanceTenancy ?? 'default',
  }
}

function blockDeviceMapping(instance: Instance, volume: Volume): InstanceBlockDeviceMapping {
  return {
    DeviceName: volume.device,
    Ebs: {
      AttachTime: new Date(instance.createdAt),
      DeleteOnTermination: volume.deleteOnTermination,
      Status: 'attached',
      VolumeId: volume.id,
    },
  }
}

function stateReason(instance: Instance): InstanceOutput['StateReason'] {
  if (instance.state === 'pending') return { Code: 'pending', Message: 'pending' }
  return instance.stateReason && { Code: instance.stateReason.code, Message: instance.stateReason.message }
}

/** Empty for an instance that shut itself down; else `User initiated (2026-01-02 03:04:05 GMT)` */
function stateTransitionReason(instance: Instance): string {
  if (instance.stateChangedAt === undefined || instance.stateReason?.code !== 'Client.UserInitiatedShutdown') return ''
  return `User initiated (${instance.stateChangedAt.slice(0, 19).replace('T', ' ')} GMT)`
}
