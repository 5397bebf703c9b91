// For tests: the adapter in a directory of its own, asked as the front door would ask it.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Call } from '../../edge/adapter.ts'
import { ApiError } from '../../errors.ts'
import { type Principal, rootPrincipal } from '../../iam/principal.ts'
import { S3Adapter } from './s3-adapter.ts'

export const ACCOUNT = '123456789012'

/** A call as the front door makes it. */
export function callOf(operation: string, input: Record<string, unknown> = {}, over: Partial<Call> = {}): Call {
  return {
    operation,
    input,
    principal: rootPrincipal(ACCOUNT),
    region: 'us-east-1',
    connection: { kind: 'public', sourceIp: '127.0.0.1', secure: false },
    requestId: 'TEST',
    now: new Date('2026-11-21T10:00:00.500Z'),
    headers: {},
    ...over,
  }
}

export function callerOf(account: string): { principal: Principal } {
  return { principal: rootPrincipal(account) }
}

export class TestS3 {
  readonly directory = mkdtempSync(join(tmpdir(), 'postern-s3-'))
  adapter = new S3Adapter(this.directory)

  /** The answer, or the ApiError. */
  async ask(operation: string, input: Record<string, unknown> = {}, over: Partial<Call> = {}) {
    const output: Record<string, unknown> = { ...(await this.adapter.run(callOf(operation, input, over))) }
    return output
  }

  /** The code of the error that it is answered with. */
  async fails(operation: string, input: Record<string, unknown> = {}, over: Partial<Call> = {}): Promise<string> {
    try {
      await this.adapter.run(callOf(operation, input, over))
    } catch (error) {
      if (error instanceof ApiError) return `${error.status} ${error.code}`
      throw error
    }
    return 'it passed'
  }

  async text(input: Record<string, unknown>): Promise<string> {
    const { Body } = await this.ask('GetObject', input)
    return (Body instanceof Readable ? await buffer(Body) : Buffer.from(Body as Uint8Array)).toString()
  }

  async restart(): Promise<void> {
    await this.adapter.close()
    this.adapter = new S3Adapter(this.directory)
  }

  async dispose(): Promise<void> {
    await this.adapter.close()
    rmSync(this.directory, { recursive: true, force: true })
  }
}
