// Policies and requests at random, from a small world of names, so that they meet often: every element, operator and
// quantifier of the language, over the kinds of policy that can bind one request to S3.
//
//   accounts 111111111111 (the requester's) and 222222222222
//   buckets  data, data-2; objects a/1, a/2, b*c
//   users    ann, bob; role app, session s

import fc from 'fast-check'

export type Json = string | boolean | number | readonly Json[] | { readonly [key: string]: Json }

export const OWN = '111111111111'
export const OTHER = '222222222222'

/** The parts of one case, as plain data, so that a failing one can be read and kept. */
export interface PeerCase {
  readonly principal: string
  readonly action: string
  readonly resource: string
  readonly resourceAccount: string
  /** Condition keys of the request by name as AWS writes it. */
  readonly keys: Readonly<Record<string, string | readonly string[]>>
  readonly identity: readonly Json[]
  readonly boundary?: Json
  readonly session?: Json
  readonly resourcePolicy?: Json
  readonly endpointPolicy?: Json
  /** By level, from the root down. */
  readonly scps?: readonly Json[]
  /** What each level denies, beside the policy that allows everything. */
  readonly rcps?: readonly Json[]
}

const ACTIONS = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:GetObjectTagging'] as const
const ACTION_PATTERNS = [
  ...ACTIONS,
  's3:*',
  '*',
  's3:Get*',
  's3:get?bject',
  's3:*Object',
  'S3:PUTOBJECT',
  'sqs:*',
] as const

const OBJECTS = ['data/a/1', 'data/a/2', 'data/b*c', 'data-2/a/1'] as const
const RESOURCE_PATTERNS = [
  '*',
  'arn:aws:s3:::*',
  'arn:aws:s3:::data/*',
  'arn:aws:s3:::data/a/?',
  'arn:aws:s3:::data*',
  'arn:aws:s3:::*/a/1',
  'arn:aws:s3:::data/a/1',
  'arn:aws:s3:::data-2/*',
  'arn:*:s3:::data/*',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
  'arn:aws:s3:::data/${aws:PrincipalTag/team}/*',
] as const

const PRINCIPALS = [
  `arn:aws:iam::${OWN}:user/ann`,
  `arn:aws:iam::${OWN}:user/bob`,
  `arn:aws:sts::${OWN}:assumed-role/app/s`,
] as const

const NAMED_PRINCIPALS = [
  ...PRINCIPALS,
  `arn:aws:iam::${OWN}:role/app`,
  `arn:aws:iam::${OWN}:root`,
  OWN,
  OTHER,
  `arn:aws:iam::${OTHER}:user/ann`,
] as const

/** Keys that a caller of any service may have, with values that often meet what the policies ask for. */
const KEYS: Readonly<Record<string, fc.Arbitrary<string | readonly string[]>>> = {
  'aws:SourceVpce': fc.constantFrom('vpce-1', 'vpce-2'),
  'aws:PrincipalTag/team': fc.constantFrom('a', 'b', 'A'),
  'aws:SecureTransport': fc.constantFrom('true', 'false'),
  'aws:CurrentTime': fc.constantFrom('2026-01-01T00:00:00Z', '2026-06-01T12:00:00Z'),
  'aws:MultiFactorAuthAge': fc.constantFrom('0', '60', '3600'),
  'aws:VpcSourceIp': fc.constantFrom('10.0.1.5', '10.1.0.1'),
  'aws:SourceVpcArn': fc.constantFrom(
    `arn:aws:ec2:us-east-1:${OWN}:vpc/vpc-1`,
    `arn:aws:ec2:eu-west-1:${OTHER}:vpc/vpc-2`,
  ),
  'aws:TagKeys': fc.subarray(['team', 'env', 'Owner']),
}

