// Questions to a document of all layers: who decides, and what cannot be asked.

import { describe, expect, it, test } from 'vitest'
import { decide, formatDecision } from './decision.ts'
import { type Asked, QuestionFault, questionOf } from './policy-document.ts'

const NOW = '2026-01-01T00:00:00.000Z'
const ANN = 'arn:aws:iam::123456789012:user/ann'
const OBJECT = 'arn:aws:s3:::data/a'
const ALLOW = { Effect: 'Allow', Action: 's3:*', Resource: '*' }
const IDENTITY = policy(ALLOW)
const RESOURCE = policy({ ...ALLOW, Principal: '*' })

function policy(...Statement: readonly object[]) {
  return { Version: '2012-10-17', Statement }
}

function denies(condition: object) {
  return policy({ ...ALLOW, Principal: '*' }, { ...ALLOW, Principal: '*', Effect: 'Deny', Condition: condition })
}

interface Row {
  readonly name: string
  readonly document: object
  readonly asked?: Partial<Asked>
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny'
  /** The layers that deny, in order. */
  readonly denies?: readonly string[]
}

const OPEN = policy({ Effect: 'Allow', Action: '*', Resource: '*' })

const ROWS: readonly Row[] = [
  { name: 'an identity policy allows', document: { identity: IDENTITY }, decision: 'allowed' },
  { name: 'a list of them', document: { identity: [OPEN, IDENTITY] }, decision: 'allowed' },
  { name: 'a policy may be its text', document: { identity: JSON.stringify(IDENTITY) }, decision: 'allowed' },
  { name: 'nothing allows', document: {}, decision: 'implicitDeny', denies: ['identity-based policy'] },
  {
    name: 'every layer that denies is named, the explicit deny first',
    document: {
      identity: IDENTITY,
      boundary: policy({ ...ALLOW, Action: 'sqs:*' }),
      endpoint: denies({ StringEquals: { 'aws:PrincipalArn': ANN } }),
    },
    decision: 'explicitDeny',
    denies: ['VPC endpoint policy', 'permissions boundary'],
  },
  {
    name: 'each level of SCPs must allow',
    document: { identity: IDENTITY, scps: [OPEN, [policy({ ...ALLOW, Action: 'sqs:*' }), OPEN], policy(ALLOW)] },
    decision: 'allowed',
  },
  {
    name: 'a level of SCPs that does not allow denies',
    document: { identity: IDENTITY, scps: [OPEN, [policy({ ...ALLOW, Action: 'sqs:*' })]] },
    decision: 'implicitDeny',
    denies: ['service control policy'],
  },
  {
    name: 'RCPs allow by the full-access policy and take away by others',
    document: { identity: IDENTITY, resourceAccount: '123456789012', rcps: [[RESOURCE, denies({})], RESOURCE] },
    decision: 'explicitDeny',
    denies: ['resource control policy'],
  },
  {
    name: "another account's resource needs a policy of its own",
    document: { identity: IDENTITY, resourceAccount: '210987654321' },
    decision: 'implicitDeny',
    denies: ['resource-based policy'],
  },
  {
    name: 'a resource policy reaches over accounts',
    document: { identity: IDENTITY, resourceAccount: '210987654321', resource: RESOURCE },
    decision: 'allowed',
  },
  {
    name: 'a session policy binds a role session',
    document: { identity: IDENTITY, session: policy({ ...ALLOW, Action: 's3:List*' }) },
    asked: { as: 'arn:aws:sts::123456789012:assumed-role/app/s' },
    decision: 'implicitDeny',
    denies: ['session policy'],
  },
  {
    name: 'a trust policy decides AssumeRole',
    document: {
      identity: policy({ ...ALLOW, Action: 'sts:*' }),
      resource: policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '210987654321' } }),
    },
    asked: { action: 'sts:AssumeRole', resource: 'arn:aws:iam::123456789012:role/app' },
    decision: 'implicitDeny',
    denies: ['role trust policy'],
  },
  {
    name: 'an anonymous requester has no identity policies',
    document: { resource: RESOURCE, resourceAccount: '123456789012' },
    asked: { as: 'anonymous' },
    decision: 'allowed',
  },
  {
    name: "the endpoint's id is a key",
    document: { identity: IDENTITY, endpoint: denies({ StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } }) },
    asked: { via: 'vpce-1' },
    decision: 'allowed',
  },
  {
    name: 'what nobody knows of the connection is absent',
    document: {
      identity: IDENTITY,
      endpoint: denies({ Null: { 'aws:SourceVpc': 'false', 'aws:SourceVpcArn': 'false', 'aws:VpcSourceIp': 'false' } }),
    },
    asked: { via: 'vpce-1' },
    decision: 'allowed',
  },
  {
    name: 'a key of many values',
    document: { identity: policy({ ...ALLOW, Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' } } }) },
    asked: { context: { 'aws:TagKeys': ['a', 'b'] } },
    decision: 'implicitDeny',
    denies: ['identity-based policy'],
  },
  {
    name: 'a key without values is there',
    document: { identity: policy({ ...ALLOW, Condition: { Null: { 'aws:TagKeys': 'false' } } }) },
    asked: { context: { 'aws:TagKeys': [] } },
    decision: 'allowed',
  },
  {
    name: "a given account is the resource's",
    document: { identity: IDENTITY },
    asked: { context: { 's3:ResourceAccount': '210987654321' } },
    decision: 'implicitDeny',
    denies: ['resource-based policy'],
  },
]

const FAULTS: readonly { readonly name: string; readonly document: string; readonly says: RegExp }[] = [
  { name: 'text that is no JSON', document: '{', says: /not JSON/ },
  { name: 'a list', document: '[]', says: /not an object/ },
  { name: 'an unknown layer', document: '{"identities": []}', says: /"identities" is no layer/ },
  { name: 'a layer twice', document: '{"endpoint": {}, "endpoint": {}}', says: /stands twice/ },
  { name: 'two boundaries', document: '{"boundary": [{}, {}]}', says: /boundary is one policy/ },
  { name: 'a policy that is a number', document: '{"identity": [1]}', says: /identity\[0\] is neither a policy/ },
  { name: 'a broken policy', document: '{"scps": [[{}]]}', says: /scps\[0\]\[0\]: MalformedPolicyDocument/ },
  { name: 'SCPs that are no list', document: '{"scps": {}}', says: /a list of levels/ },
  { name: 'an account that is a number', document: '{"resourceAccount": 1}', says: /in quotes/ },
]

function ask(document: string, asked: Partial<Asked> = {}) {
  return questionOf(document, { as: ANN, action: 's3:GetObject', resource: OBJECT, context: {}, now: NOW, ...asked })
}

describe('decide', () => {
  test.each(ROWS)('$name', ({ document, asked, decision, denies = [] }) => {
    const report = decide(ask(JSON.stringify(document), asked))
    expect(report).toMatchObject({ decision, allowed: decision === 'allowed' })
    expect(report.denies.map(({ kind }) => kind)).toEqual(denies)
  })

  it('names the statements that decided', () => {
    const report = decide(ask(JSON.stringify({ identity: IDENTITY, endpoint: denies({}) }), { via: 'vpce-1' }))
    expect(report.statements).toEqual([
      { layer: 'identity-based policy', policy: 'identity', statement: '1', effect: 'Allow' },
      { layer: 'VPC endpoint policy', policy: 'endpoint', statement: '2', effect: 'Deny' },
    ])
    expect(report.message).toMatch(/with an explicit deny in a VPC endpoint policy$/)
  })

  it('reads as a trace does', () => {
    const text = formatDecision(decide(ask(JSON.stringify({ identity: IDENTITY, endpoint: denies({}) }))), {
      width: 200,
    })
    expect(text.split('\n')).toEqual([
      `${ANN}, s3:GetObject on ${OBJECT}`,
      'explicitDeny by the VPC endpoint policy',
      `User: ${ANN} is not authorized to perform: s3:GetObject on resource: "${OBJECT}" with an explicit deny in a VPC endpoint policy`,
      '',
      `  pass  identity-based policy  identity statement 1  statement 1 allows s3:GetObject on ${OBJECT}`,
      "  -     resource-based policy  -                     not needed in the resource's own account: the resource has none",
      `> STOP  VPC endpoint policy    endpoint statement 2  statement 2 denies s3:GetObject on ${OBJECT}`,
      '',
    ])
  })
})

describe('a question that cannot be put', () => {
  test.each(FAULTS)('$name', ({ document, says }) => {
    expect(() => ask(document)).toThrow(QuestionFault)
    expect(() => ask(document)).toThrow(says)
  })

  test.each([
    { name: 'a requester that is none', asked: { as: 'ann' }, says: /ann is no requester/ },
    { name: 'a group', asked: { as: 'arn:aws:iam::123456789012:group/g' }, says: /is no requester/ },
    { name: 'an action without a service', asked: { action: 'GetObject' }, says: /is no action/ },
    { name: 'a pattern', asked: { action: 's3:*' }, says: /is no action/ },
  ])('$name', ({ asked, says }) => expect(() => ask('{}', asked)).toThrow(says))
})
