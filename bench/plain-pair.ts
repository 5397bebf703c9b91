// The physical limit: two namespaces joined by one veth pair, with the MTU that instances have.

import { mustRun } from '../labs/run.ts'

export const PLAIN = { client: 'postern-bench-a', server: 'postern-bench-b' }
export const SERVER_ADDRESS = '10.0.1.6'

export async function makePlainPair(): Promise<void> {
  const ends = [
    { namespace: PLAIN.client, address: '10.0.1.5' },
    { namespace: PLAIN.server, address: SERVER_ADDRESS },
  ]
  for (const { namespace } of ends) await mustRun('ip', ['netns', 'add', namespace])
  const peer = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', PLAIN.server]
  await mustRun('ip', ['link', 'add', 'eth0', 'mtu', '9001', 'netns', PLAIN.client, ...peer])
  for (const { namespace, address } of ends) {
    await mustRun('ip', ['-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0'])
    await mustRun('ip', ['-n', namespace, 'link', 'set', 'eth0', 'mtu', '9001', 'up'])
    await mustRun('ip', ['-n', namespace, 'link', 'set', 'lo', 'up'])
  }
}
