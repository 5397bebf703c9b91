// Roles, their policies and instance profiles, as Terraform makes, reads and destroys them.

import { beforeEach, describe, expect, test } from 'vitest'
import { contents, openWorld, refusal, STRANGER, type World } from '../ec2/request/testing.ts'
import {
  attachRolePolicy,
  detachRolePolicy,
  listAttachedRolePolicies,
  listEntitiesForPolicy,
} from './attached-policy.ts'
import { deleteRolePolicy, getRolePolicy, listRolePolicies, putRolePolicy } from './inline-policy.ts'
import {
  addRoleToInstanceProfile,
  createInstanceProfile,
  deleteInstanceProfile,
  getInstanceProfile,
  listInstanceProfilesForRole,
  removeRoleFromInstanceProfile,
} from './instance-profile.ts'
import {
  createRole,
  deleteRole,
  deleteRolePermissionsBoundary,
  getRole,
  listRoles,
  putRolePermissionsBoundary,
  tagRole,
  untagRole,
  updateAssumeRolePolicy,
  updateRole,
} from './role.ts'

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' } }],
})
const POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
const SSM = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore'

let world: World
beforeEach(async () => {
  world = await openWorld()
})

function newRole(name = 'app', more = {}) {
  return world.write(createRole, { RoleName: name, AssumeRolePolicyDocument: TRUST, ...more }).Role!
}

describe('createRole', () => {
  test('answers what GetRole answers: id, ARN with its path, trust policy URL-encoded', () => {
    const made = newRole('app', { Path: '/team/', Description: 'x', Tags: [{ Key: 'a', Value: '1' }] })
    expect(made).toEqual({
      Path: '/team/',
      RoleName: 'app',
      RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/),
      Arn: 'arn:aws:iam::123456789012:role/team/app',
      CreateDate: new Date('2026-01-02T03:04:05.678Z'),
      AssumeRolePolicyDocument: encodeURIComponent(TRUST),
      Description: 'x',
      MaxSessionDuration: 3600,
      Tags: [{ Key: 'a', Value: '1' }],
    })
    expect(world.read(getRole, { RoleName: 'app' }).Role).toEqual({ ...made, RoleLastUsed: {} })
  })

  test.each([
    [
      'a name twice, whatever its case',
      { RoleName: 'APP' },
      'EntityAlreadyExists',
      /Role with name APP already exists/,
    ],
    ['a name with a blank', { RoleName: 'a b' }, 'ValidationError', /specified value for roleName is invalid/],
    ['a name over 64 characters', { RoleName: 'a'.repeat(65) }, 'ValidationError', /less than or equal to 64/],
    ['a path that does not end', { Path: '/x' }, 'ValidationError', /must begin and end with/],
    ['no trust policy', { AssumeRolePolicyDocument: undefined }, 'ValidationError', /must not be null/],
    ['a trust policy that is not JSON', { AssumeRolePolicyDocument: '{' }, 'MalformedPolicyDocument', /Syntax errors/],
    ['an identity policy as trust policy', { AssumeRolePolicyDocument: POLICY }, 'MalformedPolicyDocument', /Missing/],
    ['a session of a minute', { MaxSessionDuration: 60 }, 'ValidationError', /between 3600 and 43200/],
    ['a boundary that is not there', { PermissionsBoundary: 'arn:aws:iam::aws:policy/None' }, 'NoSuchEntity', /None/],
    [
      'a tag key twice',
      {
        Tags: [
          { Key: 'a', Value: '' },
          { Key: 'A', Value: '' },
        ],
      },
      'InvalidInput',
      /Duplicate/,
    ],
    ['a reserved tag', { Tags: [{ Key: 'aws:x', Value: '' }] }, 'InvalidInput', /reserved/],
  ] as const)('refuses %s', (_name, more, code, message) => {
    newRole()
    const before = contents(world.store)
    const input = { RoleName: 'other', AssumeRolePolicyDocument: TRUST, ...more } as Parameters<typeof createRole>[2]
    expect(refusal(() => world.write(createRole, input), code)).toMatch(message)
    expect(contents(world.store)).toEqual(before)
  })
})

