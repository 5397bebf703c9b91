// What PrivateLink tells: who connected to an endpoint service, and what became of it, published to the topic that was
// named for it. An event is a record until every subscriber was told, so a restart tells it again rather than never.
// https://docs.aws.amazon.com/vpc/latest/privatelink/create-notification-endpoint-service.html

import { parseArn } from '../../iam/arn.ts'
import { refusalOfService } from '../../iam/service-request.ts'
import type { PendingNotification } from '../../store/load-balancing-records.ts'
import { publishTo } from './publish.ts'
import { type Sns, write } from './sns.ts'

const PRIVATELINK = 'vpce.amazonaws.com'

export class ConnectionNotifications {
  #sns: Sns
  #log: (line: string) => void
  /** By id, those whose subscribers are being told. */
  #underWay = new Set<string>()

  constructor(sns: Sns, log: (line: string) => void) {
    this.#sns = sns
    this.#log = log
  }

  /** Publishes what is pending, oldest first. A topic that is gone or does not let PrivateLink loses what it was to have,
   * as in AWS. */
  async publishPending(): Promise<void> {
    const { store } = this.#sns
    // What is told must not be undone by a disk that could not take it.
    await store.transact(() => undefined).durable
    const pending = [...store.records.pendingNotifications.all()].filter(({ id }) => !this.#underWay.has(id))
    await Promise.all(pending.map((one) => this.#publish(one)))
  }

  async #publish(pending: PendingNotification): Promise<void> {
    this.#underWay.add(pending.id)
    try {
      await publishOne(this.#sns, pending, this.#log)
      await write(this.#sns, (tx) => tx.pendingNotifications.delete(pending.id))
    } finally {
      this.#underWay.delete(pending.id)
    }
  }
}

/** The notification itself may be gone with the endpoint or service that it was of. */
async function publishOne(sns: Sns, pending: PendingNotification, log: (line: string) => void): Promise<void> {
  const { topicArn, sourceArn, notificationId } = pending
  const topic = sns.store.records.snsTopics.get(topicArn)
  const document = topic?.attributes.Policy
  const refusal = topic
    ? refusalOfService({
        service: PRIVATELINK,
        action: 'sns:Publish',
        resource: topicArn,
        ...(document !== undefined && { resourcePolicy: { name: topicArn, document } }),
        keys: { 'aws:sourcearn': sourceArn, 'aws:sourceaccount': parseArn(sourceArn)?.account ?? '' },
      })
    : 'there is no such topic'
  if (!topic || refusal !== undefined) {
    log(`${notificationId}: ${pending.event} of ${pending.vpcEndpointId} was not published to ${topicArn}: ${refusal}`)
    return
  }
  const { settled } = publishTo(sns, topic, {
    subject: `VPC endpoint ${pending.event}: ${pending.vpcEndpointId}`,
    messages: { default: JSON.stringify(bodyOf(pending)), byProtocol: {} },
    attributes: {},
  })
  await settled()
}

/** AWS does not say what stands in it. */
function bodyOf(pending: PendingNotification): object {
  return {
    eventType: pending.event,
    connectionNotificationId: pending.notificationId,
    serviceId: pending.serviceId,
    vpcEndpointId: pending.vpcEndpointId,
    vpcEndpointOwner: pending.vpcEndpointOwner,
    region: parseArn(pending.sourceArn)?.region,
    eventTime: pending.at,
  }
}
