// Systems Manager as the AWS CLI and boto3 see it, with an agent inside the test, and what a daemon that was killed still
// knows. The clients are not part of the set-up: without them this says so and skips what needs them.
// Address plan: default VPC 172.31.0.0/16.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DescribeDocumentCommand, GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { mustRun, run } from '../../labs/run.ts'
import { known, ScenarioWorld } from '../scenarios/scenario-world.ts'
import { Channel, type FakeAgent, frame, jsonOf } from '../scenarios/ssm/fake-agent.ts'
import { launch, makeProfile } from '../scenarios/ssm/ssm-world.ts'
import { awsClis } from './aws-clis.ts'

const clis = awsClis('Systems Manager')
const hasBoto3 = (await run('python3', ['-c', 'import boto3'])).code === 0
if (!hasBoto3) console.warn('SKIPPED: boto3 is not installed, so Systems Manager is not tried with it')

const BOTO3 = `
import boto3, json
ssm = boto3.client('ssm')
for number in range(25):
    ssm.put_parameter(Name=f'/boto3/{number:02}', Value=str(number), Type='SecureString' if number % 2 else 'String')
pages = ssm.get_paginator('get_parameters_by_path').paginate(Path='/boto3', Recursive=True, WithDecryption=True)
assert [p['Value'] for page in pages for p in page['Parameters']] == [str(number) for number in range(25)]
pages = ssm.get_paginator('describe_parameters').paginate(
    ParameterFilters=[{'Key': 'Type', 'Values': ['SecureString']}], PaginationConfig={'PageSize': 5})
assert len([p for page in pages for p in page['Parameters']]) == 12
try:
    ssm.put_parameter(Name='/boto3/00', Value='x', Type='String')
    raise SystemExit('a second parameter of the name')
except ssm.exceptions.ParameterAlreadyExists:
    pass
try:
    ssm.get_parameter(Name='/boto3/none')
    raise SystemExit('a parameter that is not there')
except ssm.exceptions.ParameterNotFound:
    pass
step = {'action': 'aws:runShellScript', 'name': 'one', 'inputs': {'runCommand': ['true']}}
content = json.dumps({'schemaVersion': '2.2', 'mainSteps': [step]})
made = ssm.create_document(Name='boto3', Content=content, DocumentType='Command')['DocumentDescription']
assert made['Status'] == 'Active' and made['HashType'] == 'Sha256', made
assert ssm.get_document(Name='boto3')['Content'] == content
pages = ssm.get_paginator('list_documents').paginate(Filters=[{'Key': 'Owner', 'Values': ['Self']}])
assert [d['Name'] for page in pages for d in page['DocumentIdentifiers']] == ['boto3']
try:
    ssm.send_command(InstanceIds=['i-0123456789abcdef0'], DocumentName='boto3')
    raise SystemExit('an instance that is not there')
except ssm.exceptions.InvalidInstanceId:
    pass
try:
    ssm.start_session(Target='i-0123456789abcdef0')
    raise SystemExit('a session with nobody')
except ssm.exceptions.TargetNotConnected as error:
    assert str(error).endswith('i-0123456789abcdef0 is not connected.'), error
`

