// The trail of real requests, the policy suggested from it, and that policy in force: what passed passes again, and
// nothing else does. Needs root.
// Address plan: VPC 10.0.0.0/16, subnet 10.0.1.0/24.

import { fileURLToPath } from 'node:url'
import * as EC2 from '@aws-sdk/client-ec2'
import * as IAM from '@aws-sdk/client-iam'
import * as S3 from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { type InstanceS3, instanceS3 } from '../../labs/private-s3/s3-client.ts'
import { type Ran, run } from '../../labs/run.ts'
import { checkHost } from '../../src/linux/check-host.ts'

const problems = await checkHost()
if (problems.length > 0) console.warn(`SKIPPED test/kernel/policy-suggest.test.ts: ${problems.join('; ')}`)

const POSTERN = fileURLToPath(new URL('../../src/cli/postern.ts', import.meta.url))
const ACCOUNT = '123456789012'
const ROLE = `arn:aws:iam::${ACCOUNT}:role/app`
const DATA = 'suggest-data'
const OTHER = 'suggest-other'
const KEYS = ['reports/1', 'reports/2', 'reports/3', 'reports/4', 'logo']

let lab: LabWorld
let endpointId: string
let ec2: EC2.EC2Client
let s3: InstanceS3

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the answer lacks what it must have')
  return value
}

function policy(command: string, ...argv: readonly string[]): Promise<Ran> {
  return run(process.execPath, [POSTERN, 'policy', command, endpointId, '--data', lab.directory, ...argv])
}

async function isInForce(): Promise<boolean> {
  const { revision } = JSON.parse((await lab.postern('status', '--json')).stdout)
  return revision.wanted === revision.inForce
}

async function makeRole(iam: IAM.IAMClient): Promise<void> {
  const names = { RoleName: 'app', InstanceProfileName: 'app' }
  const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: statement })
  const AssumeRolePolicyDocument = document({
    Effect: 'Allow',
    Principal: { Service: 'ec2.amazonaws.com' },
    Action: 'sts:AssumeRole',
  })
  const PolicyDocument = document({ Effect: 'Allow', Action: 's3:*', Resource: '*' })
  await iam.send(new IAM.CreateRoleCommand({ ...names, AssumeRolePolicyDocument }))
  await iam.send(new IAM.PutRolePolicyCommand({ ...names, PolicyName: 's3', PolicyDocument }))
  await iam.send(new IAM.CreateInstanceProfileCommand(names))
  await iam.send(new IAM.AddRoleToInstanceProfileCommand(names))
}

async function makeNetwork(): Promise<string> {
  const VpcId = known((await ec2.send(new EC2.CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId)
  const { Subnet } = await ec2.send(new EC2.CreateSubnetCommand({ VpcId, CidrBlock: '10.0.1.0/24' }))
  const Filters = [{ Name: 'vpc-id', Values: [VpcId] }]
  const { RouteTables } = await ec2.send(new EC2.DescribeRouteTablesCommand({ Filters }))
  const made = await ec2.send(
    new EC2.CreateVpcEndpointCommand({
      VpcId,
      ServiceName: 'com.amazonaws.us-east-1.s3',
      RouteTableIds: [known(RouteTables?.[0]?.RouteTableId)],
    }),
  )
  endpointId = known(made.VpcEndpoint?.VpcEndpointId)
  const images = await ec2.send(new EC2.DescribeImagesCommand({ Owners: ['amazon'] }))
  const { Instances } = await ec2.send(
    new EC2.RunInstancesCommand({
      ImageId: known(images.Images?.[0]?.ImageId),
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      SubnetId: known(Subnet?.SubnetId),
      IamInstanceProfile: { Name: 'app' },
    }),
  )
  const instanceId = known(Instances?.[0]?.InstanceId)
  await EC2.waitUntilInstanceRunning({ client: ec2, maxWaitTime: 60, minDelay: 1 }, { InstanceIds: [instanceId] })
  return instanceId
}

describe.skipIf(problems.length > 0)(`postern policy suggest ${problems.join('; ')}`, () => {
  beforeAll(async () => {
    lab = await LabWorld.start()
    const client = {
      endpoint: lab.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'unused' },
    }
    ec2 = new EC2.EC2Client(client)
    const buckets = new S3.S3Client({ ...client, forcePathStyle: true })
    await makeRole(new IAM.IAMClient(client))
    for (const Bucket of [DATA, OTHER]) {
      await buckets.send(new S3.CreateBucketCommand({ Bucket }))
      for (const Key of KEYS) await buckets.send(new S3.PutObjectCommand({ Bucket, Key, Body: Key }))
    }
    s3 = await instanceS3(lab, await makeNetwork(), 'curl')
  })
  afterAll(() => lab?.stop())

  it('says so while nothing has passed', async () => {
    const { code, stderr } = await policy('suggest')
    expect({ code, stderr }).toEqual({ code: 1, stderr: `postern: nothing passed ${endpointId}\n` })
  })

  it('suggests what passed, and in force it lets that pass again and nothing else', async () => {
    expect((await policy('check')).stdout).toContain('warning full-access')
    for (const key of KEYS) expect(await s3.get(DATA, key)).toMatchObject({ code: 0, stdout: key })
    expect(await s3.put(DATA, 'logo')).toMatchObject({ code: 0 })

    const { code, stdout, stderr } = await policy('suggest', '--since', '1h')
    expect({ code, stderr: stderr.split('\n') }).toEqual({
      code: 0,
      stderr: [
        '# from 6 requests that passed, 6 of them different',
        `# arn:aws:s3:::${DATA}/reports/* stands for 4 resources`,
        '',
      ],
    })
    const Condition = { ArnEquals: { 'aws:PrincipalArn': ROLE }, StringEquals: { 'aws:ResourceAccount': ACCOUNT } }
    const shared = { Effect: 'Allow', Principal: '*', Condition }
    const [logo, reports] = [`arn:aws:s3:::${DATA}/logo`, `arn:aws:s3:::${DATA}/reports/*`]
    expect(JSON.parse(stdout)).toEqual({
      Version: '2012-10-17',
      Statement: [
        { ...shared, Action: ['s3:GetObject'], Resource: [logo, reports] },
        { ...shared, Action: ['s3:PutObject'], Resource: [logo] },
      ],
    })

    await ec2.send(new EC2.ModifyVpcEndpointCommand({ VpcEndpointId: endpointId, PolicyDocument: stdout }))
    expect(await policy('check')).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing found') })
    await expect.poll(isInForce).toBe(true)
    for (const key of KEYS) expect(await s3.get(DATA, key)).toMatchObject({ code: 0 })
    expect(await s3.put(DATA, 'logo')).toMatchObject({ code: 0 })
    for (const refused of [
      await s3.put(DATA, 'reports/1'),
      await s3.get(DATA, 'secret'),
      await s3.get(OTHER, 'logo'),
    ]) {
      expect(refused.stdout).toMatch(/because no VPC endpoint policy allows the s3:\w+ action/)
    }

    // What was refused is not suggested the next time.
    expect((await policy('suggest')).stdout).toBe(stdout)
    const report = JSON.parse((await policy('suggest', '--json')).stdout)
    expect(report).toMatchObject({ requests: 12, refused: expect.any(Number), policy: JSON.parse(stdout) })
    expect(report.refused).toBeGreaterThanOrEqual(3)
  })
})
