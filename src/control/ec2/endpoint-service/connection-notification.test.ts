// Address plan: see testing.ts.

import type { CreateVpcEndpointConnectionNotificationRequest } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Caller } from '../../caller.ts'
import { deleteVpcEndpoints, removeVpcEndpoint } from '../endpoint/vpc-endpoint.ts'
import { ownedBy } from '../request/owned.ts'
import { callerOf, contents, refusal } from '../request/testing.ts'
import { acceptVpcEndpointConnections, rejectVpcEndpointConnections } from './connection.ts'
import {
  createVpcEndpointConnectionNotification,
  deleteVpcEndpointConnectionNotifications,
  describeVpcEndpointConnectionNotifications,
  modifyVpcEndpointConnectionNotification,
} from './connection-notification.ts'
import { CONSUMER, openServiceWorld, PROVIDER, type ServiceWorld } from './testing.ts'

let at: ServiceWorld
beforeEach(async () => {
  at = await openServiceWorld()
})

const FROM_PRIVATELINK = {
  Effect: 'Allow',
  Principal: { Service: 'vpce.amazonaws.com' },
  Action: 'SNS:Publish',
  Resource: '*',
}

function topic(name = 'news', caller: Caller = PROVIDER, statement: object = FROM_PRIVATELINK): string {
  const id = `arn:aws:sns:${caller.region}:${caller.account}:${name}`
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  at.world.store.transact((tx) =>
    tx.snsTopics.insert({ ...ownedBy(caller), id, name, attributes: { Policy }, deletedSubscriptions: 0 }),
  )
  return id
}

function create(input: Partial<CreateVpcEndpointConnectionNotificationRequest>, caller = PROVIDER) {
  const request = { ConnectionEvents: ['Connect'], ConnectionNotificationArn: undefined, ...input }
  return at.world.write(createVpcEndpointConnectionNotification, request, caller).ConnectionNotification ?? {}
}

const describeAll = (input = {}, caller = PROVIDER) =>
  at.world.read(describeVpcEndpointConnectionNotifications, input, caller).ConnectionNotificationSet ?? []
const pending = () => [...at.world.store.records.pendingNotifications.all()].map((one) => one.event)

