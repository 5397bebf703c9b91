// An organization's life, by its management account and by others, and what it means for requests.

import { beforeEach, describe, expect, test } from 'vitest'
import { CALLER, openWorld, refusal, STRANGER, type World } from '../ec2/request/testing.ts'
import { getRole } from '../iam/role.ts'
import {
  closeAccount,
  createAccount,
  describeAccount,
  describeCreateAccountStatus,
  listAccounts,
  listAccountsForParent,
  moveAccount,
  removeAccountFromOrganization,
} from './account.ts'
import { attachPolicy, detachPolicy, listPoliciesForTarget, listTargetsForPolicy } from './attachment.ts'
import { organizationsIn } from './membership.ts'
import {
  createOrganization,
  deleteOrganization,
  describeOrganization,
  disablePolicyType,
  enableAwsServiceAccess,
  enablePolicyType,
  listAwsServiceAccess,
  listRoots,
} from './organization.ts'
import { createPolicy, deletePolicy, describePolicy, listPolicies, updatePolicy } from './policy.ts'
import { listTagsForResource, tagResource, untagResource } from './tags.ts'
import {
  createOrganizationalUnit,
  deleteOrganizationalUnit,
  describeOrganizationalUnit,
  listChildren,
  listOrganizationalUnitsForParent,
  listParents,
  updateOrganizationalUnit,
} from './unit.ts'

const SCP = 'SERVICE_CONTROL_POLICY'
const DENY_S3 = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}'

let world: World
beforeEach(async () => {
  world = await openWorld()
})

function organization(): string {
  world.write(createOrganization, {})
  return world.read(listRoots, {}).Roots?.[0]?.Id ?? ''
}

function organizations() {
  return organizationsIn(() => world.store.records)
}

function unit(ParentId: string, Name: string): string {
  return world.write(createOrganizationalUnit, { ParentId, Name }).OrganizationalUnit?.Id ?? ''
}

function account(name: string): string {
  const { CreateAccountStatus: status } = world.write(createAccount, {
    AccountName: name,
    Email: `${name}@example.com`,
  })
  return status?.AccountId ?? ''
}

function policy(Name: string, Content = DENY_S3, Type: 'SERVICE_CONTROL_POLICY' | 'RESOURCE_CONTROL_POLICY' = SCP) {
  return world.write(createPolicy, { Name, Content, Type, Description: '' }).Policy?.PolicySummary?.Id ?? ''
}

describe('an organization', () => {
  test('is there once it was made, with its root and its management account', () => {
    const root = organization()
    expect(root).toMatch(/^r-[a-z0-9]{4}$/)
    expect(world.read(describeOrganization, {}).Organization).toMatchObject({
      FeatureSet: 'ALL',
      MasterAccountId: CALLER.account,
    })
    expect(world.read(listAccounts, {}).Accounts).toMatchObject([{ Id: CALLER.account, Status: 'ACTIVE' }])
  })

  test('cannot be made twice', () => {
    organization()
    refusal(() => world.write(createOrganization, {}), 'AlreadyInOrganizationException')
  })

  test('is not seen from outside', () => {
    organization()
    refusal(() => world.read(describeOrganization, {}, STRANGER), 'AWSOrganizationsNotInUseException')
  })

  test('is deleted only when it is empty', () => {
    const root = organization()
    const made = unit(root, 'a')
    refusal(() => world.write(deleteOrganization, {}), 'OrganizationNotEmptyException')
    world.write(deleteOrganizationalUnit, { OrganizationalUnitId: made })
    world.write(deleteOrganization, {})
    refusal(() => world.read(describeOrganization, {}), 'AWSOrganizationsNotInUseException')
  })

  test('keeps the services that it trusts', () => {
    organization()
    world.write(enableAwsServiceAccess, { ServicePrincipal: 'ram.amazonaws.com' })
    expect(world.read(listAwsServiceAccess, {}).EnabledServicePrincipals).toMatchObject([
      { ServicePrincipal: 'ram.amazonaws.com' },
    ])
  })
})

