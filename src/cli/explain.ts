// `postern explain`: asks the daemon for a trace and prints it.

import { askDaemon, CliError, type DaemonAccess } from './daemon-client.ts'

interface ExplainOptions {
  readonly protocol: string
  readonly action?: string
  readonly resource: string
  readonly json?: boolean
}

/** Exit code 0: it passes; 2: it is stopped, and the trace says where. */
export async function explain(daemon: DaemonAccess, from: string, to: string, options: ExplainOptions): Promise<void> {
  const { protocol, action, resource } = options
  const question = { from, ...destination(to), protocol, ...(action && { action, resource }) }
  const answer = await askDaemon(daemon, 'POST', 'explain', question)
  if (typeof answer !== 'object' || !answer || !('trace' in answer) || !('text' in answer)) {
    throw new CliError('the daemon gave no trace')
  }
  console.log(options.json ? JSON.stringify(answer.trace, undefined, 2) : answer.text)
  const { trace } = answer
  if (typeof trace === 'object' && trace && 'verdict' in trace && trace.verdict === 'stopped') process.exitCode = 2
}

function destination(to: string): { to: string; port: number } {
  const match = /^(.*?)(?::(\d+))?$/.exec(to)
  return { to: match?.[1] ?? to, port: Number(match?.[2] ?? 443) }
}
