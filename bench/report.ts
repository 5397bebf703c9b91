// What a measurement says: our figure, the peer's in the same run, their ratio, and the ratio that is asked for.

export interface Row {
  readonly what: string
  readonly ours: string
  readonly peer: string
  /** Ours by the peer's; undefined where the target is a limit. */
  readonly ratio?: number
  readonly target: string
  readonly met: boolean
}

/** Ours must be at least `atLeast` times the peer's (or at most `atMost` times it). */
export function ratioRow(
  what: string,
  unit: string,
  measured: { readonly ours: number; readonly peer: number },
  target: { readonly atLeast: number } | { readonly atMost: number },
): Row {
  const { ours, peer } = measured
  const ratio = ours / peer
  const met = 'atLeast' in target ? ratio >= target.atLeast : ratio <= target.atMost
  const text = 'atLeast' in target ? `at least ${target.atLeast}` : `at most ${target.atMost}`
  return { what, ours: amount(ours, unit), peer: amount(peer, unit), ratio, target: text, met }
}

/** What the peer and something else have, to see what a ratio to that peer can be at all; nothing is asked of it. */
export function boundRow(what: string, unit: string, bound: number, peer: number): Row {
  return { what, ours: amount(bound, unit), peer: amount(peer, unit), ratio: bound / peer, target: '-', met: true }
}

/** Ours must be under a limit. */
export function limitRow(what: string, unit: string, ours: number, limit: number): Row {
  return { what, ours: amount(ours, unit), peer: '-', target: `under ${amount(limit, unit)}`, met: ours < limit }
}

/** A figure of ours of which nothing is asked. */
export function figureRow(what: string, unit: string, ours: number): Row {
  return { what, ours: amount(ours, unit), peer: '-', target: '-', met: true }
}

/** Ours must be at least so many a second. */
export function rateRow(what: string, ours: number, least: number): Row {
  return { what, ours: amount(ours, '/s'), peer: '-', target: `at least ${amount(least, '/s')}`, met: ours >= least }
}

export function printRows(title: string, rows: readonly Row[]): void {
  console.log(`\n${title}`)
  for (const row of rows) {
    const ratio = row.ratio === undefined ? '' : `ratio ${row.ratio.toFixed(2)}, `
    console.log(
      `  ${row.met ? 'met   ' : 'MISSED'} ${row.what}: ${row.ours} (peer ${row.peer}); ${ratio}wanted ${row.target}`,
    )
  }
}

function amount(value: number, unit: string): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return `${value.toFixed(digits)} ${unit}`
}
