// `postern exec`: runs a command inside an instance as if it were started here, with its streams, signals and exit code.

import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'
import { constants } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import {
  EXEC_PATH,
  EXEC_PROTOCOL,
  type ExecExit,
  type ExecRequest,
  encodeFrame,
  type FrameKind,
  FrameReader,
  STDIN_WINDOW,
  type TerminalSize,
} from '../api/exec-stream.ts'
import { authorization, CliError } from './daemon-client.ts'

export interface ExecCall {
  /** `http://127.0.0.1:4566` */
  readonly endpoint: string
  /** Asked for by a daemon in strict mode. */
  readonly token?: string | undefined
  readonly instanceId: string
  readonly argv: readonly string[]
  readonly stdin: Readable
  readonly stdout: Writable
  readonly stderr: Writable
}

/** What a shell makes of a signal that ended a command. */
const SIGNAL_EXIT = 128
const STDIN_FRAME_BYTES = 64 * 1024
const FORWARDED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']

/** Resolves with the exit code to end with; throws CliError when the command could not be run. */
export async function runExec(call: ExecCall): Promise<number> {
  const socket = await connect(call)
  const send = (kind: FrameKind, payload?: string | Uint8Array) => socket.write(encodeFrame(kind, payload))
  const terminal = terminalOf(call)
  const command: ExecRequest = { argv: call.argv, ...(terminal && { tty: terminal.size() }) }
  send('command', JSON.stringify(command))
  const window = new StdinWindow()
  const onSignal = (name: NodeJS.Signals) => send('signal', name)
  for (const name of FORWARDED) process.on(name, onSignal)
  const leaveTerminal = terminal?.enter((size) => send('resize', JSON.stringify(size)))
  void sendStdin(call.stdin, window, send)
  try {
    const { code, signal } = await receive(socket, call, window)
    return code ?? SIGNAL_EXIT + (signal ? constants.signals[signal] : 0)
  } finally {
    leaveTerminal?.()
    for (const name of FORWARDED) process.off(name, onSignal)
    socket.destroy()
  }
}

function connect({ endpoint, token, instanceId }: ExecCall): Promise<Socket> {
  const url = `${endpoint}${EXEC_PATH}?instance=${encodeURIComponent(instanceId)}`
  return new Promise((resolve, reject) => {
    const req = request(url, {
      headers: { ...authorization(token), connection: 'Upgrade', upgrade: EXEC_PROTOCOL },
    })
    req.once('upgrade', (_: IncomingMessage, socket: Socket, head: Buffer) => {
      if (head.length > 0) socket.unshift(head)
      resolve(socket)
    })
    req.once('response', (res) => {
      text(res).then((body) => reject(new CliError(body.trim() || `${url}: HTTP ${res.statusCode}`)), reject)
    })
    req.once('error', (error) => reject(new CliError(`no daemon answers at ${endpoint} (${error.message})`)))
    req.end()
  })
}

async function receive(socket: Socket, call: ExecCall, window: StdinWindow): Promise<ExecExit> {
  const frames = new FrameReader()
  for await (const chunk of socket) {
    for (const { kind, payload } of frames.push(chunk)) {
      if (kind === 'exit') return JSON.parse(payload.toString('utf8'))
      if (kind === 'error') throw new CliError(payload.toString('utf8'))
      if (kind === 'stdinTaken') window.open()
      if (kind === 'stdout') await writeAll(call.stdout, payload)
      if (kind === 'stderr') await writeAll(call.stderr, payload)
    }
  }
  throw new CliError('the daemon closed the connection before the command ended')
}

async function writeAll(stream: Writable, bytes: Buffer): Promise<void> {
  if (!stream.write(bytes)) await once(stream, 'drain')
}

async function sendStdin(
  stdin: Readable,
  window: StdinWindow,
  send: (kind: FrameKind, payload?: Uint8Array) => void,
): Promise<void> {
  try {
    for await (const chunk of stdin) {
      const bytes = Buffer.from(chunk)
      for (let from = 0; from < bytes.length; from += STDIN_FRAME_BYTES) {
        await window.enter()
        send('stdin', bytes.subarray(from, from + STDIN_FRAME_BYTES))
      }
    }
    send('stdinEnd')
  } catch {
    // Our caller closed stdin because the command is over.
  }
}

/** How much stdin may be on its way: see `stdinTaken`. */
class StdinWindow {
  #free = STDIN_WINDOW
  #wake: () => void = () => undefined

  async enter(): Promise<void> {
    while (this.#free === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    this.#free -= 1
  }

  open(): void {
    this.#free += 1
    this.#wake()
  }
}

interface Terminal {
  size(): TerminalSize
  /** Gives every key to the command until the result is called. */
  enter(onResize: (size: TerminalSize) => void): () => void
}

/** Undefined when either end is not a terminal: then bytes must pass unchanged. */
function terminalOf({ stdin, stdout }: ExecCall): Terminal | undefined {
  if (stdin !== process.stdin || stdout !== process.stdout) return undefined
  const { stdin: input, stdout: output } = process
  if (!input.isTTY || !output.isTTY) return undefined
  const size = () => ({ columns: output.columns || 80, rows: output.rows || 24 })
  return {
    size,
    enter: (onResize) => {
      const listener = () => onResize(size())
      output.on('resize', listener)
      input.setRawMode(true)
      return () => {
        input.setRawMode(false)
        output.off('resize', listener)
      }
    },
  }
}
