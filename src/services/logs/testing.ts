// For tests: the adapter in a directory of its own, asked as the front door would ask it.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PutMetricDataInput } from '@aws-sdk/client-cloudwatch'
import type { Call, Output } from '../../edge/adapter.ts'
import { ApiError } from '../../errors.ts'
import { rootPrincipal } from '../../iam/principal.ts'
import type { Place } from './log-records.ts'
import { LogsAdapter } from './logs-adapter.ts'

export const ACCOUNT = '123456789012'

export function callOf(operation: string, input: Record<string, unknown>, now: Date, account = ACCOUNT): Call {
  return {
    operation,
    input,
    principal: rootPrincipal(account),
    region: 'us-east-1',
    connection: { kind: 'public', sourceIp: '127.0.0.1', secure: false },
    requestId: 'TEST',
    now,
    headers: {},
  }
}

export class TestLogs {
  readonly directory = mkdtempSync(join(tmpdir(), 'postern-logs-'))
  /** What the service believes the time is. */
  now = new Date('2026-11-21T10:00:00.500Z')
  account = ACCOUNT
  /** What metric filters made. */
  readonly metrics: PutMetricDataInput[] = []
  adapter = this.#open()

  /** The answer, or the ApiError. */
  ask(operation: string, input: Record<string, unknown> = {}): Promise<Output> {
    return this.adapter.run(callOf(operation, input, this.now, this.account))
  }

  /** Code and message of the error that it is answered with. */
  async fails(operation: string, input: Record<string, unknown> = {}): Promise<string> {
    try {
      await this.ask(operation, input)
    } catch (error) {
      if (error instanceof ApiError) return `${error.code}: ${error.message}`
      throw error
    }
    return 'it passed'
  }

  async restart(): Promise<void> {
    await this.adapter.close()
    this.adapter = this.#open()
  }

  async dispose(): Promise<void> {
    await this.adapter.close()
    rmSync(this.directory, { recursive: true, force: true })
  }

  #open(): LogsAdapter {
    const log = (line: string) => {
      throw new Error(line)
    }
    const putMetricData = async (_: Place, input: PutMetricDataInput) => void this.metrics.push(input)
    return new LogsAdapter(this.directory, { now: () => this.now, log, putMetricData })
  }
}