const VALUES: Readonly<Record<string, readonly string[]>> = {
  string: ['vpce-1', 'vpce-2', 'vpce-*', 'a', 'A', '*', 'team', 'ENV', 'te?m', ''],
  bool: ['true', 'false'],
  date: ['2026-01-01T00:00:00Z', '2026-03-01'],
  numeric: ['0', '60', '3600', '100'],
  ip: ['10.0.0.0/8', '10.0.1.5', '10.0.1.0/24'],
  arn: [`arn:aws:ec2:us-east-1:${OWN}:vpc/*`, 'arn:aws:ec2:*:*:vpc/vpc-1', `arn:aws:ec2:eu-west-1:${OTHER}:vpc/vpc-2`],
}

interface Family {
  readonly keys: readonly string[]
  readonly operators: readonly string[]
  readonly values: readonly string[]
}

const STRINGS = 'StringEquals StringNotEquals StringEqualsIgnoreCase StringNotEqualsIgnoreCase StringLike StringNotLike'

const FAMILIES: readonly Family[] = [
  family(['aws:SourceVpce', 'aws:PrincipalTag/team'], STRINGS, 'string'),
  family(['aws:SecureTransport'], 'Bool', 'bool'),
  family(['aws:CurrentTime'], orderings('Date'), 'date'),
  family(['aws:MultiFactorAuthAge'], orderings('Numeric'), 'numeric'),
  family(['aws:VpcSourceIp'], 'IpAddress NotIpAddress', 'ip'),
  family(['aws:SourceVpcArn'], 'ArnEquals ArnNotEquals ArnLike ArnNotLike', 'arn'),
]

function family(keys: readonly string[], operators: string, values: string): Family {
  return { keys, operators: operators.split(' '), values: VALUES[values] ?? [] }
}

function orderings(type: string): string {
  return ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals']
    .map((suffix) => type + suffix)
    .join(' ')
}

/** `operator: {key: values}`, at most one key for each operator. */
const singleValued = fc.constantFrom(...FAMILIES).chain(({ keys, operators, values }) =>
  fc.record({
    operator: fc
      .tuple(fc.constantFrom(...operators), fc.constantFrom('', '', 'IfExists'))
      .map((parts) => parts.join('')),
    key: fc.constantFrom(...keys),
    values: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 }),
  }),
)

/** Only keys of many values take a quantifier: on others AWS's behaviour is not defined. */
const multiValued = fc.record({
  operator: fc
    .tuple(fc.constantFrom('ForAllValues:', 'ForAnyValue:'), fc.constantFrom(...STRINGS.split(' ')))
    .map((parts) => parts.join('')),
  key: fc.constant('aws:TagKeys'),
  values: fc.uniqueArray(fc.constantFrom('team', 'env', 'Owner', 'te*', 'TEAM'), { minLength: 1, maxLength: 3 }),
})

const absence = fc.record({
  operator: fc.constant('Null'),
  key: fc.constantFrom(...Object.keys(KEYS)),
  values: fc.constantFrom('true', 'false').map((text) => [text]),
})

const condition = fc
  .array(fc.oneof({ weight: 6, arbitrary: singleValued }, multiValued, absence), { maxLength: 2 })
  .map((clauses) => {
    const block: Record<string, Record<string, Json>> = {}
    for (const { operator, key, values } of clauses) {
      const asked: readonly string[] = values
      block[operator] = { ...block[operator], [key]: asked.length === 1 ? (asked[0] ?? '') : asked }
    }
    return block
  })

const oneOrMore = <T extends string>(all: readonly T[]): fc.Arbitrary<Json> =>
  fc
    .uniqueArray(fc.constantFrom(...all), { minLength: 1, maxLength: 2 })
    .map((list) => (list.length === 1 ? (list[0] ?? '') : list))

const principal: fc.Arbitrary<Json> = fc.oneof(
  { weight: 3, arbitrary: fc.constant('*') },
  fc.constant({ AWS: '*' }),
  { weight: 3, arbitrary: oneOrMore(NAMED_PRINCIPALS).map((AWS) => ({ AWS })) },
  fc.constant({ Service: 'ec2.amazonaws.com' }),
)

/** Who a statement names; absent in policies that bind whoever has them. */
type Principals = fc.Arbitrary<Json> | undefined

