// Our resolver against unbound with the same names, turn by turn: answers per second with many questions under way, and
// the latency of one question at a time.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measure } from './dns-load.ts'
import { type Resolver, startOurs, startPeer } from './dns-peers.ts'
import { dnsNetwork, dnsQuestions } from './dns-world.ts'
import { type Row, ratioRow } from './report.ts'
import { inTurns } from './turns.ts'
import { withUndo } from './undo.ts'

const ROUNDS = 5
const UNDER_WAY = 100

export async function benchDns(): Promise<Row[] | undefined> {
  const network = await dnsNetwork()
  const questions = dnsQuestions(network)
  const [vpc] = network.vpcs
  const [first] = questions
  if (!vpc || !first) throw new Error('the world was not made')
  return withUndo(async (atEnd) => {
    const peer = await startPeer({ network, vpc }, questions)
    if (!peer) return undefined
    atEnd(() => peer.stop())
    const ours = await startOurs(first)
    atEnd(() => ours.stop())
    const directory = await mkdtemp(join(tmpdir(), 'postern-bench-dns-'))
    atEnd(() => rm(directory, { recursive: true, force: true }))
    const file = join(directory, 'questions')
    await writeFile(file, questions.map(({ name, type }) => `${name} ${type}\n`).join(''))
    const loadOf = ({ port }: Resolver) => ({ port, file, questions })
    const rates = await inTurns(ROUNDS, { ours, peer }, async (resolver) => {
      return (await measure(loadOf(resolver), UNDER_WAY)).answersPerSecond
    })
    const latencies = await inTurns(ROUNDS, { ours, peer }, async (resolver) => {
      return (await measure(loadOf(resolver), 1)).latency
    })
    return [
      ratioRow(`DNS answers, against ${peer.name}`, '/s', rates, { atLeast: 0.5 }),
      ratioRow('latency of one DNS question', 'µs', latencies, { atMost: 2 }),
    ]
  })
}
