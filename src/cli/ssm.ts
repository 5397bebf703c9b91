// `postern ssm`: a Session Manager session with an instance, begun by StartSession as any client would, and carried on by
// the public protocol of the session-manager-plugin. What runs there is the instance's agent: unlike `postern exec`,
// this works only when the instance reaches Systems Manager over its own network.

import { sha256Hex, signRequest } from '../iam/sigv4.ts'
import { isObject, readJson } from '../session/message.ts'
import { askDaemon, CliError, type DaemonAccess } from './daemon-client.ts'
import { forwardPort } from './ssm-port.ts'
import { runSession, type SessionAccess, type SessionStreams } from './ssm-session.ts'

export interface SsmCall extends SessionStreams {
  readonly daemon: DaemonAccess
  readonly instanceId: string
  /** Empty: a shell. */
  readonly argv: readonly string[]
  readonly account: string
  readonly region: string
}

/** Resolves with the exit code to end with; throws CliError when there is no session. */
export async function runSsm(call: SsmCall): Promise<number> {
  const { argv, instanceId } = call
  const command = argv.map(quote).join(' ')
  const document =
    argv.length === 0 ? {} : { DocumentName: 'AWS-StartNonInteractiveCommand', Parameters: { command: [command] } }
  const access = await begin(call, { Target: instanceId, ...document })
  try {
    return await runSession(access, call, { interactive: argv.length === 0 })
  } finally {
    // Whatever way it ended; one that is over stays as it is.
    await end(call, access.sessionId)
  }
}

export interface PortCall extends SsmCall {
  readonly port: string
  /** Another machine that the instance reaches; absent: the instance itself. */
  readonly host?: string | undefined
  readonly localPort: string
}

/** Forwards a local port until the process is told to end. */
export async function runSsmPort(call: PortCall): Promise<void> {
  const { host, instanceId: Target, stderr } = call
  const DocumentName = `AWS-StartPortForwardingSession${host === undefined ? '' : 'ToRemoteHost'}`
  const Parameters = { portNumber: [String(requirePort(call.port, 1))], ...(host !== undefined && { host: [host] }) }
  const { Status } = await ask(call, 'GetConnectionStatus', { Target })
  if (Status !== 'connected') {
    throw new CliError(`${Target} is not connected (postern explain ${Target} ssm says why)`)
  }
  const forward = {
    localPort: requirePort(call.localPort, 0),
    begin: () => begin(call, { Target, DocumentName, Parameters }),
    end: (sessionId: string) => end(call, sessionId),
    say: (line: string) => void stderr.write(`${line}\n`),
  }
  const ending = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => ending.abort())
  await forwardPort(forward, ending.signal)
}

function requirePort(text: string, least: number): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= least && port <= 65_535) return port
  throw new CliError(`'${text}' is not a port: a number from ${least} to 65535`)
}

async function begin(call: SsmCall, input: object): Promise<SessionAccess> {
  const { SessionId, TokenValue, StreamUrl } = await ask(call, 'StartSession', input)
  return { sessionId: String(SessionId), token: String(TokenValue), url: String(StreamUrl) }
}

async function end(call: SsmCall, SessionId: string): Promise<void> {
  await ask(call, 'TerminateSession', { SessionId }).catch(() => undefined)
}

/** A call of Systems Manager by the loopback port, signed as the account's root. */
async function ask(call: SsmCall, operation: string, input: object): Promise<Readonly<Record<string, unknown>>> {
  const url = new URL(call.daemon.endpoint)
  const key = await askDaemon(call.daemon, 'POST', 'credentials', { account: call.account })
  if (!isObject(key)) throw new CliError('the daemon gave no key')
  const timestamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const body = JSON.stringify(input)
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    host: url.host,
    'x-amz-date': timestamp,
    'x-amz-target': `AmazonSSM.${operation}`,
  }
  const authorization = signRequest(
    { method: 'POST', path: '/', query: '', headers },
    {
      accessKeyId: String(key.accessKeyId),
      secret: String(key.secretAccessKey),
      scope: { date: timestamp.slice(0, 8), region: call.region, service: 'ssm' },
      timestamp,
      payloadHash: sha256Hex(body),
    },
  )
  const answer = await fetch(url, { method: 'POST', headers: { ...headers, authorization }, body })
  const output = readJson(await answer.text())
  if (answer.ok) return output
  const hint = output.__type === 'TargetNotConnected' ? ` (postern explain ${call.instanceId} ssm says why)` : ''
  const said = output.message ?? output.Message ?? output.__type ?? `HTTP ${answer.status}`
  throw new CliError(`${operation}: ${said}${hint}`)
}

/** One word of a command line for the instance's shell. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
