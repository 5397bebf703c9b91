import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Output } from '../../edge/adapter.ts'
import { TestLogs } from './testing.ts'

let logs: TestLogs
beforeEach(() => {
  logs = new TestLogs()
})
afterEach(() => logs.dispose())

const GROUP = '/app/web'
const group = { logGroupName: GROUP }
const stream = { ...group, logStreamName: 'one' }
const ARN = `arn:aws:logs:us-east-1:123456789012:log-group:${GROUP}`
const HOUR = 3_600_000
const DAY = 24 * HOUR

const listOf = (output: Output, member: string): Record<string, unknown>[] => {
  const list = output[member]
  return Array.isArray(list) ? list : []
}
const namesOf = (output: Output, member = 'logGroups', name = 'logGroupName') =>
  listOf(output, member).map((entry) => entry[name])
const messagesOf = (output: Output) => listOf(output, 'events').map(({ message }) => message)

/** Puts one event for each message, a millisecond apart, ending now. */
async function put(messages: readonly string[], logStreamName = 'one'): Promise<Output> {
  const start = logs.now.getTime() - messages.length
  const logEvents = messages.map((message, at) => ({ timestamp: start + at, message }))
  return logs.ask('PutLogEvents', { ...group, logStreamName, logEvents })
}

describe('log groups', () => {
  it.each([
    ['of no character', '', 'greater than or equal to 1'],
    ['with a space', 'white space', '[\\.\\-_/#A-Za-z0-9]+'],
    ['with a star', 'star*', '[\\.\\-_/#A-Za-z0-9]+'],
    ['of more than 512', 'x'.repeat(513), 'less than or equal to 512'],
    ['of AWS', 'aws/reserved', 'reserved'],
  ])('no name: %s', async (_rule, logGroupName, message) => {
    const refusal = await logs.fails('CreateLogGroup', { logGroupName })
    expect(refusal).toMatch(/^InvalidParameterException: /)
    expect(refusal).toContain(message)
  })

  it('made, described and deleted; AWS says when it is there or not', async () => {
    await logs.ask('CreateLogGroup', { ...group, tags: { team: 'web' } })
    expect(await logs.fails('CreateLogGroup', group)).toBe(
      'ResourceAlreadyExistsException: The specified log group already exists',
    )
    expect(listOf(await logs.ask('DescribeLogGroups'), 'logGroups')).toEqual([
      {
        logGroupName: GROUP,
        creationTime: logs.now.getTime(),
        metricFilterCount: 0,
        arn: `${ARN}:*`,
        logGroupArn: ARN,
        storedBytes: 0,
        logGroupClass: 'STANDARD',
        deletionProtectionEnabled: false,
      },
    ])
    await logs.ask('DeleteLogGroup', group)
    expect(await logs.fails('DeleteLogGroup', group)).toBe(
      'ResourceNotFoundException: The specified log group does not exist.',
    )
  })

  it('another account has its own', async () => {
    await logs.ask('CreateLogGroup', group)
    logs.account = '210987654321'
    expect(namesOf(await logs.ask('DescribeLogGroups'))).toEqual([])
    expect(await logs.fails('DescribeLogStreams', { logGroupIdentifier: ARN })).toMatch(/^ResourceNotFoundException/)
    await logs.ask('CreateLogGroup', group)
  })

  it('by prefix, by pattern, by class, by ARN, in pages', async () => {
    for (const name of ['/app/b', '/app/a', '/lib/a', '/APP/c'])
      await logs.ask('CreateLogGroup', { logGroupName: name })
    await logs.ask('CreateLogGroup', { logGroupName: 'rare', logGroupClass: 'INFREQUENT_ACCESS' })
    const described = async (input: Record<string, unknown>) => namesOf(await logs.ask('DescribeLogGroups', input))
    expect(await described({ logGroupNamePrefix: '/app' })).toEqual(['/app/a', '/app/b'])
    expect(await described({ logGroupNamePattern: 'app' })).toEqual(['/APP/c', '/app/a', '/app/b'])
    expect(await described({ logGroupClass: 'INFREQUENT_ACCESS' })).toEqual(['rare'])
    expect(await described({ logGroupIdentifiers: [ARN.replace(GROUP, '/lib/a')] })).toEqual(['/lib/a'])
    expect(await logs.fails('DescribeLogGroups', { logGroupNamePrefix: 'a', logGroupNamePattern: 'b' })).toMatch(
      'mutually exclusive',
    )
    expect(await logs.fails('DescribeLogGroups', { limit: 51 })).toMatch('less than or equal to 50')
    const first = await logs.ask('DescribeLogGroups', { limit: 3 })
    expect(namesOf(first)).toEqual(['/APP/c', '/app/a', '/app/b'])
    const second = await logs.ask('DescribeLogGroups', { limit: 3, nextToken: first.nextToken })
    expect(namesOf(second)).toEqual(['/lib/a', 'rare'])
    expect(second.nextToken).toBeUndefined()
    expect(await logs.fails('DescribeLogGroups', { nextToken: 'made up' })).toMatch('nextToken is invalid')
    expect(namesOf(await logs.ask('ListLogGroups', { logGroupNamePattern: '^/app|rare' }))).toEqual([
      '/app/a',
      '/app/b',
      'rare',
    ])
  })

  it('deletion protection holds until it is taken off', async () => {
    await logs.ask('CreateLogGroup', { ...group, deletionProtectionEnabled: true })
    expect(await logs.fails('DeleteLogGroup', group)).toMatch(/^ValidationException/)
    await logs.ask('PutLogGroupDeletionProtection', { logGroupIdentifier: GROUP, deletionProtectionEnabled: false })
    expect(await logs.fails('DeleteLogGroup', group)).toBe('it passed')
  })

  it('tags by the old calls and by the new', async () => {
    await logs.ask('CreateLogGroup', { ...group, tags: { a: '1' } })
    await logs.ask('TagLogGroup', { ...group, tags: { b: '2' } })
    await logs.ask('TagResource', { resourceArn: ARN, tags: { c: '3', a: '4' } })
    expect(await logs.ask('ListTagsLogGroup', group)).toEqual({ tags: { a: '4', b: '2', c: '3' } })
    await logs.ask('UntagLogGroup', { ...group, tags: ['b'] })
    await logs.ask('UntagResource', { resourceArn: ARN, tagKeys: ['c'] })
    expect(await logs.ask('ListTagsForResource', { resourceArn: ARN })).toEqual({ tags: { a: '4' } })
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`k${at}`, 'v']))
    expect(await logs.fails('TagResource', { resourceArn: ARN, tags: many })).toMatch(/^TooManyTagsException/)
    expect(await logs.fails('TagResource', { resourceArn: ARN, tags: { 'aws:x': 'v' } })).toMatch('reserved')
    expect(await logs.ask('ListTagsForResource', { resourceArn: ARN })).toEqual({ tags: { a: '4' } })
  })

  it('no KMS key can be used', async () => {
    const kmsKeyId = 'arn:aws:kms:us-east-1:123456789012:key/k'
    expect(await logs.fails('CreateLogGroup', { ...group, kmsKeyId })).toMatch(/^InvalidParameterException: .*KMS/)
    await logs.ask('CreateLogGroup', group)
    expect(await logs.fails('AssociateKmsKey', { ...group, kmsKeyId })).toMatch(/^InvalidParameterException: .*KMS/)
    expect(await logs.fails('DisassociateKmsKey', group)).toBe('it passed')
  })
})

