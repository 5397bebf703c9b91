// Resource shares: who may be in one, who must be invited, and what is shared with whom.

import { beforeEach, describe, expect, test } from 'vitest'
import type { Caller } from '../caller.ts'
import { callerOf, contents, refusal } from '../ec2/request/testing.ts'
import { createAccount } from '../organizations/account.ts'
import { createOrganization } from '../organizations/organization.ts'
import { createOrganizationalUnit } from '../organizations/unit.ts'
import { CONSUMER, openResourceWorld, PROVIDER, type ResourceWorld } from '../vpc-lattice/testing.ts'
import { associateResourceShare, disassociateResourceShare, getResourceShareAssociations } from './association.ts'
import {
  acceptResourceShareInvitation,
  getResourceShareInvitations,
  listPendingInvitationResources,
  rejectResourceShareInvitation,
} from './invitation.ts'
import { listPermissions, listPrincipals, listResourceSharePermissions, listResources } from './lists.ts'
import { enableSharingWithAwsOrganization } from './organization-sharing.ts'
import { createResourceShare, deleteResourceShare, getResourceShares, updateResourceShare } from './share.ts'
import { SHAREABLE } from './shareable.ts'
import { isSharedWith } from './sharing.ts'
import { tagResource, untagResource } from './tags.ts'

let it: ResourceWorld
let arn: string

beforeEach(async () => {
  it = await openResourceWorld()
  arn = it.configure()
})

function share(input: object = {}): string {
  return (
    it.world.write(createResourceShare, { name: 'share', ...input }, PROVIDER).resourceShare?.resourceShareArn ?? ''
  )
}

function invitations(caller: Caller = CONSUMER) {
  return it.world.read(getResourceShareInvitations, {}, caller).resourceShareInvitations ?? []
}

function isShared(account: string): boolean {
  return isSharedWith(it.world.store.records, account, arn)
}

describe('accounts outside the organization', () => {
  test('are invited, see what it is about, and take part once they accepted; an empty share can be left', () => {
    const resourceShareArn = share({ resourceArns: [arn], principals: [CONSUMER.account] })
    expect(isShared(CONSUMER.account)).toBe(false)
    const [invitation] = invitations()
    expect(invitation).toMatchObject({ status: 'PENDING', senderAccountId: PROVIDER.account, resourceShareArn })
    const { resourceShareInvitationArn } = invitation ?? {}
    const pending = it.world.read(listPendingInvitationResources, { resourceShareInvitationArn }, CONSUMER)
    expect(pending.resources).toMatchObject([{ arn, type: 'vpc-lattice:ResourceConfiguration' }])
    it.world.write(acceptResourceShareInvitation, { resourceShareInvitationArn }, CONSUMER)
    expect(isShared(CONSUMER.account)).toBe(true)
    const others = { resourceOwner: 'OTHER-ACCOUNTS' as const }
    expect(it.world.read(getResourceShares, others, CONSUMER).resourceShares).toMatchObject([{ resourceShareArn }])
    expect(it.world.read(listResources, others, CONSUMER).resources).toMatchObject([{ arn }])
    expect(it.world.read(listPrincipals, others, CONSUMER).principals).toMatchObject([{ id: PROVIDER.account }])
    const again = () => it.world.write(acceptResourceShareInvitation, { resourceShareInvitationArn }, CONSUMER)
    refusal(again, 'ResourceShareInvitationAlreadyAcceptedException')
    const leave = { resourceShareArn, principals: [CONSUMER.account] }
    refusal(() => it.world.write(disassociateResourceShare, leave, CONSUMER), 'OperationNotPermittedException')
    it.world.write(disassociateResourceShare, { resourceShareArn, resourceArns: [arn] }, PROVIDER)
    expect(isShared(CONSUMER.account)).toBe(false)
    it.world.write(disassociateResourceShare, leave, CONSUMER)
    expect(it.world.read(getResourceShares, others, CONSUMER).resourceShares).toEqual([])
  })

  test('may say no, and be asked again', () => {
    const resourceShareArn = share({ resourceArns: [arn], principals: [CONSUMER.account] })
    const [first] = invitations()
    const { resourceShareInvitationArn } = first ?? {}
    it.world.write(rejectResourceShareInvitation, { resourceShareInvitationArn }, CONSUMER)
    const asked = { resourceShareArns: [resourceShareArn], associationType: 'PRINCIPAL' as const }
    expect(it.world.read(getResourceShareAssociations, asked, PROVIDER).resourceShareAssociations).toMatchObject([
      { status: 'FAILED', external: true },
    ])
    it.world.write(associateResourceShare, { resourceShareArn, principals: [CONSUMER.account] }, PROVIDER)
    expect(invitations()).toMatchObject([{ status: 'PENDING' }])
  })

  test('are no principals of a share that is for the organization alone', () => {
    const input = { allowExternalPrincipals: false, principals: [CONSUMER.account] }
    refusal(() => share(input), 'OperationNotPermittedException')
  })
})

