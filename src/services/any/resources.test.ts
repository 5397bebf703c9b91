// What requests to services behind an upstream ask the policies about.

import { describe, expect, test } from 'vitest'
import { resourcesOf } from './resources.ts'

const PLACE = { account: '123456789012', region: 'us-east-1' }

const CASES: readonly [name: string, service: string, operation: string, input: object, expected: readonly object[]][] =
  [
    [
      'a table by its name',
      'dynamodb',
      'PutItem',
      { TableName: 'orders' },
      [{ resource: 'arn:aws:dynamodb:us-east-1:123456789012:table/orders' }],
    ],
    [
      'a table by its ARN',
      'dynamodb',
      'GetItem',
      { TableName: 'arn:aws:dynamodb:us-east-1:999999999999:table/x' },
      [{ resource: 'arn:aws:dynamodb:us-east-1:999999999999:table/x' }],
    ],
    [
      'an index of a table',
      'dynamodb',
      'Query',
      { TableName: 'orders', IndexName: 'by-date', Select: 'COUNT' },
      [
        {
          resource: 'arn:aws:dynamodb:us-east-1:123456789012:table/orders/index/by-date',
          keys: { 'dynamodb:select': 'COUNT' },
        },
      ],
    ],
    [
      'a leading key',
      'dynamodb',
      'GetItem',
      { TableName: 't', Key: { id: { S: 'ann' } } },
      [{ keys: { 'dynamodb:leadingkeys': ['ann'] } }],
    ],
    [
      'a batch over two tables',
      'dynamodb',
      'BatchGetItem',
      { RequestItems: { a: {}, b: {} } },
      [{ resource: expect.stringMatching(/table\/a$/) }, { resource: expect.stringMatching(/table\/b$/) }],
    ],
    [
      'a transaction asks for each part',
      'dynamodb',
      'TransactWriteItems',
      { TransactItems: [{ Put: { TableName: 'a' } }, { ConditionCheck: { TableName: 'b' } }] },
      [
        { action: 'PutItem', resource: expect.stringMatching(/table\/a$/) },
        { action: 'ConditionCheckItem', resource: expect.stringMatching(/table\/b$/) },
      ],
    ],
    ['no table', 'dynamodb', 'ListTables', {}, [{ resource: '*' }]],
    [
      'a queue by its URL, whosever it is',
      'sqs',
      'SendMessage',
      { QueueUrl: 'http://127.0.0.1:4566/999999999999/jobs' },
      [{ resource: 'arn:aws:sqs:us-east-1:999999999999:jobs' }],
    ],
    [
      'a queue to be made',
      'sqs',
      'CreateQueue',
      { QueueName: 'jobs' },
      [{ resource: 'arn:aws:sqs:us-east-1:123456789012:jobs' }],
    ],
    [
      'a topic',
      'sns',
      'Publish',
      { TopicArn: 'arn:aws:sns:us-east-1:123456789012:t' },
      [{ resource: 'arn:aws:sns:us-east-1:123456789012:t' }],
    ],
    [
      'a key by its id',
      'kms',
      'Decrypt',
      { KeyId: '1234' },
      [{ resource: 'arn:aws:kms:us-east-1:123456789012:key/1234' }],
    ],
    [
      'a key by an alias',
      'kms',
      'Encrypt',
      { KeyId: 'alias/app' },
      [{ resource: 'arn:aws:kms:us-east-1:123456789012:key/*', keys: { 'kms:requestalias': 'alias/app' } }],
    ],
    [
      'a secret by its name',
      'secretsmanager',
      'GetSecretValue',
      { SecretId: 'db' },
      [{ resource: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-??????' }],
    ],
    [
      'a stream',
      'kinesis',
      'PutRecord',
      { StreamName: 's' },
      [{ resource: 'arn:aws:kinesis:us-east-1:123456789012:stream/s' }],
    ],
    ['a service without a table', 'lambda', 'POST', { FunctionName: 'f' }, [{ resource: '*' }]],
  ]

describe('the resource of', () => {
  test.each(CASES)('%s', (_name, service, operation, input, expected) => {
    expect(resourcesOf({ service, operation, input: { ...input }, ...PLACE })).toMatchObject(expected)
  })

  test.each(['not a record', 7, null, ['x'], { a: 1 }])('a member that is %j is passed over', (odd) => {
    for (const service of ['dynamodb', 'sqs', 'kms', 'secretsmanager']) {
      const input = {
        TableName: odd,
        RequestItems: odd,
        TransactItems: odd,
        Key: odd,
        QueueUrl: odd,
        KeyId: odd,
        SecretId: odd,
      }
      expect(resourcesOf({ service, operation: 'X', input, ...PLACE }).length).toBeGreaterThan(0)
    }
  })
})
