// Groups: their users, and their policies, which bind each of them.

import { beforeEach, describe, expect, test } from 'vitest'
import { contents, openWorld, refusal, type World } from '../ec2/request/testing.ts'
import {
  attachGroupPolicy,
  detachGroupPolicy,
  listAttachedGroupPolicies,
  listEntitiesForPolicy,
} from './attached-policy.ts'
import { findUser } from './find.ts'
import {
  addUserToGroup,
  createGroup,
  deleteGroup,
  getGroup,
  listGroups,
  listGroupsForUser,
  removeUserFromGroup,
  updateGroup,
} from './group.ts'
import { userPrincipal } from './identity.ts'
import { deleteGroupPolicy, getGroupPolicy, listGroupPolicies, putGroupPolicy } from './inline-policy.ts'
import { createUser, deleteUser, updateUser } from './user.ts'

const ACCOUNT = '123456789012'
const POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
const S3 = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'

let world: World
beforeEach(async () => {
  world = await openWorld()
})

function policiesOf(userName: string): readonly string[] {
  const { records } = world.store
  return userPrincipal(records, findUser(records, ACCOUNT, userName)!).identityPolicies.map((one) => one.name)
}

test('createGroup answers name, id and ARN, and the name is taken whatever its case', () => {
  expect(world.write(createGroup, { GroupName: 'readers', Path: '/x/' }).Group).toEqual({
    Path: '/x/',
    GroupName: 'readers',
    GroupId: expect.stringMatching(/^AGPA[A-Z2-7]{17}$/),
    Arn: `arn:aws:iam::${ACCOUNT}:group/x/readers`,
    CreateDate: new Date('2026-01-02T03:04:05.678Z'),
  })
  const again = () => world.write(createGroup, { GroupName: 'Readers' })
  expect(refusal(again, 'EntityAlreadyExists')).toBe('Group with name Readers already exists.')
  expect(world.read(listGroups, { PathPrefix: '/x/' }).Groups).toHaveLength(1)
  expect(world.read(listGroups, { PathPrefix: '/y/' }).Groups).toEqual([])
})

describe('users', () => {
  beforeEach(() => {
    world.write(createGroup, { GroupName: 'readers' })
    world.write(createUser, { UserName: 'ann' })
  })

  test('are in a group once, and stay when either is renamed', () => {
    const both = { GroupName: 'readers', UserName: 'ann' }
    world.write(addUserToGroup, both)
    world.write(addUserToGroup, both)
    world.write(updateGroup, { GroupName: 'readers', NewGroupName: 'lookers' })
    world.write(updateUser, { UserName: 'ann', NewUserName: 'eve' })
    expect(world.read(getGroup, { GroupName: 'lookers' }).Users).toMatchObject([{ UserName: 'eve' }])
    expect(world.read(listGroupsForUser, { UserName: 'eve' }).Groups).toMatchObject([{ GroupName: 'lookers' }])
  })

  test('have its policies beside their own', () => {
    world.write(putGroupPolicy, { GroupName: 'readers', PolicyName: 'p', PolicyDocument: POLICY })
    world.write(attachGroupPolicy, { GroupName: 'readers', PolicyArn: S3 })
    expect(policiesOf('ann')).toEqual([])
    world.write(addUserToGroup, { GroupName: 'readers', UserName: 'ann' })
    expect(policiesOf('ann')).toEqual(['inline:readers/p', S3])
    world.write(removeUserFromGroup, { GroupName: 'readers', UserName: 'ann' })
    expect(policiesOf('ann')).toEqual([])
    refusal(() => world.write(removeUserFromGroup, { GroupName: 'readers', UserName: 'ann' }), 'NoSuchEntity')
  })

  test('are in ten groups at most', () => {
    for (let i = 0; i < 10; i++) {
      world.write(createGroup, { GroupName: `g${i}` })
      world.write(addUserToGroup, { GroupName: `g${i}`, UserName: 'ann' })
    }
    const more = () => world.write(addUserToGroup, { GroupName: 'readers', UserName: 'ann' })
    expect(refusal(more, 'LimitExceeded')).toBe('Cannot exceed quota for GroupsPerUser: 10')
  })
})

test('a group goes when its users and policies are gone, and a user when its groups are', () => {
  const before = contents(world.store)
  world.write(createGroup, { GroupName: 'readers' })
  world.write(createUser, { UserName: 'ann' })
  const both = { GroupName: 'readers', UserName: 'ann' }
  world.write(addUserToGroup, both)
  world.write(putGroupPolicy, { GroupName: 'readers', PolicyName: 'p', PolicyDocument: POLICY })
  world.write(attachGroupPolicy, { GroupName: 'readers', PolicyArn: S3 })
  expect(world.read(listEntitiesForPolicy, { PolicyArn: S3 }).PolicyGroups).toMatchObject([{ GroupName: 'readers' }])
  expect(world.read(listAttachedGroupPolicies, { GroupName: 'readers' }).AttachedPolicies).toHaveLength(1)
  expect(world.read(listGroupPolicies, { GroupName: 'readers' }).PolicyNames).toEqual(['p'])
  refusal(() => world.write(deleteUser, { UserName: 'ann' }), 'DeleteConflict')
  const remove = () => world.write(deleteGroup, { GroupName: 'readers' })
  expect(refusal(remove, 'DeleteConflict')).toBe('Cannot delete entity, must remove users from group first.')
  world.write(removeUserFromGroup, both)
  refusal(remove, 'DeleteConflict')
  world.write(detachGroupPolicy, { GroupName: 'readers', PolicyArn: S3 })
  refusal(remove, 'DeleteConflict')
  world.write(deleteGroupPolicy, { GroupName: 'readers', PolicyName: 'p' })
  const gone = () => world.read(getGroupPolicy, { GroupName: 'readers', PolicyName: 'p' })
  expect(refusal(gone, 'NoSuchEntity')).toBe('The group policy with name p cannot be found.')
  remove()
  world.write(deleteUser, { UserName: 'ann' })
  expect(contents(world.store)).toEqual(before)
})
