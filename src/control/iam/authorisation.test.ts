// What each IAM call asks the policies.

import { expect, test } from 'vitest'
import { openWorld } from '../ec2/request/testing.ts'
import { iamAuthorisations } from './authorisation.ts'
import { createRole } from './role.ts'
import { createUser } from './user.ts'

const TRUST = JSON.stringify({
  Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
})
const OWN = 'arn:aws:iam::123456789012'

const world = await openWorld()
world.write(createRole, { RoleName: 'app', Path: '/x/', AssumeRolePolicyDocument: TRUST })
world.write(createUser, { UserName: 'ann', Path: '/y/' })

test.each([
  ['GetRole', { RoleName: 'app' }, `${OWN}:role/x/app`],
  ['CreateRole', { RoleName: 'new', Path: '/z/' }, `${OWN}:role/z/new`],
  ['DeleteUser', { UserName: 'ann' }, `${OWN}:user/y/ann`],
  ['CreateGroup', { GroupName: 'g', Path: '/z/' }, `${OWN}:group/z/g`],
  ['AddUserToGroup', { GroupName: 'g', UserName: 'ann' }, `${OWN}:group/g`],
  ['SimulatePrincipalPolicy', { PolicySourceArn: `${OWN}:user/y/ann` }, `${OWN}:user/y/ann`],
  [
    'CreateServiceLinkedRole',
    { AWSServiceName: 'ecs.amazonaws.com' },
    `${OWN}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS`,
  ],
  ['GetUser', {}, '*'],
  ['PutRolePolicy', { RoleName: 'app', PolicyName: 'p' }, `${OWN}:role/x/app`],
  ['AttachRolePolicy', { RoleName: 'app', PolicyArn: `${OWN}:policy/p` }, `${OWN}:role/x/app`],
  ['CreatePolicy', { PolicyName: 'p' }, `${OWN}:policy/p`],
  ['GetPolicy', { PolicyArn: `${OWN}:policy/p` }, `${OWN}:policy/p`],
  ['CreateInstanceProfile', { InstanceProfileName: 'p' }, `${OWN}:instance-profile/p`],
])('%s asks about what it names: %o', (operation, input, resource) => {
  const asked = iamAuthorisations(world.store.records, '123456789012', operation, input)
  expect(asked).toMatchObject([{ action: `iam:${operation}`, resource, resourceAccount: '123456789012' }])
})

test('AddRoleToInstanceProfile asks for iam:PassRole of the role too', () => {
  const input = { InstanceProfileName: 'p', RoleName: 'app' }
  expect(iamAuthorisations(world.store.records, '123456789012', 'AddRoleToInstanceProfile', input)).toMatchObject([
    { action: 'iam:AddRoleToInstanceProfile', resource: `${OWN}:instance-profile/p` },
    { action: 'iam:PassRole', resource: `${OWN}:role/x/app`, keys: { 'iam:passedtoservice': 'ec2.amazonaws.com' } },
  ])
})

test('the policy attached and the tags given are condition keys', () => {
  const input = { RoleName: 'app', PolicyArn: `${OWN}:policy/p`, Tags: [{ Key: 'Team', Value: 'blue' }] }
  const [asked] = iamAuthorisations(world.store.records, '123456789012', 'AttachRolePolicy', input)
  expect(asked?.keys).toEqual({
    'iam:policyarn': `${OWN}:policy/p`,
    'aws:tagkeys': ['Team'],
    'aws:requesttag/team': 'blue',
  })
})

test('the tags and the boundary of the entity are condition keys', () => {
  const boundary = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'
  world.write(createUser, { UserName: 'bob', PermissionsBoundary: boundary, Tags: [{ Key: 'Team', Value: 'red' }] })
  const keysOf = (operation: string, input: object) =>
    iamAuthorisations(world.store.records, '123456789012', operation, { UserName: 'bob', ...input })[0]?.keys
  const own = { 'aws:resourcetag/team': 'red', 'iam:resourcetag/team': 'red', 'iam:permissionsboundary': boundary }
  expect(keysOf('PutUserPolicy', { PolicyName: 'p' })).toEqual(own)
  expect(keysOf('PutUserPermissionsBoundary', { PermissionsBoundary: `${OWN}:policy/new` })).toEqual({
    ...own,
    'iam:permissionsboundary': `${OWN}:policy/new`,
  })
})
