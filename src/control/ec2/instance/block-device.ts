// The volumes that a launch makes: the image's root and what BlockDeviceMappings add or change.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html

import type { BlockDeviceMapping, EbsBlockDevice } from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue, missingParameter } from '../../../errors.ts'
import type { Instance, Subnet, Tags, Volume, VolumeId } from '../../../store/records.ts'
import type { Tx } from '../../../store/store.ts'
import type { LaunchImage } from '../image/image.ts'
import { parseChoice } from '../request/choice.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { ownedBy, type Place } from '../request/owned.ts'

const VOLUME_TYPES = ['gp2', 'gp3', 'io1', 'io2', 'st1', 'sc1', 'standard'] as const

export type LaunchVolume = Pick<
  Volume,
  'device' | 'size' | 'volumeType' | 'iops' | 'throughput' | 'encrypted' | 'deleteOnTermination'
>

/** The volumes of each instance of a launch, the root first. */
export function parseLaunchVolumes(
  image: LaunchImage,
  mappings: readonly BlockDeviceMapping[] | undefined,
): LaunchVolume[] {
  const devices = new Map<string, EbsBlockDevice>()
  for (const mapping of mappings ?? []) {
    if (mapping.DeviceName === undefined) throw missingParameter('blockDeviceMapping.deviceName')
    // Instance store volumes and devices that the launch leaves out are no volumes.
    if (mapping.NoDevice !== undefined || !mapping.Ebs) continue
    if (devices.has(mapping.DeviceName)) {
      throw new ApiError('InvalidBlockDeviceMapping', `Duplicate device name ${mapping.DeviceName}`)
    }
    devices.set(mapping.DeviceName, mapping.Ebs)
  }
  const { [image.rootDeviceName]: root = {}, ...others } = Object.fromEntries(devices)
  return [
    launchVolume(image.rootDeviceName, root, image),
    ...Object.entries(others).map(([device, ebs]) => launchVolume(device, ebs)),
  ]
}

export function insertLaunchVolume(
  tx: Tx,
  place: Place,
  id: VolumeId,
  instanceId: Instance['id'],
  { volume, subnet, tags }: { volume: LaunchVolume; subnet: Subnet; tags: Tags },
): void {
  tx.volumes.insert({
    ...ownedBy(place, tags),
    ...volume,
    id,
    instanceId,
    availabilityZone: subnet.availabilityZone,
  })
}

/** `image` is there for the root alone. */
function launchVolume(device: string, ebs: EbsBlockDevice, image?: LaunchImage): LaunchVolume {
  refuseUnserved({
    'blockDeviceMapping.ebs.kmsKeyId': ebs.KmsKeyId,
    'blockDeviceMapping.ebs.snapshotId': ebs.SnapshotId,
    'blockDeviceMapping.ebs.outpostArn': ebs.OutpostArn,
  })
  const volumeType =
    parseChoice('blockDeviceMapping.ebs.volumeType', ebs.VolumeType, VOLUME_TYPES) ?? image?.rootVolumeType ?? 'gp2'
  const size = ebs.VolumeSize ?? image?.rootVolumeSize
  if (size === undefined) throw missingParameter('size or snapshotId')
  if (!Number.isInteger(size) || size < 1) throw invalidParameterValue('volumeSize', String(size), 'Give whole GiB.')
  if (image && size < image.rootVolumeSize) {
    throw new ApiError(
      'InvalidBlockDeviceMapping',
      `Volume of size ${size}GB is smaller than the root of image '${image.id}', expect size >= ${image.rootVolumeSize}GB`,
    )
  }
  return {
    device,
    size,
    volumeType,
    ...performance(volumeType, size, ebs),
    encrypted: ebs.Encrypted ?? false,
    deleteOnTermination: ebs.DeleteOnTermination ?? image !== undefined,
  }
}

/** Operations a second and MiB/s; only some types have a say in them. */
function performance(volumeType: string, size: number, ebs: EbsBlockDevice): Pick<Volume, 'iops' | 'throughput'> {
  const provisioned = volumeType === 'io1' || volumeType === 'io2'
  if (ebs.Throughput !== undefined && volumeType !== 'gp3') {
    throw new ApiError(
      'InvalidParameterCombination',
      `The parameter throughput is not supported for ${volumeType} volumes.`,
    )
  }
  if (ebs.Iops !== undefined && !provisioned && volumeType !== 'gp3') {
    throw new ApiError('InvalidParameterCombination', `The parameter iops is not supported for ${volumeType} volumes.`)
  }
  if (volumeType === 'gp3') return { iops: ebs.Iops ?? 3000, throughput: ebs.Throughput ?? 125 }
  if (volumeType === 'gp2') return { iops: Math.min(16_000, Math.max(100, 3 * size)) }
  if (!provisioned) return {}
  if (ebs.Iops === undefined) {
    throw new ApiError('MissingParameter', `The parameter iops must be specified for ${volumeType} volumes.`)
  }
  return { iops: ebs.Iops }
}
