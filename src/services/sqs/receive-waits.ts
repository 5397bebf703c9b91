// Long polling: who asked an empty queue for messages and waits for one.

export class ReceiveWaits {
  #waits = new Map<string, Set<() => void>>()
  #closed = false

  /** Somebody who waits at the queue should look again. */
  wake(queue: string): void {
    for (const look of this.#waits.get(queue) ?? []) look()
  }

  /** Resolves when something may have come to the queue, or after `milliseconds`. */
  wait(queue: string, milliseconds: number): Promise<void> {
    if (this.#closed) return Promise.resolve()
    return new Promise((resolve) => {
      const waiting = this.#waits.get(queue) ?? new Set()
      this.#waits.set(queue, waiting)
      const done = () => {
        clearTimeout(timer)
        waiting.delete(done)
        if (waiting.size === 0 && this.#waits.get(queue) === waiting) this.#waits.delete(queue)
        resolve()
      }
      const timer = setTimeout(done, milliseconds)
      waiting.add(done)
    })
  }

  /** How many wait. */
  get count(): number {
    return [...this.#waits.values()].reduce((count, waiting) => count + waiting.size, 0)
  }

  /** Nobody waits from now on. */
  get isClosed(): boolean {
    return this.#closed
  }

  close(): void {
    this.#closed = true
    for (const queue of [...this.#waits.keys()]) this.wake(queue)
  }
}
