// The least policy for what was seen: patterns, groups and order, and that it lets pass exactly what it should.

import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { EndpointConnection } from '../iam/connection.ts'
import { contextKeys } from '../iam/context.ts'
import { evaluate } from '../iam/evaluate.ts'
import { type Principal, rootPrincipal } from '../iam/principal.ts'
import { ENDPOINT_POLICY_LIMIT } from '../iam/validate.ts'
import { checkPolicy } from './check-policy.ts'
import { endpointSubject } from './endpoint-subject.ts'
import { resourcePatterns } from './resource-patterns.ts'
import { type Seen, suggestPolicy } from './suggest.ts'

const ACCOUNT = '123456789012'
const APP = `arn:aws:iam::${ACCOUNT}:role/app`
const ANN = `arn:aws:iam::${ACCOUNT}:user/ann`

function seen(action: string, resource: string, rest: Partial<Seen> = {}): Seen {
  const resourceAccount = resource === '*' ? '' : ACCOUNT
  return { principal: APP, action: `s3:${action}`, resource, resourceAccount, passed: true, count: 1, ...rest }
}

const object = (key: string, rest: Partial<Seen> = {}) => seen('GetObject', `arn:aws:s3:::data/${key}`, rest)
const statements = (all: readonly Seen[]) =>
  suggestPolicy(all)?.policy.Statement.map(({ Action, Resource, Condition }) => ({ Action, Resource, Condition }))

const BY_APP = { ArnEquals: { 'aws:PrincipalArn': APP }, StringEquals: { 'aws:ResourceAccount': ACCOUNT } }

describe('resourcePatterns', () => {
  const bucket = (...keys: readonly string[]) => keys.map((key) => `arn:aws:s3:::data${key}`)
  test.each([
    { name: 'three objects are listed', resources: bucket('/a', '/b', '/c'), patterns: bucket('/a', '/b', '/c') },
    { name: 'four are their folder', resources: bucket('/a', '/b', '/c', '/d'), patterns: bucket('/*') },
    {
      name: 'the deepest folder that is too full',
      resources: bucket('/x/1', '/x/2', '/x/3', '/x/4', '/y/1'),
      patterns: bucket('/x/*', '/y/1'),
    },
    {
      name: 'a folder of many folders',
      resources: bucket('/x/1/a', '/x/2/a', '/x/3/a', '/x/4/a', '/y'),
      patterns: bucket('/x/*', '/y'),
    },
    { name: 'the bucket is no object', resources: bucket('', '/a', '/b', '/c', '/d'), patterns: bucket('', '/*') },
    {
      name: 'buckets are never put together',
      resources: ['a', 'b', 'c', 'd', 'e'].map((name) => `arn:aws:s3:::${name}`),
      patterns: ['a', 'b', 'c', 'd', 'e'].map((name) => `arn:aws:s3:::${name}`),
    },
    {
      name: 'a key that looks like a pattern',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a key, and policy variables
      resources: bucket('/*', '/a?', '/${x}'),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: policy variables
      patterns: bucket('/${$}{x}', '/${*}', '/a${?}'),
    },
    { name: 'what has no resource', resources: ['*'], patterns: ['*'] },
    {
      name: 'ten tables',
      resources: Array.from({ length: 11 }, (_, at) => `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/t${at}`),
      patterns: [`arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/*`],
    },
    { name: 'the key of a folder itself', resources: bucket('/x/', '/x/1'), patterns: bucket('/x/', '/x/1') },
  ])('$name', ({ resources, patterns }) => {
    expect([...new Set(resourcePatterns(resources, { objects: 3, others: 10 }).values())].sort()).toEqual(
      [...patterns].sort(),
    )
  })
})

