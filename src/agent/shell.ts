// What runs in a session: a shell or a command, with a terminal or without. Node has no terminals of its own, so one is
// made by what the instance has: `script` of util-linux, or Python.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { promisify } from 'node:util'

export interface Shell {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Once it has ended and its output was read. A command that a signal ended has 128 and the signal's number. */
  readonly ended: Promise<number>
  resize(columns: number, rows: number): void
  /** Ends it and what it runs. */
  end(): void
}

const execute = promisify(execFile)

/** Finds out which way to a terminal the instance has. */
const FIND_TERMINAL =
  'if script --help 2>/dev/null | grep -q -e --echo; then echo script; elif command -v python3 >/dev/null; then echo python; fi'
/** Passes bytes between its streams and a terminal of its own in which the command runs. */
const PYTHON_TERMINAL =
  'import os,pty,sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(["/bin/sh","-c",sys.argv[1]])) & 255)'

/** A shell with a terminal, running `command` or, when it is empty, for the user to type. */
export async function startTerminal(command: string): Promise<Shell> {
  const inner = `exec sh ${command === '' ? '' : `-c ${quote(command)}`}`
  const way = (await execute('sh', ['-c', FIND_TERMINAL])).stdout.trim()
  if (way === 'script')
    return shellOf(start('script', ['--quiet', '--return', '--echo', 'always', '--command', inner, '/dev/null']))
  if (way === 'python') return shellOf(start('python3', ['-c', PYTHON_TERMINAL, inner]))
  const note = 'this image has neither script nor python3: the shell has no terminal'
  return shellOf(
    start('sh', [
      '-c',
      `echo ${quote(note)} >&2; exec 2>&1; exec sh -i ${command === '' ? '' : `-c ${quote(command)}`}`,
    ]),
  )
}

/** A command whose output and errors come apart. */
export function startCommand(command: string): Shell {
  const shell = shellOf(start('sh', ['-c', command]))
  // Nobody can type to it, and the end of what they would type has no message.
  shell.stdin.end()
  return shell
}

function start(program: string, argv: readonly string[]): ChildProcess {
  const env = { ...process.env, TERM: 'xterm-256color' }
  return spawn(program, argv, { cwd: process.env.HOME ?? '/', env, detached: true, stdio: 'pipe' })
}

function shellOf(child: ChildProcess): Shell {
  const { stdin, stdout, stderr, pid } = child
  if (!stdin || !stdout || !stderr) throw new Error('started without pipes')
  let size = { columns: 80, rows: 24 }
  /** The terminal is there a moment after what makes it. */
  const setSize = (tries = 50) => {
    const terminal = pid === undefined || child.exitCode !== null ? undefined : terminalBelow(pid)
    if (terminal) setTerminalSize(terminal, size)
    else if (tries > 0) setTimeout(setSize, 50, tries - 1).unref()
  }
  setSize()
  // It may end without reading.
  stdin.on('error', () => undefined)
  return {
    stdin,
    stdout,
    stderr,
    ended: new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve(code ?? (signal ? 128 : 1)))
    }),
    resize: (columns, rows) => {
      size = { columns: Math.trunc(columns), rows: Math.trunc(rows) }
      setSize()
    },
    end: () => endGroup(pid),
  }
}

function setTerminalSize(terminal: string, { columns, rows }: { columns: number; rows: number }): void {
  const words = ['-F', terminal, 'cols', String(columns), 'rows', String(rows)]
  spawn('stty', words, { stdio: 'ignore' }).once('error', () => undefined)
}

/** The terminal goes with the process that made it, and hangs up on what runs in it. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

/** The terminal that a descendant of the process reads from. */
function terminalBelow(pid: number): string | undefined {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number)
    for (const child of children) {
      const input = readlinkSync(`/proc/${child}/fd/0`)
      const found = input.startsWith('/dev/pts/') ? input : terminalBelow(child)
      if (found) return found
    }
  } catch {
    // It ended between two looks.
  }
  return undefined
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}
