// The rows of the policy differential: what AWS's documents say of a request by the policies it meets. The sentences are
// those of https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html.

import type { S3Order } from './s3-guest.ts'

export const ACCOUNT = '123456789012'
export const PARTNER = '210987654321'
export const OURS = 'differential-ours'
export const THEIRS = 'differential-theirs'

/** `by` and `how` name the refusal; `untold`: two words, for the bucket is of another account. */
export type Expected = 'passed' | 'untold' | `${'no' | 'deny'} ${Layer}`
export type Layer = 'endpoint' | 'resource' | 'identity' | 'boundary'

/** `interface`: by the own name of the service's interface endpoint. */
export type Path = 'endpoint' | 'port 80' | 'loopback' | 'interface'
type Condition = Readonly<Record<string, Readonly<Record<string, string | boolean | readonly string[]>>>>

export interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: unknown
  readonly NotPrincipal?: unknown
  readonly Action?: string | readonly string[]
  readonly NotAction?: string | readonly string[]
  readonly Resource?: string | readonly string[]
  readonly NotResource?: string | readonly string[]
  readonly Condition?: Condition
}

export interface PolicyRow {
  readonly name: string
  /** Of the endpoint that the request goes by; the other one denies everything. Absent: full access. */
  readonly endpointPolicy?: readonly Statement[]
  /** Of the bucket that is asked for. Absent: none. */
  readonly bucketPolicy?: readonly Statement[]
  /** Absent: every S3 action. */
  readonly rolePolicy?: readonly Statement[]
  /** An ARN; absent: no boundary. */
  readonly boundary?: string
  /** The Version of every policy of the row; absent: 2012-10-17. */
  readonly version?: string
  readonly request?: Partial<Pick<S3Order, 'operation' | 'bucket' | 'key' | 'anonymous'>>
  /** Absent: by the gateway endpoint. */
  readonly path?: Path
  readonly expect: Expected
}

