// `postern up`: starts a daemon in this terminal, or (`--detach`) behind it, and returns when the API answers.

import { spawn } from 'node:child_process'
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeDirectory, readDaemonAddress } from '../store/world-directory.ts'
import { CliError, defaultDataDirectory } from './daemon-client.ts'

export interface UpOptions {
  readonly port: string
  readonly data?: string
  readonly dataplane: string
  readonly auth: string
  readonly s3Upstream?: string
  readonly upstream: readonly string[]
  readonly endpointBandwidth?: string
  readonly uplink?: boolean
  readonly detach?: boolean
}

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))
/** The daemon collects once when it has started: 10 MB less from then on. */
const WITH_COLLECTOR = '--expose-gc'
/** What Node thinks of SQLite and of stripping types is no news to who runs a daemon. */
const QUIET = '--disable-warning=ExperimentalWarning'
/** Else glibc keeps an arena of memory for each of Node's threads, which hardly use them: 2 MB. */
const ONE_ARENA = { MALLOC_ARENA_MAX: '1' }
/** Long enough for a slow disk and many namespaces to be found again. */
const START_LIMIT_MS = 120_000

export async function up(options: UpOptions): Promise<void> {
  const directory = resolve(options.data ?? defaultDataDirectory())
  const argv = [
    WITH_COLLECTOR,
    QUIET,
    MAIN,
    '--port',
    options.port,
    '--data',
    directory,
    '--dataplane',
    options.dataplane,
    '--auth',
    options.auth,
  ]
  if (options.s3Upstream) argv.push('--s3-upstream', options.s3Upstream)
  for (const upstream of options.upstream) argv.push('--upstream', upstream)
  if (options.endpointBandwidth) argv.push('--endpoint-bandwidth', options.endpointBandwidth)
  if (options.uplink) argv.push('--uplink')
  if (!options.detach) return runHere(argv)
  const endpoint = await runBehind(argv, directory)
  console.log(`postern is up at ${endpoint} (data in ${directory})`)
  console.log('now: eval "$(postern env)" and use any AWS client')
}

function runHere(argv: readonly string[]): Promise<void> {
  const daemon = spawn(process.execPath, argv, { stdio: 'inherit', env: { ...ONE_ARENA, ...process.env } })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => daemon.kill(signal))
  return new Promise((resolveRun) => {
    daemon.on('exit', (code) => {
      process.exitCode = code ?? 1
      resolveRun()
    })
  })
}

async function runBehind(argv: readonly string[], directory: string): Promise<string> {
  const logPath = join(directory, 'daemon.log')
  const log = openLog(directory, logPath)
  const logStart = fstatSync(log).size
  const daemon = spawn(process.execPath, argv, {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
    env: { ...ONE_ARENA, ...process.env },
  })
  closeSync(log)
  const outcome = await new Promise<'ready' | 'ended' | 'late'>((settle) => {
    daemon.once('message', () => settle('ready'))
    daemon.once('exit', () => settle('ended'))
    setTimeout(() => settle('late'), START_LIMIT_MS).unref()
  })
  if (outcome === 'ended') {
    const said = readFileSync(logPath).subarray(logStart).toString('utf8').trim()
    throw new CliError(said || `the daemon ended at once and could not say why in ${logPath}: is the disk full?`)
  }
  if (outcome === 'late') throw new CliError(`the daemon (pid ${daemon.pid}) does not answer yet; see ${logPath}`)
  daemon.disconnect()
  daemon.unref()
  const address = readDaemonAddress(directory)
  if (!address) throw new CliError(`the daemon started and left no address in ${directory}; see ${logPath}`)
  return address.endpoint
}

function openLog(directory: string, path: string): number {
  try {
    makeDirectory(directory)
    return openSync(path, 'a')
  } catch (error) {
    const why = error instanceof Error ? error.message : error
    throw new CliError(`cannot use the data directory ${directory}: ${why}; choose another with --data DIR`)
  }
}
