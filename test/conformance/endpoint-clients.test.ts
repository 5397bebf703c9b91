// Endpoints by the AWS CLI and by boto3 (boto3_endpoints.py, boto3_endpoint_services.py). They are not part of the set-up:
// without them this says so and is skipped.
//
// VPC 10.11.0.0/16 with 10.11.1.0/24 and 10.11.2.0/24 in two zones.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { mustRun, run } from '../../labs/run.ts'
import { type AwsCli, awsClis } from './aws-clis.ts'

const clis = awsClis('endpoints')
const hasBoto3 = (await run('python3', ['-c', 'import boto3'])).code === 0
if (!hasBoto3) console.warn('SKIPPED: boto3 is not installed, so endpoints are not tried with it')

const MINUTES = 60_000
const SSM = 'com.amazonaws.us-east-1.ssm'

let world: LabWorld
let directory: string
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'postern-endpoints-'))
  world = await LabWorld.start(['--dataplane', 'model'])
})
afterAll(async () => {
  await world?.stop()
  rmSync(directory, { recursive: true, force: true })
})

/** What the CLI printed, as words. */
async function askEc2(cli: AwsCli, ...words: string[]): Promise<string[]> {
  const env = world.clientEnvironment()
  const { stdout } = await cli.mustRun(['ec2', ...words, '--output', 'text'], { env, cwd: directory })
  return stdout.split(/\s+/).filter(Boolean)
}

it.each(clis)('the AWS CLI, $name, finds a service, makes its endpoint, changes, shows and deletes it', async (cli) => {
  const ec2 = (...words: string[]) => askEc2(cli, ...words)
  const named = ['--service-names', SSM, '--query', 'ServiceDetails[].[ServiceType[0].ServiceType,PrivateDnsName]']
  expect(await ec2('describe-vpc-endpoint-services', ...named)).toEqual(['Interface', 'ssm.us-east-1.amazonaws.com'])
  const all = ['--page-size', '50', '--query', 'length(ServiceDetails)']
  expect((await ec2('describe-vpc-endpoint-services', ...all)).map(Number).reduce((sum, one) => sum + one)).toBe(350)
  const [vpc = ''] = await ec2('create-vpc', '--cidr-block', '10.11.0.0/16', '--query', 'Vpc.VpcId')
  await ec2('modify-vpc-attribute', '--vpc-id', vpc, '--enable-dns-hostnames')
  const subnetOf = async (cidr: string, zone: string) => {
    const made = ['--cidr-block', cidr, '--availability-zone', zone, '--query', 'Subnet.SubnetId']
    return (await ec2('create-subnet', '--vpc-id', vpc, ...made))[0] ?? ''
  }
  const a = await subnetOf('10.11.1.0/24', 'us-east-1a')
  const b = await subnetOf('10.11.2.0/24', 'us-east-1b')

  const wanted = ['--vpc-id', vpc, '--service-name', SSM, '--vpc-endpoint-type', 'Interface']
  // An old CLI cannot say which address it wants, and gets the first that is free.
  const address = cli.isOld ? '10.11.1.4' : '10.11.1.50'
  const configured = cli.isOld ? [] : ['--subnet-configurations', `SubnetId=${a},Ipv4=${address}`]
  const placed = ['--subnet-ids', a, ...configured]
  const tagged = ['--tag-specifications', 'ResourceType=vpc-endpoint,Tags=[{Key=Name,Value=ssm}]']
  const [id = ''] = await ec2(
    'create-vpc-endpoint',
    ...wanted,
    ...placed,
    ...tagged,
    '--query',
    'VpcEndpoint.VpcEndpointId',
  )
  const interfaces = async () => {
    const managed = ['--filters', `Name=description,Values=VPC Endpoint Interface ${id}`]
    return ec2('describe-network-interfaces', ...managed, '--query', 'NetworkInterfaces[].PrivateIpAddress')
  }
  expect(await interfaces()).toEqual([address])
  await expect(ec2('create-vpc-endpoint', ...wanted)).rejects.toThrow('conflicting DNS domain')
  await expect(ec2('delete-subnet', '--subnet-id', a)).rejects.toThrow('DependencyViolation')

  const change = ['--add-subnet-ids', b, '--no-private-dns-enabled', '--reset-policy']
  expect(await ec2('modify-vpc-endpoint', '--vpc-endpoint-id', id, ...change)).toEqual(['True'])
  expect((await interfaces()).sort()).toEqual([address, '10.11.2.4'])
  const found = ['--filters', 'Name=tag:Name,Values=ssm', 'Name=vpc-endpoint-type,Values=Interface']
  const shown = ['--query', 'VpcEndpoints[].[VpcEndpointId,PrivateDnsEnabled,length(DnsEntries)]']
  expect(await ec2('describe-vpc-endpoints', ...found, ...shown)).toEqual([id, 'False', '3'])

  expect(await ec2('delete-vpc-endpoints', '--vpc-endpoint-ids', id)).toEqual([])
  const left = ['--filters', `Name=vpc-id,Values=${vpc}`, '--query', 'VpcEndpoints[].VpcEndpointId']
  await expect.poll(() => ec2('describe-vpc-endpoints', ...left), { timeout: MINUTES }).toEqual([])
  for (const subnet of [a, b]) await ec2('delete-subnet', '--subnet-id', subnet)
  await ec2('delete-vpc', '--vpc-id', vpc)
})

it.skipIf(!hasBoto3)('boto3 makes an endpoint of every service, and gets the codes it knows', async () => {
  const sweep = fileURLToPath(new URL('boto3_endpoints.py', import.meta.url))
  await mustRun('python3', [sweep], { env: world.clientEnvironment(), cwd: directory })
})

it.skipIf(!hasBoto3)('boto3 offers a service, connects to it from another account, and takes both away', async () => {
  const sweep = fileURLToPath(new URL('boto3_endpoint_services.py', import.meta.url))
  await mustRun('python3', [sweep], { env: world.clientEnvironment(), cwd: directory })
})
