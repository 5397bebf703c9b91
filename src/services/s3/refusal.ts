// How S3 says no. The sentence names the policies of an account, so only that account's callers read it: of the bucket's
// policies when the bucket is of their account, of an endpoint's policy when the endpoint is. Others read two words.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html

import type { Call } from '../../edge/adapter.ts'
import type { Authorisation, PolicyDecision } from '../../iam/request.ts'
import { callerAccount } from './require.ts'
import { s3Error } from './s3-error.ts'

export function refusalOf(call: Call, authorisation: Authorisation, decision: PolicyDecision): Error {
  const { message } = decision
  if (message === undefined || !mayRead(call, authorisation, message)) return s3Error('AccessDenied')
  return s3Error('AccessDenied', { message })
}

function mayRead(call: Call, authorisation: Authorisation, message: string): boolean {
  const account = callerAccount(call)
  if (message.includes('VPC endpoint policy')) {
    return call.connection.kind === 'endpoint' && call.connection.endpointAccount === account
  }
  return authorisation.resourceAccount === undefined || authorisation.resourceAccount === account
}
