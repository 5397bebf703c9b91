// Users and their access keys.

import { beforeEach, describe, expect, test } from 'vitest'
import { CALLER, contents, openWorld, refusal, STRANGER, type World } from '../ec2/request/testing.ts'
import {
  createAccessKey,
  deleteAccessKey,
  getAccessKeyLastUsed,
  listAccessKeys,
  updateAccessKey,
} from './access-key.ts'
import { getAccountSummary } from './account.ts'
import { attachUserPolicy, detachUserPolicy } from './attached-policy.ts'
import { listGroupsForUser } from './group.ts'
import { findIdentity } from './identity.ts'
import { deleteUserPolicy, getUserPolicy, putUserPolicy } from './inline-policy.ts'
import { listMfaDevices } from './mfa-device.ts'
import { createUser, deleteUser, getUser, listUsers, tagUser, updateUser } from './user.ts'
import { deleteLoginProfile, listSshPublicKeys } from './user-credential.ts'

const POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
const S3 = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'
const KEY = new Uint8Array(32)

let world: World
beforeEach(async () => {
  world = await openWorld()
})

describe('getUser', () => {
  test("without a name it is the account's root user, whose ARN Terraform takes the account from", () => {
    expect(world.read(getUser, {}).User).toMatchObject({
      Path: '/',
      UserId: '123456789012',
      Arn: 'arn:aws:iam::123456789012:root',
    })
  })

  test('without a name it is the user who calls', () => {
    world.write(createUser, { UserName: 'ann' })
    const { AccessKey } = world.write(createAccessKey, { UserName: 'ann' })
    const identity = findIdentity(world.store.records, KEY, AccessKey?.AccessKeyId ?? '', undefined)
    const caller = { ...CALLER, principal: identity!.principal }
    expect(world.read(getUser, {}, caller).User).toMatchObject({ UserName: 'ann' })
  })

  test('by name, with tags and path', () => {
    world.write(createUser, { UserName: 'ann', Path: '/x/' })
    world.write(tagUser, { UserName: 'ann', Tags: [{ Key: 'a', Value: '1' }] })
    expect(world.read(getUser, { UserName: 'ann' }).User).toEqual({
      Path: '/x/',
      UserName: 'ann',
      UserId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/),
      Arn: 'arn:aws:iam::123456789012:user/x/ann',
      CreateDate: new Date('2026-01-02T03:04:05.678Z'),
      Tags: [{ Key: 'a', Value: '1' }],
    })
  })

  test("another account's user cannot be found", () => {
    world.write(createUser, { UserName: 'ann' })
    const message = refusal(() => world.read(getUser, { UserName: 'ann' }, STRANGER), 'NoSuchEntity')
    expect(message).toBe('The user with name ann cannot be found.')
  })
})

test('createUser refuses a name that is taken', () => {
  world.write(createUser, { UserName: 'ann' })
  const message = refusal(() => world.write(createUser, { UserName: 'Ann' }), 'EntityAlreadyExists')
  expect(message).toBe('User with name Ann already exists.')
})

test('updateUser renames the user, and the access keys follow', () => {
  world.write(createUser, { UserName: 'ann' })
  const { AccessKey } = world.write(createAccessKey, { UserName: 'ann' })
  world.write(updateUser, { UserName: 'ann', NewUserName: 'eve', NewPath: '/y/' })
  expect(world.read(listUsers, {}).Users).toMatchObject([{ UserName: 'eve', Path: '/y/' }])
  expect(world.read(listAccessKeys, { UserName: 'eve' }).AccessKeyMetadata).toMatchObject([
    { AccessKeyId: AccessKey?.AccessKeyId, UserName: 'eve', Status: 'Active' },
  ])
})

