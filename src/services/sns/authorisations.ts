// What each operation asks the policies: its action on the topic, whose own policy is asked too.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html

import type { Call } from '../../edge/adapter.ts'
import { parseArn } from '../../iam/arn.ts'
import type { Authorisation, ContextKeys } from '../../iam/request.ts'
import { requestTagKeys } from '../../iam/request-tags.ts'
import type { Records } from '../../store/store.ts'
import { placeOf, topicArn } from './sns.ts'

const ON_NOTHING = new Set(['ListSubscriptions', 'ListTopics'])
/** Who follows a link from a message is let in by what stands in the link. */
export const LINKED: ReadonlySet<string> = new Set(['ConfirmSubscription', 'Unsubscribe'])
const ACTIONS: Readonly<Record<string, string>> = { PublishBatch: 'Publish' }

export function authorisationsOf(records: Records, call: Call): readonly Authorisation[] {
  const { operation, input, principal } = call
  if (principal.kind === 'anonymous' && LINKED.has(operation)) return []
  const action = `sns:${ACTIONS[operation] ?? operation}`
  if (ON_NOTHING.has(operation)) {
    return [{ action, resource: '*', resourceAccount: placeOf(call).account, keys: {} }]
  }
  const asked = onTopic(records, action, topicOf(call), {
    ...requestTagKeys(input.Tags, input.TagKeys),
    ...subscriptionKeys(call),
  })
  const tagsNew = operation === 'CreateTopic' && Array.isArray(input.Tags) && input.Tags.length > 0
  return tagsNew ? [asked, { ...asked, action: 'sns:TagResource' }] : [asked]
}

/** An action on a topic as the policies are asked about it. */
export function onTopic(records: Records, action: string, arn: string, keys: ContextKeys = {}): Authorisation {
  const topic = records.snsTopics.get(arn)
  const resourceAccount = topic?.owner ?? parseArn(arn)?.account
  const document = topic?.attributes.Policy
  const tags = Object.entries(topic?.tags ?? {}).map(([key, value]) => [`aws:ResourceTag/${key}`, value] as const)
  return {
    action,
    resource: arn,
    ...(resourceAccount && { resourceAccount }),
    ...(document !== undefined && { resourcePolicy: { name: `the policy of ${arn}`, document } }),
    keys: { ...Object.fromEntries(tags), ...keys },
  }
}

/** The topic that a call names, or that of the subscription. */
function topicOf(call: Call): string {
  const { TopicArn, TargetArn, ResourceArn, SubscriptionArn, Name } = call.input
  const named = [TopicArn, TargetArn, ResourceArn].find((arn) => typeof arn === 'string')
  if (named !== undefined) return String(named)
  if (typeof SubscriptionArn === 'string') return SubscriptionArn.split(':').slice(0, 6).join(':')
  return topicArn(placeOf(call), String(Name ?? ''))
}

function subscriptionKeys({ operation, input }: Call): ContextKeys {
  if (operation !== 'Subscribe') return {}
  return { 'sns:Protocol': String(input.Protocol ?? ''), 'sns:Endpoint': String(input.Endpoint ?? '') }
}
