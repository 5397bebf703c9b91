// Taking turns: each round measures ours, then the peer, so that a noisy neighbour meets both, and the medians speak.

export interface Pair {
  readonly ours: number
  readonly peer: number
}

export async function inTurns<T>(
  rounds: number,
  subjects: { readonly ours: T; readonly peer: T },
  measure: (subject: T) => Promise<number>,
): Promise<Pair> {
  const figures = { ours: [] as number[], peer: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    figures.ours.push(await measure(subjects.ours))
    figures.peer.push(await measure(subjects.peer))
  }
  return { ours: median(figures.ours), peer: median(figures.peer) }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
