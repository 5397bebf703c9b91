// A daemon inside the test, without a kernel, and AWS's own clients for it.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EC2Client } from '@aws-sdk/client-ec2'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { IAMClient } from '@aws-sdk/client-iam'
import { S3Client } from '@aws-sdk/client-s3'
import { STSClient } from '@aws-sdk/client-sts'
import { Daemon, type DaemonOptions } from '../../src/daemon/daemon.ts'
import type { Records } from '../../src/store/store.ts'

export const ACCOUNT = '123456789012'
export const OTHER_ACCOUNT = '210987654321'

/** What a client signs with. A string is an account: its root, in open mode. */
export type Signer =
  | string
  | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }

export class ScenarioWorld {
  readonly directory: string
  readonly #auth: DaemonOptions['auth']
  #daemon: Daemon

  private constructor(directory: string, auth: DaemonOptions['auth'], daemon: Daemon) {
    this.directory = directory
    this.#auth = auth
    this.#daemon = daemon
  }

  static async start(auth: DaemonOptions['auth'] = 'open'): Promise<ScenarioWorld> {
    const directory = mkdtempSync(join(tmpdir(), 'postern-scenario-'))
    return new ScenarioWorld(directory, auth, await startDaemon(directory, auth))
  }

  /** The daemon ends and another one takes its data directory. */
  async restart(): Promise<void> {
    await this.#daemon.stop({ destroy: false })
    this.#daemon = await startDaemon(this.directory, this.#auth)
  }

  async stop(): Promise<void> {
    await this.#daemon.stop({ destroy: true })
    rmSync(this.directory, { recursive: true })
  }

  get daemon(): Daemon {
    return this.#daemon
  }

  get records(): Records {
    return this.#daemon.records
  }

  ec2(signer: Signer = ACCOUNT): EC2Client {
    return new EC2Client(this.#client(signer))
  }

  elb(signer: Signer = ACCOUNT): ElasticLoadBalancingV2Client {
    return new ElasticLoadBalancingV2Client(this.#client(signer))
  }

  iam(signer: Signer = ACCOUNT): IAMClient {
    return new IAMClient(this.#client(signer))
  }

  sts(signer: Signer = ACCOUNT): STSClient {
    return new STSClient(this.#client(signer))
  }

  s3(signer: Signer = ACCOUNT): S3Client {
    return new S3Client({ ...this.#client(signer), forcePathStyle: true })
  }

  #client(signer: Signer) {
    const credentials = typeof signer === 'string' ? { accessKeyId: signer, secretAccessKey: 'unused' } : signer
    return { endpoint: this.#daemon.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }
  }
}

function startDaemon(dataDirectory: string, auth: DaemonOptions['auth']): Promise<Daemon> {
  return Daemon.start({ port: 0, dataDirectory, dataplane: 'model', auth, log: () => undefined })
}

/** An id that the answer must have. */
export function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the answer lacks what it must have')
  return value
}