describe('units', () => {
  test('stand below each other, five deep', () => {
    const root = organization()
    const deepest = ['a', 'b', 'c', 'd', 'e'].reduce(unit, root)
    refusal(() => unit(deepest, 'f'), 'ConstraintViolationException')
    expect(world.read(listParents, { ChildId: deepest }).Parents).toMatchObject([{ Type: 'ORGANIZATIONAL_UNIT' }])
    expect(world.read(listOrganizationalUnitsForParent, { ParentId: root }).OrganizationalUnits).toHaveLength(1)
    expect(world.read(listChildren, { ParentId: root, ChildType: 'ORGANIZATIONAL_UNIT' }).Children).toHaveLength(1)
  })

  test('have names of their own among their siblings', () => {
    const root = organization()
    const a = unit(root, 'a')
    unit(root, 'b')
    refusal(() => unit(root, 'a'), 'DuplicateOrganizationalUnitException')
    refusal(
      () => world.write(updateOrganizationalUnit, { OrganizationalUnitId: a, Name: 'b' }),
      'DuplicateOrganizationalUnitException',
    )
    world.write(updateOrganizationalUnit, { OrganizationalUnitId: a, Name: 'c' })
    expect(world.read(describeOrganizationalUnit, { OrganizationalUnitId: a }).OrganizationalUnit?.Name).toBe('c')
  })

  test('with accounts or units below stay', () => {
    const root = organization()
    const a = unit(root, 'a')
    unit(a, 'b')
    refusal(
      () => world.write(deleteOrganizationalUnit, { OrganizationalUnitId: a }),
      'OrganizationalUnitNotEmptyException',
    )
  })
})

describe('accounts', () => {
  test('are there at once, with the role that the management account uses', () => {
    organization()
    const id = account('workload')
    const [status] = [world.read(listAccounts, {}).Accounts?.find((one) => one.Id === id)]
    expect(status).toMatchObject({ Name: 'workload', JoinedMethod: 'CREATED', Status: 'ACTIVE' })
    const role = world.read(getRole, { RoleName: 'OrganizationAccountAccessRole' }, { ...CALLER, account: id })
    expect(decodeURIComponent(role.Role?.AssumeRolePolicyDocument ?? '')).toContain(CALLER.account)
  })

  test('tell how their making went', () => {
    organization()
    const { CreateAccountStatus: made } = world.write(createAccount, { AccountName: 'w', Email: 'w@example.com' })
    const CreateAccountRequestId = made?.Id ?? ''
    const { CreateAccountStatus: status } = world.read(describeCreateAccountStatus, { CreateAccountRequestId })
    expect(status).toMatchObject({ State: 'SUCCEEDED', AccountId: made?.AccountId })
  })

  test('move, close and leave; the management account does not leave', () => {
    const root = organization()
    const ou = unit(root, 'a')
    const id = account('w')
    world.write(moveAccount, { AccountId: id, SourceParentId: root, DestinationParentId: ou })
    expect(world.read(listAccountsForParent, { ParentId: ou }).Accounts).toMatchObject([{ Id: id }])
    refusal(
      () => world.write(moveAccount, { AccountId: id, SourceParentId: root, DestinationParentId: ou }),
      'SourceParentNotFoundException',
    )
    world.write(closeAccount, { AccountId: id })
    expect(world.read(describeAccount, { AccountId: id }).Account?.Status).toBe('SUSPENDED')
    world.write(removeAccountFromOrganization, { AccountId: id })
    refusal(() => world.read(describeAccount, { AccountId: id }), 'AccountNotFoundException')
    refusal(
      () => world.write(removeAccountFromOrganization, { AccountId: CALLER.account }),
      'MasterCannotLeaveOrganizationException',
    )
  })

  test('that are members change nothing', () => {
    const root = organization()
    const member = { ...CALLER, account: account('w') }
    expect(world.read(describeOrganization, {}, member).Organization?.MasterAccountId).toBe(CALLER.account)
    refusal(() => world.write(createOrganizationalUnit, { ParentId: root, Name: 'x' }, member), 'AccessDeniedException')
  })
})

