// The one place that starts commands. Each word is a word of the command, whatever is in it; a failure becomes a
// DriverError that shows the line that failed.

import { spawn } from 'node:child_process'
import { CommandShell, NOT_FOUND } from './command-shell.ts'
import { DriverError } from './driver.ts'
import { NAMESPACE_DIRECTORY } from './names.ts'

/** Runs a command to its end with the lines of `stdin` as its input, and gives its output; throws DriverError. */
export type Run = (argv: readonly string[], stdin?: string) => Promise<string>

/** Longer input is not worth reading as a script first. */
const LONGEST_SCRIPT = 64 << 10

/** Commands beyond `limit` at once wait their turn: more forks than cores only make each other slower. */
export function boundedRun(limit: number): Run {
  const waiting: (() => void)[] = []
  const idle: CommandShell[] = []
  let running = 0
  return async (argv, stdin = '') => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await (stdin.length > LONGEST_SCRIPT ? spawnOnce(argv, stdin) : runIn(idle, argv, stdin))
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}

/** In a shell that is idle, or a new one. */
async function runIn(idle: CommandShell[], argv: readonly string[], stdin: string): Promise<string> {
  const shell = takeAlive(idle) ?? new CommandShell()
  const { code, stdout, stderr } = await shell.run(argv, stdin).catch((error: unknown) => {
    throw new DriverError(argv.join(' '), `cannot be run: ${error instanceof Error ? error.message : String(error)}`)
  })
  idle.push(shell)
  if (code !== 0) throw failureOf(argv, stdin, code, stderr)
  return stdout
}

function takeAlive(idle: CommandShell[]): CommandShell | undefined {
  for (let shell = idle.pop(); shell; shell = idle.pop()) if (shell.isAlive) return shell
  return undefined
}

function failureOf(argv: readonly string[], stdin: string, code: number | string, stderr: string): DriverError {
  const said = stderr.trim() || `exit ${code}`
  return new DriverError(
    argv.join(' '),
    code === NOT_FOUND ? `cannot be run: ${said}` : said,
    offendingLine(stderr, stdin),
  )
}

/** `argv` as it runs inside a namespace. `ip netns exec` and `ip -n` would also remount /sys, which takes longer. */
export function inNamespace(namespace: string, ...argv: readonly string[]): string[] {
  return ['nsenter', `--net=${NAMESPACE_DIRECTORY}/${namespace}`, '--', ...argv]
}

function spawnOnce(argv: readonly string[], stdin: string): Promise<string> {
  const [command = '', ...rest] = argv
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, { stdio: 'pipe' })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk
    })
    child.on('error', (error) => reject(new DriverError(argv.join(' '), `cannot be run: ${error.message}`)))
    child.on('close', (code, signal) => {
      if (code === 0) resolve(stdout)
      else reject(failureOf(argv, stdin, code ?? String(signal), stderr))
    })
    // A command that ends before it read everything says why on stderr; the broken pipe adds nothing.
    child.stdin.on('error', () => {})
    child.stdin.end(stdin)
  })
}

/** ip says `Command failed -:3`, nft `/dev/stdin:3:1-9: Error: …`; both count the input's lines from 1. */
export function offendingLine(stderr: string, stdin: string): string | undefined {
  const number = /Command failed -:(\d+)/.exec(stderr) ?? /(?:\/dev\/stdin|<stdin>|-):(\d+):\d+/.exec(stderr)
  return number ? stdin.split('\n')[Number(number[1]) - 1]?.trim() : undefined
}
