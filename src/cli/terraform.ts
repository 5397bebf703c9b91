// `postern terraform …`: the user's own Terraform or OpenTofu, with no file changed. All that is different for it is the
// environment: where the endpoints are, and a key that the daemon made.

import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { constants as os } from 'node:os'
import { delimiter, join } from 'node:path'
import { CliError, type DaemonAccess } from './daemon-client.ts'
import { clientVariables, SHADOWING } from './env.ts'

/** The first that is on the PATH. */
const BINARIES = ['terraform', 'tofu']
/** What a shell makes of a signal that ended a command. */
const SIGNAL_EXIT = 128
/** A terminal sends these to Terraform too, which ends in its own time; we end when it has. */
const WAITED_OUT: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']

export interface TerraformCall {
  readonly daemon: DaemonAccess
  readonly account: string
  readonly region: string
  /** A path or a name; without it, what of BINARIES is on the PATH. */
  readonly binary?: string | undefined
  readonly args: readonly string[]
}

/** Resolves with the exit code to end with. */
export async function runTerraform(call: TerraformCall): Promise<number> {
  const binary = findBinary(call.binary, process.env.PATH)
  const env = await terraformEnvironment(call)
  const child = spawn(binary, call.args, { env, stdio: 'inherit' })
  const forward = (name: NodeJS.Signals) => {
    // From a terminal the child has it already; Terraform takes a second one as `now`.
    if (!process.stdin.isTTY) child.kill(name)
  }
  for (const name of WAITED_OUT) process.on(name, forward)
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', (error) => reject(new CliError(`${binary} cannot be run: ${error.message}`)))
      child.once('exit', (code, signal) => resolve(code ?? SIGNAL_EXIT + (signal ? os.signals[signal] : 0)))
    })
  } finally {
    for (const name of WAITED_OUT) process.off(name, forward)
  }
}

/** The caller's environment with the daemon in it, and without what would lead elsewhere. */
export async function terraformEnvironment(
  { daemon, account, region }: Pick<TerraformCall, 'daemon' | 'account' | 'region'>,
  outer: NodeJS.ProcessEnv = process.env,
): Promise<NodeJS.ProcessEnv> {
  const variables = await clientVariables(daemon, { account, region })
  const kept = Object.entries(outer).filter(([name]) => !leadsElsewhere(name))
  return {
    ...Object.fromEntries(kept),
    ...variables,
    // The S3 backend and the provider would else ask the host's own metadata service for credentials and for a region.
    AWS_EC2_METADATA_DISABLED: 'true',
  }
}

/** An endpoint of one service, such as AWS_ENDPOINT_URL_S3, wins over the endpoint of all. */
function leadsElsewhere(name: string): boolean {
  return (
    SHADOWING.includes(name) || name.startsWith('AWS_ENDPOINT_URL') || name === 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'
  )
}

export function findBinary(given: string | undefined, path = ''): string {
  const names = given === undefined ? BINARIES : [given]
  const found = names.flatMap((name) => candidates(name, path)).find(isExecutable)
  if (found !== undefined) return found
  throw new CliError(
    given === undefined
      ? `neither ${BINARIES.join(' nor ')} is on the PATH; install one, or name it with --binary`
      : `${given} is no program that can be run; --binary takes a path, or a name that is on the PATH`,
  )
}

function candidates(name: string, path: string): string[] {
  if (name.includes('/')) return [name]
  return path.split(delimiter).map((directory) => join(directory || '.', name))
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
