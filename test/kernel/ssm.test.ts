// Systems Manager end to end: the agent in an instance, over its own network, through interface endpoints. Needs root.
//
// Address plan: VPC 10.0.0.0/16, subnet 10.0.1.0/24 with one instance; a group that lets the VPC in on 443.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DeleteVpcEndpointsCommand,
  DescribeImagesCommand,
  DescribeRouteTablesCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
  ModifyVpcAttributeCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2'
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
} from '@aws-sdk/client-iam'
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import {
  CreateAssociationCommand,
  DescribeAssociationCommand,
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  GetConnectionStatusCommand,
  SendCommandCommand,
  SSMClient,
  StartSessionCommand,
} from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LabWorld, POSTERN } from '../../labs/lab-world.ts'

const isRoot = process.getuid?.() === 0
if (!isRoot) console.warn('SKIPPED test/kernel/ssm.test.ts: instances need root')

const LOG = '/var/log/amazon/ssm/amazon-ssm-agent.log'
const SERVICES = ['ssm', 'ec2messages', 'ssmmessages'] as const
/** The agent's own waits are seconds. */
const PATIENT = { timeout: 60_000, interval: 250 }
const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
}

interface Built {
  readonly VpcId: string | undefined
  readonly SubnetIds: string[]
  readonly SecurityGroupIds: string[]
  readonly instanceId: string
}

