// Key pairs: kept and described. No server in an instance reads one: a shell is got by Session Manager or postern exec.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-key-pairs.html

import type {
  CreateKeyPairRequest,
  DeleteKeyPairRequest,
  DeleteKeyPairResult,
  DescribeKeyPairsRequest,
  DescribeKeyPairsResult,
  ImportKeyPairRequest,
  ImportKeyPairResult,
  KeyPairInfo,
  KeyPair as KeyPairOutput,
} from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue, missingParameter, notFound } from '../../../errors.ts'
import type { KeyPair } from '../../../store/key-pair-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { parseChoice } from '../request/choice.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { notServed } from '../request/not-served.ts'
import { ownedBy } from '../request/owned.ts'
import { findAll, requireOwned } from '../request/require.ts'
import { tagList, tagsFor } from '../request/tags.ts'
import { newSshKey, parsePublicKey, type SshPublicKey } from './ssh-key.ts'

const NAME_LENGTH = 255

export function createKeyPair(tx: Tx, caller: Caller, input: CreateKeyPairRequest): KeyPairOutput {
  const name = requireNewName(tx, caller, input.KeyName)
  const type = parseChoice('keyType', input.KeyType, ['rsa', 'ed25519'] as const) ?? 'rsa'
  if (parseChoice('keyFormat', input.KeyFormat, ['pem', 'ppk'] as const) === 'ppk')
    throw notServed('The key format ppk')
  const tags = tagsFor('key-pair', input.TagSpecifications)
  const made = newSshKey(type, name)
  const pair = insert(tx, caller, { name, tags, key: made })
  return {
    KeyFingerprint: pair.fingerprint,
    KeyMaterial: made.material,
    KeyName: name,
    KeyPairId: pair.id,
    Tags: tagList(tags),
  }
}

export function importKeyPair(tx: Tx, caller: Caller, input: ImportKeyPairRequest): ImportKeyPairResult {
  const name = requireNewName(tx, caller, input.KeyName)
  if (!input.PublicKeyMaterial) throw missingParameter('publicKeyMaterial')
  const key = parsePublicKey(Buffer.from(input.PublicKeyMaterial).toString())
  if (!key) throw new ApiError('InvalidKey.Format', 'Key is not in valid OpenSSH public key format')
  const tags = tagsFor('key-pair', input.TagSpecifications)
  const { id, fingerprint } = insert(tx, caller, { name, tags, key })
  return { KeyFingerprint: fingerprint, KeyName: name, KeyPairId: id, Tags: tagList(tags) }
}

export function describeKeyPairs(
  records: Records,
  caller: Caller,
  input: DescribeKeyPairsRequest,
): DescribeKeyPairsResult {
  const names = input.KeyNames ?? []
  const ids = input.KeyPairIds ?? []
  const named = [
    ...names.map((name) => requireKeyPairNamed(records, caller, name)),
    ...ids.map((id) => requireOwned(records.keyPairs, caller, 'KeyPair', id)),
  ]
  const all = names.length + ids.length > 0 ? [...new Set(named)] : findAll(records.keyPairs, caller)
  const found = applyFilters(all, input.Filters, FILTERS)
  return { KeyPairs: found.map((pair) => toKeyPair(pair, input.IncludePublicKey ?? false)) }
}

/** One that is not there is as good as deleted. */
export function deleteKeyPair(tx: Tx, caller: Caller, input: DeleteKeyPairRequest): DeleteKeyPairResult {
  if (input.KeyName === undefined && input.KeyPairId === undefined) throw missingParameter('keyName')
  const pair = findAll(tx.keyPairs, caller).find((one) =>
    input.KeyPairId === undefined ? one.name === input.KeyName : one.id === input.KeyPairId,
  )
  if (!pair) return { Return: true }
  tx.keyPairs.delete(pair.id)
  return { Return: true, KeyPairId: pair.id }
}

interface NewKeyPair {
  readonly name: string
  readonly tags: KeyPair['tags']
  readonly key: SshPublicKey
}

function insert(tx: Tx, caller: Caller, { name, tags, key }: NewKeyPair): KeyPair {
  const { type, fingerprint, line: publicKey } = key
  return tx.keyPairs.insert({ ...ownedBy(caller, tags), id: tx.newId('key'), name, type, fingerprint, publicKey })
}

function requireNewName(records: Records, caller: Caller, name: string | undefined): string {
  if (name === undefined || name === '') throw missingParameter('keyName')
  if (name.length > NAME_LENGTH || !/^[\x20-\x7e]+$/.test(name)) {
    throw invalidParameterValue('keyName', name, `Use at most ${NAME_LENGTH} printable ASCII characters.`)
  }
  if (findAll(records.keyPairs, caller).some((one) => one.name === name)) {
    throw new ApiError('InvalidKeyPair.Duplicate', `The keypair '${name}' already exists.`)
  }
  return name
}

/** The key pair of this name, which is what launches and templates name. */
export function requireKeyPairNamed(records: Records, caller: Caller, name: string): KeyPair {
  const pair = findAll(records.keyPairs, caller).find((one) => one.name === name)
  if (!pair) throw notFound('KeyPair', name)
  return pair
}

function toKeyPair(pair: KeyPair, withPublicKey: boolean): KeyPairInfo {
  return {
    KeyPairId: pair.id,
    KeyName: pair.name,
    KeyType: pair.type,
    KeyFingerprint: pair.fingerprint,
    CreateTime: new Date(pair.createdAt),
    Tags: tagList(pair.tags),
    ...(withPublicKey && { PublicKey: pair.publicKey }),
  }
}

const FILTERS: FilterFields<KeyPair> = {
  fingerprint: (pair) => pair.fingerprint,
  'key-name': (pair) => pair.name,
  'key-pair-id': (pair) => pair.id,
}
