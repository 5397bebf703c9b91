// Model against kernel for IPv6: what explain says of a packet must be what the packet does. Rows of what AWS documents,
// each in VPCs with both families. Random VPCs of both are in differential.test.ts. Needs root; every namespace it uses it
// makes and removes.

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import { formatTrace } from '../../src/explain/format.ts'
import { cidrBase } from '../../src/ip/cidr.ts'
import { ipBatch, nftTransaction } from '../../src/linux/commands.ts'
import { LinuxDriver } from '../../src/linux/linux-driver.ts'
import { backboneNamespace, instanceNamespace, vpcNamespace } from '../../src/linux/names.ts'
import { boundedRun, inNamespace } from '../../src/linux/run.ts'
import { IPV6_ONLINE, IPV6_OPEN, IPV6_ROWS, type Ipv6Row, SITE } from './ipv6-rows.ts'
import { type AddressedProbe, Probers } from './probers.ts'
import { type Comparison, SmallWorld } from './small-world.ts'
import { instanceIdOf, instanceIpv6Address, ipv6Cidr, recordsOf, type VpcShape, vpcIdOf } from './vpc-shape.ts'

const isRoot = process.getuid?.() === 0
if (!isRoot) console.warn('SKIPPED test/kernel/ipv6.test.ts: network namespaces need root')

describe.skipIf(!isRoot)('what AWS documents of IPv6', () => {
  let world: SmallWorld
  let found: ReadonlyMap<Ipv6Row, Comparison>

  beforeAll(async () => {
    world = await SmallWorld.open()
    const shapes = [...new Set(IPV6_ROWS.flatMap((row) => row.shapes))]
    await world.apply(shapes)
    const compared = await world.compare(IPV6_ROWS.map((row) => parseProbe(shapes, row)))
    found = new Map(IPV6_ROWS.flatMap((row, index) => (compared[index] ? [[row, compared[index]]] : [])))
  })

  afterAll(async () => {
    await world?.close()
  })

  it.each(IPV6_ROWS)('$name', (row) => {
    const comparison = found.get(row)
    if (!comparison) throw new Error('the row was not tried')
    const { trace, packet } = comparison
    const explained = trace.blockers[0]?.stage ?? 'reachable'
    const verdict = row.expect === 'reachable' ? 'reachable' : 'stopped'
    expect({ explained, packet }, formatTrace(trace)).toEqual({ explained: row.expect, packet: verdict })
  })
})

function parseProbe(shapes: readonly VpcShape[], { shapes: own, from, to }: Ipv6Row): AddressedProbe {
  const match = /^(?<udp>udp )?(?:(?<vpc>\d)\/)?(?<host>[\w.:]+):(?<port>\d+)$/.exec(to)
  const { udp, vpc = '1', host = '', port } = match?.groups ?? {}
  const placeOf = (number: number) => shapes.indexOf(own[number] ?? shapes[0]!)
  const address = host.startsWith('6') ? cidrBase(ipv6Cidr(placeOf(Number(vpc) - 1), host)) : host
  return { from: instanceIdOf(placeOf(0), from), host: address, protocol: udp ? 'udp' : 'tcp', port: Number(port) }
}

