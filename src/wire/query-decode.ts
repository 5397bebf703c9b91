// Parameters of the query protocols into an operation's input. EC2 writes lists as `Name.1` and names every parameter
// that it does not know; the plain query protocol writes `Name.member.1` and passes over unknown ones, as AWS does.

import { ApiError, invalidParameterValue } from '../errors.ts'
import { type ParameterNode, unknownParameter } from './form.ts'
import type { ListShape, MapShape, Member, Shape, Structure } from './model.ts'
import type { Primitive } from './tables.ts'
import { parseTimestamp } from './timestamp.ts'

export type QueryFlavour = 'ec2' | 'query'

const INDEX = /^\d{1,9}$/
const WHOLE = /^[+-]?\d{1,18}$/
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/
const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/

export class QueryDecoder {
  #flavour: QueryFlavour
  #members = new Map<Structure, ReadonlyMap<string, Member>>()

  constructor(flavour: QueryFlavour) {
    this.#flavour = flavour
  }

  decode(structure: Structure, root: ParameterNode): Record<string, unknown> {
    return this.#structure(structure, root)
  }

  #value(shape: Shape, node: ParameterNode, flattened: boolean): unknown {
    switch (shape.kind) {
      case 'primitive':
        return readPrimitive(shape.type, this.#text(node), node.path)
      case 'enum':
        return this.#enum(shape.values, node)
      case 'list':
        return this.#list(shape, node, flattened || this.#flavour === 'ec2')
      case 'map':
        return this.#map(shape, node, flattened)
      case 'structure':
        if (node.value !== undefined && node.value !== '') throw this.#notOfType(node, node.value)
        return this.#structure(shape, node)
      default:
        throw shape satisfies never
    }
  }

  #structure(structure: Structure, node: ParameterNode): Record<string, unknown> {
    const members = this.#byParameter(structure)
    const record: Record<string, unknown> = {}
    for (const [name, child] of node.children) {
      const member = members.get(name)
      if (member) record[member.name] = this.#value(member.shape, child, member.flattened)
      else if (this.#flavour === 'ec2') throw unknownParameter(leafOf(child).path)
    }
    return record
  }

  #list({ of, item }: ListShape, node: ParameterNode, flattened: boolean): unknown[] {
    // A list without elements is sent as the bare name.
    if (node.value !== undefined && node.value !== '') throw this.#notOfType(node, node.value)
    const entries = flattened ? node : (node.children.get(item) ?? node.children.get('member'))
    if (!entries) return []
    const indexed = [...entries.children].map(([index, child]) => {
      if (!INDEX.test(index)) throw unknownParameter(leafOf(child).path)
      return { index: Number(index), child }
    })
    indexed.sort((a, b) => a.index - b.index)
    return indexed.map(({ child }) => this.#value(of, child, false))
  }

  #map({ of, key, value }: MapShape, node: ParameterNode, flattened: boolean): Record<string, unknown> {
    const entries = flattened ? node : node.children.get('entry')
    const pairs = [...(entries?.children.values() ?? [])].flatMap((entry): [string, unknown][] => {
      const name = entry.children.get(key)
      const content = entry.children.get(value)
      return name?.value !== undefined && content ? [[name.value, this.#value(of, content, false)]] : []
    })
    return Object.fromEntries(pairs)
  }

  #enum(values: ReadonlySet<string>, node: ParameterNode): string {
    const text = this.#text(node)
    if (values.has(text)) return text
    const listed = [...values].join(', ')
    if (this.#flavour === 'ec2') throw invalidParameterValue(node.path, text, `Valid values are: ${listed}.`)
    throw new ApiError(
      'ValidationError',
      `1 validation error detected: Value '${text}' at '${lowerFirst(node.path)}' failed to satisfy constraint: ` +
        `Member must satisfy enum value set: [${listed}]`,
    )
  }

  #text(node: ParameterNode): string {
    if (node.children.size > 0) throw unknownParameter(leafOf(node).path)
    return node.value ?? ''
  }

  #notOfType(node: ParameterNode, value: string): ApiError {
    return invalidParameterValue(node.path, value, 'The parameter takes numbered or named members.')
  }

  #byParameter(structure: Structure): ReadonlyMap<string, Member> {
    let members = this.#members.get(structure)
    if (!members) {
      members = new Map(
        structure.members.map((member) => [this.#flavour === 'ec2' ? member.query : member.xml, member]),
      )
      this.#members.set(structure, members)
    }
    return members
  }
}

/** A value that is sent as text; `name` is what the error calls it. */
export function readPrimitive(type: Primitive, text: string, name: string): unknown {
  switch (type) {
    case 'string':
    case 'document':
      return text
    case 'boolean':
      if (!/^(?:true|false)$/i.test(text)) throw invalidParameterValue(name, text, 'It must be true or false.')
      return text.toLowerCase() === 'true'
    case 'integer':
      if (!WHOLE.test(text)) throw invalidParameterValue(name, text, 'It must be a whole number.')
      return Number(text)
    case 'number':
      if (!NUMBER.test(text)) throw invalidParameterValue(name, text, 'It must be a number.')
      return Number(text)
    case 'blob':
    case 'stream':
      if (!BASE64.test(text)) throw invalidParameterValue(name, text.slice(0, 40), 'It must be base64.')
      return new Uint8Array(Buffer.from(text, 'base64'))
    case 'timestamp':
    case 'date-time':
    case 'http-date':
    case 'epoch-seconds': {
      const date = parseTimestamp(text)
      if (!date) throw invalidParameterValue(name, text, 'It must be a date and time such as 2030-01-31T12:00:00Z.')
      return date
    }
    default:
      throw type satisfies never
  }
}

/** The first parameter that was really sent below a node, for a message that quotes it. */
function leafOf(node: ParameterNode): ParameterNode {
  let leaf = node
  while (leaf.value === undefined) {
    const [first] = leaf.children.values()
    if (!first) break
    leaf = first
  }
  return leaf
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
