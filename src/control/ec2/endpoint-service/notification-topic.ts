// The SNS topic of a connection notification: it must be there, and let PrivateLink publish.
// https://docs.aws.amazon.com/vpc/latest/privatelink/create-notification-endpoint-service.html

import { invalidParameter, missingParameter } from '../../../errors.ts'
import { parseArn } from '../../../iam/arn.ts'
import { refusalOfService } from '../../../iam/service-request.ts'
import type { ConnectionNotification } from '../../../store/load-balancing-records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { notificationSourceArn } from './connection-event.ts'

const PRIVATELINK = 'vpce.amazonaws.com'

export function requireTopic(
  records: Records,
  caller: Caller,
  arn: string | undefined,
  subject: Pick<ConnectionNotification, 'serviceId' | 'vpcEndpointId'>,
): string {
  if (arn === undefined || arn === '') throw missingParameter('connectionNotificationArn')
  if (parseArn(arn)?.service !== 'sns') throw invalidParameter(`'${arn}' is not the ARN of an SNS topic.`)
  const topic = records.snsTopics.get(arn)
  if (topic?.region !== caller.region) {
    throw invalidParameter(`The SNS topic ${arn} does not exist in the Region ${caller.region}.`)
  }
  const document = topic.attributes.Policy
  const refused = refusalOfService({
    service: PRIVATELINK,
    action: 'sns:Publish',
    resource: arn,
    ...(document !== undefined && { resourcePolicy: { name: arn, document } }),
    keys: {
      'aws:sourcearn': notificationSourceArn({ owner: caller.account, region: caller.region, ...subject }),
      'aws:sourceaccount': caller.account,
    },
  })
  if (refused) throw invalidParameter(`The SNS topic does not let PrivateLink publish: ${refused}`)
  return arn
}
