// A service's tables with their references followed: the shapes that the codecs walk.

import {
  type HttpPlace,
  type HttpTable,
  type MemberTable,
  PRIMITIVES,
  type Primitive,
  type ProtocolName,
  type ServiceTables,
  type ShapeTable,
  type TypeName,
} from './tables.ts'

export type Shape =
  | { readonly kind: 'primitive'; readonly type: Primitive }
  | { readonly kind: 'enum'; readonly values: ReadonlySet<string> }
  | ListShape
  | MapShape
  | Structure

export interface ListShape {
  readonly kind: 'list'
  readonly of: Shape
  readonly item: string
}

export interface MapShape {
  readonly kind: 'map'
  readonly of: Shape
  readonly key: string
  readonly value: string
}

export interface Structure {
  readonly kind: 'structure'
  /** The element's name where the structure is the root. */
  readonly root: string
  readonly unwrapped: boolean
  readonly members: readonly Member[]
}

export interface Member {
  readonly name: string
  readonly shape: Shape
  /** The XML element and the parameter of the query protocol. */
  readonly xml: string
  /** The model itself says `xml`: a payload that it does not name has its structure's name. */
  readonly named: boolean
  /** The parameter of EC2's protocol. */
  readonly query: string
  readonly json: string
  readonly flattened: boolean
  readonly attribute: boolean
  readonly namespace: readonly [prefix: string, uri: string] | undefined
  /** Undefined: in the body. */
  readonly at: HttpPlace | undefined
  /** The header in lower case, its beginning, or the query parameter. */
  readonly wireName: string
}

export interface Operation {
  readonly name: string
  readonly input: Structure
  readonly output: Structure
}

/** What an operation without input or output has; one that has a structure of nothing has another. */
export const EMPTY: Structure = { kind: 'structure', root: '', unwrapped: false, members: [] }

export class ServiceModel {
  readonly signingName: string
  readonly protocol: ProtocolName
  readonly version: string
  readonly namespace: string
  readonly targetPrefix: string
  #tables: ServiceTables
  #shapes = new Map<TypeName, Shape>()
  #operations = new Map<string, Operation>()

  constructor(tables: ServiceTables) {
    this.signingName = tables.signingName
    this.protocol = tables.protocol
    this.version = tables.version
    this.namespace = tables.namespace ?? ''
    this.targetPrefix = tables.targetPrefix
    this.#tables = tables
  }

  /** Every operation that AWS has in this service. */
  get operationNames(): readonly string[] {
    return Object.keys(this.#tables.operations)
  }

  has(operation: string): boolean {
    return Object.hasOwn(this.#tables.operations, operation)
  }

  /** The status of a modelled error; undefined when the model does not say. */
  errorStatus(code: string): number | undefined {
    return Object.hasOwn(this.#tables.errors, code) ? this.#tables.errors[code] : undefined
  }

  routes(): readonly (HttpTable & { readonly operation: string })[] {
    return Object.entries(this.#tables.operations).flatMap(([operation, { http }]) =>
      http ? [{ operation, ...http }] : [],
    )
  }

  operation(name: string): Operation {
    let operation = this.#operations.get(name)
    if (!operation) {
      const table = this.#tables.operations[name]
      if (!table) throw new TypeError(`${this.signingName} has no operation ${name}`)
      operation = { name, input: this.#structure(table.input), output: this.#structure(table.output) }
      this.#operations.set(name, operation)
    }
    return operation
  }

  #structure(name: TypeName | undefined): Structure {
    const shape = name === undefined ? EMPTY : this.#shape(name)
    if (shape.kind !== 'structure') throw new TypeError(`${name} is no structure`)
    return shape
  }

  #shape(type: TypeName): Shape {
    const known = this.#shapes.get(type)
    if (known) return known
    const shape = this.#link(type)
    this.#shapes.set(type, shape)
    return shape
  }

  #link(type: TypeName): Shape {
    const primitive = PRIMITIVES.find((name) => name === type)
    if (primitive) return { kind: 'primitive', type: primitive }
    if (type.startsWith('list:')) return { kind: 'list', of: this.#shape(type.slice(5)), item: 'member' }
    if (type.startsWith('map:')) return { kind: 'map', of: this.#shape(type.slice(4)), key: 'key', value: 'value' }
    const table = this.#tables.shapes[type]
    if (!table) throw new TypeError(`${this.signingName} has no shape ${type}`)
    return this.#linkNamed(type, table)
  }

  #linkNamed(name: string, table: ShapeTable): Shape {
    switch (table.kind) {
      case 'enum':
        return { kind: 'enum', values: new Set(table.values) }
      case 'list':
        return { kind: 'list', of: this.#shape(table.of), item: table.item ?? 'member' }
      case 'map':
        return { kind: 'map', of: this.#shape(table.of), key: table.key ?? 'key', value: table.value ?? 'value' }
      case 'structure': {
        const members: Member[] = []
        const shape = {
          kind: 'structure',
          root: table.xml ?? name,
          unwrapped: table.unwrapped === true,
          members,
        } as const
        // Known before its members are linked, because a structure may hold itself.
        this.#shapes.set(name, shape)
        for (const [member, row] of Object.entries(table.members)) {
          const entry: MemberTable = typeof row === 'string' ? { type: row } : row
          members.push(linkMember(member, entry, this.#shape(entry.type)))
        }
        return shape
      }
      default:
        throw table satisfies never
    }
  }
}

function linkMember(name: string, table: MemberTable, shape: Shape): Member {
  const xml = table.xml ?? name
  return {
    name,
    shape,
    xml,
    named: table.xml !== undefined,
    query: table.query ?? xml.charAt(0).toUpperCase() + xml.slice(1),
    json: table.json ?? name,
    flattened: table.flattened === true,
    attribute: table.attribute === true,
    namespace: table.namespace,
    at: table.at,
    wireName: table.at === 'header' || table.at === 'headers' ? (table.name ?? '').toLowerCase() : (table.name ?? name),
  }
}