describe('log streams', () => {
  beforeEach(() => logs.ask('CreateLogGroup', group))

  it('made once, listed by name or by last event, deleted', async () => {
    for (const logStreamName of ['b', 'a', 'c']) await logs.ask('CreateLogStream', { ...group, logStreamName })
    expect(await logs.fails('CreateLogStream', { ...group, logStreamName: 'a' })).toBe(
      'ResourceAlreadyExistsException: The specified log stream already exists',
    )
    expect(await logs.fails('CreateLogStream', { ...group, logStreamName: 'a:b' })).toMatch('[^:*]*')
    logs.now = new Date(logs.now.getTime() + 1000)
    await put(['x'], 'c')
    logs.now = new Date(logs.now.getTime() + 1000)
    await put(['x'], 'a')
    const described = async (input: Record<string, unknown>) =>
      namesOf(await logs.ask('DescribeLogStreams', { ...group, ...input }), 'logStreams', 'logStreamName')
    expect(await described({})).toEqual(['a', 'b', 'c'])
    expect(await described({ logStreamNamePrefix: 'b' })).toEqual(['b'])
    expect(await described({ descending: true })).toEqual(['c', 'b', 'a'])
    expect(await described({ orderBy: 'LastEventTime', descending: true })).toEqual(['a', 'c', 'b'])
    expect(
      await logs.fails('DescribeLogStreams', { ...group, orderBy: 'LastEventTime', logStreamNamePrefix: 'a' }),
    ).toBe('InvalidParameterException: Cannot order by LastEventTime with a logStreamNamePrefix.')
    const first = await logs.ask('DescribeLogStreams', {
      ...group,
      orderBy: 'LastEventTime',
      descending: true,
      limit: 2,
    })
    const rest = { orderBy: 'LastEventTime', descending: true, nextToken: first.nextToken }
    expect(await described(rest)).toEqual(['b'])
    await logs.ask('DeleteLogStream', { ...group, logStreamName: 'b' })
    expect(await described({})).toEqual(['a', 'c'])
  })
})

