// The condition keys of a DynamoDB request: which attributes it touches, and with which partition keys.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html

import { ApiError } from '../../errors.ts'
import type { ContextKeys } from '../../iam/request.ts'

/** The partition key of a table and of each of its indexes. */
export interface KeySchema {
  readonly partitionKey: string
  readonly ofIndexes: Readonly<Record<string, string>>
}

type Fields = Readonly<Record<string, unknown>>

/** `part` is one request on one table: the whole input, or one item of a batch or transaction. */
export function dynamodbKeys(parts: readonly Fields[], schema: KeySchema | undefined): ContextKeys {
  for (const part of parts) requireReadable(part)
  const keys: Record<string, string | readonly string[]> = {}
  for (const part of parts) {
    for (const [member, key] of COPIED) {
      const value = part[member]
      if (typeof value === 'string' && value !== '') keys[key] = value
    }
  }
  const leading = parts.map((part) => leadingValues(part, schema))
  if (leading.some((values) => values !== undefined)) {
    keys['dynamodb:leadingkeys'] = [...new Set(leading.flatMap((values) => values ?? []))]
  }
  if (parts.some(readsAll)) keys['dynamodb:fulltablescan'] = 'true'
  const attributes = new Set(parts.flatMap(attributesOf))
  if (attributes.size > 0) keys['dynamodb:attributes'] = [...attributes]
  return keys
}

/** DynamoDB takes no longer ones: reading them would only cost time.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
const LONGEST_EXPRESSION = 4_096
export const LONGEST_STATEMENT = 8_192

function requireReadable(part: Fields): void {
  for (const member of [...EXPRESSIONS, 'Statement']) {
    const text = part[member]
    const limit = member === 'Statement' ? LONGEST_STATEMENT : LONGEST_EXPRESSION
    if (typeof text === 'string' && text.length > limit) {
      throw new ApiError(
        'ValidationException',
        `Invalid ${member}: Expression size has exceeded the maximum allowed size; ${text.length} characters, and ${limit} are allowed`,
      )
    }
  }
}

const COPIED = [
  ['Select', 'dynamodb:select'],
  ['ReturnValues', 'dynamodb:returnvalues'],
  ['ReturnConsumedCapacity', 'dynamodb:returnconsumedcapacity'],
] as const

/** Does only the table's definition tell which of the values is the partition key's? */
export function needsSchema(part: Fields): boolean {
  const key = fieldsOf(part.Key)
  return part.Item !== undefined || isQuery(part) || Object.keys(key).length > 1
}

function isQuery({ KeyConditionExpression: expression, KeyConditions: conditions }: Fields): boolean {
  return expression !== undefined || conditions !== undefined
}

/** Without the definition all values that may be the one: a policy that lists partition keys then lets less pass, where no
 * key at all would let everything pass a `ForAllValues`. Undefined for a request that names none, as a scan. */
function leadingValues(part: Fields, schema: KeySchema | undefined): readonly string[] | undefined {
  if (typeof part.Statement === 'string') return statementValues(part.Statement, part.Parameters)
  const index = typeof part.IndexName === 'string' ? part.IndexName : undefined
  const wanted = index === undefined ? schema?.partitionKey : schema?.ofIndexes[index]
  if (isQuery(part)) return valuesOf(equalities(part), wanted)
  const item = part.Key ?? part.Item
  return item === undefined ? undefined : valuesOf(Object.entries(fieldsOf(item)), wanted)
}

/** Every value that a PartiQL statement compares or writes: which is the partition key's, only its whole grammar tells. */
function statementValues(statement: string, parameters: unknown): readonly string[] | undefined {
  const texts = [...statement.matchAll(/'((?:[^']|'')*)'/g)].map(([, text = '']) => text.replaceAll("''", "'"))
  const numbers = [...statement.matchAll(/[=<>]\s*(-?\d+(?:\.\d+)?)/g)].map(([, number = '']) => number)
  const given = Array.isArray(parameters) ? parameters.flatMap(scalar) : []
  const all = [...texts, ...numbers, ...given]
  return all.length === 0 ? undefined : all
}

/** A SELECT without a condition reads the whole table. */
function readsAll({ Statement: statement }: Fields): boolean {
  return typeof statement === 'string' && /^\s*select\b/i.test(statement) && !/\bwhere\b/i.test(statement)
}

function valuesOf(entries: readonly (readonly [name: string, value: unknown])[], wanted: string | undefined) {
  return entries.filter(([name]) => wanted === undefined || name === wanted).flatMap(([, value]) => scalar(value))
}

/** `{"S": "ann"}` is `ann`; numbers and bytes are sent as text too. */
function scalar(value: unknown): readonly string[] {
  const { S, N, B } = fieldsOf(value)
  return [S, N, B].filter((text) => typeof text === 'string')
}

/** `#pk = :user` and `pk = :user` of the key condition, with the names and values that they stand for. */
function equalities(part: Fields): readonly (readonly [name: string, value: unknown])[] {
  const values = fieldsOf(part.ExpressionAttributeValues)
  const legacy = Object.entries(fieldsOf(part.KeyConditions)).flatMap(([name, condition]) => {
    const { AttributeValueList: list, ComparisonOperator: operator } = fieldsOf(condition)
    return operator === 'EQ' && Array.isArray(list) ? list.map((value: unknown) => [name, value] as const) : []
  })
  const expression = typeof part.KeyConditionExpression === 'string' ? part.KeyConditionExpression : ''
  const found = [...expression.matchAll(/(?<![#\w.-])([#\w.-]+)\s*=\s*(:\w+)/g)]
  return [...legacy, ...found.map(([, name = '', value = '']) => [nameOf(part, name), values[value]] as const)]
}

function nameOf({ ExpressionAttributeNames: names }: Fields, written: string): string {
  const name = fieldsOf(names)[written]
  return typeof name === 'string' ? name : written
}

const EXPRESSIONS = [
  'ConditionExpression',
  'FilterExpression',
  'KeyConditionExpression',
  'ProjectionExpression',
  'UpdateExpression',
]
const MAPS = ['AttributeUpdates', 'Expected', 'Item', 'Key', 'KeyConditions', 'QueryFilter', 'ScanFilter']
const WORDS = new Set(
  (
    'and or not between in set remove add delete attribute_exists attribute_not_exists attribute_type begins_with ' +
    'contains size list_append if_not_exists'
  ).split(' '),
)

/** Names of top-level attributes, wherever the request has one. */
function attributesOf(part: Fields): readonly string[] {
  const listed = Array.isArray(part.AttributesToGet) ? part.AttributesToGet.map(String) : []
  const inMaps = MAPS.flatMap((member) => Object.keys(fieldsOf(part[member])))
  const inExpressions = EXPRESSIONS.flatMap((member) => {
    const text = part[member]
    if (typeof text !== 'string') return []
    // A path goes on behind a dot or in brackets: only its first name is an attribute.
    const names = text.matchAll(/(?<![\w:#.[])#?[A-Za-z_][\w-]*/g)
    return [...names].map(([name]) => name).filter((name) => !WORDS.has(name.toLowerCase()))
  })
  return [...listed, ...inMaps, ...inExpressions.map((name) => nameOf(part, name))]
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
