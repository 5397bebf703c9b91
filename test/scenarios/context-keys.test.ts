// The condition keys of requests, one by one: a real request passes when the policy asks for the value that Postern
// itself filled in, is refused when it asks for another, and is refused then whatever headers and parameters the caller
// adds to look like it.
//
// Accounts: 123456789012 has all; it is the management account of the organization, and owns the endpoint and the bucket.

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { controlAdapter } from '../../src/api/control-adapter.ts'
import { ec2Operations } from '../../src/api/operations/ec2.ts'
import { IAM_AUTHORISATIONS, IAM_READS, IAM_WRITES } from '../../src/api/operations/iam.ts'
import { stsOperations } from '../../src/api/operations/sts.ts'
import { createAccessKey } from '../../src/control/iam/access-key.ts'
import { findIdentity } from '../../src/control/iam/identity.ts'
import { putUserPolicy } from '../../src/control/iam/inline-policy.ts'
import { createVirtualMfaDevice, enableMfaDevice } from '../../src/control/iam/mfa-device.ts'
import { createRole } from '../../src/control/iam/role.ts'
import { createUser } from '../../src/control/iam/user.ts'
import { organizationsIn } from '../../src/control/organizations/membership.ts'
import { createOrganization } from '../../src/control/organizations/organization.ts'
import { UsedCodes } from '../../src/control/sts/mfa.ts'
import { getSessionToken } from '../../src/control/sts/session-token.ts'
import { FrontDoor } from '../../src/edge/front-door.ts'
import type { Connection, EndpointConnection } from '../../src/iam/connection.ts'
import { rootPrincipal } from '../../src/iam/principal.ts'
import { sealSession, type TemporaryCredentials } from '../../src/iam/session-token.ts'
import { sha256Hex, signRequest } from '../../src/iam/sigv4.ts'
import { totpCode, totpStep } from '../../src/iam/totp.ts'
import { anyServices } from '../../src/services/any/any-adapter.ts'
import { S3Adapter } from '../../src/services/s3/s3-adapter.ts'
import { callOf as s3Call } from '../../src/services/s3/testing.ts'
import { MemoryJournal } from '../../src/store/journal.ts'
import { Store } from '../../src/store/store.ts'

const ACCOUNT = '123456789012'
const ARN = `arn:aws:iam::${ACCOUNT}`
const SESSION_KEY = new Uint8Array(32).fill(7)
/** What the front door believes the time is. */
const NOW = new Date('2026-03-04T05:06:07Z')
const TIMESTAMP = '20260304T050607Z'
const CALLER = { account: ACCOUNT, region: 'us-east-1', principal: rootPrincipal(ACCOUNT), now: NOW, requestId: 'TEST' }

const PUBLIC: Connection = { kind: 'public', sourceIp: '192.0.2.7', secure: false }
const endpoint = (service: string): EndpointConnection => ({
  kind: 'endpoint',
  endpointId: 'vpce-0a1',
  endpointAccount: ACCOUNT,
  endpointType: 'Interface',
  serviceName: `com.amazonaws.us-east-1.${service}`,
  vpcId: 'vpc-0a1',
  region: 'us-east-1',
  vpcSourceIp: '10.0.1.5',
  interfaceId: 'eni-0a1',
  secure: true,
})

/** The long-term key of the user, or temporary credentials. */
type Signer = Pick<TemporaryCredentials, 'accessKeyId' | 'secretAccessKey'> & { readonly sessionToken?: string }