describe('suggestPolicy', () => {
  it('allows one action on one object of one account to one role', () => {
    expect(statements([object('a')])).toEqual([
      { Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::data/a'], Condition: BY_APP },
    ])
  })

  it('puts actions on the same resources together', () => {
    expect(
      statements([object('a'), seen('PutObject', 'arn:aws:s3:::data/a'), seen('ListBucket', 'arn:aws:s3:::data')]),
    ).toEqual([
      { Action: ['s3:GetObject', 's3:PutObject'], Resource: ['arn:aws:s3:::data/a'], Condition: BY_APP },
      { Action: ['s3:ListBucket'], Resource: ['arn:aws:s3:::data'], Condition: BY_APP },
    ])
  })

  it('puts requesters together that do the same', () => {
    expect(statements([object('a', { principal: ANN }), object('a')])).toEqual([
      {
        Action: ['s3:GetObject'],
        Resource: ['arn:aws:s3:::data/a'],
        Condition: { ...BY_APP, ArnEquals: { 'aws:PrincipalArn': [APP, ANN] } },
      },
    ])
  })

  it('keeps those apart who did not sign', () => {
    expect(statements([object('a', { principal: 'anonymous' }), object('a')])).toHaveLength(2)
  })

  it('names many requesters by their account', () => {
    const many = Array.from({ length: 21 }, (_, at) => object('a', { principal: `${ANN}${at}` }))
    expect(statements(many)?.[0]?.Condition).toEqual({
      StringEquals: { 'aws:PrincipalAccount': ACCOUNT, 'aws:ResourceAccount': ACCOUNT },
    })
  })

  it("leaves the resource's account out where the ARN has it, or there is none", () => {
    const queue = `arn:aws:sqs:us-east-1:${ACCOUNT}:q`
    const found = statements([
      { ...object('a'), action: 'sqs:SendMessage', resource: queue },
      seen('ListAllMyBuckets', '*'),
    ])
    expect(found?.map(({ Condition }) => Condition)).toEqual([
      { ArnEquals: { 'aws:PrincipalArn': APP } },
      { ArnEquals: { 'aws:PrincipalArn': APP } },
    ])
  })

  it('says what it was made from', () => {
    const keys = ['a', 'b', 'c', 'd'].map((key) => object(key, { count: 2 }))
    expect(suggestPolicy([...keys, object('secret', { passed: false, count: 5 })])).toMatchObject({
      requests: 8,
      different: 4,
      refused: 5,
      generalised: [{ pattern: 'arn:aws:s3:::data/*', resources: 4 }],
    })
  })

  it('suggests nothing where nothing passed', () => {
    expect(suggestPolicy([])).toBeUndefined()
    expect(suggestPolicy([object('a', { passed: false })])).toBeUndefined()
  })

  it('is more general rather than too long', () => {
    const many = Array.from({ length: 200 }, (_, at) =>
      object(`folder-${at % 3}/${'x'.repeat(80)}${at % 40}/${at % 120}`),
    )
    const spread = Array.from({ length: 150 }, (_, at) =>
      seen('GetObject', `arn:aws:s3:::bucket-${at}/${'k'.repeat(200)}`),
    )
    const suggestion = suggestPolicy([...many, ...spread])
    expect(suggestion?.text.length).toBeLessThanOrEqual(ENDPOINT_POLICY_LIMIT)
    expect(suggestion?.text).toContain('bucket-149/*')
  })

  it('suggests nothing when no policy could hold it', () => {
    const buckets = Array.from({ length: 2_000 }, (_, at) => seen('ListBucket', `arn:aws:s3:::bucket-${at}`))
    expect(suggestPolicy(buckets)).toBeUndefined()
  })
})

const requests = fc.record({
  principal: fc.constantFrom(APP, ANN, `arn:aws:iam::${ACCOUNT}:root`, 'anonymous'),
  action: fc.constantFrom('s3:GetObject', 's3:PutObject', 's3:DeleteObject'),
  resource: fc
    .tuple(
      fc.constantFrom('data', 'other'),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a key
      fc.array(fc.constantFrom('a', 'b', 'c', '*', '?', '${a}', 'é'), { minLength: 1 }),
    )
    .map(([bucket, parts]) => `arn:aws:s3:::${bucket}/${parts.join('/')}`),
  resourceAccount: fc.constantFrom(ACCOUNT, '210987654321'),
  passed: fc.boolean(),
  count: fc.constant(1),
})

const CONNECTION: EndpointConnection = {
  kind: 'endpoint',
  endpointId: 'vpce-1',
  endpointAccount: ACCOUNT,
  endpointType: 'Gateway',
  serviceName: 'com.amazonaws.us-east-1.s3',
  vpcId: 'vpc-1',
  region: 'us-east-1',
  vpcSourceIp: '10.0.1.5',
  interfaceId: 'eni-1',
  secure: true,
}

function principalOf(arn: string): Principal {
  const root = rootPrincipal(ACCOUNT)
  if (arn === 'anonymous') return { kind: 'anonymous' }
  if (arn === ANN) return { ...root, kind: 'user', arn, userName: 'ann' }
  if (arn !== APP) return root
  const session = { roleName: 'app', sessionName: 's', sessionPolicies: [], issuedAt: '2026-01-01T00:00:00Z' }
  return { ...root, ...session, kind: 'assumedRole', arn: `arn:aws:sts::${ACCOUNT}:assumed-role/app/s`, roleArn: arn }
}

/** What the endpoint's layer says to the request. */
function passes(
  document: string,
  { principal: arn, action, resource, resourceAccount }: Seen,
  type: 'Gateway' | 'Interface',
) {
  const principal = principalOf(arn)
  const authorisation = { action, resource, resourceAccount, keys: {} }
  const endpointPolicy = { name: 'vpce-1', document }
  const keys = contextKeys({ principal, connection: CONNECTION, now: new Date(0), region: 'us-east-1', authorisation })
  const { layers } = evaluate({ ...authorisation, principal, endpointPolicy, endpointType: type }, keys)
  return layers.find(({ kind }) => kind === 'VPC endpoint policy')?.effect === 'Allow'
}

describe('a suggested policy', () => {
  it('lets pass all that passed, is valid and narrow, and does not depend on the order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(requests, { minLength: 1, maxLength: 30 }), async (all) => {
        const suggestion = suggestPolicy(all)
        fc.pre(suggestion !== undefined)
        for (const type of ['Gateway', 'Interface'] as const) {
          for (const one of all.filter(({ passed }) => passed)) expect(passes(suggestion.text, one, type)).toBe(true)
          const subject = { kind: 'VPC endpoint policy', endpoint: { ...endpointSubject('s3'), type } } as const
          const found = await checkPolicy(suggestion.text, subject)
          expect(found.filter(({ severity }) => severity !== 'notice')).toEqual([])
        }
        expect(suggestPolicy(all.toReversed())?.text).toBe(suggestion.text)
      }),
      { numRuns: 300 },
    )
  })

  it('refuses other actions, requesters, buckets and accounts', () => {
    const one = object('a')
    const text = suggestPolicy([one])?.text ?? ''
    const others: readonly Partial<Seen>[] = [
      { action: 's3:PutObject' },
      { principal: ANN },
      { principal: 'anonymous' },
      { resource: 'arn:aws:s3:::data/b' },
      { resource: 'arn:aws:s3:::data-2/a' },
      { resourceAccount: '210987654321' },
    ]
    expect(passes(text, one, 'Gateway')).toBe(true)
    for (const other of others) expect(passes(text, { ...one, ...other }, 'Gateway')).toBe(false)
  })
})
