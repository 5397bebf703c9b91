// What tables are keyed by, asked of the server that has them, once for each: which of two keys leads, no request says.

import { buffer } from 'node:stream/consumers'
import type { Call, SentAnswer, SentRequest } from '../../edge/adapter.ts'
import { fieldsOf, type KeySchema } from './dynamodb-keys.ts'

interface Known {
  readonly schema: KeySchema | undefined
  /** Milliseconds since 1970. */
  readonly askedAt: number
}

/** A table that is not there, or a server that does not answer, is asked about again after this. */
const RETRY_AFTER = 10_000
const ANSWER_LIMIT = 5_000
const MOST_TABLES = 1_000
/** These make a table another one. */
const REMAKING = new Set(['CreateTable', 'DeleteTable', 'UpdateTable'])

export class DynamodbSchemas {
  #known = new Map<string, Known>()
  readonly #send: (sent: SentRequest) => Promise<SentAnswer>

  constructor(send: (sent: SentRequest) => Promise<SentAnswer>) {
    this.#send = send
  }

  /** The definitions of the tables, of those that can be had; asked as the caller would ask, for servers keep tables apart
   * by key and region. */
  async schemasOf(call: Call, tables: readonly string[]): Promise<ReadonlyMap<string, KeySchema>> {
    if (REMAKING.has(call.operation)) this.#known.clear()
    const found = await Promise.all(tables.map(async (table) => [table, await this.#schemaOf(call, table)] as const))
    return new Map(found.flatMap(([table, schema]) => (schema ? [[table, schema] as const] : [])))
  }

  async #schemaOf(call: Call, table: string): Promise<KeySchema | undefined> {
    const account = call.principal.kind === 'anonymous' ? '' : call.principal.account
    const key = [account, call.region, table].join(' ')
    const known = this.#known.get(key)
    if (known && (known.schema || call.now.getTime() - known.askedAt < RETRY_AFTER)) return known.schema
    const schema = await this.#ask(call, table).catch(() => undefined)
    if (this.#known.size >= MOST_TABLES) this.#known.clear()
    this.#known.set(key, { schema, askedAt: call.now.getTime() })
    return schema
  }

  async #ask({ headers }: Call, table: string): Promise<KeySchema | undefined> {
    const target = (headers['x-amz-target'] ?? '').replace(/[^.]*$/, 'DescribeTable')
    const { 'content-encoding': _, 'content-length': __, ...kept } = headers
    const sent = {
      method: 'POST',
      path: '/',
      query: '',
      headers: { ...kept, 'x-amz-target': target, 'accept-encoding': 'identity' },
      body: Buffer.from(JSON.stringify({ TableName: table })),
    }
    const answered = this.#send(sent).then(({ body }) => (body instanceof Uint8Array ? body : buffer(body)))
    const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), ANSWER_LIMIT).unref())
    const body = await Promise.race([answered, late])
    return body && readSchema(JSON.parse(Buffer.from(body).toString()))
  }
}

function readSchema(answer: unknown): KeySchema | undefined {
  const table = fieldsOf(fieldsOf(answer).Table)
  const partitionKey = hashOf(table.KeySchema)
  if (partitionKey === undefined) return undefined
  const indexes = [table.GlobalSecondaryIndexes, table.LocalSecondaryIndexes]
    .filter((list) => Array.isArray(list))
    .flat()
  const ofIndexes = indexes.flatMap((index: unknown) => {
    const { IndexName: name, KeySchema: schema } = fieldsOf(index)
    const hash = hashOf(schema)
    return typeof name === 'string' && hash !== undefined ? [[name, hash] as const] : []
  })
  return { partitionKey, ofIndexes: Object.fromEntries(ofIndexes) }
}

function hashOf(schema: unknown): string | undefined {
  const hash = Array.isArray(schema) ? schema.map(fieldsOf).find(({ KeyType: type }) => type === 'HASH') : undefined
  return typeof hash?.AttributeName === 'string' ? hash.AttributeName : undefined
}
