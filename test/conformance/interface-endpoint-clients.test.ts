// Services through interface endpoints, as the AWS CLI inside an instance calls them: S3 by the endpoint's own names and by
// private DNS, SQS by its private name, and a service that moto_server answers as the upstream.
// VPC 10.7.0.0/16, subnet 10.7.1.0/24.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Server, startMoto } from '../../bench/api-servers.ts'
import { LabWorld } from '../../labs/lab-world.ts'
import { mustRun, run } from '../../labs/run.ts'
import { checkHost } from '../../src/linux/check-host.ts'

const missing = [
  ...(await checkHost()),
  ...((await run('aws', ['--version'])).code === 0 ? [] : ['the AWS CLI is not installed']),
  ...((await run('python3', ['-c', 'import moto.server'])).code === 0 ? [] : ['moto is not installed']),
]
if (missing.length > 0) console.warn(`SKIPPED: clients of interface endpoints: ${missing.join('; ')}`)

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
})
const EVERYTHING = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
})
const DYNAMODB_POLICY = JSON.stringify({
  Statement: [{ Effect: 'Allow', Principal: '*', Action: ['dynamodb:List*', 'dynamodb:Create*'], Resource: '*' }],
})
const S3_POLICY = JSON.stringify({
  Statement: [
    { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: ['arn:aws:s3:::ours', 'arn:aws:s3:::ours/*'] },
  ],
})

const SQS_POLICY = JSON.stringify({
  Statement: [
    { Effect: 'Allow', Principal: '*', Action: 'sqs:*', Resource: 'arn:aws:sqs:us-east-1:123456789012:work' },
  ],
})

