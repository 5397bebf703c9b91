// For tests: the service over a store in memory, with a clock of its own, asked as the front door would ask it.

import type { Adapter, Call } from '../../edge/adapter.ts'
import { ApiError } from '../../errors.ts'
import { rootPrincipal } from '../../iam/principal.ts'
import type { Authorisation } from '../../iam/request.ts'
import type { Journal } from '../../store/journal.ts'
import type { Instance, InstanceId } from '../../store/records.ts'
import { Store } from '../../store/store.ts'
import { openSsm, type SsmService } from './ssm-service.ts'

export const ACCOUNT = '123456789012'
export const REGION = 'us-east-1'

const NO_JOURNAL: Journal = {
  load: async () => ({ revision: 0, records: [] }),
  append: (_revision, _entries, done) => done(),
  close: async () => undefined,
}

type Asked = Partial<Call> & { readonly service?: string }

export class TestSsm {
  readonly store: Store
  now = new Date('2026-01-01T00:00:00.000Z')
  readonly #service: SsmService

  private constructor(store: Store) {
    this.store = store
    this.#service = openSsm({
      store,
      endpoint: () => 'http://127.0.0.1:4566',
      now: () => this.now,
      log: (line) => {
        throw new Error(line)
      },
    })
  }

  static async open(): Promise<TestSsm> {
    return new TestSsm(await Store.open(NO_JOURNAL))
  }

  /** The clock goes on, and what had its time is ended. */
  async pass(seconds: number): Promise<void> {
    this.now = new Date(this.now.getTime() + seconds * 1000)
    await this.#service.tick()
  }

  /** The answer of `ssm`, or of another of the services. */
  async ask(operation: string, input: object = {}, over: Asked = {}) {
    const { adapter, asked } = this.#question(operation, input, over)
    await adapter.authorisations(asked)
    const output = await adapter.run(asked)
    const members: Record<string, unknown> = { ...output }
    return members
  }

  /** What the policies are asked before the answer. */
  async authorisations(operation: string, input: object = {}, over: Asked = {}): Promise<readonly Authorisation[]> {
    const { adapter, asked } = this.#question(operation, input, over)
    return adapter.authorisations(asked)
  }

  #question(operation: string, input: object, over: Asked): { readonly adapter: Adapter; readonly asked: Call } {
    const { service = 'ssm', ...call } = over
    const adapter = this.#service.adapters.find((one) => one.service === service)
    if (!adapter) throw new Error(`no ${service}`)
    const asked: Call = {
      operation,
      input: { ...input },
      principal: rootPrincipal(ACCOUNT),
      region: REGION,
      connection: { kind: 'public', sourceIp: '127.0.0.1', secure: false },
      requestId: 'TEST',
      now: this.now,
      headers: {},
      ...call,
    }
    return { adapter, asked }
  }

  /** The code of the error that it is answered with. */
  async fails(operation: string, input: object = {}, over: Asked = {}): Promise<string> {
    try {
      await this.ask(operation, input, over)
    } catch (error) {
      if (error instanceof ApiError) return error.code
      throw error
    }
    return 'it passed'
  }

  /** A running instance whose agent has called. */
  async managed(id: InstanceId, tags: Record<string, string> = {}): Promise<void> {
    const at = this.now.toISOString()
    const instance = { id, owner: ACCOUNT, region: REGION, tags, state: 'running', launchedAt: at }
    const told = { agentName: 'a', agentVersion: '3', agentStatus: 'Active', platformType: 'Linux', platformName: 'L' }
    this.store.transact((tx) => {
      // Nothing here reads more of an instance.
      tx.instances.insert(instance as unknown as Instance)
      tx.ssmManagedInstances.insert({
        ...{ id, owner: ACCOUNT, region: REGION, registeredAt: at, lastPingAt: at, ...told },
        ...{ platformVersion: '1', ipAddress: '10.0.0.5', computerName: 'c' },
      })
    })
  }

  /** What the metadata service's credentials of the instance make of a caller. */
  agentOf(id: InstanceId): Pick<Call, 'principal'> {
    return {
      principal: {
        ...rootPrincipal(ACCOUNT),
        kind: 'assumedRole',
        roleArn: `arn:aws:iam::${ACCOUNT}:role/managed`,
        roleName: 'managed',
        sessionName: id,
        sessionPolicies: [],
        issuedAt: this.now.toISOString(),
        sourceInstanceArn: `arn:aws:ec2:${REGION}:${ACCOUNT}:instance/${id}`,
      },
    }
  }

  close(): Promise<void> {
    return this.#service.close()
  }
}
