// For tests: SNS and SQS behind a front door on a loopback port, over a store in memory, and an HTTP server that subscribes.

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { text } from 'node:stream/consumers'
import { SNSClient } from '@aws-sdk/client-sns'
import { SQSClient } from '@aws-sdk/client-sqs'
import type { Adapter } from '../../edge/adapter.ts'
import { FrontDoor } from '../../edge/front-door.ts'
import { MemoryJournal } from '../../store/journal.ts'
import { Store } from '../../store/store.ts'
import { httpSender } from '../apigateway/execute/send-http.ts'
import { openSqs, type SqsService } from '../sqs/sqs-service.ts'
import { openSns, type SnsService } from './sns-service.ts'

export const ACCOUNT = '123456789012'
export const OTHER_ACCOUNT = '999988887777'

export interface Posted {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export class TestTopics {
  readonly store: Store
  readonly sqs: SqsService
  readonly sns: SnsService
  readonly log: string[] = []
  /** What the subscribing server heard, and what it answers: the first, and from then on the last. */
  readonly posted: Posted[] = []
  answers: number[] = [200]
  #directory = mkdtempSync(`${tmpdir()}/postern-sns-`)
  #server: Server
  #subscriber: Server

  private constructor(store: Store) {
    this.store = store
    const now = () => new Date()
    const log = (line: string) => void this.log.push(line)
    const endpoint = () => this.endpoint
    this.sqs = openSqs({ store, directory: this.#directory, now, log })
    const send = httpSender(endpoint)
    this.sns = openSns({ store, sqs: this.sqs.sqs, send, endpoint, now, log, pauses: [1, 1] })
    const adapters: readonly Adapter[] = [this.sns.adapter, this.sqs.adapter]
    const door = new FrontDoor({
      adapters: [],
      lateAdapters: {
        names: ['sns', 'sqs'],
        adapterOf: async (name) => adapters.find(({ service }) => service === name),
        serviceOfTarget: () => 'sqs',
      },
      identify: () => undefined,
      mode: 'open',
      endpointPolicy: () => undefined,
      now,
      log,
    })
    const connection = { kind: 'public', sourceIp: '127.0.0.1', secure: false } as const
    this.#server = createServer((req, res) => void door.answer(req, res, connection).catch(() => res.destroy()))
    this.#subscriber = createServer(async (req, res) => {
      this.posted.push({ headers: req.headers, body: await text(req) })
      res.writeHead((this.answers.length > 1 ? this.answers.shift() : this.answers[0]) ?? 200).end()
    })
  }

  static async start(): Promise<TestTopics> {
    const topics = new TestTopics(await Store.open(new MemoryJournal()))
    for (const server of [topics.#server, topics.#subscriber]) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    }
    return topics
  }

  get endpoint(): string {
    return urlOf(this.#server)
  }

  get subscriberUrl(): string {
    return `${urlOf(this.#subscriber)}/inbox?box=1`
  }

  topics(account = ACCOUNT, region = 'us-east-1'): SNSClient {
    return new SNSClient({ ...this.#options(account), region })
  }

  queues(account = ACCOUNT): SQSClient {
    return new SQSClient(this.#options(account))
  }

  async stop(): Promise<void> {
    for (const server of [this.#server, this.#subscriber]) {
      server.closeAllConnections()
      server.close()
    }
    this.sns.close()
    await this.sqs.close()
    rmSync(this.#directory, { recursive: true, force: true })
  }

  #options(accessKeyId: string) {
    const credentials = { accessKeyId, secretAccessKey: 'secret' }
    return { endpoint: this.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }
  }
}

function urlOf(server: Server): string {
  const { port } = server.address() as AddressInfo
  return `http://127.0.0.1:${port}`
}
