// The sandboxes: what runs inside instances. The driver says when an instance's network namespace is up or must go; a
// sandbox is started when something is first run in it, and outlives the daemon.

import { spawn } from 'node:child_process'
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { appendFile, lstat, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { InstanceNetwork, OnPremisesRouterNetwork, VpcNetwork } from '../../compile/network.ts'
import { ApiError, notFound } from '../../errors.ts'
import { NAMESPACE_DIRECTORY, onPremisesGuest } from '../names.ts'
import { type AgentFiles, agentProblem, gatherAgent } from './agent-files.ts'
import { makePowerSwitch, type PowerWish, watchPowerSwitch } from './power-switch.ts'
import { isAlive, signalProcess, waitUntilGone } from './process.ts'
import { type ExecOptions, enter, type Inside, type RunningCommand, runCommand } from './sandbox-command.ts'
import {
  AGENT_DIRECTORY,
  AGENT_WANTED,
  GUEST_DIRECTORY,
  guestFiles,
  hostLabel,
  instanceEnvironment,
  onPremisesFiles,
} from './sandbox-environment.ts'
import { canHoldLayers, makeLayer, mountTmpfs, unmountIfMounted } from './sandbox-layer.ts'
import { instanceLimits, type Limits, makeLimits, removeLimits, removeWorldLimits } from './sandbox-limits.ts'
import { readSandboxRecord, type SandboxRecord, writeSandboxRecord } from './sandbox-record.ts'
import { startSandbox } from './sandbox-start.ts'
import { endStrayProcesses } from './sandbox-stray.ts'
import { gatherTools, type ToolDirectory } from './sandbox-tools.ts'

export interface SandboxOptions {
  /** Holds records, consoles and layers; no instance can see it. */
  readonly stateDirectory: string
  /** Further paths of the host that no instance may see: the daemon's own data. */
  readonly hidden?: readonly string[]
  /** Names this daemon's world in the host's mount table. */
  readonly world: string
  /** Path of a PEM file with the host's CAs and Postern's. */
  readonly caBundle: () => string
  /** Of each instance; generous when absent. */
  readonly limits?: Limits
  /** Told when an instance shuts itself down or reboots itself; nothing has ended yet. */
  readonly onPower?: (instanceId: string, wish: PowerWish) => void
  readonly log: (line: string) => void
}

/** What AWS keeps of a console: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetConsoleOutput.html */
const CONSOLE_BYTES = 64 * 1024
/** Longer than process 1 gives the others (INIT_SCRIPT). */
const GRACE_MILLISECONDS = 4_000

export class Sandboxes {
  #options: SandboxOptions
  #records = new Map<string, SandboxRecord>()
  /** The last thing under way for each instance: one at a time. */
  #turns = new Map<string, Promise<unknown>>()
  #preparation: Promise<Prepared> | undefined
  /** The control groups of each instance in which something was run. */
  #groups = new Map<string, readonly string[]>()
  #saidUnlimited = false
  /** Of the sandboxes that run. */
  #switches = new Map<string, { close(): void }>()

  constructor(options: SandboxOptions) {
    this.#options = options
  }

  /** The instance's namespace is up. Idempotent; a new boot number ends what ran before. The first boot runs user data. */
  async boot(instance: InstanceNetwork, namespace: string, vpc: VpcNetwork): Promise<void> {
    return this.#alone(instance.id, async () => {
      const before = this.#record(instance.id)
      if (before && before.boot !== instance.boot) await this.#end(instance.id, before)
      const after: SandboxRecord = {
        namespace,
        hostname: hostLabel(instance),
        rootPath: instance.rootPath,
        region: vpc.region,
        boot: instance.boot,
        halted: false,
        userDataRan: before?.userDataRan ?? false,
        ...(before?.boot === instance.boot && before.init && { init: before.init }),
      }
      await this.#writeGuestFiles(instance.id, guestFiles(instance, vpc), before !== undefined)
      await this.#save(instance.id, after)
      if (after.init && isAlive(after.init)) this.#watchPower(instance.id)
      if (instance.userData && !after.userDataRan) await this.#runUserData(instance.id, instance.userData)
      await this.#keepAgent(instance)
    })
  }

  /** An on-premises host's namespace is up. Idempotent; its name servers may be others than before. */
  async bootHost(host: OnPremisesRouterNetwork, namespace: string): Promise<void> {
    const id = onPremisesGuest(host.name)
    return this.#alone(id, async () => {
      const before = this.#record(id)
      await this.#writeGuestFiles(id, onPremisesFiles(host), before !== undefined)
      await this.#save(id, {
        namespace,
        hostname: host.name,
        rootPath: '/',
        region: host.region,
        boot: 1,
        halted: false,
        userDataRan: false,
        ...(before?.init && { init: before.init }),
      })
    })
  }

  /** Ends every process of the instance and keeps its files. */
  async halt(instanceId: string): Promise<void> {
    return this.#alone(instanceId, async () => {
      const record = this.#record(instanceId)
      if (!record) return
      await this.#end(instanceId, record)
      const { init: _, ...rest } = record
      await this.#save(instanceId, { ...rest, halted: true })
    })
  }

  /** Ends the instance's processes and deletes its files. */
  async forget(instanceId: string): Promise<void> {
    await this.halt(instanceId)
    return this.#alone(instanceId, async () => {
      this.#records.delete(instanceId)
      await rm(this.#layer(instanceId), { recursive: true, force: true })
      await rm(this.#directory(instanceId), { recursive: true, force: true })
    })
  }

  /** Runs a command in the instance, starting its sandbox when it is not. Throws ApiError when the instance is not running. */
  async exec(instanceId: string, argv: readonly string[], options: ExecOptions = {}): Promise<RunningCommand> {
    const { inside, record } = await this.#running(instanceId)
    return runCommand({ inside, environment: this.#environment(record), argv, options })
  }

  /** What user data wrote, the newest 64 KiB; undefined when nothing was run. */
  consoleOutput(instanceId: string): string | undefined {
    if (!isInstanceId(instanceId)) return undefined
    const path = this.#console(instanceId)
    const size = statSync(path, { throwIfNoEntry: false })?.size
    if (size === undefined) return undefined
    const bytes = Buffer.alloc(Math.min(size, CONSOLE_BYTES))
    const file = openSync(path, 'r')
    try {
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, size - bytes.length)).toString('utf8')
    } finally {
      closeSync(file)
    }
  }

  /** Forgets every instance that is not among these: the terminated ones, whoever was told of it. */
  async sweep(kept: ReadonlySet<string>): Promise<void> {
    const known = await readdir(join(this.#options.stateDirectory, 'instances')).catch(() => [])
    await Promise.all(known.filter((id) => !kept.has(id)).map((id) => this.forget(id)))
  }

  /** Every instance is halted: leaves nothing in the kernel. */
  async release(): Promise<void> {
    await removeWorldLimits(this.#options.world)
    this.#groups.clear()
  }

  /** Forgets all instances and leaves nothing in the state directory. */
  async destroy(): Promise<void> {
    await this.sweep(new Set())
    await this.release()
    await unmountIfMounted(this.#layers())
    await rm(this.#layers(), { recursive: true, force: true })
    for (const name of ['tools', 'agent']) {
      await rm(join(this.#options.stateDirectory, name), { recursive: true, force: true })
    }
    await rm(join(this.#options.stateDirectory, 'instances'), { recursive: true, force: true })
    this.#preparation = undefined
  }

  async #writeGuestFiles(id: string, files: Readonly<Record<string, string>>, isThere: boolean): Promise<void> {
    // The tools are bound there, and the directory is read only by then.
    for (const name of ['tools', 'agent']) {
      await mkdir(join(this.#guestDirectory(id), name), { recursive: true, mode: 0o755 })
    }
    for (const [name, text] of Object.entries(files)) {
      if (name !== 'ca-bundle.pem' || !isThere) await writeFile(join(this.#guestDirectory(id), name), text)
    }
  }

  /** The sandbox's process 1, started when there is none. */
  async #running(instanceId: string): Promise<{ inside: Inside; record: SandboxRecord }> {
    if (!isInstanceId(instanceId)) throw notFound('Instance', instanceId)
    return this.#alone(instanceId, async () => {
      const record = this.#record(instanceId)
      if (!record) throw notFound('Instance', instanceId)
      if (record.halted) {
        throw new ApiError('IncorrectInstanceState', `The instance '${instanceId}' is not in the 'running' state.`)
      }
      return this.#started(instanceId, record)
    })
  }

  async #started(instanceId: string, record: SandboxRecord): Promise<{ inside: Inside; record: SandboxRecord }> {
    const { tools, agent } = await this.#prepare()
    if (record.init && isAlive(record.init) && (await isInNamespace(record.init.pid, record.namespace))) {
      return { inside: { pid: record.init.pid, tools, groups: await this.#limited(instanceId) }, record }
    }
    if (record.init) await this.#end(instanceId, record)
    const { stateDirectory, hidden = [] } = this.#options
    const layer = this.#layer(instanceId)
    const firstBoot = !(await this.#hasLayer(instanceId))
    if (firstBoot) await makeLayer(layer, record.rootPath, [stateDirectory, ...hidden])
    // A daemon that died while it started one knows nothing of it.
    else await endStrayProcesses(record.namespace)
    const groups = await this.#limited(instanceId)
    await makePowerSwitch(this.#guestDirectory(instanceId))
    const init = await startSandbox({
      instanceId,
      namespace: record.namespace,
      hostname: record.hostname,
      layer,
      guestDirectory: this.#guestDirectory(instanceId),
      caBundle: this.#options.caBundle(),
      groups,
      tools,
      agent,
      environment: this.#environment(record),
      firstBoot,
    })
    const started = { ...record, init }
    await this.#save(instanceId, started)
    this.#watchPower(instanceId)
    return { inside: { pid: init.pid, tools, groups }, record: started }
  }

  #watchPower(instanceId: string): void {
    const { onPower, log } = this.#options
    // An on-premises host is no instance, which somebody could start again.
    if (!onPower || this.#switches.has(instanceId) || !instanceId.startsWith('i-')) return
    try {
      const watched = watchPowerSwitch(this.#guestDirectory(instanceId), (wish) => onPower(instanceId, wish))
      this.#switches.set(instanceId, watched)
    } catch (error) {
      log(`${instanceId}: its shutdown will not be seen: ${String(error)}`)
    }
  }

  async #limited(instanceId: string): Promise<readonly string[]> {
    const known = this.#groups.get(instanceId)
    if (known) return known
    const { world, limits = instanceLimits(), log } = this.#options
    const { groups, missing } = await makeLimits(world, instanceId, limits)
    if (missing.length > 0 && !this.#saidUnlimited) {
      this.#saidUnlimited = true
      log(`instances can take all of the host's processes or memory: ${missing.join('; ')}`)
    }
    this.#groups.set(instanceId, groups)
    return groups
  }

  /** Cloud-init's rule: a script is run, once in the instance's life. Its process is no child that the daemon waits for. */
  async #runUserData(instanceId: string, userData: string): Promise<void> {
    const bytes = decodeUserData(userData)
    if (!bytes?.subarray(0, 2).equals(Buffer.from('#!'))) {
      const why = bytes ? 'it does not begin with #!' : 'it cannot be decompressed'
      return writeFile(this.#console(instanceId), `user data was not run: ${why}\n`, { mode: 0o600 })
    }
    const console = openSync(this.#console(instanceId), 'a', 0o600)
    try {
      await writeFile(join(this.#guestDirectory(instanceId), 'user-data'), bytes, { mode: 0o700 })
      const { inside, record } = await this.#started(instanceId, this.#record(instanceId)!)
      // Written first: a daemon that dies here must not run it a second time.
      await this.#save(instanceId, { ...record, userDataRan: true })
      const command = ['/bin/sh', '-c', USER_DATA_SCRIPT]
      const script = spawn(...enter(inside, command), {
        detached: true,
        env: this.#environment(record),
        stdio: ['ignore', console, console],
      })
      script.once('error', (error) => this.#options.log(`${instanceId}: user data: ${error.message}`))
      script.unref()
    } finally {
      closeSync(console)
    }
  }

  /** Process 1 runs the agent where there is a role for it; nothing is started for an instance that has none. */
  async #keepAgent({ id, agent: wanted }: InstanceNetwork): Promise<void> {
    const file = join(this.#guestDirectory(id), AGENT_WANTED)
    const { init } = this.#record(id)!
    if (!wanted) {
      await rm(file, { force: true })
      if (init) signalProcess(init, 'SIGHUP')
      return
    }
    const problem = await this.#agentProblem(id).catch(String)
    if (problem === undefined) await writeFile(file, '')
    else await appendFile(this.#console(id), `the SSM agent cannot run here: ${problem}\n`, { mode: 0o600 })
    const started = this.#record(id)?.init
    if (started) signalProcess(started, 'SIGHUP')
  }

  /** Of the user's own images nobody knows what they bear. */
  async #agentProblem(instanceId: string): Promise<string | undefined> {
    const { inside, record } = await this.#started(instanceId, this.#record(instanceId)!)
    if (record.rootPath === '/') return undefined
    return agentProblem(...enter(inside, [`${AGENT_DIRECTORY}/run`, '--version']))
  }

  async #end(instanceId: string, record: SandboxRecord): Promise<void> {
    const { init, namespace } = record
    this.#switches.get(instanceId)?.close()
    this.#switches.delete(instanceId)
    if (init && signalProcess(init, 'SIGTERM') && !(await waitUntilGone(init, GRACE_MILLISECONDS))) {
      signalProcess(init, 'SIGKILL')
      if (!(await waitUntilGone(init, GRACE_MILLISECONDS))) {
        this.#options.log(`${instanceId}: process 1 (pid ${init.pid}) does not end`)
      }
    }
    if (!(await this.#hasLayer(instanceId))) return
    await endStrayProcesses(namespace)
    await removeLimits(this.#options.world, instanceId)
    this.#groups.delete(instanceId)
  }

  /** False when nothing was ever run in the instance. */
  async #hasLayer(instanceId: string): Promise<boolean> {
    return (await lstat(join(this.#layer(instanceId), 'lower')).catch(() => undefined)) !== undefined
  }

  #prepare(): Promise<Prepared> {
    this.#preparation ??= this.#prepareOnce().catch((error: unknown) => {
      this.#preparation = undefined
      throw error
    })
    return this.#preparation
  }

  async #prepareOnce(): Promise<Prepared> {
    const { stateDirectory, world, log } = this.#options
    await mkdir(this.#layers(), { recursive: true, mode: 0o700 })
    if (!(await canHoldLayers(this.#layers()))) {
      log(`${stateDirectory} cannot hold the instances' files (is it an overlay itself?): they are kept in memory`)
      await mountTmpfs(this.#layers(), `postern-${world}`)
    }
    return {
      tools: await gatherTools(join(stateDirectory, 'tools')),
      agent: await gatherAgent(join(stateDirectory, 'agent')),
    }
  }

  #environment(record: SandboxRecord): Record<string, string> {
    return instanceEnvironment(record.region, record.rootPath === '/' ? process.env.PATH : undefined)
  }

  async #alone<T>(instanceId: string, work: () => Promise<T>): Promise<T> {
    const previous = this.#turns.get(instanceId) ?? Promise.resolve()
    const turn = previous.catch(() => undefined).then(work)
    this.#turns.set(instanceId, turn)
    try {
      return await turn
    } finally {
      if (this.#turns.get(instanceId) === turn) this.#turns.delete(instanceId)
    }
  }

  #record(instanceId: string): SandboxRecord | undefined {
    const known = this.#records.get(instanceId) ?? readSandboxRecord(this.#directory(instanceId))
    if (known) this.#records.set(instanceId, known)
    return known
  }

  async #save(instanceId: string, record: SandboxRecord): Promise<void> {
    await writeSandboxRecord(this.#directory(instanceId), record)
    this.#records.set(instanceId, record)
  }

  #directory(instanceId: string): string {
    return join(this.#options.stateDirectory, 'instances', instanceId)
  }

  #guestDirectory(instanceId: string): string {
    return join(this.#directory(instanceId), 'guest')
  }

  #console(instanceId: string): string {
    return join(this.#directory(instanceId), 'console.log')
  }

  #layers(): string {
    return join(this.#options.stateDirectory, 'layers')
  }

  #layer(instanceId: string): string {
    return join(this.#layers(), instanceId)
  }
}

interface Prepared {
  readonly tools: ToolDirectory
  readonly agent: AgentFiles
}

const USER_DATA_SCRIPT = `cd /
${GUEST_DIRECTORY}/user-data
code=$?
[ $code = 0 ] || echo "user data ended with exit code $code"`

/** Ids come from callers and become paths. */
function isInstanceId(text: string): boolean {
  return /^(i-[0-9a-f]+|onprem-[a-z0-9-]+)$/.test(text)
}

/** False when the driver had to make the namespace again: the sandbox is then in one that nothing reaches. */
async function isInNamespace(pid: number, namespace: string): Promise<boolean> {
  const [own, named] = await Promise.all([
    stat(`/proc/${pid}/ns/net`),
    stat(join(NAMESPACE_DIRECTORY, namespace)),
  ]).catch(() => [])
  return own !== undefined && named !== undefined && own.ino === named.ino && own.dev === named.dev
}

/** Base64, of a script or of a gzipped one; undefined when it is gzipped and broken, or unreasonably large. */
function decodeUserData(userData: string): Buffer | undefined {
  const bytes = Buffer.from(userData, 'base64')
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: 16 * 1024 * 1024 })
  } catch {
    return undefined
  }
}