test("another account's role is not there", () => {
  newRole()
  const message = refusal(() => world.read(getRole, { RoleName: 'app' }, STRANGER), 'NoSuchEntity')
  expect(message).toBe('The role with name app cannot be found.')
  expect(world.read(listRoles, {}, STRANGER).Roles).toEqual([])
  expect(world.write(createRole, { RoleName: 'app', AssumeRolePolicyDocument: TRUST }, STRANGER).Role?.Arn).toBe(
    'arn:aws:iam::999999999999:role/app',
  )
})

test('updateRole, updateAssumeRolePolicy, tags and boundary change what GetRole shows', () => {
  newRole()
  const other = TRUST.replace('ec2.', 'lambda.')
  world.write(updateRole, { RoleName: 'app', Description: 'new', MaxSessionDuration: 7200 })
  world.write(updateAssumeRolePolicy, { RoleName: 'app', PolicyDocument: other })
  world.write(tagRole, {
    RoleName: 'app',
    Tags: [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ],
  })
  world.write(tagRole, { RoleName: 'app', Tags: [{ Key: 'A', Value: '3' }] })
  world.write(untagRole, { RoleName: 'app', TagKeys: ['b'] })
  world.write(putRolePermissionsBoundary, { RoleName: 'app', PermissionsBoundary: SSM })
  expect(world.read(getRole, { RoleName: 'app' }).Role).toMatchObject({
    Description: 'new',
    MaxSessionDuration: 7200,
    AssumeRolePolicyDocument: encodeURIComponent(other),
    Tags: [{ Key: 'A', Value: '3' }],
    PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: SSM },
  })
  world.write(deleteRolePermissionsBoundary, { RoleName: 'app' })
  expect(world.read(getRole, { RoleName: 'app' }).Role).not.toHaveProperty('PermissionsBoundary')
})

test('listRoles pages by MaxItems and Marker, under a path', () => {
  for (const name of ['c', 'a', 'b']) newRole(name, { Path: '/x/' })
  newRole('d')
  const first = world.read(listRoles, { MaxItems: 2, PathPrefix: '/x/' })
  expect([first.Roles?.map((role) => role.RoleName), first.IsTruncated]).toEqual([['a', 'b'], true])
  const second = world.read(listRoles, { MaxItems: 2, PathPrefix: '/x/', Marker: first.Marker })
  expect([second.Roles?.map((role) => role.RoleName), second.IsTruncated]).toEqual([['c'], false])
  refusal(() => world.read(listRoles, { Marker: 'x' }), 'ValidationError')
  refusal(() => world.read(listRoles, { MaxItems: 0 }), 'ValidationError')
})

test('inline policies are put, read back URL-encoded by RFC 3986, listed and deleted', () => {
  newRole()
  world.write(putRolePolicy, { RoleName: 'app', PolicyName: 'p', PolicyDocument: POLICY })
  const read = world.read(getRolePolicy, { RoleName: 'app', PolicyName: 'p' })
  expect(read).toMatchObject({ RoleName: 'app', PolicyName: 'p' })
  expect(read.PolicyDocument).toContain('s3%3A%2A')
  expect(decodeURIComponent(read.PolicyDocument ?? '')).toBe(POLICY)
  expect(world.read(listRolePolicies, { RoleName: 'app' })).toEqual({ PolicyNames: ['p'], IsTruncated: false })
  world.write(deleteRolePolicy, { RoleName: 'app', PolicyName: 'p' })
  const message = refusal(() => world.read(getRolePolicy, { RoleName: 'app', PolicyName: 'p' }), 'NoSuchEntity')
  expect(message).toBe('The role policy with name p cannot be found.')
})

test.each([
  ['not JSON', 'x', 'MalformedPolicyDocument'],
  ['a trust policy', TRUST, 'MalformedPolicyDocument'],
  ['over 10,240 characters', POLICY.replace('s3:*', `s3:${'a'.repeat(10_240)}`), 'LimitExceeded'],
])('putRolePolicy refuses %s', (_name, document, code) => {
  newRole()
  refusal(() => world.write(putRolePolicy, { RoleName: 'app', PolicyName: 'p', PolicyDocument: document }), code)
  expect(world.read(listRolePolicies, { RoleName: 'app' }).PolicyNames).toEqual([])
})

