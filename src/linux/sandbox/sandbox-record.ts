// What is written down of a sandbox, so that a later daemon finds it again: a JSON file per instance.

import { readFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProcessMark } from './process.ts'

export interface SandboxRecord {
  /** Of `ip netns`. */
  readonly namespace: string
  readonly hostname: string
  readonly rootPath: string
  readonly region: string
  /** The instance's boot number when it was last booted. */
  readonly boot: number
  /** The instance is stopped: nothing may be started in it. */
  readonly halted: boolean
  readonly userDataRan: boolean
  /** Process 1 as the host numbers it; absent until something was run. */
  readonly init?: ProcessMark
}

const FILE = 'sandbox.json'

export function readSandboxRecord(directory: string): SandboxRecord | undefined {
  try {
    // Only writeSandboxRecord writes this file, and it does so whole.
    return JSON.parse(readFileSync(join(directory, FILE), 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

export async function writeSandboxRecord(directory: string, record: SandboxRecord): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, FILE)
  await writeFile(`${path}.new`, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
}
