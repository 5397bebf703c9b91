// What an organization means for a request: where an account stands, and the policies over it, level by level.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html

import type { Membership, OrganizationLevels, Organizations } from '../../iam/request.ts'
import type { Records } from '../../store/store.ts'
import { attachedTo } from './attachment.ts'
import { findOrganization, levelsTo } from './find.ts'

const TYPES = { service: 'SERVICE_CONTROL_POLICY', resource: 'RESOURCE_CONTROL_POLICY' } as const

/** The organizations of the records, as they are at each question. */
export function organizationsIn(records: () => Records): Organizations {
  return {
    membershipOf: (account) => membershipOf(records(), account),
    controlPolicies: (account, kind) => controlPolicies(records(), account, kind),
  }
}

function membershipOf(records: Records, account: string): Membership | undefined {
  const organization = findOrganization(records, account)
  const member = records.organizationAccounts.get(account)
  if (!organization || !member) return undefined
  const levels = levelsTo(records, organization, member.parentId)
  return { organizationId: organization.id, path: `${[organization.id, ...levels].join('/')}/` }
}

/** From the root down to the account; none bind the management account, nor anyone while the type is off. */
function controlPolicies(records: Records, account: string, kind: keyof typeof TYPES): OrganizationLevels | undefined {
  const organization = findOrganization(records, account)
  const member = records.organizationAccounts.get(account)
  const type = TYPES[kind]
  if (!organization || !member || account === organization.managementAccount) return undefined
  if (!organization.policyTypes.includes(type)) return undefined
  return [...levelsTo(records, organization, member.parentId), account].map((target) =>
    attachedTo(records, target, type).map(({ id, content }) => ({ name: id, document: content })),
  )
}
