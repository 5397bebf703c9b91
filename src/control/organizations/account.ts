// Accounts of an organization. An account made here has its root user at once, and the role that its management account
// uses, as in AWS.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html

import type {
  Account,
  CloseAccountRequest,
  CreateAccountRequest,
  CreateAccountResponse,
  CreateAccountStatus,
  DescribeAccountRequest,
  DescribeAccountResponse,
  DescribeCreateAccountStatusRequest,
  DescribeCreateAccountStatusResponse,
  ListAccountsForParentRequest,
  ListAccountsForParentResponse,
  ListAccountsRequest,
  ListAccountsResponse,
  ListCreateAccountStatusRequest,
  ListCreateAccountStatusResponse,
  MoveAccountRequest,
  RemoveAccountFromOrganizationRequest,
} from '@aws-sdk/client-organizations'
import { ApiError } from '../../errors.ts'
import type { Organization, OrganizationAccount } from '../../store/organizations-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { attachRolePolicy } from '../iam/attached-policy.ts'
import { createRole } from '../iam/role.ts'
import { attachDefaultsTo, detachFrom } from './attachment.ts'
import { requireAccount, requireManaged, requireOrganization, requireParent } from './find.ts'
import { newAccountId, newRequestId } from './ids.ts'
import { pageOf, requireText, withTags } from './input.ts'

const DEFAULT_ROLE = 'OrganizationAccountAccessRole'

export function createAccount(tx: Tx, caller: Caller, input: CreateAccountRequest): CreateAccountResponse {
  const organization = requireManaged(tx, caller)
  const email = requireText('Email', input.Email, 64)
  if (tx.organizationAccounts.where('organizationId', organization.id).some((one) => one.email === email)) {
    throw new ApiError('ConstraintViolationException', `The email address ${email} is that of another account`, {
      status: 409,
    })
  }
  const account = tx.organizationAccounts.insert({
    id: unusedAccountId(tx),
    organizationId: organization.id,
    parentId: organization.rootId,
    name: requireText('AccountName', input.AccountName, 50),
    email,
    status: 'ACTIVE',
    joinedMethod: 'CREATED',
    createRequestId: newRequestId(),
    joinedAt: caller.now.toISOString(),
    tags: withTags({}, input.Tags),
  })
  attachDefaultsTo(tx, organization, account.id)
  makeAccessRole(tx, { ...caller, account: account.id }, organization, input.RoleName ?? DEFAULT_ROLE)
  return { CreateAccountStatus: statusOf(account) }
}

export function describeCreateAccountStatus(
  records: Records,
  caller: Caller,
  input: DescribeCreateAccountStatusRequest,
): DescribeCreateAccountStatusResponse {
  const { id } = requireManaged(records, caller)
  const accounts = records.organizationAccounts.where('organizationId', id)
  const account = accounts.find((one) => one.createRequestId === input.CreateAccountRequestId)
  if (account && input.CreateAccountRequestId) return { CreateAccountStatus: statusOf(account) }
  throw new ApiError(
    'CreateAccountStatusNotFoundException',
    "We can't find an create account request with the CreateAccountRequestId that you specified.",
    { status: 404 },
  )
}

/** An account is there as soon as it was asked for. */
export function listCreateAccountStatus(
  records: Records,
  caller: Caller,
  input: ListCreateAccountStatusRequest,
): ListCreateAccountStatusResponse {
  const { id } = requireManaged(records, caller)
  const made = records.organizationAccounts.where('organizationId', id).filter((one) => one.createRequestId)
  const wanted = !input.States || input.States.length === 0 || input.States.includes('SUCCEEDED') ? made : []
  const { page, more } = pageOf(wanted, input)
  return { CreateAccountStatuses: page.map(statusOf), ...more }
}

export function describeAccount(
  records: Records,
  caller: Caller,
  input: DescribeAccountRequest,
): DescribeAccountResponse {
  const organization = requireOrganization(records, caller)
  return { Account: shapeOf(organization, requireAccount(records, organization, input.AccountId)) }
}

