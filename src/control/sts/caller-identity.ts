// Who the caller is, and whose an access key is.

import type {
  GetAccessKeyInfoRequest,
  GetAccessKeyInfoResponse,
  GetCallerIdentityRequest,
  GetCallerIdentityResponse,
} from '@aws-sdk/client-sts'
import { ApiError } from '../../errors.ts'
import { accessKeyAccount } from '../../iam/access-key-id.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { requireParameter, validationError } from '../iam/errors.ts'

/** Needs no permission: an explicit deny of it changes nothing. */
export function getCallerIdentity(
  _records: Records,
  { principal }: Caller,
  _input: GetCallerIdentityRequest,
): GetCallerIdentityResponse {
  if (principal.kind === 'anonymous') {
    throw new ApiError('MissingAuthenticationToken', 'Request is missing Authentication Token')
  }
  return { UserId: principal.userId, Account: principal.account, Arn: principal.arn }
}

/** The account is in the key id, so the key need not exist. */
export function getAccessKeyInfo(
  _records: Records,
  _caller: Caller,
  input: GetAccessKeyInfoRequest,
): GetAccessKeyInfoResponse {
  const id = requireParameter('accessKeyId', input.AccessKeyId)
  // Where keys are open, an account's number is a key of that account.
  const account = /^\d{12}$/.test(id) ? id : accessKeyAccount(id)
  if (account === undefined) throw validationError(`Access key id ${id} is not one that this API made`)
  return { Account: account }
}
