// STS: who the caller is, and temporary credentials that the front door can open again.

import type { GetSessionTokenRequest } from '@aws-sdk/client-sts'
import { beforeEach, describe, expect, test } from 'vitest'
import { contextKeys } from '../../iam/context.ts'
import { evaluate } from '../../iam/evaluate.ts'
import type { Principal } from '../../iam/principal.ts'
import type { Instance } from '../../store/records.ts'
import { CALLER, openWorld, refusal, STRANGER, type World } from '../ec2/request/testing.ts'
import { createAccessKey } from '../iam/access-key.ts'
import { findIdentity, findOrphan, rolePrincipal } from '../iam/identity.ts'
import { putUserPolicy } from '../iam/inline-policy.ts'
import { addRoleToInstanceProfile, createInstanceProfile } from '../iam/instance-profile.ts'
import { instanceRoleSession } from '../iam/instance-session.ts'
import { createRole, deleteRole } from '../iam/role.ts'
import { createUser } from '../iam/user.ts'
import { assumeRole, assumeRoleAuthorisations } from './assume-role.ts'
import { getAccessKeyInfo, getCallerIdentity } from './caller-identity.ts'
import { UsedCodes } from './mfa.ts'
import { getSessionToken } from './session-token.ts'

const KEY = new Uint8Array(32).fill(9)
const ROLE = 'arn:aws:iam::123456789012:role/x/app'
const POLICY = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'

let world: World
beforeEach(async () => {
  world = await openWorld()
})

function newRole(principal: unknown, more = {}) {
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', ...more },
  })
  return world.write(createRole, {
    RoleName: 'app',
    Path: '/x/',
    AssumeRolePolicyDocument,
    Tags: [
      { Key: 'team', Value: 'blue' },
      { Key: 'env', Value: 'lab' },
    ],
  }).Role!
}

function assume(input = {}, caller = CALLER) {
  const asked = { RoleArn: ROLE, RoleSessionName: 's1', ...input }
  return assumeRole(KEY, world.store.records, caller, asked, new UsedCodes())
}

function session(input: GetSessionTokenRequest, caller = CALLER, used = new UsedCodes()) {
  return getSessionToken(KEY, world.store.records, caller, input, used)
}

function identify(credentials: { AccessKeyId?: string; SessionToken?: string } = {}) {
  return findIdentity(world.store.records, KEY, credentials.AccessKeyId ?? '', credentials.SessionToken)
}

describe('getCallerIdentity', () => {
  test('of the root user', () => {
    expect(world.read(getCallerIdentity, {})).toEqual({
      UserId: '123456789012',
      Account: '123456789012',
      Arn: 'arn:aws:iam::123456789012:root',
    })
  })

  test('of a role session, whose ARN has no path', () => {
    const { RoleId } = newRole('*')
    const principal = identify(assume().Credentials as object)!.principal
    expect(world.read(getCallerIdentity, {}, { ...CALLER, principal })).toEqual({
      UserId: `${RoleId}:s1`,
      Account: '123456789012',
      Arn: 'arn:aws:sts::123456789012:assumed-role/app/s1',
    })
  })
})

