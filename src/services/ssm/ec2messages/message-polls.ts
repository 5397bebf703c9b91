// The agents that wait in GetMessages for something to do: the older way to reach an instance.

import type { AgentJob } from '../command/command-delivery.ts'

type Resolve = (job: AgentJob | undefined) => void

export class MessagePolls {
  readonly #waiting = new Map<string, Resolve>()

  /** Waits for a job for at most `milliseconds`; a later poll of the same instance takes this one's place. */
  wait(instanceId: string, milliseconds: number): Promise<AgentJob | undefined> {
    this.#waiting.get(instanceId)?.(undefined)
    const { promise, resolve } = Promise.withResolvers<AgentJob | undefined>()
    const finish: Resolve = (job) => {
      clearTimeout(timer)
      if (this.#waiting.get(instanceId) === finish) this.#waiting.delete(instanceId)
      resolve(job)
    }
    const timer = setTimeout(() => finish(undefined), milliseconds)
    this.#waiting.set(instanceId, finish)
    return promise
  }

  /** Gives a job to the agent that waits; false when none does. */
  hand(instanceId: string, job: AgentJob): boolean {
    const finish = this.#waiting.get(instanceId)
    finish?.(job)
    return finish !== undefined
  }

  close(): void {
    for (const finish of [...this.#waiting.values()]) finish(undefined)
  }
}