describe.skipIf(!isRoot)('Systems Manager through interface endpoints', { timeout: 180_000 }, () => {
  let world: LabWorld
  let built: Built
  let ec2: EC2Client
  let ssm: SSMClient

  beforeAll(async () => {
    world = await LabWorld.start()
    connect()
    built = await build()
  })
  afterAll(() => world?.stop())

  function connect(): void {
    const credentials = { accessKeyId: '123456789012', secretAccessKey: 'unused' }
    const options = { endpoint: world.endpoint, region: 'us-east-1', credentials }
    ec2 = new EC2Client(options)
    ssm = new SSMClient(options)
  }

  async function build(): Promise<Built> {
    await makeProfile()
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))
    const VpcId = Vpc?.VpcId
    await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }))
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: '10.0.1.0/24' }))
    const { GroupId } = await ec2.send(
      new CreateSecurityGroupCommand({ VpcId, GroupName: 'https', Description: 'https' }),
    )
    const https = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '10.0.0.0/16' }] }
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [https] }))
    const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }))
    const { Instances } = await ec2.send(
      new RunInstancesCommand({
        ImageId: Images?.[0]?.ImageId,
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        SubnetId: Subnet?.SubnetId,
        IamInstanceProfile: { Name: 'managed' },
      }),
    )
    const instanceId = Instances?.[0]?.InstanceId ?? ''
    return { VpcId, SubnetIds: [Subnet?.SubnetId ?? ''], SecurityGroupIds: [GroupId ?? ''], instanceId }
  }

  async function makeProfile(): Promise<void> {
    const credentials = { accessKeyId: '123456789012', secretAccessKey: 'unused' }
    const iam = new IAMClient({ endpoint: world.endpoint, region: 'us-east-1', credentials })
    const policies = ['AmazonSSMManagedInstanceCore', 'AmazonS3FullAccess']
    const names = { RoleName: 'managed', InstanceProfileName: 'managed' }
    await iam.send(new CreateRoleCommand({ ...names, AssumeRolePolicyDocument: JSON.stringify(TRUST) }))
    for (const policy of policies) {
      await iam.send(new AttachRolePolicyCommand({ ...names, PolicyArn: `arn:aws:iam::aws:policy/${policy}` }))
    }
    await iam.send(new CreateInstanceProfileCommand(names))
    await iam.send(new AddRoleToInstanceProfileCommand(names))
  }

  const addEndpoint = (service: string) =>
    ec2.send(
      new CreateVpcEndpointCommand({
        VpcId: built.VpcId,
        VpcEndpointType: 'Interface',
        ServiceName: `com.amazonaws.us-east-1.${service}`,
        SubnetIds: built.SubnetIds,
        SecurityGroupIds: built.SecurityGroupIds,
        PrivateDnsEnabled: true,
      }),
    )

  async function pingStatus(): Promise<string | undefined> {
    const { InstanceInformationList } = await ssm.send(new DescribeInstanceInformationCommand({}))
    return InstanceInformationList?.[0]?.PingStatus
  }

  async function connection(): Promise<string | undefined> {
    return (await ssm.send(new GetConnectionStatusCommand({ Target: built.instanceId }))).Status
  }

  /** How often the agent could not reach a service. */
  async function complaints(): Promise<number> {
    return (
      (await world.exec(built.instanceId, 'grep', '-c', 'ERROR', LOG)).stdout.trim().split('\n').map(Number)[0] ?? 0
    )
  }

  test('the instance is offline with no endpoint, with one, and with two of the three', async () => {
    for (const service of [undefined, ...SERVICES.slice(0, 2)]) {
      if (service) await addEndpoint(service)
      // Two more failures: the second attempt began when there was what there is now.
      const before = await complaints()
      await expect.poll(complaints, PATIENT).toBeGreaterThan(before + 1)
      expect([service, await pingStatus(), await connection()]).toEqual([service, undefined, 'notconnected'])
    }
  })

  test('with all three it comes online by itself', async () => {
    await addEndpoint(SERVICES[2])
    await expect.poll(pingStatus, PATIENT).toBe('Online')
    expect(await connection()).toBe('connected')
  })

  test('a command runs there and its output comes back', async () => {
    const InstanceIds = [built.instanceId]
    const Parameters = { commands: ['hostname', 'echo wrong >&2', 'exit 3'] }
    const sent = await ssm.send(new SendCommandCommand({ DocumentName: 'AWS-RunShellScript', InstanceIds, Parameters }))
    const CommandId = sent.Command?.CommandId
    const ask = new GetCommandInvocationCommand({ CommandId, InstanceId: built.instanceId })
    await expect.poll(async () => (await ssm.send(ask)).Status, PATIENT).toBe('Failed')
    expect(await ssm.send(ask)).toMatchObject({
      ResponseCode: 3,
      StandardOutputContent: expect.stringMatching(/^ip-10-0-1-\d+\n$/),
      StandardErrorContent: expect.stringMatching(/^wrong\n/),
    })
  })

  test('an association runs when it is made, and its output is in the bucket that the instance reaches', async () => {
    const credentials = { accessKeyId: '123456789012', secretAccessKey: 'unused' }
    const s3 = new S3Client({ endpoint: world.endpoint, region: 'us-east-1', credentials, forcePathStyle: true })
    await s3.send(new CreateBucketCommand({ Bucket: 'outputs' }))
    const Filters = [{ Name: 'vpc-id', Values: [built.VpcId ?? ''] }]
    const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ Filters }))
    const RouteTableIds = [RouteTables?.[0]?.RouteTableId ?? '']
    const gateway = { VpcId: built.VpcId, ServiceName: 'com.amazonaws.us-east-1.s3', RouteTableIds }
    await ec2.send(new CreateVpcEndpointCommand(gateway))
    const { AssociationDescription } = await ssm.send(
      new CreateAssociationCommand({
        Name: 'AWS-RunShellScript',
        Parameters: { commands: ['hostname'] },
        Targets: [{ Key: 'InstanceIds', Values: [built.instanceId] }],
        OutputLocation: { S3Location: { OutputS3BucketName: 'outputs', OutputS3KeyPrefix: 'state' } },
      }),
    )
    const ask = new DescribeAssociationCommand({ AssociationId: AssociationDescription?.AssociationId })
    const status = async () => (await ssm.send(ask)).AssociationDescription?.Overview?.Status
    await expect.poll(status, PATIENT).toBe('Success')
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: 'outputs' }))
    const Key = Contents?.[0]?.Key ?? ''
    expect(Key).toMatch(
      new RegExp(`^state/[0-9a-f-]{36}/${built.instanceId}/awsrunShellScript/0.awsrunShellScript/stdout$`),
    )
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'outputs', Key }))
    expect(await Body?.transformToString()).toMatch(/^ip-10-0-1-\d+\n$/)
  })

  test('a session is a shell with a terminal', async () => {
    const { stdout, code } = await world.ssm(built.instanceId, 'tty; echo $((6*7))-$(hostname); exit\n')
    expect(stdout).toMatch(/\/dev\/pts\/\d+/)
    expect(stdout).toMatch(/42-ip-10-0-1-\d+/)
    expect(code).toBe(0)
  })

  test('one command by a session has its output, errors and exit code', async () => {
    const ran = await world.postern('ssm', built.instanceId, '--', 'sh', '-c', "echo 'two  words'; echo no >&2; exit 7")
    expect(ran).toMatchObject({ code: 7, stdout: 'two  words\n', stderr: 'no\n' })
  })

  test('a forwarded port leads to a server in the instance', async () => {
    const serve =
      'mkdir -p /tmp/www && echo hello > /tmp/www/a && cd /tmp/www && (python3 -m http.server 8080 >/dev/null 2>&1 &)'
    await world.exec(built.instanceId, 'sh', '-c', serve)
    const listening = () => world.exec(built.instanceId, 'sh', '-c', "grep -c ':1F90 ' /proc/net/tcp")
    await expect.poll(async () => (await listening()).stdout.trim(), PATIENT).toBe('1')
    const argv = [POSTERN, 'ssm', '--data', world.directory, '--port', '8080', built.instanceId]
    const forward = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'pipe'] })
    try {
      const lines: string[] = []
      createInterface(forward.stderr).on('line', (line) => lines.push(line))
      await expect.poll(() => lines.length, PATIENT).toBeGreaterThan(0)
      const [, port] = /^Port (\d+) opened/.exec(lines[0] ?? '') ?? []
      const get = async () => (await fetch(`http://127.0.0.1:${port}/a`, { headers: { connection: 'close' } })).text()
      const got = Promise.all([get(), get(), get()]).catch((error: unknown) => [String(error), ...lines])
      expect(await got).toEqual(['hello\n', 'hello\n', 'hello\n'])
    } finally {
      forward.kill('SIGTERM')
      await once(forward, 'exit')
    }
  })

  test('the agent outlives a killed daemon, and is back with the next', async () => {
    const agent = () => world.exec(built.instanceId, 'pgrep', '-f', 'agent/main.js').then(({ stdout }) => stdout)
    const before = await agent()
    await world.signal('SIGKILL')
    await world.up()
    connect()
    await expect.poll(connection, PATIENT).toBe('connected')
    expect(await agent()).toBe(before)
  })

  test('without the ssmmessages endpoint there are no more sessions', async () => {
    const Filters = [{ Name: 'service-name', Values: ['com.amazonaws.us-east-1.ssmmessages'] }]
    const { VpcEndpoints } = await ec2.send(new DescribeVpcEndpointsCommand({ Filters }))
    await ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [VpcEndpoints?.[0]?.VpcEndpointId ?? ''] }))
    await expect.poll(connection, { ...PATIENT, timeout: 120_000 }).toBe('notconnected')
    const start = ssm.send(new StartSessionCommand({ Target: built.instanceId }))
    await expect(start).rejects.toMatchObject({ name: 'TargetNotConnected' })
  })
})