describe('PutLogEvents', () => {
  beforeEach(async () => {
    await logs.ask('CreateLogGroup', group)
    await logs.ask('CreateLogStream', stream)
  })

  const events = (...offsets: number[]) =>
    offsets.map((offset) => ({ timestamp: logs.now.getTime() + offset, message: 'm' }))
  const sized = (bytes: number) => [{ timestamp: logs.now.getTime(), message: 'x'.repeat(bytes - 26) }]

  it.each([
    ['no events', () => [], 'greater than or equal to 1'],
    ['more than 10,000', () => events(...Array.from({ length: 10_001 }, () => 0)), 'less than or equal to 10000'],
    [
      'more than 1 MiB with 26 bytes each',
      () => sized(1_048_577),
      'Upload too large: 1048577 bytes exceeds limit of 1048576',
    ],
    ['an empty message', () => [{ timestamp: 1, message: '' }], "'logEvents.1.member.message'"],
    ['no message', () => [{ timestamp: 1 }], "'logEvents.1.member.message'"],
    ['a time before 1970', () => [{ timestamp: -1, message: 'm' }], 'greater than or equal to 0'],
    [
      'not in the order of time',
      () => events(0, -1),
      'Log events in a single PutLogEvents request must be in chronological order.',
    ],
    ['more than 24 hours', () => events(-DAY - 1, 0), 'cannot span more than 24 hours'],
  ])('refused whole: %s', async (_rule, make, message) => {
    const refusal = await logs.fails('PutLogEvents', { ...stream, logEvents: make() })
    expect(refusal).toMatch(/^InvalidParameterException: /)
    expect(refusal).toContain(message)
    expect(messagesOf(await logs.ask('GetLogEvents', stream))).toEqual([])
  })

  it('10,000 events and exactly 1 MiB pass', async () => {
    await logs.ask('PutLogEvents', { ...stream, logEvents: events(...Array.from({ length: 10_000 }, () => 0)) })
    await logs.ask('PutLogEvents', { ...stream, logEvents: sized(1_048_576) })
    expect(listOf(await logs.ask('DescribeLogGroups'), 'logGroups')[0]?.storedBytes).toBe(10_000 * 27 + 1_048_576)
  })

  it.each([
    ['too new: more than 2 hours ahead', [0, 2 * HOUR, 2 * HOUR + 1], { tooNewLogEventStartIndex: 2 }, 2],
    ['too old: more than 14 days', [-14 * DAY - 1, -14 * DAY], { tooOldLogEventEndIndex: 1 }, 1],
    ['all of them', [-20 * DAY, -15 * DAY], { tooOldLogEventEndIndex: 2 }, 0],
    ['the span is that of what is left', [-20 * DAY, 0], { tooOldLogEventEndIndex: 1 }, 1],
  ])('rejected while others pass: %s', async (_rule, offsets, rejected, kept) => {
    const answer = await logs.ask('PutLogEvents', { ...stream, logEvents: events(...offsets) })
    expect(answer.rejectedLogEventsInfo).toEqual(rejected)
    expect(messagesOf(await logs.ask('GetLogEvents', stream))).toHaveLength(kept)
  })

  it('rejected: older than the retention', async () => {
    await logs.ask('PutRetentionPolicy', { ...group, retentionInDays: 1 })
    const answer = await logs.ask('PutLogEvents', { ...stream, logEvents: events(-DAY - 1, -1) })
    expect(answer.rejectedLogEventsInfo).toEqual({ expiredLogEventEndIndex: 1 })
  })

  it('an entity is rejected, and its events pass', async () => {
    const entity = { keyAttributes: { Type: 'Service', Name: 'web' } }
    const answer = await logs.ask('PutLogEvents', { ...stream, logEvents: events(0), entity })
    expect(answer.rejectedEntityInfo).toEqual({ errorType: 'UnsupportedLogGroupType' })
    expect(messagesOf(await logs.ask('GetLogEvents', stream))).toHaveLength(1)
  })

  it('any sequence token passes, and one is given', async () => {
    const answer = await logs.ask('PutLogEvents', { ...stream, logEvents: events(0), sequenceToken: 'stale' })
    expect(answer.nextSequenceToken).toMatch(/^\d{56}$/)
  })

  it('the group and the stream must be there', async () => {
    const other = { logEvents: events(0), logStreamName: 'two' }
    expect(await logs.fails('PutLogEvents', { ...other, logGroupName: 'none' })).toMatch('The specified log group does')
    expect(await logs.fails('PutLogEvents', { ...other, ...group })).toMatch('The specified log stream does not exist.')
  })
})

