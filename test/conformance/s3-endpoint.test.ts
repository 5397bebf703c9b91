// The path of an instance to S3, but for the packets: TLS, the endpoint known by its address, and the endpoint's policy.
// Loopback stands for the backbone: the endpoint is 127.81.0.1, the instance's interface 127.81.1.1.

import { mkdtempSync, rmSync } from 'node:fs'
import { Agent } from 'node:https'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Network } from '../../src/compile/network.ts'
import { CertificateAuthority } from '../../src/edge/ca.ts'
import { FrontDoor } from '../../src/edge/front-door.ts'
import { EdgeListener } from '../../src/edge/listener.ts'
import { type IdentifiedPrincipal, rootPrincipal } from '../../src/iam/principal.ts'
import type { Address } from '../../src/ip/address.ts'
import { S3Adapter } from '../../src/services/s3/s3-adapter.ts'
import { callOf } from '../../src/services/s3/testing.ts'

const ACCOUNT = '123456789012'
const OTHER = '210987654321'
const Bucket = 'company-confidential-data'
/** Word for word the policy of the article that the lab follows. */
const POLICY = JSON.stringify({
  Statement: [
    { Action: 's3:GetObject', Effect: 'Allow', Resource: `arn:aws:s3:::${Bucket}/*`, Principal: '*' },
    {
      Action: 's3:*',
      Effect: 'Deny',
      Resource: '*',
      Principal: '*',
      Condition: { StringNotEquals: { 's3:ResourceAccount': ACCOUNT } },
    },
  ],
})
const ROLE = `arn:aws:sts::${ACCOUNT}:assumed-role/app/i-1`

const NETWORK: Network = {
  inhabited: [],
  publicZones: [],
  vpcs: [
    {
      id: 'vpc-1',
      owner: ACCOUNT,
      region: 'us-east-1',
      cidrs: [],
      resolver: { enabled: true, hostnames: true, addresses: [], domain: 'ec2.internal' },
      subnets: [],
      instances: [],
      routeTables: [],
      securityGroups: [],
      networkAcls: [],
      privateZones: [],
      loadBalancers: [],
      targetGroups: [],
      connections: [],
      failedZoneIds: [],
      interfaces: [
        {
          id: 'eni-1',
          owner: ACCOUNT,
          subnetId: 'subnet-1',
          macAddress: '02:00:00:00:00:01',
          addresses: ['10.0.1.10' as Address],
          groupIds: [],
          sourceDestCheck: true,
          backboneAddress: '127.81.1.1' as Address,
        },
      ],
      endpoints: [
        {
          id: 'vpce-1',
          owner: ACCOUNT,
          kind: 'gateway',
          serviceName: 'com.amazonaws.us-east-1.s3',
          backboneAddress: '127.81.0.1' as Address,
          policyDocument: POLICY,
          routeTableIds: [],
        },
      ],
    },
  ],
}

