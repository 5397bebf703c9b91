// Virtual MFA devices: made, given to users, taken back. Only their codes give a user's temporary credentials a second factor.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable_virtual.html

import { randomBytes } from 'node:crypto'
import type {
  CreateVirtualMFADeviceRequest,
  CreateVirtualMFADeviceResponse,
  DeactivateMFADeviceRequest,
  DeleteVirtualMFADeviceRequest,
  EnableMFADeviceRequest,
  GetMFADeviceRequest,
  GetMFADeviceResponse,
  ListMFADevicesRequest,
  ListMFADevicesResponse,
  ListMFADeviceTagsRequest,
  ListMFADeviceTagsResponse,
  ListVirtualMFADevicesRequest,
  ListVirtualMFADevicesResponse,
  ResyncMFADeviceRequest,
  TagMFADeviceRequest,
  UntagMFADeviceRequest,
  VirtualMFADevice,
} from '@aws-sdk/client-iam'
import { ApiError } from '../../errors.ts'
import { encodeBase32, findTotpStep, totpCode } from '../../iam/totp.ts'
import type { IamUser, VirtualMfaDevice } from '../../store/iam-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import {
  constraintError,
  deleteConflict,
  entityAlreadyExists,
  limitExceeded,
  noSuchEntity,
  requireParameter,
  validationError,
} from './errors.ts'
import { readPath, requireName } from './names.ts'
import { pageOf } from './pages.ts'
import { requireUser } from './require.ts'
import { userSummary } from './shapes.ts'
import { tagList, withoutTags, withTags } from './tags.ts'

const NAME_LENGTH = 226
const DEVICES_PER_USER = 8
const SEED_BYTES = 40

/** The answer is the only one that has the seed. There is no QR code: an app takes the seed as text as well. */
export function createVirtualMfaDevice(
  tx: Tx,
  caller: Caller,
  input: CreateVirtualMFADeviceRequest,
): CreateVirtualMFADeviceResponse {
  const name = requireName('virtualMFADeviceName', input.VirtualMFADeviceName, NAME_LENGTH)
  const path = readPath(input.Path)
  const id = `arn:aws:iam::${caller.account}:mfa${path}${name}`
  if (devicesOf(tx, caller).some((one) => one.name.toLowerCase() === name.toLowerCase())) {
    throw entityAlreadyExists(`MFADevice entity at the same path and name`)
  }
  const seed = encodeBase32(randomBytes(SEED_BYTES))
  const tags = withTags({}, input.Tags)
  tx.virtualMfaDevices.insert({
    id,
    owner: caller.account,
    path,
    name,
    seed,
    tags,
    createdAt: caller.now.toISOString(),
  })
  return { VirtualMFADevice: { SerialNumber: id, Base32StringSeed: Buffer.from(seed), ...tagsMember(tags) } }
}

/** Two codes in a row prove that whoever enables it has the seed, and a clock. */
export function enableMfaDevice(tx: Tx, caller: Caller, input: EnableMFADeviceRequest): object {
  const user = requireUser(tx, caller, input.UserName)
  const device = requireDevice(tx, caller, input.SerialNumber)
  if (device.userId !== undefined) throw entityAlreadyExists('MFA Device')
  if (tx.virtualMfaDevices.where('userId', user.id).length >= DEVICES_PER_USER) {
    throw limitExceeded('MFADevicesPerUser', DEVICES_PER_USER)
  }
  requireTwoCodes(device, caller, input)
  tx.virtualMfaDevices.update(device.id, { userId: user.id, enabledAt: caller.now.toISOString() })
  return {}
}

/** Clocks are taken as they are, so nothing is kept of it: the codes must only be the device's. */
export function resyncMfaDevice(tx: Tx, caller: Caller, input: ResyncMFADeviceRequest): object {
  requireTwoCodes(requireEnabled(tx, caller, input), caller, input)
  return {}
}

export function deactivateMfaDevice(tx: Tx, caller: Caller, input: DeactivateMFADeviceRequest): object {
  const device = requireEnabled(tx, caller, input)
  tx.virtualMfaDevices.update(device.id, { userId: undefined, enabledAt: undefined })
  return {}
}

export function deleteVirtualMfaDevice(tx: Tx, caller: Caller, input: DeleteVirtualMFADeviceRequest): object {
  const device = requireDevice(tx, caller, input.SerialNumber)
  if (device.userId !== undefined) throw deleteConflict('deactivate the MFA device')
  tx.virtualMfaDevices.delete(device.id)
  return {}
}

export function getMfaDevice(records: Records, caller: Caller, input: GetMFADeviceRequest): GetMFADeviceResponse {
  const device = requireDevice(records, caller, input.SerialNumber)
  const user = userOf(records, device)
  if (input.UserName !== undefined && user?.name !== requireUser(records, caller, input.UserName).name) {
    throw noSuchDevice(device.id)
  }
  return {
    SerialNumber: device.id,
    ...(user && { UserName: user.name }),
    ...(device.enabledAt !== undefined && { EnableDate: new Date(device.enabledAt) }),
  }
}

