// Reads the run-time schemas of an @aws-sdk/client-* package and makes Postern's wire tables of them. A schema is an
// array that begins with its kind: see `@smithy/types`, `StaticSchema`.

import type {
  HttpTable,
  MemberTable,
  OperationTable,
  ProtocolName,
  ServiceTables,
  ShapeTable,
  TypeName,
} from '../src/wire/tables.ts'

export interface ServiceSource {
  /** All exports of the client package. */
  readonly exports: Readonly<Record<string, unknown>>
  /** The package's declaration files, one after the other: only they say which string members are enums. */
  readonly declarations: string
  readonly signingName: string
  /** Operations whose shapes are wanted; of the others only the name (and the HTTP route) goes into the tables. */
  readonly served: (operation: string) => boolean
}

type Traits = Readonly<Record<string, unknown>>
type Static = readonly [kind: number, namespace: string, name: string, traits: unknown, ...rest: unknown[]]

const SIMPLE = 0
const LIST = 1
const MAP = 2
const OPERATION = 9
const ERROR = -3
/** Added to the number of a simple type: a list or a map of it without names of its own. */
const LIST_OF = 64
const MAP_OF = 128

const SIMPLE_TYPES: Readonly<Record<number, TypeName>> = {
  0: 'string',
  2: 'boolean',
  4: 'timestamp',
  5: 'date-time',
  6: 'http-date',
  7: 'epoch-seconds',
  15: 'document',
  17: 'number',
  19: 'number',
  21: 'blob',
  42: 'stream',
}

/** What the bits of a numeric trait set mean, lowest first. */
const TRAIT_BITS = [
  'httpLabel',
  'idempotent',
  'idempotencyToken',
  'sensitive',
  'httpPayload',
  'httpResponseCode',
  'httpQueryParams',
]

const PROTOCOLS: Readonly<Record<string, ProtocolName>> = {
  'aws.protocols#ec2Query': 'ec2',
  'aws.protocols#awsQuery': 'query',
  'aws.protocols#awsJson1_0': 'json-1.0',
  'aws.protocols#awsJson1_1': 'json-1.1',
  'aws.protocols#restJson1': 'rest-json',
  'aws.protocols#restXml': 'rest-xml',
}

/** The schemas do not tell whole numbers from others; in the XML services only these structures hold others. */
const FRACTIONAL = new Set(['MemoryGiBPerVCpuRequest', 'NetworkBandwidthGbpsRequest', 'TotalLocalStorageGBRequest'])

/** An enum longer than this is a catalogue, such as that of instance types, which the operations know themselves. */
const LONGEST_ENUM = 100

export function wireTables(source: ServiceSource): ServiceTables {
  return new TableWriter(source).tables()
}

class TableWriter {
  #source: ServiceSource
  #protocol: ProtocolName
  #shapes = new Map<string, ShapeTable>()
  #enumTypes: ReadonlyMap<string, string>

  constructor(source: ServiceSource) {
    this.#source = source
    this.#enumTypes = enumTypes(source)
    const shapeId = protocolOf(source).id
    const protocol = PROTOCOLS[shapeId]
    if (!protocol) throw new Error(`${source.signingName} speaks ${shapeId}, which has no codec`)
    this.#protocol = protocol
  }

