// A running world for bench/edge.ts: an instance whose only way to S3 is an interface endpoint with a policy, a user with a
// key, and a bucket with a small object and a large one.

import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import {
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2'
import { AttachUserPolicyCommand, CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { LabWorld } from '../labs/lab-world.ts'
import { sha256Hex, signRequest } from '../src/iam/sigv4.ts'

const REGION = 'us-east-1'
const BUCKET = 'bench'
const SMALL = 1024
/** As a company writes it: what is allowed, and a wall around the account. */
const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: '*',
      Action: ['s3:GetObject', 's3:ListBucket'],
      Resource: [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`],
    },
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: '*',
      Condition: { StringNotEquals: { 's3:ResourceAccount': '123456789012' } },
    },
  ],
})

export interface Key {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface EdgeWorld {
  readonly world: LabWorld
  readonly instanceId: string
  readonly key: Key
  /** Below `bucket.vpce-…`: the bucket as a virtual host. */
  readonly host: string
}

/** `largeFile` becomes the object `large`. */
export async function edgeWorld(world: LabWorld, largeFile: string): Promise<EdgeWorld> {
  const root = { accessKeyId: '123456789012', secretAccessKey: 'unused' }
  const options = { endpoint: world.endpoint, region: REGION, credentials: root }
  const { instanceId, host } = await buildNetwork(new EC2Client(options))
  const key = await makeKey(new IAMClient(options))
  const s3 = new S3Client({ ...options, credentials: key, forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }))
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'small', Body: randomBytes(SMALL) }))
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'large', Body: createReadStream(largeFile) }))
  return { world, instanceId, key, host: `${BUCKET}.bucket.${host}` }
}

/** The headers of a signed GET: the same that an SDK sends. */
export function signedGet(host: string, path: string, { accessKeyId, secretAccessKey }: Key): Record<string, string> {
  const timestamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const payloadHash = sha256Hex('')
  const headers = { host, 'x-amz-content-sha256': payloadHash, 'x-amz-date': timestamp }
  const scope = { date: timestamp.slice(0, 8), region: REGION, service: 's3' }
  const signer = { accessKeyId, secret: secretAccessKey, scope, timestamp, payloadHash }
  const authorization = signRequest({ method: 'GET', path, query: '', headers }, signer)
  return { ...headers, 'user-agent': 'aws-sdk-js/3 bench', accept: '*/*', authorization }
}

/** A URL for the large object that curl can ask for as it is. */
export function largeUrl({ host, key }: EdgeWorld): Promise<string> {
  const endpoint = `https://${host.slice(BUCKET.length + 1)}`
  const s3 = new S3Client({ endpoint, region: REGION, credentials: key })
  return getSignedUrl(s3, new GetObjectCommand({ Bucket: BUCKET, Key: 'large' }), { expiresIn: 3600 })
}

async function buildNetwork(ec2: EC2Client): Promise<{ instanceId: string; host: string }> {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.8.0.0/16' }))
  const VpcId = Vpc?.VpcId
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: '10.8.1.0/24' }))
  const SubnetIds = [Subnet?.SubnetId ?? '']
  const { VpcEndpoint } = await ec2.send(
    new CreateVpcEndpointCommand({
      VpcId,
      SubnetIds,
      VpcEndpointType: 'Interface',
      ServiceName: `com.amazonaws.${REGION}.s3`,
      PrivateDnsEnabled: false,
      PolicyDocument: POLICY,
    }),
  )
  const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }))
  const launch = { ImageId: Images?.[0]?.ImageId, InstanceType: 't3.micro', SubnetId: SubnetIds[0] } as const
  const { Instances } = await ec2.send(new RunInstancesCommand({ ...launch, MinCount: 1, MaxCount: 1 }))
  const instanceId = Instances?.[0]?.InstanceId ?? ''
  await whenRunning(ec2, instanceId)
  return { instanceId, host: VpcEndpoint?.DnsEntries?.[0]?.DnsName?.replace(/^\*\./, '') ?? '' }
}

async function whenRunning(ec2: EC2Client, instanceId: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }))
    if (Reservations?.[0]?.Instances?.[0]?.State?.Name === 'running') return
    await new Promise((tick) => setTimeout(tick, 100))
  }
  throw new Error(`${instanceId} does not run`)
}

async function makeKey(iam: IAMClient): Promise<Key> {
  await iam.send(new CreateUserCommand({ UserName: 'bench' }))
  const PolicyArn = 'arn:aws:iam::aws:policy/AmazonS3FullAccess'
  await iam.send(new AttachUserPolicyCommand({ UserName: 'bench', PolicyArn }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'bench' }))
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}
