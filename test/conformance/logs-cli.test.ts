// CloudWatch Logs as the AWS CLI and boto3 see it, and what a daemon that was killed still knows. The clients are not part
// of the set-up: without them this says so and skips what needs them.

import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { mustRun, run } from '../../labs/run.ts'
import { awsClis } from './aws-clis.ts'

const clis = awsClis('Logs')
const hasBoto3 = (await run('python3', ['-c', 'import boto3'])).code === 0
if (!hasBoto3) console.warn('SKIPPED: boto3 is not installed, so Logs is not tried with it')

const BOTO3 = `
import boto3, time
logs = boto3.client('logs')
logs.create_log_group(logGroupName='/boto3', tags={'a': 'b'})
try:
    logs.create_log_group(logGroupName='/boto3')
    raise SystemExit('a second group of the name')
except logs.exceptions.ResourceAlreadyExistsException:
    pass
logs.create_log_stream(logGroupName='/boto3', logStreamName='s')
now = int(time.time() * 1000)
events = [{'timestamp': now + at, 'message': f'event {at}'} for at in range(25)]
logs.put_log_events(logGroupName='/boto3', logStreamName='s', logEvents=events)
pages = logs.get_paginator('filter_log_events').paginate(
    logGroupName='/boto3', filterPattern='event', PaginationConfig={'PageSize': 10})
found = [event['message'] for page in pages for event in page['events']]
assert found == [event['message'] for event in events], found
streams = logs.get_paginator('describe_log_streams').paginate(logGroupName='/boto3')
assert [s['lastEventTimestamp'] for page in streams for s in page['logStreams']] == [now + 24]
try:
    logs.get_log_events(logGroupName='/boto3', logStreamName='none')
    raise SystemExit('a stream that is not there')
except logs.exceptions.ResourceNotFoundException as error:
    assert str(error).endswith('The specified log stream does not exist.'), error
arn = logs.describe_log_groups(logGroupNamePrefix='/boto3')['logGroups'][0]['logGroupArn']
assert logs.list_tags_for_resource(resourceArn=arn)['tags'] == {'a': 'b'}
logs.delete_log_group(logGroupName='/boto3')
`

let world: LabWorld
beforeAll(async () => {
  world = await LabWorld.start(['--dataplane', 'model'])
})
afterAll(() => world?.stop())

describe.each(clis)('the AWS CLI, $name', (cli) => {
  async function logs(...words: string[]): Promise<string[]> {
    const { stdout } = await cli.mustRun(['logs', ...words, '--output', 'text'], { env: world.clientEnvironment() })
    return stdout.split(/\s+/).filter(Boolean)
  }

  it('makes, puts, gets, filters and deletes', async () => {
    const group = ['--log-group-name', '/cli']
    const stream = [...group, '--log-stream-name', 'one']
    await logs('create-log-group', ...group, '--tags', 'team=web')
    await logs('put-retention-policy', ...group, '--retention-in-days', '7')
    await logs('create-log-stream', ...stream)
    const now = Date.now()
    const events = [`timestamp=${now},message=first`, `timestamp=${now + 1},message=second`]
    await logs('put-log-events', ...stream, '--log-events', ...events)
    expect(await logs('get-log-events', ...stream, '--query', 'events[].message')).toEqual(['first', 'second'])
    const filter = ['--filter-pattern', 'second', '--query', 'events[].[logStreamName,message]']
    expect(await logs('filter-log-events', ...group, ...filter)).toEqual(['one', 'second'])
    const describe = ['--query', 'logGroups[].[arn,retentionInDays]']
    const arn = 'arn:aws:logs:us-east-1:123456789012:log-group:/cli:*'
    expect(await logs('describe-log-groups', ...describe)).toEqual([arn, '7'])
    await expect(logs('create-log-stream', ...stream)).rejects.toThrow(
      'An error occurred (ResourceAlreadyExistsException) when calling the CreateLogStream operation: ' +
        'The specified log stream already exists',
    )
    await logs('delete-log-group', ...group)
    await expect(logs('get-log-events', ...stream)).rejects.toThrow('The specified log group does not exist.')
  })
})

describe.skipIf(!hasBoto3)('boto3', () => {
  it('pages, and gets the exceptions it knows', async () => {
    await mustRun('python3', ['-c', BOTO3], { env: world.clientEnvironment() })
  })
})

describe('a daemon that is killed', () => {
  const names = { logGroupName: '/killed', logStreamName: 'one' }
  const client = () =>
    new CloudWatchLogsClient({
      endpoint: world.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: '123456789012', secretAccessKey: 'unused' },
    })

  it('has every batch that it acknowledged', async () => {
    const before = client()
    await before.send(new CreateLogGroupCommand(names))
    await before.send(new CreateLogStreamCommand(names))
    const batches = Array.from({ length: 50 }, (_, at) => `batch ${at}`)
    const start = Date.now()
    let acknowledged = 0
    const puts = batches.map(async (message, at) => {
      const logEvents = [{ timestamp: start + at, message }]
      await before.send(new PutLogEventsCommand({ ...names, logEvents }))
      acknowledged++
    })
    await Promise.all(puts)
    await world.signal('SIGKILL')
    await world.up()
    const { events = [] } = await client().send(new GetLogEventsCommand({ ...names, startFromHead: true }))
    expect(acknowledged).toBe(batches.length)
    expect(events.map(({ message }) => message)).toEqual(batches)
  })

  it("the SDK's paginator reads a group to its end", async () => {
    const found: (string | undefined)[] = []
    const pages = paginateFilterLogEvents({ client: client(), pageSize: 7 }, { logGroupName: '/killed' })
    for await (const { events = [] } of pages) found.push(...events.map(({ message }) => message))
    expect(found).toHaveLength(50)
  })
})
