// Laws of the evaluation that hold for any policies, tried on random ones.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluate } from './evaluate.ts'
import type { NamedPolicy, Principal } from './principal.ts'
import type { PolicyRequest } from './request.ts'

interface Line {
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal: unknown
  readonly Action: string
  readonly Resource: string
  readonly Condition?: unknown
}

const USER = 'arn:aws:iam::123456789012:user/ann'

const line: fc.Arbitrary<Line> = fc.record(
  {
    // Few denies, so that enough worlds pass to say something about.
    Effect: fc.constantFrom<Line['Effect'][]>('Allow', 'Allow', 'Allow', 'Allow', 'Deny'),
    Principal: fc.constantFrom('*', { AWS: USER }, { AWS: '123456789012' }, { AWS: '999999999999' }),
    Action: fc.constantFrom('*', 's3:*', 's3:GetObject', 's3:Put*', 'ec2:*'),
    Resource: fc.constantFrom('*', 'arn:aws:s3:::b/*', 'arn:aws:s3:::c/*', 'arn:aws:s3:::?/k'),
    Condition: fc.constantFrom(
      { StringEquals: { 'aws:username': 'ann' } },
      { StringNotEquals: { 'aws:sourcevpce': 'vpce-1' } },
      { Null: { 'aws:sourcevpce': 'true' } },
    ),
  },
  { requiredKeys: ['Effect', 'Principal', 'Action', 'Resource'] },
)

const lines = fc.array(line, { maxLength: 4 })

interface World {
  readonly identity: readonly Line[]
  readonly resource: readonly Line[]
  readonly endpoint: readonly Line[]
  readonly foreign: boolean
}

const world: fc.Arbitrary<World> = fc.record({
  identity: lines,
  resource: lines,
  endpoint: lines,
  foreign: fc.boolean(),
})

function named(name: string, statements: readonly unknown[]): NamedPolicy {
  return { name, document: JSON.stringify({ Version: '2012-10-17', Statement: statements }) }
}

function decide({ identity, resource, endpoint, foreign }: World) {
  // AWS's grammar has no empty list of statements; one that never applies stands for it.
  const never = { Effect: 'Allow', Principal: '*', Action: 'none:None', Resource: '*' }
  const principal: Principal = {
    kind: 'user',
    account: '123456789012',
    arn: USER,
    userId: 'AIDAANN',
    userName: 'ann',
    tags: {},
    identityPolicies: [named('identity', [...identity, never])],
  }
  const request: PolicyRequest = {
    principal,
    action: 's3:GetObject',
    resource: 'arn:aws:s3:::b/k',
    resourceAccount: foreign ? '999999999999' : '123456789012',
    resourcePolicy: named('bucket', [...resource, never]),
    endpointPolicy: named('vpce-1', [...endpoint, never]),
    keys: {},
  }
  return evaluate(request, { 'aws:username': 'ann', 'aws:sourcevpce': 'vpce-1' })
}

const ALLOW: Line = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }
const DENY: Line = { ...ALLOW, Effect: 'Deny' }

describe('evaluate', () => {
  test('an explicit deny anywhere always wins', () => {
    fc.assert(
      fc.property(world, fc.constantFrom('identity', 'resource', 'endpoint'), fc.nat(4), (base, layer, at) => {
        const denied = { ...base, [layer]: base[layer].toSpliced(at, 0, DENY) }
        expect(decide(denied)).toMatchObject({ allowed: false })
      }),
    )
  })

  test('one more Allow never refuses what passed', () => {
    fc.assert(
      fc.property(world, fc.constantFrom('identity', 'resource', 'endpoint'), line, (base, layer, extra) => {
        const widened = { ...base, [layer]: [...base[layer], { ...extra, Effect: 'Allow' }] }
        if (decide(base).allowed) expect(decide(widened).allowed).toBe(true)
      }),
    )
  })

  test('an endpoint policy never lets through what is refused without it', () => {
    fc.assert(
      fc.property(world, (base) => {
        if (decide(base).allowed) expect(decide({ ...base, endpoint: [ALLOW] }).allowed).toBe(true)
      }),
    )
  })

  test('the order of statements does not matter', () => {
    fc.assert(
      fc.property(world, (base) => {
        const turned = {
          ...base,
          identity: base.identity.toReversed(),
          resource: base.resource.toReversed(),
          endpoint: base.endpoint.toReversed(),
        }
        expect(decide(turned).allowed).toBe(decide(base).allowed)
      }),
    )
  })

  test('a refusal has a sentence and a layer; a pass has neither', () => {
    fc.assert(
      fc.property(world, (base) => {
        const { allowed, layers, message } = decide(base)
        const refusing = layers.filter((layer) => layer.effect.endsWith('Deny'))
        expect({ refusing: refusing.length > 0, sentence: message !== undefined }).toEqual({
          refusing: !allowed,
          sentence: !allowed,
        })
        expect(layers.every((layer) => layer.why.length > 0)).toBe(true)
      }),
    )
  })
})

test('nobody is let in where there is no resource to have a policy', () => {
  const asked = { action: 's3:ListAllMyBuckets', resource: '*', keys: {} }
  const { allowed, message } = evaluate({ ...asked, principal: { kind: 'anonymous' } }, {})
  expect(allowed).toBe(false)
  expect(message).toContain('because no resource-based policy allows the s3:ListAllMyBuckets action')
})
