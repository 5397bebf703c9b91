// The path instance -> S3 gateway endpoint -> listener against two namespaces joined by a plain veth pair, turn by turn.

import { mustRun, run } from '../labs/run.ts'
import { compile } from '../src/compile/compile.ts'
import { LinuxDriver } from '../src/linux/linux-driver.ts'
import { median, type Row, ratioRow } from './report.ts'
import { connectionRate, type Path, throughput } from './tcp.ts'
import { gatewayWorld } from './world.ts'

const ROUNDS = 3
const PLAIN = { client: 'postern-bench-a', server: 'postern-bench-b' }

export async function benchDataPlane(): Promise<Row[] | undefined> {
  if ((await run('iperf3', ['--version'])).code !== 0) return undefined
  const plain = await makePlainPair()
  const gateway = await makeGatewayPath()
  try {
    const bits = await alternate(gateway.path, plain, throughput)
    const connections = await alternate(gateway.path, plain, connectionRate)
    return [
      ratioRow('TCP throughput through the S3 gateway endpoint', 'Gbit/s', bits, { atLeast: 0.75 }),
      ratioRow('new TCP connections through it', '/s', connections, { atLeast: 0.55 }),
    ]
  } finally {
    await gateway.destroy()
    await run('ip', ['netns', 'del', PLAIN.client])
    await run('ip', ['netns', 'del', PLAIN.server])
  }
}

async function alternate(
  ours: Path,
  peer: Path,
  measure: (path: Path) => Promise<number>,
): Promise<{ ours: number; peer: number }> {
  const rounds = { ours: [] as number[], peer: [] as number[] }
  for (let round = 0; round < ROUNDS; round++) {
    rounds.ours.push(await measure(ours))
    rounds.peer.push(await measure(peer))
  }
  return { ours: median(rounds.ours), peer: median(rounds.peer) }
}

/** The physical limit: one veth pair, with the MTU that instances have. */
async function makePlainPair(): Promise<Path> {
  const ends = [
    { namespace: PLAIN.client, address: '10.0.1.5' },
    { namespace: PLAIN.server, address: '10.0.1.6' },
  ]
  for (const { namespace } of ends) await mustRun('ip', ['netns', 'add', namespace])
  const peer = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', PLAIN.server]
  await mustRun('ip', ['link', 'add', 'eth0', 'mtu', '9001', 'netns', PLAIN.client, ...peer])
  for (const { namespace, address } of ends) {
    await mustRun('ip', ['-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0'])
    await mustRun('ip', ['-n', namespace, 'link', 'set', 'eth0', 'mtu', '9001', 'up'])
    await mustRun('ip', ['-n', namespace, 'link', 'set', 'lo', 'up'])
  }
  return {
    clientNamespace: PLAIN.client,
    serverNamespace: PLAIN.server,
    listen: '10.0.1.6',
    connect: '10.0.1.6',
    port: 443,
  }
}

/** The driver alone: the daemon's own listeners would hold the port that is measured. */
async function makeGatewayPath(): Promise<{ path: Path; destroy(): Promise<void> }> {
  const world = 'be7c'
  const { store, instanceId, endpointBackbone } = await gatewayWorld()
  const driver = new LinuxDriver({ world, sandboxes: { boot: async () => undefined, halt: async () => undefined } })
  const sockets = await driver.start()
  for (const server of [sockets.https, sockets.http]) await new Promise((closed) => server.close(closed))
  const { failures } = await driver.apply(compile(store.records))
  for (const failure of failures.values()) throw failure
  return {
    path: {
      clientNamespace: `postern-${world}-${instanceId}`,
      serverNamespace: `postern-${world}-backbone`,
      listen: endpointBackbone,
      connect: '52.216.1.1',
      port: 443,
    },
    destroy: () => driver.destroy(),
  }
}
