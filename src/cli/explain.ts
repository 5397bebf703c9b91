// `postern explain`: asks the daemon for a trace and prints it.

import { askDaemon, CliError, type DaemonAccess } from './daemon-client.ts'
import { parseUrl, type RequestOptions } from './explain-url.ts'

interface ExplainOptions extends RequestOptions {
  readonly protocol: string
  readonly action?: string
  readonly resource: string
  readonly as?: string
  readonly json?: boolean
}

/** Exit code 0: it passes; 2: it is stopped, and the trace says where. */
export async function explain(
  daemon: DaemonAccess,
  from: string,
  to: string | undefined,
  options: ExplainOptions,
): Promise<void> {
  const { protocol, action, resource, as } = options
  const url = to === undefined ? undefined : parseUrl(to, options)
  const where = to === undefined ? {} : destination(url?.to ?? to)
  const question = {
    from,
    ...where,
    ...(url && { http: url.http }),
    protocol,
    ...(action && { action, resource }),
    ...(as && { as }),
  }
  const answer = await askDaemon(daemon, 'POST', 'explain', question)
  if (typeof answer !== 'object' || !answer || !('trace' in answer) || !('text' in answer)) {
    throw new CliError('the daemon gave no trace')
  }
  console.log(options.json ? JSON.stringify(answer.trace, undefined, 2) : answer.text)
  const { trace } = answer
  if (typeof trace === 'object' && trace && 'verdict' in trace && trace.verdict === 'stopped') process.exitCode = 2
}

/** Without a port the daemon takes what is usual for the destination. */
function destination(to: string): { to: string; port?: number } {
  // An IPv6 address that is to have a port is in brackets.
  if (/^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(to)) return { to }
  const match = /^(.*?)(?::(\d+))?$/.exec(to)
  return { to: match?.[1] ?? to, ...(match?.[2] && { port: Number(match[2]) }) }
}
