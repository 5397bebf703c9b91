// An incremental transaction must leave the kernel's table as a replaced one would be: random pairs of rulesets, one
// seed, in a namespace of its own. No packet is sent.

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cidr, cidrsOverlap } from '../../src/ip/cidr.ts'
import { type Ruleset, renderReplace } from '../../src/linux/nft.ts'
import { diffRuleset } from '../../src/linux/nft-diff.ts'
import { inNamespace } from '../../src/linux/run.ts'
import { refusedInRules } from '../../src/linux/strict-plan.ts'
import { describeKernel } from './namespaced.ts'

const SEED = 7
const PAIRS = 60

const marks = fc.integer({ min: 1, max: 2 })
/** Neighbouring and nested blocks: where interval sets go wrong. */
const blocks = fc
  .record({ third: fc.integer({ min: 0, max: 7 }), length: fc.integer({ min: 21, max: 24 }) })
  .map(({ third, length }) => `52.216.${third - (third % 2 ** (24 - length))}.0/${length}`)
const endpoints = fc.constantFrom('240.1.1.1', '240.1.1.2')
const gateway = fc
  .uniqueArray(fc.record({ mark: marks, block: blocks, value: endpoints }), {
    maxLength: 8,
    comparator: (a, b) => a.mark === b.mark && cidrsOverlap(cidr(a.block), cidr(b.block)),
  })
  .map((entries) =>
    entries.map(({ mark, block, value }) => ({ key: `${mark} . ${block}`, value, by: `vpce-${value}` })),
  )

const chainNames = ['sg-1', 'sg-2', 'sg-3']
const rules = fc.array(fc.constantFrom('tcp dport 443', 'tcp dport 80', 'ip saddr 10.0.0.0/8'), { maxLength: 3 })

const rulesets: fc.Arbitrary<Ruleset> = fc
  .record({
    chains: fc.uniqueArray(fc.record({ name: fc.constantFrom(...chainNames), rules }), {
      minLength: 1,
      selector: ({ name }) => name,
    }),
    jumps: fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
    members: fc.option(fc.uniqueArray(fc.constantFrom('10.0.0.4', '10.0.0.5', '10.0.0.6'))),
    hasGroups: fc.boolean(),
    gateway,
  })
  .map(({ chains, jumps, members, hasGroups, gateway }) => ({
    sets: members ? [{ name: 'members', type: 'ipv4_addr', elements: members }] : [],
    maps: [
      ...(hasGroups
        ? [
            {
              name: 'groups',
              type: 'ifname',
              value: 'verdict',
              elements: jumps.map((jump, index) => ({
                key: `"eni-${index}"`,
                value: `jump ${chains[jump % chains.length]?.name}`,
              })),
            },
          ]
        : []),
      { name: 'gateway', type: 'mark . ipv4_addr', value: 'ipv4_addr', interval: true, elements: gateway },
    ],
    chains: [
      {
        name: 'check',
        hook: { type: 'filter', hook: 'forward', priority: 0, policy: 'accept' },
        rules: [
          ...(hasGroups ? [{ match: [], verdict: 'iifname vmap @groups' }] : []),
          ...(members ? [{ match: ['ip saddr @members'], verdict: 'drop' }] : []),
        ],
      } as const,
      ...chains.map(({ name, rules }) => ({
        name,
        rules: rules.map((match) => ({ match: [match], verdict: 'accept' })),
      })),
    ],
  }))

describeKernel('nft transactions', import.meta.url, () => {
  const namespace = `postern-${randomBytes(3).toString('hex')}-nft`

  beforeAll(() => void execFileSync('ip', ['netns', 'add', namespace]))
  afterAll(() => void execFileSync('ip', ['netns', 'del', namespace]))

  function nft(text: string, ...argv: string[]): string {
    const [command = '', ...rest] = inNamespace(namespace, 'nft', ...argv)
    return execFileSync(command, rest, { input: text, encoding: 'utf8', stdio: 'pipe' })
  }

  /** The listing without its order, which a hash gives to elements. */
  function listing(): string[] {
    return nft('', 'list', 'table', 'ip', 'postern')
      .split(/[\n{},]/)
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .sort()
  }

  test('what the strict plan accepts the kernel accepts, and a diff ends where a replacement would', () => {
    const pairs = fc.sample(fc.tuple(rulesets, rulesets), { seed: SEED, numRuns: PAIRS })
    for (const [before, after] of pairs) {
      expect([before, after].flatMap(refusedInRules)).toEqual([])
      nft(renderReplace(after), '-f', '-')
      const wanted = listing()
      nft(renderReplace(before), '-f', '-')
      nft(diffRuleset(before, after), '-f', '-')
      expect(listing(), diffRuleset(before, after)).toEqual(wanted)
    }
  })
})
