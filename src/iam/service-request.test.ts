import { expect, test } from 'vitest'
import { refusalOfService } from './service-request.ts'

const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:jobs'
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:news'
const FROM_TOPIC = { ArnEquals: { 'aws:SourceArn': TOPIC } }

function refusal(...statements: readonly object[]): string | undefined {
  const whole = statements.map((one) => ({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: QUEUE, ...one }))
  return refusalOfService({
    service: 'sns.amazonaws.com',
    action: 'sqs:SendMessage',
    resource: QUEUE,
    resourcePolicy: { name: 'policy', document: JSON.stringify({ Version: '2012-10-17', Statement: whole }) },
    keys: { 'aws:sourcearn': TOPIC, 'aws:sourceaccount': '123456789012' },
  })
}

const SNS = { Service: 'sns.amazonaws.com' }

test.each([
  ['the service by name', [{ Principal: SNS }]],
  ['everyone', [{ Principal: '*', Condition: FROM_TOPIC }]],
  ['a source that fits', [{ Principal: SNS, Condition: FROM_TOPIC }]],
  ['an account that fits', [{ Principal: SNS, Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } } }]],
])('allowed: %s', (_, statements) => expect(refusal(...statements)).toBeUndefined())

test.each([
  ['another service', [{ Principal: { Service: 's3.amazonaws.com' } }], /no statement of its policy allows it/],
  ['an account', [{ Principal: { AWS: '123456789012' } }], /no statement/],
  ['another source', [{ Principal: SNS, Condition: { ArnEquals: { 'aws:SourceArn': `${TOPIC}2` } } }], /no statement/],
  ['another action', [{ Principal: SNS, Action: 'sqs:ReceiveMessage' }], /no statement/],
  ['another resource', [{ Principal: SNS, Resource: `${QUEUE}2` }], /no statement/],
  ['a denial beside it', [{ Principal: SNS }, { Principal: '*', Effect: 'Deny' }], /its policy denies it/],
])('refused: %s', (_, statements, why) => expect(refusal(...statements)).toMatch(why))

test('refused without a policy', () => {
  const request = { service: 'sns.amazonaws.com', action: 'sqs:SendMessage', resource: QUEUE, keys: {} }
  expect(refusalOfService(request)).toBe(`sns.amazonaws.com may not sqs:SendMessage on ${QUEUE}: it has no policy`)
})