describe('GetLogEvents', () => {
  beforeEach(async () => {
    await logs.ask('CreateLogGroup', group)
    await logs.ask('CreateLogStream', stream)
  })
  const get = (input: Record<string, unknown> = {}) => logs.ask('GetLogEvents', { ...stream, ...input })

  it('the last page unless it starts from the head', async () => {
    await put(['a', 'b', 'c', 'd', 'e'])
    expect(messagesOf(await get({ limit: 2 }))).toEqual(['d', 'e'])
    expect(messagesOf(await get({ limit: 2, startFromHead: true }))).toEqual(['a', 'b'])
  })

  it('forward and back, and the token at either end stays the same', async () => {
    await put(['a', 'b', 'c'])
    const first = await get({ limit: 2, startFromHead: true })
    const second = await get({ limit: 2, nextToken: first.nextForwardToken })
    expect(messagesOf(second)).toEqual(['c'])
    const end = await get({ limit: 2, nextToken: second.nextForwardToken })
    expect(messagesOf(end)).toEqual([])
    expect(end.nextForwardToken).toBe(second.nextForwardToken)
    expect(messagesOf(await get({ limit: 2, nextToken: end.nextBackwardToken }))).toEqual(['b', 'c'])
    const start = await get({ limit: 2, nextToken: first.nextBackwardToken })
    expect(messagesOf(start)).toEqual([])
    expect(start.nextBackwardToken).toBe(first.nextBackwardToken)
    expect(messagesOf(await get({ limit: 2, nextToken: start.nextForwardToken }))).toEqual(['a', 'b'])
    await put(['new'])
    expect(messagesOf(await get({ nextToken: end.nextForwardToken }))).toEqual(['new'])
  })

  it('an empty stream gives tokens that find what comes', async () => {
    const empty = await get()
    expect(empty.nextForwardToken).toMatch(/^f\/\d{56}\/s$/)
    expect(empty.nextBackwardToken).toMatch(/^b\/\d{56}\/s$/)
    await put(['a'])
    expect(messagesOf(await get({ nextToken: empty.nextForwardToken }))).toEqual(['a'])
  })

  it('the start of the range is in it, the end is not', async () => {
    await put(['a', 'b', 'c'])
    const at = logs.now.getTime() - 3
    expect(messagesOf(await get({ startTime: at + 1, endTime: at + 2 }))).toEqual(['b'])
  })

  it('a page is at most 1 MiB', async () => {
    for (const letter of ['a', 'b', 'c']) await put([letter.repeat(600_000)])
    expect(messagesOf(await get())).toEqual(['c'.repeat(600_000)])
  })

  it.each(['x', 'f/1/s', `f/${'9'.repeat(55)}x/s`])('%s is no token', async (nextToken) => {
    expect(await logs.fails('GetLogEvents', { ...stream, nextToken })).toBe(
      'InvalidParameterException: The specified nextToken is invalid.',
    )
  })
})

