// Which tables a DynamoDB request is about, by which action, and with which condition keys: a batch asks of each table, a
// transaction of each part, a PartiQL statement what it does.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html

import { dynamodbKeys, fieldsOf, type KeySchema, LONGEST_STATEMENT, needsSchema } from './dynamodb-keys.ts'
import type { AskedRequest, AskedResource } from './resources.ts'

type Fields = Readonly<Record<string, unknown>>
export type SchemaOf = (table: string) => KeySchema | undefined

/** What a request does to one table. */
interface Part {
  /** Absent: the operation's own name. */
  readonly action?: string
  /** A name or an ARN. */
  readonly table: string
  readonly index?: string
  readonly parts: readonly Fields[]
}

/** Empty for what is about no table. */
export function dynamodbResources(asked: AskedRequest, schemaOf: SchemaOf): readonly AskedResource[] {
  const isEnclosed = asked.input.TransactItems !== undefined
  return partsOf(asked.input).map(({ action, table, index, parts }) => ({
    ...(action !== undefined && { action }),
    resource: tableArn(asked, table) + (index === undefined ? '' : `/index/${index}`),
    keys: {
      ...dynamodbKeys(parts, schemaOf(table)),
      ...(isEnclosed && { 'dynamodb:enclosingoperation': asked.operation }),
    },
  }))
}

/** The tables whose definition the condition keys depend on. */
export function tablesToKnow({ input }: AskedRequest): readonly string[] {
  const needing = partsOf(input).filter(({ parts }) => parts.some(needsSchema))
  return [...new Set(needing.map(({ table }) => table))]
}

function partsOf(input: Fields): readonly Part[] {
  const table = input.TableName ?? input.ResourceArn
  if (typeof table === 'string' && table !== '') {
    return [{ table, parts: [input], ...(typeof input.IndexName === 'string' && { index: input.IndexName }) }]
  }
  return [...batchParts(input), ...transactionParts(input), ...statementParts(input)]
}

function batchParts({ RequestItems: tables }: Fields): readonly Part[] {
  return Object.entries(fieldsOf(tables)).map(([table, request]) => {
    const { Keys: keys, ...rest } = fieldsOf(request)
    const read = Array.isArray(keys) ? keys.map((Key: unknown) => ({ ...rest, Key })) : []
    const written = Array.isArray(request)
      ? request.map((one: unknown) => {
          const { PutRequest: put, DeleteRequest: gone } = fieldsOf(one)
          return fieldsOf(put ?? gone)
        })
      : []
    return { table, parts: [...read, ...written] }
  })
}

const TRANSACTION_ACTIONS: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
}

function transactionParts({ TransactItems: items }: Fields): readonly Part[] {
  if (!Array.isArray(items)) return []
  return items.flatMap((item: unknown) =>
    Object.entries(fieldsOf(item)).flatMap(([kind, one]) => {
      const action = TRANSACTION_ACTIONS[kind]
      const part = fieldsOf(one)
      const table = part.TableName
      return action !== undefined && typeof table === 'string' ? [{ action, table, parts: [part] }] : []
    }),
  )
}

const STATEMENT_ACTIONS: Readonly<Record<string, string>> = {
  select: 'PartiQLSelect',
  insert: 'PartiQLInsert',
  update: 'PartiQLUpdate',
  delete: 'PartiQLDelete',
}

function statementParts({ Statement, Parameters, Statements, TransactStatements }: Fields): readonly Part[] {
  const listed = [Statements, TransactStatements].filter((list) => Array.isArray(list)).flat()
  return [{ Statement, Parameters }, ...listed.map(fieldsOf)].flatMap((part) => {
    const text = part.Statement
    const verb = typeof text === 'string' ? /^\s*(\w{1,9})/.exec(text)?.[1]?.toLowerCase() : undefined
    const action = STATEMENT_ACTIONS[verb ?? '']
    if (typeof text !== 'string' || action === undefined) return []
    // The values are refused with the whole request when it is longer than a statement may be.
    const head = text.slice(0, LONGEST_STATEMENT)
    const before = verb === 'update' ? 'update' : verb === 'insert' ? 'into' : 'from'
    const name = '(?:"([^"]+)"|([\\w-]+))'
    const [, quoted, bare, quotedIndex, bareIndex] =
      new RegExp(`\\b${before}\\s+${name}(?:\\.${name})?`, 'i').exec(head) ?? []
    const table = quoted ?? bare
    const index = quotedIndex ?? bareIndex
    return table === undefined ? [] : [{ action, table, parts: [part], ...(index !== undefined && { index }) }]
  })
}

function tableArn({ region, account }: AskedRequest, name: string): string {
  return name.startsWith('arn:') ? name : `arn:aws:dynamodb:${region}:${account}:table/${name}`
}
