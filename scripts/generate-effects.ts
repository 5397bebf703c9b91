// Writes scripts/operation-effects.json: what each operation of the services that make networks does, as the tests of the
// control functions see it (src/control/ec2/request/effects.ts): whether it changes the Network, which is what the kernel
// enforces and explain walks, the parameters that no code asks for, and those that are refused. Run it after adding an
// operation or a parameter: `node scripts/generate-effects.ts`; it takes a minute. `node scripts/generate-operations.ts`
// comes after it.

import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SeenCall } from '../src/control/ec2/request/effects.ts'
import { type OperationEffect, parametersOf, type SeenService, seenServices } from './operation-effects.ts'

const directory = mkdtempSync(join(tmpdir(), 'postern-effects-'))
const file = join(directory, 'seen')
writeFileSync(file, '')
const services = seenServices()
const folders = services.map(({ folder }) => folder)
const tests = [...folders, '--exclude', '**/*.property.test.ts', '--testTimeout', '300000']
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
const target = 'scripts/operation-effects.json'
const effects = Object.fromEntries(services.map((service) => [service.service, effectsOf(service)]))
writeFileSync(target, `${JSON.stringify(effects, null, 2)}\n`)
spawnSync('npx', ['biome', 'check', '--write', target])

function effectsOf(service: SeenService): Record<string, OperationEffect> {
  const named = namesIn(service.folder)
  const rows = [...service.reads, ...service.writes].sort().flatMap((operation) => {
    const own = calls.filter((call) => isOf(service, operation, call)).sort((a, b) => byName(operation, a, b))
    if (own.length > 0) return [[operation, effectOf(service, operation, own, named)] as const]
    console.warn(`${service.service} ${operation}: no test calls it`)
    return []
  })
  return Object.fromEntries(rows)
}

/** EC2's are called by the tests of all; what others call may have the name of a third's. A function may spell `Vpc`
 * where the operation spells `VPC`. */
function isOf({ service, folder }: SeenService, operation: string, call: SeenCall): boolean {
  return (
    call.operation.toLowerCase() === operation.toLowerCase() &&
    (service === 'ec2' || call.test.startsWith(`${folder}/`))
  )
}

/** A parameter that only some path asks for, which no test takes, is read all the same. */
function namesIn(folder: string): ReadonlySet<string> {
  const files = globSync(`${folder}/**/*.ts`).filter((path) => !path.endsWith('.test.ts'))
  return new Set(files.flatMap((path) => readFileSync(path, 'utf8').match(/\b[A-Za-z]\w+/g) ?? []))
}

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

function effectOf(
  { service, writes }: SeenService,
  operation: string,
  own: readonly SeenCall[],
  named: ReadonlySet<string>,
): OperationEffect {
  const read = new Set(own.flatMap((call) => call.reads))
  const unread = parametersOf(service, operation).filter((name) => !read.has(name) && !named.has(name))
  const refuses = [...new Set(own.flatMap((call) => call.refuses))].sort()
  const shown = own.find(({ changes }) => changes === 'network') ?? own.find(({ changes }) => changes === 'records')
  const effect = !writes.includes(operation) ? 'described' : shown?.changes === 'network' ? 'enforced' : 'stored'
  return {
    effect,
    test: (shown ?? own[0])?.test ?? '',
    ...(unread.length > 0 && { unread }),
    ...(refuses.length > 0 && { refuses }),
  }
}
