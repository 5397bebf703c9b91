// Connection notifications: who hears by an SNS topic what happens to connections, of a service or of one endpoint.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpointConnectionNotification.html

import type {
  ConnectionNotification as ConnectionNotificationOutput,
  CreateVpcEndpointConnectionNotificationRequest,
  CreateVpcEndpointConnectionNotificationResult,
  DeleteVpcEndpointConnectionNotificationsRequest,
  DeleteVpcEndpointConnectionNotificationsResult,
  DescribeVpcEndpointConnectionNotificationsRequest,
  DescribeVpcEndpointConnectionNotificationsResult,
  ModifyVpcEndpointConnectionNotificationRequest,
  ModifyVpcEndpointConnectionNotificationResult,
  UnsuccessfulItem,
} from '@aws-sdk/client-ec2'
import { ApiError, invalidParameter, missingParameter, notFound } from '../../../errors.ts'
import type { ConnectionEvent, ConnectionNotification } from '../../../store/load-balancing-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { findMadeBefore, forgetMade, rememberMade } from '../request/client-token.ts'
import { applyPlainFilters, type FilterFields } from '../request/filters.ts'
import { pageOf } from '../request/pages.ts'
import {
  requireEndpointService,
  requireId,
  requireNamed,
  requireOwned,
  requireVpcEndpoint,
} from '../request/require.ts'
import { requireTopic } from './notification-topic.ts'

const EVENTS: readonly ConnectionEvent[] = ['Accept', 'Connect', 'Delete', 'Reject']
const KIND = 'ConnectionNotification'

export function createVpcEndpointConnectionNotification(
  tx: Tx,
  caller: Caller,
  input: CreateVpcEndpointConnectionNotificationRequest,
): CreateVpcEndpointConnectionNotificationResult {
  const call = { action: 'CreateVpcEndpointConnectionNotification', input }
  const made = tx.connectionNotifications.get(findMadeBefore(tx, caller, call) ?? '')
  if (made) return { ConnectionNotification: toNotification(made), ClientToken: input.ClientToken }
  const subject = requireSubject(tx, caller, input)
  const notification = tx.connectionNotifications.insert({
    id: tx.newId('vpce-nfn'),
    owner: caller.account,
    region: caller.region,
    createdAt: caller.now.toISOString(),
    ...subject,
    topicArn: requireTopic(tx, caller, input.ConnectionNotificationArn, subject),
    events: requireEvents(input.ConnectionEvents),
  })
  rememberMade(tx, caller, call, notification.id)
  return { ConnectionNotification: toNotification(notification), ClientToken: input.ClientToken }
}

export function describeVpcEndpointConnectionNotifications(
  records: Records,
  caller: Caller,
  input: DescribeVpcEndpointConnectionNotificationsRequest,
): DescribeVpcEndpointConnectionNotificationsResult {
  const { ConnectionNotificationId: id } = input
  const named = requireNamed(records.connectionNotifications, caller, KIND, id === undefined ? [] : [id])
  const { items, nextToken } = pageOf(applyPlainFilters(named, input.Filters, FILTERS), input, (one) => one.id)
  return { ConnectionNotificationSet: items.map(toNotification), NextToken: nextToken }
}

export function modifyVpcEndpointConnectionNotification(
  tx: Tx,
  caller: Caller,
  input: ModifyVpcEndpointConnectionNotificationRequest,
): ModifyVpcEndpointConnectionNotificationResult {
  const notification = requireOwned(tx.connectionNotifications, caller, KIND, input.ConnectionNotificationId)
  const { ConnectionNotificationArn: arn, ConnectionEvents: events } = input
  tx.connectionNotifications.update(notification.id, {
    topicArn: arn === undefined ? notification.topicArn : requireTopic(tx, caller, arn, notification),
    events: events === undefined || events.length === 0 ? notification.events : requireEvents(events),
  })
  return { ReturnValue: true }
}

/** Who deletes one hears no more, not even of what happened before. */
export function deleteVpcEndpointConnectionNotifications(
  tx: Tx,
  caller: Caller,
  input: DeleteVpcEndpointConnectionNotificationsRequest,
): DeleteVpcEndpointConnectionNotificationsResult {
  const ids = input.ConnectionNotificationIds ?? []
  if (ids.length === 0) throw missingParameter('connectionNotificationId')
  for (const id of ids) requireId(KIND, id)
  const deleteOne = (id: string): UnsuccessfulItem[] => {
    const found = tx.connectionNotifications.get(id)
    if (!found || found.owner !== caller.account || found.region !== caller.region) {
      const { code, message } = notFound(KIND, id)
      return [{ ResourceId: id, Error: { Code: code, Message: message } }]
    }
    for (const pending of tx.pendingNotifications.where('notificationId', found.id)) {
      tx.pendingNotifications.delete(pending.id)
    }
    tx.connectionNotifications.delete(id)
    forgetMade(tx, id)
    return []
  }
  return { Unsuccessful: [...new Set(ids)].flatMap(deleteOne) }
}

/** A service of the caller's, or an endpoint of its; of type Interface alone. */
function requireSubject(
  records: Records,
  caller: Caller,
  input: CreateVpcEndpointConnectionNotificationRequest,
): Pick<ConnectionNotification, 'serviceId' | 'vpcEndpointId'> {
  const { ServiceId: serviceId, VpcEndpointId: vpcEndpointId } = input
  if (serviceId !== undefined && vpcEndpointId !== undefined) {
    throw new ApiError('InvalidParameterCombination', 'Send serviceId or vpcEndpointId, not both')
  }
  if (serviceId === undefined && vpcEndpointId === undefined) throw missingParameter('serviceId or vpcEndpointId')
  const subject =
    serviceId === undefined
      ? requireVpcEndpoint(records, caller, vpcEndpointId)
      : requireEndpointService(records, caller, serviceId)
  if (subject.type !== 'Interface') {
    throw invalidParameter(
      `Connection notifications are for interface endpoints; ${subject.id} is of type ${subject.type}.`,
    )
  }
  return 'loadBalancerIds' in subject ? { serviceId: subject.id } : { vpcEndpointId: subject.id }
}

/** In the order of their names, as AWS gives them back. */
function requireEvents(events: readonly string[] | undefined): ConnectionEvent[] {
  if (!events || events.length === 0) throw missingParameter('connectionEvents')
  const unknown = events.find((event) => !EVENTS.some((one) => one === event))
  if (unknown !== undefined) {
    throw invalidParameter(`'${unknown}' is not a connection event. Use ${EVENTS.join(', ')}.`)
  }
  return EVENTS.filter((event) => events.includes(event))
}

function toNotification(notification: ConnectionNotification): ConnectionNotificationOutput {
  return {
    ConnectionNotificationId: notification.id,
    ServiceId: notification.serviceId,
    VpcEndpointId: notification.vpcEndpointId,
    ConnectionNotificationType: 'Topic',
    ConnectionNotificationArn: notification.topicArn,
    ConnectionEvents: [...notification.events],
    ConnectionNotificationState: 'Enabled',
    ServiceRegion: notification.region,
  }
}

const FILTERS: FilterFields<ConnectionNotification> = {
  'connection-notification-arn': (one) => one.topicArn,
  'connection-notification-id': (one) => one.id,
  'connection-notification-state': () => 'Enabled',
  'connection-notification-type': () => 'Topic',
  'service-id': (one) => one.serviceId,
  'vpc-endpoint-id': (one) => one.vpcEndpointId,
}