describe.skipIf(!isRoot)('IPv6 in the kernel', () => {
  const world = randomBytes(3).toString('hex')
  const sandboxes = { boot: async () => undefined, halt: async () => undefined }
  const run = boundedRun(4)
  const driver = new LinuxDriver({ world, sandboxes })
  const router = vpcNamespace(world, vpcIdOf(0))
  const ids = [0, 1, 2].map((index) => instanceIdOf(0, index))
  const namespaces = new Map(ids.map((id) => [id, instanceNamespace(world, id)]))
  const toSubnet1: AddressedProbe = {
    from: instanceIdOf(0, 0),
    host: instanceIpv6Address(IPV6_OPEN, 0, 2),
    protocol: 'tcp',
    port: 80,
  }
  let probers: Probers

  beforeAll(async () => {
    await driver.start()
    await put(driver, IPV6_OPEN)
    probers = await Probers.open(namespaces)
  })

  afterAll(async () => {
    await probers?.close()
    await driver.destroy()
  })

  async function put(by: LinuxDriver, shape: VpcShape): Promise<void> {
    const { failures } = await by.apply(compile(await recordsOf([shape])))
    expect(failures).toEqual(new Map())
  }

  async function reaches(): Promise<boolean> {
    return (await probers.probe([toSubnet1], 2000))[0] ?? false
  }

  it('is found by the next driver, which changes nothing', async () => {
    const lines: string[] = []
    const next = new LinuxDriver({
      world,
      sandboxes,
      run: (argv, input) => {
        lines.push(...(input ?? '').split('\n').filter((line) => /^(addr|neigh|route|rule|link) (?!show)/.test(line)))
        return run(argv, input)
      },
    })
    await put(next, IPV6_OPEN)
    expect(lines).toEqual([])
    expect(await driver.hasDrifted()).toBe(false)
  })

  it.each<[string, () => Promise<unknown>]>([
    ['its table', () => nftTransaction(run, router, 'delete table ip6 postern')],
    ['a route', () => ipBatch(run, [`route del ${toSubnet1.host}`], router, 6)],
    ['the rules', () => ipBatch(run, ['rule del pref 1000', 'rule del pref 1000'], router, 6)],
    ["the backbone's table", () => nftTransaction(run, backboneNamespace(world), 'delete table ip6 postern')],
  ])('comes back where somebody took away %s', async (_, take) => {
    await take()
    expect(await driver.hasDrifted()).toBe(true)
    await put(driver, IPV6_OPEN)
    expect(await driver.hasDrifted()).toBe(false)
    expect(await reaches()).toBe(true)
  })

  it('lets nobody send from an address that is not his', async () => {
    const [sender = ''] = namespaces.values()
    const stolen = ipv6Cidr(0, '6.0.77')
    await ipBatch(run, [`addr add ${stolen} dev eth0 nodad preferred_lft 0`], sender, 6)
    const from = cidrBase(stolen)
    const script = `require('net').connect({host:'${toSubnet1.host}',port:80,localAddress:'${from}'}).on('connect',()=>process.exit(1)).setTimeout(700,()=>process.exit(0))`
    // It ends well when nothing came of it.
    expect(await run(inNamespace(sender, process.execPath, '-e', script))).toBe('')
    await ipBatch(run, [`addr del ${stolen} dev eth0`], sender, 6)
    expect(await reaches()).toBe(true)
  })

  it.each([0, 2])('tells instance %i what is too large for the internet', async (index) => {
    await put(driver, IPV6_ONLINE)
    const sender = instanceNamespace(world, instanceIdOf(0, index))
    const script = `const s=require('dgram').createSocket('udp6');s.send(Buffer.alloc(3000),80,'${SITE}',()=>s.close())`
    await run(inNamespace(sender, process.execPath, '-e', script))
    await expect.poll(() => run(['ip', '-n', sender, '-6', 'route', 'get', SITE])).toContain('mtu 1500')
  })

  it('goes with a zone that is down', async () => {
    const network = compile(await recordsOf([IPV6_OPEN]))
    const failed = network.vpcs.map((vpc) => ({ ...vpc, failedZoneIds: ['use1-az1'] }))
    expect((await driver.apply({ ...network, vpcs: failed, inhabited: failed })).failures).toEqual(new Map())
    expect(await probers.probe([toSubnet1], 500)).toEqual([false])
    await put(driver, IPV6_OPEN)
    expect(await reaches()).toBe(true)
  })

  it('goes with the block of the VPC, and comes again', async () => {
    await put(driver, { ...IPV6_OPEN, ipv6: false })
    expect(await run(['ip', '-n', router, '-6', 'addr', 'show'])).toBe('')
    expect(await run(inNamespace(router, 'nft', 'list', 'tables'))).not.toContain('ip6 postern')
    expect(await driver.hasDrifted()).toBe(false)
    await put(driver, IPV6_OPEN)
    expect(await reaches()).toBe(true)
  })
})