describe.skipIf(missing.length > 0)('through interface endpoints', () => {
  let moto: Server
  let world: LabWorld
  let instanceId: string
  /** The regional name of the endpoint for a service, without the star. */
  const names = new Map<string, string>()

  /** What the CLI on the host printed, as words. */
  async function aws(...words: string[]): Promise<string[]> {
    const { stdout } = await mustRun('aws', [...words, '--output', 'text'], { env: world.clientEnvironment() })
    return stdout.split(/\s+/).filter(Boolean)
  }

  async function inside(...words: string[]): Promise<string> {
    const { stdout, stderr } = await world.exec(instanceId, ...words)
    return stdout + stderr
  }

  async function createEndpoint(service: string, subnet: string, ...words: string[]): Promise<void> {
    const [vpc = ''] = await aws('ec2', 'describe-subnets', '--subnet-ids', subnet, '--query', 'Subnets[].VpcId')
    const where = ['--vpc-endpoint-type', 'Interface', '--vpc-id', vpc, '--subnet-ids', subnet]
    const name = ['--service-name', `com.amazonaws.us-east-1.${service}`]
    const query = ['--query', 'VpcEndpoint.DnsEntries[0].DnsName']
    const [dnsName = ''] = await aws('ec2', 'create-vpc-endpoint', ...where, ...name, ...words, ...query)
    names.set(service, dnsName.replace(/^\*\./, ''))
  }

  beforeAll(async () => {
    moto = await startMoto()
    const upstream = `http://127.0.0.1:${moto.port}`
    world = await LabWorld.start(['--upstream', `dynamodb=${upstream}`])
    const [vpc = ''] = await aws('ec2', 'create-vpc', '--cidr-block', '10.7.0.0/16', '--query', 'Vpc.VpcId')
    await aws('ec2', 'modify-vpc-attribute', '--vpc-id', vpc, '--enable-dns-hostnames')
    const block = ['--vpc-id', vpc, '--cidr-block', '10.7.1.0/24']
    const [subnet = ''] = await aws('ec2', 'create-subnet', ...block, '--query', 'Subnet.SubnetId')
    await aws('iam', 'create-role', '--role-name', 'app', '--assume-role-policy-document', TRUST)
    await aws('iam', 'put-role-policy', '--role-name', 'app', '--policy-name', 'all', '--policy-document', EVERYTHING)
    await aws('iam', 'create-instance-profile', '--instance-profile-name', 'app')
    await aws('iam', 'add-role-to-instance-profile', '--instance-profile-name', 'app', '--role-name', 'app')
    const [image = ''] = await aws('ec2', 'describe-images', '--owners', 'amazon', '--query', 'Images[0].ImageId')
    const launch = ['--image-id', image, '--instance-type', 't3.micro', '--subnet-id', subnet]
    const query = ['--query', 'Instances[].InstanceId']
    const [instance = ''] = await aws('ec2', 'run-instances', ...launch, '--iam-instance-profile', 'Name=app', ...query)
    instanceId = instance
    await createEndpoint('s3', subnet, '--no-private-dns-enabled', '--policy-document', S3_POLICY)
    await createEndpoint('dynamodb', subnet, '--no-private-dns-enabled', '--policy-document', DYNAMODB_POLICY)
    await createEndpoint('sqs', subnet, '--private-dns-enabled', '--policy-document', SQS_POLICY)
    await createEndpoint('kms', subnet, '--private-dns-enabled')
    await aws('s3api', 'create-bucket', '--bucket', 'ours')
    await aws('s3api', 'create-bucket', '--bucket', 'theirs')
  })

  afterAll(async () => {
    await world?.stop()
    await moto?.stop()
  })

  it('S3 by --endpoint-url of the endpoint, with its policy', async () => {
    const endpoint = ['--endpoint-url', `https://bucket.${names.get('s3')}`]
    expect(await inside('sh', '-c', 'echo content > /tmp/file')).toBe('')
    expect(await inside('aws', 's3', 'cp', '/tmp/file', 's3://ours/file', ...endpoint)).toContain('upload:')
    expect(await inside('aws', 's3', 'cp', 's3://ours/file', '-', ...endpoint)).toBe('content\n')
    expect(await inside('aws', 's3', 'ls', 's3://theirs', ...endpoint)).toMatch(/AccessDenied.*VPC endpoint policy/)
    const control = ['s3control', 'list-jobs', '--account-id', '123456789012']
    const controlName = ['--endpoint-url', `https://control.${names.get('s3')}`]
    expect(await inside('aws', ...control, ...controlName)).toMatch(/control|NotImplemented/)
  })

  it('S3 by the virtual host of a bucket below the endpoint’s name: a certificate that fits', async () => {
    const answer = await inside('curl', '-s', `https://ours.bucket.${names.get('s3')}/file`)
    expect(answer).toContain('<Code>AccessDenied</Code>')
  })

  it('S3 by its private names, once they are the endpoint’s', async () => {
    const [id = ''] = await aws(
      'ec2',
      'describe-vpc-endpoints',
      '--filters',
      'Name=service-name,Values=com.amazonaws.us-east-1.s3',
      '--query',
      'VpcEndpoints[].VpcEndpointId',
    )
    const options = ['--private-dns-enabled', '--dns-options', 'PrivateDnsOnlyForInboundResolverEndpoint=false']
    await aws('ec2', 'modify-vpc-endpoint', '--vpc-endpoint-id', id, ...options)
    expect(await inside('dig', '+short', 'ours.s3.us-east-1.amazonaws.com')).toMatch(/^10\.7\.1\.\d+\n$/)
    // The old global name, which this CLI may still take, is none of the endpoint's.
    const regional = ['env', 'AWS_S3_US_EAST_1_REGIONAL_ENDPOINT=regional']
    expect(await inside(...regional, 'aws', 's3', 'cp', 's3://ours/file', '-')).toBe('content\n')
  })

  it('DynamoDB from the upstream, as the endpoint’s policy allows', async () => {
    const endpoint = ['--endpoint-url', `https://${names.get('dynamodb')}`, '--output', 'text']
    const key = [
      '--attribute-definitions',
      'AttributeName=id,AttributeType=S',
      '--key-schema',
      'AttributeName=id,KeyType=HASH',
    ]
    const table = [
      '--table-name',
      'jobs',
      ...key,
      '--billing-mode',
      'PAY_PER_REQUEST',
      '--query',
      'TableDescription.TableName',
    ]
    expect(await inside('aws', 'dynamodb', 'create-table', ...table, ...endpoint)).toBe('jobs\n')
    expect(await inside('aws', 'dynamodb', 'list-tables', '--query', 'TableNames', ...endpoint)).toBe('jobs\n')
    expect(await inside('aws', 'dynamodb', 'delete-table', '--table-name', 'jobs', ...endpoint)).toMatch(
      /\(AccessDeniedException\) .*because no VPC endpoint policy allows the dynamodb:DeleteTable action/,
    )
    expect(await aws('dynamodb', 'list-tables', '--query', 'TableNames')).toEqual(['jobs'])
  })

  it('SQS by its private name, within the endpoint’s policy', async () => {
    const sqs = (...words: string[]) =>
      inside('aws', 'sqs', ...words, '--endpoint-url', 'https://sqs.us-east-1.amazonaws.com', '--output', 'text')
    const url = (await sqs('create-queue', '--queue-name', 'work', '--query', 'QueueUrl')).trim()
    expect(url).toBe('https://sqs.us-east-1.amazonaws.com/123456789012/work')
    await sqs('send-message', '--queue-url', url, '--message-body', 'first')
    expect(await sqs('receive-message', '--queue-url', url, '--query', 'Messages[].Body')).toBe('first\n')
    expect(await aws('sqs', 'list-queues', '--query', 'QueueUrls', '--endpoint-url', world.endpoint)).toHaveLength(1)
    expect(await sqs('create-queue', '--queue-name', 'other')).toMatch(
      /AccessDenied.*because no VPC endpoint policy allows the sqs:CreateQueue action/,
    )
  })

  it('a service with no upstream says how to name one', async () => {
    expect(await inside('aws', 'kms', 'list-keys')).toContain('--upstream kms=http://127.0.0.1:8000')
  })
})