describe('assumeRole', () => {
  test('its credentials identify the session with tags, session policies and end', () => {
    newRole('*')
    const answer = assume({ Policy: POLICY, Tags: [{ Key: 'env', Value: 'prod' }], DurationSeconds: 900 })
    expect(answer.Credentials?.Expiration).toEqual(new Date(CALLER.now.getTime() + 900_000))
    expect(answer.AssumedRoleUser).toMatchObject({ Arn: 'arn:aws:sts::123456789012:assumed-role/app/s1' })
    expect(identify(answer.Credentials as object)).toMatchObject({
      secret: answer.Credentials?.SecretAccessKey,
      expiresAt: '2026-01-02T03:19:05.678Z',
      principal: {
        kind: 'assumedRole',
        roleArn: ROLE,
        tags: { team: 'blue', env: 'prod' },
        sessionPolicies: [{ name: 'session:s1', document: POLICY }],
        issuedAt: '2026-01-02T03:04:05.678Z',
      },
    })
  })

  test('a session ends with its role, also when one of the same name is made again', () => {
    newRole('*')
    const { Credentials } = assume()
    world.write(deleteRole, { RoleName: 'app' })
    newRole('*')
    expect(identify(Credentials as object)).toBeUndefined()
    const orphan = (token: string | undefined) => findOrphan(KEY, Credentials?.AccessKeyId ?? '', token)
    expect(orphan(Credentials?.SessionToken)).toEqual({ orphaned: true })
    expect([orphan('test'), orphan(undefined)]).toEqual([undefined, undefined])
  })

  test('a token is of no use with another key id', () => {
    newRole('*')
    const one = assume().Credentials
    const two = assume({ RoleSessionName: 's2' }).Credentials
    expect(identify({ AccessKeyId: one?.AccessKeyId, SessionToken: two?.SessionToken } as object)).toBeUndefined()
    expect(identify({ AccessKeyId: one?.AccessKeyId } as object)).toBeUndefined()
  })

  test.each([
    ['a session name with a blank', { RoleSessionName: 'a b' }, 'ValidationError'],
    ['a session name of one letter', { RoleSessionName: 'a' }, 'ValidationError'],
    ['14 minutes', { DurationSeconds: 840 }, 'ValidationError'],
    ["longer than the role's sessions last", { DurationSeconds: 7200 }, 'ValidationError'],
    ['a session policy that is none', { Policy: '{}' }, 'MalformedPolicyDocument'],
    ['a session policy over 2,048 characters', { Policy: POLICY.padEnd(2049) }, 'ValidationError'],
    [
      'a managed policy that is not there',
      { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/No' }] },
      'MalformedPolicyDocument',
    ],
    ['a role that is not there', { RoleArn: `${ROLE}x` }, 'AccessDenied'],
    ['a role by an ARN without its path', { RoleArn: ROLE.replace('/x', '') }, 'AccessDenied'],
  ])('refuses %s', (_name, input, code) => {
    newRole('*')
    refusal(() => assume(input), code)
  })

  test('transitive tags and the source identity go on from role to role, and nobody changes them', () => {
    newRole('*')
    const Tags = [
      { Key: 'project', Value: 'x' },
      { Key: 'once', Value: 'y' },
    ]
    const first = assume({ Tags, TransitiveTagKeys: ['project'], SourceIdentity: 'ann' })
    const principal = identify(first.Credentials as object)!.principal
    expect(principal).toMatchObject({ tags: { project: 'x', once: 'y' }, transitiveTags: { project: 'x' } })
    const caller = { ...CALLER, principal }
    const second = assume({ Tags: [{ Key: 'more', Value: 'z' }] }, caller)
    expect(second.SourceIdentity).toBe('ann')
    expect(identify(second.Credentials as object)!.principal).toMatchObject({
      tags: { team: 'blue', env: 'lab', project: 'x', more: 'z' },
      transitiveTags: { project: 'x' },
      sessionKeys: { 'aws:SourceIdentity': 'ann' },
    })
    refusal(() => assume({ Tags: [{ Key: 'Project', Value: 'z' }] }, caller), 'InvalidParameterValue')
    refusal(() => assume({ SourceIdentity: 'bob' }, caller), 'AccessDenied')
    refusal(() => assume({ TransitiveTagKeys: ['none'] }), 'InvalidParameterValue')
    const actions = (input: object, who = CALLER.principal) =>
      assumeRoleAuthorisations(world.store.records, who, { RoleArn: ROLE, ...input }, CALLER.now).map(
        ({ action }) => action,
      )
    expect(actions({})).toEqual(['sts:AssumeRole'])
    const all = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']
    expect(actions({ Tags, SourceIdentity: 'ann' })).toEqual(all)
    expect(actions({}, principal)).toEqual(all)
  })

  test('a session of a role assumes another for an hour at most', () => {
    newRole('*')
    const principal = identify(assume().Credentials as object)!.principal
    refusal(() => assume({ DurationSeconds: 3601 }, { ...CALLER, principal }), 'ValidationError')
  })
})

describe('assumeRoleAuthorisations', () => {
  function decide(principal: Principal, input = {}) {
    const asked = { RoleArn: ROLE, RoleSessionName: 's1', ...input }
    const all = assumeRoleAuthorisations(world.store.records, principal, asked, CALLER.now)
    return all.map((authorisation) => {
      const keys = contextKeys({
        principal,
        connection: { kind: 'public', sourceIp: '127.0.0.1', secure: false },
        now: CALLER.now,
        region: 'us-east-1',
        authorisation,
      })
      const decision = evaluate({ ...authorisation, principal }, keys)
      return decision.allowed ? 'Allow' : decision.message
    })
  }

  function newUser(policy?: string) {
    world.write(createUser, { UserName: 'ann' })
    if (policy) world.write(putUserPolicy, { UserName: 'ann', PolicyName: 'p', PolicyDocument: policy })
    const { AccessKey } = world.write(createAccessKey, { UserName: 'ann' })
    return findIdentity(world.store.records, KEY, AccessKey?.AccessKeyId ?? '', undefined)!.principal
  }

  test('a user whom the trust policy names needs nothing else', () => {
    newRole({ AWS: 'arn:aws:iam::123456789012:user/ann' })
    expect(decide(newUser())).toEqual(['Allow'])
  })

  test('a user of a trusted account needs an identity policy', () => {
    newRole({ AWS: '123456789012' })
    expect(decide(newUser())).toEqual([
      `User: arn:aws:iam::123456789012:user/ann is not authorized to perform: sts:AssumeRole on resource: ${ROLE} because no identity-based policy allows the sts:AssumeRole action`,
    ])
  })

  test('a role that trusts EC2 alone is closed to its own account', () => {
    newRole({ Service: 'ec2.amazonaws.com' })
    const message = `User: arn:aws:iam::123456789012:root is not authorized to perform: sts:AssumeRole on resource: ${ROLE} because no role trust policy allows the sts:AssumeRole action`
    expect(decide(CALLER.principal)).toEqual([message])
  })

  test('another account passes when trusted, with the external id that is asked for', () => {
    newRole({ AWS: '999999999999' }, { Condition: { StringEquals: { 'sts:ExternalId': 'x' } } })
    expect(decide(STRANGER.principal, { ExternalId: 'x' })).toEqual(['Allow'])
    expect(decide(STRANGER.principal, { ExternalId: 'y' })).not.toEqual(['Allow'])
    expect(decide(CALLER.principal, { ExternalId: 'x' })).not.toEqual(['Allow'])
  })

  test('tags ask for sts:TagSession too', () => {
    newRole({ AWS: '999999999999' })
    const tagged = decide(STRANGER.principal, { Tags: [{ Key: 'a', Value: '1' }] })
    expect(tagged).toEqual(['Allow', expect.stringContaining('no role trust policy allows the sts:TagSession action')])
  })

  test('a role that is not there is refused in the same words', () => {
    expect(decide(CALLER.principal)).toEqual([expect.stringContaining('because no role trust policy allows')])
  })
})

describe('getSessionToken', () => {
  test('gives the user its own permissions for a while', () => {
    const made = world.write(createUser, { UserName: 'ann' }).User
    const { AccessKey } = world.write(createAccessKey, { UserName: 'ann' })
    const { principal } = findIdentity(world.store.records, KEY, AccessKey?.AccessKeyId ?? '', undefined)!
    const answer = session({}, { ...CALLER, principal })
    expect(identify(answer.Credentials as object)).toMatchObject({
      principal: { kind: 'user', userId: made?.UserId },
      expiresAt: '2026-01-02T15:04:05.678Z',
    })
  })

  test('a session of a user may not call it again, and nobody has a second factor to give', () => {
    const { Credentials } = session({})
    const { principal } = identify(Credentials as object)!
    refusal(() => session({}, { ...CALLER, principal }), 'AccessDenied')
    refusal(() => session({ TokenCode: '123456' }), 'AccessDenied')
  })

  test('a role session may not call it', () => {
    newRole('*')
    const { principal } = identify(assume().Credentials as object)!
    refusal(() => session({}, { ...CALLER, principal }), 'AccessDenied')
  })
})

test('getAccessKeyInfo reads the account from the key', () => {
  newRole('*')
  const id = assume().Credentials?.AccessKeyId
  expect(world.read(getAccessKeyInfo, { AccessKeyId: id }, STRANGER)).toEqual({ Account: '123456789012' })
  expect(world.read(getAccessKeyInfo, { AccessKeyId: '000000000001' })).toEqual({ Account: '000000000001' })
  refusal(() => world.read(getAccessKeyInfo, { AccessKeyId: 'x' }), 'ValidationError')
})

describe('instanceRoleSession', () => {
  const now = new Date('2026-01-02T03:59:59Z')

  function session(at = now) {
    const profile = [...world.store.records.instanceProfiles.all()][0]
    const facts: Pick<Instance, 'id' | 'owner' | 'region' | 'vpcId' | 'instanceProfileId'> = {
      id: 'i-1',
      owner: '123456789012',
      region: 'us-east-1',
      vpcId: 'vpc-1',
      ...(profile && { instanceProfileId: profile.id }),
    }
    return instanceRoleSession(world.store.records, facts, KEY, at, { privateIp: '10.0.1.5' })
  }

  function newProfile() {
    world.write(createInstanceProfile, { InstanceProfileName: 'p' })
    world.write(addRoleToInstanceProfile, { InstanceProfileName: 'p', RoleName: 'app' })
  }

  test('gives credentials of the role, the same within the hour', () => {
    newRole({ Service: 'ec2.amazonaws.com' })
    newProfile()
    const first = session()
    expect(first).toMatchObject({
      code: 'Success',
      roleName: 'app',
      lastUpdated: '2026-01-02T03:00:00Z',
      expiration: '2026-01-02T09:00:00Z',
    })
    expect(session(new Date('2026-01-02T03:00:00Z'))).toEqual(first)
    expect(session(new Date('2026-01-02T04:00:00Z'))).not.toEqual(first)
    if (first?.code !== 'Success') throw new Error('no credentials')
    expect(findIdentity(world.store.records, KEY, first.accessKeyId, first.sessionToken)).toMatchObject({
      secret: first.secretAccessKey,
      principal: {
        arn: 'arn:aws:sts::123456789012:assumed-role/app/i-1',
        sourceInstanceArn: 'arn:aws:ec2:us-east-1:123456789012:instance/i-1',
        sessionKeys: {
          'ec2:RoleDelivery': '2.0',
          'aws:Ec2InstanceSourceVpc': 'vpc-1',
          'aws:Ec2InstanceSourcePrivateIPv4': '10.0.1.5',
        },
      },
    })
  })

  test('a role that does not trust EC2 gives none', () => {
    newRole({ Service: 'lambda.amazonaws.com' })
    newProfile()
    expect(session()).toMatchObject({ code: 'AssumeRoleUnauthorizedAccess' })
  })

  test('without a profile, or without a role in it, there is nothing', () => {
    expect(session()).toBeUndefined()
    world.write(createInstanceProfile, { InstanceProfileName: 'p' })
    expect(session()).toBeUndefined()
  })
})

test('rolePrincipal is a session of the role for whoever asks what it may do', () => {
  newRole('*')
  expect(rolePrincipal(world.store.records, ROLE, 'i-1')).toMatchObject({
    kind: 'assumedRole',
    arn: 'arn:aws:sts::123456789012:assumed-role/app/i-1',
    tags: { team: 'blue', env: 'lab' },
  })
  expect(rolePrincipal(world.store.records, 'arn:aws:iam::123456789012:role/none', 'i-1')).toBeUndefined()
})
