// Finding an organization and what is in it. Only members see it, and only its management account may change it.
// https://docs.aws.amazon.com/organizations/latest/APIReference/

import { ApiError } from '../../errors.ts'
import type { Organization, OrganizationAccount, OrganizationalUnit } from '../../store/organizations-records.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'

export type ParentId = OrganizationAccount['parentId']

/** The organization that the account is in. */
export function findOrganization(records: Records, account: string): Organization | undefined {
  const member = records.organizationAccounts.get(account)
  return member && records.organizations.get(member.organizationId)
}

export function requireOrganization(records: Records, caller: Caller): Organization {
  const organization = findOrganization(records, caller.account)
  if (organization) return organization
  throw new ApiError('AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.', {
    status: 404,
  })
}

/** The organization, for a call that only its management account may make. */
export function requireManaged(records: Records, caller: Caller): Organization {
  const organization = requireOrganization(records, caller)
  if (organization.managementAccount === caller.account) return organization
  throw new ApiError('AccessDeniedException', "You don't have permissions to access this resource.", { status: 403 })
}

export function requireAccount(records: Records, organization: Organization, id: string | undefined) {
  const account = records.organizationAccounts.get(id ?? '')
  if (account?.organizationId === organization.id) return account
  throw new ApiError('AccountNotFoundException', "You specified an account that doesn't exist.", { status: 404 })
}

export function requireUnit(records: Records, organization: Organization, id: string | undefined): OrganizationalUnit {
  const unit = records.organizationalUnits.get(id ?? '')
  if (unit?.organizationId === organization.id) return unit
  throw new ApiError(
    'OrganizationalUnitNotFoundException',
    "You specified an organizational unit that doesn't exist.",
    {
      status: 404,
    },
  )
}

/** The root or a unit. */
export function requireParent(
  records: Records,
  organization: Organization,
  id: string | undefined,
  code = 'ParentNotFoundException',
): ParentId {
  if (id === organization.rootId) return organization.rootId
  const unit = records.organizationalUnits.get(id ?? '')
  if (unit?.organizationId === organization.id) return unit.id
  throw new ApiError(code, "You specified parent that doesn't exist.", { status: 404 })
}

/** The root, then each unit down to `id`, which is one of them. */
export function levelsTo(records: Records, organization: Organization, id: ParentId): ParentId[] {
  const unit = records.organizationalUnits.get(id)
  return unit ? [...levelsTo(records, organization, unit.parentId), unit.id] : [organization.rootId]
}