describe('policies', () => {
  test('are attached where their type is on, five to a target, and taken off but the last', () => {
    const root = organization()
    const p = policy('deny-s3')
    refusal(() => world.write(attachPolicy, { PolicyId: p, TargetId: root }), 'PolicyTypeNotEnabledException')
    world.write(enablePolicyType, { RootId: root, PolicyType: SCP })
    expect(world.read(listPoliciesForTarget, { TargetId: root, Filter: SCP }).Policies).toMatchObject([
      { Id: 'p-FullAWSAccess', AwsManaged: true },
    ])
    world.write(attachPolicy, { PolicyId: p, TargetId: root })
    refusal(() => world.write(attachPolicy, { PolicyId: p, TargetId: root }), 'DuplicatePolicyAttachmentException')
    expect(world.read(listTargetsForPolicy, { PolicyId: p }).Targets).toMatchObject([{ TargetId: root, Type: 'ROOT' }])
    for (const name of ['2', '3', '4']) world.write(attachPolicy, { PolicyId: policy(name), TargetId: root })
    refusal(() => world.write(attachPolicy, { PolicyId: policy('5'), TargetId: root }), 'ConstraintViolationException')
    refusal(() => world.write(deletePolicy, { PolicyId: p }), 'PolicyInUseException')
    world.write(detachPolicy, { PolicyId: p, TargetId: root })
    world.write(deletePolicy, { PolicyId: p })
    refusal(() => world.write(detachPolicy, { PolicyId: p, TargetId: root }), 'PolicyNotFoundException')
  })

  test('that are not policies are refused, and the old content stays', () => {
    organization()
    const p = policy('deny-s3')
    refusal(() => world.write(updatePolicy, { PolicyId: p, Content: '{' }), 'MalformedPolicyDocumentException')
    refusal(() => policy('rcp', DENY_S3, 'RESOURCE_CONTROL_POLICY'), 'MalformedPolicyDocumentException')
    expect(world.read(describePolicy, { PolicyId: p }).Policy?.Content).toBe(DENY_S3)
    refusal(() => policy('deny-s3'), 'DuplicatePolicyException')
    expect(world.read(listPolicies, { Filter: SCP }).Policies).toHaveLength(2)
  })

  test('bind an account by every level above it, and not the management account', () => {
    const root = organization()
    const ou = unit(root, 'a')
    const id = account('w')
    world.write(moveAccount, { AccountId: id, SourceParentId: root, DestinationParentId: ou })
    world.write(enablePolicyType, { RootId: root, PolicyType: SCP })
    const p = policy('deny-s3')
    world.write(attachPolicy, { PolicyId: p, TargetId: ou })
    const names = organizations()
      .controlPolicies(id, 'service')
      ?.map((level) => level.map(({ name }) => name))
    expect(names).toEqual([['p-FullAWSAccess'], [p, 'p-FullAWSAccess'].sort(), ['p-FullAWSAccess']])
    expect(organizations().controlPolicies(CALLER.account, 'service')).toBeUndefined()
    const path = organizations().membershipOf(id)?.path
    expect(path).toMatch(new RegExp(`^o-[a-z0-9]{10}/${root}/${ou}/$`))
    world.write(disablePolicyType, { RootId: root, PolicyType: SCP })
    expect(organizations().controlPolicies(id, 'service')).toBeUndefined()
  })
})

test('accounts, units and policies have tags', () => {
  const ResourceId = unit(organization(), 'a')
  world.write(tagResource, { ResourceId, Tags: [{ Key: 'team', Value: 'blue' }] })
  expect(world.read(listTagsForResource, { ResourceId }).Tags).toEqual([{ Key: 'team', Value: 'blue' }])
  world.write(untagResource, { ResourceId, TagKeys: ['team'] })
  expect(world.read(listTagsForResource, { ResourceId }).Tags).toEqual([])
})