export function listAccounts(records: Records, caller: Caller, input: ListAccountsRequest): ListAccountsResponse {
  const organization = requireOrganization(records, caller)
  const { page, more } = pageOf([...records.organizationAccounts.where('organizationId', organization.id)], input)
  return { Accounts: page.map((account) => shapeOf(organization, account)), ...more }
}

export function listAccountsForParent(
  records: Records,
  caller: Caller,
  input: ListAccountsForParentRequest,
): ListAccountsForParentResponse {
  const organization = requireOrganization(records, caller)
  const parentId = requireParent(records, organization, input.ParentId)
  const { page, more } = pageOf([...records.organizationAccounts.where('parentId', parentId)], input)
  return { Accounts: page.map((account) => shapeOf(organization, account)), ...more }
}

export function moveAccount(tx: Tx, caller: Caller, input: MoveAccountRequest): object {
  const organization = requireManaged(tx, caller)
  const account = requireAccount(tx, organization, input.AccountId)
  const source = requireParent(tx, organization, input.SourceParentId, 'SourceParentNotFoundException')
  const destination = requireParent(tx, organization, input.DestinationParentId, 'DestinationParentNotFoundException')
  if (account.parentId !== source) {
    throw new ApiError('SourceParentNotFoundException', `The account ${account.id} is not below ${source}`, {
      status: 404,
    })
  }
  if (source === destination) {
    throw new ApiError('DuplicateAccountException', 'That account is already present in the specified destination.', {
      status: 409,
    })
  }
  tx.organizationAccounts.update(account.id, { parentId: destination })
  return {}
}

export function removeAccountFromOrganization(
  tx: Tx,
  caller: Caller,
  input: RemoveAccountFromOrganizationRequest,
): object {
  const organization = requireManaged(tx, caller)
  const account = requireMember(tx, organization, input.AccountId)
  detachFrom(tx, account.id)
  tx.organizationAccounts.delete(account.id)
  return {}
}

/** A closed account stays in the list, suspended; what it has is left as it is. */
export function closeAccount(tx: Tx, caller: Caller, input: CloseAccountRequest): object {
  const account = requireMember(tx, requireManaged(tx, caller), input.AccountId)
  if (account.status === 'SUSPENDED') {
    throw new ApiError('AccountAlreadyClosedException', `The account ${account.id} is already closed.`, { status: 409 })
  }
  tx.organizationAccounts.update(account.id, { status: 'SUSPENDED' })
  return {}
}

function requireMember(tx: Tx, organization: Organization, id: string | undefined): OrganizationAccount {
  const account = requireAccount(tx, organization, id)
  if (account.id !== organization.managementAccount) return account
  throw new ApiError(
    'MasterCannotLeaveOrganizationException',
    "You can't remove a management account from an organization.",
  )
}

function makeAccessRole(tx: Tx, caller: Caller, { managementAccount }: Organization, roleName: string): void {
  const trust = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${managementAccount}:root` }, Action: 'sts:AssumeRole' },
    ],
  }
  createRole(tx, caller, { RoleName: roleName, AssumeRolePolicyDocument: JSON.stringify(trust) })
  attachRolePolicy(tx, caller, { RoleName: roleName, PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' })
}

function unusedAccountId(tx: Tx): string {
  for (;;) {
    const id = newAccountId()
    if (!tx.organizationAccounts.has(id) && tx.vpcs.where('owner', id).length === 0) return id
  }
}

function statusOf(account: OrganizationAccount): CreateAccountStatus {
  const at = new Date(account.joinedAt)
  return {
    Id: account.createRequestId,
    AccountName: account.name,
    State: 'SUCCEEDED',
    RequestedTimestamp: at,
    CompletedTimestamp: at,
    AccountId: account.id,
  }
}

function shapeOf({ id: organizationId, managementAccount }: Organization, account: OrganizationAccount): Account {
  return {
    Id: account.id,
    Arn: `arn:aws:organizations::${managementAccount}:account/${organizationId}/${account.id}`,
    Email: account.email,
    Name: account.name,
    Status: account.status,
    State: account.status,
    JoinedMethod: account.joinedMethod,
    JoinedTimestamp: new Date(account.joinedAt),
  }
}
