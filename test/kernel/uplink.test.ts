// `up --uplink` against the kernel, with a namespace in the place of the host: nothing of this machine's is touched.
//
// Address plan: i-1 10.0.1.5 is 44.192.0.1, i-3 10.0.2.5 speaks by a NAT gateway (compile/small-network.ts). The host is
// 198.51.100.1, and 198.51.100.9 is the real internet's; the host's own network is 192.168.7.0/24.

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { NextHop, VpcNetwork } from '../../src/compile/network.ts'
import { address, networkInterface, networkOf, routeTable, smallVpc } from '../../src/compile/small-network.ts'
import { explain } from '../../src/explain/explain.ts'
import { cidr } from '../../src/ip/cidr.ts'
import { TCP } from '../../src/ip/protocol.ts'
import { LinuxDriver } from '../../src/linux/linux-driver.ts'
import { instanceNamespace } from '../../src/linux/names.ts'
import { boundedRun } from '../../src/linux/run.ts'
import { Uplink } from '../../src/linux/uplink.ts'
import { Guest } from './guest.ts'
import { describeKernel } from './namespaced.ts'

const OUTSIDE = '198.51.100.9'
const everything = (nextHop: NextHop) => ({ cidr: cidr('0.0.0.0/0'), nextHop, by: 'rtb 0.0.0.0/0' })

function vpc(): VpcNetwork {
  const known = { privateAddress: address('10.0.1.5'), publicAddress: address('44.192.0.1'), by: 'eipalloc-1' }
  return smallVpc({
    interfaces: [
      networkInterface(1, 'a', '10.0.1.5', ['sg-1'], { publicAddresses: [known] }),
      networkInterface(2, 'a', '10.0.1.6', ['sg-1']),
      networkInterface(3, 'b', '10.0.2.5', ['sg-2']),
    ],
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

describeKernel('the uplink', import.meta.url, () => {
  const world = randomBytes(3).toString('hex')
  const [host, real] = [`test-${world}-host`, `test-${world}-real`]
  const sandboxes = { boot: async () => undefined, halt: async () => undefined }
  const driver = new LinuxDriver({ world, sandboxes, uplink: { hostNamespace: host } })
  const uplink = new Uplink({ world, run: boundedRun(2), hostNamespace: host })
  const guests: Guest[] = []
  let outside: Guest

  beforeAll(async () => {
    for (const name of [host, real]) execFileSync('ip', ['netns', 'add', name])
    inHost('ip', 'link', 'add', 'lan', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', real)
    for (const [namespace, link, addresses] of [
      [host, 'lan', ['198.51.100.1/24', '192.168.7.1/24']],
      [real, 'eth0', [`${OUTSIDE}/24`, '192.168.7.9/24']],
    ] as const) {
      for (const one of addresses) execFileSync('ip', ['-n', namespace, 'addr', 'add', one, 'dev', link])
      for (const up of ['lo', link]) execFileSync('ip', ['-n', namespace, 'link', 'set', up, 'up'])
    }
    outside = await Guest.enter(real)
  })

  afterAll(async () => {
    for (const guest of [...guests, outside]) await guest?.leave()
    await driver.destroy()
    for (const name of [host, real]) execFileSync('ip', ['netns', 'del', name])
  })

  function inHost(...argv: string[]): string {
    return execFileSync('ip', ['netns', 'exec', host, ...argv], { encoding: 'utf8' })
  }

  /** All that the uplink could change of a host. */
  const stateOfHost = () =>
    ['ip -4 -o addr', 'ip -4 route show table all', 'nft list ruleset', 'cat /proc/sys/net/ipv4/ip_forward'].map(
      (line) => inHost(...line.split(' ')).replaceAll(/valid_lft.*/g, ''),
    )

  test('is refused where it would hurt', async () => {
    expect(await uplink.problems()).toEqual([])
    inHost('ip', 'route', 'add', '192.0.0.8/29', 'dev', 'lan')
    inHost('ip', 'route', 'add', '192.0.0.8/31', 'dev', 'lan')
    expect(await uplink.problems()).toEqual([expect.stringContaining('192.0.0.8/30, which this host has a route for')])
    inHost('ip', 'route', 'del', '192.0.0.8/31')
    inHost('ip', 'route', 'del', '192.0.0.8/29')
    inHost(
      'nft',
      'add table ip filter; add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; }',
    )
    expect(await uplink.problems()).toEqual([expect.stringContaining('table ip filter, chain FORWARD')])
    inHost('nft', 'delete table ip filter')
  })

  test('leads what the internet path carries to the real network, and nothing back', async () => {
    const before = stateOfHost()
    await driver.start()
    expect((await driver.apply(networkOf(vpc()))).failures).toEqual(new Map())
    for (const number of [1, 2, 3]) guests.push(await Guest.enter(instanceNamespace(world, `i-${number}`)))
    const [open, closed, behindNat] = guests
    expect(await open?.connect(OUTSIDE, 8080)).toBe('connected')
    expect(await behindNat?.connect(OUTSIDE, 8080)).toBe('connected')
    expect(await behindNat?.askUdp(OUTSIDE, 8080)).toBe('answered')
    expect(await closed?.connect(OUTSIDE, 8080)).toBe('silence')
    // The host made its own address of it.
    expect(new Set(await outside.peers())).toEqual(new Set(['198.51.100.1', 'udp 198.51.100.1']))
    // The host, and what is private beside it, are not the internet.
    const listener = await Guest.enter(host)
    guests.push(listener)
    for (const private_ of ['192.168.7.9', '192.168.7.1', '198.51.100.1', '192.0.0.9']) {
      expect([private_, await open?.connect(private_, 8080)]).toEqual([private_, 'silence'])
    }
    expect(await outside.connect('44.192.0.1', 8080)).not.toBe('connected')
    // A second daemon finds it whole; one without the flag takes it away, and the host is as it was.
    await uplink.open()
    expect(await uplink.problems()).toEqual([])
    expect(await open?.connect(OUTSIDE, 8080)).toBe('connected')
    await uplink.close()
    expect(stateOfHost()).toEqual(before)
    expect(await open?.connect(OUTSIDE, 8080)).toBe('silence')
  })

  test('explain knows of it', () => {
    const ask = (from: 'i-1' | 'i-2', to: string, isUplinked: boolean) =>
      explain(
        { ...networkOf(vpc()), ...(isUplinked && { isUplinked }) },
        { from, to: { address: address(to), port: 443, protocol: TCP }, now: '2026-01-01T00:00:00.000Z' },
      ).blockers.map(({ stage, by }) => `${stage} ${by}`)
    expect(ask('i-1', OUTSIDE, true)).toEqual([])
    expect(ask('i-1', OUTSIDE, false)).toEqual(['target internet'])
    expect(ask('i-1', '192.168.7.9', true)).toEqual(['target internet'])
    expect(ask('i-2', OUTSIDE, true)).toEqual(['internet-gateway igw-1'])
  })
})