const role: IdentifiedPrincipal = {
  ...rootPrincipal(ACCOUNT),
  kind: 'assumedRole',
  arn: ROLE,
  userId: 'AROA:i-1',
  roleArn: `arn:aws:iam::${ACCOUNT}:role/app`,
  roleName: 'app',
  sessionName: 'i-1',
  sessionPolicies: [],
  issuedAt: new Date(0).toISOString(),
  identityPolicies: [
    {
      name: 'inline:app/s3',
      document: JSON.stringify({ Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' } }),
    },
  ],
}

let directory: string
let adapter: S3Adapter
let listener: EdgeListener
let https: Server
let s3: S3Client

function listening(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '0.0.0.0', () => resolve(server))
  })
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'postern-endpoint-'))
  adapter = new S3Adapter(join(directory, 's3'))
  for (const [name, account] of [
    [Bucket, ACCOUNT],
    ['theirs', OTHER],
  ] as const) {
    const owner = { principal: rootPrincipal(account), now: new Date() }
    await adapter.run(callOf('CreateBucket', { Bucket: name }, owner))
    await adapter.run(callOf('PutObject', { Bucket: name, Key: 'report.txt', Body: Buffer.from('secret') }, owner))
  }
  const authority = CertificateAuthority.open(directory)
  const log = (line: string) => expect.unreachable(line)
  const frontDoor = new FrontDoor({
    adapters: [adapter],
    identify: (id) => (id === 'ASIAROLE' ? { secret: 'secret', principal: role } : undefined),
    mode: 'open',
    endpointPolicy: () => ({ name: 'vpce-1', document: POLICY }),
    now: () => new Date(),
    log,
  })
  listener = new EdgeListener({ network: () => NETWORK, authority, frontDoor, log })
  https = await listening()
  listener.serve({ https, http: createServer() })
  const { port } = https.address() as AddressInfo
  const agent = new Agent({
    ca: authority.certificate,
    localAddress: '127.81.1.1',
    lookup: toEndpoint,
    keepAlive: true,
  })
  s3 = new S3Client({
    region: 'us-east-1',
    endpoint: `https://s3.us-east-1.amazonaws.com:${port}`,
    credentials: { accessKeyId: 'ASIAROLE', secretAccessKey: 'secret' },
    requestHandler: { httpsAgent: agent },
    maxAttempts: 1,
  })
})
afterAll(async () => {
  s3.destroy()
  listener.close()
  https.close()
  await adapter.close()
  rmSync(directory, { recursive: true, force: true })
})

/** The VPC's resolver and route: every name of S3's leads to the endpoint. */
function toEndpoint(
  _name: string,
  options: { all?: boolean },
  answer: (error: null, address: never, family?: number) => void,
): void {
  const address = '127.81.0.1'
  answer(null, (options.all ? [{ address, family: 4 }] : address) as never, 4)
}

async function refused(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'it passed'
  } catch (error) {
    const { name, message, $metadata } = Object(error)
    return `${$metadata?.httpStatusCode} ${name}: ${message}`
  }
}

it('GetObject of the bucket that the policy allows, by its virtual host, over TLS', async () => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'report.txt' }))
  expect(await Body?.transformToString()).toBe('secret')
})

it('PutObject: no statement allows it', async () => {
  expect(await refused(s3.send(new PutObjectCommand({ Bucket, Key: 'new', Body: 'x' })))).toMatch(
    new RegExp(
      `^403 AccessDenied: User: ${ROLE} is not authorized to perform: s3:PutObject .*because no VPC endpoint policy allows the s3:PutObject action$`,
    ),
  )
})

it("another account's bucket: the explicit deny", async () => {
  expect(await refused(s3.send(new GetObjectCommand({ Bucket: 'theirs', Key: 'report.txt' })))).toBe(
    `403 AccessDenied: User: ${ROLE} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::theirs/report.txt" with an explicit deny in a VPC endpoint policy`,
  )
})

it('HEAD has no body, so nothing is said', async () => {
  expect(await refused(s3.send(new HeadObjectCommand({ Bucket: 'theirs', Key: 'report.txt' })))).toMatch(/^403/)
})

it('a bucket policy sees the endpoint that the request came by', async () => {
  const only = (endpoint: string) =>
    JSON.stringify({
      Statement: {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:GetObject',
        Resource: `arn:aws:s3:::${Bucket}/*`,
        Condition: { StringNotEquals: { 'aws:SourceVpce': endpoint } },
      },
    })
  await adapter.run(callOf('PutBucketPolicy', { Bucket, Policy: only('vpce-2') }))
  expect(await refused(s3.send(new GetObjectCommand({ Bucket, Key: 'report.txt' })))).toContain(
    'with an explicit deny in a resource-based policy',
  )
  await adapter.run(callOf('PutBucketPolicy', { Bucket, Policy: only('vpce-1') }))
  expect(await refused(s3.send(new GetObjectCommand({ Bucket, Key: 'report.txt' })))).toBe('it passed')
})
