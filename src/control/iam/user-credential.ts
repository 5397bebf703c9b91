// Credentials of a user other than access keys and MFA devices: passwords, SSH keys, certificates. None can be made here, so
// each list is empty; Terraform and the AWS CLI's scripts read them all before they delete a user.

import type {
  DeleteLoginProfileRequest,
  GetLoginProfileRequest,
  ListServiceSpecificCredentialsRequest,
  ListServiceSpecificCredentialsResponse,
  ListSigningCertificatesRequest,
  ListSigningCertificatesResponse,
  ListSSHPublicKeysRequest,
  ListSSHPublicKeysResponse,
} from '@aws-sdk/client-iam'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { noSuchEntity } from './errors.ts'
import { requireUser } from './require.ts'

interface OfUser {
  readonly UserName?: string | undefined
}

export function deleteLoginProfile(tx: Tx, caller: Caller, input: DeleteLoginProfileRequest): never {
  throw noLoginProfile(tx, caller, input)
}

export function getLoginProfile(records: Records, caller: Caller, input: GetLoginProfileRequest): never {
  throw noLoginProfile(records, caller, input)
}

export function listServiceSpecificCredentials(
  records: Records,
  caller: Caller,
  input: ListServiceSpecificCredentialsRequest,
): ListServiceSpecificCredentialsResponse {
  requireNamedUser(records, caller, input)
  return { ServiceSpecificCredentials: [] }
}

export function listSigningCertificates(
  records: Records,
  caller: Caller,
  input: ListSigningCertificatesRequest,
): ListSigningCertificatesResponse {
  requireNamedUser(records, caller, input)
  return { Certificates: [], IsTruncated: false }
}

export function listSshPublicKeys(
  records: Records,
  caller: Caller,
  input: ListSSHPublicKeysRequest,
): ListSSHPublicKeysResponse {
  requireNamedUser(records, caller, input)
  return { SSHPublicKeys: [], IsTruncated: false }
}

function noLoginProfile(records: Records, caller: Caller, input: OfUser) {
  requireNamedUser(records, caller, input)
  return noSuchEntity(`Login Profile for User ${input.UserName ?? ''} cannot be found.`)
}

/** Without a name these calls mean the caller. */
function requireNamedUser(records: Records, caller: Caller, { UserName: name }: OfUser): void {
  if (name !== undefined) requireUser(records, caller, name)
}
