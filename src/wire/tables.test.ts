// Tables that are read shape by shape are what is in the file.

import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadTables } from './tables.ts'

const DIRECTORY = new URL('generated/', import.meta.url)

test.each(readdirSync(DIRECTORY))('%s, read a shape at a time, is the whole of it', (file) => {
  const { shapes, ...rest } = JSON.parse(readFileSync(new URL(file, DIRECTORY), 'utf8'))
  const tables = loadTables(file.replace('.json', ''))
  expect({ ...tables, shapes: {} }).toEqual({ ...rest, shapes: {} })
  const read = Object.keys(shapes).map((name) => [name, tables.shapes[name]])
  expect(Object.fromEntries(read)).toEqual(shapes)
  expect(tables.shapes.NoSuchShape).toBeUndefined()
})
