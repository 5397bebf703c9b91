// A flow log's role is passed to the service that writes the records, for which the caller needs iam:PassRole.

import type { Authorisation } from '../../../iam/request.ts'
import type { AccountId } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import { passRole, resourceTagKeys } from '../../iam/authorisation.ts'
import { findRoleByArn } from '../../iam/find.ts'
import { FLOW_LOGS_SERVICE } from './flow-log-destination.ts'

/** The question about the role, when the call names one. */
export function flowLogAuthorisations(
  records: Records,
  account: AccountId,
  { DeliverLogsPermissionArn: arn }: Readonly<Record<string, unknown>>,
): Authorisation[] {
  if (typeof arn !== 'string' || arn === '') return []
  const role = findRoleByArn(records, arn)
  const keys = { 'iam:passedtoservice': FLOW_LOGS_SERVICE, ...(role && resourceTagKeys(role.tags)) }
  return [passRole(account, arn, keys)]
}
