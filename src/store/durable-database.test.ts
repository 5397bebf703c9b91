import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DurableDatabase } from './durable-database.ts'

const SCHEMA = 'CREATE TABLE IF NOT EXISTS word (number INTEGER PRIMARY KEY, text TEXT NOT NULL);'

let directory: string
let database: DurableDatabase
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-database-'))
  database = new DurableDatabase(join(directory, 'below', 'words.db'), SCHEMA)
})
afterEach(() => {
  database.close()
  rmSync(directory, { recursive: true, force: true })
})

const put = (text: string) => database.transact(() => database.run('INSERT INTO word (text) VALUES (?)', text))
const words = (from: DurableDatabase) => from.all('SELECT text FROM word ORDER BY number').map(({ text }) => text)

it('what is durable is there for another process that opens the file', async () => {
  expect(put('one')).toEqual({ changes: 1, lastNumber: 1 })
  await database.durable()
  const other = new DurableDatabase(join(directory, 'below', 'words.db'), SCHEMA)
  expect(words(other)).toEqual(['one'])
  other.close()
})

it('a change that throws leaves nothing', () => {
  expect(() =>
    database.transact(() => {
      database.run('INSERT INTO word (text) VALUES (?)', 'half')
      throw new Error('no')
    }),
  ).toThrow('no')
  expect(words(database)).toEqual([])
})

it('all who wait before a sync began share it', async () => {
  put('one')
  const first = database.durable()
  put('two')
  const second = database.durable()
  expect(second).toBe(first)
  await first
  expect(words(database)).toEqual(['one', 'two'])
})
