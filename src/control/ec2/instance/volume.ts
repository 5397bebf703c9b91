// Volumes: shown, for clients that read them back.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html

import type {
  DeleteVolumeRequest,
  DescribeVolumeAttributeRequest,
  DescribeVolumeAttributeResult,
  DescribeVolumeStatusRequest,
  DescribeVolumeStatusResult,
  DescribeVolumesRequest,
  DescribeVolumesResult,
  Volume as VolumeOutput,
  VolumeStatusItem,
  VolumeType,
} from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue, missingParameter } from '../../../errors.ts'
import type { Tags, Volume } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { pageOf } from '../request/pages.ts'
import { requireNamed, requireVolume } from '../request/require.ts'
import { tagList } from '../request/tags.ts'

export function describeVolumes(
  records: Records,
  caller: Caller,
  input: DescribeVolumesRequest,
): DescribeVolumesResult {
  const ids = input.VolumeIds ?? []
  const named = requireNamed(records.volumes, caller, 'Volume', ids)
  const { items, nextToken } = pageOf(applyFilters(named, input.Filters, FILTERS), input, (volume) => volume.id, {
    min: 5,
    max: 1000,
    capped: true,
    hasIds: ids.length > 0,
  })
  return { Volumes: items.map(toVolume), NextToken: nextToken }
}

export function describeVolumeAttribute(
  records: Records,
  caller: Caller,
  input: DescribeVolumeAttributeRequest,
): DescribeVolumeAttributeResult {
  const volume = requireVolume(records, caller, input.VolumeId)
  switch (input.Attribute) {
    case undefined:
      throw missingParameter('attribute')
    case 'autoEnableIO':
      return { VolumeId: volume.id, AutoEnableIO: { Value: false } }
    case 'productCodes':
      return { VolumeId: volume.id, ProductCodes: [] }
    default:
      throw invalidParameterValue('attribute', input.Attribute satisfies never)
  }
}

export function describeVolumeStatus(
  records: Records,
  caller: Caller,
  input: DescribeVolumeStatusRequest,
): DescribeVolumeStatusResult {
  const ids = input.VolumeIds ?? []
  const rows = requireNamed(records.volumes, caller, 'Volume', ids).map((volume) => ({
    tags: volume.tags,
    status: volumeStatus(volume),
  }))
  const { items, nextToken } = pageOf(
    applyFilters(rows, input.Filters, STATUS_FILTERS),
    input,
    ({ status }) => status.VolumeId ?? '',
    { min: 5, max: 1000, hasIds: ids.length > 0 },
  )
  return { VolumeStatuses: items.map(({ status }) => status), NextToken: nextToken }
}

/** For those that outlived their instances. */
export function deleteVolume(tx: Tx, caller: Caller, input: DeleteVolumeRequest): Record<string, never> {
  const volume = requireVolume(tx, caller, input.VolumeId)
  if (volume.instanceId) {
    throw new ApiError('VolumeInUse', `Volume ${volume.id} is currently attached to ${volume.instanceId}`)
  }
  tx.volumes.delete(volume.id)
  return {}
}

function toVolume(volume: Volume): VolumeOutput {
  return {
    VolumeId: volume.id,
    Attachments: volume.instanceId
      ? [
          {
            AttachTime: new Date(volume.createdAt),
            DeleteOnTermination: volume.deleteOnTermination,
            Device: volume.device,
            InstanceId: volume.instanceId,
            State: 'attached',
            VolumeId: volume.id,
          },
        ]
      : [],
    AvailabilityZone: volume.availabilityZone,
    CreateTime: new Date(volume.createdAt),
    Encrypted: volume.encrypted,
    Iops: volume.iops,
    MultiAttachEnabled: false,
    Operator: { Managed: false },
    Size: volume.size,
    SnapshotId: '',
    State: stateOf(volume),
    Tags: tagList(volume.tags),
    Throughput: volume.throughput,
    VolumeType: volumeTypeOf(volume),
  }
}

function stateOf(volume: Volume): 'in-use' | 'available' {
  return volume.instanceId ? 'in-use' : 'available'
}

/** The launch that made the volume took no other word. */
function volumeTypeOf(volume: Volume): VolumeType {
  return volume.volumeType as VolumeType
}

function volumeStatus(volume: Volume): VolumeStatusItem {
  return {
    VolumeId: volume.id,
    Actions: [],
    AvailabilityZone: volume.availabilityZone,
    Events: [],
    VolumeStatus: { Status: 'ok', Details: [{ Name: 'io-enabled', Status: 'passed' }] },
  }
}

const FILTERS: FilterFields<Volume> = {
  'attachment.attach-time': (volume) => volume.instanceId && volume.createdAt,
  'attachment.delete-on-termination': (volume) => (volume.instanceId ? volume.deleteOnTermination : undefined),
  'attachment.device': (volume) => (volume.instanceId ? volume.device : undefined),
  'attachment.instance-id': (volume) => volume.instanceId,
  'attachment.status': (volume) => volume.instanceId && 'attached',
  'availability-zone': (volume) => volume.availabilityZone,
  'create-time': (volume) => volume.createdAt,
  encrypted: (volume) => volume.encrypted,
  'fast-restored': () => false,
  'multi-attach-enabled': () => false,
  'operator.managed': () => false,
  'operator.principal': () => undefined,
  size: (volume) => volume.size,
  'snapshot-id': () => undefined,
  status: stateOf,
  'volume-id': (volume) => volume.id,
  'volume-type': (volume) => volume.volumeType,
}

const STATUS_FILTERS: FilterFields<{ readonly tags: Tags; readonly status: VolumeStatusItem }> = {
  'availability-zone': ({ status }) => status.AvailabilityZone,
  'volume-id': ({ status }) => status.VolumeId,
  'volume-status.details-name': () => 'io-enabled',
  'volume-status.details-status': () => 'passed',
  'volume-status.status': () => 'ok',
}
