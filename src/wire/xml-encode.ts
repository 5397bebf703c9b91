// Output as XML. Each shape is compiled once into a function from a value to its text, members in the model's order:
// clients read by name, but people and golden files read by order.

import type { ListShape, MapShape, Member, Shape, Structure } from './model.ts'
import { formatTimestamp, timestampFormat } from './timestamp.ts'
import { escapeXml } from './xml-text.ts'

/** The content of an element, without its own tags. */
export type XmlContent = (value: unknown) => string
/** An element with its tags, or several when the member is a flattened list. */
type XmlElement = (value: unknown) => string

export class XmlEncoder {
  #formatDate: (date: Date) => string
  #contents = new Map<Shape, XmlContent>()

  /** `formatDate` writes timestamps whose format the model leaves to the protocol. */
  constructor(formatDate: (date: Date) => string) {
    this.#formatDate = formatDate
  }

  /** The content of the shape's element. */
  content(shape: Shape): XmlContent {
    const known = this.#contents.get(shape)
    if (known) return known
    // A structure that holds itself finds this while it is being compiled.
    let compiled: XmlContent = () => ''
    this.#contents.set(shape, (value) => compiled(value))
    compiled = this.#compile(shape)
    this.#contents.set(shape, compiled)
    return compiled
  }

  #compile(shape: Shape): XmlContent {
    switch (shape.kind) {
      case 'primitive':
        return this.#primitive(shape.type)
      case 'enum':
        return (value) => escapeXml(String(value))
      case 'list':
        return this.#list(shape)
      case 'map':
        return this.#map(shape, 'entry')
      case 'structure':
        return this.#structure(shape)
      default:
        throw shape satisfies never
    }
  }

  #primitive(type: Parameters<typeof timestampFormat>[0]): XmlContent {
    const format = timestampFormat(type, 'date-time')
    if (format) {
      const write = type === 'timestamp' ? this.#formatDate : (date: Date) => formatTimestamp(date, format)
      return (value) => (value instanceof Date ? write(value) : escapeXml(String(value)))
    }
    if (type === 'blob') {
      return (value) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : escapeXml(String(value)))
    }
    return (value) => escapeXml(String(value))
  }

  #list({ of, item }: ListShape): XmlContent {
    const content = this.content(of)
    return (value) => {
      let text = ''
      for (const entry of Array.isArray(value) ? value : []) text += wrap(item, item, content(entry))
      return text
    }
  }

  #map({ of, key, value: name }: MapShape, entry: string): XmlContent {
    const content = this.content(of)
    return (value) => {
      let text = ''
      for (const [k, v] of Object.entries(value ?? {})) {
        if (v === undefined || v === null) continue
        text += `<${entry}>${wrap(key, key, escapeXml(k))}${wrap(name, name, content(v))}</${entry}>`
      }
      return text
    }
  }

  #structure(structure: Structure): XmlContent {
    const members = structure.members
      .filter(({ attribute, at }) => !attribute && at === undefined)
      .map((member) => ({ name: member.name, element: this.#element(member) }))
    return (value) => {
      const record = asRecord(value)
      let text = ''
      for (const { name, element } of members) {
        const field = record[name]
        if (field !== undefined && field !== null) text += element(field)
      }
      return text
    }
  }

  #element(member: Member): XmlElement {
    const { shape, xml, flattened } = member
    if (flattened && shape.kind === 'list') {
      const content = this.content(shape.of)
      return (value) => (Array.isArray(value) ? value.map((entry) => wrap(xml, xml, content(entry))).join('') : '')
    }
    if (flattened && shape.kind === 'map') return this.#map(shape, xml)
    const content = this.content(shape)
    const attributes = attributesOf(member)
    if (!attributes) return (value) => wrap(xml, xml, content(value))
    return (value) => wrap(xml + attributes(value), xml, content(value))
  }
}

/** The attributes of the member's element: the namespace that it declares and the attributes of its structure. */
function attributesOf({ shape, namespace }: Member): ((value: unknown) => string) | undefined {
  const declared = namespace ? ` xmlns:${namespace[0]}="${escapeXml(namespace[1])}"` : ''
  const members = shape.kind === 'structure' ? shape.members.filter(({ attribute }) => attribute) : []
  if (members.length === 0) return declared === '' ? undefined : () => declared
  return (value) => {
    const record = asRecord(value)
    const written = members
      .filter(({ name }) => record[name] !== undefined)
      .map(({ name, xml }) => ` ${xml}="${escapeXml(String(record[name]))}"`)
    return declared + written.join('')
  }
}

function wrap(open: string, name: string, content: string): string {
  return content === '' ? `<${open}/>` : `<${open}>${content}</${name}>`
}

/** Any object as a record of unknown fields. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
