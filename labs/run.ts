// Runs a command to its end and keeps what it said. No shell.

import { execFile } from 'node:child_process'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

interface RunOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly timeoutMs?: number
  /** What it reads from its standard input. */
  readonly input?: string
}

export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { cwd, env = process.env, timeoutMs = 300_000, input } = options
  return new Promise((resolve) => {
    const child = execFile(
      command,
      args,
      { cwd, env, timeout: timeoutMs, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0
        resolve({ code, stdout, stderr: stderr || (error && !stdout ? error.message : '') })
      },
    )
    if (input === undefined) return
    // A command may end, or not even begin, without having read it.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })
}

/** The same, for a command that must succeed; throws with what it said. */
export async function mustRun(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const ran = await run(command, args, options)
  if (ran.code !== 0) throw new Error(`${command} ${args.join(' ')} failed (${ran.code}):\n${ran.stderr || ran.stdout}`)
  return ran
}
