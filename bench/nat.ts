// The path instance -> NAT gateway -> internet gateway -> a site against two namespaces over one router namespace that
// masquerades, both with the 1,500 bytes that the way to the internet has.

import { mustRun, run } from '../labs/run.ts'
import { DEFAULT_SITE } from '../src/compile/internet.ts'
import type { NextHop, VpcNetwork } from '../src/compile/network.ts'
import { address, networkInterface, networkOf, routeTable, smallVpc } from '../src/compile/small-network.ts'
import { cidr } from '../src/ip/cidr.ts'
import { LinuxDriver } from '../src/linux/linux-driver.ts'
import { backboneNamespace, instanceNamespace } from '../src/linux/names.ts'
import { makePlainRouter, ROUTER } from './plain-router.ts'
import { boundRow, type Row, ratioRow } from './report.ts'
import { connectionRate, type Path, throughput } from './tcp.ts'
import { inTurns } from './turns.ts'
import { withUndo } from './undo.ts'

const ROUNDS = 5
const PORT = 80
const WORLD = 'be7f'
const INTERNET_MTU = '1500'

export async function benchNat(): Promise<Row[] | undefined> {
  if ((await run('iperf3', ['--version'])).code !== 0) return undefined
  return withUndo(async (atEnd) => {
    const peer = await makePlainRouter(PORT, atEnd)
    await masquerade(peer)
    const ours = await makeNatGateway(atEnd)
    const bits = await inTurns(ROUNDS, { ours, peer }, throughput)
    const connections = await inTurns(ROUNDS, { ours, peer }, connectionRate)
    return [
      ratioRow('TCP throughput through a NAT gateway; peer: masquerade', 'Gbit/s', bits, { atLeast: 0.9 }),
      boundRow('new TCP connections through it; the same peer', '/s', connections.ours, connections.peer),
    ]
  })
}

async function masquerade({ serverNamespace }: Path): Promise<void> {
  const rules =
    'table ip nat {\n chain out {\n type nat hook postrouting priority 100\n oifname "server" masquerade\n }\n}\n'
  await mustRun('ip', ['netns', 'exec', ROUTER, 'nft', '-f', '-'], { input: rules })
  await mustRun('ip', ['-n', ROUTER, 'link', 'set', 'server', 'mtu', INTERNET_MTU])
  await mustRun('ip', ['-n', serverNamespace, 'link', 'set', 'eth0', 'mtu', INTERNET_MTU])
}

/** The driver alone: the daemon's own listeners would hold the port that is measured. */
async function makeNatGateway(atEnd: (undo: () => Promise<unknown>) => void): Promise<Path> {
  const driver = new LinuxDriver({
    world: WORLD,
    sandboxes: { boot: async () => undefined, halt: async () => undefined },
  })
  atEnd(() => driver.destroy())
  const sockets = await driver.start()
  for (const server of [sockets.https, sockets.http]) await new Promise((closed) => server.close(closed))
  const { failures } = await driver.apply(networkOf(natVpc()))
  for (const failure of failures.values()) throw failure
  return {
    clientNamespace: instanceNamespace(WORLD, 'i-3'),
    serverNamespace: backboneNamespace(WORLD),
    listen: DEFAULT_SITE.address,
    connect: DEFAULT_SITE.address,
    port: PORT,
  }
}

/** i-3 in subnet-b, whose table leads to a NAT gateway in subnet-a. */
function natVpc(): VpcNetwork {
  const everything = (nextHop: NextHop) => ({ cidr: cidr('0.0.0.0/0'), nextHop, by: 'rtb 0.0.0.0/0' })
  return smallVpc({
    interfaces: [networkInterface(3, 'b', '10.0.2.5', ['sg-2'])],
    routeTables: [
      routeTable('a', [everything({ kind: 'internetGateway', gatewayId: 'igw-1' })]),
      routeTable('b', [everything({ kind: 'natGateway', natGatewayId: 'nat-1' })]),
    ],
    internetGatewayId: 'igw-1',
    natGateways: [
      {
        id: 'nat-1',
        kind: 'public',
        subnetId: 'subnet-a',
        interfaceId: 'eni-nat',
        address: address('10.0.1.200'),
        backboneAddress: address('240.1.9.1'),
        publicAddress: address('44.192.0.2'),
      },
    ],
  })
}
