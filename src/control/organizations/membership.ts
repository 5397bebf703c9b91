// What an organization means for a request: where an account stands, and the policies over it, level by level.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html

import type { Membership } from '../../iam/context.ts'
import type { OrganizationLevels } from '../../iam/request.ts'
import type { OrganizationPolicyType } from '../../store/records.ts'
import type { Records } from '../../store/store.ts'
import { attachedTo } from './attachment.ts'
import { findOrganization, levelsTo } from './find.ts'

/** Undefined: the account is in no organization. */
export function membershipOf(records: Records, account: string): Membership | undefined {
  const organization = findOrganization(records, account)
  const member = records.organizationAccounts.get(account)
  if (!organization || !member) return undefined
  const levels = levelsTo(records, organization, member.parentId)
  return { organizationId: organization.id, path: `${[organization.id, ...levels].join('/')}/` }
}

/** The policies of one type from the root down to the account; undefined where none bind it: outside organizations, in
 * the management account, or while the type is off. */
export function organizationLevels(
  records: Records,
  account: string,
  type: OrganizationPolicyType,
): OrganizationLevels | undefined {
  const organization = findOrganization(records, account)
  const member = records.organizationAccounts.get(account)
  if (!organization || !member || account === organization.managementAccount) return undefined
  if (!organization.policyTypes.includes(type)) return undefined
  return [...levelsTo(records, organization, member.parentId), account].map((target) =>
    attachedTo(records, target, type).map(({ id, content }) => ({ name: id, document: content })),
  )
}
