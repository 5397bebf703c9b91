// What the lint says of a policy, rule by rule: each row has a policy that meets it, or comes close and does not.

import { describe, expect, it, test } from 'vitest'
import type { PolicyKind } from '../iam/request.ts'
import { checkPolicy, guessKind } from './check-policy.ts'
import { endpointSubject } from './endpoint-subject.ts'
import type { Subject } from './finding.ts'

const S3: NonNullable<Subject['endpoint']> = { ...endpointSubject('s3'), type: 'Gateway', id: 'vpce-1', vpcId: 'vpc-1' }
const WHO = { StringEquals: { 'aws:PrincipalAccount': '123456789012' } }
const ALLOW = {
  Effect: 'Allow',
  Principal: '*',
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::data/*',
  Condition: WHO,
}
const LIST = { ...ALLOW, Action: 's3:ListBucket', Resource: 'arn:aws:s3:::data' }
const MAKE = { ...LIST, Action: 's3:CreateBucket' }
const DENY = { ...ALLOW, Effect: 'Deny' }

interface Row {
  readonly name: string
  readonly statements: readonly object[]
  readonly version?: string
  readonly kind?: PolicyKind
  readonly endpoint?: Subject['endpoint']
  /** `severity rule path` of each finding, without `$.Statement[0]`. */
  readonly finds: readonly string[]
}

function when(Condition: object, statement: object = ALLOW): object[] {
  const { Condition: _, ...rest } = { Condition: {}, ...statement }
  return [{ ...rest, Condition }]
}

/** A deny by this condition, beside an allow of something else. */
function denyWhen(Condition: object): object[] {
  return [...when(Condition, DENY), { ...ALLOW, Action: 's3:PutObject' }]
}

