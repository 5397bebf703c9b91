// How much work a decision may be. What a policy and a request can make each other cost is a product of their lengths, so
// comparing counts its steps while a decision is made, and one that would take longer than any honest one is broken off.
// A count and no clock: the same question always has the same answer.

/** Steps of a few nanoseconds. The longest policy on an honest request needs some ten thousand. */
export const WORK_LIMIT = 600_000

/** The decision was broken off. It never gets out of `evaluate`. */
export class TooMuchWork extends Error {}

let left = Number.POSITIVE_INFINITY

/** Counts steps; throws TooMuchWork when a decision has had its share. Outside of decisions nothing is limited. */
export function spend(steps: number): void {
  left -= steps
  if (left < 0) throw new TooMuchWork('the decision takes too many steps')
}

/** Makes a decision within the limit: from the step that is too much on, every `spend` in it throws. */
export function withinLimit<T>(decide: () => T): T {
  left = WORK_LIMIT
  try {
    return decide()
  } finally {
    left = Number.POSITIVE_INFINITY
  }
}
