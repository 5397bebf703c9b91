// Managed policies and their versions.

import { beforeEach, expect, test } from 'vitest'
import { contents, openWorld, refusal, STRANGER, type World } from '../ec2/request/testing.ts'
import { attachUserPolicy, detachUserPolicy } from './attached-policy.ts'
import { createPolicy, deletePolicy, getPolicy, listPolicies, tagPolicy } from './policy.ts'
import {
  createPolicyVersion,
  deletePolicyVersion,
  getPolicyVersion,
  listPolicyVersions,
  setDefaultPolicyVersion,
} from './policy-version.ts'
import { createUser } from './user.ts'

const POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
const NEWER = POLICY.replace('s3:*', 'ec2:*')
const ARN = 'arn:aws:iam::123456789012:policy/x/p'
const S3 = 'arn:aws:iam::aws:policy/AmazonS3FullAccess'

let world: World
beforeEach(async () => {
  world = await openWorld()
})

function newPolicy() {
  return world.write(createPolicy, { PolicyName: 'p', Path: '/x/', Description: 'd', PolicyDocument: POLICY }).Policy
}

test('createPolicy answers its ARN and first version, and GetPolicy its description too', () => {
  const made = newPolicy()
  expect(made).toEqual({
    PolicyName: 'p',
    PolicyId: expect.stringMatching(/^ANPA[A-Z2-7]{17}$/),
    Arn: ARN,
    Path: '/x/',
    DefaultVersionId: 'v1',
    AttachmentCount: 0,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    CreateDate: new Date('2026-01-02T03:04:05.678Z'),
    UpdateDate: new Date('2026-01-02T03:04:05.678Z'),
  })
  world.write(tagPolicy, { PolicyArn: ARN, Tags: [{ Key: 'a', Value: '1' }] })
  expect(world.read(getPolicy, { PolicyArn: ARN }).Policy).toEqual({
    ...made,
    Description: 'd',
    Tags: [{ Key: 'a', Value: '1' }],
  })
})

test('createPolicy refuses a name that is taken and a document that is too long', () => {
  newPolicy()
  const again = () => world.write(createPolicy, { PolicyName: 'P', PolicyDocument: POLICY })
  expect(refusal(again, 'EntityAlreadyExists')).toBe('A policy called P already exists.')
  const long = POLICY.replace('s3:*', `s3:${'a'.repeat(6144)}`)
  const tooLong = () => world.write(createPolicy, { PolicyName: 'q', PolicyDocument: long })
  expect(refusal(tooLong, 'LimitExceeded')).toBe('Cannot exceed quota for PolicySize: 6144')
})

test('versions are numbered on, five at most, and the default one stays', () => {
  newPolicy()
  const add = (more = {}) =>
    world.write(createPolicyVersion, { PolicyArn: ARN, PolicyDocument: NEWER, ...more }).PolicyVersion
  expect(add({ SetAsDefault: true })).toMatchObject({ VersionId: 'v2', IsDefaultVersion: true })
  expect(add()).toMatchObject({ VersionId: 'v3', IsDefaultVersion: false })
  world.write(deletePolicyVersion, { PolicyArn: ARN, VersionId: 'v3' })
  expect(add()).toMatchObject({ VersionId: 'v4' })
  expect(world.read(listPolicyVersions, { PolicyArn: ARN }).Versions?.map((one) => one.VersionId)).toEqual([
    'v4',
    'v2',
    'v1',
  ])
  const read = world.read(getPolicyVersion, { PolicyArn: ARN, VersionId: 'v2' }).PolicyVersion
  expect(decodeURIComponent(read?.Document ?? '')).toBe(NEWER)
  refusal(() => world.write(deletePolicyVersion, { PolicyArn: ARN, VersionId: 'v2' }), 'DeleteConflict')
  world.write(setDefaultPolicyVersion, { PolicyArn: ARN, VersionId: 'v1' })
  expect(world.read(getPolicy, { PolicyArn: ARN }).Policy?.DefaultVersionId).toBe('v1')
  add()
  add()
  refusal(() => add(), 'LimitExceeded')
  refusal(() => world.read(getPolicyVersion, { PolicyArn: ARN, VersionId: 'v9' }), 'NoSuchEntity')
})

test('a policy goes when nothing has it and only its default version is left', () => {
  world.write(createUser, { UserName: 'ann' })
  const before = contents(world.store)
  newPolicy()
  world.write(attachUserPolicy, { UserName: 'ann', PolicyArn: ARN })
  expect(world.read(getPolicy, { PolicyArn: ARN }).Policy?.AttachmentCount).toBe(1)
  const remove = () => world.write(deletePolicy, { PolicyArn: ARN })
  refusal(remove, 'DeleteConflict')
  world.write(detachUserPolicy, { UserName: 'ann', PolicyArn: ARN })
  world.write(createPolicyVersion, { PolicyArn: ARN, PolicyDocument: NEWER })
  refusal(remove, 'DeleteConflict')
  world.write(deletePolicyVersion, { PolicyArn: ARN, VersionId: 'v2' })
  remove()
  expect(contents(world.store)).toEqual(before)
})

test('AWS managed policies are read and listed beside the own ones, and cannot be changed', () => {
  newPolicy()
  expect(world.read(getPolicy, { PolicyArn: S3 }).Policy).toMatchObject({ PolicyName: 'AmazonS3FullAccess' })
  expect(world.read(getPolicyVersion, { PolicyArn: S3, VersionId: 'v1' }).PolicyVersion?.Document).toContain('s3%3A%2A')
  const names = (Scope: 'All' | 'AWS' | 'Local') =>
    world.read(listPolicies, { Scope }).Policies?.map((policy) => policy.PolicyName)
  expect(names('Local')).toEqual(['p'])
  expect(names('AWS')).toContain('AmazonS3FullAccess')
  expect(names('All')).toEqual(expect.arrayContaining(['p', 'AmazonS3FullAccess']))
  refusal(() => world.write(deletePolicy, { PolicyArn: S3 }), 'NoSuchEntity')
  refusal(() => world.read(getPolicy, { PolicyArn: ARN }, STRANGER), 'NoSuchEntity')
})
