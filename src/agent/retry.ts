// When the agent tries again what failed: after 5 s, then after twice as long each time, up to 40 minutes, as the real
// one. But for the first hour no wait is longer than 8 s, so that an instance is online soon after its last endpoint is.

const FIRST = 5_000
const LONGEST = 40 * 60_000
const LONGEST_EARLY = 8_000
const EARLY = 60 * 60_000

export class Retry {
  #wait = FIRST
  #failingSince: number | undefined

  /** Milliseconds to wait after a failure at `now`. */
  failed(now: number): number {
    this.#failingSince ??= now
    const early = now - this.#failingSince < EARLY
    const wait = Math.min(this.#wait, early ? LONGEST_EARLY : LONGEST)
    this.#wait = wait * 2
    return wait
  }

  succeeded(): void {
    this.#wait = FIRST
    this.#failingSince = undefined
  }
}
