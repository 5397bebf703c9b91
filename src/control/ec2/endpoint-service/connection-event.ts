// What happens between an endpoint and the service it leads to, for those who want to hear of it. A message is written in
// the transaction of what it tells of, so none is lost and none tells of what did not happen.
// https://docs.aws.amazon.com/vpc/latest/privatelink/create-notification-endpoint-service.html

import type { ConnectionEvent, ConnectionNotification } from '../../../store/load-balancing-records.ts'
import type { VpcEndpoint } from '../../../store/records.ts'
import type { Tx } from '../../../store/store.ts'
import { ec2Arn } from '../request/owned.ts'

/** As the topic's policy sees who publishes. */
export function notificationSourceArn({
  owner,
  region,
  serviceId,
  vpcEndpointId = 'vpce-',
}: Pick<ConnectionNotification, 'owner' | 'region' | 'serviceId' | 'vpcEndpointId'>): string {
  return serviceId === undefined
    ? ec2Arn('vpc-endpoint', { id: vpcEndpointId, owner, region })
    : ec2Arn('vpc-endpoint-service', { id: serviceId, owner, region })
}

/** Leaves a message for each notification of the provider's and of the consumer's that asks for such events. */
export function noteConnectionEvent(tx: Tx, endpoint: VpcEndpoint, event: ConnectionEvent, now: Date): void {
  const { endpointServiceId: serviceId } = endpoint
  if (serviceId === undefined) return
  const wanted = [
    ...tx.connectionNotifications.where('serviceId', serviceId),
    ...tx.connectionNotifications.where('vpcEndpointId', endpoint.id),
  ]
  for (const notification of wanted) {
    const { id, topicArn, events } = notification
    if (!events.includes(event)) continue
    tx.pendingNotifications.insert({
      id: tx.newId('vpce-event'),
      notificationId: id,
      sourceArn: notificationSourceArn(notification),
      topicArn,
      event,
      serviceId,
      vpcEndpointId: endpoint.id,
      vpcEndpointOwner: endpoint.owner,
      at: now.toISOString(),
    })
  }
}
