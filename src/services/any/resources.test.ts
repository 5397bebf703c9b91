// What requests to services behind an upstream ask the policies about.

import { describe, expect, test } from 'vitest'
import type { KeySchema } from './dynamodb-keys.ts'
import { resourcesOf } from './resources.ts'

const PLACE = { account: '123456789012', region: 'us-east-1' }

/** `orders` has a partition and a sort key, and an index by another. */
const SCHEMAS: Readonly<Record<string, KeySchema>> = {
  orders: { partitionKey: 'user', ofIndexes: { 'by-shop': 'shop' } },
}
const BOTH = { date: { S: '2026' }, user: { S: 'ann' } }

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
      'the leading one of two keys, by the definition of the table',
      'dynamodb',
      'GetItem',
      { TableName: 'orders', Key: BOTH },
      [{ keys: { 'dynamodb:leadingkeys': ['ann'], 'dynamodb:attributes': ['date', 'user'] } }],
    ],
    [
      'either of two keys, of a table that nobody knows',
      'dynamodb',
      'GetItem',
      { TableName: 'other', Key: BOTH },
      [{ keys: { 'dynamodb:leadingkeys': ['2026', 'ann'] } }],
    ],
    [
      "an item's partition key",
      'dynamodb',
      'PutItem',
      { TableName: 'orders', Item: { ...BOTH, total: { N: '7' } } },
      [{ keys: { 'dynamodb:leadingkeys': ['ann'], 'dynamodb:attributes': ['date', 'user', 'total'] } }],
    ],
    [
      "a query's, by the names and values that its expression stands for",
      'dynamodb',
      'Query',
      {
        TableName: 'orders',
        KeyConditionExpression: '#u = :u AND begins_with(#d, :d)',
        ExpressionAttributeNames: { '#u': 'user', '#d': 'date' },
        ExpressionAttributeValues: { ':u': { S: 'ann' }, ':d': { S: '2026' } },
        ProjectionExpression: 'total, lines[0].price',
      },
      [
        {
          keys: {
            'dynamodb:leadingkeys': ['ann'],
            'dynamodb:attributes': expect.arrayContaining(['user', 'date', 'total', 'lines']),
          },
        },
      ],
    ],
    [
      "an index's own key",
      'dynamodb',
      'Query',
      {
        TableName: 'orders',
        IndexName: 'by-shop',
        KeyConditionExpression: 'shop = :s',
        ExpressionAttributeValues: { ':s': { S: 'x' } },
      },
      [{ resource: expect.stringMatching(/table\/orders\/index\/by-shop$/), keys: { 'dynamodb:leadingkeys': ['x'] } }],
    ],
    [
      'the keys of a query in the old form',
      'dynamodb',
      'Query',
      {
        TableName: 'orders',
        KeyConditions: { user: { AttributeValueList: [{ S: 'ann' }], ComparisonOperator: 'EQ' } },
      },
      [{ keys: { 'dynamodb:leadingkeys': ['ann'] } }],
    ],
    [
      'every key of a batch',
      'dynamodb',
      'BatchGetItem',
      { RequestItems: { orders: { Keys: [BOTH, { ...BOTH, user: { S: 'bob' } }] } } },
      [{ keys: { 'dynamodb:leadingkeys': ['ann', 'bob'] } }],
    ],
    [
      'what a batch writes and deletes',
      'dynamodb',
      'BatchWriteItem',
      {
        RequestItems: { orders: [{ PutRequest: { Item: BOTH } }, { DeleteRequest: { Key: { user: { S: 'bob' } } } }] },
      },
      [{ keys: { 'dynamodb:leadingkeys': ['ann', 'bob'] } }],
    ],
    [
      'the parts of a transaction with their keys',
      'dynamodb',
      'TransactWriteItems',
      { TransactItems: [{ Update: { TableName: 'orders', Key: BOTH } }] },
      [
        {
          action: 'UpdateItem',
          keys: { 'dynamodb:leadingkeys': ['ann'], 'dynamodb:enclosingoperation': 'TransactWriteItems' },
        },
      ],
    ],
    [
      'a scan, which has no key',
      'dynamodb',
      'Scan',
      { TableName: 'orders', FilterExpression: 'total > :t' },
      [{ keys: { 'dynamodb:attributes': ['total'] } }],
    ],
    [
      'a PartiQL statement',
      'dynamodb',
      'ExecuteStatement',
      { Statement: 'SELECT * FROM "orders"."by-shop" WHERE shop = ?' },
      [{ action: 'PartiQLSelect', resource: expect.stringMatching(/table\/orders\/index\/by-shop$/) }],
    ],
    [
      'the values of a PartiQL statement, any of which may be the key',
      'dynamodb',
      'ExecuteStatement',
      { Statement: "SELECT * FROM orders WHERE user = ? AND date = '2026'", Parameters: [{ S: 'ann' }] },
      [{ action: 'PartiQLSelect', keys: { 'dynamodb:leadingkeys': ['2026', 'ann'] } }],
    ],
    [
      'a PartiQL statement that reads all',
      'dynamodb',
      'ExecuteStatement',
      { Statement: 'SELECT * FROM orders' },
      [{ action: 'PartiQLSelect', keys: { 'dynamodb:fulltablescan': 'true' } }],
    ],
    [
      'several',
      'dynamodb',
      'BatchExecuteStatement',
      { Statements: [{ Statement: "INSERT INTO a VALUE {'id': 1}" }, { Statement: 'update b set x = 1' }] },
      [
        { action: 'PartiQLInsert', resource: expect.stringMatching(/table\/a$/) },
        { action: 'PartiQLUpdate', resource: expect.stringMatching(/table\/b$/) },
      ],
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
    [
      'a cluster by the form of its ARN',
      'ecs',
      'DescribeServices',
      { cluster: 'web', services: ['arn:aws:ecs:us-east-1:123456789012:service/web/api'] },
      [{ resource: 'arn:aws:ecs:us-east-1:123456789012:service/web/api' }],
    ],
    [
      'a rule by its name',
      'events',
      'DeleteRule',
      { Name: 'nightly' },
      [{ resource: 'arn:aws:events:us-east-1:123456789012:rule/nightly' }],
    ],
    [
      'a state machine to be made, with its tags',
      'states',
      'CreateStateMachine',
      { name: 'm', tags: [{ key: 'team', value: 'blue' }] },
      [
        {
          resource: 'arn:aws:states:us-east-1:123456789012:stateMachine:m',
          keys: { 'aws:requesttag/team': 'blue', 'aws:tagkeys': ['team'] },
        },
      ],
    ],
    ['an action on nothing single', 'monitoring', 'ListMetrics', { Namespace: 'x' }, [{ resource: '*' }]],
    [
      'a secret that gets tags',
      'secretsmanager',
      'TagResource',
      { SecretId: 'jobs', Tags: [{ Key: 'team', Value: 'blue' }] },
      [{ resource: expect.stringMatching(/:secret:jobs-/), keys: { 'aws:requesttag/team': 'blue' } }],
    ],
    ['a service without a table', 'lambda', 'POST', { FunctionName: 'f' }, [{ resource: '*' }]],
  ]

