// Policies against real requests: every row is asked three ways, of AWS's documents, of `explain`, and by a signed
// client in an instance's network that goes through the endpoint over TLS. Needs root.
// Address plan: VPC 10.0.0.0/16, subnet 10.0.1.0/24, the instance 10.0.1.10.

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import * as EC2 from '@aws-sdk/client-ec2'
import * as IAM from '@aws-sdk/client-iam'
import * as S3 from '@aws-sdk/client-s3'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import type { Trace } from '../../src/explain/trace.ts'
import { checkHost } from '../../src/linux/check-host.ts'
import { readWorldName } from '../../src/store/world-directory.ts'
import {
  ACCOUNT,
  ADDRESS,
  type Expected,
  INSTANCE,
  OTHER_VPCE,
  OURS,
  PARTNER,
  POLICY_ROWS,
  type PolicyRow,
  type Statement,
  THEIRS,
  VPC,
  VPCE,
} from './policy-rows.ts'
import { callS3, type S3Order, type S3Outcome } from './s3-guest.ts'

const problems = await checkHost()
if (problems.length > 0) console.warn(`SKIPPED test/kernel/policy-differential.test.ts: ${problems.join('; ')}`)

const ROLE = 'differential'
const [GATEWAY, INTERFACE] = ['<gateway endpoint>', '<interface endpoint>']
const DENY_ALL: Statement[] = [{ Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' }]
const KEY = 'report'
const SENTENCES: Readonly<Record<Exclude<Expected, 'passed' | 'untold'>, RegExp>> = {
  'no endpoint': /because no VPC endpoint policy allows the s3:\w+ action$/,
  'deny endpoint': /with an explicit deny in a VPC endpoint policy$/,
  'no resource': /because no resource-based policy allows the s3:\w+ action$/,
  'deny resource': /with an explicit deny in a resource-based policy$/,
  'no identity': /because no identity-based policy allows the s3:\w+ action$/,
  'deny identity': /with an explicit deny in an identity-based policy$/,
  'no boundary': /because no permissions boundary allows the s3:\w+ action$/,
  'deny boundary': /with an explicit deny in a permissions boundary$/,
}

/** The rows' own world: one instance with a role, an endpoint, and a bucket in each of two accounts. */
class PolicyWorld {
  readonly #lab: LabWorld
  readonly #ec2: EC2.EC2Client
  readonly #iam: IAM.IAMClient
  readonly #buckets: Readonly<Record<string, S3.S3Client>>
  readonly #names = new Map<string, string>()
  /** The interface endpoint's own name, below which buckets are. */
  #interfaceName = ''
  readonly #guestStdin = new PassThrough()
  #answers: AsyncIterator<string> | undefined
  #guest: Promise<number> | undefined
  /** Of the role, for requests from the host. */
  #session: S3Order['credentials']

  private constructor(lab: LabWorld) {
    const client = (account: string) => ({
      endpoint: lab.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: account, secretAccessKey: 'unused' },
    })
    this.#lab = lab
    this.#ec2 = new EC2.EC2Client(client(ACCOUNT))
    this.#iam = new IAM.IAMClient(client(ACCOUNT))
    this.#buckets = {
      [OURS]: new S3.S3Client({ ...client(ACCOUNT), forcePathStyle: true }),
      [THEIRS]: new S3.S3Client({ ...client(PARTNER), forcePathStyle: true }),
    }
  }

  static async build(): Promise<PolicyWorld> {
    const lab = await LabWorld.start()
    const world = new PolicyWorld(lab)
    try {
      await Promise.all([world.#makeRole(), world.#fillBuckets()])
      await world.#makeNetwork()
      await world.#takeSession(lab.endpoint)
      world.#enter()
    } catch (error) {
      await world.close()
      throw error
    }
    return world
  }

  async close(): Promise<void> {
    this.#guestStdin.end()
    await this.#guest
    await this.#lab.stop()
  }

  /** Puts the row's policies in force. */
  async arrange(row: PolicyRow): Promise<void> {
    const inline = { RoleName: ROLE, PolicyName: 's3' }
    const mine: Statement[] = [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]
    await this.#iam.send(
      new IAM.PutRolePolicyCommand({ ...inline, PolicyDocument: this.#document(row.rolePolicy ?? mine, row) }),
    )
    if (row.boundary === undefined) {
      await this.#iam.send(new IAM.DeleteRolePermissionsBoundaryCommand({ RoleName: ROLE }))
    } else {
      const boundary = { RoleName: ROLE, PermissionsBoundary: row.boundary }
      await this.#iam.send(new IAM.PutRolePermissionsBoundaryCommand(boundary))
    }
    for (const [Bucket, client] of Object.entries(this.#buckets)) {
      const policy = Bucket === (row.request?.bucket ?? OURS) ? row.bucketPolicy : undefined
      if (policy) await client.send(new S3.PutBucketPolicyCommand({ Bucket, Policy: this.#document(policy, row) }))
      else await client.send(new S3.DeleteBucketPolicyCommand({ Bucket }))
    }
    const endpoint = endpointOf(row)
    const other = endpoint === GATEWAY ? INTERFACE : GATEWAY
    await this.#putEndpointPolicy(endpoint, row.endpointPolicy && this.#document(row.endpointPolicy, row))
    await this.#putEndpointPolicy(other, this.#document(DENY_ALL, row))
    await this.#settle()
  }

  async #putEndpointPolicy(endpoint: string, PolicyDocument: string | undefined): Promise<void> {
    const VpcEndpointId = this.#names.get(endpoint)
    const change = PolicyDocument === undefined ? { ResetPolicy: true } : { PolicyDocument }
    await this.#ec2.send(new EC2.ModifyVpcEndpointCommand({ VpcEndpointId, ...change }))
  }

  /** What really happens to the row's request. */
  async send({ request, path }: PolicyRow): Promise<S3Outcome> {
    const order: S3Order = { operation: 'GetObject', bucket: OURS, key: KEY, ...request }
    if (path === 'loopback') {
      return callS3({ ...order, endpoint: this.#lab.endpoint, ...(this.#session && { credentials: this.#session }) })
    }
    const endpoint = path === 'port 80' || path === 'interface' ? { endpoint: this.#urlFor(path) } : {}
    this.#guestStdin.write(`${JSON.stringify({ ...order, ...endpoint })}\n`)
    const answer = await this.#answers?.next()
    if (!answer || answer.done) throw new Error('the client inside the instance ended')
    return JSON.parse(answer.value)
  }

  #urlFor(path: 'port 80' | 'interface'): string {
    return path === 'port 80' ? 'http://s3.us-east-1.amazonaws.com' : `https://bucket.${this.#interfaceName}`
  }

  async explain({ request, path }: PolicyRow): Promise<Trace> {
    const { operation = 'GetObject', bucket = OURS, key = KEY } = request ?? {}
    const question = {
      from: this.#names.get(INSTANCE),
      to: path === 'interface' ? `bucket.${this.#interfaceName}` : 's3.us-east-1.amazonaws.com',
      port: path === 'port 80' ? 80 : 443,
      protocol: 'tcp',
      action: `s3:${operation}`,
      resource: `arn:aws:s3:::${operation === 'ListBucket' ? bucket : `${bucket}/${key}`}`,
    }
    const answer = await fetch(`${this.#lab.endpoint}/_postern/explain`, {
      method: 'POST',
      body: JSON.stringify(question),
      headers: { 'content-type': 'application/json' },
    })
    const { trace } = Object(await answer.json())
    return trace
  }

  /** The document, with this world's ids in the places of the rows' names. */
  #document(statements: readonly Statement[], row: PolicyRow): string {
    const text = JSON.stringify({ Version: row.version ?? '2012-10-17', Statement: statements })
    const own = this.#names.get(endpointOf(row)) ?? ''
    const other = this.#names.get(endpointOf(row) === GATEWAY ? INTERFACE : GATEWAY) ?? ''
    const names: [string, string][] = [[VPCE, own], [OTHER_VPCE, other], ...this.#names]
    return names.reduce((document, [name, id]) => document.replaceAll(name, id), text)
  }

  /** The endpoint's policy is in force when the network that holds it is. */
  async #settle(): Promise<void> {
    for (let attempt = 0; attempt < 1000; attempt++) {
      const answer = await fetch(`${this.#lab.endpoint}/_postern/status`)
      const { revision } = Object(await answer.json())
      if (revision.wanted === revision.inForce) return
    }
    throw new Error('the newest revision does not come in force')
  }

  async #makeRole(): Promise<void> {
    const names = { RoleName: ROLE, InstanceProfileName: ROLE }
    const trust = [
      {
        Effect: 'Allow',
        Principal: { Service: 'ec2.amazonaws.com', AWS: `arn:aws:iam::${ACCOUNT}:root` },
        Action: 'sts:AssumeRole',
      },
    ]
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: trust })
    await this.#iam.send(new IAM.CreateRoleCommand({ ...names, AssumeRolePolicyDocument }))
    await this.#iam.send(new IAM.CreateInstanceProfileCommand(names))
    await this.#iam.send(new IAM.AddRoleToInstanceProfileCommand(names))
  }

  async #fillBuckets(): Promise<void> {
    for (const [Bucket, client] of Object.entries(this.#buckets)) {
      await client.send(new S3.CreateBucketCommand({ Bucket }))
      await client.send(new S3.DeletePublicAccessBlockCommand({ Bucket }))
      for (const Key of [KEY, `${ACCOUNT}/${KEY}`]) {
        await client.send(new S3.PutObjectCommand({ Bucket, Key, Body: 'x', Tagging: 'secret=yes' }))
      }
    }
  }

  async #makeNetwork(): Promise<void> {
    const { Vpc } = await this.#ec2.send(new EC2.CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))
    const VpcId = Vpc?.VpcId
    const { Subnet } = await this.#ec2.send(new EC2.CreateSubnetCommand({ VpcId, CidrBlock: '10.0.1.0/24' }))
    const tables = await this.#ec2.send(
      new EC2.DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [VpcId ?? ''] }] }),
    )
    const { VpcEndpoint } = await this.#ec2.send(
      new EC2.CreateVpcEndpointCommand({
        VpcId,
        ServiceName: 'com.amazonaws.us-east-1.s3',
        RouteTableIds: [tables.RouteTables?.[0]?.RouteTableId ?? ''],
      }),
    )
    const made = await this.#ec2.send(
      new EC2.CreateVpcEndpointCommand({
        VpcId,
        VpcEndpointType: 'Interface',
        ServiceName: 'com.amazonaws.us-east-1.s3',
        SubnetIds: [Subnet?.SubnetId ?? ''],
        PrivateDnsEnabled: false,
      }),
    )
    const [regional] = made.VpcEndpoint?.DnsEntries ?? []
    this.#interfaceName = regional?.DnsName?.replace('*.', '') ?? ''
    this.#names.set(INTERFACE, made.VpcEndpoint?.VpcEndpointId ?? '')
    const images = await this.#ec2.send(
      new EC2.DescribeImagesCommand({ Owners: ['amazon'], Filters: [{ Name: 'name', Values: ['al2023-ami-2023*'] }] }),
    )
    const { Instances } = await this.#ec2.send(
      new EC2.RunInstancesCommand({
        ImageId: images.Images?.[0]?.ImageId,
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        SubnetId: Subnet?.SubnetId,
        PrivateIpAddress: ADDRESS,
        IamInstanceProfile: { Name: ROLE },
      }),
    )
    this.#names.set(VPC, VpcId ?? '')
    this.#names.set(GATEWAY, VpcEndpoint?.VpcEndpointId ?? '')
    this.#names.set(INSTANCE, Instances?.[0]?.InstanceId ?? '')
    await this.#settle()
  }

  async #takeSession(endpoint: string): Promise<void> {
    const credentials = { accessKeyId: ACCOUNT, secretAccessKey: 'unused' }
    const { Credentials } = await new STSClient({ endpoint, region: 'us-east-1', credentials }).send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/${ROLE}`, RoleSessionName: 'host' }),
    )
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {}
    this.#session = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
  }

  /** In the instance's network, with its resolver and the CA it trusts, and with this checkout's files, which a sandbox
   * need not show. */
  #enter(): void {
    const id = this.#names.get(INSTANCE) ?? ''
    const namespace = `/run/netns/postern-${readWorldName(this.#lab.directory)}-${id}`
    const resolver = join(this.#lab.directory, 'instances', id, 'guest', 'resolv.conf')
    const guest = fileURLToPath(new URL('s3-guest.ts', import.meta.url))
    const enter = 'mount --bind "$1" /etc/resolv.conf && exec nsenter --net="$2" "$3" "$4"'
    const { PATH = '' } = process.env
    const child = spawn('unshare', ['--mount', 'sh', '-c', enter, 'sh', resolver, namespace, process.execPath, guest], {
      env: { PATH, HOME: '/nonexistent', NODE_EXTRA_CA_CERTS: join(this.#lab.directory, 'ca-bundle.pem') },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#guestStdin.pipe(child.stdin)
    this.#answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    this.#guest = new Promise((ended) => child.once('exit', (code) => ended(code ?? 1)))
  }
}

function endpointOf({ path }: PolicyRow): string {
  return path === 'interface' ? INTERFACE : GATEWAY
}

/** The row's word for what a request met. */
function wordFor(outcome: S3Outcome): Expected | S3Outcome {
  if (outcome === 'passed') return 'passed'
  if (outcome === '403 AccessDenied: Access Denied') return 'untold'
  const told = Object.entries(SENTENCES).find(([, sentence]) => sentence.test(outcome))
  return outcome.startsWith('403 AccessDenied') && told ? told[0] : outcome
}

/** Explain is asked of the instance's own role, and of the way through the VPC. */
function isExplained({ path, request }: PolicyRow): boolean {
  return path !== 'loopback' && request?.anonymous !== true
}

const STAGES: Readonly<Record<string, readonly string[]>> = {
  endpoint: ['endpoint-policy'],
  resource: ['resource-policy'],
  identity: ['identity-policy'],
  boundary: ['identity-policy'],
}

function requireAgreement(row: PolicyRow, { verdict, blockers }: Trace): void {
  const said = JSON.stringify(blockers, undefined, 1)
  expect(verdict, `explain: ${said}`).toBe(row.expect === 'passed' ? 'reachable' : 'stopped')
  const stages = STAGES[row.expect.split(' ')[1] ?? '']
  if (stages) expect(stages, `explain: ${said}`).toContain(blockers[0]?.stage)
}

describe.skipIf(problems.length > 0)(`policies against requests ${problems.join('; ')}`, () => {
  let world: PolicyWorld
  beforeAll(async () => {
    world = await PolicyWorld.build()
  })
  afterAll(() => world?.close())

  it.each(POLICY_ROWS)('$name: $expect', async (row) => {
    await world.arrange(row)
    const outcome = await world.send(row)
    expect(wordFor(outcome), outcome).toBe(row.expect)
    if (isExplained(row)) requireAgreement(row, await world.explain(row))
  })
})
