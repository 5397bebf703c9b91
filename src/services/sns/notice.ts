// What SNS sends to a subscriber, in its own JSON.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html

import type { MessageAttributes } from '../sqs/message.ts'

interface Sent {
  readonly messageId: string
  readonly topicArn: string
  /** RFC 3339. */
  readonly at: string
}

/** A message that was published. */
export interface Notification extends Sent {
  readonly type: 'Notification'
  readonly subject?: string
  /** Another for protocols that are named. */
  readonly messages: { readonly default: string; readonly byProtocol: Readonly<Record<string, string>> }
  readonly attributes: MessageAttributes
}

/** The question whether a subscriber wants to be one. */
export interface SubscriptionConfirmation extends Sent {
  readonly type: 'SubscriptionConfirmation'
  readonly token: string
}

export type Notice = Notification | SubscriptionConfirmation

export function messageFor({ messages }: Notification, protocol: string): string {
  return Object.hasOwn(messages.byProtocol, protocol) ? (messages.byProtocol[protocol] ?? '') : messages.default
}

/** The text for a subscriber of the protocol. `endpoint` is where links in it lead to. */
export function noticeText(
  notice: Notice,
  to: { readonly subscriptionArn: string; readonly protocol: string; readonly endpoint: string },
): string {
  const { type, messageId: MessageId, topicArn: TopicArn, at: Timestamp } = notice
  const link = (parameters: Record<string, string>) => `${to.endpoint}/?${new URLSearchParams(parameters)}`
  if (type === 'SubscriptionConfirmation') {
    const { token: Token } = notice
    return JSON.stringify({
      Type: type,
      MessageId,
      Token,
      TopicArn,
      Message:
        `You have chosen to subscribe to the topic ${TopicArn}.\n` +
        'To confirm the subscription, visit the SubscribeURL included in this message.',
      SubscribeURL: link({ Action: 'ConfirmSubscription', TopicArn, Token }),
      Timestamp,
    })
  }
  const attributes = Object.entries(notice.attributes).map(([name, { dataType, text, binary }]) => [
    name,
    { Type: dataType, Value: text ?? binary },
  ])
  return JSON.stringify({
    Type: type,
    MessageId,
    TopicArn,
    ...(notice.subject !== undefined && { Subject: notice.subject }),
    Message: messageFor(notice, to.protocol),
    Timestamp,
    UnsubscribeURL: link({ Action: 'Unsubscribe', SubscriptionArn: to.subscriptionArn }),
    ...(attributes.length > 0 && { MessageAttributes: Object.fromEntries(attributes) }),
  })
}
