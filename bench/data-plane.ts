// The paths instance -> S3 gateway endpoint -> listener and instance -> interface endpoint -> listener against two
// namespaces joined by a plain veth pair, turn by turn.

import { run } from '../labs/run.ts'
import { compile } from '../src/compile/compile.ts'
import { LinuxDriver } from '../src/linux/linux-driver.ts'
import { makePlainPair, PLAIN, SERVER_ADDRESS } from './plain-pair.ts'
import { type Row, ratioRow } from './report.ts'
import { connectionRate, type Path, throughput } from './tcp.ts'
import { inTurns } from './turns.ts'
import { withUndo } from './undo.ts'
import { gatewayWorld } from './world.ts'

const ROUNDS = 5

export async function benchDataPlane(): Promise<Row[] | undefined> {
  if ((await run('iperf3', ['--version'])).code !== 0) return undefined
  return withUndo(async (atEnd) => {
    for (const namespace of Object.values(PLAIN)) atEnd(() => run('ip', ['netns', 'del', namespace]))
    await makePlainPair()
    const peer = {
      clientNamespace: PLAIN.client,
      serverNamespace: PLAIN.server,
      listen: SERVER_ADDRESS,
      connect: SERVER_ADDRESS,
      port: 443,
    }
    const { gateway, door } = await makeEndpointPaths(atEnd)
    const rows: Row[] = []
    for (const [name, ours] of [
      ['the S3 gateway endpoint', gateway],
      ['an interface endpoint', door],
    ] as const) {
      const paths = { ours, peer }
      const bits = await inTurns(ROUNDS, paths, throughput)
      const connections = await inTurns(ROUNDS, paths, connectionRate)
      rows.push(ratioRow(`TCP throughput through ${name}`, 'Gbit/s', bits, { atLeast: 0.75 }))
      rows.push(ratioRow('new TCP connections through it', '/s', connections, { atLeast: 0.55 }))
    }
    return rows
  })
}

/** The driver alone: the daemon's own listeners would hold the port that is measured. */
async function makeEndpointPaths(
  atEnd: (undo: () => Promise<unknown>) => void,
): Promise<{ readonly gateway: Path; readonly door: Path }> {
  const world = 'be7c'
  const { store, instanceId, endpointBackbone, door } = await gatewayWorld()
  const driver = new LinuxDriver({ world, sandboxes: { boot: async () => undefined, halt: async () => undefined } })
  atEnd(() => driver.destroy())
  const sockets = await driver.start()
  for (const server of [sockets.https, sockets.http]) await new Promise((closed) => server.close(closed))
  const { failures } = await driver.apply(compile(store.records))
  for (const failure of failures.values()) throw failure
  const ends = {
    clientNamespace: `postern-${world}-${instanceId}`,
    serverNamespace: `postern-${world}-backbone`,
    port: 443,
  }
  return {
    gateway: { ...ends, listen: endpointBackbone, connect: '52.216.1.1' },
    door: { ...ends, listen: door.backbone, connect: door.address },
  }
}
