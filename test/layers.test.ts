// Who may import whom. One map, held against every import in src/; the README's folder table is held against it too.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SRC = join(ROOT, 'src')

/** A folder of src/ and the folders it may import, beside itself and errors.ts. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  ip: [],
  store: ['ip'],
  catalogue: ['ip', 'store'],
  iam: ['ip'],
  compile: ['ip', 'store', 'catalogue', 'iam'],
  control: ['ip', 'store', 'catalogue', 'iam', 'compile'],
  dns: ['ip', 'store', 'catalogue', 'compile'],
  explain: ['ip', 'store', 'catalogue', 'iam', 'compile', 'dns'],
  advise: ['ip', 'store', 'catalogue', 'iam', 'compile'],
  linux: ['ip', 'store', 'compile'],
  balancer: ['ip', 'store', 'compile'],
  metadata: ['ip', 'store', 'catalogue', 'iam', 'compile', 'control'],
  wire: [],
  session: ['wire'],
  agent: ['iam', 'wire', 'session'],
  edge: ['ip', 'store', 'catalogue', 'iam', 'compile', 'wire'],
  telemetry: ['ip', 'store', 'iam', 'compile', 'dns', 'explain', 'edge'],
  services: ['ip', 'store', 'catalogue', 'iam', 'compile', 'wire', 'edge'],
  api: ['ip', 'store', 'catalogue', 'iam', 'compile', 'control', 'explain', 'wire', 'edge'],
  cli: ['api', 'store', 'iam', 'explain', 'advise', 'wire', 'session'],
  daemon: [
    'ip',
    'store',
    'catalogue',
    'iam',
    'compile',
    'control',
    'dns',
    'explain',
    'advise',
    'linux',
    'balancer',
    'metadata',
    'wire',
    'edge',
    'telemetry',
    'services',
    'api',
    'cli',
  ],
}

/** Folders that only compute: no files, no network, no clock, no chance. */
const PURE = ['ip', 'catalogue', 'iam', 'compile', 'explain', 'advise']
const IMPURE = /\b(Date\.now|Math\.random|process\.|new Date\(\))/

interface Import {
  readonly file: string
  readonly target: string
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const product = files.filter((file) => !file.endsWith('.test.ts'))

function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), 'utf8')
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => ({ file, target: match[1]! }))
}

function folderOf(file: string): string {
  return file.includes('/') ? file.split('/')[0]! : ''
}

/** The folder of src/ that a relative import lands in; undefined for packages. */
function folderImported({ file, target }: Import): string | undefined {
  if (!target.startsWith('.')) return undefined
  return folderOf(relative(SRC, resolve(SRC, dirname(file), target)))
}

describe('layers', () => {
  const folders = [...new Set(product.map(folderOf))].filter(Boolean).sort()

  test('every folder has its place', () => expect(folders).toEqual(Object.keys(MAY_IMPORT).sort()))

  test.each(folders)('%s imports only what lies below it', (folder) => {
    const upward = product
      .filter((file) => folderOf(file) === folder)
      .flatMap(importsOf)
      .filter((one) => {
        const imported = folderImported(one)
        return imported && imported !== folder && !MAY_IMPORT[folder]?.includes(imported)
      })
    expect(upward).toEqual([])
  })

  test('nothing below main.ts and reconcile.ts imports them, but for the daemon that runs the loop', () => {
    const wired = files.filter((file) => !['', 'daemon'].includes(folderOf(file))).flatMap(importsOf)
    expect(wired.filter(({ target }) => /\/(main|reconcile)\.ts$/.test(target))).toEqual([])
  })

  test.each(PURE)('%s computes and does nothing else', (folder) => {
    const own = product.filter((file) => folderOf(file) === folder)
    const nodeImports = own.flatMap(importsOf).filter(({ target }) => target.startsWith('node:'))
    expect(nodeImports.filter(({ target }) => !(folder === 'iam' && target === 'node:crypto'))).toEqual([])
    expect(own.filter((file) => IMPURE.test(withoutComments(readFileSync(join(SRC, file), 'utf8'))))).toEqual([])
  })

  test('the map has no cycle', () => {
    const reaches = (from: string, to: string): boolean =>
      MAY_IMPORT[from]!.some((next) => next === to || reaches(next, to))
    expect(Object.keys(MAY_IMPORT).filter((folder) => reaches(folder, folder))).toEqual([])
  })
})

/** Every module of each daemon is memory of each daemon: a service's is read with the first request for it. */
describe('what a start reads', () => {
  const read = valueImportsFrom('main.ts')

  test('of the operations only EC2’s, and of other services none', () => {
    const operations = read.filter((file) => file.startsWith('api/operations/') && !/\/(ec2|rows)\b/.test(file))
    expect(operations).toEqual([])
    // What the flags that name servers look like.
    const flags = ['services/any/upstreams.ts', 'services/s3/upstream-request.ts']
    expect(read.filter((file) => file.startsWith('services/') && !flags.includes(file))).toEqual([])
  })

  test('node:http without its WebSocket client, which an import by name brings with it', () => {
    expect(
      read.filter((file) => /^import (?!type\b).*'node:https?'/m.test(readFileSync(join(SRC, file), 'utf8'))),
    ).toEqual([])
  })
})

/** The files that a file imports to run, and theirs; what it imports as types, or later, is not read with it. */
function valueImportsFrom(file: string): string[] {
  const found = new Set<string>()
  const follow = (one: string) => {
    if (found.has(one)) return
    found.add(one)
    const text = readFileSync(join(SRC, one), 'utf8')
    for (const [, names = '', target = ''] of text.matchAll(
      /^(?:im|ex)port (?!type\b)([^'\n;=]*?(?:\n[^'=;]*?)?)'(\.[^']+)'/gm,
    )) {
      const isTyped = /^\{/.test(names) && names.split(/[{},]/).every((name) => /^\s*(type\b.*|from\s*)?$/.test(name))
      if (!isTyped) follow(relative(SRC, resolve(SRC, dirname(one), target)))
    }
  }
  follow(file)
  return [...found].sort()
}

describe('what a newcomer reads', () => {
  test('every file opens by saying what it is', () => {
    const silent = product.filter((file) => !/^(#!.*\n)?(\/\/|\/\*)/.test(readFileSync(join(SRC, file), 'utf8')))
    expect(silent).toEqual([])
  })

  test("the README's folder table names every folder of src/", () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
    expect(Object.keys(MAY_IMPORT).filter((folder) => !readme.includes(`| \`src/${folder}/\``))).toEqual([])
  })
})

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
}
