// Writes scripts/ec2-effects.json: what each EC2 operation does, as the tests of the control functions see it
// (src/control/ec2/request/effects.ts): whether it changes the Network, which is what the kernel enforces and explain
// walks, and the parameters that no code asks for. Run it after adding an operation or a parameter:
// `node scripts/generate-effects.ts`; it takes a minute. `node scripts/generate-operations.ts` comes after it.

import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SeenCall } from '../src/control/ec2/request/effects.ts'
import { ec2OperationNames, type OperationEffect, parametersOf } from './operation-effects.ts'

const directory = mkdtempSync(join(tmpdir(), 'postern-effects-'))
const file = join(directory, 'seen')
writeFileSync(file, '')
const tests = ['src/control/ec2', '--exclude', '**/*.property.test.ts', '--testTimeout', '300000']
const ran = spawnSync('npx', ['vitest', 'run', ...tests], {
  env: { ...process.env, POSTERN_EFFECTS: file },
  stdio: ['ignore', 'inherit', 'inherit'],
})
if (ran.status !== 0) console.warn('some tests failed: what they would have shown is not counted')
const calls: SeenCall[] = readFileSync(file, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line))
rmSync(directory, { recursive: true })

const texts = new Map<string, string>()
const { reads, writes } = ec2OperationNames()
// A parameter that only some path asks for, which no test takes, is read all the same.
const named = new Set(
  globSync('src/control/ec2/**/*.ts')
    .filter((path) => !path.endsWith('.test.ts'))
    .flatMap((path) => readFileSync(path, 'utf8').match(/\b[A-Z]\w+/g) ?? []),
)
const rows = [...reads, ...writes].sort().flatMap((operation) => {
  const own = calls.filter((call) => call.operation === operation).sort((a, b) => byName(operation, a, b))
  if (own.length === 0) {
    console.warn(`${operation}: no test calls it`)
    return []
  }
  return [[operation, effectOf(operation, own)] as const]
})
const target = 'scripts/ec2-effects.json'
writeFileSync(target, `${JSON.stringify(Object.fromEntries(rows), null, 2)}\n`)
spawnSync('npx', ['biome', 'check', '--write', target])

/** Tests that name the operation come before those that only call it by a helper. */
function byName(operation: string, a: SeenCall, b: SeenCall): number {
  const names = ({ test }: SeenCall) => textOf(test).includes(operation.toLowerCase())
  return Number(names(b)) - Number(names(a)) || (a.test < b.test ? -1 : a.test > b.test ? 1 : 0)
}

function textOf(test: string): string {
  const text = texts.get(test) ?? readFileSync(test, 'utf8').toLowerCase()
  texts.set(test, text)
  return text
}

function effectOf(operation: string, own: readonly SeenCall[]): OperationEffect {
  const read = new Set(own.flatMap((call) => call.reads))
  const unread = parametersOf(operation).filter((parameter) => !read.has(parameter) && !named.has(parameter))
  const shown = own.find(({ changes }) => changes === 'network') ?? own.find(({ changes }) => changes === 'records')
  const effect = !writes.includes(operation) ? 'described' : shown?.changes === 'network' ? 'enforced' : 'stored'
  return { effect, test: (shown ?? own[0])?.test ?? '', ...(unread.length > 0 && { unread }) }
}
