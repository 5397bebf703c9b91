// A daemon for one lab or test: its own port, data directory and kernel names, gone afterwards.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Trace } from '../src/explain/trace.ts'
import { readDaemonAddress } from '../src/store/world-directory.ts'
import { mustRun, type Ran, run } from './run.ts'

const POSTERN = fileURLToPath(new URL('../src/cli/postern.ts', import.meta.url))

export interface Request {
  readonly action: string
  readonly resource: string
}

export class LabWorld {
  readonly directory: string
  readonly endpoint: string

  private constructor(directory: string, endpoint: string) {
    this.directory = directory
    this.endpoint = endpoint
  }

  /** Starts a daemon; `flags` go to `postern up`. */
  static async start(flags: readonly string[] = []): Promise<LabWorld> {
    const directory = await mkdtemp(join(tmpdir(), 'postern-lab-'))
    await mustRun(process.execPath, [POSTERN, 'up', '--detach', '--port', '0', '--data', directory, ...flags])
    const address = readDaemonAddress(directory)
    if (!address) throw new Error(`the daemon left no address in ${directory}`)
    return new LabWorld(directory, address.endpoint)
  }

  /** Stops the daemon, takes its network out of the kernel, and deletes its data. */
  async stop(): Promise<void> {
    await this.postern('down')
    await rm(this.directory, { recursive: true, force: true })
  }

  /** A postern command about this world. */
  postern(command: string, ...args: string[]): Promise<Ran> {
    return run(process.execPath, [POSTERN, command, '--data', this.directory, ...args])
  }

  /** A command inside an instance. */
  exec(instanceId: string, ...argv: string[]): Promise<Ran> {
    return this.postern('exec', instanceId, '--', ...argv)
  }

  async explain(from: string, to: string, request?: Request): Promise<Trace> {
    const flags = request ? ['--action', request.action, '--resource', request.resource] : []
    const { stdout, stderr } = await this.postern('explain', from, to, '--json', ...flags)
    if (!stdout) throw new Error(stderr)
    return JSON.parse(stdout)
  }

  /** What an AWS client must have in its environment to talk to this world as the root of `account`. */
  clientEnvironment(account = '123456789012'): NodeJS.ProcessEnv {
    return {
      ...process.env,
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_ACCESS_KEY_ID: account,
      AWS_SECRET_ACCESS_KEY: 'unused',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SESSION_TOKEN: undefined,
      AWS_PROFILE: undefined,
    }
  }
}
