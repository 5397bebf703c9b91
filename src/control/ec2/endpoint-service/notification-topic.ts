// The SNS topic of a connection notification.

import { missingParameter } from '../../../errors.ts'
import { parseArn } from '../../../iam/arn.ts'
import type { ConnectionNotification } from '../../../store/load-balancing-records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { invalidParameter } from '../endpoint/new-vpc-endpoint.ts'

const TOPIC_NAME = /^[A-Za-z0-9_-]{1,256}$/

/** The ARN, when it is one of a topic in the caller's region. */
export function requireTopic(
  _records: Records,
  caller: Caller,
  arn: string | undefined,
  _subject: Pick<ConnectionNotification, 'serviceId' | 'vpcEndpointId'>,
): string {
  if (arn === undefined || arn === '') throw missingParameter('connectionNotificationArn')
  const topic = parseArn(arn)
  const isTopic = topic?.service === 'sns' && /^\d{12}$/.test(topic.account) && TOPIC_NAME.test(topic.resource)
  if (!isTopic) throw invalidParameter(`'${arn}' is not the ARN of an SNS topic.`)
  if (topic.region !== caller.region)
    throw invalidParameter(`The SNS topic ${arn} must be in the Region ${caller.region}.`)
  return arn
}
