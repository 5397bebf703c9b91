// Access keys of users and of the account's root.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html

import { randomBytes } from 'node:crypto'
import type {
  CreateAccessKeyRequest,
  CreateAccessKeyResponse,
  DeleteAccessKeyRequest,
  GetAccessKeyLastUsedRequest,
  GetAccessKeyLastUsedResponse,
  ListAccessKeysRequest,
  ListAccessKeysResponse,
  UpdateAccessKeyRequest,
} from '@aws-sdk/client-iam'
import { formatAccessKeyId } from '../../iam/access-key-id.ts'
import type { AccessKey } from '../../store/iam-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { constraintError, limitExceeded, noSuchEntity, requireParameter, validationError } from './errors.ts'
import { pageOf } from './pages.ts'
import { requireUser } from './require.ts'

const KEYS_PER_USER = 2

export function createAccessKey(tx: Tx, caller: Caller, input: CreateAccessKeyRequest): CreateAccessKeyResponse {
  const userName = ownerOf(tx, caller, input.UserName)
  if (keysOf(tx, caller, userName).length >= KEYS_PER_USER) throw limitExceeded('AccessKeysPerUser', KEYS_PER_USER)
  const key: AccessKey = {
    id: newKeyId(tx, caller.account),
    owner: caller.account,
    ...(userName !== undefined && { userName }),
    secret: randomBytes(30).toString('base64'),
    status: 'Active',
    createdAt: caller.now.toISOString(),
  }
  tx.accessKeys.insert(key)
  return {
    AccessKey: {
      UserName: userName,
      AccessKeyId: key.id,
      Status: key.status,
      SecretAccessKey: key.secret,
      CreateDate: new Date(key.createdAt),
    },
  }
}

export function listAccessKeys(records: Records, caller: Caller, input: ListAccessKeysRequest): ListAccessKeysResponse {
  const userName = ownerOf(records, caller, input.UserName)
  const { items, members } = pageOf(keysOf(records, caller, userName), input, (key) => key.id)
  const shapes = items.map((key) => ({
    ...(userName !== undefined && { UserName: userName }),
    AccessKeyId: key.id,
    Status: key.status,
    CreateDate: new Date(key.createdAt),
  }))
  return { AccessKeyMetadata: shapes, ...members }
}

export function updateAccessKey(tx: Tx, caller: Caller, input: UpdateAccessKeyRequest): object {
  const key = requireKey(tx, caller, input.UserName, input.AccessKeyId)
  const status = input.Status
  if (status !== 'Active' && status !== 'Inactive') {
    throw constraintError('status', status, 'satisfy enum value set: [Active, Inactive]')
  }
  tx.accessKeys.update(key.id, { status })
  return {}
}

export function deleteAccessKey(tx: Tx, caller: Caller, input: DeleteAccessKeyRequest): object {
  tx.accessKeys.delete(requireKey(tx, caller, input.UserName, input.AccessKeyId).id)
  return {}
}

/** Postern keeps no record of use; this is what IAM says of a key that was not used since it began to keep one. */
export function getAccessKeyLastUsed(
  records: Records,
  caller: Caller,
  input: GetAccessKeyLastUsedRequest,
): GetAccessKeyLastUsedResponse {
  const id = requireParameter('accessKeyId', input.AccessKeyId)
  const key = records.accessKeys.get(id)
  if (key?.owner !== caller.account) throw noSuchKey(id)
  return {
    ...(key.userName !== undefined && { UserName: key.userName }),
    AccessKeyLastUsed: { ServiceName: 'N/A', Region: 'N/A', LastUsedDate: undefined },
  }
}

/** Whose keys the call means: the user it names, or else the caller; undefined is the root user. */
function ownerOf(records: Records, caller: Caller, name: string | undefined): string | undefined {
  if (name !== undefined) return requireUser(records, caller, name).name
  const { principal } = caller
  if (principal.kind === 'root') return undefined
  if (principal.kind === 'user') return principal.userName
  throw validationError('Must specify userName when calling with non-User credentials')
}

function keysOf(records: Records, { account }: Caller, userName: string | undefined): readonly AccessKey[] {
  return records.accessKeys.where('owner', account).filter((key) => key.userName === userName)
}

function requireKey(records: Records, caller: Caller, name: string | undefined, id: string | undefined): AccessKey {
  const wanted = requireParameter('accessKeyId', id)
  const userName = ownerOf(records, caller, name)
  const key = keysOf(records, caller, userName).find((one) => one.id === wanted)
  if (!key) throw noSuchKey(wanted)
  return key
}

function noSuchKey(id: string) {
  return noSuchEntity(`The Access Key with id ${id} cannot be found.`)
}

function newKeyId(tx: Tx, account: string): string {
  for (;;) {
    const id = formatAccessKeyId('AKIA', account, randomBytes(5))
    if (!tx.accessKeys.has(id)) return id
  }
}
