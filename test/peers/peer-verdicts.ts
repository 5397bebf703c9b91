// What the peer said of the cases of one seed, kept beside the test: for the same cases the same version of it says the same,
// and to ask it 20,000 times takes 20 s. Where the cases or the peer are others than those that were kept, it is asked again.

import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const FILE = new URL('./peer-verdicts.json', import.meta.url)
const PEER = '@cloud-copilot/iam-simulate'

export type Verdict = 'allowed' | 'denied'

interface Kept {
  /** Of the cases and of the peer's version. */
  readonly digest: string
  /** A bit for each case, 1 for allowed; base64. */
  readonly allowed: string
}

/** The verdicts of these cases; undefined when the peer must be asked. */
export function keptVerdicts(cases: readonly unknown[]): Verdict[] | undefined {
  if (!existsSync(FILE)) return undefined
  const { digest, allowed }: Kept = JSON.parse(readFileSync(FILE, 'utf8'))
  if (digest !== digestOf(cases)) return undefined
  const bytes = Buffer.from(allowed, 'base64')
  return cases.map((_, index) => (((bytes[index >> 3] ?? 0) >> (index & 7)) & 1 ? 'allowed' : 'denied'))
}

export function keepVerdicts(cases: readonly unknown[], verdicts: readonly Verdict[]): void {
  const bytes = Buffer.alloc(Math.ceil(cases.length / 8))
  for (const [index, verdict] of verdicts.entries()) {
    if (verdict === 'allowed') bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7))
  }
  const kept: Kept = { digest: digestOf(cases), allowed: bytes.toString('base64') }
  writeFileSync(FILE, `${JSON.stringify(kept, null, 2)}\n`)
}

function digestOf(cases: readonly unknown[]): string {
  const hash = createHash('sha256').update(peerVersion())
  for (const one of cases) hash.update(JSON.stringify(one))
  return hash.digest('hex')
}

/** The package does not say it in its exports. */
function peerVersion(): string {
  const entry = createRequire(import.meta.url).resolve(PEER)
  const root = entry.slice(0, entry.indexOf(PEER) + PEER.length)
  const { version }: { version: string } = JSON.parse(
    readFileSync(join(dirname(root), 'iam-simulate', 'package.json'), 'utf8'),
  )
  return version
}
