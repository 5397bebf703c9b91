// Runs one script of a job as root, with a limit on its time and on what is kept of its output.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Readable } from 'node:stream'
import type { ShellStep } from './document.ts'

export interface StepResult {
  readonly status: 'Success' | 'Failed' | 'TimedOut' | 'Cancelled'
  readonly code: number
  readonly standardOutput: string
  readonly standardError: string
  /** All that was printed, as far as the caller asked for it. */
  readonly whole?: { readonly output: Buffer; readonly errors: Buffer }
  readonly startedAt: Date
  readonly endedAt: Date
}

/** What GetCommandInvocation shows: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCommandInvocation.html */
const MOST_OUTPUT = 24_000
const MOST_ERROR = 8_000
const CUT = '\n--output truncated--'
/** The code of a command that was ended before it ended itself. */
const STOPPED = 137
/** What a command left running may hold its output open: it is not waited for longer than this. */
const LAST_OUTPUT = 250

/** `scriptPath` is where the script lies while it runs; `most` bytes of each output are kept as a whole. */
export async function runScript(
  step: ShellStep,
  scriptPath: string,
  cancel: AbortSignal,
  most = 0,
): Promise<StepResult> {
  const startedAt = new Date()
  mkdirSync(dirname(scriptPath), { recursive: true, mode: 0o700 })
  writeFileSync(scriptPath, `${step.script}\n`, { mode: 0o700 })
  try {
    const child = spawn('sh', [scriptPath], {
      cwd: step.workingDirectory || '/',
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return { ...(await outcome(child, step, cancel, most)), startedAt, endedAt: new Date() }
  } finally {
    rmSync(scriptPath, { force: true })
  }
}

async function outcome(
  child: ChildProcess,
  { timeoutSeconds }: ShellStep,
  cancel: AbortSignal,
  most: number,
): Promise<Omit<StepResult, 'startedAt' | 'endedAt'>> {
  const { stdout, stderr } = child
  const output = collect(stdout, MOST_OUTPUT, most)
  const errors = collect(stderr, MOST_ERROR, most)
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(), timeoutSeconds * 1000)
  const stop = () => endGroup(child)
  for (const signal of [cancel, limit.signal]) signal.addEventListener('abort', stop)
  if (cancel.aborted) stop()
  const { code, problem } = await ended(child)
  clearTimeout(timer)
  cancel.removeEventListener('abort', stop)
  const standardOutput = output.text()
  const whole = most > 0 ? { whole: { output: output.whole(), errors: errors.whole() } } : {}
  if (limit.signal.aborted || cancel.aborted) {
    const status = cancel.aborted ? 'Cancelled' : 'TimedOut'
    return { status, code: STOPPED, standardOutput, standardError: errors.text(), ...whole }
  }
  if (code === 0) return { status: 'Success', code, standardOutput, standardError: errors.text(), ...whole }
  const standardError = `${errors.text()}failed to run commands: ${problem ?? `exit status ${code}`}`
  return { status: 'Failed', code, standardOutput, standardError, ...whole }
}

/** Resolves when the process is over and its output too, or nearly so. */
function ended(child: ChildProcess): Promise<{ code: number; problem?: string }> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 1, problem: error.message }))
    child.once('exit', (exit, signal) => {
      const result = { code: exit ?? STOPPED, ...(signal && { problem: `signal: ${signal}` }) }
      child.once('close', () => resolve(result))
      setTimeout(() => resolve(result), LAST_OUTPUT)
    })
  })
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // All of it has ended already.
  }
}

interface Collected {
  readonly text: () => string
  readonly whole: () => Buffer
}

/** Keeps the first bytes, as many as are shown or wanted whole, and reads the rest away, so that the command never waits. */
function collect(stream: Readable | null, shown: number, most: number): Collected {
  const chunks: Buffer[] = []
  let size = 0
  stream?.on('data', (chunk: Buffer) => {
    if (size < Math.max(shown, most)) chunks.push(chunk)
    size += chunk.length
  })
  return {
    text: () => {
      const text = Buffer.concat(chunks).subarray(0, shown).toString('utf8')
      return size > shown ? text.slice(0, shown - CUT.length) + CUT : text
    },
    whole: () => Buffer.concat(chunks).subarray(0, most),
  }
}