let store: Store
let s3: S3Adapter
let server: Server
let upstream: Server
let connection: Connection
let directory: string
let organizationId: string
let signers: Readonly<Record<'user' | 'mfa' | 'role', Signer>>

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'postern-keys-'))
  store = await Store.open(new MemoryJournal())
  s3 = new S3Adapter(directory)
  store.transact((tx) => createOrganization(tx, CALLER, {}))
  organizationId = [...store.records.organizations.all()][0]?.id ?? ''
  await s3.run(s3Call('CreateBucket', { Bucket: 'data' }))
  signers = { user: makeUser(), mfa: makeMfaSession(), role: makeRoleSession() }
  upstream = await listening(async (req, res) => {
    await text(req)
    const table = { KeySchema: [{ AttributeName: 'user', KeyType: 'HASH' }] }
    res.end(JSON.stringify({ Table: table }))
  })
  const door = new FrontDoor({
    adapters: [
      controlAdapter({
        service: 'ec2',
        store,
        ...ec2Operations({ consoleOutput: () => Promise.resolve(undefined) } as never),
      }),
      controlAdapter({
        service: 'iam',
        store,
        reads: IAM_READS,
        writes: IAM_WRITES,
        authorisations: IAM_AUTHORISATIONS,
      }),
      controlAdapter({ service: 'sts', store, ...stsOperations({ sessionKey: SESSION_KEY }) }),
      s3,
    ],
    otherAdapter: anyServices(new Map([['dynamodb', new URL(urlOf(upstream))]])),
    identify: (id, token) => findIdentity(store.records, SESSION_KEY, id, token),
    mode: 'strict',
    endpointPolicy: (id) => ({ name: id, document: statement({ Principal: '*' }) }),
    organizations: organizationsIn(() => store.records),
    now: () => NOW,
    log: () => undefined,
  })
  server = await listening((req, res) => void door.answer(req, res, connection))
})

afterAll(async () => {
  for (const one of [server, upstream]) {
    one.closeAllConnections()
    one.close()
  }
  await s3.close()
  rmSync(directory, { recursive: true, force: true })
})

function makeUser(): Signer {
  const { AccessKey } = store.transact((tx) => {
    createUser(tx, CALLER, { UserName: 'ann', Path: '/people/', Tags: [{ Key: 'team', Value: 'blue' }] })
    return createAccessKey(tx, CALLER, { UserName: 'ann' })
  }).result
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}

function makeMfaSession(): Signer {
  const SerialNumber = `${ARN}:mfa/phone`
  const made = store.transact((tx) => createVirtualMfaDevice(tx, CALLER, { VirtualMFADeviceName: 'phone' })).result
  const seed = Buffer.from(made.VirtualMFADevice?.Base32StringSeed ?? '').toString()
  const code = (steps: number) => totpCode(seed, totpStep(NOW) + steps)
  const codes = { AuthenticationCode1: code(-1), AuthenticationCode2: code(0) }
  store.transact((tx) => enableMfaDevice(tx, CALLER, { UserName: 'ann', SerialNumber, ...codes }))
  const found = findIdentity(store.records, SESSION_KEY, userKey(), undefined)
  if (!found) throw new Error('ann is nobody')
  const caller = { ...CALLER, principal: found.principal, now: new Date(NOW.getTime() - 10_000) }
  const input = { SerialNumber, TokenCode: code(0) }
  const { Credentials: given } = getSessionToken(SESSION_KEY, store.records, caller, input, new UsedCodes())
  return {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  }
}

function userKey(): string {
  return [...store.records.accessKeys.all()][0]?.id ?? ''
}

/** As the metadata service gives them out. */
function makeRoleSession(): Signer {
  const trust = '{"Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}'
  const { Role } = store.transact((tx) =>
    createRole(tx, CALLER, { RoleName: 'app', AssumeRolePolicyDocument: trust }),
  ).result
  return sealSession(SESSION_KEY, {
    kind: 'role',
    account: ACCOUNT,
    roleId: Role?.RoleId ?? '',
    sessionName: 'i-0a1',
    issuedAt: '2026-03-04T05:00:00.000Z',
    expiresAt: '2026-03-04T11:00:00.000Z',
    nonce: '1',
    policyArns: [],
    tags: { cell: 'a' },
    sourceInstanceArn: `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/i-0a1`,
    keys: {
      'ec2:RoleDelivery': '2.0',
      'aws:Ec2InstanceSourceVpc': 'vpc-0a1',
      'aws:Ec2InstanceSourcePrivateIPv4': '10.0.1.5',
      'aws:SourceIdentity': 'ann',
    },
  })
}