describe('the organization', () => {
  let member: string
  let unitArn: string
  let organizationArn: string

  beforeEach(() => {
    organizationArn = it.world.write(createOrganization, {}, PROVIDER).Organization?.Arn ?? ''
    const created = it.world.write(createAccount, { AccountName: 'm', Email: 'm@example.com' }, PROVIDER)
    member = created.CreateAccountStatus?.AccountId ?? ''
    const ParentId = [...it.world.store.records.organizations.all()][0]?.rootId ?? ''
    const unit = it.world.write(createOrganizationalUnit, { ParentId, Name: 'unit' }, PROVIDER)
    unitArn = unit.OrganizationalUnit?.Arn ?? ''
  })

  test('shares without invitations once RAM is trusted, with an account, all of it, or a unit', () => {
    refusal(() => share({ principals: [organizationArn] }), 'OperationNotPermittedException')
    refusal(
      () => it.world.write(enableSharingWithAwsOrganization, {}, callerOf(member)),
      'OperationNotPermittedException',
    )
    it.world.write(enableSharingWithAwsOrganization, {}, PROVIDER)
    const input = { resourceArns: [arn], allowExternalPrincipals: false }
    const own = share({ ...input, principals: [member] })
    expect([isShared(member), isShared(CONSUMER.account)]).toEqual([true, false])
    expect(invitations(callerOf(member))).toEqual([])
    const leave = { resourceShareArn: own, principals: [member] }
    refusal(() => it.world.write(disassociateResourceShare, leave, callerOf(member)), 'OperationNotPermittedException')
    it.world.write(deleteResourceShare, { resourceShareArn: own }, PROVIDER)
    expect(isShared(member)).toBe(false)
    share({ ...input, principals: [unitArn] })
    expect(isShared(member)).toBe(false)
    it.world.store.transact((tx) => {
      const parentId = unitArn.slice(unitArn.lastIndexOf('/') + 1) as `ou-${string}`
      tx.organizationAccounts.update(member, { parentId })
    })
    expect(isShared(member)).toBe(true)
    share({ ...input, principals: [organizationArn] })
    expect([isShared(member), isShared(CONSUMER.account)]).toEqual([true, false])
  })
})

describe('bad input', () => {
  test.each([
    ['no name', { name: undefined }, 'MissingRequiredParameter'],
    ['no ARN', { resourceArns: ['x'] }, 'MalformedArnException'],
    ['what cannot be shared', { resourceArns: ['arn:aws:s3:::bucket'] }, 'InvalidParameterException'],
    [
      'what is not there',
      { resourceArns: [`arn:aws:vpc-lattice:us-east-1:${PROVIDER.account}:servicenetwork/sn-0`] },
      'UnknownResourceException',
    ],
    ['no principal', { principals: ['somebody'] }, 'InvalidParameterException'],
    ['the owner', { principals: [PROVIDER.account] }, 'InvalidParameterException'],
    ['an unknown permission', { permissionArns: ['arn:aws:ram::aws:permission/Other'] }, 'UnknownResourceException'],
    ['a reserved tag', { tags: [{ key: 'aws:x', value: '1' }] }, 'InvalidParameterException'],
  ])('%s is refused and nothing is written', (_, input, code) => {
    const before = contents(it.world.store)
    refusal(() => share(input), code)
    expect(contents(it.world.store)).toEqual(before)
  })

  test("another account's resource is not there, and neither is its share", () => {
    const input = { name: 'mine', resourceArns: [arn] }
    refusal(() => it.world.write(createResourceShare, input, CONSUMER), 'UnknownResourceException')
    const resourceShareArn = share()
    refusal(() => it.world.write(deleteResourceShare, { resourceShareArn }, CONSUMER), 'UnknownResourceException')
    const add = { resourceShareArn, principals: ['333333333333'] }
    refusal(() => it.world.write(associateResourceShare, add, CONSUMER), 'UnknownResourceException')
    refusal(
      () => it.world.write(disassociateResourceShare, { resourceShareArn, resourceArns: [arn] }, PROVIDER),
      'UnknownResourceException',
    )
  })

  test('a token for something else', () => {
    share({ clientToken: 'one' })
    refusal(() => share({ clientToken: 'one', name: 'other' }), 'IdempotentParameterMismatchException')
    refusal(() => share({ clientToken: 'x'.repeat(65) }), 'InvalidClientTokenException')
  })

  test('a child is shared with its group', () => {
    const group = it.configure({ type: 'GROUP' })
    const child = it.configure({ type: 'CHILD', resourceConfigurationGroupIdentifier: group })
    refusal(() => share({ resourceArns: [child] }), 'InvalidParameterException')
  })
})

test('a share changes its name, its tags and its contents, and shows the permission of each type that is in it', () => {
  const resourceShareArn = share({ tags: [{ key: 'a', value: '1' }] })
  it.world.write(updateResourceShare, { resourceShareArn, name: 'renamed', allowExternalPrincipals: false }, PROVIDER)
  it.world.write(tagResource, { resourceShareArn, tags: [{ key: 'b', value: '2' }] }, PROVIDER)
  it.world.write(untagResource, { resourceShareArn, tagKeys: ['a'] }, PROVIDER)
  it.world.write(associateResourceShare, { resourceShareArn, resourceArns: [arn] }, PROVIDER)
  expect(it.world.read(getResourceShares, { resourceOwner: 'SELF' }, PROVIDER).resourceShares).toMatchObject([
    { name: 'renamed', allowExternalPrincipals: false, status: 'ACTIVE', tags: [{ key: 'b', value: '2' }] },
  ])
  const permissions = it.world.read(listResourceSharePermissions, { resourceShareArn }, PROVIDER).permissions
  expect(permissions).toMatchObject([{ name: 'AWSRAMPermissionVpcLatticeResourceConfiguration' }])
  expect(it.world.read(listPermissions, {}, PROVIDER).permissions).toHaveLength(SHAREABLE.length)
})
