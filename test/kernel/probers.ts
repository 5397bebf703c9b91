// One prober process in each instance's namespace, asked all at once.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { HostId } from '../../src/explain/question.ts'
import type { InstanceId } from '../../src/store/records.ts'
import type { Probe, ProbeAnswer, ProbeOrder } from './probe.ts'

const PROBER = fileURLToPath(new URL('./prober.ts', import.meta.url))

/** Whatever runs programs. */
export type GuestId = InstanceId | HostId

export interface AddressedProbe extends Probe {
  readonly from: GuestId
}

export class Probers {
  readonly #processes: ReadonlyMap<GuestId, ChildProcess>
  #number = 0

  private constructor(processes: ReadonlyMap<GuestId, ChildProcess>) {
    this.#processes = processes
  }

  /** Starts a prober in each namespace and waits until all listen. */
  static async open(namespaces: ReadonlyMap<GuestId, string>): Promise<Probers> {
    const processes = new Map<GuestId, ChildProcess>()
    for (const [id, namespace] of namespaces) {
      const argv = ['netns', 'exec', namespace, process.execPath, '--no-warnings', PROBER]
      processes.set(id, spawn('ip', argv, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }))
    }
    await Promise.all([...processes.values()].map((child) => once(child, 'message')))
    return new Probers(processes)
  }

  /** Tries all probes at once; what was not reached within `timeout` milliseconds is false. */
  async probe(probes: readonly AddressedProbe[], timeout: number): Promise<readonly boolean[]> {
    const places = Map.groupBy(
      probes.map((probe, place) => ({ probe, place })),
      ({ probe }) => probe.from,
    )
    const reached = new Array<boolean>(probes.length).fill(false)
    await Promise.all(
      [...places].map(async ([from, asked]) => {
        const answers = await this.#ask(
          from,
          asked.map(({ probe }) => probe),
          timeout,
        )
        for (const [index, { place }] of asked.entries()) reached[place] = answers[index] ?? false
      }),
    )
    return reached
  }

  async close(): Promise<void> {
    await Promise.all(
      [...this.#processes.values()].map((child) => {
        if (child.exitCode !== null) return undefined
        const gone = once(child, 'exit')
        child.disconnect()
        return gone
      }),
    )
  }

  async #ask(from: GuestId, probes: readonly Probe[], timeout: number): Promise<readonly boolean[]> {
    const child = this.#processes.get(from)
    if (!child) throw new Error(`no prober in ${from}`)
    const order: ProbeOrder = { number: this.#number++, probes, timeout }
    const answered = once(child, 'message')
    child.send(order)
    const [answer]: ProbeAnswer[] = await answered
    if (answer?.number !== order.number) throw new Error(`the prober of ${from} answered another order`)
    return answer.reached
  }
}
