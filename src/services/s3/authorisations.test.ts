import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Call } from '../../edge/adapter.ts'
import type { PolicyDecision } from '../../iam/request.ts'
import { ACCOUNT, callerOf, callOf, TestS3 } from './testing.ts'

const OTHER = '210987654321'
const Bucket = 'data'
const arn = `arn:aws:s3:::${Bucket}`
let s3: TestS3
beforeEach(async () => {
  s3 = new TestS3()
  await s3.ask('CreateBucket', { Bucket })
  await s3.ask('PutObject', { Bucket, Key: 'k', Body: Buffer.from('v'), Tagging: 'Team=a' })
})
afterEach(() => s3.dispose())

async function asked(operation: string, input: Record<string, unknown>, over: Partial<Call> = {}): Promise<string[]> {
  const list = await s3.adapter.authorisations(callOf(operation, input, over))
  return list.map(({ action, resource }) => `${action} ${resource}`)
}

describe('authorisations', () => {
  it.each([
    ['ListBuckets', {}, ['s3:ListAllMyBuckets *']],
    ['HeadBucket', { Bucket }, [`s3:ListBucket ${arn}`]],
    ['ListObjectsV2', { Bucket }, [`s3:ListBucket ${arn}`]],
    ['ListObjectVersions', { Bucket }, [`s3:ListBucketVersions ${arn}`]],
    ['GetBucketEncryption', { Bucket }, [`s3:GetEncryptionConfiguration ${arn}`]],
    ['DeleteBucketCors', { Bucket }, [`s3:PutBucketCORS ${arn}`]],
    ['GetObject', { Bucket, Key: 'k' }, [`s3:GetObject ${arn}/k`]],
    ['HeadObject', { Bucket, Key: 'k' }, [`s3:GetObject ${arn}/k`]],
    ['GetObject', { Bucket, Key: 'k', VersionId: 'null' }, [`s3:GetObjectVersion ${arn}/k`]],
    ['GetObject', { Bucket, Key: 'none' }, [`s3:GetObject ${arn}/none`, `s3:ListBucket ${arn}`]],
    ['GetObject', { Bucket: 'nobody-has-this', Key: 'k' }, ['s3:GetObject arn:aws:s3:::nobody-has-this/k']],
    ['PutObject', { Bucket, Key: 'new' }, [`s3:PutObject ${arn}/new`]],
    [
      'PutObject',
      { Bucket, Key: 'new', Tagging: 'a=b' },
      [`s3:PutObject ${arn}/new`, `s3:PutObjectTagging ${arn}/new`],
    ],
    ['UploadPart', { Bucket, Key: 'new' }, [`s3:PutObject ${arn}/new`]],
    [
      'CopyObject',
      { Bucket, Key: 'to', CopySource: `${Bucket}/k` },
      [`s3:GetObject ${arn}/k`, `s3:PutObject ${arn}/to`],
    ],
    [
      'DeleteObjects',
      { Bucket, Delete: { Objects: [{ Key: 'a' }, { Key: 'b', VersionId: 'v' }] } },
      [`s3:DeleteObject ${arn}/a`, `s3:DeleteObjectVersion ${arn}/b`],
    ],
  ])('%s %j', async (operation, input, expected) => {
    expect(await asked(operation, input)).toEqual(expected)
  })

  it('every operation that is served asks something', async () => {
    for (const operation of s3.adapter.operations) {
      const input = { Bucket, Key: 'k', CopySource: `${Bucket}/k`, Delete: { Objects: [{ Key: 'k' }] } }
      expect(await asked(operation, input), operation).not.toEqual([])
    }
  })

  it("carry S3's own condition keys", async () => {
    const [list] = await s3.adapter.authorisations(
      callOf('ListObjectsV2', { Bucket, Prefix: 'home/', Delimiter: '/', MaxKeys: 5 }),
    )
    expect(list?.keys).toMatchObject({ 's3:prefix': 'home/', 's3:delimiter': '/', 's3:max-keys': '5' })
    const headers = { 'x-amz-acl': 'bucket-owner-full-control', authorization: 'AWS4-HMAC-SHA256 …' }
    const [put] = await s3.adapter.authorisations(
      callOf('PutObject', { Bucket, Key: 'k', Tagging: 'Team=b' }, { headers }),
    )
    expect(put?.keys).toMatchObject({
      's3:x-amz-acl': 'bucket-owner-full-control',
      's3:authtype': 'REST-HEADER',
      's3:requestobjecttag/team': 'b',
      's3:requestobjecttagkeys': ['Team'],
    })
    expect(put?.keys).not.toHaveProperty('s3:existingobjecttag/team')
    const [get] = await s3.adapter.authorisations(callOf('GetObject', { Bucket, Key: 'k' }))
    expect(get?.keys).toMatchObject({ 's3:existingobjecttag/team': 'a' })
    const [buckets] = await s3.adapter.authorisations(callOf('ListBuckets'))
    expect(buckets?.keys).toMatchObject({ 's3:resourceaccount': ACCOUNT })
  })

  it('say whose the bucket is, and bring its policy; a public one lets no other account in while that is restricted', async () => {
    const [before] = await s3.adapter.authorisations(callOf('GetObject', { Bucket, Key: 'k' }, callerOf(OTHER)))
    expect(before).toMatchObject({ resourceAccount: ACCOUNT })
    expect(before).not.toHaveProperty('resourcePolicy')
    const block = { BlockPublicPolicy: false, RestrictPublicBuckets: false }
    const document = JSON.stringify({
      Statement: { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `${arn}/*` },
    })
    await s3.ask('PutPublicAccessBlock', { Bucket, PublicAccessBlockConfiguration: block })
    await s3.ask('PutBucketPolicy', { Bucket, Policy: document })
    const [open] = await s3.adapter.authorisations(callOf('GetObject', { Bucket, Key: 'k' }, callerOf(OTHER)))
    expect(open?.resourcePolicy).toEqual({ name: arn, document })
    await s3.ask('PutPublicAccessBlock', { Bucket, PublicAccessBlockConfiguration: { RestrictPublicBuckets: true } })
    const [restricted] = await s3.adapter.authorisations(callOf('GetObject', { Bucket, Key: 'k' }, callerOf(OTHER)))
    expect(restricted).not.toHaveProperty('resourcePolicy')
  })
})

