// Address plan: see testing.ts.

import { beforeEach, describe, expect, test } from 'vitest'
import type { IdentifiedPrincipal } from '../../../iam/principal.ts'
import type { Caller } from '../../caller.ts'
import { describeVpcEndpointServices } from '../endpoint/vpc-endpoint-service.ts'
import { callerOf, refusal, STRANGER } from '../request/testing.ts'
import { describeVpcEndpointServicePermissions, modifyVpcEndpointServicePermissions } from './permission.ts'
import { CONSUMER, CONSUMER_ROOT, openServiceWorld, PROVIDER, type ServiceWorld, serviceName } from './testing.ts'

const ACCOUNT = STRANGER.account
const iam = (resource: string) => `arn:aws:iam::${ACCOUNT}:${resource}`

let at: ServiceWorld
let ServiceId: string
beforeEach(async () => {
  at = await openServiceWorld()
  ServiceId = at.service()
  modify({ RemoveAllowedPrincipals: [CONSUMER_ROOT] })
})

function modify(input: { AddAllowedPrincipals?: string[]; RemoveAllowedPrincipals?: string[] }, caller = PROVIDER) {
  return at.world.write(modifyVpcEndpointServicePermissions, { ServiceId, ...input }, caller)
}

function allowed(input = {}) {
  const { AllowedPrincipals } = at.world.read(describeVpcEndpointServicePermissions, { ServiceId, ...input })
  return AllowedPrincipals?.map((one) => [one.PrincipalType, one.Principal])
}

const identified = { account: ACCOUNT, userId: 'x', tags: {}, identityPolicies: [] }
const ROOT: IdentifiedPrincipal = { ...identified, kind: 'root', arn: iam('root') }
const USER: IdentifiedPrincipal = { ...identified, kind: 'user', userName: 'ann', arn: iam('user/team/ann') }
const SESSION: IdentifiedPrincipal = {
  ...identified,
  kind: 'assumedRole',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/ci`,
  roleArn: iam('role/team/deploy'),
  roleName: 'deploy',
  sessionName: 'ci',
  sessionPolicies: [],
  issuedAt: '2026-01-01T00:00:00Z',
}

function seesIt(principal: IdentifiedPrincipal, account = ACCOUNT): boolean {
  const caller: Caller = { ...callerOf(account), principal: { ...principal, account } }
  const { ServiceNames } = at.world.read(describeVpcEndpointServices, {}, caller)
  return ServiceNames?.includes(serviceName(ServiceId)) ?? false
}

describe('who may see a service', () => {
  const rows: [string, string | undefined, Record<'root' | 'user' | 'session' | 'other', boolean>][] = [
    ['nobody', undefined, { root: false, user: false, session: false, other: false }],
    ['everybody', '*', { root: true, user: true, session: true, other: true }],
    ['an account', iam('root'), { root: true, user: true, session: true, other: false }],
    [
      'a user, by its name without the path',
      iam('user/ann'),
      { root: false, user: true, session: false, other: false },
    ],
    ['a role, for its sessions', iam('role/deploy'), { root: false, user: false, session: true, other: false }],
    ['another role', iam('role/ann'), { root: false, user: false, session: false, other: false }],
    ['an AWS service', 'ec2.amazonaws.com', { root: false, user: false, session: false, other: false }],
  ]
  test.each(rows)('%s', (_, principal, expected) => {
    if (principal) modify({ AddAllowedPrincipals: [principal] })
    expect({
      root: seesIt(ROOT),
      user: seesIt(USER),
      session: seesIt(SESSION),
      other: seesIt(ROOT, '555555555555'),
    }).toEqual(expected)
  })

  test('its owner, always', () => {
    expect(seesIt({ ...USER, account: PROVIDER.account }, PROVIDER.account)).toBe(true)
  })

  test('to all others it looks as if it did not exist', () => {
    const message = `The Vpc Endpoint Service '${serviceName(ServiceId)}' does not exist`
    expect(refusal(() => at.connect(ServiceId), 'InvalidServiceName')).toBe(message)
    const ask = () => at.world.read(describeVpcEndpointServices, { ServiceNames: [serviceName(ServiceId)] }, CONSUMER)
    expect(refusal(ask, 'InvalidServiceName')).toBe(message)
  })

  test('a connection stays when the permission goes', () => {
    at.allow(ServiceId, CONSUMER_ROOT)
    const { VpcEndpointId = '' } = at.connect(ServiceId)
    modify({ RemoveAllowedPrincipals: [CONSUMER_ROOT] })
    expect(at.state(VpcEndpointId)).toBe('pending')
  })
})

describe('ModifyVpcEndpointServicePermissions', () => {
  test('answers with the permissions, once for each principal', () => {
    const added = modify({ AddAllowedPrincipals: [iam('root'), '*', iam('root')] })
    expect(added).toEqual({
      AddedPrincipals: [
        { PrincipalType: 'Account', Principal: iam('root'), ServicePermissionId: expect.any(String), ServiceId },
        { PrincipalType: 'All', Principal: '*', ServicePermissionId: expect.any(String), ServiceId },
      ],
      ReturnValue: true,
    })
    expect(added.AddedPrincipals?.[0]?.ServicePermissionId).toMatch(/^vpce-svc-perm-0[0-9a-f]{16}$/)
    expect(modify({ AddAllowedPrincipals: ['*'] }).AddedPrincipals).toEqual(added.AddedPrincipals?.slice(1))
    expect(allowed()).toHaveLength(2)
  })

  test.each([
    ['a session', `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/ci`, 'InvalidPrincipal'],
    ['a role with a path', iam('role/team/deploy'), 'InvalidPrincipal'],
    ['an account number', ACCOUNT, 'InvalidPrincipal'],
    ['a short account', 'arn:aws:iam::1:root', 'InvalidPrincipal'],
    ['nothing', '', 'InvalidPrincipal'],
    ['a group', iam('group/ops'), 'UnknownPrincipalType.Unsupported'],
  ])('refuses %s', (_, principal, code) => {
    const message = refusal(() => modify({ AddAllowedPrincipals: ['*', principal] }), code)
    if (code === 'InvalidPrincipal') expect(message).toBe(`Invalid Principal: '${principal}'`)
    expect(allowed()).toEqual([])
  })

  test('refuses a principal to come and go', () => {
    refusal(
      () => modify({ AddAllowedPrincipals: ['*'], RemoveAllowedPrincipals: ['*'] }),
      'InvalidParameterCombination',
    )
  })

  test("is the owner's", () => {
    refusal(() => modify({ AddAllowedPrincipals: ['*'] }, CONSUMER), 'InvalidVpcEndpointServiceId.NotFound')
  })
})

test('DescribeVpcEndpointServicePermissions filters by principal and type', () => {
  modify({ AddAllowedPrincipals: ['*', iam('root'), iam('user/ann'), iam('role/deploy'), 'ec2.amazonaws.com'] })
  expect(allowed()?.map(([type]) => type)).toEqual(['All', 'Account', 'User', 'Role', 'Service'])
  expect(allowed({ Filters: [{ Name: 'principal', Values: [iam('user/ann')] }] })).toEqual([['User', iam('user/ann')]])
  expect(allowed({ Filters: [{ Name: 'principal-type', Values: ['Role', 'All'] }] })).toHaveLength(2)
})
