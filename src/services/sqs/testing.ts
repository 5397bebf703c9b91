// For tests: SQS behind a front door on a loopback port, over a store in memory and messages in a directory of their own.

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SQSClient } from '@aws-sdk/client-sqs'
import { FrontDoor } from '../../edge/front-door.ts'
import type { Identity } from '../../iam/identity.ts'
import { MemoryJournal } from '../../store/journal.ts'
import { Store } from '../../store/store.ts'
import { openSqs, type SqsService } from './sqs-service.ts'

export const ACCOUNT = '123456789012'
export const OTHER_ACCOUNT = '999988887777'

export class TestQueues {
  readonly directory = mkdtempSync(join(tmpdir(), 'postern-sqs-'))
  readonly store: Store
  /** What the service believes the time to be; undefined: it is what it is. */
  time: Date | undefined
  identify: (accessKeyId: string) => Identity | undefined = () => undefined
  service: SqsService
  #server: Server

  private constructor(store: Store) {
    this.store = store
    this.service = this.#open()
    const door = new FrontDoor({
      adapters: [],
      lateAdapters: {
        names: ['sqs'],
        adapterOf: (name) => (name === 'sqs' ? Promise.resolve(this.service.adapter) : undefined),
        serviceOfTarget: (prefix) => (prefix === 'AmazonSQS' ? 'sqs' : undefined),
      },
      identify: (accessKeyId) => this.identify(accessKeyId),
      mode: 'open',
      endpointPolicy: () => undefined,
      now: () => this.#now(),
      log: (line) => {
        throw new Error(line)
      },
    })
    const connection = { kind: 'public', sourceIp: '127.0.0.1', secure: false } as const
    this.#server = createServer((req, res) => void door.answer(req, res, connection).catch(() => res.destroy()))
  }

  static async start(): Promise<TestQueues> {
    const queues = new TestQueues(await Store.open(new MemoryJournal()))
    await new Promise<void>((resolve) => queues.#server.listen(0, '127.0.0.1', resolve))
    return queues
  }

  get endpoint(): string {
    const { port } = this.#server.address() as AddressInfo
    return `http://127.0.0.1:${port}`
  }

  /** SQS as the root of an account, or as whom `identify` knows by the key. */
  client(accessKeyId = ACCOUNT): SQSClient {
    const credentials = { accessKeyId, secretAccessKey: 'secret' }
    return new SQSClient({ endpoint: this.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
  }

  /** Only the messages: the records stay, as they do in the store of a daemon. */
  async restart(): Promise<void> {
    await this.service.close()
    this.service = this.#open()
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await this.service.close()
    rmSync(this.directory, { recursive: true, force: true })
  }

  /** Lets the clock stand, `seconds` later than it is for the service. */
  wait(seconds: number): void {
    this.time = new Date(this.#now().getTime() + seconds * 1000)
  }

  #now(): Date {
    return this.time ?? new Date()
  }

  #open(): SqsService {
    const log = (line: string) => {
      throw new Error(line)
    }
    return openSqs({ store: this.store, directory: this.directory, now: () => this.#now(), log })
  }
}
