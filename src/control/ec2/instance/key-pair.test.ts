// Key pairs, and the keys in them: what OpenSSH made is read, and what is made OpenSSH reads.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createTags } from '../request/tag-operations.ts'
import { openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { createKeyPair, deleteKeyPair, describeKeyPairs, importKeyPair } from './key-pair.ts'

/** Made by ssh-keygen for this test; its private half was thrown away. */
const ED25519 = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIP5TgcNxrfDL9dLUWKFAYq77nEIq1PhiZJCQSUJlHQZd a@b'
const hasOpenSsh = spawnSync('ssh-keygen', ['-?']).error === undefined
if (!hasOpenSsh) console.warn('SKIPPED: key pairs as OpenSSH reads them. ssh-keygen is not on the PATH; install it.')

const directory = mkdtempSync(join(tmpdir(), 'postern-key-'))
afterAll(() => rmSync(directory, { recursive: true }))

let world: World

beforeEach(async () => {
  world = await openWorld()
})

function keygen(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('ssh-keygen', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return stdout
}

function importKey(line: string, KeyName = 'mine') {
  return world.write(importKeyPair, { KeyName, PublicKeyMaterial: Buffer.from(line) })
}

describe('an imported key', () => {
  test('reads back, with its tags and, when asked for, itself', () => {
    const made = importKey(`${ED25519}\n`)
    world.write(createTags, { Resources: [made.KeyPairId ?? ''], Tags: [{ Key: 'a', Value: '1' }] })
    const [shown] = world.read(describeKeyPairs, { KeyNames: ['mine'], IncludePublicKey: true }).KeyPairs ?? []
    expect(shown).toMatchObject({ ...made, KeyType: 'ed25519', PublicKey: ED25519, Tags: [{ Key: 'a', Value: '1' }] })
    const Filters = [{ Name: 'key-name', Values: ['m*'] }]
    const [listed] = world.read(describeKeyPairs, { Filters }).KeyPairs ?? []
    expect(listed?.PublicKey).toBeUndefined()
  })

  test('is one of its name, in one account', () => {
    importKey(ED25519)
    refusal(() => importKey(ED25519), 'InvalidKeyPair.Duplicate')
    refusal(() => world.read(describeKeyPairs, { KeyNames: ['mine'] }, STRANGER), 'InvalidKeyPair.NotFound')
  })

  test.each([
    '',
    'ssh-ed25519 AAAA',
    'ssh-dss AAAAB3NzaC1kc3M=',
    `${ED25519}\n${ED25519}`,
    ED25519.replace('ssh-ed25519', 'ssh-rsa'),
  ])('%j is none', (line) => {
    refusal(() => importKey(line), 'InvalidKey.Format')
    expect(world.store.records.keyPairs.size).toBe(0)
  })

  test.skipIf(!hasOpenSsh)('of RSA has the fingerprint of its public half', () => {
    const file = join(directory, 'rsa')
    keygen('-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', file)
    const made = importKey(readFileSync(`${file}.pub`, 'utf8'))
    expect(made.KeyFingerprint).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/)
  })
})

describe('a new key', () => {
  test.skipIf(!hasOpenSsh).each(['rsa', 'ed25519'] as const)('of type %s is what OpenSSH reads', (KeyType) => {
    const made = world.write(createKeyPair, { KeyName: KeyType, KeyType })
    const file = join(directory, `${KeyType}-new`)
    writeFileSync(file, made.KeyMaterial ?? '', { mode: 0o600 })
    const [shown] = world.read(describeKeyPairs, { KeyNames: [KeyType], IncludePublicKey: true }).KeyPairs ?? []
    const own = keygen('-y', '-f', file).trim().split(' ').slice(0, 2)
    expect(shown?.PublicKey?.split(' ').slice(0, 2)).toEqual(own)
    expect(shown?.KeyFingerprint).toBe(made.KeyFingerprint)
  })

  test('goes by its name, and again without a word', () => {
    world.write(createKeyPair, { KeyName: 'k', KeyType: 'ed25519' })
    expect(world.write(deleteKeyPair, { KeyName: 'k' })).toMatchObject({ Return: true })
    expect(world.write(deleteKeyPair, { KeyName: 'k' })).toEqual({ Return: true })
    expect(world.read(describeKeyPairs, {}).KeyPairs).toEqual([])
  })
})
