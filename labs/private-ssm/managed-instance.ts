// What Systems Manager says of the instance, and what is done with it there: by the real AWS CLI on this machine where
// there is one, else by the SDK.

import { readFile } from 'node:fs/promises'
import {
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  type InstanceInformation,
  SendCommandCommand,
  SSMClient,
  StartSessionCommand,
} from '@aws-sdk/client-ssm'
import type { LabWorld } from '../lab-world.ts'
import { type Ran, run } from '../run.ts'
import { clientOf } from '../sdk-stack.ts'

const MINUTE = 60_000

export class ManagedInstance {
  readonly id: string
  readonly ssm: SSMClient
  #world: LabWorld

  constructor(world: LabWorld, instanceId: string) {
    this.id = instanceId
    this.#world = world
    this.ssm = new SSMClient(clientOf(world))
  }

  /** `Online`; `ConnectionLost`; `unknown` when Systems Manager never heard of it. */
  async pingStatus(): Promise<string> {
    return (await this.#information())?.PingStatus ?? 'unknown'
  }

  /** Resolves to the status once it is `Online` by a ping after `since`; to what it is then when that takes too long. */
  async whenOnline(since: Date, patience = MINUTE): Promise<string> {
    const isOnline = (information: InstanceInformation | undefined) =>
      information?.PingStatus === 'Online' && (information.LastPingDateTime ?? since) > since
    const last = await until(patience, () => this.#information(), isOnline)
    return isOnline(last) ? 'Online' : `${last?.PingStatus ?? 'unknown'} since ${last?.LastPingDateTime?.toISOString()}`
  }

  async #information(): Promise<InstanceInformation | undefined> {
    const Filters = [{ Key: 'InstanceIds', Values: [this.id] }]
    const { InstanceInformationList } = await this.ssm.send(new DescribeInstanceInformationCommand({ Filters }))
    return InstanceInformationList?.[0]
  }

  /** The error of StartSession as `Code: sentence`; undefined when a session was started. */
  async startSessionRefusal(): Promise<string | undefined> {
    try {
      await this.ssm.send(new StartSessionCommand({ Target: this.id }))
      return undefined
    } catch (error) {
      return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    }
  }

  /** What the agent last complained of after `since`; waits for it. Empty when it did not. */
  async complaintSince(since: Date): Promise<string> {
    const from = since.toISOString().replace('T', ' ').slice(0, 19)
    const complaints = async () => {
      const { stdout } = await this.#world.exec(this.id, 'cat', '/var/log/amazon/ssm/amazon-ssm-agent.log')
      return stdout.split('\n').filter((line) => / (?:ERROR|WARN) /.test(line) && line.slice(0, 19) > from)
    }
    const lines = await until(30_000, complaints, (found) => found.length > 0)
    return lines.at(-1) ?? ''
  }

  /** AWS-RunShellScript to its end: what it printed. */
  async runCommand(command: string): Promise<Ran> {
    return (await hasCli()) ? this.#runByCli(command) : this.#runBySdk(command)
  }

  async #runByCli(command: string): Promise<Ran> {
    const instances = ['--instance-ids', this.id, '--document-name', 'AWS-RunShellScript']
    const parameters = ['--parameters', JSON.stringify({ commands: [command] })]
    const query = ['--query', 'Command.CommandId', '--output', 'text']
    const sent = await this.#aws('send-command', ...instances, ...parameters, ...query)
    if (sent.code !== 0) return sent
    const invocation = ['--command-id', sent.stdout.trim(), '--instance-id', this.id]
    const waited = await this.#aws('wait', 'command-executed', ...invocation)
    if (waited.code !== 0) return waited
    const content = ['--query', '[Status,StandardOutputContent]', '--output', 'text']
    return this.#aws('get-command-invocation', ...invocation, ...content)
  }

  async #runBySdk(command: string): Promise<Ran> {
    const InstanceIds = [this.id]
    const Parameters = { commands: [command] }
    const { Command } = await this.ssm.send(
      new SendCommandCommand({ InstanceIds, DocumentName: 'AWS-RunShellScript', Parameters }),
    )
    const invocation = { CommandId: Command?.CommandId, InstanceId: this.id }
    const look = () => this.ssm.send(new GetCommandInvocationCommand(invocation))
    const ended = await until(MINUTE, look, ({ Status }) => !/Pending|InProgress|Delayed/.test(Status ?? 'Pending'))
    const { Status = '', StandardOutputContent = '', StandardErrorContent = '' } = ended
    const stdout = `${Status}\t${StandardOutputContent}`
    return { code: Status === 'Success' ? 0 : 1, stdout, stderr: StandardErrorContent }
  }

  /** A shell by the real plugin, which wants a terminal; `input` is typed into it. */
  sessionByPlugin(input: string): Promise<Ran> {
    const command = `aws ssm start-session --target ${this.id}`
    const options = { env: this.#world.clientEnvironment(), timeoutMs: MINUTE, input }
    return run('script', ['-qec', command, '/dev/null'], options)
  }

  #aws(...args: string[]): Promise<Ran> {
    return run('aws', ['ssm', ...args], { env: this.#world.clientEnvironment(), timeoutMs: MINUTE })
  }
}

export async function hasCli(): Promise<boolean> {
  return (await run('aws', ['--version'])).code === 0
}

/** What is missing for `aws ssm start-session`; empty when it can be tried. */
export async function missingForSession(): Promise<string> {
  const needed: readonly (readonly string[])[] = [
    ['aws', '--version'],
    ['session-manager-plugin', '--version'],
    ['script', '--version'],
  ]
  const missing: string[] = []
  for (const [command = '', ...args] of needed) if ((await run(command, args)).code !== 0) missing.push(command)
  return missing.join(', ')
}

/** Asks again and again until the answer is as wanted or the time is over; the last answer. */
async function until<T>(patience: number, ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + patience
  for (;;) {
    const answer = await ask()
    if (isWanted(answer) || Date.now() > deadline) return answer
    await new Promise((tick) => setTimeout(tick, 250))
  }
}

/** This machine's host name, which no instance has. */
export async function hostName(): Promise<string> {
  return (await readFile('/proc/sys/kernel/hostname', 'utf8')).trim()
}
