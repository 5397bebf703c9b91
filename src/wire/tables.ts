// The generated tables of one AWS service: its operations and the shapes they take and give, with the names that each
// protocol puts on the wire. `scripts/generate-wire.ts` writes them from the SDK's schemas; nothing here is edited by hand.

import { readFileSync } from 'node:fs'

export type ProtocolName = 'ec2' | 'query' | 'json-1.0' | 'json-1.1' | 'rest-json' | 'rest-xml'

export interface ServiceTables {
  /** The name in a credential scope: `ec2`, `elasticloadbalancing`. */
  readonly signingName: string
  readonly protocol: ProtocolName
  /** The API version, such as `2016-11-15`. */
  readonly version: string
  /** The XML namespace of answers; absent for JSON. */
  readonly namespace?: string
  /** What stands before the dot of X-Amz-Target. */
  readonly targetPrefix: string
  /** Status of modelled errors by code, where it is not 400. */
  readonly errors: Readonly<Record<string, number>>
  /** Every operation of the service by name; those without `shapes` in the tables have neither input nor output. */
  readonly operations: Readonly<Record<string, OperationTable>>
  readonly shapes: Readonly<Record<string, ShapeTable>>
}

export interface OperationTable {
  /** Names of structures in `shapes`. Absent: no members, or the operation's shapes are not in the tables. */
  readonly input?: string
  readonly output?: string
  readonly http?: HttpTable
}

export interface HttpTable {
  readonly method: string
  /** `/{Bucket}/{Key+}`: a label is one segment of the path, and one with `+` is the rest of it. */
  readonly path: string
  /** Status of a success; absent: 200. */
  readonly status?: number
  /** What else a request must have to be this operation: `?acl`, `?list-type=2`, or the name of a header. */
  readonly when?: readonly string[]
}

/** A type is a primitive, the name of a shape, or `list:TYPE`/`map:TYPE` of one without wire names of its own. */
export type TypeName = string

export const PRIMITIVES = [
  'string',
  'boolean',
  /** A whole number. */
  'integer',
  /** Any number. */
  'number',
  'blob',
  /** A body that is not read into memory. */
  'stream',
  'document',
  /** A point in time in the protocol's own format. */
  'timestamp',
  /** One as ISO 8601. */
  'date-time',
  /** One as RFC 9110 writes it: `Tue, 29 Apr 2014 18:30:38 GMT`. */
  'http-date',
  /** One in seconds since 1970. */
  'epoch-seconds',
] as const

export type Primitive = (typeof PRIMITIVES)[number]

export type ShapeTable =
  | {
      readonly kind: 'structure'
      readonly members: Readonly<Record<string, TypeName | MemberTable>>
      /** The root element's name where it is not the shape's own. */
      readonly xml?: string
      /** The root element holds the only member's text itself, as in S3's GetBucketLocation. */
      readonly unwrapped?: true
    }
  /** `item`: the element's name where it is not `member`. */
  | { readonly kind: 'list'; readonly of: TypeName; readonly item?: string }
  | { readonly kind: 'map'; readonly of: TypeName; readonly key?: string; readonly value?: string }
  | { readonly kind: 'enum'; readonly values: readonly string[] }

export interface MemberTable {
  readonly type: TypeName
  /** The element's or parameter's name where it is not the member's own. */
  readonly xml?: string
  /** The parameter's name in EC2's protocol where it is not `xml` with a capital letter. */
  readonly query?: string
  /** The JSON key where it is not the member's own name. */
  readonly json?: string
  readonly flattened?: true
  readonly attribute?: true
  /** `[prefix, uri]` to declare on the element. */
  readonly namespace?: readonly [prefix: string, uri: string]
  /** Where HTTP carries the member; absent: in the body. */
  readonly at?: HttpPlace
  /** The name of the header, the query parameter or, for `headers`, what all of them begin with. */
  readonly name?: string
}

export type HttpPlace = 'label' | 'header' | 'headers' | 'query' | 'queries' | 'payload' | 'status'

/** Reads the tables of a service by its signing name. */
export function loadTables(service: string): ServiceTables {
  const text = readFileSync(new URL(`generated/${service}.json`, import.meta.url))
  const end = text.indexOf(SHAPES)
  return { ...JSON.parse(`${text.toString('utf8', 0, end)}}`), shapes: shapesIn(text, end) }
}

const SHAPES = ',\n"shapes": {\n'

/** Each shape is parsed when somebody asks for it by name: EC2 has two thousand, and an operation needs a few. The generator
 * puts each on a line of its own. */
function shapesIn(text: Buffer, from: number): Readonly<Record<string, ShapeTable>> {
  const find = (name: string): ShapeTable | undefined => {
    const key = `\n${JSON.stringify(name)}: `
    const at = text.indexOf(key, from)
    if (at < 0) return undefined
    const line = text.toString('utf8', at + key.length, text.indexOf('\n', at + 1))
    return JSON.parse(line.replace(/,$/, ''))
  }
  return new Proxy({}, { get: (_, name) => (typeof name === 'string' ? find(name) : undefined) })
}