describe('CreateVpcEndpointConnectionNotification', () => {
  test('answers with the notification, its events in the order of their names', () => {
    const ServiceId = at.service()
    const ConnectionNotificationArn = topic()
    const made = create({ ServiceId, ConnectionNotificationArn, ConnectionEvents: ['Reject', 'Accept', 'Reject'] })
    expect(made).toEqual({
      ConnectionNotificationId: expect.stringMatching(/^vpce-nfn-0[0-9a-f]{16}$/),
      ServiceId,
      VpcEndpointId: undefined,
      ConnectionNotificationType: 'Topic',
      ConnectionNotificationArn,
      ConnectionEvents: ['Accept', 'Reject'],
      ConnectionNotificationState: 'Enabled',
      ServiceRegion: 'us-east-1',
    })
    expect(describeAll()).toEqual([made])
  })

  test('makes one of one token', () => {
    const input = { ServiceId: at.service(), ConnectionNotificationArn: topic(), ClientToken: 'once' }
    expect(create(input)).toEqual(create(input))
    refusal(() => create({ ...input, ConnectionEvents: ['Delete'] }), 'IdempotentParameterMismatch')
  })

  const only = (Condition: object) => ({ ...FROM_PRIVATELINK, Condition })
  test.each<[string, () => Partial<CreateVpcEndpointConnectionNotificationRequest>, string]>([
    ['neither service nor endpoint', () => ({ ConnectionNotificationArn: topic() }), 'MissingParameter'],
    ['both', () => ({ ServiceId: at.service(), VpcEndpointId: 'vpce-1' }), 'InvalidParameterCombination'],
    ['an unknown service', () => ({ ServiceId: 'vpce-svc-1' }), 'InvalidVpcEndpointServiceId.NotFound'],
    [
      "another account's endpoint",
      () => ({ VpcEndpointId: at.connect(at.service()).VpcEndpointId }),
      'InvalidVpcEndpointId.NotFound',
    ],
    [
      'a service of appliances',
      () => ({ ServiceId: at.service({ GatewayLoadBalancerArns: [at.balancer({ type: 'gateway' })] }) }),
      'InvalidParameter',
    ],
    ['no topic', () => ({ ServiceId: at.service() }), 'MissingParameter'],
    [
      'what is no topic',
      () => ({ ServiceId: at.service(), ConnectionNotificationArn: 'arn:aws:sqs:us-east-1:123456789012:news' }),
      'InvalidParameter',
    ],
    [
      'an unknown topic',
      () => ({ ServiceId: at.service(), ConnectionNotificationArn: 'arn:aws:sns:us-east-1:123456789012:news' }),
      'InvalidParameter',
    ],
    [
      'a topic of another region',
      () => ({
        ServiceId: at.service(),
        ConnectionNotificationArn: topic('news', callerOf(PROVIDER.account, 'eu-west-1')),
      }),
      'InvalidParameter',
    ],
    [
      'a topic that PrivateLink may not publish to',
      () => ({
        ServiceId: at.service(),
        ConnectionNotificationArn: topic('news', PROVIDER, {
          ...FROM_PRIVATELINK,
          Principal: { AWS: PROVIDER.account },
        }),
      }),
      'InvalidParameter',
    ],
    [
      'one that is for another service',
      () => ({
        ServiceId: at.service(),
        ConnectionNotificationArn: topic(
          'news',
          PROVIDER,
          only({ ArnLike: { 'aws:SourceArn': 'arn:aws:ec2:us-east-1:123456789012:vpc-endpoint-service/vpce-svc-1' } }),
        ),
      }),
      'InvalidParameter',
    ],
    [
      'no event',
      () => ({ ServiceId: at.service(), ConnectionNotificationArn: topic(), ConnectionEvents: [] }),
      'MissingParameter',
    ],
    [
      'an unknown event',
      () => ({ ServiceId: at.service(), ConnectionNotificationArn: topic(), ConnectionEvents: ['Open'] }),
      'InvalidParameter',
    ],
  ])('refuses %s, and nothing is written', (_, input, code) => {
    const request = input()
    const before = contents(at.world.store)
    refusal(() => create(request), code)
    expect(contents(at.world.store)).toEqual(before)
  })

  test('takes a topic that is for this service alone', () => {
    const ServiceId = at.service()
    const condition = {
      ArnLike: { 'aws:SourceArn': `arn:aws:ec2:us-east-1:${PROVIDER.account}:vpc-endpoint-service/${ServiceId}` },
      StringEquals: { 'aws:SourceAccount': PROVIDER.account },
    }
    create({ ServiceId, ConnectionNotificationArn: topic('news', PROVIDER, only(condition)) })
    expect(describeAll()).toHaveLength(1)
  })
})

describe('what is left for SNS', () => {
  const ALL = ['Accept', 'Connect', 'Delete', 'Reject']

  test('is every event, in the order in which it happened', () => {
    const ServiceId = at.service({ AcceptanceRequired: true })
    const ConnectionNotificationArn = topic()
    const made = create({ ServiceId, ConnectionNotificationArn, ConnectionEvents: ALL })
    const VpcEndpointId = at.connect(ServiceId).VpcEndpointId ?? ''
    const decide = { ServiceId, VpcEndpointIds: [VpcEndpointId] }
    at.world.write(acceptVpcEndpointConnections, decide)
    at.world.write(acceptVpcEndpointConnections, decide)
    at.world.write(rejectVpcEndpointConnections, decide)
    at.world.write(deleteVpcEndpoints, { VpcEndpointIds: [VpcEndpointId] }, CONSUMER)
    at.world.write(deleteVpcEndpoints, { VpcEndpointIds: [VpcEndpointId] }, CONSUMER)
    expect(pending()).toEqual(['Connect', 'Accept', 'Reject', 'Delete'])
    expect([...at.world.store.records.pendingNotifications.all()][0]).toEqual({
      id: expect.any(String),
      notificationId: made.ConnectionNotificationId,
      sourceArn: `arn:aws:ec2:us-east-1:${PROVIDER.account}:vpc-endpoint-service/${ServiceId}`,
      topicArn: ConnectionNotificationArn,
      event: 'Connect',
      serviceId: ServiceId,
      vpcEndpointId: VpcEndpointId,
      vpcEndpointOwner: CONSUMER.account,
      at: CONSUMER.now.toISOString(),
    })
  })

  test('is an acceptance too where none is asked for', () => {
    const ServiceId = at.service()
    create({ ServiceId, ConnectionNotificationArn: topic(), ConnectionEvents: ALL })
    at.connect(ServiceId)
    expect(pending()).toEqual(['Connect', 'Accept'])
  })

  test('is only what was asked for, for the provider and for the consumer', () => {
    const ServiceId = at.service({ AcceptanceRequired: true })
    create({ ServiceId, ConnectionNotificationArn: topic(), ConnectionEvents: ['Connect'] })
    const VpcEndpointId = at.connect(ServiceId).VpcEndpointId ?? ''
    create(
      { VpcEndpointId, ConnectionNotificationArn: topic('mine', CONSUMER), ConnectionEvents: ['Accept'] },
      CONSUMER,
    )
    at.world.write(acceptVpcEndpointConnections, { ServiceId, VpcEndpointIds: [VpcEndpointId] })
    at.world.write(deleteVpcEndpoints, { VpcEndpointIds: [VpcEndpointId] }, CONSUMER)
    expect(pending()).toEqual(['Connect', 'Accept'])
    at.world.store.transact((tx) => {
      const endpoint = tx.vpcEndpoints.get(VpcEndpointId)
      if (endpoint) removeVpcEndpoint(tx, endpoint)
    })
    expect(describeAll({}, CONSUMER)).toEqual([])
    expect(pending()).toHaveLength(2)
  })

  test('is nothing of a call that was refused', () => {
    const ServiceId = at.service()
    create({ ServiceId, ConnectionNotificationArn: topic(), ConnectionEvents: ALL })
    refusal(() => at.connect(ServiceId, { SubnetIds: [at.consumer.c] }), 'InvalidParameter')
    expect(pending()).toEqual([])
  })
})