describe('the resource of', () => {
  test.each(CASES)('%s', async (_name, service, operation, input, expected) => {
    const prefix = service === 'monitoring' ? 'cloudwatch' : service
    const asked = { service, prefix, operation, input: { ...input }, ...PLACE }
    expect(await resourcesOf(asked, (table) => SCHEMAS[table])).toMatchObject(expected)
  })

  test.each(['not a record', 7, null, ['x'], { a: 1 }])('a member that is %j is passed over', async (odd) => {
    for (const service of ['dynamodb', 'kms', 'secretsmanager']) {
      const input = {
        TableName: odd,
        Item: odd,
        Statement: odd,
        Statements: odd,
        Tags: odd,
        TagKeys: odd,
        KeyConditions: odd,
        KeyConditionExpression: odd,
        RequestItems: odd,
        TransactItems: odd,
        Key: odd,
        KeyId: odd,
        SecretId: odd,
      }
      for (const operation of ['X', 'TagResource']) {
        const asked = { service, prefix: service, operation, input, ...PLACE }
        expect((await resourcesOf(asked, () => undefined)).length).toBeGreaterThan(0)
      }
    }
  })

  test.each([
    ['a word', 'a'],
    ['blanks', ' '],
    ['quotes', "'"],
    ['equals signs', 'a = '],
    ['from', 'select from '],
    ['names', '#a.b[0]-'],
  ])(
    'expressions of %s are read in bounded time, and not at all beyond their limits',
    { timeout: 60_000 },
    async (_what, text) => {
      const ask = (input: object) =>
        resourcesOf(
          { service: 'dynamodb', prefix: 'dynamodb', operation: 'Query', input: { ...input }, ...PLACE },
          () => undefined,
        )
      const expressions = (of: string) => ({ TableName: 't', KeyConditionExpression: of, FilterExpression: of })
      const statement = (of: string) => ({ Statement: `select * from t where ${of}` })
      for (let again = 0; again < 20; again++) {
        await ask(expressions(text.repeat(4_096).slice(0, 4_096)))
        await ask(statement(text.repeat(8_000).slice(0, 8_000)))
      }
      const long = text.repeat(1 << 20)
      for (const input of [expressions(long), statement(long)]) {
        await expect(ask(input)).rejects.toMatchObject({ code: 'ValidationException' })
      }
    },
  )

  test.each([
    [
      'ecs',
      'DescribeServices',
      { services: Array.from({ length: 1_001 }, (_, at) => `arn:aws:ecs:r:1:service/c/${at}`) },
    ],
    [
      'dynamodb',
      'BatchGetItem',
      { RequestItems: Object.fromEntries(Array.from({ length: 1_001 }, (_, at) => [at, {}])) },
    ],
  ])('%s %s is refused about more than a thousand resources', async (service, operation, input) => {
    const asked = { service, prefix: service, operation, input: { ...input }, ...PLACE }
    await expect(resourcesOf(asked, () => undefined)).rejects.toMatchObject({ code: 'ValidationException' })
  })
})
