// Sharing within the organization without invitations: the organization trusts RAM.
// https://docs.aws.amazon.com/ram/latest/APIReference/API_EnableSharingWithAwsOrganization.html

import type { EnableSharingWithAwsOrganizationResponse } from '@aws-sdk/client-ram'
import type { Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { findOrganization } from '../organizations/find.ts'
import { notPermitted } from './errors.ts'
import { RAM_PRINCIPAL } from './principal.ts'

/** By the management account alone. */
export function enableSharingWithAwsOrganization(tx: Tx, caller: Caller): EnableSharingWithAwsOrganizationResponse {
  const organization = findOrganization(tx, caller.account)
  if (organization?.managementAccount !== caller.account) {
    throw notPermitted('Only the management account of an organization can enable sharing with it.')
  }
  const since = organization.trustedServices[RAM_PRINCIPAL] ?? caller.now.toISOString()
  tx.organizations.update(organization.id, {
    trustedServices: { ...organization.trustedServices, [RAM_PRINCIPAL]: since },
  })
  return { returnValue: true }
}
