// EC2, IAM and STS as the AWS CLI sees them, and all of them and S3 as boto3 does (boto3_sweep.py). They are not part of
// the set-up: without them this says so and is skipped. What the CLI does with S3 is in s3-cli.test.ts.
//
// VPC 10.6.0.0/16; its subnets are 10.6.1.0/24 to 10.6.7.0/24.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { mustRun, run } from '../../labs/run.ts'
import { type AwsCli, awsClis } from './aws-clis.ts'

const clis = awsClis('EC2, IAM and STS')
const hasBoto3 = (await run('python3', ['-c', 'import boto3'])).code === 0
if (!hasBoto3) console.warn('SKIPPED: boto3 is not installed, so nothing is tried with it')

let world: LabWorld
let directory: string

/** What the CLI printed, as words; with the key that `session` holds, where one is given. */
async function askCli(cli: AwsCli, words: readonly string[], session: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const env = { ...world.clientEnvironment(cli.account), ...session }
  const { stdout } = await cli.mustRun([...words, '--output', 'text'], { env, cwd: directory })
  return stdout.split(/\s+/).filter(Boolean)
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'postern-cli-'))
  world = await LabWorld.start(['--dataplane', 'model'])
})
afterAll(async () => {
  await world?.stop()
  rmSync(directory, { recursive: true, force: true })
})

