// What is refused of each kind of policy document, with AWS's code and sentence.

import { describe, expect, test } from 'vitest'
import type { PolicyKind } from './request.ts'
import { ENDPOINT_POLICY_LIMIT, validatePolicy } from './validate.ts'

const ALLOW = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }

function text(statement: unknown, version = '2012-10-17'): string {
  return JSON.stringify({ Version: version, Statement: statement })
}

interface Row {
  readonly name: string
  readonly kind?: PolicyKind
  readonly document: string
  readonly code?: string
  readonly message?: string | RegExp
}

const ROWS: readonly Row[] = [
  { name: 'a plain identity policy is good', document: text(ALLOW) },
  { name: 'statements may be a list', document: text([ALLOW]) },
  { name: '2008-10-17 is a version', document: text(ALLOW, '2008-10-17') },
  { name: 'a document may have an Id', document: JSON.stringify({ Id: 'x', Statement: ALLOW }) },
  { name: 'not JSON', document: '{', code: 'MalformedPolicyDocument', message: /^Syntax errors in policy\./ },
  { name: 'no object', document: '[]', code: 'MalformedPolicyDocument', message: /^Syntax errors in policy\./ },
  { name: 'no statement', document: '{"Version":"2012-10-17"}', message: /^Syntax errors in policy\./ },
  {
    name: 'another version',
    document: text(ALLOW, '2013-01-01'),
    message: 'The policy must contain a valid version string.',
  },
  { name: 'an Effect in lower case', document: text({ ...ALLOW, Effect: 'allow' }), message: /Statement\[0\]\.Effect/ },
  { name: 'an unknown element', document: text({ ...ALLOW, Actions: 'x' }), message: /"Actions" is no element/ },
  { name: 'both Action and NotAction', document: text({ ...ALLOW, NotAction: 'x:y' }), message: /cannot both stand/ },
  {
    name: 'no Action',
    document: text({ Effect: 'Allow', Resource: '*' }),
    message: 'Policy statement must contain actions.',
  },
  {
    name: 'an action without its service',
    document: text({ ...ALLOW, Action: 'GetObject' }),
    message: 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
  },
  {
    name: 'no Resource',
    document: text({ Effect: 'Allow', Action: '*' }),
    message: 'Policy statement must contain resources.',
  },
  {
    name: 'a resource that is no ARN',
    document: text({ ...ALLOW, Resource: 'bucket' }),
    message: 'Resource bucket must be in ARN format or "*".',
  },
  {
    name: 'a Principal in an identity policy',
    document: text({ ...ALLOW, Principal: '*' }),
    message: 'Policy document should not specify a principal.',
  },
  {
    name: 'a key that stands twice',
    document: '{"Statement":[{"Effect":"Allow","Effect":"Deny"}]}',
    message: /"Effect" stands twice/,
  },
  {
    name: 'a key may stand in two objects',
    document: text([ALLOW, { ...ALLOW, Condition: { Bool: { 'a:b': 'true' } } }]),
  },
  {
    name: 'an unknown operator',
    document: text({ ...ALLOW, Condition: { StringIs: { 'a:b': 'c' } } }),
    message: 'Invalid Condition type : StringIs',
  },
  {
    name: 'an address that is none',
    document: text({ ...ALLOW, Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.300' } } }),
    message: /cannot be compared by IpAddress/,
  },
  {
    name: 'a date that is none',
    document: text({ ...ALLOW, Condition: { DateLessThan: { 'aws:CurrentTime': 'soon' } } }),
    message: /cannot be compared by DateLessThan/,
  },
  {
    name: 'Null asks true or false',
    document: text({ ...ALLOW, Condition: { Null: { 'a:b': 'yes' } } }),
    message: /Null asks/,
  },
  { name: 'a Sid with a blank', document: text({ ...ALLOW, Sid: 'a b' }), message: /must be alpha-numeric/ },
  {
    name: 'a Sid twice',
    document: text([
      { ...ALLOW, Sid: 'a' },
      { ...ALLOW, Sid: 'a' },
    ]),
    message: 'Statement IDs (SID) in a single policy must be unique.',
  },
  {
    name: 'a trust policy',
    kind: 'role trust policy',
    document: text({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }),
  },
  {
    name: 'a trust policy with a Resource',
    kind: 'role trust policy',
    document: text({ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole', Resource: '*' }),
    message: 'Has prohibited field Resource',
  },
  {
    name: 'a trust policy for another action',
    kind: 'role trust policy',
    document: text({ Effect: 'Allow', Principal: '*', Action: 's3:GetObject' }),
    message: 'AssumeRole policy may only specify STS AssumeRole actions.',
  },
  {
    name: 'a principal that is none',
    kind: 'role trust policy',
    document: text({ Effect: 'Allow', Principal: { AWS: 'bob' }, Action: 'sts:AssumeRole' }),
    code: 'MalformedPolicyDocument',
    message: 'Invalid principal in policy: "AWS":"bob"',
  },
  { name: "an endpoint's policy", kind: 'VPC endpoint policy', document: text({ ...ALLOW, Principal: '*' }) },
  {
    name: "an endpoint's default policy with its empty Sid",
    kind: 'VPC endpoint policy',
    document: text([{ Sid: '', Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }], '2008-10-17'),
  },
  {
    name: "an endpoint's policy without Principal",
    kind: 'VPC endpoint policy',
    document: text(ALLOW),
    code: 'InvalidPolicyDocument',
    message: 'The Policy Document is not valid. Missing required field Principal',
  },
  {
    name: "an endpoint's policy that is not JSON names the place",
    kind: 'VPC endpoint policy',
    document: '{\n "Statement": x }',
    code: 'InvalidPolicyDocument',
    message: 'The Policy Document is not valid. Syntax error at position (2,15)',
  },
  {
    name: "an endpoint's policy that is too long",
    kind: 'VPC endpoint policy',
    document: text({ ...ALLOW, Principal: '*' }).padEnd(ENDPOINT_POLICY_LIMIT + 1),
    code: 'InvalidPolicyDocument',
    message: /20481 characters and may have 20480/,
  },
  {
    name: "an endpoint's policy of exactly the limit",
    kind: 'VPC endpoint policy',
    document: text({ ...ALLOW, Principal: '*' }).padEnd(ENDPOINT_POLICY_LIMIT),
  },
  {
    name: "a bucket's policy without Principal",
    kind: 'resource-based policy',
    document: text(ALLOW),
    code: 'MalformedPolicy',
    message: 'Missing required field Principal',
  },
]

describe('validatePolicy', () => {
  test.each(ROWS)('$name', ({ kind = 'identity-based policy', document, code, message }) => {
    const refused = validatePolicy(document, kind)
    if (message === undefined) expect(refused).toBeUndefined()
    else expect(refused?.message).toMatch(message)
    if (code !== undefined) expect(refused?.code).toBe(code)
  })
})