const ROWS: readonly Row[] = [
  { name: 'a narrow policy has no findings', statements: [ALLOW], finds: [] },
  {
    name: 'full access left on',
    statements: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
    finds: ['warning full-access '],
  },
  {
    name: 'full access with a condition is not full',
    statements: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*', Condition: WHO }],
    finds: [],
  },
  {
    name: 'Principal * without condition',
    statements: [{ ...ALLOW, Condition: {} }],
    finds: ['warning open-principal .Principal'],
  },
  {
    name: 'Principal {"AWS": "*"} is the same',
    statements: [{ ...ALLOW, Principal: { AWS: '*' }, Condition: {} }],
    finds: ['warning open-principal .Principal'],
  },
  { name: 'a deny of everybody is none', statements: denyWhen(WHO), finds: [] },
  {
    name: 'nothing is allowed',
    statements: [DENY],
    finds: ['warning nothing-allowed $.Statement'],
  },
  {
    name: 'an allow by exception',
    statements: [{ Effect: 'Allow', Principal: '*', NotAction: 's3:Put*', NotResource: '*', Condition: WHO }],
    finds: ['warning allow-by-exception .NotAction', 'warning allow-by-exception .NotResource'],
  },
  {
    name: 'an account in the policy of a gateway endpoint is its root user',
    statements: [{ ...ALLOW, Principal: { AWS: '123456789012' } }],
    finds: ['warning gateway-principal .Principal'],
  },
  {
    name: 'an account in the policy of an interface endpoint',
    statements: [{ ...ALLOW, Principal: { AWS: '123456789012' } }],
    endpoint: { ...S3, type: 'Interface' },
    finds: [],
  },
  {
    name: 'a service that takes no policy',
    statements: [{ ...ALLOW, Action: '*' }],
    endpoint: { policySupported: false, serviceName: 'x' },
    finds: ['warning policy-unsupported $'],
  },
  {
    name: 'an allow that a deny takes away whole',
    statements: [ALLOW, { Effect: 'Deny', Principal: '*', Action: 's3:Get*', Resource: '*' }],
    finds: ['warning never-matches '],
  },
  {
    name: 'a deny with a condition takes nothing away for good',
    statements: [ALLOW, { Effect: 'Deny', Principal: '*', Action: 's3:Get*', Resource: '*', Condition: WHO }],
    finds: [],
  },
  {
    name: 'a deny of part of it',
    statements: [
      { ...ALLOW, Action: 's3:*' },
      { Effect: 'Deny', Principal: '*', Action: 's3:Get*', Resource: '*' },
    ],
    finds: [],
  },
  {
    name: 'of two equal allows the second is too much',
    statements: [{ ...ALLOW, Condition: {} }, ALLOW],
    finds: ['warning open-principal .Principal', 'notice redundant $.Statement[1]'],
  },
  {
    name: 'a deny by a negated operator on aws:SourceIp, which endpoints have not',
    statements: denyWhen({ NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }),
    finds: ['warning absent-key .Condition.NotIpAddress.aws:SourceIp'],
  },
  {
    name: 'and with IfExists',
    statements: denyWhen({ IpAddressIfExists: { 'aws:SourceIp': '10.0.0.0/8' } }),
    finds: ['warning absent-key .Condition.IpAddressIfExists.aws:SourceIp'],
  },
  {
    name: 'an allow by aws:SourceIp',
    statements: when({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }),
    finds: ['warning never-matches .Condition.IpAddress.aws:SourceIp'],
  },
  {
    name: 'aws:VpcSourceIp is there',
    statements: denyWhen({ NotIpAddress: { 'aws:VpcSourceIp': '10.0.0.0/8' } }),
    finds: [],
  },
  {
    name: 's3:ResourceAccount of a bucket that is not there yet',
    statements: [
      { ...DENY, Action: 's3:*', Condition: { StringNotEquals: { 's3:ResourceAccount': '123456789012' } } },
      ALLOW,
    ],
    finds: ['notice absent-key .Condition.StringNotEquals.s3:ResourceAccount'],
  },
  {
    name: 's3:ResourceAccount where buckets are not made',
    statements: denyWhen({ StringNotEquals: { 's3:ResourceAccount': '123456789012' } }),
    finds: [],
  },
  {
    name: 's3:ResourceAccount in the policy of another service',
    statements: [
      { ...DENY, Action: '*', Resource: '*', Condition: { StringNotEquals: { 's3:ResourceAccount': '1' } } },
      { ...ALLOW, Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:*:*:q' },
    ],
    endpoint: { ...endpointSubject('sqs'), type: 'Interface' },
    finds: ['warning absent-key .Condition.StringNotEquals.s3:ResourceAccount'],
  },
  {
    name: 'a key that this service does not have',
    statements: [{ ...ALLOW, Action: 'sqs:*', Resource: '*', Condition: { StringEquals: { 'aws:VpceAccount': '1' } } }],
    endpoint: { ...endpointSubject('sqs'), type: 'Interface' },
    finds: ['warning never-matches .Condition.StringEquals.aws:VpceAccount'],
  },
  {
    name: 'a key that there is not',
    statements: when({ StringEquals: { 'aws:PrincipleArn': 'x' } }),
    finds: ['warning never-matches .Condition.StringEquals.aws:PrincipleArn'],
  },
  {
    name: 'another endpoint',
    statements: when({ StringEquals: { 'aws:SourceVpce': 'vpce-2' } }),
    finds: ['warning never-matches .Condition.StringEquals.aws:SourceVpce'],
  },
  { name: 'its own VPC', statements: when({ StringEquals: { 'aws:SourceVpc': ['vpc-1', 'vpc-2'] } }), finds: [] },
  {
    name: 'an action of another service than the endpoint',
    statements: [{ ...ALLOW, Action: 'sqs:SendMessage', Resource: '*' }],
    finds: ['warning never-matches .Action'],
  },
  {
    name: 'one of several actions',
    statements: [{ ...ALLOW, Action: ['sqs:SendMessage', 's3:Get*'], Resource: '*' }],
    finds: ['notice foreign-action .Action'],
  },
  {
    name: 'a resource of another service than the action',
    statements: [{ ...ALLOW, Resource: 'arn:aws:sqs:us-east-1:123456789012:q' }],
    finds: ['warning never-matches .Resource'],
  },
  {
    name: 'an action on objects of a bucket',
    statements: [{ ...ALLOW, Resource: 'arn:aws:s3:::data' }],
    finds: ['warning never-matches .Action[0]'],
  },
  {
    name: 'an action on a bucket of objects',
    statements: [{ ...ALLOW, Action: ['s3:GetObject', 's3:ListBucket'] }],
    finds: ['warning never-matches .Action[1]'],
  },
  {
    name: 'both resources',
    statements: [
      { ...ALLOW, Action: ['s3:GetObject', 's3:ListBucket'], Resource: ['arn:aws:s3:::data', 'arn:aws:s3:::data/*'] },
    ],
    finds: [],
  },
  {
    name: 'an action on no single resource',
    kind: 'identity-based policy',
    statements: [{ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: 'arn:aws:s3:::data' }],
    finds: ['warning never-matches .Action[0]'],
  },
  {
    name: 'an action of several types on one of them',
    kind: 'identity-based policy',
    statements: [{ Effect: 'Allow', Action: 'dynamodb:Query', Resource: 'arn:aws:dynamodb:*:*:table/t/index/*' }],
    finds: [],
  },
  {
    name: 'a table for an action on indexes, by a variable',
    kind: 'identity-based policy',
    statements: [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
      { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: 'arn:aws:dynamodb:*:*:table/${aws:username}' },
    ],
    finds: [],
  },
  {
    name: 'an action that there is not',
    statements: [{ ...ALLOW, Action: ['s3:GetObject', 's3:GetObjects'] }],
    finds: ['warning unknown-action .Action[1]'],
  },
  {
    name: 'an operation that is no action',
    statements: [{ ...ALLOW, Action: 's3:ListObjectsV2' }],
    finds: ['warning unknown-action .Action[0]'],
  },
  {
    name: 'a pattern that no action meets',
    statements: [{ ...ALLOW, Action: ['s3:Get*', 's3:Fetch*'] }],
    finds: ['warning unknown-action .Action[1]'],
  },
  {
    name: 'a service that there is not',
    kind: 'identity-based policy',
    statements: [{ Effect: 'Allow', Action: 'dynamo:GetItem', Resource: '*' }],
    finds: ['warning unknown-action .Action[0]'],
  },
  {
    name: "a key of its service's that the action never has",
    statements: when({ StringLike: { 's3:prefix': 'reports/*' } }),
    finds: ['warning never-matches .Condition.StringLike.s3:prefix'],
  },
  {
    name: 'a key that one of two actions has',
    kind: 'identity-based policy',
    statements: [
      {
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:ListBucket'],
        Resource: ['arn:aws:s3:::data', 'arn:aws:s3:::data/*'],
        Condition: { StringEquals: { 's3:prefix': 'reports/' } },
      },
    ],
    finds: ['warning key-of-other-action .Action[0]'],
  },
  {
    name: 'a deny by a negated operator on such a key',
    kind: 'identity-based policy',
    statements: [
      {
        Effect: 'Deny',
        Action: ['s3:GetObject', 's3:ListBucket'],
        Resource: '*',
        Condition: { StringNotEquals: { 's3:prefix': 'reports/' } },
      },
    ],
    finds: ['notice key-of-other-action .Action[0]'],
  },
  {
    name: 'a tag of the request, of an action that takes none',
    kind: 'identity-based policy',
    statements: [
      {
        Effect: 'Allow',
        Action: 'ec2:DescribeInstances',
        Resource: '*',
        Condition: { StringEquals: { 'aws:RequestTag/team': 'blue' } },
      },
    ],
    finds: ['warning never-matches .Condition.StringEquals.aws:RequestTag/team'],
  },
  {
    name: 'a key of the credentials, whatever the service',
    statements: when({ ArnLike: { 'ec2:SourceInstanceARN': 'arn:aws:ec2:*:123456789012:instance/*' } }),
    finds: [],
  },
  {
    name: 'two values at once',
    statements: when({ StringEquals: { 'aws:PrincipalOrgID': 'o-1' }, StringLike: { 'aws:PrincipalOrgID': 'o-2' } }),
    finds: ['warning never-matches .Condition.StringEquals.aws:PrincipalOrgID'],
  },
  {
    name: 'a value that is excluded',
    statements: when({
      StringEquals: { 'aws:PrincipalOrgID': 'o-1' },
      StringNotEquals: { 'aws:PrincipalOrgID': ['o-1', 'o-2'] },
    }),
    finds: ['warning never-matches .Condition.StringEquals.aws:PrincipalOrgID'],
  },
  {
    name: 'a value that is left',
    statements: when({
      StringEquals: { 'aws:PrincipalOrgID': ['o-1', 'o-3'] },
      StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' },
    }),
    finds: [],
  },
  {
    name: 'a key that must be absent and have a value',
    statements: when({ Null: { 'aws:username': 'true' }, StringLike: { 'aws:username': 'administrator*' } }),
    finds: ['warning never-matches .Condition.Null.aws:username'],
  },
  {
    name: 'an empty span of numbers',
    statements: when({ NumericLessThan: { 's3:max-keys': '5' }, NumericGreaterThan: { 's3:max-keys': '5' } }, LIST),
    finds: ['warning never-matches .Condition.NumericLessThan.s3:max-keys'],
  },
  {
    name: 'a narrow span of numbers',
    statements: when({ NumericLessThan: { 's3:max-keys': '6' }, NumericGreaterThan: { 's3:max-keys': '5' } }, LIST),
    finds: [],
  },
  {
    name: 'an empty span of time',
    statements: when({
      DateLessThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' },
      DateGreaterThan: { 'aws:CurrentTime': '2021-01-01T00:00:00Z' },
    }),
    finds: ['warning never-matches .Condition.DateLessThan.aws:CurrentTime'],
  },
  {
    name: 'a list without values',
    statements: when({ StringEquals: { 'aws:username': [] } }),
    finds: ['warning never-matches .Condition.StringEquals.aws:username'],
  },
  {
    name: 'a wildcard that is just a character',
    statements: when({ StringEquals: { 'aws:username': 'administrator-*' } }),
    finds: ['warning literal-wildcard .Condition.StringEquals.aws:username'],
  },
  {
    name: 'a wildcard in an id',
    statements: when({ StringLike: { 'aws:PrincipalAccount': '123456*' } }),
    finds: ['warning id-wildcard .Condition.StringLike.aws:PrincipalAccount'],
  },
  {
    name: 'five characters before a wildcard',
    statements: when({ StringLike: { 'aws:username': 'admin*' } }),
    finds: ['warning short-wildcard .Condition.StringLike.aws:username'],
  },
  {
    name: 'six characters before a wildcard',
    statements: when({ StringLike: { 'aws:username': 'admins*' } }),
    finds: [],
  },
  {
    name: 'six characters behind a wildcard',
    statements: when({ StringLike: { 'aws:username': '*admins' } }),
    finds: [],
  },
  {
    name: 'ForAllValues of no values',
    statements: when({ 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' } }, MAKE),
    finds: ['warning all-of-none .Condition.ForAllValues:StringEquals.aws:TagKeys'],
  },
  {
    name: 'ForAllValues with its guard',
    statements: when({ 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' }, Null: { 'aws:TagKeys': 'false' } }, MAKE),
    finds: [],
  },
  {
    name: 'a variable under the old version',
    version: '2008-10-17',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
    statements: when({ StringEquals: { 'aws:username': '${aws:PrincipalTag/owner}' } }),
    finds: ['warning literal-variable .Condition.StringEquals.aws:username'],
  },
  {
    name: "a bucket's policy that denies all but an endpoint",
    kind: 'resource-based policy',
    statements: denyWhen({ StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } }),
    finds: ['notice absent-key .Condition.StringNotEquals.aws:SourceVpce'],
  },
  {
    name: "a bucket's policy that denies all but an address",
    kind: 'resource-based policy',
    statements: denyWhen({ NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }),
    finds: ['notice absent-key .Condition.NotIpAddress.aws:SourceIp'],
  },
]

describe('checkPolicy', () => {
  test.each(ROWS)(
    '$name',
    async ({ statements, version = '2012-10-17', kind = 'VPC endpoint policy', endpoint = S3, finds }) => {
      const text = JSON.stringify({ Version: version, Statement: statements })
      const found = await checkPolicy(text, { kind, endpoint })
      expect(
        found.map(({ severity, rule, path }) => `${severity} ${rule} ${path.replace('$.Statement[0]', '')}`),
      ).toEqual(finds)
    },
  )

  it('gives each finding its place and says what to do', async () => {
    const text = '{\n  "Statement": {\n    "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" } }'
    expect(await checkPolicy(text, { kind: 'VPC endpoint policy' })).toEqual([
      {
        severity: 'warning',
        rule: 'full-access',
        path: '$.Statement[0]',
        line: 2,
        column: 16,
        why: 'full access: everyone may do everything through the endpoint, with any credentials to any account',
        advice: 'start restrictive and add what is needed; postern policy suggest vpce-… says what is in use',
      },
    ])
  })

  it('has nothing but errors of a document that AWS refuses', async () => {
    const text = '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Allow"}]}'
    expect(await checkPolicy(text, { kind: 'VPC endpoint policy' })).toMatchObject([
      { severity: 'error', line: 1, column: 16, why: 'Missing required field Principal' },
      { severity: 'error', line: 1, column: 69, why: 'neither Action nor NotAction' },
    ])
  })
})

test('a long policy is linted in bounded time', { timeout: 60_000 }, async () => {
  const Action = Array.from({ length: 500 }, (_, at) => `ec2:${'DescribeModifyRun'.slice(at % 17)}*x${at}`)
  const Resource = Array.from({ length: 500 }, (_, at) => `arn:*:ec2:*:*:*x*y*${at}`)
  const text = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: [...Action, 'ec2:*', 's3:*'], Resource }] })
  expect(text.length).toBeLessThan(131_072)
  expect((await checkPolicy(text, { kind: 'identity-based policy' })).length).toBeGreaterThan(0)
})

