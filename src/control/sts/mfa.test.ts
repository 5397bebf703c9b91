// Second factors: devices and their codes, and what a code makes of temporary credentials. And federated users.

import { beforeEach, describe, expect, it, test } from 'vitest'
import { contextKeys } from '../../iam/context.ts'
import { evaluate } from '../../iam/evaluate.ts'
import type { IdentifiedPrincipal } from '../../iam/principal.ts'
import { totpCode, totpStep } from '../../iam/totp.ts'
import type { Caller } from '../caller.ts'
import { CALLER, openWorld, refusal, type World } from '../ec2/request/testing.ts'
import { createAccessKey } from '../iam/access-key.ts'
import { findIdentity } from '../iam/identity.ts'
import { putUserPolicy } from '../iam/inline-policy.ts'
import {
  createVirtualMfaDevice,
  deactivateMfaDevice,
  deleteVirtualMfaDevice,
  enableMfaDevice,
  listMfaDevices,
  listVirtualMfaDevices,
} from '../iam/mfa-device.ts'
import { createRole } from '../iam/role.ts'
import { createUser, deleteUser } from '../iam/user.ts'
import { assumeRole, assumeRoleAuthorisations } from './assume-role.ts'
import { federationTokenAuthorisations, getFederationToken } from './federation-token.ts'
import { UsedCodes } from './mfa.ts'
import { getSessionToken } from './session-token.ts'

const KEY = new Uint8Array(32).fill(9)
const SERIAL = 'arn:aws:iam::123456789012:mfa/x/phone'
const ROLE = 'arn:aws:iam::123456789012:role/app'
let world: World
let seed: string
let ann: Caller
let used: UsedCodes

/** The code so many steps from now. */
const code = (steps = 0) => totpCode(seed, totpStep(CALLER.now) + steps)

beforeEach(async () => {
  world = await openWorld()
  used = new UsedCodes()
  const { VirtualMFADevice: device } = world.write(createVirtualMfaDevice, {
    VirtualMFADeviceName: 'phone',
    Path: '/x/',
  })
  seed = Buffer.from(device?.Base32StringSeed ?? '').toString()
  world.write(createUser, { UserName: 'ann' })
  world.write(createUser, { UserName: 'bob' })
  ann = { ...CALLER, principal: keyOf('ann') }
})

function keyOf(UserName: string): IdentifiedPrincipal {
  const { AccessKey } = world.write(createAccessKey, { UserName })
  return identify({ AccessKeyId: AccessKey?.AccessKeyId })
}

function identify(credentials: { AccessKeyId?: string | undefined; SessionToken?: string | undefined } = {}) {
  const found = findIdentity(world.store.records, KEY, credentials.AccessKeyId ?? '', credentials.SessionToken)
  if (!found) throw new Error('nobody')
  return found.principal
}

function enable(UserName = 'ann', first = code(-1), second = code()) {
  const codes = { AuthenticationCode1: first, AuthenticationCode2: second }
  return world.write(enableMfaDevice, { UserName, SerialNumber: SERIAL, ...codes })
}

const session = (input: object, caller = ann) => getSessionToken(KEY, world.store.records, caller, input, used)

function keysOf(principal: IdentifiedPrincipal, now = CALLER.now) {
  const connection = { kind: 'public', sourceIp: '127.0.0.1', secure: true } as const
  return contextKeys({
    principal,
    connection,
    now,
    region: 'us-east-1',
    authorisation: { action: 's3:x', resource: '*', keys: {} },
  })
}

describe('a virtual MFA device', () => {
  it('is enabled by two codes in a row, and listed with its user', () => {
    expect(seed).toMatch(/^[A-Z2-7]{64}$/)
    enable()
    expect(world.read(listMfaDevices, { UserName: 'ann' }).MFADevices).toEqual([
      { UserName: 'ann', SerialNumber: SERIAL, EnableDate: CALLER.now },
    ])
    expect(world.read(listMfaDevices, {}, ann).MFADevices).toHaveLength(1)
    const [listed] = world.read(listVirtualMfaDevices, { AssignmentStatus: 'Assigned' }).VirtualMFADevices ?? []
    expect(listed).toMatchObject({ SerialNumber: SERIAL, User: { UserName: 'ann' } })
    expect(listed).not.toHaveProperty('Base32StringSeed')
    expect(world.read(listVirtualMfaDevices, { AssignmentStatus: 'Unassigned' }).VirtualMFADevices).toEqual([])
  })

  it.each([
    ['the same code twice', () => enable('ann', code(), code())],
    ['codes in the wrong order', () => enable('ann', code(), code(-1))],
    ['codes of another time', () => enable('ann', code(-9), code(-8))],
  ])('is not enabled by %s', (_what, enabling) => void refusal(enabling, 'InvalidAuthenticationCode'))

  it('has one user, and goes when it has none', () => {
    enable()
    refusal(() => enable('bob'), 'EntityAlreadyExists')
    refusal(() => world.write(deleteVirtualMfaDevice, { SerialNumber: SERIAL }), 'DeleteConflict')
    refusal(() => world.write(deactivateMfaDevice, { UserName: 'bob', SerialNumber: SERIAL }), 'NoSuchEntity')
    refusal(() => world.write(deleteUser, { UserName: 'ann' }), 'DeleteConflict')
    world.write(deactivateMfaDevice, { UserName: 'ann', SerialNumber: SERIAL })
    world.write(deleteVirtualMfaDevice, { SerialNumber: SERIAL })
    refusal(() => enable(), 'NoSuchEntity')
  })
})

