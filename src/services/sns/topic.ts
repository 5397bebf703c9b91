// Topics: made, listed, changed, deleted; and their policies by labels.

import type {
  AddPermissionInput,
  CreateTopicInput,
  CreateTopicResponse,
  DeleteTopicInput,
  GetTopicAttributesInput,
  GetTopicAttributesResponse,
  ListTopicsInput,
  ListTopicsResponse,
  RemovePermissionInput,
  SetTopicAttributesInput,
} from '@aws-sdk/client-sns'
import type { Call } from '../../edge/adapter.ts'
import { addStatement, removeStatement } from '../../iam/labelled-statement.ts'
import type { SnsTopic } from '../../store/messaging-records.ts'
import { pageOf, placeOf, requireTopic, type Sns, topicArn, write } from './sns.ts'
import { invalidParameter, notServed } from './sns-error.ts'
import { requireTags } from './tags.ts'
import { requireTopicAttributes, shownTopic, withTopicAttributes } from './topic-attributes.ts'

const NAME = /^[A-Za-z0-9_-]{1,256}$/

/** What AddPermission may allow. */
const ACTIONS = new Set([
  '*',
  'AddPermission',
  'DeleteTopic',
  'GetTopicAttributes',
  'ListSubscriptionsByTopic',
  'Publish',
  'RemovePermission',
  'SetTopicAttributes',
  'Subscribe',
])

/** A topic that is there already is answered again, unless it is another than the one asked for. */
export async function createTopic(sns: Sns, input: CreateTopicInput, call: Call): Promise<CreateTopicResponse> {
  const { Name: name = '' } = input
  if (name.endsWith('.fifo')) throw notServed('FIFO topics')
  if (!NAME.test(name)) throw invalidParameter('Topic Name')
  if (input.DataProtectionPolicy !== undefined) throw notServed('data protection policies')
  const given = requireTopicAttributes(input.Attributes ?? {})
  const tags = requireTags(input.Tags)
  const place = placeOf(call)
  const id = topicArn(place, name)
  await write(sns, (tx) => {
    const old = tx.snsTopics.get(id)
    if (old) return requireSame(old, given, tags)
    tx.snsTopics.insert({
      id,
      owner: place.account,
      region: place.region,
      tags,
      createdAt: call.now.toISOString(),
      name,
      attributes: withTopicAttributes(id, place.account, given),
      deletedSubscriptions: 0,
    })
  })
  return { TopicArn: id }
}

/** With its subscriptions. A topic that is not there is none the less deleted. */
export async function deleteTopic(sns: Sns, { TopicArn = '' }: DeleteTopicInput, call: Call): Promise<object> {
  const [, region] = /^arn:[^:]+:sns:([^:]+):\d{12}:[^:]+$/.exec(TopicArn) ?? []
  if (region !== call.region) throw invalidParameter('TopicArn')
  await write(sns, (tx) => {
    for (const { id } of tx.snsSubscriptions.where('topicArn', TopicArn)) tx.snsSubscriptions.delete(id)
    tx.snsTopics.delete(TopicArn)
  })
  return {}
}

export async function listTopics({ store }: Sns, input: ListTopicsInput, call: Call): Promise<ListTopicsResponse> {
  const { account, region } = placeOf(call)
  const topics = store.records.snsTopics.where('owner', account).filter((topic) => topic.region === region)
  const { page, next } = pageOf(topics, input.NextToken)
  return { Topics: page.map(({ id }) => ({ TopicArn: id })), ...next }
}

export async function getTopicAttributes(
  { store: { records } }: Sns,
  input: GetTopicAttributesInput,
  call: Call,
): Promise<GetTopicAttributesResponse> {
  const topic = requireTopic(records, call, input.TopicArn)
  return { Attributes: shownTopic(topic, records.snsSubscriptions.where('topicArn', topic.id)) }
}

export async function setTopicAttributes(sns: Sns, input: SetTopicAttributesInput, call: Call): Promise<object> {
  const { AttributeName: name = '', AttributeValue: value = '' } = input
  const given = requireTopicAttributes({ [name]: value })
  await write(sns, (tx) => {
    const { id, owner, attributes } = requireTopic(tx, call, input.TopicArn)
    tx.snsTopics.update(id, { attributes: withTopicAttributes(id, owner, attributes, given) })
  })
  return {}
}

export async function addPermission(sns: Sns, input: AddPermissionInput, call: Call): Promise<object> {
  const { Label: label = '', AWSAccountId: accounts = [], ActionName: actions = [] } = input
  if (!/^[\w-]{1,256}$/.test(label)) throw invalidParameter('Label')
  if (accounts.length === 0 || !accounts.every((account) => /^\d{12}$/.test(account))) {
    throw invalidParameter('AWSAccountId')
  }
  const unknown = actions.find((action) => !ACTIONS.has(action))
  if (actions.length === 0 || unknown !== undefined) {
    throw invalidParameter(`Policy statement action out of service scope!`)
  }
  await write(sns, (tx) => {
    const topic = requireTopic(tx, call, input.TopicArn)
    const named = { label, accounts, actions: actions.map((action) => `SNS:${action}`), resource: topic.id }
    const policy = addStatement(topic.attributes.Policy, '__default_policy_ID', named)
    if (policy === undefined) throw invalidParameter('Statement already exists')
    tx.snsTopics.update(topic.id, { attributes: { ...topic.attributes, Policy: policy } })
  })
  return {}
}

/** A label that is not there is none the less removed. */
export async function removePermission(sns: Sns, input: RemovePermissionInput, call: Call): Promise<object> {
  const { Label: label = '' } = input
  if (label === '') throw invalidParameter('Label')
  await write(sns, (tx) => {
    const { id, owner, attributes } = requireTopic(tx, call, input.TopicArn)
    const policy = removeStatement(attributes.Policy, label)
    if (policy === undefined) return
    tx.snsTopics.update(id, { attributes: withTopicAttributes(id, owner, attributes, { Policy: policy }) })
  })
  return {}
}

function requireSame(old: SnsTopic, given: SnsTopic['attributes'], tags: SnsTopic['tags']): void {
  if (Object.entries(given).some(([name, value]) => (old.attributes[name] ?? '') !== value)) {
    throw invalidParameter('Attributes Reason: Topic already exists with different attributes')
  }
  if (Object.entries(tags).some(([key, value]) => old.tags[key] !== value)) {
    throw invalidParameter('Tags Reason: Topic already exists with different tags')
  }
}
