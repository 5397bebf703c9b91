// A shell that starts commands for the daemon, one after the other. To start a process takes a copy of the page tables of
// whoever starts it, so each command would hold up a daemon with a large world by some 12 ms, and a shell by less than one.
// It gets commands on its standard input, which ends with the daemon, and so does it.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import type { Socket } from 'node:net'

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

interface UnderWay {
  readonly resolve: (ended: Ended) => void
  readonly reject: (error: Error) => void
}

/** What a shell says of a command that is not there. */
export const NOT_FOUND = 127
/** No command that the daemon runs writes it. */
const MARK = '\0'

export class CommandShell {
  readonly #child: ChildProcessWithoutNullStreams
  #stdout = ''
  #stderr = ''
  #underWay: UnderWay | undefined
  #failure: Error | undefined

  constructor() {
    // In a group of its own: an interrupt that is typed for the daemon lets what is under way end.
    this.#child = spawn('/bin/sh', ['-s'], { stdio: 'pipe', detached: true })
    this.#child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stdout += chunk
      this.#look()
    })
    this.#child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stderr += chunk
      this.#look()
    })
    this.#child.stdin.on('error', () => {})
    this.#child.on('error', (error) => this.#fail(error))
    this.#child.on('close', () => this.#fail(new Error('the shell that starts commands was ended')))
    this.#hold(false)
  }

  /** False once the shell is gone: somebody ended it. */
  get isAlive(): boolean {
    return this.#failure === undefined
  }

  /** One at a time. Rejects when the shell is gone, and then nobody knows how far the command came. */
  run(argv: readonly string[], stdin: string): Promise<Ended> {
    if (this.#failure) return Promise.reject(this.#failure)
    if (this.#underWay) throw new Error('the shell has a command under way')
    this.#hold(true)
    return new Promise((resolve, reject) => {
      this.#underWay = { resolve, reject }
      this.#child.stdin.write(script(argv, stdin))
    })
  }

  /** The mark ends what the command said, on both streams. */
  #look(): void {
    if (!this.#stdout.endsWith(MARK) || !this.#stderr.endsWith(MARK)) return
    const end = this.#stdout.lastIndexOf(MARK, this.#stdout.length - 2)
    if (end < 0) return
    const ended = {
      code: Number(this.#stdout.slice(end + 1, -1)),
      stdout: this.#stdout.slice(0, end),
      stderr: this.#stderr.slice(0, -1),
    }
    this.#stdout = ''
    this.#stderr = ''
    const { resolve } = this.#underWay ?? {}
    this.#underWay = undefined
    this.#hold(false)
    resolve?.(ended)
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#underWay?.reject(this.#failure)
    this.#underWay = undefined
  }

  /** A shell that waits keeps no process from ending. */
  #hold(wanted: boolean): void {
    const { stdin, stdout, stderr } = this.#child
    for (const held of [this.#child, ...([stdin, stdout, stderr] as unknown as Socket[])]) {
      if (wanted) held.ref()
      else held.unref()
    }
  }
}

function script(argv: readonly string[], stdin: string): string {
  const command = argv.map(quoted).join(' ')
  return `${command} ${redirection(stdin)}printf '\\000%d\\000' $?; printf '\\000' >&2\n`
}

/** Between single quotes a shell reads nothing but the next single quote. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}

/** The input as it is, up to a line that it does not have. */
function redirection(stdin: string): string {
  if (stdin === '') return '</dev/null\n'
  let end = 'END'
  while (stdin.includes(end)) end += '_'
  return `<<'${end}'\n${stdin}${stdin.endsWith('\n') ? '' : '\n'}${end}\n`
}