describe('FilterLogEvents', () => {
  beforeEach(async () => {
    await logs.ask('CreateLogGroup', group)
    for (const logStreamName of ['one', 'two', 'other']) await logs.ask('CreateLogStream', { ...group, logStreamName })
    await put(['ERROR a', 'fine', 'ERROR b'], 'one')
    await put(['ERROR c'], 'two')
    await put(['fine'], 'other')
  })
  const filter = (input: Record<string, unknown> = {}) => logs.ask('FilterLogEvents', { ...group, ...input })

  it('by pattern, over all streams in the order of time', async () => {
    const answer = await filter({ filterPattern: 'ERROR' })
    expect(messagesOf(answer)).toEqual(['ERROR a', 'ERROR b', 'ERROR c'])
    expect(listOf(answer, 'events')[0]).toEqual({
      logStreamName: 'one',
      timestamp: logs.now.getTime() - 3,
      ingestionTime: logs.now.getTime(),
      message: 'ERROR a',
      eventId: expect.stringMatching(/^\d{56}$/),
    })
  })

  it('by streams, by prefix, by time', async () => {
    expect(messagesOf(await filter({ logStreamNames: ['two', 'other'] }))).toEqual(['ERROR c', 'fine'])
    expect(messagesOf(await filter({ logStreamNamePrefix: 't' }))).toEqual(['ERROR c'])
    const at = logs.now.getTime() - 3
    expect(messagesOf(await filter({ startTime: at, endTime: at + 1 }))).toEqual(['ERROR a', 'fine'])
    expect(await logs.fails('FilterLogEvents', { ...group, logStreamNames: ['none'] })).toMatch('log stream does not')
    const both = { ...group, logStreamNames: ['one'], logStreamNamePrefix: 'o' }
    expect(await logs.fails('FilterLogEvents', both)).toMatch('mutually exclusive')
  })

  it('in pages, and newest first', async () => {
    const first = await filter({ filterPattern: 'ERROR', limit: 2 })
    expect(messagesOf(first)).toEqual(['ERROR a', 'ERROR b'])
    const second = await filter({ filterPattern: 'ERROR', limit: 2, nextToken: first.nextToken })
    expect(messagesOf(second)).toEqual(['ERROR c'])
    expect(second.nextToken).toBeUndefined()
    const newest = { filterPattern: 'ERROR', startFromHead: false, startTime: logs.now.getTime() - DAY }
    const last = await filter({ ...newest, limit: 1 })
    expect(messagesOf(last)).toEqual(['ERROR c'])
    expect(messagesOf(await filter({ ...newest, nextToken: last.nextToken }))).toEqual(['ERROR b', 'ERROR a'])
    expect(await logs.fails('FilterLogEvents', { ...group, startFromHead: false })).toMatch('Jan 1, 2024')
  })

  it('events of a deleted stream are gone at once', async () => {
    await logs.ask('DeleteLogStream', stream)
    expect(messagesOf(await filter())).toEqual(['ERROR c', 'fine'])
  })

  it('TestMetricFilter says which messages match', async () => {
    const logEventMessages = ['INFO', 'ERROR']
    const { matches } = await logs.ask('TestMetricFilter', { filterPattern: 'ERROR', logEventMessages })
    expect(matches).toEqual([{ eventNumber: 2, eventMessage: 'ERROR', extractedValues: {} }])
  })
})

