// One command in a running sandbox: how it gets in, and its streams, signals and terminal.

import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { descendants, signalPid, standardInput } from './process.ts'
import type { ToolDirectory } from './sandbox-tools.ts'

export interface ExecOptions {
  /** Added to the instance's environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Root's home when absent. */
  readonly cwd?: string
  /** Gives the command a terminal of this size; its stderr is then part of stdout. */
  readonly tty?: TerminalSize
}

/** A command running inside an instance. */
export interface RunningCommand {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** How it ended: one of the two is set. Output may still be in the streams. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  /** To the command and everything it started. */
  signal(name: NodeJS.Signals): void
  /** Of a command that was given a terminal. */
  resize(size: TerminalSize): void
}

export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

/** A sandbox that commands can enter. */
export interface Inside {
  /** The sandbox's process 1. */
  readonly pid: number
  readonly tools: ToolDirectory
  /** The control groups of the instance (sandbox-limits.ts). */
  readonly groups: readonly string[]
}

export interface CommandPlan {
  readonly inside: Inside
  readonly environment: Readonly<Record<string, string>>
  readonly argv: readonly string[]
  readonly options: ExecOptions
}

export function runCommand({ inside, environment, argv, options }: CommandPlan): RunningCommand {
  const child = spawn(...enter(inside, commandLine(argv, options)), {
    // A session of its own: a Ctrl-C at the daemon's terminal is not meant for it.
    detached: true,
    env: { ...environment, ...(options.tty && { TERM: 'xterm-256color' }), ...withoutLoader(options.env ?? {}) },
    stdio: 'pipe',
  })
  return runningCommand(child, (terminal, size) => {
    const command = ['stty', '-F', terminal, 'cols', String(size.columns), 'rows', String(size.rows)]
    spawn(...enter(inside, command), { env: environment, stdio: 'ignore' }).once(
      'error',
      // A terminal of the wrong size is no reason to end what runs in it.
      () => undefined,
    )
  })
}

/** Puts the shell that runs it in the control groups that it is given, up to `--`. A group that is gone limits nothing. */
export const JOIN_GROUPS = `
while [ "$1" != -- ]; do
  { echo $$ > "$1/cgroup.procs"; } 2>/dev/null
  shift
done
shift
`

/** The program and arguments that run the command inside. `nsenter` takes the user namespace last, so nothing of the
 * sandbox is run with rights outside it. */
export function enter({ pid, tools, groups }: Inside, command: readonly string[]): [program: string, args: string[]] {
  const namespaces = ['--user', '--mount', '--pid', '--net', '--uts', '--ipc', '--root', '--wd']
  const args = ['--target', String(pid), ...namespaces, '--', ...tools.dropPrivileges, ...command]
  if (groups.length === 0) return ['nsenter', args]
  return ['/bin/sh', ['-c', `${JOIN_GROUPS}exec nsenter "$@"`, 'postern-enter', ...groups, '--', ...args]]
}

/** A shell goes before the command for its words: 127 and "not found", 126 and "Permission denied". */
function commandLine(argv: readonly string[], { cwd, tty }: ExecOptions): string[] {
  const change = cwd === undefined ? 'cd /root 2>/dev/null; ' : 'cd "$0" || exit 125; '
  const plain = ['/bin/sh', '-c', `${change}exec "$@"`, cwd ?? 'sh', ...argv]
  if (!tty) return plain
  const sized = `stty cols ${Math.trunc(tty.columns)} rows ${Math.trunc(tty.rows)} 2>/dev/null; exec ${plain.map(quote).join(' ')}`
  return ['script', '--quiet', '--return', '--echo', 'never', '--command', sized, '/dev/null']
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}

/** The loader's own variables, and functions for a shell, would be obeyed by what enters, outside the sandbox. */
function withoutLoader(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(LD_|BASH_FUNC_)/.test(name)))
}

function runningCommand(child: ChildProcess, resize: (terminal: string, size: TerminalSize) => void): RunningCommand {
  const { stdin, stdout, stderr, pid } = child
  if (!stdin || !stdout || !stderr) throw new Error('the command was started without pipes')
  return {
    stdin,
    stdout,
    stderr,
    exited: new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => resolve({ code, signal }))
    }),
    signal: (name) => {
      for (const inner of pid === undefined ? [] : descendants(pid)) signalPid(inner, name)
    },
    resize: (size) => {
      const terminal = pid === undefined ? undefined : terminalOf(descendants(pid))
      if (terminal) resize(terminal, size)
    },
  }
}

/** The terminal inside the sandbox that one of these processes has as its stdin. */
function terminalOf(pids: readonly number[]): string | undefined {
  return pids.map(standardInput).find((file) => file?.startsWith('/dev/pts/'))
}
