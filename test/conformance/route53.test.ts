// Route 53 as the SDK, the AWS CLI and boto3 (boto3_names.py) see it. The CLI and boto3 are not part of the set-up: without
// them this says so and is skipped. VPCs 10.8.0.0/16 and 10.9.0.0/16.

import { fileURLToPath } from 'node:url'
import { CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2'
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  GetHostedZoneCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { mustRun, run } from '../../labs/run.ts'
import { awsClis } from './aws-clis.ts'

const clis = awsClis('Route 53')
const hasBoto3 = (await run('python3', ['-c', 'import boto3'])).code === 0
if (!hasBoto3) console.warn('SKIPPED: boto3 is not installed, so Route 53 is not tried with it')

let world: LabWorld

function client() {
  const credentials = { accessKeyId: '123456789012', secretAccessKey: 'unused' }
  return { endpoint: world.endpoint, region: 'us-east-1', credentials }
}

beforeAll(async () => {
  world = await LabWorld.start(['--dataplane', 'model'])
})
afterAll(async () => {
  await world?.stop()
})

describe('the SDK', () => {
  it('makes a zone, changes it, and reads the error of a batch; all of it survives a kill', async () => {
    const route53 = new Route53Client(client())
    const { Vpc } = await new EC2Client(client()).send(new CreateVpcCommand({ CidrBlock: '10.8.0.0/16' }))
    const VPC = { VPCRegion: 'us-east-1', VPCId: Vpc?.VpcId } as const
    const made = await route53.send(new CreateHostedZoneCommand({ Name: 'sdk.example', CallerReference: 'sdk', VPC }))
    const Id = made.HostedZone?.Id
    expect(made.Location).toContain(Id)
    expect((await route53.send(new GetHostedZoneCommand({ Id }))).VPCs).toEqual([VPC])
    const ResourceRecords = [{ Value: '"a < b & c"' }]
    const ResourceRecordSet = { Name: '*.sdk.example', Type: 'TXT', TTL: 5, ResourceRecords } as const
    const ChangeBatch = { Changes: [{ Action: 'CREATE' as const, ResourceRecordSet }] }
    const change = new ChangeResourceRecordSetsCommand({ HostedZoneId: Id, ChangeBatch })
    await route53.send(change)
    const { ResourceRecordSets } = await route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: Id }))
    expect(ResourceRecordSets?.at(-1)).toEqual({ ...ResourceRecordSet, Name: '\\052.sdk.example.' })
    await expect(route53.send(change)).rejects.toMatchObject({
      name: 'InvalidChangeBatch',
      message: String.raw`[Tried to create resource record set [name='\052.sdk.example.', type='TXT'] but it already exists]`,
      $metadata: { httpStatusCode: 400 },
    })
    await expect(route53.send(new GetHostedZoneCommand({ Id: 'Z0' }))).rejects.toMatchObject({
      name: 'NoSuchHostedZone',
      $metadata: { httpStatusCode: 404 },
    })
    await world.signal('SIGKILL')
    await world.up()
    const later = new Route53Client(client())
    const kept = await later.send(new ListResourceRecordSetsCommand({ HostedZoneId: Id }))
    expect(kept.ResourceRecordSets).toEqual(ResourceRecordSets)
    expect((await later.send(new GetHostedZoneCommand({ Id }))).VPCs).toEqual([VPC])
  })
})

describe.each(clis)('the AWS CLI, $name', (cli) => {
  it('makes a public zone, waits for a change, pages its records and deletes it', async () => {
    const aws = async (...words: string[]) => {
      const { stdout } = await cli.mustRun(['route53', ...words, '--output', 'text'], {
        env: world.clientEnvironment(),
      })
      return stdout.split(/\s+/).filter(Boolean)
    }
    const name = ['--name', 'cli.example', '--caller-reference', `cli ${cli.major}`]
    const [id = '', ...servers] = await aws(
      'create-hosted-zone',
      ...name,
      '--query',
      '[HostedZone.Id,DelegationSet.NameServers]',
    )
    expect(servers).toHaveLength(4)
    const change = async (Action: string) => {
      const ResourceRecordSet = { Name: 'a.cli.example', Type: 'A', TTL: 60, ResourceRecords: [{ Value: '192.0.2.1' }] }
      const batch = ['--change-batch', JSON.stringify({ Changes: [{ Action, ResourceRecordSet }] })]
      const [info = ''] = await aws(
        'change-resource-record-sets',
        '--hosted-zone-id',
        id,
        ...batch,
        '--query',
        'ChangeInfo.Id',
      )
      await aws('wait', 'resource-record-sets-changed', '--id', info)
    }
    await change('UPSERT')
    const types = ['--page-size', '1', '--query', 'ResourceRecordSets[].Type']
    expect(await aws('list-resource-record-sets', '--hosted-zone-id', id, ...types)).toEqual(['NS', 'SOA', 'A'])
    await change('DELETE')
    const [status] = await aws('delete-hosted-zone', '--id', id, '--query', 'ChangeInfo.Status')
    expect(status).toBe('PENDING')
  })
})

describe.skipIf(!hasBoto3)('boto3', () => {
  it('does what its sweep does', async () => {
    const sweep = fileURLToPath(new URL('boto3_names.py', import.meta.url))
    const { stdout } = await mustRun('python3', [sweep], { env: world.clientEnvironment() })
    expect(stdout).toContain('ok')
  })
})
