// A world of small VPCs in the kernel, and what can be asked of it: whether a packet gets there, as explain says and as it
// is. The services behind the endpoints, the resolver and the metadata address accept and hang up.

import { randomBytes } from 'node:crypto'
import type { Server } from 'node:net'
import { compile } from '../../src/compile/compile.ts'
import type { Network } from '../../src/compile/network.ts'
import { DnsServer } from '../../src/dns/server.ts'
import { explain } from '../../src/explain/explain.ts'
import type { Trace } from '../../src/explain/trace.ts'
import { parseAddress } from '../../src/ip/address.ts'
import { TCP, UDP } from '../../src/ip/protocol.ts'
import { LinuxDriver } from '../../src/linux/linux-driver.ts'
import { instanceNamespace } from '../../src/linux/names.ts'
import { type AddressedProbe, Probers } from './probers.ts'
import { recordsOf, type VpcShape } from './vpc-shape.ts'

/** Milliseconds. Everything is on this machine; a second, longer try comes before a packet counts as lost. */
const TIMEOUT = 300
const SECOND_TIMEOUT = 2000

export interface Comparison {
  readonly trace: Trace
  readonly packet: Trace['verdict']
}

export class SmallWorld {
  readonly #world: string
  readonly #driver: LinuxDriver
  #network: Network = { vpcs: [], inhabited: [], publicZones: [] }
  #probers: Probers | undefined

  private constructor(world: string, driver: LinuxDriver) {
    this.#world = world
    this.#driver = driver
  }

  static async open(): Promise<SmallWorld> {
    const world = randomBytes(3).toString('hex')
    const sandboxes = { boot: async () => undefined, halt: async () => undefined }
    const driver = new LinuxDriver({ world, sandboxes })
    const made = new SmallWorld(world, driver)
    const { dnsUdp, dnsUdpIpv6, dnsTcp, ...servers } = await driver.start()
    new DnsServer({ network: () => made.#network, log: (line) => console.error(line) }).serve({
      dnsUdp,
      dnsTcp,
      ...(dnsUdpIpv6 && { dnsUdpIpv6 }),
    })
    for (const server of Object.values(servers)) hangUp(server)
    return made
  }

  /** Makes the kernel have these VPCs and no others, with a prober in each instance. */
  async apply(shapes: readonly VpcShape[]): Promise<void> {
    await this.#probers?.close()
    this.#network = compile(await recordsOf(shapes))
    const { failures } = await this.#driver.apply(this.#network)
    for (const error of failures.values()) throw error
    const instances = this.#network.vpcs.flatMap((vpc) => vpc.instances)
    this.#probers = await Probers.open(new Map(instances.map(({ id }) => [id, instanceNamespace(this.#world, id)])))
  }

  /** Asks explain, and sends the packets; what explain calls reachable is tried twice. */
  async compare(probes: readonly AddressedProbe[]): Promise<Comparison[]> {
    const traces = probes.map((probe) => this.#explain(probe))
    const reached = [...(await this.#send(probes, TIMEOUT))]
    const missed = [...probes.keys()].filter((index) => !reached[index] && traces[index]?.verdict === 'reachable')
    const again = await this.#send(
      missed.flatMap((index) => probes[index] ?? []),
      SECOND_TIMEOUT,
    )
    for (const [place, index] of missed.entries()) reached[index] = again[place] ?? false
    return traces.map((trace, index) => ({ trace, packet: reached[index] ? 'reachable' : 'stopped' }))
  }

  async close(): Promise<void> {
    await this.#probers?.close()
    await this.#driver.destroy()
  }

  async #send(probes: readonly AddressedProbe[], timeout: number): Promise<readonly boolean[]> {
    if (!this.#probers || probes.length === 0) return []
    return this.#probers.probe(probes, timeout)
  }

  #explain({ from, host, protocol, port }: AddressedProbe): Trace {
    const address = parseAddress(host)
    const to = { ...(address ? { address } : { name: host }), port, protocol: protocol === 'tcp' ? TCP : UDP }
    return explain(this.#network, { from, to, now: '2026-01-01T00:00:00.000Z' })
  }
}

function hangUp(server: Server): void {
  server.on('connection', (socket) => socket.on('error', () => socket.destroy()).end())
}