describe('with an agent', () => {
  let world: ScenarioWorld
  let agent: FakeAgent
  let channel: Channel
  let env: NodeJS.ProcessEnv

  beforeAll(async () => {
    world = await ScenarioWorld.start()
    await makeProfile(world, 'managed')
    agent = known((await launch(world, 'managed', ['web']))[0])
    await agent.updateInstanceInformation()
    channel = await agent.controlChannel()
    const key = { AWS_ACCESS_KEY_ID: '123456789012', AWS_SECRET_ACCESS_KEY: 'unused', AWS_SESSION_TOKEN: undefined }
    const place = { AWS_ENDPOINT_URL: world.daemon.endpoint, AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-east-1' }
    env = { ...process.env, ...key, ...place, AWS_PROFILE: undefined, AWS_EC2_METADATA_DISABLED: 'true' }
  })
  afterAll(() => world?.stop())

  describe.each(clis)('the AWS CLI, $name', (cli) => {
    async function ssm(...words: string[]): Promise<string> {
      return (await cli.mustRun(['ssm', ...words, '--output', 'text'], { env })).stdout.trim()
    }

    it('puts, gets, labels, lists and deletes parameters', async () => {
      await ssm('put-parameter', '--name', '/cli/a', '--value', 'one', '--type', 'String', '--tags', 'Key=k,Value=v')
      await ssm('put-parameter', '--name', '/cli/a', '--value', 'two', '--overwrite')
      const get = (name: string) => ssm('get-parameter', '--name', name, '--query', 'Parameter.Value')
      await ssm('label-parameter-version', '--name', '/cli/a', '--parameter-version', '1', '--labels', 'first')
      expect([await get('/cli/a'), await get('/cli/a:first')]).toEqual(['two', 'one'])
      const byPath = ['get-parameters-by-path', '--path', '/cli', '--query', 'Parameters[].Name']
      expect(await ssm(...byPath)).toBe('/cli/a')
      const again = ssm('put-parameter', '--name', '/cli/a', '--value', 'x', '--type', 'String')
      await expect(again).rejects.toThrow('An error occurred (ParameterAlreadyExists) when calling the PutParameter')
      await ssm('delete-parameter', '--name', '/cli/a')
      await expect(get('/cli/a')).rejects.toThrow('(ParameterNotFound)')
    })

    it('sees the instance, runs a command on it and reads what it printed', async () => {
      const online = ['describe-instance-information', '--query', 'InstanceInformationList[].[InstanceId,PingStatus]']
      expect((await ssm(...online)).split(/\s+/)).toEqual([agent.instance.id, 'Online'])
      const what = ['--document-name', 'AWS-RunShellScript', '--parameters', 'commands=["id -un"]']
      const where = ['--instance-ids', agent.instance.id, '--query', 'Command.CommandId']
      const id = await ssm('send-command', ...what, ...where)
      const { JobId } = jsonOf(await channel.next())
      const plugin = { status: 'Success', code: 0, standardOutput: 'root\n', standardError: '' }
      const content = JSON.stringify({ documentStatus: 'Success', runtimeStatus: { 'aws:runShellScript': plugin } })
      channel.socket.send(frame('agent_job_reply', { schemaVersion: 1, jobId: JobId, content, topic: '' }))
      expect((await channel.next()).messageType).toBe('agent_job_reply_ack')
      const of = ['--command-id', id, '--instance-id', agent.instance.id]
      await ssm('wait', 'command-executed', ...of)
      const result = await ssm('get-command-invocation', ...of, '--query', '[Status,StandardOutputContent]')
      expect(result.split(/\s+/)).toEqual(['Success', 'root'])
    })
  })

  describe.each(clis)('aws ssm create-association, $name', (cli) => {
    it('runs a document by targets and a schedule, and says how it went', async () => {
      const ssm = async (...words: string[]) =>
        (await cli.mustRun(['ssm', ...words, '--output', 'text'], { env })).stdout.trim()
      const what = ['--name', 'AWS-RunShellScript', '--parameters', 'commands=["true"]']
      const when = ['--targets', 'Key=tag:Name,Values=web', '--schedule-expression', 'rate(1 hour)']
      const query = ['--query', 'AssociationDescription.AssociationId']
      const id = await ssm('create-association', ...what, ...when, ...query)
      const { JobId } = jsonOf(await channel.next())
      const content = JSON.stringify({ documentStatus: 'Success', runtimeStatus: {} })
      channel.socket.send(frame('agent_job_reply', { schemaVersion: 1, jobId: JobId, content, topic: '' }))
      expect((await channel.next()).messageType).toBe('agent_job_reply_ack')
      const of = ['--association-id', id, '--query', 'AssociationDescription.[Overview.Status,ScheduleExpression]']
      expect((await ssm('describe-association', ...of)).split('\t')).toEqual(['Success', 'rate(1 hour)'])
      await ssm('delete-association', '--association-id', id)
      await expect(ssm('describe-association', ...of)).rejects.toThrow('(AssociationDoesNotExist)')
    })
  })

  describe.each(clis)('aws ssm start-session, $name', (cli) => {
    it('hands the plugin a token and an address that open the session', async () => {
      const bin = mkdtempSync(join(tmpdir(), 'postern-plugin-'))
      // In the place of the plugin: it prints what the CLI gave it, an argument in each line.
      writeFileSync(join(bin, 'session-manager-plugin'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 })
      const withPlugin = { env: { ...env, PATH: `${bin}:${env.PATH}` } }
      const words = ['ssm', 'start-session', '--target', agent.instance.id, '--reason', 'a look']
      const { stdout } = await cli.mustRun(words, withPlugin)
      rmSync(bin, { recursive: true })
      const [response = '{}', region, command] = stdout.split('\n')
      expect([region, command]).toEqual(['us-east-1', 'StartSession'])
      const { SessionId, StreamUrl, TokenValue } = JSON.parse(response)
      expect((await channel.next()).messageType).toBe('interactive_shell')
      const ours = await agent.dataChannel(SessionId)
      const plugin = await new Channel(StreamUrl).open(TokenValue)
      plugin.socket.send(frame('input_stream_data', Buffer.from('ls\n'), { payloadType: 1 }))
      expect(String((await ours.next()).payload)).toBe('ls\n')
      await cli.mustRun(['ssm', 'terminate-session', '--session-id', SessionId], { env })
      expect((await plugin.next()).messageType).toBe('channel_closed')
    })
  })

  describe.skipIf(!hasBoto3)('boto3', () => {
    it('pages, and gets the exceptions it knows', async () => {
      await mustRun('python3', ['-c', BOTO3], { env })
    })
  })
})

it('a daemon that is killed has every parameter that it acknowledged', async () => {
  const world = await LabWorld.start(['--dataplane', 'model'])
  try {
    const credentials = { accessKeyId: '123456789012', secretAccessKey: 'unused' }
    const client = () => new SSMClient({ endpoint: world.endpoint, region: 'us-east-1', credentials })
    const before = client()
    const names = Array.from({ length: 50 }, (_, at) => `/killed/${at}`)
    const put = (Name: string) => before.send(new PutParameterCommand({ Name, Value: Name, Type: 'String' }))
    await Promise.all(names.map(put))
    await world.signal('SIGKILL')
    await world.up()
    const after = client()
    const found = await Promise.all(names.map((Name) => after.send(new GetParameterCommand({ Name }))))
    expect(found.map(({ Parameter }) => Parameter?.Value)).toEqual(names)
    const asked = after.send(new DescribeDocumentCommand({ Name: 'none' }))
    await expect(asked).rejects.toMatchObject({ name: 'InvalidDocument' })
  } finally {
    await world.stop()
  }
})
