// `postern lab`: lists the labs, or runs one, which brings up a world of its own and proves its claims in it.

import { CliError } from './daemon-client.ts'

interface LabOptions {
  readonly keep?: boolean
}

interface LabEntry {
  readonly name: string
  readonly title: string
  load(): Promise<{ run(options: LabOptions): Promise<boolean> }>
}

export async function lab(name: string | undefined, options: LabOptions): Promise<void> {
  const labs = await readLabs()
  if (name === undefined) {
    for (const { name, title } of labs) console.log(`${name.padEnd(16)} ${title}`)
    return
  }
  const chosen = labs.find((entry) => entry.name === name)
  if (!chosen) throw new CliError(`there is no lab ${name}; there are: ${labs.map((entry) => entry.name).join(', ')}`)
  const { run } = await chosen.load()
  if (!(await run(options))) process.exitCode = 1
}

/** Labs are no part of the product, which therefore looks for them only when asked. */
async function readLabs(): Promise<readonly LabEntry[]> {
  const registry: string = new URL('../../labs/registry.ts', import.meta.url).href
  const { LABS }: { readonly LABS: readonly LabEntry[] } = await import(registry)
  return LABS
}
