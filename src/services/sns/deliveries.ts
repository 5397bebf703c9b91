// Delivery to subscribers: into a queue, as the queue's policy lets SNS; or by HTTP from the daemon's host, again after a
// while when nobody takes it. What stays undelivered goes to the subscription's dead-letter queue, and is logged.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html

import { setTimeout as pause } from 'node:timers/promises'
import { ApiError } from '../../errors.ts'
import { refusalOfService } from '../../iam/service-request.ts'
import type { SnsSubscription } from '../../store/messaging-records.ts'
import type { SendHttp } from '../apigateway/execute/send-http.ts'
import type { MessageAttributes } from '../sqs/message.ts'
import { deliver as deliverToSqs } from '../sqs/operations/send-message.ts'
import type { Sqs } from '../sqs/sqs.ts'
import { messageFor, type Notice, noticeText } from './notice.ts'
import { deadLetterArn } from './subscription-attributes.ts'

const SNS = 'sns.amazonaws.com'
/** Milliseconds for an answer. */
const PATIENCE = 15_000
/** AWS's: three more, 20 s apart. */
const PAUSES: readonly number[] = [20_000, 20_000, 20_000]
/** Deliveries by HTTP that are under way at once; what comes beside them is given up. */
const MOST_UNDER_WAY = 1000

export interface DeliveryOptions {
  readonly sqs: Sqs
  readonly send: SendHttp
  /** Where links in what is sent lead to. */
  readonly endpoint: () => string
  readonly log: (line: string) => void
  /** Milliseconds before each further attempt; absent: AWS's. */
  readonly pauses?: readonly number[]
}

/** Why a subscriber did not take it, and whether that may pass. */
class Undelivered extends Error {
  readonly mayPass: boolean

  constructor(message: string, mayPass: boolean) {
    super(message)
    this.mayPass = mayPass
  }
}

export class Deliveries {
  #options: DeliveryOptions
  #underWay = new Set<Promise<void>>()
  #closing = new AbortController()

  constructor(options: DeliveryOptions) {
    this.#options = options
  }

  /** Resolves when the subscriber has it, or it was given up. Rejects only when the disk could not take it for a queue. */
  deliver(subscription: SnsSubscription, notice: Notice): Promise<void> {
    if (subscription.protocol === 'sqs') return this.#queue(subscription, notice)
    if (this.#underWay.size >= MOST_UNDER_WAY) {
      return this.#giveUp(subscription, notice, `${MOST_UNDER_WAY} others are under way`)
    }
    const delivery = this.#try(subscription, notice).finally(() => this.#underWay.delete(delivery))
    this.#underWay.add(delivery)
    return delivery
  }

  /** Lets go of what is under way: its next attempts are not made, and nobody hears that it was delivered. */
  close(): void {
    this.#closing.abort()
  }

  async #queue(subscription: SnsSubscription, notice: Notice): Promise<void> {
    try {
      await this.#toQueue(subscription, notice)
    } catch (error) {
      if (!(error instanceof Undelivered)) throw error
      await this.#giveUp(subscription, notice, error.message)
    }
  }

  async #try(subscription: SnsSubscription, notice: Notice): Promise<void> {
    const { pauses = PAUSES } = this.#options
    for (let number = 0; ; number++) {
      try {
        return await this.#post(subscription, notice)
      } catch (error) {
        const delay = pauses[number]
        const mayPass = !(error instanceof Undelivered) || error.mayPass
        if (!mayPass || delay === undefined) return this.#giveUp(subscription, notice, wordsOf(error))
        await pause(delay, undefined, { signal: this.#closing.signal, ref: false }).catch(() => undefined)
        if (this.#closing.signal.aborted) return new Promise<void>(() => undefined)
      }
    }
  }

  async #giveUp(subscription: SnsSubscription, notice: Notice, why: string): Promise<void> {
    const { log } = this.#options
    log(`sns: ${notice.type} of ${notice.topicArn} did not reach ${subscription.endpoint}: ${why}`)
    const deadLetters = deadLetterArn(subscription)
    if (deadLetters === undefined || notice.type !== 'Notification') return
    try {
      await this.#put(deadLetters, subscription, this.#textFor(subscription, notice), {})
    } catch (error) {
      if (subscription.protocol === 'sqs' && !(error instanceof Undelivered)) throw error
      log(`sns: nor did it reach ${deadLetters}: ${wordsOf(error)}`)
    }
  }

  async #toQueue(subscription: SnsSubscription, notice: Notice): Promise<void> {
    const isRaw = notice.type === 'Notification' && subscription.attributes.RawMessageDelivery === 'true'
    if (!isRaw) return this.#put(subscription.endpoint, subscription, this.#textFor(subscription, notice), {})
    return this.#put(subscription.endpoint, subscription, messageFor(notice, 'sqs'), notice.attributes)
  }

  /** Puts a message into a queue, which must let this topic. */
  async #put(arn: string, { topicArn }: SnsSubscription, body: string, attributes: MessageAttributes): Promise<void> {
    const { sqs } = this.#options
    const queue = sqs.store.records.sqsQueues.get(arn)
    if (!queue) throw new Undelivered('there is no such queue', false)
    const document = queue.attributes.Policy
    const refusal = refusalOfService({
      service: SNS,
      action: 'sqs:SendMessage',
      resource: arn,
      ...(document !== undefined && { resourcePolicy: { name: arn, document } }),
      keys: { 'aws:sourcearn': topicArn, 'aws:sourceaccount': topicArn.split(':')[4] ?? '' },
    })
    if (refusal !== undefined) throw new Undelivered(refusal, false)
    if (Object.keys(attributes).length > 10)
      throw new Undelivered('a message in a queue has at most 10 attributes', false)
    try {
      await deliverToSqs(sqs, queue, { body, attributes, senderId: SNS })
    } catch (error) {
      throw error instanceof ApiError ? new Undelivered(error.message, false) : error
    }
  }

  async #post(subscription: SnsSubscription, notice: Notice): Promise<void> {
    const url = new URL(subscription.endpoint)
    const isRaw = notice.type === 'Notification' && subscription.attributes.RawMessageDelivery === 'true'
    const scheme = url.protocol === 'https:' ? 'https' : 'http'
    const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
    const answer = await this.#options.send({
      scheme,
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port || (scheme === 'https' ? 443 : 80)),
      target: `${url.pathname}${url.search}`,
      method: 'POST',
      headers: {
        host: url.host,
        'content-type': 'text/plain; charset=UTF-8',
        'user-agent': 'Amazon Simple Notification Service Agent',
        'x-amz-sns-message-type': notice.type,
        'x-amz-sns-message-id': notice.messageId,
        'x-amz-sns-topic-arn': notice.topicArn,
        ...(notice.type === 'Notification' && { 'x-amz-sns-subscription-arn': subscription.id }),
        ...(isRaw && { 'x-amz-sns-rawdelivery': 'true' }),
        ...(url.username !== '' && { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
      },
      body: isRaw ? messageFor(notice, subscription.protocol) : this.#textFor(subscription, notice),
      timeout: PATIENCE,
      verifies: true,
    })
    const { status } = answer
    if (status >= 200 && status < 300) return
    throw new Undelivered(`it answered ${status}`, status === 429 || status >= 500)
  }

  #textFor({ id, protocol }: SnsSubscription, notice: Notice): string {
    return noticeText(notice, { subscriptionArn: id, protocol, endpoint: this.#options.endpoint() })
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