describe.each(clis)('the AWS CLI, $name', (cli) => {
  const aws = (words: readonly string[], session?: NodeJS.ProcessEnv) => askCli(cli, words, session)
  const ec2 = (...words: string[]) => aws(['ec2', ...words])
  const iam = (...words: string[]) => aws(['iam', ...words])

  it('finds images, pages subnets, launches, waits, tags, filters and terminates', async () => {
    const amazonLinux = ['--owners', 'amazon', '--filters', 'Name=name,Values=al2023-ami-*']
    const [image = ''] = await ec2('describe-images', ...amazonLinux, '--query', 'Images[].ImageId')
    const [vpc = ''] = await ec2('create-vpc', '--cidr-block', '10.6.0.0/16', '--query', 'Vpc.VpcId')
    await ec2('wait', 'vpc-available', '--vpc-ids', vpc)
    const cidrs = [1, 2, 3, 4, 5, 6, 7].map((number) => `10.6.${number}.0/24`)
    const subnetOf = (cidr: string) =>
      ec2('create-subnet', '--vpc-id', vpc, '--cidr-block', cidr, '--query', 'Subnet.SubnetId')
    const [subnet = ''] = (await Promise.all(cidrs.map(subnetOf))).flat()
    const ours = ['describe-subnets', '--filters', `Name=vpc-id,Values=${vpc}`]
    expect(await ec2(...ours, '--page-size', '5', '--query', 'Subnets[].CidrBlock')).toEqual(
      expect.arrayContaining(cidrs),
    )
    const firstTwo = await ec2(...ours, '--max-items', '2', '--query', 'Subnets[].CidrBlock')
    expect(firstTwo.filter((word) => word.startsWith('10.6.'))).toHaveLength(2)
    writeFileSync(join(directory, 'boot.sh'), '#!/bin/sh\necho "started & ready"\n')
    const launch = ['--image-id', image, '--instance-type', 't3.micro', '--subnet-id', subnet]
    const more = ['--count', '2', '--user-data', 'file://boot.sh', '--query', 'Instances[].InstanceId']
    const instances = await ec2('run-instances', ...launch, ...more)
    await ec2('wait', 'instance-running', '--instance-ids', ...instances)
    const asked = ['--instance-id', instances[0] ?? '', '--attribute', 'userData', '--query', 'UserData.Value']
    const [userData = ''] = await ec2('describe-instance-attribute', ...asked)
    expect(Buffer.from(userData, 'base64').toString()).toBe(readFileSync(join(directory, 'boot.sh'), 'utf8'))
    await ec2('create-tags', '--resources', ...instances, '--tags', 'Key=Name,Value=web', 'Key=Note,Value=a b&c')
    const running = ['Name=tag:Name,Values=web', 'Name=instance-state-name,Values=running']
    const found = ['--filters', ...running, '--query', 'Reservations[].Instances[].InstanceId']
    expect((await ec2('describe-instances', ...found)).sort()).toEqual([...instances].sort())
    await ec2('terminate-instances', '--instance-ids', ...instances)
    await ec2('wait', 'instance-terminated', '--instance-ids', ...instances)
    expect(await ec2('describe-instances', ...found)).toEqual([])
  })

  it("a user's key: what it may, what it may not, and the session of a role", async () => {
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: cli.account }, Action: 'sts:AssumeRole' }],
    }
    const regions = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'ec2:DescribeRegions', Resource: '*' }],
    }
    const assume = { ...regions, Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }] }
    writeFileSync(join(directory, 'trust.json'), JSON.stringify(trust))
    writeFileSync(join(directory, 'regions.json'), JSON.stringify(regions))
    await iam('create-role', '--role-name', 'look', '--assume-role-policy-document', 'file://trust.json')
    const name = ['--policy-name', 'regions', '--policy-document', 'file://regions.json']
    await iam('put-role-policy', '--role-name', 'look', ...name)
    await iam('create-user', '--user-name', 'ann')
    const may = ['--policy-name', 'assume', '--policy-document', JSON.stringify(assume)]
    await iam('put-user-policy', '--user-name', 'ann', ...may)
    const query = ['--query', 'AccessKey.[AccessKeyId,SecretAccessKey]']
    const [id, secret] = await iam('create-access-key', '--user-name', 'ann', ...query)
    const ann = { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret }
    const refusal = `arn:aws:iam::${cli.account}:user/ann is not authorized to perform: ec2:DescribeRegions`
    await expect(aws(['ec2', 'describe-regions'], ann)).rejects.toThrow(refusal)
    const role = ['--role-arn', `arn:aws:iam::${cli.account}:role/look`, '--role-session-name', 'work']
    const wanted = ['--query', 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]']
    const [key, sessionSecret, token] = await aws(['sts', 'assume-role', ...role, ...wanted], ann)
    const session = { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: sessionSecret, AWS_SESSION_TOKEN: token }
    const identity = `arn:aws:sts::${cli.account}:assumed-role/look/work`
    expect(await aws(['sts', 'get-caller-identity', '--query', 'Arn'], session)).toEqual([identity])
    const names = ['ec2', 'describe-regions', '--query', 'Regions[].RegionName']
    expect(await aws(names, session)).toContain('eu-west-1')
    await expect(aws(['ec2', 'describe-vpcs'], session)).rejects.toThrow('(UnauthorizedOperation)')
  })

  it('puts a user into a group, and tells what its policies would say', async () => {
    const policy = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 's3:GetObject',
          Resource: 'arn:aws:s3:::data/*',
          Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-1' } },
        },
      ],
    }
    await iam('create-user', '--user-name', 'kim')
    await iam('create-group', '--group-name', 'readers')
    await iam('add-user-to-group', '--group-name', 'readers', '--user-name', 'kim')
    const document = ['--policy-name', 'read', '--policy-document', JSON.stringify(policy)]
    await iam('put-group-policy', '--group-name', 'readers', ...document)
    const kim = ['--policy-source-arn', `arn:aws:iam::${cli.account}:user/kim`]
    expect(await iam('get-context-keys-for-principal-policy', ...kim, '--query', 'ContextKeyNames')).toEqual([
      'aws:SourceVpce',
    ])
    const simulate = (...context: string[]) => {
      const asked = ['--action-names', 's3:GetObject', '--resource-arns', 'arn:aws:s3:::data/a', ...context]
      const query = ['--query', 'EvaluationResults[0].[EvalDecision,MatchedStatements[0].SourcePolicyId]']
      return iam('simulate-principal-policy', ...kim, ...asked, ...query)
    }
    const came = 'ContextKeyName=aws:SourceVpce,ContextKeyValues=vpce-1,ContextKeyType=string'
    expect(await simulate('--context-entries', came)).toEqual(['allowed', 'group_readers_read'])
    expect(await simulate()).toEqual(['implicitDeny', 'None'])
  })
})

describe.skipIf(!hasBoto3)('boto3', () => {
  it('walks every paginator and waits with every waiter around VPCs', async () => {
    const sweep = fileURLToPath(new URL('boto3_networking.py', import.meta.url))
    await mustRun('python3', [sweep], { env: world.clientEnvironment(), cwd: directory })
  })

  it('asks with every paginator and waiter of every service that is served', async () => {
    const sweep = fileURLToPath(new URL('boto3_paginators.py', import.meta.url))
    await mustRun('python3', [sweep], { env: world.clientEnvironment(), cwd: directory })
  })

  it('uses resources, waiters and paginators, and gets the codes it knows', async () => {
    const sweep = fileURLToPath(new URL('boto3_sweep.py', import.meta.url))
    await mustRun('python3', [sweep], { env: world.clientEnvironment(), cwd: directory })
  })
})
