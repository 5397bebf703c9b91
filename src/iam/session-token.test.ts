// Sealed sessions: what opens, and what must not.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { accessKeyAccount, formatAccessKeyId } from './access-key-id.ts'
import { openSession, type RoleSession, sealSession } from './session-token.ts'

const KEY = new Uint8Array(32).fill(7)
const SESSION: RoleSession = {
  kind: 'role',
  account: '123456789012',
  roleId: 'AROAAPP',
  sessionName: 's1',
  issuedAt: '2026-01-01T00:00:00.000Z',
  expiresAt: '2026-01-01T01:00:00.000Z',
  nonce: '1',
  policyArns: [],
  tags: { team: 'blue' },
  keys: {},
}

describe('sealSession and openSession', () => {
  test('what is sealed opens with its key id, and the secret is the same', () => {
    const { accessKeyId, secretAccessKey, sessionToken } = sealSession(KEY, SESSION)
    expect(accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/)
    expect(secretAccessKey).toHaveLength(40)
    expect(openSession(KEY, accessKeyId, sessionToken)).toEqual({ session: SESSION, secretAccessKey })
  })

  test('equal sessions have equal credentials, and another nonce gives others', () => {
    expect(sealSession(KEY, SESSION)).toEqual(sealSession(KEY, { ...SESSION }))
    expect(sealSession(KEY, { ...SESSION, nonce: '2' }).accessKeyId).not.toBe(sealSession(KEY, SESSION).accessKeyId)
  })

  test('a token does not open with another key id, in another world, or when a bit of it is turned', () => {
    const { accessKeyId, sessionToken } = sealSession(KEY, SESSION)
    const other = sealSession(KEY, { ...SESSION, nonce: '2' })
    expect(openSession(KEY, other.accessKeyId, sessionToken)).toBeUndefined()
    expect(openSession(new Uint8Array(32), accessKeyId, sessionToken)).toBeUndefined()
    const bytes = Buffer.from(sessionToken, 'base64')
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const turned = Buffer.from(bytes)
        turned[at] = (turned[at] ?? 0) ^ (1 << bit)
        expect(openSession(KEY, accessKeyId, turned.toString('base64'))).toBeUndefined()
      }),
    )
  })

  test('any text is no token', () => {
    fc.assert(fc.property(fc.string(), (text) => openSession(KEY, 'ASIA', text) === undefined))
  })
})

describe('formatAccessKeyId', () => {
  test('the account can be read back from the key id', () => {
    const account = fc.nat({ max: 999_999_999_999 }).map((number) => String(number).padStart(12, '0'))
    fc.assert(
      fc.property(account, fc.uint8Array({ minLength: 5, maxLength: 8 }), (number, random) => {
        const id = formatAccessKeyId('AKIA', number, random)
        expect(id).toMatch(/^AKIA[A-Z2-7]{16}$/)
        expect(accessKeyAccount(id)).toBe(number)
      }),
    )
  })

  test.each(['123456789012', 'AKIA', 'AKIAiosfodnn7example'])('%s holds no account', (id) => {
    expect(accessKeyAccount(id)).toBeUndefined()
  })
})