describe('retention', () => {
  beforeEach(async () => {
    await logs.ask('CreateLogGroup', group)
    await logs.ask('CreateLogStream', stream)
  })

  const rowsOnDisk = () => {
    const database = new DatabaseSync(`${logs.directory}/logs.db`, { readOnly: true })
    const row = database.prepare('SELECT count(*) AS rows FROM event').get()
    database.close()
    return Number(row?.rows)
  }

  it('only the days that AWS offers', async () => {
    expect(await logs.fails('PutRetentionPolicy', { ...group, retentionInDays: 2 })).toMatch(
      /^InvalidParameterException: .*Value '2' at 'retentionInDays'.*\[1, 3, 5, /,
    )
  })

  it('what is older is hidden, then deleted from the disk', async () => {
    const now = logs.now.getTime()
    await logs.ask('PutLogEvents', { ...stream, logEvents: [{ timestamp: now - 2 * DAY, message: 'old' }] })
    await logs.ask('PutLogEvents', { ...stream, logEvents: [{ timestamp: now, message: 'new' }] })
    await logs.ask('PutRetentionPolicy', { ...group, retentionInDays: 1 })
    expect(messagesOf(await logs.ask('GetLogEvents', stream))).toEqual(['new'])
    await logs.adapter.settle()
    expect(rowsOnDisk()).toBe(1)
    expect(listOf(await logs.ask('DescribeLogGroups'), 'logGroups')[0]).toMatchObject({
      retentionInDays: 1,
      storedBytes: 29,
    })
    await logs.ask('DeleteRetentionPolicy', group)
    expect(listOf(await logs.ask('DescribeLogGroups'), 'logGroups')[0]).not.toHaveProperty('retentionInDays')
  })

  it('a deleted group leaves the disk, and a group of its name begins empty', async () => {
    await put(Array.from({ length: 2500 }, () => 'x'))
    await logs.ask('DeleteLogGroup', group)
    await logs.ask('CreateLogGroup', group)
    await logs.ask('CreateLogStream', stream)
    expect(messagesOf(await logs.ask('FilterLogEvents', group))).toEqual([])
    await logs.adapter.settle()
    expect(rowsOnDisk()).toBe(0)
  })
})

describe('resource policies', () => {
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'route53.amazonaws.com' },
    Action: 'logs:*',
    Resource: '*',
  }
  const document = JSON.stringify({ Version: '2012-10-17', Statement: statement })

  it.each([
    ['no JSON', 'no', 'Unparseable policy document. '],
    [
      'two errors',
      JSON.stringify({
        Statement: [
          { ...statement, Effect: 'Yes' },
          { ...statement, Principal: undefined },
        ],
      }),
      /^InvalidParameterException: Unparseable .*\$\.Statement\[0\]\.Effect\); Missing required field Principal \(line 1, column \d+, \$\.Statement\[1\]\)$/,
    ],
  ])('are refused whole: %s', async (_what, policyDocument, says) => {
    expect(await logs.fails('PutResourcePolicy', { policyName: 'p', policyDocument })).toMatch(says)
    expect(await logs.ask('DescribeResourcePolicies')).toEqual({ resourcePolicies: [] })
  })

  it('of the account: put, replaced, listed, deleted; ten at most', async () => {
    await logs.ask('PutResourcePolicy', { policyName: 'route53', policyDocument: document })
    await logs.ask('PutResourcePolicy', { policyName: 'route53', policyDocument: document })
    const policy = {
      policyName: 'route53',
      policyDocument: document,
      lastUpdatedTime: logs.now.getTime(),
      policyScope: 'ACCOUNT',
    }
    expect(await logs.ask('DescribeResourcePolicies')).toEqual({ resourcePolicies: [policy] })
    for (let at = 1; at < 10; at++)
      await logs.ask('PutResourcePolicy', { policyName: `p${at}`, policyDocument: document })
    expect(await logs.fails('PutResourcePolicy', { policyName: 'p10', policyDocument: document })).toMatch(
      /^LimitExceeded/,
    )
    await logs.ask('DeleteResourcePolicy', { policyName: 'route53' })
    expect(await logs.fails('DeleteResourcePolicy', { policyName: 'route53' })).toMatch(/^ResourceNotFoundException/)
  })

  it('of a log group: with a revision that must match', async () => {
    await logs.ask('CreateLogGroup', group)
    const on = { resourceArn: ARN, policyDocument: document }
    const { revisionId } = await logs.ask('PutResourcePolicy', on)
    expect(await logs.fails('PutResourcePolicy', { ...on, expectedRevisionId: 'old' })).toMatch(/^OperationAborted/)
    await logs.ask('PutResourcePolicy', { ...on, expectedRevisionId: revisionId })
    expect(await logs.ask('DescribeResourcePolicies')).toEqual({ resourcePolicies: [] })
    expect(
      listOf(
        await logs.ask('DescribeResourcePolicies', { resourceArn: ARN, policyScope: 'RESOURCE' }),
        'resourcePolicies',
      ),
    ).toHaveLength(1)
  })

  it.each(['', 'no JSON', '[]', '{}'])('%s is no document', async (policyDocument) => {
    expect(await logs.fails('PutResourcePolicy', { policyName: 'p', policyDocument })).toMatch(
      /^InvalidParameterException/,
    )
  })
})

it('all of it survives a restart', async () => {
  await logs.ask('CreateLogGroup', { ...group, tags: { a: '1' } })
  await logs.ask('CreateLogStream', stream)
  await put(['kept'])
  await logs.restart()
  expect(messagesOf(await logs.ask('GetLogEvents', stream))).toEqual(['kept'])
  expect(await logs.ask('ListTagsLogGroup', group)).toEqual({ tags: { a: '1' } })
  await logs.adapter.reset()
  expect(namesOf(await logs.ask('DescribeLogGroups'))).toEqual([])
})