/** Stand for what is known only when the world is built; VPCE is the endpoint that the request goes by. */
export const VPCE = '<vpce>'
export const OTHER_VPCE = '<the other vpce>'
export const VPC = '<vpc>'
export const INSTANCE = '<instance>'
export const ADDRESS = '10.0.1.10'
const ROLE = `arn:aws:iam::${ACCOUNT}:role/differential`
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/differential/${INSTANCE}`
const ROOT = `arn:aws:iam::${ACCOUNT}:root`
const READ_ONLY = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'

const everything: Statement = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }
const everyObject = (bucket: string): Statement => ({
  Effect: 'Allow',
  Principal: '*',
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::${bucket}/*`,
})
const allow = (more: Partial<Statement>): Statement[] => [{ ...everything, ...more }]
const denyUnless = (Condition: Condition): Statement[] => [
  everything,
  { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*', Condition },
]
const denyBucketUnless = (Condition: Condition): Statement[] => [
  {
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [`arn:aws:s3:::${OURS}`, `arn:aws:s3:::${OURS}/*`],
    Condition,
  },
]
const denyBucket = (more: Partial<Statement>): Statement[] => [
  { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: `arn:aws:s3:::${OURS}/*`, ...more },
]
const allowBucket = (more: Partial<Statement>, bucket = OURS): Statement[] => [{ ...everyObject(bucket), ...more }]
const mine = (more: Partial<Statement> = {}): Statement[] => [
  { Effect: 'Allow', Action: 's3:*', Resource: '*', ...more },
]
const nothing: Statement[] = mine({ Action: 'sqs:*' })
const theirs = { bucket: THEIRS }

/** Section by section: the endpoint's policy, the bucket's, the role's, then across accounts. */
export const POLICY_ROWS: readonly PolicyRow[] = [
  { name: 'nothing in the way', expect: 'passed' },
  { name: 'endpoint: no statement', endpointPolicy: allow({ Action: 's3:PutObject' }), expect: 'no endpoint' },
  {
    name: 'endpoint: another bucket only',
    endpointPolicy: allow({ Resource: `arn:aws:s3:::${THEIRS}/*` }),
    expect: 'no endpoint',
  },
  {
    name: 'endpoint: the article, its own bucket',
    endpointPolicy: [
      ...allow({ Action: 's3:GetObject', Resource: `arn:aws:s3:::${OURS}/*` }),
      ...denyUnless({ StringNotEquals: { 's3:ResourceAccount': ACCOUNT } }).slice(1),
    ],
    expect: 'passed',
  },
  {
    name: 'endpoint: the article, another action',
    endpointPolicy: allow({ Action: 's3:GetObject', Resource: `arn:aws:s3:::${OURS}/*` }),
    request: { operation: 'ListBucket' },
    expect: 'no endpoint',
  },
  {
    name: 'endpoint: the article, another account',
    endpointPolicy: denyUnless({ StringNotEquals: { 's3:ResourceAccount': ACCOUNT } }),
    bucketPolicy: allowBucket({}, THEIRS),
    request: theirs,
    expect: 'deny endpoint',
  },
  {
    name: 'endpoint: aws:ResourceAccount is the same',
    endpointPolicy: denyUnless({ StringNotEquals: { 'aws:ResourceAccount': [ACCOUNT, PARTNER] } }),
    expect: 'passed',
  },
  {
    name: 'endpoint: the role by aws:PrincipalArn',
    endpointPolicy: allow({ Condition: { ArnEquals: { 'aws:PrincipalArn': ROLE } } }),
    expect: 'passed',
  },
  {
    name: 'endpoint: a session is not its aws:PrincipalArn',
    endpointPolicy: allow({ Condition: { ArnEquals: { 'aws:PrincipalArn': SESSION } } }),
    expect: 'no endpoint',
  },
  {
    name: 'endpoint: a bare account number is not its role, but its root',
    endpointPolicy: allow({ Condition: { StringEquals: { 'aws:PrincipalAccount': PARTNER } } }),
    expect: 'no endpoint',
  },
  {
    name: 'endpoint: NotAction leaves one out',
    endpointPolicy: [everything, { Effect: 'Deny', Principal: '*', NotAction: 's3:GetObject', Resource: '*' }],
    request: { operation: 'PutObject' },
    expect: 'deny endpoint',
  },
  {
    name: 'endpoint: NotResource covers the rest',
    endpointPolicy: [
      everything,
      { Effect: 'Deny', Principal: '*', Action: '*', NotResource: `arn:aws:s3:::${OURS}/a*` },
    ],
    expect: 'deny endpoint',
  },
  {
    name: 'endpoint: binds a request without a signature too',
    endpointPolicy: allow({ Action: 's3:PutObject' }),
    bucketPolicy: allowBucket({}),
    request: { anonymous: true },
    expect: 'untold',
  },
  {
    name: 'endpoint: does not bind the loopback port',
    endpointPolicy: allow({ Action: 's3:PutObject' }),
    path: 'loopback',
    expect: 'passed',
  },
  {
    name: 'bucket: only by this endpoint, by it',
    bucketPolicy: denyBucketUnless({ StringNotEquals: { 'aws:SourceVpce': VPCE } }),
    expect: 'passed',
  },
  {
    name: 'bucket: only by another endpoint',
    bucketPolicy: denyBucketUnless({ StringNotEquals: { 'aws:SourceVpce': 'vpce-0123456789abcdef0' } }),
    expect: 'deny resource',
  },
  {
    name: 'bucket: only by this endpoint, not by it',
    bucketPolicy: denyBucketUnless({ StringNotEquals: { 'aws:SourceVpce': VPCE } }),
    path: 'loopback',
    expect: 'deny resource',
  },
  {
    name: 'bucket: …IfExists of a negated operator still refuses a missing key',
    bucketPolicy: denyBucketUnless({ StringNotEqualsIfExists: { 'aws:SourceVpce': VPCE } }),
    path: 'loopback',
    expect: 'deny resource',
  },
  {
    name: 'bucket: only from this VPC',
    bucketPolicy: denyBucketUnless({ StringNotEquals: { 'aws:SourceVpc': VPC } }),
    expect: 'passed',
  },
  {
    name: 'bucket: only from another VPC',
    bucketPolicy: denyBucketUnless({ StringNotEquals: { 'aws:SourceVpc': 'vpc-0123456789abcdef0' } }),
    expect: 'deny resource',
  },
  {
    name: 'bucket: only from this private address',
    bucketPolicy: denyBucketUnless({ NotIpAddress: { 'aws:VpcSourceIp': `${ADDRESS}/32` } }),
    expect: 'passed',
  },
  {
    name: 'bucket: only from another private address',
    bucketPolicy: denyBucketUnless({ NotIpAddress: { 'aws:VpcSourceIp': '10.0.2.0/24' } }),
    expect: 'deny resource',
  },
  {
    name: 'bucket: by the endpoint there is no aws:SourceIp',
    bucketPolicy: denyBucketUnless({ NotIpAddress: { 'aws:SourceIp': `${ADDRESS}/32` } }),
    expect: 'deny resource',
  },
  {
    name: 'bucket: Null finds aws:SourceIp missing',
    bucketPolicy: denyBucketUnless({ Null: { 'aws:SourceIp': 'true' } }),
    expect: 'deny resource',
  },
  {
    name: 'bucket: aws:SourceIp at the loopback port',
    bucketPolicy: denyBucketUnless({ NotIpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }),
    path: 'loopback',
    expect: 'passed',
  },
  {
    name: 'bucket: TLS only, over TLS',
    bucketPolicy: denyBucketUnless({ Bool: { 'aws:SecureTransport': false } }),
    expect: 'passed',
  },
  {
    name: 'bucket: TLS only, over port 80',
    bucketPolicy: denyBucketUnless({ Bool: { 'aws:SecureTransport': 'false' } }),
    path: 'port 80',
    expect: 'deny resource',
  },
  {
    name: 'bucket: the session came from the VPC of the endpoint',
    bucketPolicy: denyBucketUnless({ StringNotEquals: { 'aws:Ec2InstanceSourceVpc': `\${aws:SourceVpc}` } }),
    expect: 'passed',
  },
  {
    name: 'bucket: the session came from the address that asks',
    bucketPolicy: denyBucketUnless({ StringNotEquals: { 'aws:Ec2InstanceSourcePrivateIPv4': `\${aws:VpcSourceIp}` } }),
    expect: 'passed',
  },
  {
    name: 'bucket: the session came from this instance',
    bucketPolicy: denyBucketUnless({
      ArnNotEquals: { 'ec2:SourceInstanceArn': `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/${INSTANCE}` },
    }),
    expect: 'passed',
  },
  {
    name: 'bucket: the session is younger than a day',
    bucketPolicy: denyBucketUnless({ DateLessThan: { 'aws:TokenIssueTime': '2020-01-01T00:00:00Z' } }),
    expect: 'passed',
  },
  {
    name: 'bucket: a signature in a header',
    bucketPolicy: denyBucketUnless({ StringNotEquals: { 's3:authType': 'REST-HEADER' } }),
    expect: 'passed',
  },
  {
    name: 'bucket: signature version 4',
    bucketPolicy: denyBucketUnless({ StringNotEquals: { 's3:signatureversion': 'AWS4-HMAC-SHA256' } }),
    expect: 'passed',
  },
  {
    name: 'bucket: a tag of the object, as it is',
    bucketPolicy: denyBucket({ Condition: { StringEquals: { 's3:ExistingObjectTag/secret': 'yes' } } }),
    expect: 'deny resource',
  },
  {
    name: 'bucket: NotPrincipal with account, role and session leaves the session out',
    bucketPolicy: [
      {
        Effect: 'Deny',
        NotPrincipal: { AWS: [ROOT, ROLE, SESSION] },
        Action: 's3:*',
        Resource: `arn:aws:s3:::${OURS}/*`,
      },
    ],
    expect: 'passed',
  },
  {
    name: 'bucket: NotPrincipal with the account only does not',
    bucketPolicy: [{ Effect: 'Deny', NotPrincipal: { AWS: ROOT }, Action: 's3:*', Resource: `arn:aws:s3:::${OURS}/*` }],
    expect: 'deny resource',
  },
  {
    name: 'bucket: ForAllValues holds when the key is missing',
    bucketPolicy: denyBucket({ Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } } }),
    expect: 'deny resource',
  },
  {
    name: 'bucket: ForAnyValue does not',
    bucketPolicy: denyBucket({ Condition: { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['a'] } } }),
    expect: 'passed',
  },
  {
    name: 'bucket: a variable in Resource',
    bucketPolicy: denyBucket({ Resource: `arn:aws:s3:::${OURS}/\${aws:PrincipalAccount}/*` }),
    request: { key: `${ACCOUNT}/report` },
    expect: 'deny resource',
  },
  {
    name: 'bucket: under 2008-10-17 it is only text',
    version: '2008-10-17',
    bucketPolicy: denyBucket({ Resource: `arn:aws:s3:::${OURS}/\${aws:PrincipalAccount}/*` }),
    request: { key: `${ACCOUNT}/report` },
    expect: 'passed',
  },
  {
    name: 'bucket: a variable without a value covers nothing',
    bucketPolicy: denyBucket({ Resource: `arn:aws:s3:::${OURS}/\${aws:PrincipalTag/none}*` }),
    expect: 'passed',
  },
  {
    name: 'bucket: unless it has a default',
    bucketPolicy: denyBucket({ Resource: `arn:aws:s3:::${OURS}/\${aws:PrincipalTag/none, 'report'}` }),
    expect: 'deny resource',
  },
  {
    name: 'two refuse: the explicit deny is the one that is named',
    endpointPolicy: denyUnless({ StringNotEquals: { 'aws:ResourceAccount': PARTNER } }),
    rolePolicy: nothing,
    expect: 'deny endpoint',
  },
  { name: 'role: nothing allows', rolePolicy: nothing, expect: 'no identity' },
  {
    name: 'role: an explicit deny wins over everyone',
    rolePolicy: [...mine(), ...mine({ Effect: 'Deny', Action: 's3:Get*' })],
    bucketPolicy: allowBucket({}),
    expect: 'deny identity',
  },
  { name: 'role: the bucket names everyone', rolePolicy: nothing, bucketPolicy: allowBucket({}), expect: 'passed' },
  {
    name: 'role: the bucket names the role',
    rolePolicy: nothing,
    bucketPolicy: allowBucket({ Principal: { AWS: ROLE } }),
    expect: 'passed',
  },
  {
    name: 'role: the bucket names the account, which only delegates',
    rolePolicy: nothing,
    bucketPolicy: allowBucket({ Principal: { AWS: ACCOUNT } }),
    expect: 'no identity',
  },
  {
    name: 'role: only by this endpoint',
    rolePolicy: mine({ Condition: { StringEquals: { 'aws:SourceVpce': VPCE } } }),
    path: 'loopback',
    expect: 'no identity',
  },
  { name: 'boundary: covers a read', boundary: READ_ONLY, expect: 'passed' },
  { name: 'boundary: not a write', boundary: READ_ONLY, request: { operation: 'PutObject' }, expect: 'no boundary' },
  {
    name: 'boundary: limits what the bucket gives to the role',
    boundary: READ_ONLY,
    bucketPolicy: allowBucket({ Principal: { AWS: ROLE }, Action: 's3:PutObject' }),
    request: { operation: 'PutObject' },
    expect: 'no boundary',
  },
  {
    name: 'boundary: not what it gives to the session',
    boundary: READ_ONLY,
    bucketPolicy: allowBucket({ Principal: { AWS: SESSION }, Action: 's3:PutObject' }),
    request: { operation: 'PutObject' },
    expect: 'passed',
  },
  { name: 'partner: without a bucket policy', request: theirs, expect: 'untold' },
  {
    name: 'partner: its bucket names our account',
    bucketPolicy: allowBucket({ Principal: { AWS: ROOT } }, THEIRS),
    request: theirs,
    expect: 'passed',
  },
  {
    name: 'partner: its bucket names everyone, our role has nothing',
    rolePolicy: nothing,
    bucketPolicy: allowBucket({}, THEIRS),
    request: theirs,
    expect: 'untold',
  },
  {
    name: 'partner: everyone, without a signature',
    bucketPolicy: allowBucket({}, THEIRS),
    request: { ...theirs, anonymous: true },
    expect: 'passed',
  },
  { name: 'unsigned: nobody is let in', request: { anonymous: true }, expect: 'untold' },

  { name: 'an interface endpoint with full access', path: 'interface', expect: 'passed' },
  {
    name: 'an interface endpoint that allows the action',
    path: 'interface',
    endpointPolicy: allow({ Action: 's3:GetObject' }),
    expect: 'passed',
  },
  {
    name: 'an interface endpoint that allows another action',
    path: 'interface',
    endpointPolicy: allow({ Action: 's3:PutObject' }),
    expect: 'no endpoint',
  },
  {
    name: 'an interface endpoint that denies',
    path: 'interface',
    endpointPolicy: [everything, { Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: '*' }],
    expect: 'deny endpoint',
  },
  {
    name: 'a bucket for the interface endpoint only, by it',
    path: 'interface',
    bucketPolicy: denyBucketUnless({ StringNotEquals: { 'aws:SourceVpce': VPCE } }),
    expect: 'passed',
  },
  {
    name: 'a bucket for the gateway endpoint only, by the interface endpoint',
    path: 'interface',
    bucketPolicy: denyBucketUnless({ StringNotEquals: { 'aws:SourceVpce': OTHER_VPCE } }),
    expect: 'deny resource',
  },
  {
    name: "the private address is the interface endpoint's key too",
    path: 'interface',
    endpointPolicy: allow({ Condition: { IpAddress: { 'aws:VpcSourceIp': `${ADDRESS}/32` } } }),
    expect: 'passed',
  },
  {
    name: 'and another address is not',
    path: 'interface',
    endpointPolicy: allow({ Condition: { IpAddress: { 'aws:VpcSourceIp': '10.0.1.99/32' } } }),
    expect: 'no endpoint',
  },
]
