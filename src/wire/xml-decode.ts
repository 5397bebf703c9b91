// An XML body into the shape that the model gives it. What is not well-formed, has another root or an element that the
// model does not know is refused whole, as S3 validates against its schema.

import { createRequire } from 'node:module'
import type { XMLParser } from 'fast-xml-parser'
import { ApiError } from '../errors.ts'
import type { ListShape, MapShape, Member, Shape, Structure } from './model.ts'
import { readPrimitive } from './query-decode.ts'

/** One element: attributes and child elements by local name, and its text. */
interface XmlElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  readonly text: string
}

const CDATA = '#cdata'
const ATTRIBUTES = ':@'
const ATTRIBUTE_PREFIX = '@_'

let parser: XMLParser | undefined

/** Loaded for the first body of XML: it takes 8 MB, and most daemons never see one. */
function xmlParser(): XMLParser {
  parser ??= makeParser(createRequire(import.meta.url)('fast-xml-parser'))
  return parser
}

// References are resolved here and not by the parser: it leaves numeric ones, and knows ones that a document declares.
function makeParser(library: typeof import('fast-xml-parser')): XMLParser {
  return new library.XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: ATTRIBUTE_PREFIX,
    cdataPropName: CDATA,
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false,
    trimValues: false,
    removeNSPrefix: true,
    ignoreDeclaration: true,
    ignorePiTags: true,
  })
}

/** Reads a body whose root is `root`. */
export function decodeXml(shape: Shape, root: string, body: Uint8Array): unknown {
  const element = parseXml(body)
  if (element.name !== root) throw malformedXml()
  return readElement(shape, element)
}

export function malformedXml(): ApiError {
  return new ApiError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  )
}

function parseXml(body: Uint8Array): XmlElement {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
    // A document type can declare entities that grow without bound, and no AWS client sends one.
    if (/<!DOCTYPE/i.test(text)) throw malformedXml()
    const [root, ...more] = elementsOf(xmlParser().parse(text, true))
    if (!root || more.length > 0) throw malformedXml()
    return root
  } catch (error) {
    // Whatever the parser did not like about it, the body is not XML.
    throw error instanceof ApiError ? error : malformedXml()
  }
}

function elementsOf(nodes: unknown): XmlElement[] {
  if (!Array.isArray(nodes)) return []
  return nodes.flatMap((node: Readonly<Record<string, unknown>>) => {
    const name = Object.keys(node).find((key) => key !== ATTRIBUTES)
    if (name === undefined || name === '#text' || name === CDATA) return []
    const content = node[name]
    return [{ name, attributes: attributesOf(node[ATTRIBUTES]), children: elementsOf(content), text: textOf(content) }]
  })
}

function attributesOf(attributes: unknown): ReadonlyMap<string, string> {
  if (typeof attributes !== 'object' || attributes === null) return new Map()
  return new Map(
    Object.entries(attributes).map(([name, value]) => [
      name.slice(ATTRIBUTE_PREFIX.length),
      resolveReferences(String(value)),
    ]),
  )
}

function textOf(nodes: unknown): string {
  if (!Array.isArray(nodes)) return ''
  return nodes
    .map((node: Readonly<Record<string, unknown>>) => {
      if (node['#text'] !== undefined) return resolveReferences(String(node['#text']))
      return Array.isArray(node[CDATA]) ? node[CDATA].map((part) => String(part['#text'] ?? '')).join('') : ''
    })
    .join('')
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function resolveReferences(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w*));?/g, (whole, hex, decimal, name) => {
    if (!whole.endsWith(';')) throw malformedXml()
    if (name !== undefined) return NAMED[name] ?? fail()
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff) ? fail() : String.fromCodePoint(point)
  })
}

function fail(): never {
  throw malformedXml()
}

function readElement(shape: Shape, element: XmlElement): unknown {
  switch (shape.kind) {
    case 'primitive':
      return readText(shape.type, element)
    case 'enum':
      return element.text
    case 'list':
      return readList(shape, element)
    case 'map':
      return Object.fromEntries(element.children.map((entry) => readEntry(shape, entry)))
    case 'structure':
      return readStructure(shape, element)
    default:
      throw shape satisfies never
  }
}

function readText(type: Parameters<typeof readPrimitive>[0], element: XmlElement): unknown {
  try {
    return readPrimitive(type, type === 'string' ? element.text : element.text.trim(), element.name)
  } catch (error) {
    // A value of the wrong type fails the schema, which S3 says in the same words as for anything else.
    throw error instanceof ApiError ? malformedXml() : error
  }
}

function readList({ of, item }: ListShape, element: XmlElement): unknown[] {
  return element.children.map((child) => (child.name === item ? readElement(of, child) : fail()))
}

function readEntry({ of, key, value }: MapShape, entry: XmlElement): [string, unknown] {
  const name = entry.children.find((child) => child.name === key)
  const content = entry.children.find((child) => child.name === value)
  return name && content ? [name.text, readElement(of, content)] : fail()
}

function readStructure(structure: Structure, element: XmlElement): Record<string, unknown> {
  const record: Record<string, unknown> = {}
  for (const member of structure.members) {
    if (member.attribute) {
      const value = element.attributes.get(localName(member.xml))
      if (value !== undefined) record[member.name] = value
    }
  }
  for (const child of element.children) {
    const member = structure.members.find((candidate) => !candidate.attribute && candidate.xml === child.name)
    if (!member) throw malformedXml()
    record[member.name] = readMember(member, child, record[member.name])
  }
  return record
}

/** `before` is what earlier elements of the same name gave: a flattened list is one element an entry. */
function readMember({ shape, flattened }: Member, element: XmlElement, before: unknown): unknown {
  if (flattened && shape.kind === 'list') {
    return [...(Array.isArray(before) ? before : []), readElement(shape.of, element)]
  }
  if (flattened && shape.kind === 'map') {
    return Object.fromEntries([...Object.entries(before ?? {}), readEntry(shape, element)])
  }
  if (before !== undefined) throw malformedXml()
  return readElement(shape, element)
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
