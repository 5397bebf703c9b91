// The daemon's side of `postern exec`: takes an upgraded connection, starts the command that its first frame names, and
// carries streams, signals and the exit between the two.

import type { IncomingMessage } from 'node:http'
import { constants } from 'node:os'
import type { Duplex, Readable, Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import {
  EXEC_PATH,
  EXEC_PROTOCOL,
  type ExecExit,
  type ExecRequest,
  encodeFrame,
  type Frame,
  FrameError,
  type FrameKind,
  FrameReader,
  type TerminalSize,
} from './exec-stream.ts'

/** A command that was started; what the data plane's sandboxes give. */
export interface ExecCommand {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  readonly exited: Promise<ExecExit>
  signal(name: NodeJS.Signals): void
  resize(size: TerminalSize): void
}

export type StartCommand = (
  instanceId: string,
  argv: readonly string[],
  options: { readonly tty?: TerminalSize },
) => Promise<ExecCommand>

/** The daemon's side: the listener of an http.Server's `upgrade` event. */
export function serveExec(start: StartCommand): (req: IncomingMessage, socket: Duplex, head: Buffer) => void {
  return (req, socket, head) => {
    const url = new URL(req.url ?? '/', 'http://daemon')
    const instanceId = url.searchParams.get('instance')
    if (req.headers.upgrade !== EXEC_PROTOCOL || url.pathname !== EXEC_PATH || !instanceId) {
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${EXEC_PROTOCOL}\r\n\r\n`)
    new ExecSession(socket, (request) => start(instanceId, request.argv, request)).read(head)
  }
}

/** One client's command, from its first frame to its end. */
class ExecSession {
  #socket: Duplex
  #start: (request: ExecRequest) => Promise<ExecCommand>
  #frames = new FrameReader()
  #command: Promise<ExecCommand> | undefined
  #ended = false

  constructor(socket: Duplex, start: (request: ExecRequest) => Promise<ExecCommand>) {
    this.#socket = socket
    this.#start = start
    socket.on('data', (chunk: Buffer) => this.read(chunk))
    // A terminal that is closed hangs up on what runs in it; so does a client that went away.
    socket.on('close', () => {
      if (!this.#ended) this.#withCommand((command) => command.signal('SIGHUP'))
    })
    socket.on('end', () => this.#socket.end())
    socket.on('error', () => socket.destroy())
  }

  read(chunk: Buffer): void {
    try {
      for (const frame of this.#frames.push(chunk)) this.#take(frame)
    } catch (error) {
      this.#fail(error)
    }
  }

  #take({ kind, payload }: Frame): void {
    if (kind === 'command') {
      if (this.#command) throw new FrameError('a connection runs one command')
      this.#command = this.#start(parseRequest(payload))
      this.#command.then(
        (command) => this.#run(command),
        (error: unknown) => this.#fail(error),
      )
    } else if (!this.#command) throw new FrameError('the first frame must be the command')
    else this.#withCommand((command) => this.#pass(command, kind, payload))
  }

  #pass(command: ExecCommand, kind: FrameKind, payload: Buffer): void {
    if (kind === 'stdin') command.stdin.write(payload, () => this.#send('stdinTaken'))
    else if (kind === 'stdinEnd') command.stdin.end()
    else if (kind === 'resize') command.resize(parseSize(parseJson(payload)))
    else if (kind === 'signal') {
      const name = payload.toString()
      if (!isSignal(name)) throw new FrameError(`there is no signal ${name}`)
      command.signal(name)
    } else throw new FrameError(`a client sends no ${kind} frame`)
  }

  async #run(command: ExecCommand): Promise<void> {
    // The command may close its stdin before it has read everything.
    command.stdin.on('error', () => undefined)
    const outputs = [this.#forward(command.stdout, 'stdout'), this.#forward(command.stderr, 'stderr')]
    try {
      const exit = await command.exited
      await untilDrained(outputs)
      this.#finish('exit', JSON.stringify(exit))
    } catch (error) {
      this.#fail(error)
    }
  }

  #forward(stream: Readable, kind: 'stdout' | 'stderr'): Output {
    const output: Output = { stream, lastAt: 0 }
    stream.on('data', (chunk: Buffer) => {
      output.lastAt = performance.now()
      if (this.#send(kind, chunk)) return
      stream.pause()
      this.#socket.once('drain', () => stream.resume())
      this.#socket.once('close', () => stream.resume())
    })
    return output
  }

  #withCommand(act: (command: ExecCommand) => void): void {
    // When it could not be started, that was answered already.
    this.#command?.then(act).catch((error: unknown) => this.#fail(error))
  }

  #fail(error: unknown): void {
    this.#finish('error', error instanceof Error ? error.message : String(error))
  }

  #finish(kind: FrameKind, payload: string): void {
    if (this.#ended) return
    this.#ended = true
    if (this.#socket.writable) this.#socket.end(encodeFrame(kind, payload))
  }

  #send(kind: FrameKind, payload: Uint8Array = Buffer.alloc(0)): boolean {
    return this.#ended || !this.#socket.writable || this.#socket.write(encodeFrame(kind, payload))
  }
}

interface Output {
  readonly stream: Readable
  /** When bytes last came, on the clock of `performance.now()`. */
  lastAt: number
}

/** Milliseconds without output after which a command that exited has said all. */
const QUIET = 100

/** Waits for the end of the output. What the command left running in the background may hold its streams open for ever,
 * so when they are quiet that is enough; they are read on, to nowhere, so that it can go on writing. */
async function untilDrained(outputs: readonly Output[]): Promise<void> {
  const exitedAt = performance.now()
  let open = true
  const ended = Promise.all(outputs.map(({ stream }) => finished(stream).catch(() => undefined))).then(() => {
    open = false
  })
  const isQuiet = ({ stream, lastAt }: Output) =>
    !stream.isPaused() && performance.now() - Math.max(exitedAt, lastAt) >= QUIET
  while (open && !outputs.every(isQuiet)) await Promise.race([ended, delay(QUIET)])
}

function parseRequest(payload: Buffer): ExecRequest {
  const request = parseJson(payload)
  const argv: unknown = request.argv
  if (!Array.isArray(argv) || argv.length === 0 || !argv.every((word) => typeof word === 'string')) {
    throw new FrameError('argv must be a list of words, the command first')
  }
  return { argv, ...(request.tty !== undefined && { tty: parseSize(request.tty) }) }
}

function parseSize(value: unknown): TerminalSize {
  const { columns, rows }: { columns?: unknown; rows?: unknown } = Object(value)
  if (!isDimension(columns) || !isDimension(rows)) throw new FrameError('a terminal has 1 to 65535 columns and rows')
  return { columns, rows }
}

function isDimension(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 0xffff
}

function parseJson(payload: Buffer): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(payload.toString('utf8')))
  } catch {
    throw new FrameError('the frame does not hold JSON')
  }
}

function isSignal(name: string): name is NodeJS.Signals {
  return Object.hasOwn(constants.signals, name)
}
