// Roles that services own, and the account's alias.

import { beforeEach, describe, expect, test } from 'vitest'
import { openWorld, refusal, STRANGER, type World } from '../ec2/request/testing.ts'
import { createAccountAlias, deleteAccountAlias, listAccountAliases } from './account-alias.ts'
import { attachRolePolicy } from './attached-policy.ts'
import { putRolePolicy } from './inline-policy.ts'
import { createRole, deleteRole, getRole, listRoles, tagRole, updateAssumeRolePolicy, updateRole } from './role.ts'
import {
  createServiceLinkedRole,
  deleteServiceLinkedRole,
  getServiceLinkedRoleDeletionStatus,
} from './service-linked-role.ts'

const RoleName = 'AWSServiceRoleForAutoScaling'
const SERVICE = 'autoscaling.amazonaws.com'
const POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'

let world: World
beforeEach(async () => {
  world = await openWorld()
})

function link(more = {}) {
  return world.write(createServiceLinkedRole, { AWSServiceName: SERVICE, ...more }).Role!
}

test("createServiceLinkedRole makes the service's role, which trusts the service alone", () => {
  const role = link({ Description: 'd' })
  expect(role).toMatchObject({
    RoleName,
    Path: `/aws-service-role/${SERVICE}/`,
    Arn: `arn:aws:iam::123456789012:role/aws-service-role/${SERVICE}/${RoleName}`,
    Description: 'd',
  })
  expect(decodeURIComponent(role.AssumeRolePolicyDocument ?? '')).toContain(`{"Service":"${SERVICE}"}`)
  expect(link({ CustomSuffix: 'two' }).RoleName).toBe(`${RoleName}_two`)
  expect(world.read(listRoles, { PathPrefix: '/aws-service-role/' }).Roles).toHaveLength(2)
  expect(refusal(link, 'InvalidInput')).toContain('has been taken in this account')
})

test.each([
  ['a service that has none', { AWSServiceName: 'nobody.amazonaws.com' }, 'InvalidInput'],
  ['a suffix where there is one role', { AWSServiceName: 'ecs.amazonaws.com', CustomSuffix: 'a' }, 'InvalidInput'],
  ['a suffix with a blank', { CustomSuffix: 'a b' }, 'ValidationError'],
])('refuses %s', (_name, input, code) => {
  refusal(() => link(input), code)
})

describe('a service-linked role', () => {
  const PolicyDocument = POLICY
  const PolicyArn = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'
  beforeEach(() => {
    link()
  })

  test.each([
    ['AttachRolePolicy', () => world.write(attachRolePolicy, { RoleName, PolicyArn })],
    ['PutRolePolicy', () => world.write(putRolePolicy, { RoleName, PolicyName: 'p', PolicyDocument })],
    ['UpdateAssumeRolePolicy', () => world.write(updateAssumeRolePolicy, { RoleName, PolicyDocument })],
    ['UpdateRole', () => world.write(updateRole, { RoleName, MaxSessionDuration: 7200 })],
    ['DeleteRole', () => world.write(deleteRole, { RoleName })],
  ])('is not for %s', (_name, change) => {
    expect(refusal(change, 'UnmodifiableEntity')).toContain(`the protected role '${RoleName}'`)
  })

  test('may have another description and tags', () => {
    world.write(updateRole, { RoleName, Description: 'new' })
    world.write(tagRole, { RoleName, Tags: [{ Key: 'a', Value: 'b' }] })
    expect(world.read(getRole, { RoleName }).Role).toMatchObject({ Description: 'new', Tags: [{ Key: 'a' }] })
  })

  test('is deleted by a task that can be asked about', () => {
    const { DeletionTaskId } = world.write(deleteServiceLinkedRole, { RoleName })
    expect(DeletionTaskId).toMatch(new RegExp(`^task/aws-service-role/${SERVICE}/${RoleName}/`))
    expect(world.read(getServiceLinkedRoleDeletionStatus, { DeletionTaskId })).toEqual({ Status: 'SUCCEEDED' })
    refusal(() => world.read(getServiceLinkedRoleDeletionStatus, { DeletionTaskId }, STRANGER), 'NoSuchEntity')
    refusal(() => world.read(getRole, { RoleName }), 'NoSuchEntity')
  })
})

test('an ordinary role is neither made nor deleted so', () => {
  const trust = { AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}' }
  const stranger = () => world.write(createRole, { RoleName: 'a', Path: `/aws-service-role/${SERVICE}/`, ...trust })
  refusal(stranger, 'ValidationError')
  const statement = { Effect: 'Allow', Principal: { Service: SERVICE }, Action: 'sts:AssumeRole' }
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  world.write(createRole, { RoleName: 'b', AssumeRolePolicyDocument })
  refusal(() => world.write(deleteServiceLinkedRole, { RoleName: 'b' }), 'InvalidInput')
})

test('an account has one alias, which no other has', () => {
  world.write(createAccountAlias, { AccountAlias: 'first' })
  world.write(createAccountAlias, { AccountAlias: 'second-1' })
  expect(world.read(listAccountAliases, {}).AccountAliases).toEqual(['second-1'])
  refusal(() => world.write(createAccountAlias, { AccountAlias: 'second-1' }, STRANGER), 'EntityAlreadyExists')
  for (const wrong of ['ab', '-abc', 'a--b', 'Abc', 'a'.repeat(64)]) {
    refusal(() => world.write(createAccountAlias, { AccountAlias: wrong }), 'ValidationError')
  }
  refusal(() => world.write(deleteAccountAlias, { AccountAlias: 'first' }), 'NoSuchEntity')
  world.write(deleteAccountAlias, { AccountAlias: 'second-1' })
  expect(world.read(listAccountAliases, {}).AccountAliases).toEqual([])
})
