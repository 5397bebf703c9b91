// Which resources a request names, for the services that most often stand behind an upstream: as the service's own
// tables in the Service Authorization Reference have them. Of other services every request is about `*`.
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html

import type { ContextKeys } from '../../iam/request.ts'

export interface AskedRequest {
  readonly service: string
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
export function resourcesOf(asked: AskedRequest): readonly AskedResource[] {
  const found = READERS[asked.service]?.(asked) ?? []
  return found.length > 0 ? found : [{ resource: '*' }]
}

type Reader = (asked: AskedRequest) => readonly AskedResource[]

const READERS: Readonly<Record<string, Reader>> = {
  dynamodb: dynamodbResources,
  kinesis: oneOf(['StreamARN'], ['StreamName'], (name) => `stream/${name}`),
  kms: kmsResources,
  secretsmanager: oneOf(['SecretId'], ['SecretId', 'Name'], (name) => `secret:${name}`, '-??????'),
  sns: oneOf(['TopicArn', 'TargetArn', 'ResourceArn'], ['Name'], (name) => name),
  sqs: sqsResources,
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

/** A queue's URL ends in its account and name. */
function sqsResources(asked: AskedRequest): readonly AskedResource[] {
  const url = text(asked.input, 'QueueUrl')
  const [, account, name] = /\/(\d{12})\/([^/?]+)\/?$/.exec(url ?? '') ?? []
  if (account && name) return [{ resource: arnOf({ ...asked, account }, name) }]
  const queueName = text(asked.input, 'QueueName')
  return queueName === undefined ? [] : [{ resource: arnOf(asked, queueName) }]
}

/** A key's id or ARN. An alias stands for a key that only its service knows: the request is about every key. */
function kmsResources(asked: AskedRequest): readonly AskedResource[] {
  const key = text(asked.input, 'KeyId')
  if (key === undefined) return []
  const alias = /(?:^|:)(alias\/.+)$/.exec(key)?.[1]
  if (alias !== undefined) return [{ resource: arnOf(asked, 'key/*'), keys: { 'kms:requestalias': alias } }]
  return [{ resource: key.startsWith('arn:') ? key : arnOf(asked, `key/${key}`) }]
}

/** The actions of a transaction's parts. */
const TRANSACTION_ACTIONS: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
}

function dynamodbResources(asked: AskedRequest): readonly AskedResource[] {
  const { input } = asked
  const table = text(input, 'TableName') ?? text(input, 'ResourceArn')
  if (table !== undefined) {
    const index = text(input, 'IndexName')
    const resource = tableArn(asked, table) + (index === undefined ? '' : `/index/${index}`)
    return [{ resource, keys: dynamodbKeys(input) }]
  }
  const batch = record(input.RequestItems)
  if (batch) return Object.keys(batch).map((name) => ({ resource: tableArn(asked, name), keys: dynamodbKeys(input) }))
  const parts = Array.isArray(input.TransactItems) ? input.TransactItems : []
  return parts.flatMap((part: unknown) =>
    Object.entries(record(part) ?? {}).flatMap(([kind, item]) => {
      const action = TRANSACTION_ACTIONS[kind]
      const name = text(record(item) ?? {}, 'TableName')
      return action && name !== undefined ? [{ action, resource: tableArn(asked, name) }] : []
    }),
  )
}

function tableArn(asked: AskedRequest, name: string): string {
  return name.startsWith('arn:') ? name : arnOf(asked, `table/${name}`)
}

/** Condition keys that stand in the request itself. Leading keys are those of a key with one attribute: of two, only the
 * table's own definition tells which one leads. */
function dynamodbKeys(input: AskedRequest['input']): ContextKeys {
  const keys: Record<string, string | readonly string[]> = {}
  const select = text(input, 'Select')
  if (select !== undefined) keys['dynamodb:select'] = select
  const returned = text(input, 'ReturnValues')
  if (returned !== undefined) keys['dynamodb:returnvalues'] = returned
  const key = Object.values(record(input.Key) ?? {})
  const [leading, ...others] = key.flatMap((value) => Object.values(record(value) ?? {}))
  if (typeof leading === 'string' && others.length === 0) keys['dynamodb:leadingkeys'] = [leading]
  return keys
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
}
