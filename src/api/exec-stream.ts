// A command inside an instance over one HTTP connection, upgraded to `postern-exec`: frames of a kind (1 byte), a length
// (4 bytes, big endian) and that many bytes. The client sends `command` first; the daemon's last is `exit` or `error`.

export const EXEC_PROTOCOL = 'postern-exec'
export const EXEC_PATH = '/_postern/exec'

/** Kinds in the order of their numbers on the wire. */
const KINDS = [
  /** Client: an `ExecRequest`. */
  'command',
  'stdin',
  'stdinEnd',
  /** Client: a signal's name. */
  'signal',
  /** Client: a `TerminalSize`. */
  'resize',
  'stdout',
  'stderr',
  /** Daemon: one `stdin` frame has been taken. A client has at most STDIN_WINDOW under way, so that a command which
   * does not read cannot keep a signal from arriving. */
  'stdinTaken',
  /** Daemon: an `ExecExit`. */
  'exit',
  /** Daemon: why the command did not run, as text. */
  'error',
] as const
export type FrameKind = (typeof KINDS)[number]

export interface Frame {
  readonly kind: FrameKind
  readonly payload: Buffer
}

export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

export interface ExecRequest {
  readonly argv: readonly string[]
  /** Present when the command shall have a terminal. */
  readonly tty?: TerminalSize
}

/** One of the two is null. */
export interface ExecExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export const STDIN_WINDOW = 16
const HEADER_BYTES = 5
/** A frame longer than this is no frame of ours. */
const PAYLOAD_LIMIT = 1 << 20

/** The other side does not speak the protocol. */
export class FrameError extends Error {}

export function encodeFrame(kind: FrameKind, payload: Uint8Array | string = ''): Buffer {
  const bytes = Buffer.from(payload)
  if (bytes.length > PAYLOAD_LIMIT) throw new FrameError(`a ${kind} frame of ${bytes.length} bytes is too long`)
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt8(KINDS.indexOf(kind), 0)
  header.writeUInt32BE(bytes.length, 1)
  return Buffer.concat([header, bytes])
}

/** Cuts a stream of bytes into frames, however the bytes arrive. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0)

  /** The frames that are complete with this chunk; throws FrameError at what cannot be a frame. */
  push(chunk: Uint8Array): Frame[] {
    this.#rest = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk])
    const frames: Frame[] = []
    for (let frame = this.#take(); frame; frame = this.#take()) frames.push(frame)
    return frames
  }

  #take(): Frame | undefined {
    if (this.#rest.length < HEADER_BYTES) return undefined
    const kind = KINDS[this.#rest.readUInt8(0)]
    const length = this.#rest.readUInt32BE(1)
    if (!kind) throw new FrameError(`there is no frame of kind ${this.#rest.readUInt8(0)}`)
    if (length > PAYLOAD_LIMIT) throw new FrameError(`a ${kind} frame of ${length} bytes is too long`)
    if (this.#rest.length < HEADER_BYTES + length) return undefined
    const payload = this.#rest.subarray(HEADER_BYTES, HEADER_BYTES + length)
    this.#rest = this.#rest.subarray(HEADER_BYTES + length)
    return { kind, payload }
  }
}
