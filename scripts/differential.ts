// `npm run differential [-- PROBES [SEED]]`: explain against the kernel in random worlds, with seed after seed until so many
// probes are compared (10,000 of each kind of world). Each seed is printed; SEED goes on from there. The shapes are those of
// the differential tests, which try one seed each in the test command.

import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agreement, type Compared } from '../test/kernel/long-mode.ts'

const [probes = '10000', seed] = process.argv.slice(2)
if (!/^[1-9]\d*$/.test(probes) || (seed !== undefined && !/^\d+$/.test(seed))) {
  console.error('usage: npm run differential [-- PROBES [SEED]]; both are whole numbers')
  process.exit(2)
}
const directory = mkdtempSync(join(tmpdir(), 'postern-differential-'))
const tally = join(directory, 'tally')
writeFileSync(tally, '')
const asked = { POSTERN_PROBES: probes, POSTERN_TALLY: tally, ...(seed !== undefined && { POSTERN_SEED: seed }) }
const vitest = ['vitest', 'run', '--disable-console-intercept', '--testNamePattern', 'random']
const files = globSync('test/kernel/*.test.ts').filter((file) =>
  readFileSync(file, 'utf8').includes("'./long-mode.ts'"),
)
const { status } = spawnSync('npx', [...vitest, ...files], {
  env: { ...process.env, ...asked },
  stdio: 'inherit',
})
const compared: Compared[] = readFileSync(tally, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line))
rmSync(directory, { recursive: true })
for (const { what, seeds } of compared) console.log(`${what}: seeds ${seeds[0]} to ${seeds.at(-1)}`)
console.log(compared.length > 0 ? agreement(compared) : 'nothing was compared')
process.exitCode = status === 0 && compared.length > 0 ? 0 : 1
