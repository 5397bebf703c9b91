// `postern policy suggest`: the least policy for an endpoint, from what the daemon's trail saw pass it. The policy goes to
// standard output alone, so that it can be given to modify-vpc-endpoint; what it was made from goes to standard error.

import type { SuggestionAnswer } from '../advise/suggest-actions.ts'
import { askDaemon, CliError, findDaemon } from './daemon-client.ts'

export interface PolicySuggestOptions {
  readonly since?: string
  readonly json?: boolean
  readonly data?: string
}

export async function policySuggest(id: string, { since, json, data }: PolicySuggestOptions): Promise<void> {
  const from = since === undefined ? 0 : sinceWhen(since, Date.now())
  // The daemon is of the same version as this command line: one checkout serves both.
  const suggestion = (await askDaemon(findDaemon(data), 'POST', 'policy/suggest', {
    id,
    since: from,
  })) as SuggestionAnswer
  if (json) {
    const { text: _, ...rest } = suggestion
    console.log(JSON.stringify(rest, undefined, 2))
    return
  }
  console.log(suggestion.text)
  console.error(notes(suggestion).join('\n'))
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** Milliseconds since 1970 of `1h`, `30m`, `7d` before now, or of a date. */
export function sinceWhen(text: string, now: number): number {
  const [, count, unit = ''] = /^(\d+)([smhdw])$/.exec(text) ?? []
  if (count !== undefined) return now - Number(count) * (UNITS[unit] ?? 0)
  const time = /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time))
    throw new CliError(`--since ${text}: a time as 30m, 1h or 7d, or a date as 2026-01-31T12:00:00Z`)
  return time
}

function notes({ requests, different, refused, generalised, unnamed, managing }: SuggestionAnswer): string[] {
  return [
    `# from ${requests} requests that passed, ${different} of them different`,
    ...(refused > 0 ? [`# ${refused} that were refused are left out`] : []),
    ...unnamed.map(
      ({ action, standsFor }) =>
        `# ${action} is the request's method; its action is not known, so ${standsFor} stands for it`,
    ),
    ...(managing.length > 0 ? [`# these change who may do what: ${managing.join(', ')}`] : []),
    ...generalised.map(({ pattern, resources }) => `# ${pattern} stands for ${resources} resources`),
  ]
}
