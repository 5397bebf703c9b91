// `postern lab NAME`: runs labs/NAME/lab.ts, which brings up a world of its own and proves its claims in it.

import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { CliError } from './daemon-client.ts'

const LABS = fileURLToPath(new URL('../../labs/', import.meta.url))

export interface LabOptions {
  readonly keep?: boolean
}

export async function lab(name: string, options: LabOptions): Promise<void> {
  const file = `${LABS}${name}/lab.ts`
  if (!/^[a-z0-9-]+$/.test(name) || !existsSync(file)) {
    const entries = await readdir(LABS, { withFileTypes: true })
    const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
    throw new CliError(`there is no lab ${name}; there are: ${names.join(', ')}`)
  }
  const { run } = (await import(file)) as { run(options: LabOptions): Promise<boolean> }
  if (!(await run(options))) process.exitCode = 1
}