describe('what explain asks of a request that is not there', () => {
  const { principal } = callOf('GetObject', {})
  const described = (action: string, resource: string) => s3.adapter.describeRequest(principal, action, resource)

  it('is what the request itself would ask', async () => {
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: `${arn}/x` },
    })
    await s3.ask('PutBucketPolicy', { Bucket, Policy })
    const headers = { authorization: 'AWS4-HMAC-SHA256 …' }
    const [object] = await s3.adapter.authorisations(callOf('GetObject', { Bucket, Key: 'k' }, { headers }))
    expect(described('s3:GetObject', `${arn}/k`)).toEqual(object)
    const [bucket] = await s3.adapter.authorisations(callOf('ListObjectsV2', { Bucket }, { headers }))
    expect(described('s3:ListBucket', arn)).toEqual(bucket)
    const [buckets] = await s3.adapter.authorisations(callOf('ListBuckets', {}, { headers }))
    expect(described('s3:ListAllMyBuckets', '*')).toEqual(buckets)
  })

  it("knows nothing of other services' resources", () => {
    const table = 'arn:aws:dynamodb:us-east-1:123456789012:table/t'
    expect(described('dynamodb:GetItem', table)).toEqual({ action: 'dynamodb:GetItem', resource: table, keys: {} })
  })
})

it("its bucket's policy does not lock the account's root user out of the policy itself", async () => {
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: [arn, `${arn}/*`] },
  })
  await s3.ask('PutBucketPolicy', { Bucket, Policy })
  const policyOf = async (operation: string, over: Partial<Call> = {}) =>
    (await s3.adapter.authorisations(callOf(operation, { Bucket, Policy }, over)))[0]?.resourcePolicy?.document
  for (const operation of ['GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy']) {
    expect(await policyOf(operation), operation).toBeUndefined()
    expect(await policyOf(operation, callerOf(OTHER)), operation).toBe(Policy)
  }
  expect(await policyOf('GetBucketPolicyStatus')).toBe(Policy)
})

describe('refusal', () => {
  const byEndpoint = (endpointAccount: string): Partial<Call> => ({
    connection: {
      kind: 'endpoint',
      endpointId: 'vpce-1',
      endpointAccount,
      endpointType: 'Gateway',
      serviceName: 'com.amazonaws.us-east-1.s3',
      vpcId: 'vpc-1',
      region: 'us-east-1',
      vpcSourceIp: '10.0.1.10',
      interfaceId: 'eni-1',
      secure: true,
    },
  })
  const policySays = (message: string): PolicyDecision => ({ allowed: false, layers: [], message })
  const endpointDeny =
    'User: x is not authorized to perform: s3:GetObject on resource: "y" with an explicit deny in a VPC endpoint policy'
  const identityDeny =
    'User: x is not authorized to perform: s3:GetObject because no identity-based policy allows the s3:GetObject action'

  it.each([
    ["the caller's own bucket", ACCOUNT, byEndpoint(ACCOUNT), identityDeny, identityDeny],
    ["another account's bucket", OTHER, byEndpoint(ACCOUNT), identityDeny, 'Access Denied'],
    [
      "another account's bucket by the endpoint of the caller's account",
      OTHER,
      byEndpoint(ACCOUNT),
      endpointDeny,
      endpointDeny,
    ],
    ['the endpoint of another account', ACCOUNT, byEndpoint(OTHER), endpointDeny, 'Access Denied'],
    ['no resource', undefined, {}, identityDeny, identityDeny],
  ])('%s', (_rule, resourceAccount, over, message, expected) => {
    const authorisation = {
      action: 's3:GetObject',
      resource: `${arn}/k`,
      keys: {},
      ...(resourceAccount ? { resourceAccount } : {}),
    }
    const refusal = s3.adapter.refusal(
      callOf('GetObject', { Bucket, Key: 'k' }, over),
      authorisation,
      policySays(message),
    )
    expect(refusal).toMatchObject({ code: 'AccessDenied', status: 403, message: expected })
  })
})
