// Permissions boundaries: a managed policy that limits a user or a role.

import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { findNamedPolicy } from './managed-policy.ts'
import { noSuchPolicy } from './require.ts'

/** The ARN, when there is such a policy; undefined when none is asked for. */
export function requireBoundary(records: Records, { account }: Caller, arn: string | undefined): string | undefined {
  if (arn !== undefined && !findNamedPolicy(records, account, arn)) throw noSuchPolicy(arn)
  return arn
}