function statement(members: object): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: '*', Resource: '*', ...members },
  })
}

function listening(handler: (req: IncomingMessage, res: ServerResponse) => unknown): Promise<Server> {
  return new Promise((resolve) => {
    const made = createServer((req, res) => void handler(req, res)).listen(0, '127.0.0.1', () => resolve(made))
  })
}

function urlOf(one: Server): string {
  return `http://127.0.0.1:${(one.address() as AddressInfo).port}`
}

interface Ask {
  readonly service: string
  readonly method?: string
  readonly path?: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** The answer's status and text. */
async function send(ask: Ask, signer: Signer): Promise<{ readonly status: number; readonly body: string }> {
  const { service, method = 'GET', path = '/', query: parameters = {}, headers = {}, body = '' } = ask
  const payloadHash = sha256Hex(body)
  const query = Object.entries(parameters)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&')
  const signed = {
    ...headers,
    host: hostOf(service),
    'x-amz-content-sha256': payloadHash,
    'x-amz-date': TIMESTAMP,
    ...(signer.sessionToken !== undefined && { 'x-amz-security-token': signer.sessionToken }),
  }
  const scope = { date: TIMESTAMP.slice(0, 8), region: 'us-east-1', service }
  const keys = {
    accessKeyId: signer.accessKeyId,
    secret: signer.secretAccessKey,
    scope,
    timestamp: TIMESTAMP,
    payloadHash,
  }
  const authorization = signRequest({ method, path, query, headers: signed }, keys)
  return new Promise((resolve, reject) => {
    const url = `${urlOf(server)}${path}${query === '' ? '' : `?${query}`}`
    const sent = httpRequest(url, { method, headers: { ...signed, authorization } }, async (res) => {
      resolve({ status: res.statusCode ?? 0, body: await text(res) })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

function hostOf(service: string): string {
  return connection.kind === 'endpoint' ? `${service}.us-east-1.amazonaws.com` : new URL(urlOf(server)).host
}

const LIST: Ask = { service: 's3' }
const query = (service: string, Action: string, Version: string, more: Record<string, string> = {}): Ask => ({
  service,
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
  body: new URLSearchParams({ Action, Version, ...more }).toString(),
})
const iam = (Action: string, more: Record<string, string> = {}) => query('iam', Action, '2010-05-08', more)
const ec2 = (Action: string, more: Record<string, string> = {}) => query('ec2', Action, '2016-11-15', more)
const dynamodb = (operation: string, input: object): Ask => ({
  service: 'dynamodb',
  method: 'POST',
  headers: { 'x-amz-target': `DynamoDB_20120810.${operation}`, 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify(input),
})
const objects = (query: Record<string, string> = {}): Ask => ({
  service: 's3',
  path: '/data',
  query: { 'list-type': '2', ...query },
})
const put = (headers: Record<string, string> = {}, body = ''): Ask => ({
  service: 's3',
  method: 'PUT',
  path: '/data/k',
  headers,
  body,
})

interface Row {
  readonly key: string
  /** The value that the policy asks for, and one that no request here has. */
  readonly is: string | (() => string)
  readonly isNot: string
  readonly operator?: string
  readonly ask?: Ask
  /** The service of the endpoint that it comes by; absent: not by one. */
  readonly by?: string
  readonly as?: 'user' | 'mfa' | 'role'
}

const BY_S3 = { by: 's3', ask: LIST } as const
const ROWS: readonly Row[] = [
  { key: 'aws:SourceVpce', is: 'vpce-0a1', isNot: 'vpce-0b2', ...BY_S3 },
  { key: 'aws:SourceVpc', is: 'vpc-0a1', isNot: 'vpc-0b2', ...BY_S3 },
  {
    key: 'aws:SourceVpcArn',
    is: `arn:aws:ec2:us-east-1:${ACCOUNT}:vpc/vpc-0a1`,
    isNot: `arn:aws:ec2:us-east-1:${ACCOUNT}:vpc/vpc-0b2`,
    operator: 'ArnEquals',
    ...BY_S3,
  },
  { key: 'aws:VpceAccount', is: ACCOUNT, isNot: '999999999999', ...BY_S3 },
  { key: 'aws:VpceOrgID', is: () => organizationId, isNot: 'o-other', ...BY_S3 },
  {
    key: 'aws:VpceOrgPaths',
    is: () => `${organizationId}/r-*`,
    isNot: 'o-other/r-1234/',
    operator: 'ForAnyValue:StringLike',
    ...BY_S3,
  },
  { key: 'aws:VpcSourceIp', is: '10.0.1.0/24', isNot: '10.0.2.0/24', operator: 'IpAddress', ...BY_S3 },
  { key: 'aws:SecureTransport', is: 'true', isNot: 'false', operator: 'Bool', ...BY_S3 },
  { key: 'aws:SecureTransport', is: 'false', isNot: 'true', operator: 'Bool', ask: LIST },
  { key: 'aws:SourceIp', is: '192.0.2.0/24', isNot: '10.0.1.0/24', operator: 'IpAddress', ask: LIST },
  { key: 'aws:PrincipalArn', is: `${ARN}:user/people/ann`, isNot: `${ARN}:user/bob`, operator: 'ArnEquals' },
  { key: 'aws:PrincipalArn', is: `${ARN}:role/app`, isNot: `${ARN}:role/other`, operator: 'ArnEquals', as: 'role' },
  { key: 'aws:PrincipalAccount', is: ACCOUNT, isNot: '999999999999' },
  { key: 'aws:PrincipalOrgID', is: () => organizationId, isNot: 'o-other' },
  {
    key: 'aws:PrincipalOrgPaths',
    is: () => `${organizationId}/r-*`,
    isNot: 'o-other/r-1234/',
    operator: 'ForAnyValue:StringLike',
  },
  { key: 'aws:PrincipalTag/team', is: 'blue', isNot: 'red' },
  { key: 'aws:PrincipalTag/cell', is: 'a', isNot: 'b', as: 'role' },
  { key: 'aws:PrincipalType', is: 'User', isNot: 'Account' },
  { key: 'aws:PrincipalIsAWSService', is: 'false', isNot: 'true', operator: 'Bool' },
  { key: 'aws:username', is: 'ann', isNot: 'bob' },
  { key: 'aws:userid', is: 'AIDA*', isNot: 'AROA*', operator: 'StringLike' },
  { key: 'aws:userid', is: 'AROA*:i-0a1', isNot: 'AIDA*', operator: 'StringLike', as: 'role' },
  { key: 'aws:ResourceAccount', is: ACCOUNT, isNot: '999999999999', ask: objects() },
  { key: 's3:ResourceAccount', is: ACCOUNT, isNot: '999999999999', ask: objects() },
  { key: 'aws:ResourceOrgID', is: () => organizationId, isNot: 'o-other', ask: objects() },
  {
    key: 'aws:ResourceOrgPaths',
    is: () => `${organizationId}/r-*`,
    isNot: 'o-other/r-1234/',
    operator: 'ForAnyValue:StringLike',
    ask: objects(),
  },
  { key: 'aws:ResourceTag/team', is: 'blue', isNot: 'red', ask: iam('GetUser', { UserName: 'ann' }) },
  { key: 'iam:ResourceTag/team', is: 'blue', isNot: 'red', ask: iam('GetUser', { UserName: 'ann' }) },
  {
    key: 'aws:CurrentTime',
    is: '2026-03-04T05:06:07Z',
    isNot: '2026-03-04T05:06:08Z',
    operator: 'DateGreaterThanEquals',
  },
  { key: 'aws:EpochTime', is: '1772600767', isNot: '1772600768', operator: 'NumericEquals' },
  { key: 'aws:RequestedRegion', is: 'us-east-1', isNot: 'eu-west-1', ask: ec2('DescribeVpcs') },
  {
    key: 'aws:RequestTag/team',
    is: 'blue',
    isNot: 'red',
    ask: iam('TagUser', { UserName: 'ann', 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': 'blue' }),
  },
  {
    key: 'aws:TagKeys',
    is: 'team',
    isNot: 'cell',
    operator: 'ForAnyValue:StringEquals',
    ask: iam('TagUser', { UserName: 'ann', 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': 'blue' }),
  },
  { key: 'aws:UserAgent', is: 'tool/1', isNot: 'tool/2', ask: { ...LIST, headers: { 'user-agent': 'tool/1' } } },
  { key: 'aws:MultiFactorAuthPresent', is: 'true', isNot: 'false', operator: 'Bool', as: 'mfa' },
  { key: 'aws:MultiFactorAuthPresent', is: 'false', isNot: 'true', operator: 'Bool', as: 'role' },
  { key: 'aws:MultiFactorAuthAge', is: '10', isNot: '11', operator: 'NumericEquals', as: 'mfa' },
  {
    key: 'aws:TokenIssueTime',
    is: '2026-03-04T05:00:00Z',
    isNot: '2026-03-04T05:00:01Z',
    operator: 'DateEquals',
    as: 'role',
  },
  { key: 'aws:SourceIdentity', is: 'ann', isNot: 'bob', as: 'role' },
  {
    key: 'ec2:SourceInstanceARN',
    is: `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/i-0a1`,
    isNot: `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/i-0b2`,
    operator: 'ArnEquals',
    as: 'role',
  },
  { key: 'ec2:RoleDelivery', is: '2.0', isNot: '1.0', operator: 'NumericEquals', as: 'role' },
  { key: 'aws:Ec2InstanceSourceVpc', is: 'vpc-0a1', isNot: 'vpc-0b2', as: 'role' },
  { key: 'aws:Ec2InstanceSourcePrivateIPv4', is: '10.0.1.5', isNot: '10.0.1.6', operator: 'IpAddress', as: 'role' },
  { key: 's3:prefix', is: 'home/', isNot: 'etc/', ask: objects({ prefix: 'home/' }) },
  { key: 's3:delimiter', is: '/', isNot: '-', ask: objects({ delimiter: '/' }) },
  { key: 's3:max-keys', is: '5', isNot: '6', operator: 'NumericEquals', ask: objects({ 'max-keys': '5' }) },
  { key: 's3:authType', is: 'REST-HEADER', isNot: 'REST-QUERY-STRING', ask: objects() },
  { key: 's3:signatureversion', is: 'AWS4-HMAC-SHA256', isNot: 'AWS', ask: objects() },
  { key: 's3:x-amz-content-sha256', is: sha256Hex(''), isNot: 'UNSIGNED-PAYLOAD', ask: objects() },
  { key: 's3:x-amz-storage-class', is: 'STANDARD', isNot: 'GLACIER', ask: put({ 'x-amz-storage-class': 'STANDARD' }) },
  {
    key: 's3:x-amz-server-side-encryption',
    is: 'AES256',
    isNot: 'aws:kms',
    ask: put({ 'x-amz-server-side-encryption': 'AES256' }),
  },
  {
    key: 's3:RequestObjectTag/team',
    is: 'blue',
    isNot: 'red',
    ask: put({ 'x-amz-tagging': 'team=blue' }),
  },
  { key: 's3:ObjectCreationOperation', is: 'true', isNot: 'false', operator: 'Bool', ask: put() },
  { key: 's3:ExistingObjectTag/team', is: 'blue', isNot: 'red', ask: { service: 's3', path: '/data/tagged' } },
  {
    key: 'dynamodb:LeadingKeys',
    is: 'ann',
    isNot: 'bob',
    operator: 'ForAllValues:StringEquals',
    ask: dynamodb('GetItem', { TableName: 't', Key: { date: { S: '2026' }, user: { S: 'ann' } } }),
  },
  {
    key: 'dynamodb:Select',
    is: 'COUNT',
    isNot: 'ALL_ATTRIBUTES',
    ask: dynamodb('Scan', { TableName: 't', Select: 'COUNT' }),
  },
]

/** Everything by which a caller might try to say what only Postern knows. */
function forged(ask: Ask, key: string, value: string): Ask {
  const name = key.replaceAll(/[:/]/g, '-').toLowerCase()
  const headers = {
    ...ask.headers,
    [name]: value,
    [`x-amz-${name}`]: value,
    [`x-${name}`]: value,
    'x-forwarded-for': value,
    'x-forwarded-proto': value,
    'x-real-ip': value,
    forwarded: `for=${value};proto=${value}`,
    via: value,
  }
  if (ask.service !== 's3') return { ...ask, headers }
  return { ...ask, headers, query: { ...ask.query, [key]: value, [name]: value } }
}

const DENIED = /AccessDenied|UnauthorizedOperation/

describe('the edge fills in', () => {
  beforeAll(async () => {
    await s3.run(s3Call('PutObject', { Bucket: 'data', Key: 'tagged', Body: Buffer.from('x'), Tagging: 'team=blue' }))
  })

  it.each(ROWS)('$key, $is, of what it knows itself', async (row) => {
    const { key, isNot, operator = 'StringEquals', ask = LIST, by, as = 'user' } = row
    const is = typeof row.is === 'string' ? row.is : row.is()
    connection = by === undefined ? PUBLIC : endpoint(by)
    const answer = (asked: Ask, value: string) => {
      const condition = { Condition: { [operator]: { [key]: value }, Null: { [key]: 'false' } } }
      allow(as, statement(condition))
      return send(asked, signers[as])
    }
    expect(await answer(ask, is)).toMatchObject({ status: 200 })
    expect((await answer(ask, isNot)).body).toMatch(DENIED)
    expect((await answer(forged(ask, key, isNot), isNot)).body).toMatch(DENIED)
  })

  it.each(['aws:SourceVpce', 'aws:SourceVpc', 'aws:VpcSourceIp', 'aws:VpceAccount', 'aws:VpceOrgID'])(
    'no %s where no endpoint is on the way',
    async (key) => {
      connection = PUBLIC
      allow('user', statement({ Condition: { Null: { [key]: 'true' } } }))
      for (const ask of [LIST, forged(LIST, key, 'vpce-0a1')]) {
        expect(await send(ask, signers.user)).toMatchObject({ status: 200 })
      }
    },
  )

  it('no aws:SourceIp where one is', async () => {
    connection = endpoint('s3')
    allow('user', statement({ Condition: { Null: { 'aws:SourceIp': 'true' } } }))
    for (const ask of [LIST, forged(LIST, 'aws:SourceIp', '192.0.2.7')]) {
      expect(await send(ask, signers.user)).toMatchObject({ status: 200 })
    }
  })

  it('no second factor, nor username, of what has none', async () => {
    connection = PUBLIC
    allow('user', statement({ Condition: { Null: { 'aws:MultiFactorAuthPresent': 'true' } } }))
    expect(await send(LIST, signers.user)).toMatchObject({ status: 200 })
    allow('role', statement({ Condition: { Null: { 'aws:username': 'true', 'aws:MultiFactorAuthAge': 'true' } } }))
    expect(await send(LIST, signers.role)).toMatchObject({ status: 200 })
  })
})

/** The only policy of whoever asks. */
function allow(as: 'user' | 'mfa' | 'role', document: string): void {
  store.transact((tx) => {
    if (as !== 'role') putUserPolicy(tx, CALLER, { UserName: 'ann', PolicyName: 'own', PolicyDocument: document })
    else tx.iamRoles.update([...tx.iamRoles.all()][0]?.id ?? '', { inlinePolicies: { own: document } })
  })
}
