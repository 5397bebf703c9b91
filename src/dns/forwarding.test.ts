import { expect, test } from 'vitest'
import type { ResolverRuleNetwork } from '../compile/network.ts'
import { smallVpc } from '../compile/small-network.ts'
import { forwardedBy } from './forwarding.ts'

const resolverRules: readonly ResolverRuleNetwork[] = [
  { id: 'rslvr-rr-corp', type: 'FORWARD', domainName: 'corp.example' },
  { id: 'rslvr-rr-aws', type: 'SYSTEM', domainName: 'aws.corp.example' },
  { id: 'rslvr-rr-deep', type: 'FORWARD', domainName: 'deep.aws.corp.example' },
]

test.each<[name: string, asked: string, ownApex: string | undefined, by: string | undefined]>([
  ['a name below the domain', 'db.corp.example', undefined, 'rslvr-rr-corp'],
  ['the domain itself', 'corp.example', undefined, 'rslvr-rr-corp'],
  ['a name that only ends alike', 'mycorp.example', undefined, undefined],
  ['SYSTEM below FORWARD', 'db.aws.corp.example', undefined, undefined],
  ['FORWARD below SYSTEM', 'db.deep.aws.corp.example', undefined, 'rslvr-rr-deep'],
  ['a private zone of the same name', 'db.corp.example', 'corp.example', 'rslvr-rr-corp'],
  ['a longer private zone', 'db.own.corp.example', 'own.corp.example', undefined],
  ['a shorter private zone', 'db.corp.example', 'example', 'rslvr-rr-corp'],
])('%s', (_, asked, ownApex, by) => {
  expect(forwardedBy(smallVpc({ resolverRules }), asked, ownApex)?.id).toBe(by)
})

test('the root is every name, and without rules there is none', () => {
  const root = { id: 'rslvr-rr-root', type: 'FORWARD', domainName: '' } as const
  expect(forwardedBy(smallVpc({ resolverRules: [root] }), 'www.example.com', undefined)).toBe(root)
  expect(forwardedBy(smallVpc(), 'www.example.com', undefined)).toBeUndefined()
})
