// An image as EC2 shows it, and what images can be filtered by.

import type { BlockDeviceMapping, Image as ImageOutput } from '@aws-sdk/client-ec2'
import { HOST_IMAGE_OWNER_ALIAS, type HostImage } from '../../../catalogue/images.ts'
import type { Image, Tags } from '../../../store/records.ts'
import type { FilterFields } from '../request/filters.ts'
import { tagList } from '../request/tags.ts'

/** The root volume of an instance of an imported image. */
export const IMPORTED_ROOT = { device: '/dev/xvda', size: 8, volumeType: 'gp3' } as const

export interface ImageRow {
  readonly tags: Tags
  readonly shape: ImageOutput
}

export function hostRow(image: HostImage): ImageRow {
  return {
    tags: {},
    shape: {
      ...COMMON,
      ...nameShape(image, image.ownerId, image.createdAt),
      BlockDeviceMappings: rootMapping(image.rootDeviceName, image.rootVolumeSize, image.rootVolumeType),
      ImageOwnerAlias: HOST_IMAGE_OWNER_ALIAS,
      ImageLocation: `${HOST_IMAGE_OWNER_ALIAS}/${image.name}`,
      Public: true,
      RootDeviceName: image.rootDeviceName,
      Tags: [],
      ...(image.requiresMetadataTokens ? { ImdsSupport: 'v2.0' } : {}),
    },
  }
}

export function importedRow(image: Image): ImageRow {
  return {
    tags: image.tags,
    shape: {
      ...COMMON,
      ...nameShape(image, image.owner, image.createdAt),
      BlockDeviceMappings: rootMapping(IMPORTED_ROOT.device, IMPORTED_ROOT.size, IMPORTED_ROOT.volumeType),
      ImageLocation: `${image.owner}/${image.name}`,
      Public: false,
      RootDeviceName: IMPORTED_ROOT.device,
      Tags: tagList(image.tags),
    },
  }
}

const COMMON = {
  EnaSupport: true,
  Hypervisor: 'xen',
  ImageType: 'machine',
  PlatformDetails: 'Linux/UNIX',
  ProductCodes: [],
  RootDeviceType: 'ebs',
  SriovNetSupport: 'simple',
  State: 'available',
  UsageOperation: 'RunInstances',
  VirtualizationType: 'hvm',
} as const satisfies ImageOutput

function nameShape(image: HostImage | Image, owner: string, createdAt: string): ImageOutput {
  return {
    ImageId: image.id,
    Name: image.name,
    Description: image.description,
    OwnerId: owner,
    Architecture: image.architecture,
    BootMode: image.architecture === 'arm64' ? 'uefi' : 'uefi-preferred',
    CreationDate: createdAt,
  }
}

function rootMapping(device: string, size: number, volumeType: 'gp2' | 'gp3'): BlockDeviceMapping[] {
  const performance = volumeType === 'gp3' ? { Iops: 3000, Throughput: 125 } : {}
  return [
    {
      DeviceName: device,
      Ebs: { DeleteOnTermination: true, Encrypted: false, VolumeSize: size, VolumeType: volumeType, ...performance },
    },
  ]
}

export const IMAGE_FILTERS: FilterFields<ImageRow> = {
  architecture: ({ shape }) => shape.Architecture,
  'block-device-mapping.delete-on-termination': ({ shape }) =>
    shape.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.DeleteOnTermination),
  'block-device-mapping.device-name': ({ shape }) => shape.BlockDeviceMappings?.map((one) => one.DeviceName),
  'block-device-mapping.encrypted': ({ shape }) => shape.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.Encrypted),
  'block-device-mapping.snapshot-id': () => undefined,
  'block-device-mapping.volume-size': ({ shape }) => shape.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.VolumeSize),
  'block-device-mapping.volume-type': ({ shape }) => shape.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.VolumeType),
  'boot-mode': ({ shape }) => shape.BootMode,
  'creation-date': ({ shape }) => shape.CreationDate,
  description: ({ shape }) => shape.Description,
  'ena-support': ({ shape }) => shape.EnaSupport,
  hypervisor: ({ shape }) => shape.Hypervisor,
  'image-id': ({ shape }) => shape.ImageId,
  'image-type': ({ shape }) => shape.ImageType,
  'imds-support': ({ shape }) => shape.ImdsSupport,
  'is-public': ({ shape }) => shape.Public,
  'kernel-id': () => undefined,
  'manifest-location': ({ shape }) => shape.ImageLocation,
  name: ({ shape }) => shape.Name,
  'owner-alias': ({ shape }) => shape.ImageOwnerAlias,
  'owner-id': ({ shape }) => shape.OwnerId,
  platform: () => undefined,
  'platform-details': ({ shape }) => shape.PlatformDetails,
  'product-code': () => undefined,
  'product-code.type': () => undefined,
  'ramdisk-id': () => undefined,
  'root-device-name': ({ shape }) => shape.RootDeviceName,
  'root-device-type': ({ shape }) => shape.RootDeviceType,
  'source-image-id': () => undefined,
  'source-instance-id': () => undefined,
  'sriov-net-support': ({ shape }) => shape.SriovNetSupport,
  state: ({ shape }) => shape.State,
  'state-reason-code': () => undefined,
  'state-reason-message': () => undefined,
  'usage-operation': ({ shape }) => shape.UsageOperation,
  'virtualization-type': ({ shape }) => shape.VirtualizationType,
}
