// What the policies are asked of a plugin's channel, which nobody signed: the endpoint that it comes by may shut it out.

import { expect, it } from 'vitest'
import { evaluate } from '../../iam/evaluate.ts'
import { TestSsm } from './testing.ts'

const NOBODY = { kind: 'anonymous' } as const
const allow = (Principal: unknown, Action: string) => ({
  name: 'vpce-1',
  document: JSON.stringify({ Statement: [{ Effect: 'Allow', Principal, Action, Resource: '*' }] }),
})

it.each([
  ['no endpoint', undefined, true],
  ['an endpoint with the default policy', allow('*', '*'), true],
  ['one for the channel', allow('*', 'ssmmessages:OpenDataChannel'), true],
  ['one for other calls', allow('*', 'ssmmessages:Create*'), false],
  ['one for principals that have a name', allow({ AWS: '123456789012' }, '*'), false],
])("a plugin's channel by %s", async (_name, policy, allowed) => {
  const test = await TestSsm.open()
  const over = { service: 'ssmmessages', principal: NOBODY }
  const [asked, ...others] = await test.authorisations('OpenDataChannel', { ChannelId: 'user-0123456789abcdef0' }, over)
  await test.close()
  expect(others).toEqual([])
  expect(asked).toMatchObject({ action: 'ssmmessages:OpenDataChannel' })
  const endpoint = policy && { endpointPolicy: policy, endpointType: 'Interface' as const }
  expect(asked && evaluate({ ...asked, principal: NOBODY, ...endpoint }, {}).allowed).toBe(allowed)
})