describe('a code', () => {
  beforeEach(() => enable())

  it("gives the user's session its second factor, with its age", () => {
    const { Credentials } = session({ SerialNumber: SERIAL, TokenCode: code() })
    const principal = identify(Credentials)
    expect(keysOf(principal)).toMatchObject({ 'aws:multifactorauthpresent': 'true', 'aws:multifactorauthage': '0' })
    const later = new Date(CALLER.now.getTime() + 90_500)
    expect(keysOf(principal, later)).toMatchObject({ 'aws:multifactorauthage': '90' })
  })

  it('is not needed: the session then says that there was none, and a key says nothing', () => {
    const keys = keysOf(identify(session({}).Credentials))
    expect(keys).toMatchObject({ 'aws:multifactorauthpresent': 'false' })
    expect(keys).not.toHaveProperty('aws:multifactorauthage')
    if (ann.principal.kind === 'anonymous') throw new Error('ann is nobody')
    expect(keysOf(ann.principal)).not.toHaveProperty('aws:multifactorauthpresent')
  })

  it.each([
    ['a wrong one', () => ({ SerialNumber: SERIAL, TokenCode: '000000' === code() ? '000001' : '000000' })],
    ['none', () => ({ SerialNumber: SERIAL })],
    ['one without a device', () => ({ TokenCode: code() })],
    ['one of a device that is not there', () => ({ SerialNumber: `${SERIAL}2`, TokenCode: code() })],
  ])('%s is refused', (_what, input) => void refusal(() => session(input()), 'AccessDenied'))

  it("of another user's device is refused", () => {
    const bob = { ...CALLER, principal: keyOf('bob') }
    refusal(() => session({ SerialNumber: SERIAL, TokenCode: code() }, bob), 'AccessDenied')
  })

  it('is good once, and those before it are no longer', () => {
    session({ SerialNumber: SERIAL, TokenCode: code() })
    refusal(() => session({ SerialNumber: SERIAL, TokenCode: code() }), 'AccessDenied')
    refusal(() => session({ SerialNumber: SERIAL, TokenCode: code(-1) }), 'AccessDenied')
    session({ SerialNumber: SERIAL, TokenCode: code(1) })
  })
})

describe('a role that asks for a second factor', () => {
  const trust = {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::123456789012:user/ann' },
      Action: 'sts:AssumeRole',
      Condition: {
        Bool: { 'aws:MultiFactorAuthPresent': 'true' },
        NumericLessThan: { 'aws:MultiFactorAuthAge': '60' },
      },
    },
  }
  const asked = (more: object = {}) => ({ RoleArn: ROLE, RoleSessionName: 's1', ...more })
  beforeEach(() => {
    enable()
    world.write(createRole, { RoleName: 'app', AssumeRolePolicyDocument: JSON.stringify(trust) })
  })

  function mayAssume(input: object, { principal, now }: Caller = ann): boolean {
    const [question] = assumeRoleAuthorisations(world.store.records, principal, asked(input), now)
    if (!question) throw new Error('nothing is asked')
    const connection = { kind: 'public', sourceIp: '127.0.0.1', secure: true } as const
    const keys = contextKeys({ principal, connection, now, region: 'us-east-1', authorisation: question })
    return evaluate({ ...question, principal }, keys).allowed
  }

  it('is assumed with a code, by a session that had one, and not otherwise', () => {
    const shown = { SerialNumber: SERIAL, TokenCode: code() }
    expect(mayAssume({})).toBe(false)
    expect(mayAssume(shown)).toBe(true)
    refusal(() => mayAssume({ ...shown, TokenCode: '12345' }), 'ValidationError')
    const principal = identify(session(shown).Credentials)
    expect(mayAssume({}, { ...ann, principal })).toBe(true)
    const late = new Date(CALLER.now.getTime() + 61_000)
    expect(mayAssume({}, { ...ann, principal, now: late })).toBe(false)
  })

  it('hands the second factor on to its session, once for each code', () => {
    const shown = { SerialNumber: SERIAL, TokenCode: code() }
    const { Credentials } = assumeRole(KEY, world.store.records, ann, asked(shown), used)
    expect(keysOf(identify(Credentials))).toMatchObject({ 'aws:multifactorauthpresent': 'true' })
    refusal(() => assumeRole(KEY, world.store.records, ann, asked(shown), used), 'AccessDenied')
  })
})

