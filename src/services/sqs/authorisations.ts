// What each operation asks the policies: its action on the queue, whose own policy is asked too.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html

import type { Call } from '../../edge/adapter.ts'
import { parseArn } from '../../iam/arn.ts'
import type { Authorisation, ContextKeys } from '../../iam/request.ts'
import { requestTagKeys } from '../../iam/request-tags.ts'
import type { Records } from '../../store/store.ts'
import { queueArn } from './queue-address.ts'
import { arnOfUrl, placeOf } from './sqs.ts'

/** Operations whose action is another's. */
const ACTIONS: Readonly<Record<string, string>> = {
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
  DeleteMessageBatch: 'DeleteMessage',
  SendMessageBatch: 'SendMessage',
}

/** Nobody's policy lets another account do these.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-customer-managed-policy-examples.html */
const OWN_ACCOUNT_ONLY = new Set(
  (
    'addpermission createqueue deletequeue listqueues listqueuetags removepermission setqueueattributes tagqueue ' +
    'untagqueue'
  ).split(' '),
)

export function authorisationsOf(records: Records, call: Call): readonly Authorisation[] {
  const { operation, input } = call
  const place = placeOf(call)
  if (operation === 'ListQueues') {
    return [{ action: 'sqs:ListQueues', resource: '*', resourceAccount: place.account, keys: {} }]
  }
  const resource = queueOf(call)
  const keys = requestTagKeys(input.tags ?? input.Tags, input.TagKeys)
  const asked = onQueue(records, `sqs:${ACTIONS[operation] ?? operation}`, resource, place.account, keys)
  const tagsNew = operation === 'CreateQueue' && Object.keys(recordOf(input.tags)).length > 0
  return tagsNew ? [asked, { ...asked, action: 'sqs:TagQueue' }] : [asked]
}

/** An action on a queue as the policies are asked about it. */
export function onQueue(
  records: Records,
  action: string,
  arn: string,
  caller: string,
  keys: ContextKeys = {},
): Authorisation {
  const queue = records.sqsQueues.get(arn)
  const resourceAccount = queue?.owner ?? parseArn(arn)?.account
  const document = queue?.attributes.Policy
  const isOpen = caller === resourceAccount || !OWN_ACCOUNT_ONLY.has(action.slice(4).toLowerCase())
  const tags = Object.entries(queue?.tags ?? {}).map(([key, value]) => [`aws:ResourceTag/${key}`, value] as const)
  return {
    action,
    resource: arn,
    ...(resourceAccount && { resourceAccount }),
    ...(document !== undefined && isOpen && { resourcePolicy: { name: `the policy of ${arn}`, document } }),
    keys: { ...Object.fromEntries(tags), ...keys },
  }
}

function queueOf(call: Call): string {
  const { QueueUrl, QueueName, QueueOwnerAWSAccountId: owner } = call.input
  if (typeof QueueUrl === 'string') return arnOfUrl(call, QueueUrl)
  const place = placeOf(call)
  return queueArn({ ...place, ...(typeof owner === 'string' && { account: owner }) }, String(QueueName ?? ''))
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
