// The name that an account may have beside its number. It is one at most, and no two accounts have the same.

import type {
  CreateAccountAliasRequest,
  DeleteAccountAliasRequest,
  ListAccountAliasesRequest,
  ListAccountAliasesResponse,
} from '@aws-sdk/client-iam'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { constraintError, entityAlreadyExists, noSuchEntity, requireParameter } from './errors.ts'
import { pageOf } from './pages.ts'

const ALIAS = /^(?=.{3,63}$)[a-z0-9](-?[a-z0-9])+$/

/** Another alias takes the place of the one before. */
export function createAccountAlias(tx: Tx, { account }: Caller, input: CreateAccountAliasRequest): object {
  const alias = requireParameter('accountAlias', input.AccountAlias)
  if (!ALIAS.test(alias)) {
    const pattern = 'satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$'
    throw constraintError('accountAlias', alias, pattern)
  }
  const taken = tx.iamAccountAliases.get(alias)
  if (taken && taken.owner !== account) throw entityAlreadyExists(`The account alias ${alias}`)
  for (const { id } of tx.iamAccountAliases.where('owner', account)) tx.iamAccountAliases.delete(id)
  tx.iamAccountAliases.insert({ id: alias, owner: account })
  return {}
}

export function deleteAccountAlias(tx: Tx, { account }: Caller, input: DeleteAccountAliasRequest): object {
  const alias = requireParameter('accountAlias', input.AccountAlias)
  if (tx.iamAccountAliases.get(alias)?.owner !== account) {
    throw noSuchEntity(`The Account Alias ${alias} cannot be found.`)
  }
  tx.iamAccountAliases.delete(alias)
  return {}
}

export function listAccountAliases(
  records: Records,
  { account }: Caller,
  input: ListAccountAliasesRequest,
): ListAccountAliasesResponse {
  const { items, members } = pageOf(records.iamAccountAliases.where('owner', account), input, ({ id }) => id)
  return { AccountAliases: items.map(({ id }) => id), ...members }
}
