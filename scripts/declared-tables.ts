// Makes wire tables of TypeScript declarations, for a service whose SDK package has no schemas to read: every interface is a
// structure, which a type may name once more, and an operation's are those that are named after it. JSON puts members on the wire by their own names.

import type { OperationTable, ServiceTables, ShapeTable } from '../src/wire/tables.ts'

export interface DeclaredService {
  readonly declarations: string
  readonly signingName: string
  readonly version: string
  readonly targetPrefix: string
  /** All of the service's; those without declarations are known and not served. */
  readonly operations: ReadonlySet<string>
}

const INTERFACE = /^export interface (\w+) \{([^}]*)\}/gm
const ALIAS = /^export type (\w+) = (\w+)$/gm
const MEMBER = /^ {2}readonly (\w+)\?: (?:readonly )?(\w+)(\[\])? \| undefined$/gm

export function declaredTables({ declarations, operations, ...head }: DeclaredService): ServiceTables {
  const shapes = new Map<string, ShapeTable>()
  for (const [, name = '', body = ''] of declarations.matchAll(INTERFACE)) {
    const members = [...body.matchAll(MEMBER)].map(([, member = '', type = '', list]) => {
      return [member, list ? `list:${type}` : type] as const
    })
    if (members.length !== body.split('\n').filter((line) => line.trim() !== '').length) {
      throw new Error(`${name} has a member that is not of the form "readonly Name?: Type | undefined"`)
    }
    shapes.set(name, { kind: 'structure', members: Object.fromEntries(members) })
  }
  for (const [, name = '', of = ''] of declarations.matchAll(ALIAS)) {
    const shape = shapes.get(of)
    if (!shape) throw new Error(`${name} is ${of}, which is not declared`)
    shapes.set(name, shape)
  }
  const rows = [...operations].map((operation): [string, OperationTable] => {
    const input = `${operation}Request`
    const output = `${operation}Response`
    return [operation, { ...(shapes.has(input) && { input }), ...(shapes.has(output) && { output }) }]
  })
  return {
    ...head,
    protocol: 'json-1.1',
    errors: {},
    operations: Object.fromEntries(rows.sort(([a], [b]) => (a < b ? -1 : 1))),
    shapes: Object.fromEntries([...shapes].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}
