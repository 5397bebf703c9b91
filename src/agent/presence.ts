// Which of the agent's two ways to get messages are open. It follows amazon-ssm-agent before 3.3.40.0, which keeps both in
// use, and it says that it is there only while it has both: so all three endpoints are needed to be online.

export type Way = 'ssmmessages' | 'ec2messages'

export class Presence {
  readonly #open = new Set<Way>()
  readonly #signal: AbortSignal
  #waiting: (() => void)[] = []

  constructor(signal: AbortSignal) {
    this.#signal = signal
    signal.addEventListener('abort', () => this.#changed())
  }

  set(way: Way, open: boolean): void {
    if (this.#open.has(way) === open) return
    if (open) this.#open.add(way)
    else this.#open.delete(way)
    this.#changed()
  }

  get complete(): boolean {
    return this.#open.size === 2
  }

  /** Resolves when both are open, or any is not; or when the agent ends. */
  async become(complete: boolean): Promise<void> {
    while (this.complete !== complete && !this.#signal.aborted) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  #changed(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