test('AWS managed policies are attached, listed and detached', () => {
  newRole()
  world.write(attachRolePolicy, { RoleName: 'app', PolicyArn: SSM })
  world.write(attachRolePolicy, { RoleName: 'app', PolicyArn: SSM })
  expect(world.read(listAttachedRolePolicies, { RoleName: 'app' }).AttachedPolicies).toEqual([
    { PolicyName: 'AmazonSSMManagedInstanceCore', PolicyArn: SSM },
  ])
  expect(world.read(listEntitiesForPolicy, { PolicyArn: SSM })).toMatchObject({
    PolicyRoles: [{ RoleName: 'app' }],
    PolicyUsers: [],
    PolicyGroups: [],
  })
  world.write(detachRolePolicy, { RoleName: 'app', PolicyArn: SSM })
  refusal(() => world.write(detachRolePolicy, { RoleName: 'app', PolicyArn: SSM }), 'NoSuchEntity')
  const unknown = 'arn:aws:iam::aws:policy/Unknown'
  const message = refusal(() => world.write(attachRolePolicy, { RoleName: 'app', PolicyArn: unknown }), 'NoSuchEntity')
  expect(message).toBe(`Policy ${unknown} was not found.`)
})

test('an instance profile carries one role', () => {
  newRole()
  newRole('other')
  const made = world.write(createInstanceProfile, { InstanceProfileName: 'p' }).InstanceProfile
  expect(made).toEqual({
    Path: '/',
    InstanceProfileName: 'p',
    InstanceProfileId: expect.stringMatching(/^AIPA[A-Z2-7]{17}$/),
    Arn: 'arn:aws:iam::123456789012:instance-profile/p',
    CreateDate: new Date('2026-01-02T03:04:05.678Z'),
    Roles: [],
  })
  world.write(addRoleToInstanceProfile, { InstanceProfileName: 'p', RoleName: 'app' })
  const read = world.read(getInstanceProfile, { InstanceProfileName: 'p' }).InstanceProfile
  expect(read?.Roles).toMatchObject([{ RoleName: 'app', AssumeRolePolicyDocument: encodeURIComponent(TRUST) }])
  expect(world.read(listInstanceProfilesForRole, { RoleName: 'app' }).InstanceProfiles).toHaveLength(1)
  const add = () => world.write(addRoleToInstanceProfile, { InstanceProfileName: 'p', RoleName: 'other' })
  expect(refusal(add, 'LimitExceeded')).toBe('Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1')
  const remove = () => world.write(removeRoleFromInstanceProfile, { InstanceProfileName: 'p', RoleName: 'other' })
  refusal(remove, 'NoSuchEntity')
})

test('what is in use cannot be deleted, and everything can be taken apart again', () => {
  const before = contents(world.store)
  newRole()
  world.write(createInstanceProfile, { InstanceProfileName: 'p' })
  world.write(addRoleToInstanceProfile, { InstanceProfileName: 'p', RoleName: 'app' })
  world.write(attachRolePolicy, { RoleName: 'app', PolicyArn: SSM })
  world.write(putRolePolicy, { RoleName: 'app', PolicyName: 'p', PolicyDocument: POLICY })
  const remove = () => world.write(deleteRole, { RoleName: 'app' })
  expect(refusal(remove, 'DeleteConflict')).toBe('Cannot delete entity, must remove roles from instance profile first.')
  refusal(() => world.write(deleteInstanceProfile, { InstanceProfileName: 'p' }), 'DeleteConflict')
  world.write(removeRoleFromInstanceProfile, { InstanceProfileName: 'p', RoleName: 'app' })
  expect(refusal(remove, 'DeleteConflict')).toBe('Cannot delete entity, must detach all policies first.')
  world.write(detachRolePolicy, { RoleName: 'app', PolicyArn: SSM })
  expect(refusal(remove, 'DeleteConflict')).toBe('Cannot delete entity, must delete policies first.')
  world.write(deleteRolePolicy, { RoleName: 'app', PolicyName: 'p' })
  world.write(deleteInstanceProfile, { InstanceProfileName: 'p' })
  remove()
  expect(contents(world.store)).toEqual(before)
})
