// `postern policy eval`: what the policies would say to one request. The policies are the world's, which the daemon
// knows, or those of a document, which needs no daemon and creates nothing.

import { readFileSync } from 'node:fs'
import { questionNotes } from '../advise/check-question.ts'
import { type DecisionReport, decide, formatDecision } from '../explain/decision.ts'
import { QuestionFault, questionOf } from '../explain/policy-document.ts'
import type { ContextKeys } from '../iam/request.ts'
import { askDaemon, CliError, findDaemon } from './daemon-client.ts'

export interface PolicyEvalOptions {
  readonly as: string
  readonly action: string
  readonly resource: string
  readonly via?: string
  /** `KEY=VALUE`, in the order given. */
  readonly context: readonly string[]
  /** A file, or `-`. */
  readonly policies?: string
  readonly json?: boolean
  readonly data?: string
}

/** Exit code 0: allowed; 2: denied. */
export async function policyEval(options: PolicyEvalOptions): Promise<void> {
  const report = await reportOf(options)
  for (const note of await questionNotes(options.action, options.resource)) console.error(`# ${note}`)
  console.log(options.json ? JSON.stringify(report, undefined, 2) : formatDecision(report))
  if (!report.allowed) process.exitCode = 2
}

async function reportOf(options: PolicyEvalOptions): Promise<DecisionReport> {
  const { as, action, resource, via, policies } = options
  const asked = { as, action, resource, context: contextOf(options.context), ...(via !== undefined && { via }) }
  if (policies === undefined) {
    // The daemon is of the same version as this command line: one checkout serves both.
    return (await askDaemon(findDaemon(options.data), 'POST', 'policy/eval', asked)) as DecisionReport
  }
  try {
    return decide(questionOf(readText(policies), { ...asked, now: new Date().toISOString() }))
  } catch (error) {
    throw error instanceof QuestionFault ? new CliError(`${policies}: ${error.message}`) : error
  }
}

/** A key given again has many values; `k=` gives it none, which is another thing than no key at all. */
export function contextOf(pairs: readonly string[]): ContextKeys {
  const given = new Map<string, { readonly name: string; readonly values: string[] }>()
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at < 1) throw new CliError(`--context ${pair} is not KEY=VALUE`)
    const name = pair.slice(0, at)
    const known = given.get(name.toLowerCase()) ?? { name, values: [] }
    given.set(name.toLowerCase(), known)
    if (at + 1 < pair.length) known.values.push(pair.slice(at + 1))
  }
  return Object.fromEntries(
    [...given.values()].map(({ name, values: [first, ...others] }) => [
      name,
      first !== undefined && others.length === 0 ? first : first === undefined ? [] : [first, ...others],
    ]),
  )
}

/** The whole of a file, or of standard input. */
export function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8')
  } catch (error) {
    throw new CliError(`cannot read ${path}: ${error instanceof Error ? error.message : error}`)
  }
}
