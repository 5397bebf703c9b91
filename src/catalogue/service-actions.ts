// What each service's actions are: their resources, condition keys and access levels, as AWS's service authorization
// reference has them. A service's table is loaded when it is first asked for.
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html

import prefixes from './action-prefixes.json' with { type: 'json' }

export type AccessLevel = 'List' | 'Read' | 'Write' | 'Tagging' | 'Permissions management'

export interface ServiceActions {
  /** `s3` of `s3:GetObject`. */
  readonly prefix: string
  /** By lower-case name without the prefix. */
  readonly actions: ReadonlyMap<string, ServiceAction>
  /** Forms of ARN by the name of the resource type: `arn:${Partition}:s3:::${BucketName}`. */
  readonly resources: ReadonlyMap<string, readonly string[]>
}

export interface ServiceAction {
  /** `GetObject` */
  readonly name: string
  readonly level: AccessLevel
  /** None: its resource is `*`. */
  readonly resources: readonly ActionResource[]
  /** Its own condition keys and those of its resources, beside the global ones that every request has. `*` stands for what
   * the request names: `aws:RequestTag/*`. */
  readonly keys: readonly string[]
}

export interface ActionResource {
  readonly type: string
  readonly arns: readonly string[]
  /** The action always asks about one. */
  readonly required: boolean
}

/** The services whose actions are known, by the prefix of the actions. */
export const ACTION_PREFIXES: ReadonlySet<string> = new Set(prefixes)

const LEVELS: Readonly<Record<string, AccessLevel>> = {
  L: 'List',
  R: 'Read',
  W: 'Write',
  T: 'Tagging',
  P: 'Permissions management',
}

interface Table {
  readonly resources: Readonly<Record<string, string>>
  readonly keys: readonly string[]
  readonly actions: Readonly<Record<string, readonly [level: string, resources: string, keys: number]>>
}

const loaded = new Map<string, Promise<ServiceActions>>()

/** The table of a service by the prefix of its actions, in lower case; undefined for a prefix of none. */
export function loadServiceActions(prefix: string): Promise<ServiceActions> | undefined {
  if (!ACTION_PREFIXES.has(prefix)) return undefined
  const table = loaded.get(prefix) ?? load(prefix)
  loaded.set(prefix, table)
  return table
}

async function load(prefix: string): Promise<ServiceActions> {
  const { default: table }: { default: Table } = await import(`./actions/${prefix}.json`, { with: { type: 'json' } })
  const resources = new Map(Object.entries(table.resources).map(([type, arns]) => [type, arns.split(', ')] as const))
  const sets = table.keys.map((set) => parts(set, ' '))
  const actions = Object.entries(table.actions).map(([name, [level, types, set]]): [string, ServiceAction] => [
    name.toLowerCase(),
    {
      name,
      level: LEVELS[level] ?? 'Write',
      resources: parts(types, ',').flatMap((word) => actionResource(word, resources)),
      keys: sets[set] ?? [],
    },
  ])
  return { prefix, resources, actions: new Map(actions) }
}

function actionResource(word: string, resources: ReadonlyMap<string, readonly string[]>): ActionResource[] {
  const required = word.endsWith('!')
  const type = required ? word.slice(0, -1) : word
  const arns = resources.get(type)
  return arns ? [{ type, arns, required }] : []
}

function parts(text: string, separator: string): readonly string[] {
  return text === '' ? [] : text.split(separator)
}
