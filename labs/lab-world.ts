// A daemon for one lab or test: its own port, data directory and kernel names, gone afterwards.

import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Trace } from '../src/explain/trace.ts'
import { type DaemonAddress, readDaemonAddress } from '../src/store/world-directory.ts'
import { mustRun, type Ran, run } from './run.ts'

export const POSTERN = fileURLToPath(new URL('../src/cli/postern.ts', import.meta.url))

export interface Request {
  readonly action: string
  readonly resource: string
}

export class LabWorld {
  readonly directory: string
  readonly #flags: readonly string[]
  #address: DaemonAddress = { pid: 0, endpoint: '' }

  private constructor(directory: string, flags: readonly string[]) {
    this.directory = directory
    this.#flags = flags
  }

  /** Starts a daemon; `flags` go to `postern up`. */
  static async start(flags: readonly string[] = []): Promise<LabWorld> {
    const world = new LabWorld(await mkdtemp(join(tmpdir(), 'postern-lab-')), flags)
    await world.up()
    return world
  }

  get endpoint(): string {
    return this.#address.endpoint
  }

  /** Starts a daemon where there is none, on another port than the last. */
  async up(): Promise<void> {
    const argv = [POSTERN, 'up', '--detach', '--port', '0', '--data', this.directory, ...this.#flags]
    await mustRun(process.execPath, argv)
    const address = readDaemonAddress(this.directory)
    if (!address) throw new Error(`the daemon left no address in ${this.directory}`)
    this.#address = address
  }

  /** Sends the daemon a signal and waits until it is gone. */
  async signal(name: NodeJS.Signals): Promise<void> {
    const { pid } = this.#address
    process.kill(pid, name)
    while (isAlive(pid)) await new Promise((tick) => setTimeout(tick, 10))
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

  /** A shell in an instance by Session Manager, into which `input` is typed. */
  ssm(instanceId: string, input: string): Promise<Ran> {
    const argv = [POSTERN, 'ssm', '--data', this.directory, instanceId]
    return run(process.execPath, argv, { input, timeoutMs: 60_000 })
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

/** A zombie is gone too, once its last thread let go of its files: its parent has only not looked yet. */
function isAlive(pid: number): boolean {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    return threads.length > 1 || !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
