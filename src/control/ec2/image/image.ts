// Images (AMIs): the host's own root under well-known names, and root file systems that the user imported.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html

import type {
  DeregisterImageRequest,
  DeregisterImageResult,
  DescribeImagesRequest,
  DescribeImagesResult,
} from '@aws-sdk/client-ec2'
import { findHostImage, hostImages } from '../../../catalogue/images.ts'
import type { Architecture } from '../../../catalogue/instance-types.ts'
import { ApiError, invalidParameterValue, missingParameter, notFound } from '../../../errors.ts'
import type { Image, ImageId } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { applyFilters } from '../request/filters.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { findAll, requireId } from '../request/require.ts'
import { hostRow, IMAGE_FILTERS, IMPORTED_ROOT, type ImageRow, importedRow } from './image-shape.ts'

/** What a launch takes from an image, wherever it comes from. */
export interface LaunchImage {
  readonly id: ImageId
  readonly architecture: Architecture
  readonly rootDeviceName: string
  /** GiB. */
  readonly rootVolumeSize: number
  readonly rootVolumeType: string
  readonly requiresMetadataTokens: boolean
}

export interface ImportImageInput {
  readonly name: string
  /** Absolute path of the unpacked root file system. */
  readonly path: string
  readonly architecture: Architecture
  readonly description?: string
}

/** Offers an unpacked root file system as an image of the caller's: what `postern image import` asks for. */
export function importImage(tx: Tx, caller: Caller, input: ImportImageInput): Image {
  if (!/^[\w()[\]./' @-]{3,128}$/.test(input.name)) {
    throw new ApiError(
      'InvalidAMIName.Malformed',
      `AMI names must be between 3 and 128 characters long, and may contain letters, numbers, and ()[] ./-'@_; '${input.name}' does not fit`,
    )
  }
  if (!input.path.startsWith('/')) throw invalidParameterValue('path', input.path, 'Give an absolute path.')
  const namesake = findAll(tx.images, caller).find((image) => image.name === input.name)
  if (namesake) {
    throw new ApiError('InvalidAMIName.Duplicate', `AMI name ${input.name} is already in use by AMI ${namesake.id}`)
  }
  return tx.images.insert({
    ...ownedBy(caller),
    id: tx.newId('ami'),
    name: input.name,
    description: input.description ?? '',
    architecture: input.architecture,
    path: input.path,
  })
}

/** `architecture` is the host's, whose root is offered. */
export function describeImages(
  records: Records,
  caller: Caller,
  input: DescribeImagesRequest,
  architecture: Architecture,
): DescribeImagesResult {
  const ids = input.ImageIds ?? []
  const named =
    ids.length > 0 ? requireImages(records, caller, ids, architecture) : allImages(records, caller, architecture)
  const visible = named.filter(
    (row) => isOwnedBy(row, caller, input.Owners) && mayRun(row, caller, input.ExecutableUsers),
  )
  const { items, nextToken } = pageOf(
    applyFilters(visible, input.Filters, IMAGE_FILTERS),
    input,
    ({ shape }) => shape.ImageId ?? '',
    {
      min: 1,
      max: 1000,
      hasIds: ids.length > 0,
    },
  )
  return { Images: items.map((row) => row.shape), NextToken: nextToken }
}

/** The image of a launch; throws when there is none with this id, as for every id of AWS's. */
export function requireLaunchImage(
  records: Records,
  caller: Caller,
  id: string | undefined,
  architecture: Architecture,
): LaunchImage {
  const wanted = requireId('Image', id)
  const host = findHostImage(caller.region, architecture, wanted)
  if (host) return host
  const image = findOwn(records, caller, wanted)
  if (!image) throw notFound('Image', wanted)
  return {
    id: image.id,
    architecture: image.architecture,
    rootDeviceName: IMPORTED_ROOT.device,
    rootVolumeSize: IMPORTED_ROOT.size,
    rootVolumeType: IMPORTED_ROOT.volumeType,
    requiresMetadataTokens: false,
  }
}

export function deregisterImage(
  tx: Tx,
  caller: Caller,
  input: DeregisterImageRequest,
  architecture: Architecture,
): DeregisterImageResult {
  if (input.ImageId === undefined) throw missingParameter('imageId')
  const id = requireId('Image', input.ImageId)
  if (findHostImage(caller.region, architecture, id)) {
    throw new ApiError('AuthFailure', `Not authorized for image:${id}`)
  }
  const image = findOwn(tx, caller, id)
  if (!image) throw notFound('Image', id)
  const user = tx.instances
    .where('owner', caller.account)
    .find((instance) => instance.imageId === id && instance.state !== 'terminated')
  // In AWS an instance has its own copy of the image; here its root lies over the image's files.
  if (user)
    throw new ApiError('InvalidAMIID.Unavailable', `The image ${id} is in use by ${user.id}; terminate it first`)
  tx.images.delete(id)
  return { Return: true }
}

function findOwn(records: Records, caller: Caller, id: string): Image | undefined {
  const image = records.images.get(id)
  return image?.owner === caller.account && image.region === caller.region ? image : undefined
}

function allImages(records: Records, caller: Caller, architecture: Architecture): ImageRow[] {
  return [...hostImages(caller.region, architecture).map(hostRow), ...findAll(records.images, caller).map(importedRow)]
}

function requireImages(
  records: Records,
  caller: Caller,
  ids: readonly string[],
  architecture: Architecture,
): ImageRow[] {
  return [...new Set(ids)].map((id) => {
    const wanted = requireId('Image', id)
    const host = findHostImage(caller.region, architecture, wanted)
    if (host) return hostRow(host)
    const image = findOwn(records, caller, wanted)
    if (!image) throw notFound('Image', wanted)
    return importedRow(image)
  })
}

/** An owner is an account id, `self`, or an alias. */
function isOwnedBy({ shape }: ImageRow, caller: Caller, owners: readonly string[] | undefined): boolean {
  if (!owners || owners.length === 0) return true
  return owners.some((owner) => {
    if (owner === 'self') return shape.OwnerId === caller.account
    return owner === shape.OwnerId || owner === shape.ImageOwnerAlias
  })
}

/** `self` asks for images shared with the caller alone, of which there are none; `all` for public ones. */
function mayRun({ shape }: ImageRow, caller: Caller, users: readonly string[] | undefined): boolean {
  if (!users || users.length === 0) return true
  return users.some((user) => (user === 'all' ? shape.Public : user === caller.account && shape.OwnerId === user))
}
