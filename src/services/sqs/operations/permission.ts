// The queue's policy by labels.

import type { AddPermissionRequest, RemovePermissionRequest } from '@aws-sdk/client-sqs'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import { addStatement, removeStatement } from '../../../iam/labelled-statement.ts'
import type { SqsQueue } from '../../../store/messaging-records.ts'
import { withAttributes } from '../queue-attributes.ts'
import { requireQueue, type Sqs, write } from '../sqs.ts'
import { invalidValue, missing } from '../sqs-error.ts'

/** What AddPermission may allow. */
const ACTIONS = new Set([
  '*',
  'ChangeMessageVisibility',
  'DeleteMessage',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'PurgeQueue',
  'ReceiveMessage',
  'SendMessage',
])

export async function addPermission(sqs: Sqs, input: AddPermissionRequest, call: Call): Promise<object> {
  const queue = requireQueue(sqs, call, input)
  const label = requireLabel(input.Label)
  const { AWSAccountIds: accounts = [], Actions: actions = [] } = input
  if (accounts.length === 0) throw missing('AWSAccountIds')
  if (actions.length === 0) throw missing('Actions')
  const wrong = accounts.find((account) => !/^\d{12}$/.test(account))
  if (wrong !== undefined) throw invalidValue('PrincipalId', wrong, 'Unable to verify.')
  const unknown = actions.find((action) => !ACTIONS.has(action))
  if (unknown !== undefined) {
    throw invalidValue(
      'ActionName',
      `SQS:${unknown}`,
      `Please refer to the appropriate WSDL for a list of valid actions.`,
    )
  }
  const named = { label, accounts, actions: actions.map((action) => `SQS:${action}`), resource: queue.id }
  const policy = addStatement(queue.attributes.Policy, `${queue.id}/SQSDefaultPolicy`, named)
  if (policy === undefined) throw invalidValue('Label', label, 'Already exists.')
  return put(sqs, queue, policy, call)
}

export async function removePermission(sqs: Sqs, input: RemovePermissionRequest, call: Call): Promise<object> {
  const queue = requireQueue(sqs, call, input)
  const label = requireLabel(input.Label)
  const policy = removeStatement(queue.attributes.Policy, label)
  if (policy === undefined) throw invalidValue('Label', label, "can't find label.")
  return put(sqs, queue, policy, call)
}

async function put(sqs: Sqs, { id, attributes }: SqsQueue, policy: string, call: Call): Promise<object> {
  const changed = withAttributes(attributes, { Policy: policy })
  await write(sqs, (tx) => tx.sqsQueues.update(id, { attributes: changed, modifiedAt: call.now.toISOString() }))
  return {}
}

function requireLabel(label: string | undefined): string {
  if (!label) throw missing('Label')
  if (/^[\w-]{1,80}$/.test(label)) return label
  throw new ApiError('InvalidParameterValue', `Value ${label.slice(0, 100)} for parameter Label is invalid.`)
}
