// The whole account in one list.

import { beforeEach, expect, test } from 'vitest'
import { openWorld, refusal, type World } from '../ec2/request/testing.ts'
import { getAccountAuthorizationDetails } from './account-details.ts'
import { attachUserPolicy } from './attached-policy.ts'
import { addUserToGroup, createGroup } from './group.ts'
import { putGroupPolicy } from './inline-policy.ts'
import { addRoleToInstanceProfile, createInstanceProfile } from './instance-profile.ts'
import { createPolicy } from './policy.ts'
import { createRole } from './role.ts'
import { createUser } from './user.ts'

const POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
const TRUST =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
const S3 = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'

let world: World
beforeEach(async () => {
  world = await openWorld()
  world.write(createUser, { UserName: 'ann', Tags: [{ Key: 'Team', Value: 'blue' }] })
  world.write(createGroup, { GroupName: 'readers' })
  world.write(addUserToGroup, { GroupName: 'readers', UserName: 'ann' })
  world.write(putGroupPolicy, { GroupName: 'readers', PolicyName: 'p', PolicyDocument: POLICY })
  world.write(attachUserPolicy, { UserName: 'ann', PolicyArn: S3 })
  world.write(createRole, { RoleName: 'app', AssumeRolePolicyDocument: TRUST })
  world.write(createInstanceProfile, { InstanceProfileName: 'app' })
  world.write(addRoleToInstanceProfile, { InstanceProfileName: 'app', RoleName: 'app' })
  world.write(createPolicy, { PolicyName: 'own', PolicyDocument: POLICY })
})

test('getAccountAuthorizationDetails tells who there is with which policies, and those of AWS that are in use', () => {
  const details = world.read(getAccountAuthorizationDetails, {})
  expect(details).toMatchObject({
    UserDetailList: [
      {
        UserName: 'ann',
        GroupList: ['readers'],
        UserPolicyList: [],
        AttachedManagedPolicies: [{ PolicyName: 'AmazonS3ReadOnlyAccess', PolicyArn: S3 }],
        Tags: [{ Key: 'Team', Value: 'blue' }],
      },
    ],
    GroupDetailList: [{ GroupName: 'readers', GroupPolicyList: [{ PolicyName: 'p' }] }],
    RoleDetailList: [{ RoleName: 'app', InstanceProfileList: [{ InstanceProfileName: 'app' }] }],
    IsTruncated: false,
  })
  expect(details.Policies).toMatchObject([
    { Arn: S3, AttachmentCount: 1, PolicyVersionList: [{ IsDefaultVersion: true }] },
    {
      PolicyName: 'own',
      AttachmentCount: 0,
      PolicyVersionList: [
        { VersionId: 'v1', Document: encodeURIComponent(POLICY).replace('*', '%2A').replace('*', '%2A') },
      ],
    },
  ])
})

test('by kinds, and in pages', () => {
  const users = world.read(getAccountAuthorizationDetails, { Filter: ['User'] })
  expect(users).toMatchObject({ UserDetailList: [{}], GroupDetailList: [], RoleDetailList: [], Policies: [] })
  const first = world.read(getAccountAuthorizationDetails, { MaxItems: 4 })
  expect(first.IsTruncated).toBe(true)
  const second = world.read(getAccountAuthorizationDetails, { MaxItems: 4, Marker: first.Marker })
  expect(second).toMatchObject({ UserDetailList: [{ UserName: 'ann' }], Policies: [], IsTruncated: false })
  refusal(() => world.read(getAccountAuthorizationDetails, { Filter: ['Key' as 'User'] }), 'ValidationError')
})
