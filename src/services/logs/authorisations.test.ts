import { afterEach, beforeEach, expect, it } from 'vitest'
import { callOf, TestLogs } from './testing.ts'

let logs: TestLogs
beforeEach(async () => {
  logs = new TestLogs()
  await logs.ask('CreateLogGroup', { logGroupName: '/app', tags: { team: 'web' } })
})
afterEach(() => logs.dispose())

const HERE = 'arn:aws:logs:us-east-1:123456789012:log-group:'

it.each([
  ['CreateLogGroup', { logGroupName: '/new' }, `${HERE}/new:log-stream:`],
  ['CreateLogStream', { logGroupName: '/app', logStreamName: 's' }, `${HERE}/app:log-stream:s`],
  ['PutLogEvents', { logGroupName: '/app', logStreamName: 's' }, `${HERE}/app:log-stream:s`],
  ['GetLogEvents', { logGroupIdentifier: `${HERE}/app:*`, logStreamName: 's' }, `${HERE}/app:log-stream:s`],
  ['FilterLogEvents', { logGroupName: '/app' }, `${HERE}/app:log-stream:`],
  ['DescribeLogStreams', { logGroupName: '/app' }, `${HERE}/app:log-stream:`],
  ['DescribeLogGroups', { logGroupNamePrefix: '/app' }, `${HERE}:log-stream:`],
  ['TagResource', { resourceArn: `${HERE}/app` }, `${HERE}/app`],
  ['PutResourcePolicy', { policyName: 'p' }, '*'],
])('%s asks for its own action on %o', async (operation, input, resource) => {
  const [asked] = await logs.adapter.authorisations(callOf(operation, input, logs.now))
  expect(asked).toMatchObject({ action: `logs:${operation}`, resource, resourceAccount: '123456789012' })
})

it('the tags of the group and of the request are condition keys', async () => {
  const call = callOf('TagLogGroup', { logGroupName: '/app', tags: { owner: 'ann' } }, logs.now)
  const [asked] = await logs.adapter.authorisations(call)
  expect(asked?.keys).toEqual({
    'aws:ResourceTag/team': 'web',
    'aws:requesttag/owner': 'ann',
    'aws:tagkeys': ['owner'],
  })
})
