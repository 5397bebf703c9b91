// The path instance -> S3 gateway endpoint -> listener against two namespaces joined by a plain veth pair, turn by turn.

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
    const gateway = await makeGatewayPath(atEnd)
    const paths = { ours: gateway, peer }
    const bits = await inTurns(ROUNDS, paths, throughput)
    const connections = await inTurns(ROUNDS, paths, connectionRate)
    return [
      ratioRow('TCP throughput through the S3 gateway endpoint', 'Gbit/s', bits, { atLeast: 0.75 }),
      ratioRow('new TCP connections through it', '/s', connections, { atLeast: 0.55 }),
    ]
  })
}

/** The driver alone: the daemon's own listeners would hold the port that is measured. */
async function makeGatewayPath(atEnd: (undo: () => Promise<unknown>) => void): Promise<Path> {
  const world = 'be7c'
  const { store, instanceId, endpointBackbone } = await gatewayWorld()
  const driver = new LinuxDriver({ world, sandboxes: { boot: async () => undefined, halt: async () => undefined } })
  atEnd(() => driver.destroy())
  const sockets = await driver.start()
  for (const server of [sockets.https, sockets.http]) await new Promise((closed) => server.close(closed))
  const { failures } = await driver.apply(compile(store.records))
  for (const failure of failures.values()) throw failure
  return {
    clientNamespace: `postern-${world}-${instanceId}`,
    serverNamespace: `postern-${world}-backbone`,
    listen: endpointBackbone,
    connect: '52.216.1.1',
    port: 443,
  }
}
