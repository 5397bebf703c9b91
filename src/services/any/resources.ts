// Which resources a request names: for the services that most often stand behind an upstream by how each names them, for
// others by the forms of their ARNs. What names none is about `*`.
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html

import type { ContextKeys } from '../../iam/request.ts'
import { findAction, namedByForms, requireFew, tagKeys } from './catalogue-resources.ts'
import { dynamodbResources, type SchemaOf } from './dynamodb-request.ts'

export interface AskedRequest {
  /** The signing name. */
  readonly service: string
  /** What the service's actions begin with. */
  readonly prefix: string
  readonly operation: string
  /** A JSON body, or the parameters of a query; empty where the protocol has neither. */
  readonly input: Readonly<Record<string, unknown>>
  readonly account: string
  readonly region: string
}

export interface AskedResource {
  /** Absent: the operation's own name. */
  readonly action?: string
  readonly resource: string
  readonly keys?: ContextKeys
}

/** Never empty. */
export async function resourcesOf(asked: AskedRequest, schemaOf: SchemaOf): Promise<readonly AskedResource[]> {
  const action = await findAction(asked.prefix, asked.operation)
  // An action that is about nothing single, as a list.
  const isOnAll = action?.resources.length === 0
  const reader =
    asked.service === 'dynamodb' ? (one: AskedRequest) => dynamodbResources(one, schemaOf) : READERS[asked.service]
  const read = reader?.(asked) ?? []
  requireFew(read)
  const named = read.length > 0 ? read : isOnAll || !action ? [] : namedByForms(action, asked)
  const found = named.length > 0 ? named : [{ resource: '*' }]
  const tags = action ? tagKeys(action, asked) : {}
  return Object.keys(tags).length === 0 ? found : found.map((one) => ({ ...one, keys: { ...one.keys, ...tags } }))
}

type Reader = (asked: AskedRequest) => readonly AskedResource[]

const READERS: Readonly<Record<string, Reader>> = {
  kinesis: oneOf(['StreamARN'], ['StreamName'], (name) => `stream/${name}`),
  kms: kmsResources,
  secretsmanager: oneOf(['SecretId'], ['SecretId', 'Name'], (name) => `secret:${name}`, '-??????'),
}

function text(input: AskedRequest['input'], name: string): string | undefined {
  const value = input[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function arnOf({ service, region, account }: AskedRequest, rest: string): string {
  return `arn:aws:${service}:${region}:${account}:${rest}`
}

/** An ARN as it was sent, or the name of one of the caller's own. `ending`: what AWS puts behind the name itself. */
function oneOf(arns: readonly string[], names: readonly string[], rest: (name: string) => string, ending = ''): Reader {
  return (asked) => {
    const arn = arns.map((name) => text(asked.input, name)).find((value) => value?.startsWith('arn:'))
    if (arn !== undefined) return [{ resource: arn }]
    const name = names.map((one) => text(asked.input, one)).find((value) => value !== undefined)
    return name === undefined ? [] : [{ resource: arnOf(asked, rest(name) + ending) }]
  }
}

/** A key's id or ARN. An alias stands for a key that only its service knows: the request is about every key. */
function kmsResources(asked: AskedRequest): readonly AskedResource[] {
  const key = text(asked.input, 'KeyId')
  if (key === undefined) return []
  const alias = /(?:^|:)(alias\/.+)$/.exec(key)?.[1]
  if (alias !== undefined) return [{ resource: arnOf(asked, 'key/*'), keys: { 'kms:requestalias': alias } }]
  return [{ resource: key.startsWith('arn:') ? key : arnOf(asked, `key/${key}`) }]
}