describe('access keys', () => {
  test('a key identifies its user with every policy, until it is inactive or deleted', () => {
    world.write(createUser, { UserName: 'ann', Tags: [{ Key: 'team', Value: 'blue' }] })
    world.write(putUserPolicy, { UserName: 'ann', PolicyName: 'p', PolicyDocument: POLICY })
    world.write(attachUserPolicy, { UserName: 'ann', PolicyArn: S3 })
    const made = world.write(createAccessKey, { UserName: 'ann' }).AccessKey!
    const id = made.AccessKeyId ?? ''
    const find = () => findIdentity(world.store.records, KEY, id, undefined)
    expect(id).toMatch(/^AKIA[A-Z2-7]{16}$/)
    expect(find()).toMatchObject({
      secret: made.SecretAccessKey,
      principal: {
        kind: 'user',
        account: '123456789012',
        arn: 'arn:aws:iam::123456789012:user/ann',
        tags: { team: 'blue' },
        identityPolicies: [{ name: 'inline:ann/p', document: POLICY }, { name: S3 }],
      },
    })
    world.write(updateAccessKey, { UserName: 'ann', AccessKeyId: id, Status: 'Inactive' })
    expect(find()).toMatchObject({ inactive: true })
    world.write(updateAccessKey, { UserName: 'ann', AccessKeyId: id, Status: 'Active' })
    expect(find()).not.toHaveProperty('inactive')
    world.write(deleteAccessKey, { UserName: 'ann', AccessKeyId: id })
    expect(find()).toBeUndefined()
  })

  test("the root user's key is the account's", () => {
    const made = world.write(createAccessKey, {}).AccessKey!
    expect(made).toMatchObject({ UserName: undefined })
    const identity = findIdentity(world.store.records, KEY, made.AccessKeyId ?? '', undefined)
    expect(identity?.principal).toMatchObject({ kind: 'root', account: '123456789012' })
    expect(world.read(getAccountSummary, {}).SummaryMap).toMatchObject({ AccountAccessKeysPresent: 1, Users: 0 })
  })

  test('a user has two keys at most, and nobody reaches the key of another', () => {
    world.write(createUser, { UserName: 'ann' })
    world.write(createUser, { UserName: 'bob' })
    const { AccessKey } = world.write(createAccessKey, { UserName: 'ann' })
    world.write(createAccessKey, { UserName: 'ann' })
    const third = () => world.write(createAccessKey, { UserName: 'ann' })
    expect(refusal(third, 'LimitExceeded')).toBe('Cannot exceed quota for AccessKeysPerUser: 2')
    const id = AccessKey?.AccessKeyId
    refusal(() => world.write(deleteAccessKey, { UserName: 'bob', AccessKeyId: id }), 'NoSuchEntity')
    refusal(() => world.read(getAccessKeyLastUsed, { AccessKeyId: id }, STRANGER), 'NoSuchEntity')
    expect(world.read(getAccessKeyLastUsed, { AccessKeyId: id })).toMatchObject({
      UserName: 'ann',
      AccessKeyLastUsed: { ServiceName: 'N/A', Region: 'N/A' },
    })
  })
})

test('a user goes when its keys and policies are gone', () => {
  const before = contents(world.store)
  world.write(createUser, { UserName: 'ann' })
  const { AccessKey } = world.write(createAccessKey, { UserName: 'ann' })
  world.write(putUserPolicy, { UserName: 'ann', PolicyName: 'p', PolicyDocument: POLICY })
  world.write(attachUserPolicy, { UserName: 'ann', PolicyArn: S3 })
  expect(world.read(listGroupsForUser, { UserName: 'ann' }).Groups).toEqual([])
  expect(world.read(listSshPublicKeys, { UserName: 'ann' }).SSHPublicKeys).toEqual([])
  refusal(() => world.read(listMfaDevices, { UserName: 'bob' }), 'NoSuchEntity')
  refusal(() => world.write(deleteLoginProfile, { UserName: 'ann' }), 'NoSuchEntity')
  const remove = () => world.write(deleteUser, { UserName: 'ann' })
  refusal(remove, 'DeleteConflict')
  world.write(detachUserPolicy, { UserName: 'ann', PolicyArn: S3 })
  refusal(remove, 'DeleteConflict')
  world.write(deleteUserPolicy, { UserName: 'ann', PolicyName: 'p' })
  refusal(() => world.read(getUserPolicy, { UserName: 'ann', PolicyName: 'p' }), 'NoSuchEntity')
  expect(refusal(remove, 'DeleteConflict')).toBe('Cannot delete entity, must delete access keys first.')
  world.write(deleteAccessKey, { UserName: 'ann', AccessKeyId: AccessKey?.AccessKeyId })
  remove()
  expect(contents(world.store)).toEqual(before)
})
