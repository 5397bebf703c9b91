import { describe, expect, test } from 'vitest'
import { type NftMap, type Ruleset, renderReplace } from './nft.ts'
import { diffRuleset } from './nft-diff.ts'

const base: Ruleset = {
  chains: [
    { name: 'check', hook: { type: 'filter', hook: 'forward', priority: 0, policy: 'accept' }, rules: [] },
    { name: 'sg-1', rules: [{ match: ['tcp dport 443'], verdict: 'accept', by: 'sgr-1' }] },
  ],
  sets: [{ name: 'members', type: 'ipv4_addr', elements: ['10.0.0.4', '10.0.0.5'] }],
  maps: [groups([['"eni-1"', 'jump sg-1']])],
}

function groups(elements: readonly (readonly [string, string])[]): NftMap {
  return {
    name: 'groups',
    type: 'ifname',
    value: 'verdict',
    elements: elements.map(([key, value]) => ({ key, value })),
  }
}

describe('diffRuleset', () => {
  const [check] = base.chains
  const cases: { name: string; want: Ruleset; text: string }[] = [
    { name: 'equal rulesets need nothing', want: structuredClone(base), text: '' },
    {
      name: 'elements of a set one by one, stale ones first',
      want: { ...base, sets: [{ name: 'members', type: 'ipv4_addr', elements: ['10.0.0.5', '10.0.0.6'] }] },
      text: 'delete element ip postern members { 10.0.0.4 }\nadd element ip postern members { 10.0.0.6 }\n',
    },
    {
      name: 'a chain whose rules changed is refilled, and no other',
      want: {
        ...base,
        chains: [...base.chains.slice(0, 1), { name: 'sg-1', rules: [{ match: [], verdict: 'drop' }] }],
      },
      text: 'flush chain ip postern sg-1\nadd rule ip postern sg-1 drop\n',
    },
    {
      name: 'a new chain is there before the element that jumps to it',
      want: {
        ...base,
        chains: [...base.chains, { name: 'sg-2', rules: [{ match: [], verdict: 'accept', by: 'sgr-2' }] }],
        maps: [groups([['"eni-1"', 'jump sg-2']])],
      },
      text: [
        'add chain ip postern sg-2',
        'delete element ip postern groups { "eni-1" }',
        'add element ip postern groups { "eni-1" : jump sg-2 }',
        'add rule ip postern sg-2 accept comment "sgr-2"',
        '',
      ].join('\n'),
    },
    {
      name: 'a chain goes after the elements that jump to it',
      want: { ...base, chains: base.chains.slice(0, 1), maps: [groups([])] },
      text: [
        'delete element ip postern groups { "eni-1" }',
        'flush chain ip postern sg-1',
        'delete chain ip postern sg-1',
        '',
      ].join('\n'),
    },
    {
      name: 'a map that goes lets go first of the chains that its elements jump to',
      want: { ...base, chains: base.chains.slice(0, 1), maps: [] },
      text: [
        'flush map ip postern groups',
        'flush chain ip postern sg-1',
        'delete chain ip postern sg-1',
        'delete map ip postern groups',
        '',
      ].join('\n'),
    },
    {
      name: 'a set is declared before the rule that names it',
      want: {
        ...base,
        sets: [...base.sets, { name: 'others', type: 'ipv4_addr', elements: [] }],
        chains: [
          ...base.chains.slice(0, 1),
          { name: 'sg-1', rules: [{ match: ['ip saddr @others'], verdict: 'accept' }] },
        ],
      },
      text: [
        'add set ip postern others { type ipv4_addr; }',
        'flush chain ip postern sg-1',
        'add rule ip postern sg-1 ip saddr @others accept',
        '',
      ].join('\n'),
    },
  ]
  test.each(cases)('$name', ({ want, text }) => {
    expect(diffRuleset(base, want)).toBe(text)
  })

  test('an unknown table is replaced whole', () => {
    expect(diffRuleset(undefined, base)).toBe(renderReplace(base))
  })

  test('other hooks, or another type of a set, need the whole table', () => {
    const policy = check?.hook && { ...base, chains: [{ ...check, hook: { ...check.hook, policy: 'drop' as const } }] }
    const retyped: Ruleset = { ...base, sets: [{ name: 'members', type: 'ether_addr', elements: [] }] }
    for (const want of [policy, retyped]) expect(want && diffRuleset(base, want)).toBe(want && renderReplace(want))
  })
})
