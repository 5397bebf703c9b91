// How the command line finds its daemon and asks it something.

import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { readDaemonAddress } from '../store/world-directory.ts'

/** A message for the user and nothing else: no stack, exit code 1. */
export class CliError extends Error {}

export function defaultDataDirectory(): string {
  const state = process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state')
  return join(state, 'postern')
}

/** The daemon's endpoint: by `--data`, by POSTERN_ENDPOINT, or of the default data directory. */
export function findEndpoint(data: string | undefined): string {
  if (!data && process.env.POSTERN_ENDPOINT) return process.env.POSTERN_ENDPOINT.replace(/\/$/, '')
  const directory = resolve(data ?? defaultDataDirectory())
  const address = readDaemonAddress(directory)
  if (!address) throw new CliError(`no daemon runs with ${directory}; start one with: postern up --detach`)
  return address.endpoint
}

/** Asks /_postern/PATH; throws CliError with the daemon's own words. */
export async function askDaemon(
  endpoint: string,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<unknown> {
  const response = await fetch(`${endpoint}/_postern/${path}`, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  }).catch((error: unknown) => {
    throw new CliError(`no daemon answers at ${endpoint} (${causeOf(error)}); start one with: postern up --detach`)
  })
  const answer: unknown = await response.json().catch(() => ({ error: `HTTP ${response.status}` }))
  if (!response.ok) throw new CliError(errorIn(answer) ?? `HTTP ${response.status}`)
  return answer
}

function errorIn(answer: unknown): string | undefined {
  return typeof answer === 'object' && answer !== null && 'error' in answer ? String(answer.error) : undefined
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  return cause instanceof Error ? cause.message : String(cause)
}
