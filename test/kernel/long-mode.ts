// How long the differential tests go on, and the figure that they come to. In the test command it is one seed each;
// `npm run differential -- PROBES [SEED]` (scripts/differential.ts) goes on with seed after seed until so many probes are
// compared. POSTERN_SEED=N tries another seed; POSTERN_SEED=random goes on with new ones until a disagreement is found, or
// for POSTERN_ROUNDS rounds.

import { appendFileSync } from 'node:fs'
import fc from 'fast-check'

const { POSTERN_SEED, POSTERN_ROUNDS, POSTERN_PROBES, POSTERN_TALLY } = process.env
const DAY = 24 * 3600 * 1000

/** What was compared: a line that scripts/differential.ts adds up. */
export interface Compared {
  readonly what: string
  readonly worlds: number
  readonly probes: number
  readonly disagreements: number
  /** The seeds that were tried to their end. */
  readonly seeds: readonly number[]
}

/** True where new seeds are tried until there were enough: a disagreement does not end that. */
export const goesOn = POSTERN_PROBES !== undefined

export const longestRun = goesOn || POSTERN_SEED === 'random' ? DAY : 600_000

export class Tally {
  readonly #what: string
  readonly #seeds: number[] = []
  #worlds = 0
  #probes = 0
  #disagreements = 0

  /** `what` is the plural of one world. */
  constructor(what: string) {
    this.#what = what
  }

  add(worlds: number, probes: number, disagreements: number): void {
    this.#worlds += worlds
    this.#probes += probes
    this.#disagreements += disagreements
  }

  /** The seeds to try, `usual` where nobody asks for more. */
  *seeds(usual: number): Generator<number> {
    const isFixed = POSTERN_SEED !== undefined && POSTERN_SEED !== 'random'
    const first = isFixed ? Number(POSTERN_SEED) : Date.now() % 1_000_000_000
    const rounds = Number(POSTERN_ROUNDS ?? Number.POSITIVE_INFINITY)
    if (!goesOn && POSTERN_SEED !== 'random') return yield Number(POSTERN_SEED ?? usual)
    for (let round = 0; goesOn ? this.#probes < Number(POSTERN_PROBES) : round < rounds; round++) {
      console.log(`differential: seed ${first + round} of ${this.#what}`)
      yield first + round
      this.#seeds.push(first + round)
    }
  }

  /** Prints the figure, and leaves it for who started the run. */
  close(): void {
    if (this.#probes === 0) return
    console.log(agreement([this.compared]))
    if (POSTERN_TALLY !== undefined) appendFileSync(POSTERN_TALLY, `${JSON.stringify(this.compared)}\n`)
  }

  get compared(): Compared {
    return {
      what: this.#what,
      worlds: this.#worlds,
      probes: this.#probes,
      disagreements: this.#disagreements,
      seeds: this.#seeds,
    }
  }
}

/** `10,412 of 10,412 probes agree over 96 random VPCs and 35 random services` */
export function agreement(compared: readonly Compared[]): string {
  const sum = (count: (one: Compared) => number) => compared.reduce((total, one) => total + count(one), 0)
  const probes = sum((one) => one.probes)
  const agree = probes - sum((one) => one.disagreements)
  const worlds = compared.map(({ what, worlds: count }) => `${count.toLocaleString('en')} ${what}`).join(' and ')
  return `${agree.toLocaleString('en')} of ${probes.toLocaleString('en')} probes agree over ${worlds}`
}

/** What disagrees in random worlds of a shape, with the seed and the shape of each; each world is asked so many probes. */
export async function compareWorlds<S>(
  what: string,
  shapes: fc.Arbitrary<S>,
  { worlds, probes }: { readonly worlds: number; readonly probes: number },
  findDisagreements: (shape: S) => Promise<readonly string[]>,
): Promise<string[]> {
  const tally = new Tally(what)
  const reports: string[] = []
  for (const seed of tally.seeds(1)) {
    for (const [index, shape] of fc.sample(shapes, { seed, numRuns: worlds }).entries()) {
      const found = await findDisagreements(shape)
      tally.add(1, probes, found.length)
      if (found.length > 0) reports.push(`seed ${seed}, world ${index}: ${JSON.stringify(shape)}`, ...found)
    }
    if (reports.length > 0 && !goesOn) break
  }
  tally.close()
  return reports
}