describe('GetFederationToken', () => {
  const S3 = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: ['s3:*', 'sqs:*'], Resource: '*' } }
  const READ = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: ['s3:Get*', 'sns:*'], Resource: '*' } }
  beforeEach(() =>
    world.write(putUserPolicy, { UserName: 'ann', PolicyName: 'own', PolicyDocument: JSON.stringify(S3) }),
  )

  const federate = (input: object = {}, caller = ann) =>
    getFederationToken(KEY, world.store.records, caller, { Name: 'guest', ...input })

  function may(principal: IdentifiedPrincipal, action: string, resourcePolicy?: object): boolean {
    const document = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: '*', Resource: '*', ...resourcePolicy },
    })
    const request = {
      principal,
      action,
      resource: 'arn:aws:s3:::b/k',
      resourceAccount: '123456789012',
      keys: {},
      ...(resourcePolicy && { resourcePolicy: { name: 'bucket', document } }),
    }
    return evaluate(request, keysOf(principal)).allowed
  }

  it('names a federated user with tags, and no user name', () => {
    const answer = federate({ Tags: [{ Key: 'team', Value: 'blue' }] })
    expect(answer.FederatedUser).toEqual({
      FederatedUserId: '123456789012:guest',
      Arn: 'arn:aws:sts::123456789012:federated-user/guest',
    })
    const keys = keysOf(identify(answer.Credentials))
    expect(keys).toMatchObject({
      'aws:principaltype': 'FederatedUser',
      'aws:principalarn': 'arn:aws:sts::123456789012:federated-user/guest',
      'aws:userid': '123456789012:guest',
      'aws:principaltag/team': 'blue',
      'aws:multifactorauthpresent': 'false',
    })
    expect(keys).not.toHaveProperty('aws:username')
  })

  it("may what both the user's policies and the session's allow", () => {
    const guest = identify(federate({ Policy: JSON.stringify(READ) }).Credentials)
    expect(['s3:GetObject', 's3:PutObject', 'sns:Publish'].map((action) => may(guest, action))).toEqual([
      true,
      false,
      false,
    ])
  })

  it('may nothing of its own without a session policy, but what a resource gives it by name', () => {
    const guest = identify(federate().Credentials)
    expect(may(guest, 's3:GetObject')).toBe(false)
    expect(may(guest, 's3:GetObject', { Principal: { AWS: 'arn:aws:sts::123456789012:federated-user/guest' } })).toBe(
      true,
    )
    expect(may(guest, 's3:GetObject', { Principal: { AWS: 'arn:aws:iam::123456789012:user/ann' } })).toBe(false)
  })

  it("of the root user is held by the session's policies alone", () => {
    const guest = identify(federate({ Policy: JSON.stringify(READ) }, CALLER).Credentials)
    expect(['s3:GetObject', 's3:PutObject', 'sns:Publish'].map((action) => may(guest, action))).toEqual([
      true,
      false,
      true,
    ])
  })

  it('ends with its user', () => {
    const { Credentials } = federate()
    const { userId } = ann.principal.kind === 'user' ? ann.principal : { userId: '' }
    world.store.transact((tx) => tx.iamUsers.delete(userId))
    expect(() => identify(Credentials)).toThrow('nobody')
  })

  test.each([
    ['a name of one letter', { Name: 'a' }, 'ValidationError'],
    ['ten minutes', { DurationSeconds: 600 }, 'ValidationError'],
    ['a session policy that is none', { Policy: '{}' }, 'MalformedPolicyDocument'],
  ])('refuses %s', (_what, input, code) => void refusal(() => federate(input), code))

  it('is not for temporary credentials, and those of a federated user assume no role', () => {
    const principal = identify(session({}).Credentials)
    refusal(() => federate({}, { ...ann, principal }), 'AccessDenied')
    const guest = identify(federate().Credentials)
    refusal(() => assumeRoleAuthorisations(world.store.records, guest, {}, CALLER.now), 'AccessDenied')
  })

  it('asks about the federated user, and for its tags', () => {
    const asked = federationTokenAuthorisations(ann.principal, { Name: 'guest', Tags: [{ Key: 'a', Value: 'b' }] })
    expect(asked.map(({ action, resource }) => `${action} ${resource}`)).toEqual([
      'sts:GetFederationToken arn:aws:sts::123456789012:federated-user/guest',
      'sts:TagSession arn:aws:sts::123456789012:federated-user/guest',
    ])
  })
})
