// What an IAM call asks the policies: its action on the entity that it names.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html

import { findServiceLinkedRole } from '../../catalogue/service-linked-roles.ts'
import type { Authorisation } from '../../iam/request.ts'
import { requestTagKeys } from '../../iam/request-tags.ts'
import type { IamUser } from '../../store/iam-records.ts'
import type { AccountId, Tags } from '../../store/records.ts'
import type { Records } from '../../store/store.ts'
import { groupArn, instanceProfileArn, policyArn, roleArn, userArn } from './arns.ts'
import { findGroup, findInstanceProfile, findRole, findUser } from './find.ts'
import { SERVICE_PATH } from './require.ts'

type Input = Readonly<Record<string, unknown>>

/** The question of one call; adding a role to a profile also passes the role on. */
export function iamAuthorisations(
  records: Records,
  account: AccountId,
  operation: string,
  input: Input,
): Authorisation[] {
  const asked = {
    action: `iam:${operation}`,
    resource: resourceOf(records, account, operation, input),
    resourceAccount: account,
    keys: { ...entityKeys(entityOf(records, account, input)), ...contextKeys(operation, input) },
  }
  if (operation !== 'AddRoleToInstanceProfile') return [asked]
  const role = findRole(records, account, text(input, 'RoleName') ?? '')
  const keys = { 'iam:passedtoservice': 'ec2.amazonaws.com', ...(role && resourceTagKeys(role.tags)) }
  return [asked, passRole(account, namedRole(records, account, input), keys)]
}

/** The user, role, group or profile that the call names and that is there. */
function entityOf(records: Records, account: AccountId, input: Input): Entity | undefined {
  const name = (member: string) => text(input, member)
  const profile = name('InstanceProfileName')
  if (profile !== undefined) return findInstanceProfile(records, account, profile)
  const group = name('GroupName')
  if (group !== undefined) return findGroup(records, account, group)
  const role = name('RoleName')
  if (role !== undefined) return findRole(records, account, role)
  const user = name('UserName')
  return user === undefined ? undefined : findUser(records, account, user)
}

type Entity = Pick<IamUser, 'tags' | 'permissionsBoundaryArn'>

/** Of the entity that is asked about: its tags, and the boundary that it has before the call. */
function entityKeys(entity: Entity | undefined): Authorisation['keys'] {
  if (!entity) return {}
  const { permissionsBoundaryArn: boundary, tags } = entity
  return { ...resourceTagKeys(tags), ...(boundary !== undefined && { 'iam:permissionsboundary': boundary }) }
}

/** A tag by both of its names. */
export function resourceTagKeys(tags: Tags): Readonly<Record<string, string>> {
  const keys: Record<string, string> = {}
  for (const [tag, value] of Object.entries(tags)) {
    keys[`aws:resourcetag/${tag.toLowerCase()}`] = value
    keys[`iam:resourcetag/${tag.toLowerCase()}`] = value
  }
  return keys
}

/** The right to give a role to a service, which AWS asks for beside the call that does it. */
export function passRole(account: AccountId, arn: string, keys: Authorisation['keys']): Authorisation {
  return { action: 'iam:PassRole', resource: arn, resourceAccount: account, keys }
}

function resourceOf(records: Records, account: AccountId, operation: string, input: Input): string {
  if (text(input, 'InstanceProfileName') !== undefined) return namedInstanceProfile(records, account, input)
  if (text(input, 'GroupName') !== undefined) return namedGroup(records, account, input)
  if (text(input, 'RoleName') !== undefined) return namedRole(records, account, input)
  if (text(input, 'UserName') !== undefined) return namedUser(records, account, input)
  const service = text(input, 'AWSServiceName')
  if (service !== undefined) return `arn:aws:iam::${account}:role${SERVICE_PATH}${service}/${linkedRoleName(service)}`
  const arn = text(input, 'PolicyArn') ?? text(input, 'PolicySourceArn')
  if (arn !== undefined) return arn
  const serial = text(input, 'SerialNumber')
  if (serial !== undefined) return serial
  const device = text(input, 'VirtualMFADeviceName')
  if (device !== undefined) return `arn:aws:iam::${account}:mfa${blank(account, input).path}${device}`
  const task = /^task(\/aws-service-role\/.+)\/[^/]+$/.exec(text(input, 'DeletionTaskId') ?? '')?.[1]
  if (task !== undefined) return `arn:aws:iam::${account}:role${task}`
  if (operation === 'GetAccessKeyLastUsed') return keyOwner(records, account, text(input, 'AccessKeyId') ?? '')
  const name = text(input, 'PolicyName')
  if (operation === 'CreatePolicy' && name !== undefined) {
    return policyArn({ ...blank(account, input), name, versions: [], lastVersion: 0 })
  }
  return '*'
}

/** The user who has the key; any user where nobody has. */
function keyOwner(records: Records, account: AccountId, id: string): string {
  const { owner, userName } = records.accessKeys.get(id) ?? {}
  return namedUser(records, account, { UserName: owner === account && userName !== undefined ? userName : '*' })
}

/** An entity that is about to be made has the path that the call gives. */
function blank(owner: AccountId, input: Input) {
  return { id: '', owner, path: text(input, 'Path') ?? '/', tags: {}, createdAt: '' }
}

/** A suffix is not asked about. */
function linkedRoleName(service: string): string {
  return findServiceLinkedRole(service)?.name ?? '*'
}

function namedRole(records: Records, account: AccountId, input: Input): string {
  const name = text(input, 'RoleName') ?? ''
  const role = findRole(records, account, name)
  return role ? roleArn(role) : `arn:aws:iam::${account}:role${blank(account, input).path}${name}`
}

function namedUser(records: Records, account: AccountId, input: Input): string {
  const name = text(input, 'UserName') ?? ''
  const user = findUser(records, account, name)
  return user ? userArn(user) : `arn:aws:iam::${account}:user${blank(account, input).path}${name}`
}

function namedGroup(records: Records, account: AccountId, input: Input): string {
  const name = text(input, 'GroupName') ?? ''
  const blankGroup = { ...blank(account, input), name, inlinePolicies: {}, attachedPolicyArns: [] }
  return groupArn(findGroup(records, account, name) ?? blankGroup)
}

function namedInstanceProfile(records: Records, account: AccountId, input: Input): string {
  const name = text(input, 'InstanceProfileName') ?? ''
  const profile = findInstanceProfile(records, account, name)
  return instanceProfileArn(profile ?? { ...blank(account, input), name })
}

/** Lower-case context keys that IAM fills from the input. */
function contextKeys(operation: string, input: Input): Authorisation['keys'] {
  const keys: Record<string, string | readonly string[]> = {}
  const policy = text(input, 'PolicyArn')
  if (policy !== undefined && /^(At|De)tach/.test(operation)) keys['iam:policyarn'] = policy
  const service = text(input, 'AWSServiceName')
  if (service !== undefined) keys['iam:awsservicename'] = service
  const boundary = text(input, 'PermissionsBoundary')
  if (boundary !== undefined) keys['iam:permissionsboundary'] = boundary
  return { ...keys, ...requestTagKeys(input.Tags) }
}

function text(input: Input, member: string): string | undefined {
  const value = input[member]
  return typeof value === 'string' ? value : undefined
}
