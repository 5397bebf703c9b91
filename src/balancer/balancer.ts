// Load balancers' part that the kernel cannot do: health checks, and the connections whose TLS ends here or whose targets
// want a proxy protocol header. Sockets in the backbone namespace are needed for it, so a process there does it (process.ts),
// for as long as there is something to do; this is the daemon's end, which tells it what.

import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { isIdle } from './desired-state.ts'
import type { DesiredState, FromProcess, HealthChange, ToProcess } from './messages.ts'

export interface BalancerOptions {
  /** The command that runs a script in the backbone namespace. */
  readonly command: (script: string) => readonly string[]
  readonly onHealth: (changes: readonly HealthChange[]) => void
  /** All nodes through which nothing answers. */
  readonly onWithdrawn: (nodeIds: readonly DesiredState['nodeChecks'][number]['nodeId'][]) => void
  readonly log: (line: string) => void
}

/** A process that keeps ending is started again ever later. Milliseconds. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [100, 10_000]

export class Balancer {
  readonly #options: BalancerOptions
  #state: DesiredState | undefined
  /** What the process was last told. */
  #told: string | undefined
  /** How often it was told and has not said yet that it does so. */
  #untaken = 0
  #process: ChildProcess | undefined
  #pause = FIRST_PAUSE
  #restart: NodeJS.Timeout | undefined
  #waiting: (() => void)[] = []

  constructor(options: BalancerOptions) {
    this.#options = options
  }

  /** From now on this is to be done; a process that dies is told so again. */
  want(state: DesiredState): void {
    this.#state = isIdle(state) ? undefined : state
    if (!this.#state) this.#end()
    else if (this.#process) this.#tell(this.#process)
    else if (!this.#restart) this.#start()
  }

  /** Waits until the process does what was last wanted. */
  async settle(): Promise<void> {
    if (this.#state && (this.#untaken > 0 || !this.#process))
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Of the process; undefined while there is none. */
  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** For a namespace that was made anew: what ran in the old one hears nothing any more. */
  restart(): void {
    this.#end()
    if (this.#state) this.#start()
  }

  /** Ends the process. */
  close(): void {
    this.#state = undefined
    this.#end()
  }

  #start(): void {
    const script = fileURLToPath(new URL('process.ts', import.meta.url))
    const [command = '', ...argv] = this.#options.command(script)
    const child = spawn(command, argv, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    this.#process = child
    this.#told = undefined
    this.#untaken = 0
    child.on('message', (message: FromProcess) => this.#hear(child, message))
    // A process that cannot even be started says so here, and exits with nothing.
    child.on('error', (error) => this.#ended(child, error.message))
    child.on('exit', (code, signal) => this.#ended(child, `${signal ?? `exit ${code}`}`))
    this.#tell(child)
  }

  #tell(child: ChildProcess): void {
    if (!this.#state || !child.connected) return
    const message: ToProcess = { kind: 'state', state: this.#state }
    const text = JSON.stringify(message)
    if (text === this.#told) return
    this.#told = text
    this.#untaken++
    child.send(message, (error) => {
      if (error) this.#options.log(`the balancer's process could not be told: ${error.message}`)
    })
  }

  #hear(child: ChildProcess, message: FromProcess): void {
    if (child !== this.#process) return
    switch (message.kind) {
      case 'taken':
        if (--this.#untaken > 0) return
        this.#pause = FIRST_PAUSE
        for (const resolve of this.#waiting.splice(0)) resolve()
        return
      case 'health':
        this.#options.onHealth(message.changes)
        return
      case 'withdrawn':
        this.#options.onWithdrawn(message.nodeIds)
        return
      case 'log':
        this.#options.log(`balancer: ${message.line}`)
        return
      default:
        message satisfies never
    }
  }

  /** Nobody asked it to end: its connections are lost, and the next process takes new ones. */
  #ended(child: ChildProcess, how: string): void {
    if (child !== this.#process) return
    this.#process = undefined
    this.#options.log(`the balancer's process ended (${how}); starting another`)
    this.#restart = setTimeout(() => {
      this.#restart = undefined
      if (this.#state) this.#start()
    }, this.#pause)
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE)
  }

  #end(): void {
    clearTimeout(this.#restart)
    this.#restart = undefined
    const child = this.#process
    this.#process = undefined
    for (const resolve of this.#waiting.splice(0)) resolve()
    if (child?.connected) child.disconnect()
  }
}