  tables(): ServiceTables {
    const { signingName, exports } = this.#source
    const { settings } = protocolOf(this.#source)
    const schemas = Object.values(exports).filter(isStatic)
    const operations = schemas.filter(([kind]) => kind === OPERATION).map((schema) => this.#operation(schema))
    const xml = !this.#protocol.includes('json')
    return {
      signingName,
      protocol: this.#protocol,
      version: settings.version,
      ...(xml && { namespace: settings.xmlNamespace }),
      targetPrefix: settings.serviceTarget,
      errors: sorted(schemas.flatMap(errorStatus)),
      operations: sorted(operations),
      shapes: sorted([...this.#shapes]),
    }
  }

  #operation(schema: Static): [string, OperationTable] {
    const name = schema[2]
    const input = deref(schema[4])
    const http = httpTable(name, readTraits(schema[3]), input)
    if (!this.#source.served(name)) return [name, { ...(http && { http }) }]
    const output = deref(schema[5])
    return [
      name,
      {
        ...(isStatic(input) && { input: this.#shape(input) }),
        ...(isStatic(output) && { output: this.#shape(output) }),
        ...(http && { http }),
      },
    ]
  }

  /** Writes a named shape and all it reaches, and gives its name. */
  #shape(schema: Static): string {
    const name = schema[2]
    if (this.#shapes.has(name)) return name
    // The place is taken first: shapes may hold themselves.
    this.#shapes.set(name, { kind: 'structure', members: {} })
    this.#shapes.set(name, this.#shapeTable(schema))
    return name
  }

  #shapeTable(schema: Static): ShapeTable {
    const [kind, , name, , first, second] = schema
    if (kind === LIST) {
      const { type, traits } = this.#member(first)
      return { kind: 'list', of: type, ...(traits.xmlName !== undefined && { item: String(traits.xmlName) }) }
    }
    if (kind === MAP) {
      const key = this.#member(first)
      const { type, traits } = this.#member(second)
      return {
        kind: 'map',
        of: type,
        ...(key.traits.xmlName !== undefined && { key: String(key.traits.xmlName) }),
        ...(traits.xmlName !== undefined && { value: String(traits.xmlName) }),
      }
    }
    const own = readTraits(schema[3])
    const names = asArray(first).map(String)
    const types = asArray(second)
    return {
      kind: 'structure',
      members: Object.fromEntries(
        names
          // The SDK's own copy of a header it may fail to parse; nothing of the kind is on the wire.
          .filter((member) => member !== 'ExpiresString')
          .map((member) => [member, this.#memberTable(name, member, types[names.indexOf(member)])]),
      ),
      ...(own.xmlName !== undefined && { xml: String(own.xmlName) }),
      ...(name === 'GetBucketLocationOutput' && { unwrapped: true }),
    }
  }

  #memberTable(structure: string, member: string, schema: unknown): TypeName | MemberTable {
    const { type: plain, traits } = this.#member(schema, FRACTIONAL.has(structure))
    const type = this.#withEnum(plain, this.#enumTypes.get(`${structure}.${member}`))
    const table = { type, ...wireNames(member, traits, this.#protocol), ...httpPlace(traits) }
    return Object.keys(table).length === 1 ? type : table
  }

  #member(schema: unknown, fractional = false): { type: TypeName; traits: Traits } {
    const [inner, memberTraits] = Array.isArray(schema) && schema.length === 2 ? schema : [schema, 0]
    const target = deref(inner)
    if (typeof target === 'number') return { type: this.#simple(target, fractional), traits: readTraits(memberTraits) }
    if (target === 'unit') return { type: this.#emptyStructure(), traits: readTraits(memberTraits) }
    if (!isStatic(target)) throw new Error(`no schema: ${JSON.stringify(target)}`)
    const traits = { ...readTraits(target[3]), ...readTraits(memberTraits) }
    if (target[0] !== SIMPLE) return { type: this.#shape(target), traits: withoutOwnXmlName(traits, memberTraits) }
    return { type: this.#simple(Number(deref(target[4])), fractional), traits }
  }

  #simple(number: number, fractional: boolean): TypeName {
    if (number >= MAP_OF) return `map:${this.#simple(number - MAP_OF, fractional)}`
    if (number >= LIST_OF) return `list:${this.#simple(number - LIST_OF, fractional)}`
    if (number === 1) return fractional || this.#protocol.includes('json') ? 'number' : 'integer'
    const type = SIMPLE_TYPES[number]
    if (!type) throw new Error(`simple type ${number} is new`)
    return type
  }

  #emptyStructure(): string {
    this.#shapes.set('Unit', { kind: 'structure', members: {} })
    return 'Unit'
  }

  /** Puts the enum that the declarations name in the place of the plain string. */
  #withEnum(type: TypeName, declared: string | undefined): TypeName {
    if (!declared) return type
    const bare = declared.replace(/\[\]$/, '')
    const values = enumValues(this.#source.exports[bare])
    if (!values || values.length > LONGEST_ENUM) return type
    if (type === 'string' || type === 'list:string') {
      this.#shapes.set(bare, { kind: 'enum', values })
      return type.replace('string', bare)
    }
    const list = this.#shapes.get(type)
    if (list?.kind !== 'list' || list.of !== 'string') return type
    this.#shapes.set(bare, { kind: 'enum', values })
    this.#shapes.set(type, { ...list, of: bare })
    return type
  }
}

/** The status that an error's code is answered with, when it is not 400. */
function errorStatus(schema: Static): [string, number][] {
  if (schema[0] !== ERROR) return []
  const traits = readTraits(schema[3])
  const [code, status] = Array.isArray(traits.awsQueryError) ? traits.awsQueryError : [schema[2], traits.httpError]
  return typeof status === 'number' && status !== 400 ? [[String(code), status]] : []
}

/** S3's model has the bucket in the host name; in the tables it is the first segment of the path. */
function httpTable(operation: string, traits: Traits, input: unknown): HttpTable | undefined {
  if (!Array.isArray(traits.http)) return undefined
  const [method, uri, status] = traits.http
  const [template = '', search = ''] = String(uri).split('?')
  const members = isStatic(input) ? requiredMembers(input) : []
  const bucket = members.some(([name, { httpLabel }]) => name === 'Bucket' && httpLabel)
  const path = bucket && !template.includes('{Bucket}') ? `/{Bucket}${template === '/' ? '' : template}` : template
  const literals = search.split('&').filter((part) => part !== '' && !part.startsWith('x-id='))
  const required = members.flatMap(([, { httpQuery, httpHeader }]) =>
    httpQuery ? [`?${httpQuery}`] : httpHeader ? [String(httpHeader).toLowerCase()] : [],
  )
  const when = [...literals.map((part) => `?${part}`), ...required]
  if (operation === 'ListDirectoryBuckets') when.push('?x-id=ListDirectoryBuckets')
  return {
    method: String(method),
    path,
    ...(status !== 200 && { status: Number(status) }),
    ...(when.length > 0 && { when }),
  }
}

/** The first members of a structure are the required ones. */
function requiredMembers(structure: Static): [string, Traits][] {
  const names = asArray(structure[4]).map(String)
  const types = asArray(structure[5])
  return names.slice(0, Number(structure[6] ?? 0)).map((name, at) => {
    const schema = types[at]
    return [name, readTraits(Array.isArray(schema) && schema.length === 2 ? schema[1] : 0)]
  })
}

function wireNames(member: string, traits: Traits, protocol: ProtocolName): Partial<MemberTable> {
  const xml = traits.xmlName === undefined ? member : String(traits.xmlName)
  const query = traits.ec2QueryName === undefined ? undefined : String(traits.ec2QueryName)
  if (query?.includes('.')) throw new Error(`${member}: a query name with a dot would read as two`)
  const [prefix, uri] = Array.isArray(traits.xmlNamespace) ? traits.xmlNamespace : []
  return {
    // A payload that is given a name has it as its root, where it would have its structure's.
    ...((xml !== member || (Boolean(traits.httpPayload) && traits.xmlName !== undefined)) && { xml }),
    ...(protocol === 'ec2' && query !== undefined && query !== capitalise(xml) && { query }),
    ...(traits.jsonName !== undefined && { json: String(traits.jsonName) }),
    ...(traits.xmlFlattened ? { flattened: true } : {}),
    ...(traits.xmlAttribute ? { attribute: true } : {}),
    ...(prefix && { namespace: [String(prefix), String(uri)] }),
  }
}

function httpPlace(traits: Traits): Pick<MemberTable, 'at' | 'name'> {
  if (traits.httpLabel) return { at: 'label' }
  if (traits.httpPayload) return { at: 'payload' }
  if (traits.httpResponseCode) return { at: 'status' }
  if (traits.httpQueryParams) return { at: 'queries' }
  if (traits.httpHeader) return { at: 'header', name: String(traits.httpHeader) }
  if (traits.httpQuery) return { at: 'query', name: String(traits.httpQuery) }
  if (traits.httpPrefixHeaders) return { at: 'headers', name: String(traits.httpPrefixHeaders) }
  return {}
}

/** A structure's own element name is for when it is a root, never for a member of its type. */
function withoutOwnXmlName(traits: Traits, memberTraits: unknown): Traits {
  const { xmlName: _, ...rest } = traits
  const own = readTraits(memberTraits).xmlName
  return own === undefined ? rest : { ...rest, xmlName: own }
}

/** `Structure.Member` to the declared type, for members whose type may be an enum. */
function enumTypes({ declarations, exports }: ServiceSource): Map<string, string> {
  const types = new Map<string, string>()
  for (const [, name, body = ''] of declarations.matchAll(/^export interface (\w+) [^{]*\{\n([\s\S]*?)^\}/gm)) {
    for (const [, member, type = ''] of body.matchAll(/^ {4}(\w+)\??: (\w+(?:\[\])?)(?: \| undefined)?;$/gm)) {
      if (enumValues(exports[type.replace(/\[\]$/, '')])) types.set(`${name}.${member}`, type)
    }
  }
  return types
}

function enumValues(exported: unknown): readonly string[] | undefined {
  if (typeof exported !== 'object' || exported === null || Array.isArray(exported)) return undefined
  const values = Object.values(exported)
  return values.length > 0 && values.every((value) => typeof value === 'string') ? [...values].sort() : undefined
}

interface ProtocolSettings {
  readonly version: string
  readonly xmlNamespace: string
  readonly serviceTarget: string
}

/** The protocol that a client of the package would speak. */
function protocolOf({ exports, signingName }: ServiceSource): { id: string; settings: ProtocolSettings } {
  const [, Client] = Object.entries(exports).find(([name]) => /^[A-Z]\w*Client$/.test(name)) ?? []
  if (typeof Client !== 'function') throw new Error(`the package of ${signingName} exports no client`)
  const { config } = Reflect.construct(Client, [{ region: 'us-east-1', endpoint: 'http://127.0.0.1' }])
  return { id: config.protocol.getShapeId(), settings: config.protocolSettings }
}

function readTraits(traits: unknown): Traits {
  if (typeof traits === 'object' && traits !== null) return { ...traits }
  const bits = Number(traits ?? 0)
  return Object.fromEntries(TRAIT_BITS.filter((_, at) => (bits >> at) & 1).map((name) => [name, 1]))
}

function deref(schema: unknown): unknown {
  return typeof schema === 'function' ? schema() : schema
}

function isStatic(schema: unknown): schema is Static {
  return Array.isArray(schema) && schema.length >= 4 && typeof schema[0] === 'number' && typeof schema[2] === 'string'
}

function asArray(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`not a list: ${JSON.stringify(value)}`)
  return value
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function sorted<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
}
