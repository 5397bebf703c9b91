// Data made one number for each period.

import type { Datum } from './metric-store.ts'

export interface Point {
  /** The beginning of the period; milliseconds since 1970. */
  readonly at: number
  readonly unit: string
  readonly data: readonly Datum[]
}

/** Data by period, oldest first; periods without data are not there. */
export function pointsOf(data: readonly Datum[], period: number): Point[] {
  const width = period * 1000
  const grouped = Map.groupBy(data, ({ at }) => Math.floor(at / width) * width)
  return [...grouped].sort(([a], [b]) => a - b).map(([at, own]) => ({ at, unit: own[0]?.unit ?? 'None', data: own }))
}

/** Undefined: a percentile of what came as a statistic. */
export function statisticOf({ data }: Point, statistic: string): number | undefined {
  const total = (of: (datum: Datum) => number) => data.reduce((sum, datum) => sum + of(datum), 0)
  switch (statistic) {
    case 'SampleCount':
      return total(({ count }) => count)
    case 'Sum':
      return total(({ sum }) => sum)
    case 'Average':
      return total(({ sum }) => sum) / total(({ count }) => count)
    case 'Minimum':
      return Math.min(...data.map(({ minimum }) => minimum))
    case 'Maximum':
      return Math.max(...data.map(({ maximum }) => maximum))
    default:
      return percentile(data, Number(statistic.slice(1)))
  }
}

/** Between the two values nearest to it, in proportion. */
function percentile(data: readonly Datum[], percent: number): number | undefined {
  const samples = data.flatMap((datum) => datum.samples ?? []).toSorted(([a], [b]) => a - b)
  if (samples.length === 0 || data.some((datum) => !datum.samples)) return undefined
  const count = samples.reduce((sum, [, times]) => sum + times, 0)
  const rank = (percent / 100) * (count - 1)
  const below = valueAt(samples, Math.floor(rank))
  const above = valueAt(samples, Math.ceil(rank))
  return below + (above - below) * (rank - Math.floor(rank))
}

function valueAt(samples: readonly (readonly [number, number])[], rank: number): number {
  let passed = 0
  for (const [value, times] of samples) {
    passed += times
    if (rank < passed) return value
  }
  return samples.at(-1)?.[0] ?? 0
}