test.each([
  { kind: 'identity-based policy', characters: 6_144, finds: [] },
  { kind: 'identity-based policy', characters: 6_145, finds: ['warning too-long'] },
  { kind: 'identity-based policy', characters: 10_241, finds: ['error too-long'] },
  { kind: 'session policy', characters: 2_049, finds: ['error too-long'] },
] as const)('a $kind of $characters characters', async ({ kind, characters, finds }) => {
  const statement = (Sid: string) => ({ Sid, Effect: 'Deny', Action: 's3:*', Resource: '*' })
  const text = JSON.stringify({ Statement: statement('') })
  const filled = JSON.stringify({ Statement: statement('x'.repeat(characters - text.length)) })
  const found = await checkPolicy(`${filled}`, { kind })
  expect(found.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual(finds)
})

test.each([
  { action: 's3:GetObjects', says: 's3 has no action s3:GetObjects: it allows nothing; write s3:GetObject if' },
  {
    action: 's3:HeadObject',
    says: 's3:HeadObject is an operation and no action; it asks for s3:GetObject: it allows nothing; write s3:GetObject',
  },
  { action: 'dynamodbb:GetItem', says: 'dynamodb: if that is meant' },
  { action: 's3:*Bogus', says: 'no action of s3 meets s3:*Bogus' },
])('$action is told from what may be meant', async ({ action, says }) => {
  const Statement = { Effect: 'Allow', Action: ['s3:PutObject', action], Resource: '*' }
  const found = await checkPolicy(JSON.stringify({ Statement }), { kind: 'identity-based policy' })
  expect(found.map(({ why, advice }) => `${why}; ${advice}`).join()).toContain(says)
})

test.each([
  { name: 'a policy without principals', text: '{"Statement": {"Effect": "Allow"}}', kind: 'identity-based policy' },
  { name: 'one with', text: '{"Statement": {"Principal": "*", "Resource": "*"}}', kind: 'VPC endpoint policy' },
  { name: 'one that is broken', text: '{"Principal" : x', kind: 'VPC endpoint policy' },
  { name: 'a trust policy', text: '{"Principal": "*", "Action": "sts:AssumeRole"}', kind: 'role trust policy' },
])('guessKind: $name', ({ text, kind }) => expect(guessKind(text)).toBe(kind))

test.each([
  ['s3', ['s3', 's3-object-lambda', 's3-outposts']],
  ['com.amazonaws.eu-west-1.ssmmessages', ['ssmmessages']],
  ['com.amazonaws.us-east-1.ecr.api', ['ecr']],
  ['monitoring', ['cloudwatch']],
  ['execute-api', ['execute-api']],
])('actions behind %s', (name, prefixes) => expect(endpointSubject(name)?.actionPrefixes).toEqual(prefixes))
