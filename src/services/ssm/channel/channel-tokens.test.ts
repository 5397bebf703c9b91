// Tokens of channels: for one channel, once, and for a time.

import { expect, it } from 'vitest'
import { ChannelTokens, TOKEN_LIFETIME } from './channel-tokens.ts'

const START = new Date('2026-01-01T00:00:00.000Z')
const after = (milliseconds: number) => new Date(START.getTime() + milliseconds)

it.each([
  ['its own channel, in time', 's-1', TOKEN_LIFETIME - 1, 'client'],
  ['its own channel, too late', 's-1', TOKEN_LIFETIME, undefined],
  ['another channel', 's-2', 0, undefined],
])('a token opens %s: %s', (_name, channelId, at, kind) => {
  const tokens = new ChannelTokens()
  const token = tokens.issue({ kind: 'client', channelId: 's-1' }, START)
  expect(tokens.take(token, channelId, after(at))?.kind).toBe(kind)
  expect(tokens.take(token, 's-1', START)).toBeUndefined()
})

it('a token fits into 300 characters, and a revoked one opens nothing', () => {
  const tokens = new ChannelTokens()
  const token = tokens.issue({ kind: 'agent', channelId: 's-1' }, START)
  expect(token).toMatch(/^[\w-]{100,300}$/)
  tokens.revoke('s-1')
  expect(tokens.take(token, 's-1', START)).toBeUndefined()
})

it('who asks and never comes does not fill the memory', () => {
  const tokens = new ChannelTokens()
  const first = tokens.issue({ kind: 'client', channelId: 's-1' }, START)
  for (let asked = 0; asked < 10_000; asked++) tokens.issue({ kind: 'client', channelId: 's-1' }, START)
  expect(tokens.take(first, 's-1', START)).toBeUndefined()
})