/** Without a name those of the caller; the root user has none here. */
export function listMfaDevices(records: Records, caller: Caller, input: ListMFADevicesRequest): ListMFADevicesResponse {
  const { principal } = caller
  const name = input.UserName ?? (principal.kind === 'user' ? principal.userName : undefined)
  const user = name === undefined ? undefined : requireUser(records, caller, name)
  const devices = user ? records.virtualMfaDevices.where('userId', user.id) : []
  const { items, members } = pageOf(devices, input, ({ id }) => id)
  const shapes = items.map(({ id, enabledAt = '' }) => ({
    UserName: user?.name,
    SerialNumber: id,
    EnableDate: new Date(enabledAt),
  }))
  return { MFADevices: shapes, ...members }
}

const STATUSES = ['Any', 'Assigned', 'Unassigned']

export function listVirtualMfaDevices(
  records: Records,
  caller: Caller,
  input: ListVirtualMFADevicesRequest,
): ListVirtualMFADevicesResponse {
  const status: string = input.AssignmentStatus ?? 'Any'
  if (!STATUSES.includes(status)) {
    throw constraintError('assignmentStatus', status, `satisfy enum value set: [${STATUSES.join(', ')}]`)
  }
  const wanted = devicesOf(records, caller).filter(
    ({ userId }) => status === 'Any' || (userId !== undefined) === (status === 'Assigned'),
  )
  const { items, members } = pageOf(wanted, input, ({ id }) => id)
  return { VirtualMFADevices: items.map((device) => shapeOf(records, device)), ...members }
}

export function listMfaDeviceTags(
  records: Records,
  caller: Caller,
  input: ListMFADeviceTagsRequest,
): ListMFADeviceTagsResponse {
  const { tags } = requireDevice(records, caller, input.SerialNumber)
  const { items, members } = pageOf(tagList(tags), input, (tag) => tag.Key ?? '')
  return { Tags: [...items], ...members }
}

export function tagMfaDevice(tx: Tx, caller: Caller, input: TagMFADeviceRequest): object {
  const device = requireDevice(tx, caller, input.SerialNumber)
  tx.virtualMfaDevices.update(device.id, { tags: withTags(device.tags, input.Tags) })
  return {}
}

export function untagMfaDevice(tx: Tx, caller: Caller, input: UntagMFADeviceRequest): object {
  const device = requireDevice(tx, caller, input.SerialNumber)
  tx.virtualMfaDevices.update(device.id, { tags: withoutTags(device.tags, input.TagKeys) })
  return {}
}

function devicesOf(records: Records, { account }: Caller): readonly VirtualMfaDevice[] {
  return records.virtualMfaDevices.where('owner', account)
}

function userOf(records: Records, { userId }: VirtualMfaDevice): IamUser | undefined {
  return userId === undefined ? undefined : records.iamUsers.get(userId)
}

function shapeOf(records: Records, device: VirtualMfaDevice): VirtualMFADevice {
  const user = userOf(records, device)
  return {
    SerialNumber: device.id,
    ...(user && { User: userSummary(user) }),
    ...(device.enabledAt !== undefined && { EnableDate: new Date(device.enabledAt) }),
  }
}

function tagsMember(tags: VirtualMfaDevice['tags']): Pick<VirtualMFADevice, 'Tags'> {
  return Object.keys(tags).length === 0 ? {} : { Tags: tagList(tags) }
}

function requireDevice(records: Records, caller: Caller, serial: string | undefined): VirtualMfaDevice {
  const id = requireParameter('serialNumber', serial)
  const device = records.virtualMfaDevices.get(id)
  if (device?.owner !== caller.account) throw noSuchDevice(id)
  return device
}

function noSuchDevice(id: string): ApiError {
  return noSuchEntity(`MFA Device with serial number ${id} does not exist.`)
}

interface OfUser {
  readonly UserName?: string | undefined
  readonly SerialNumber: string | undefined
}

function requireEnabled(records: Records, caller: Caller, input: OfUser): VirtualMfaDevice {
  const user = requireUser(records, caller, input.UserName ?? callerName(caller))
  const device = requireDevice(records, caller, input.SerialNumber)
  if (device.userId !== user.id) throw noSuchEntity(`MFA Device invalid for user.`)
  return device
}

function callerName({ principal }: Caller): string {
  if (principal.kind === 'user') return principal.userName
  throw validationError('Must specify userName when calling with non-User credentials')
}

interface TwoCodes {
  readonly AuthenticationCode1: string | undefined
  readonly AuthenticationCode2: string | undefined
}

function requireTwoCodes({ seed }: VirtualMfaDevice, { now }: Caller, input: TwoCodes): void {
  const first = requireCode('authenticationCode1', input.AuthenticationCode1)
  const second = requireCode('authenticationCode2', input.AuthenticationCode2)
  const step = findTotpStep(seed, first, now)
  if (step === undefined || totpCode(seed, step + 1) !== second) {
    throw new ApiError('InvalidAuthenticationCode', 'Authentication code for device is not valid.', { status: 403 })
  }
}

function requireCode(parameter: string, code: string | undefined): string {
  const given = requireParameter(parameter, code)
  if (!/^\d{6}$/.test(given))
    throw constraintError(parameter, given, String.raw`satisfy regular expression pattern: [\d]+`)
  return given
}
