// Each protocol against the real SDK client: what it sends is decoded to what it was given, and what is encoded comes
// back to it as it was. No addresses but a loopback server's.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import * as ec2 from '@aws-sdk/client-ec2'
import * as iam from '@aws-sdk/client-iam'
import * as s3 from '@aws-sdk/client-s3'
import * as ssm from '@aws-sdk/client-ssm'
import * as sts from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApiError } from '../errors.ts'
import type { Codec, Decoded } from './codec.ts'
import { codecFor } from './codecs.ts'
import { ServiceModel } from './model.ts'
import { loadTables } from './tables.ts'

const REQUEST_ID = '11111111-2222-3333-4444-555555555555'

let server: Server
let endpoint: string
let codec: Codec
let answer: (decoded: Decoded) => Record<string, unknown>
let received: Decoded

beforeAll(async () => {
  server = createServer((req, res) => {
    const [path = '', query = ''] = (req.url ?? '').split('?')
    const headers = Object.fromEntries(Object.entries(req.headers).map(([name, value]) => [name, String(value)]))
    const send = async () => {
      const reading = codec.begin({ method: req.method ?? '', path, query, headers })
      received = reading.decode(reading.streams ? req : Buffer.from(await text(req)))
      return codec.encode(received.operation, answer(received), REQUEST_ID)
    }
    send()
      .catch((error: unknown) => {
        if (!(error instanceof ApiError)) throw error
        return codec.encodeError(error, { requestId: REQUEST_ID, hostId: 'host', method: req.method ?? '' })
      })
      .then(({ status, headers, body }) => {
        res.writeHead(status, headers)
        if (body instanceof Readable) body.pipe(res)
        else res.end(body)
      })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

function serve(service: string, respond: (decoded: Decoded) => Record<string, unknown>) {
  const model = new ServiceModel(loadTables(service))
  codec = codecFor(model, new Set(model.operationNames))
  answer = respond
  return { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, maxAttempts: 1 }
}

function refuse(code: string, message: string, options?: ConstructorParameters<typeof ApiError>[2]) {
  return () => {
    throw new ApiError(code, message, options)
  }
}

describe('ec2', () => {
  it('nested lists, tags and booleans arrive as they were sent', async () => {
    const client = new ec2.EC2Client(serve('ec2', () => ({ VpcEndpoint: { VpcEndpointId: 'vpce-1' } })))
    const input = {
      VpcId: 'vpc-1',
      ServiceName: 'com.amazonaws.us-east-1.s3',
      RouteTableIds: ['rtb-1', 'rtb-2'],
      PrivateDnsEnabled: false,
      DryRun: false,
      PolicyDocument: '{"Statement":[{"Resource":"*&=+ é"}]}',
      DnsOptions: { DnsRecordIpType: 'ipv4' as const, PrivateDnsSpecifiedDomains: ['a.b', 'c.d'] },
      TagSpecifications: [{ ResourceType: 'vpc-endpoint' as const, Tags: [{ Key: 'Name', Value: '' }, { Key: 'b' }] }],
    }
    const output = await client.send(new ec2.CreateVpcEndpointCommand(input))
    expect(received).toEqual({ operation: 'CreateVpcEndpoint', input })
    expect(output.VpcEndpoint).toEqual({ VpcEndpointId: 'vpce-1' })
  })

  it('security group rules keep their nesting and numbers', async () => {
    const client = new ec2.EC2Client(serve('ec2', () => ({ Return: true })))
    const input = {
      GroupId: 'sg-1',
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: 0, ToPort: 65535, IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'x' }] },
        { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-2', UserId: '123456789012' }] },
      ],
    }
    await client.send(new ec2.AuthorizeSecurityGroupIngressCommand(input))
    expect(received.input).toEqual(input)
  })

  it('describes give back lists, empty lists, times and numbers', async () => {
    const endpoints = [
      {
        VpcEndpointId: 'vpce-1',
        RouteTableIds: [],
        SubnetIds: ['subnet-1', 'subnet-2'],
        Groups: [{ GroupId: 'sg-1', GroupName: 'a<b>&"c"' }],
        PrivateDnsEnabled: true,
        RequesterManaged: false,
        CreationTimestamp: new Date('2026-01-02T03:04:05.678Z'),
        Tags: [],
      },
    ]
    const client = new ec2.EC2Client(serve('ec2', () => ({ VpcEndpoints: endpoints, NextToken: 'more' })))
    const output = await client.send(
      new ec2.DescribeVpcEndpointsCommand({
        Filters: [{ Name: 'vpc-id', Values: ['vpc-1', 'vpc-2'] }],
        MaxResults: 5,
      }),
    )
    expect(output.VpcEndpoints).toEqual(endpoints)
    expect(output.NextToken).toBe('more')
    expect(received.input).toEqual({ Filters: [{ Name: 'vpc-id', Values: ['vpc-1', 'vpc-2'] }], MaxResults: 5 })
  })

  it('user data and a time reach RunInstances', async () => {
    const client = new ec2.EC2Client(serve('ec2', () => ({ Instances: [{ AmiLaunchIndex: 0, State: { Code: 0 } }] })))
    const output = await client.send(
      new ec2.RunInstancesCommand({ MinCount: 1, MaxCount: 2, UserData: 'IyEvYmluL3NoCg==', ClientToken: 'same' }),
    )
    expect(received.input).toEqual({ MinCount: 1, MaxCount: 2, UserData: 'IyEvYmluL3NoCg==', ClientToken: 'same' })
    expect(output.Instances).toEqual([{ AmiLaunchIndex: 0, State: { Code: 0 } }])
  })

  it.each([
    ['DeleteVpc', {}, '<return>true</return>'],
    ['ModifyVpcEndpoint', {}, '<return>true</return>'],
    ['DescribeVpcs', { Vpcs: [] }, '<vpcSet/>'],
    [
      'DescribeVpcs',
      { Vpcs: [{ VpcId: 'vpc-1', Tags: [] }] },
      '<vpcSet><item><tagSet/><vpcId>vpc-1</vpcId></item></vpcSet>',
    ],
  ])('%s of %j writes %s', (operation, output, content) => {
    serve('ec2', () => ({}))
    expect(codec.encode(operation, output, REQUEST_ID).body).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>\n<${operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">` +
        `<requestId>${REQUEST_ID}</requestId>${content}</${operation}Response>`,
    )
  })

  it('errors keep their code and message', async () => {
    const client = new ec2.EC2Client(
      serve('ec2', refuse('InvalidVpcID.NotFound', "The vpc ID 'vpc-<1>' does not exist")),
    )
    await expect(client.send(new ec2.DescribeVpcsCommand({}))).rejects.toMatchObject({
      name: 'InvalidVpcID.NotFound',
      message: "The vpc ID 'vpc-<1>' does not exist",
      $metadata: { httpStatusCode: 400 },
    })
  })
})

describe('query', () => {
  it('IAM lists, and its modelled errors with the status of the model', async () => {
    const created = new Date('2026-01-02T03:04:05Z')
    const client = new iam.IAMClient(
      serve('iam', () => ({ Role: { RoleName: 'r', Path: '/', CreateDate: created, Tags: [] } })),
    )
    const input = {
      RoleName: 'r',
      AssumeRolePolicyDocument: '{}',
      Tags: [{ Key: 'a', Value: 'b' }],
      MaxSessionDuration: 3600,
    }
    const output = await client.send(new iam.CreateRoleCommand(input))
    expect(received).toEqual({ operation: 'CreateRole', input })
    expect(output.Role).toMatchObject({ RoleName: 'r', CreateDate: created, Tags: [] })
    answer = refuse('NoSuchEntity', 'The role with name r cannot be found.')
    const refused = await client.send(new iam.GetRoleCommand({ RoleName: 'r' })).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(iam.NoSuchEntityException)
    expect(refused).toMatchObject({ $metadata: { httpStatusCode: 404 } })
  })

  it('an operation without output answers with its metadata only', async () => {
    const client = new iam.IAMClient(serve('iam', () => ({})))
    const { $metadata } = await client.send(new iam.DeleteRoleCommand({ RoleName: 'r' }))
    expect($metadata).toMatchObject({ httpStatusCode: 200 })
  })

  it('an output of no members is there all the same: SDKs of other languages look for it', () => {
    serve('iam', () => ({}))
    expect(String(codec.encode('UpdateRole', {}, REQUEST_ID).body)).toContain('<UpdateRoleResult></UpdateRoleResult>')
    expect(String(codec.encode('UpdateUser', {}, REQUEST_ID).body)).not.toContain('Result')
  })

  it('STS credentials come back with their expiry', async () => {
    const expires = new Date('2026-01-02T04:04:05Z')
    const credentials = { AccessKeyId: 'ASIA', SecretAccessKey: 's', SessionToken: 't', Expiration: expires }
    const client = new sts.STSClient(serve('sts', () => ({ Credentials: credentials })))
    const output = await client.send(
      new sts.AssumeRoleCommand({ RoleArn: 'arn:aws:iam::1:role/r', RoleSessionName: 's', PolicyArns: [{ arn: 'a' }] }),
    )
    expect(received.input).toMatchObject({ PolicyArns: [{ arn: 'a' }] })
    expect(output.Credentials).toEqual(credentials)
  })
})

describe('json', () => {
  it('SSM members, times and lists, and its errors', async () => {
    const modified = new Date('2026-01-02T03:04:05.5Z')
    const parameter = { Name: '/a', Type: 'String' as const, Value: 'ami-1', Version: 3, LastModifiedDate: modified }
    const client = new ssm.SSMClient(serve('ssm', () => ({ Parameter: parameter })))
    const output = await client.send(new ssm.GetParameterCommand({ Name: '/a', WithDecryption: true }))
    expect(received).toEqual({ operation: 'GetParameter', input: { Name: '/a', WithDecryption: true } })
    expect(output.Parameter).toEqual(parameter)
    answer = refuse('ParameterNotFound', '')
    await expect(client.send(new ssm.GetParameterCommand({ Name: '/b' }))).rejects.toBeInstanceOf(ssm.ParameterNotFound)
  })

  it('a refusal by policy is AccessDeniedException', async () => {
    const client = new ssm.SSMClient(serve('ssm', refuse('AccessDenied', 'User: x is not authorized')))
    await expect(client.send(new ssm.GetParameterCommand({ Name: '/b' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: 'User: x is not authorized',
    })
  })
})

describe('rest-xml', () => {
  const client = () =>
    new s3.S3Client({ ...serve('s3', (decoded) => answers[decoded.operation] ?? {}), forcePathStyle: true })
  const modified = new Date('2026-01-02T03:04:05.000Z')
  const answers: Record<string, Record<string, unknown>> = {
    GetObject: {
      Body: Readable.from([Buffer.from('hello')]),
      ContentLength: 5,
      ContentType: 'text/plain',
      ETag: '"e"',
      LastModified: modified,
      Metadata: { colour: 'red' },
    },
    ListObjectsV2: {
      Name: 'b',
      KeyCount: 2,
      MaxKeys: 1000,
      IsTruncated: false,
      Contents: [
        { Key: 'a&b', LastModified: modified, ETag: '"e"', Size: 5, StorageClass: 'STANDARD' },
        { Key: 'c', Size: 0 },
      ],
      CommonPrefixes: [{ Prefix: 'd/' }],
    },
    ListBuckets: { Buckets: [{ Name: 'b', CreationDate: modified }], Owner: { ID: 'o' } },
    GetBucketLocation: { LocationConstraint: 'eu-west-1' },
    GetBucketPolicy: { Policy: '{"Version":"2012-10-17"}' },
    GetBucketAcl: {
      Owner: { ID: 'o' },
      Grants: [{ Grantee: { Type: 'CanonicalUser', ID: 'o' }, Permission: 'FULL_CONTROL' }],
    },
    CopyObject: { CopyObjectResult: { ETag: '"e"', LastModified: modified } },
    UploadPartCopy: { CopyPartResult: { ETag: '"e"' } },
    DeleteObjects: { Deleted: [{ Key: 'a' }], Errors: [] },
  }

  it('GetObject streams its body beside headers', async () => {
    const output = await client().send(new s3.GetObjectCommand({ Bucket: 'b', Key: 'x/y z', Range: 'bytes=0-4' }))
    expect(received).toMatchObject({ operation: 'GetObject', input: { Bucket: 'b', Key: 'x/y z', Range: 'bytes=0-4' } })
    expect(await output.Body?.transformToString()).toBe('hello')
    expect(output).toMatchObject({ ContentLength: 5, Metadata: { colour: 'red' }, LastModified: modified, ETag: '"e"' })
  })

  it('lists, ACLs, locations and policies come back as they were', async () => {
    const s3Client = client()
    const list = await s3Client.send(new s3.ListObjectsV2Command({ Bucket: 'b', Prefix: 'p', MaxKeys: 7 }))
    expect(list).toMatchObject(answers.ListObjectsV2!)
    expect(received.input).toEqual({ Bucket: 'b', Prefix: 'p', MaxKeys: 7 })
    expect(await s3Client.send(new s3.ListBucketsCommand({}))).toMatchObject(answers.ListBuckets!)
    expect(await s3Client.send(new s3.GetBucketLocationCommand({ Bucket: 'b' }))).toMatchObject(
      answers.GetBucketLocation!,
    )
    expect(await s3Client.send(new s3.GetBucketPolicyCommand({ Bucket: 'b' }))).toMatchObject(answers.GetBucketPolicy!)
    expect(await s3Client.send(new s3.GetBucketAclCommand({ Bucket: 'b' }))).toMatchObject(answers.GetBucketAcl!)
    const copy = await s3Client.send(new s3.CopyObjectCommand({ Bucket: 'b', Key: 'k', CopySource: 'c/d' }))
    expect(copy).toMatchObject(answers.CopyObject!)
    expect(received.operation).toBe('CopyObject')
  })

  it('XML bodies are read: DeleteObjects, tags, encryption', async () => {
    const s3Client = client()
    const objects = [{ Key: 'a\u0001\r&<' }, { Key: 'b', VersionId: '1' }]
    await s3Client.send(new s3.DeleteObjectsCommand({ Bucket: 'b', Delete: { Objects: objects, Quiet: true } }))
    expect(received.input).toMatchObject({ Bucket: 'b', Delete: { Objects: objects, Quiet: true } })
    await s3Client.send(new s3.PutBucketTaggingCommand({ Bucket: 'b', Tagging: { TagSet: [{ Key: 'k', Value: '' }] } }))
    expect(received.input).toMatchObject({ Tagging: { TagSet: [{ Key: 'k', Value: '' }] } })
    await s3Client.send(new s3.CreateBucketCommand({ Bucket: 'b' }))
    expect(received).toMatchObject({ operation: 'CreateBucket', input: { Bucket: 'b' } })
    await s3Client.send(new s3.PutBucketPolicyCommand({ Bucket: 'b', Policy: '{"é":1}' }))
    expect(received.input).toMatchObject({ Bucket: 'b', Policy: '{"é":1}' })
  })

  it.each([
    ['ListParts', new s3.ListPartsCommand({ Bucket: 'b', Key: 'k', UploadId: 'u' })],
    [
      'CompleteMultipartUpload',
      new s3.CompleteMultipartUploadCommand({
        Bucket: 'b',
        Key: 'k',
        UploadId: 'u',
        MultipartUpload: { Parts: [{ ETag: 'e', PartNumber: 1 }] },
      }),
    ],
    ['CreateMultipartUpload', new s3.CreateMultipartUploadCommand({ Bucket: 'b', Key: 'k' })],
    [
      'UploadPartCopy',
      new s3.UploadPartCopyCommand({ Bucket: 'b', Key: 'k', UploadId: 'u', PartNumber: 1, CopySource: 'c/d' }),
    ],
    ['AbortMultipartUpload', new s3.AbortMultipartUploadCommand({ Bucket: 'b', Key: 'k', UploadId: 'u' })],
    ['HeadBucket', new s3.HeadBucketCommand({ Bucket: 'b' })],
    ['HeadObject', new s3.HeadObjectCommand({ Bucket: 'b', Key: 'k' })],
    ['ListObjects', new s3.ListObjectsCommand({ Bucket: 'b' })],
    ['ListObjectVersions', new s3.ListObjectVersionsCommand({ Bucket: 'b' })],
    ['GetBucketVersioning', new s3.GetBucketVersioningCommand({ Bucket: 'b' })],
    ['DeleteBucketPolicy', new s3.DeleteBucketPolicyCommand({ Bucket: 'b' })],
    ['PutObjectTagging', new s3.PutObjectTaggingCommand({ Bucket: 'b', Key: 'k', Tagging: { TagSet: [] } })],
    ['GetPublicAccessBlock', new s3.GetPublicAccessBlockCommand({ Bucket: 'b' })],
  ] as const)('the route of %s is its own', async (operation, command) => {
    await client().send(command as s3.HeadObjectCommand)
    expect(received).toEqual({ operation, input: expect.objectContaining(command.input) })
  })

  it('errors become the modelled class; HEAD has no body', async () => {
    const s3Client = client()
    answer = refuse('NoSuchKey', 'The specified key does not exist.', { fields: { Key: 'k' } })
    const refused = await s3Client
      .send(new s3.GetObjectCommand({ Bucket: 'b', Key: 'k' }))
      .catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(s3.NoSuchKey)
    expect(refused).toMatchObject({ $metadata: { httpStatusCode: 404 }, Key: 'k' })
    await expect(s3Client.send(new s3.HeadObjectCommand({ Bucket: 'b', Key: 'k' }))).rejects.toBeInstanceOf(s3.NotFound)
  })
})