test('ModifyVpcEndpointConnectionNotification changes topic and events, each checked', () => {
  const made = create({ ServiceId: at.service(), ConnectionNotificationArn: topic() })
  const { ConnectionNotificationId } = made
  const modify = (input: object) =>
    at.world.write(modifyVpcEndpointConnectionNotification, { ConnectionNotificationId, ...input })
  const other = topic('other')
  expect(modify({ ConnectionNotificationArn: other })).toEqual({ ReturnValue: true })
  modify({ ConnectionEvents: ['Reject', 'Accept'] })
  expect(describeAll()).toEqual([{ ...made, ConnectionNotificationArn: other, ConnectionEvents: ['Accept', 'Reject'] }])
  refusal(() => modify({ ConnectionEvents: ['Open'] }), 'InvalidParameter')
  refusal(() => modify({ ConnectionNotificationArn: `${other}2` }), 'InvalidParameter')
  refusal(() => modify({ ConnectionNotificationId: 'vpce-nfn-1' }), 'InvalidConnectionNotification')
})

test('DescribeVpcEndpointConnectionNotifications finds by id and filters', () => {
  const [first, second] = [at.service(), at.service()].map((ServiceId, index) =>
    create({ ServiceId, ConnectionNotificationArn: topic(`topic${index}`) }),
  )
  expect(describeAll({ ConnectionNotificationId: second?.ConnectionNotificationId })).toEqual([second])
  for (const [Name, value] of [
    ['connection-notification-arn', first?.ConnectionNotificationArn],
    ['connection-notification-id', first?.ConnectionNotificationId],
    ['service-id', first?.ServiceId],
  ]) {
    expect(describeAll({ Filters: [{ Name, Values: [value] }] })).toEqual([first])
  }
  expect(describeAll({ Filters: [{ Name: 'connection-notification-state', Values: ['Enabled'] }] })).toHaveLength(2)
  refusal(() => describeAll({ ConnectionNotificationId: 'vpce-nfn-1' }), 'InvalidConnectionNotification')
  expect(describeAll({}, CONSUMER)).toEqual([])
})

test('DeleteVpcEndpointConnectionNotifications reports what is not there, and takes the others with what is to be told', () => {
  const ServiceId = at.service()
  const made = create({ ServiceId, ConnectionNotificationArn: topic() })
  at.connect(ServiceId)
  expect(pending()).toEqual(['Connect'])
  const ConnectionNotificationIds = ['vpce-nfn-1', made.ConnectionNotificationId ?? '']
  expect(at.world.write(deleteVpcEndpointConnectionNotifications, { ConnectionNotificationIds })).toEqual({
    Unsuccessful: [
      {
        ResourceId: 'vpce-nfn-1',
        Error: {
          Code: 'InvalidConnectionNotification',
          Message: "The connection notification ID 'vpce-nfn-1' does not exist",
        },
      },
    ],
  })
  expect(describeAll()).toEqual([])
  expect(pending()).toEqual([])
})