function statement(principals: Principals, effects: readonly string[]): fc.Arbitrary<Json> {
  return fc
    .record({
      effect: fc.constantFrom(...effects),
      action: oneOrMore(ACTION_PATTERNS),
      resource: oneOrMore(RESOURCE_PATTERNS),
      negatesAction: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      negatesResource: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      principal: principals ?? fc.constant(''),
      condition,
    })
    .map(({ effect, action, resource, negatesAction, negatesResource, principal: who, condition: block }) => ({
      Effect: effect,
      ...(principals && { Principal: who }),
      [negatesAction ? 'NotAction' : 'Action']: action,
      // What a variable without a value means in NotResource is told in docs/policy-differences.md.
      [negatesResource && !JSON.stringify(resource).includes('$') ? 'NotResource' : 'Resource']: resource,
      ...(Object.keys(block).length > 0 && { Condition: block }),
    }))
}

const EFFECTS = ['Allow', 'Allow', 'Allow', 'Deny']

function policy(principals?: Principals, effects: readonly string[] = EFFECTS): fc.Arbitrary<Json> {
  return fc
    .record({
      version: fc.constantFrom('2012-10-17', '2012-10-17', '2008-10-17', undefined),
      statements: fc.array(statement(principals, effects), { minLength: 1, maxLength: 3 }),
    })
    .map(({ version, statements }) => {
      // The peer puts values into policies of every version; AWS's old version has no variables.
      const known = JSON.stringify(statements).includes('$') ? '2012-10-17' : version
      return { ...(known && { Version: known }), Statement: statements }
    })
}

const withPrincipals = policy(principal)
const withoutPrincipals = policy()
/** The peer takes no other principal in an endpoint's policy. */
const forAnyone = policy(fc.constant('*'))

/** A resource control policy only denies, and denies everybody. */
const denials = policy(fc.constant('*'), ['Deny'])

const seldomLevels = (one: fc.Arbitrary<Json>) =>
  fc.option(fc.array(one, { minLength: 1, maxLength: 2 }), { nil: undefined, freq: 1 })

const seldom = (one: fc.Arbitrary<Json>) => fc.option(one, { nil: undefined, freq: 1 })

/** Some of the keys, each with a value. */
const presentKeys: fc.Arbitrary<PeerCase['keys']> = fc
  .subarray(Object.entries(KEYS))
  .chain((chosen) =>
    fc
      .tuple(...chosen.map(([, values]) => values))
      .map((values) => Object.fromEntries(chosen.map(([name], at) => [name, values[at] ?? '']))),
  )

export const peerCases: fc.Arbitrary<PeerCase> = fc
  .record({
    principal: fc.constantFrom(...PRINCIPALS),
    action: fc.constantFrom(...ACTIONS),
    object: fc.constantFrom(...OBJECTS),
    resourceAccount: fc.constantFrom(OWN, OWN, OTHER),
    keys: presentKeys,
    identity: fc.array(withoutPrincipals, { maxLength: 2 }),
    boundary: seldom(withoutPrincipals),
    session: seldom(withoutPrincipals),
    resourcePolicy: fc.option(withPrincipals, { nil: undefined, freq: 2 }),
    endpointPolicy: fc.option(forAnyone, { nil: undefined, freq: 2 }),
    scps: seldomLevels(withoutPrincipals),
    rcps: seldomLevels(denials),
  })
  .map(({ object, boundary, session, resourcePolicy, endpointPolicy, scps, rcps, ...rest }) => ({
    ...rest,
    resource: `arn:aws:s3:::${object}`,
    ...(boundary !== undefined && { boundary }),
    // Only a role's session has session policies.
    ...(session !== undefined && rest.principal.includes('assumed-role') && { session }),
    ...(resourcePolicy !== undefined && { resourcePolicy }),
    ...(endpointPolicy !== undefined && { endpointPolicy }),
    ...(scps !== undefined && { scps }),
    ...(rcps !== undefined && { rcps }),
  }))
