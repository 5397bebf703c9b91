// How the command line finds its daemon and asks it something.

import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { readAdminToken, readDaemonAddress } from '../store/world-directory.ts'

/** A message for the user and nothing else: no stack, exit code 1. */
export class CliError extends Error {}

export function defaultDataDirectory(): string {
  const state = process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state')
  return join(state, 'postern')
}

/** Where a daemon is, and what it may ask for. */
export interface DaemonAccess {
  /** `http://127.0.0.1:4566` */
  readonly endpoint: string
  /** Asked for by a daemon in strict mode. */
  readonly token: string | undefined
}

/** The daemon: by `--data`, by POSTERN_ENDPOINT, or of the default data directory. */
export function findDaemon(data: string | undefined): DaemonAccess {
  const { POSTERN_ENDPOINT, POSTERN_TOKEN } = process.env
  if (!data && POSTERN_ENDPOINT) return { endpoint: POSTERN_ENDPOINT.replace(/\/$/, ''), token: POSTERN_TOKEN }
  const directory = resolve(data ?? defaultDataDirectory())
  const address = readDaemonAddress(directory)
  if (!address) throw new CliError(`no daemon runs with ${directory}; start one with: postern up --detach`)
  return { endpoint: address.endpoint, token: readAdminToken(directory) }
}

/** Asks /_postern/PATH; throws CliError with the daemon's own words. */
export async function askDaemon(
  { endpoint, token }: DaemonAccess,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<unknown> {
  const response = await fetch(`${endpoint}/_postern/${path}`, {
    method,
    headers: { ...authorization(token), ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw new CliError(`no daemon answers at ${endpoint} (${causeOf(error)}); start one with: postern up --detach`)
  })
  const answer: unknown = await response.json().catch(() => ({ error: `HTTP ${response.status}` }))
  if (!response.ok) throw new CliError(errorIn(answer) ?? `HTTP ${response.status}`)
  return answer
}

export function authorization(token: string | undefined): Readonly<Record<string, string>> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` }
}

function errorIn(answer: unknown): string | undefined {
  return typeof answer === 'object' && answer !== null && 'error' in answer ? String(answer.error) : undefined
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  return cause instanceof Error ? cause.message : String(cause)
}
