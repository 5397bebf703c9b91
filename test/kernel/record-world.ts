// A world made of records, in the kernel, and what can be asked of it: whether a packet gets there, as explain says and as it
// is. Nothing answers in the backbone but what accepts and hangs up.

import { randomBytes } from 'node:crypto'
import type { Server } from 'node:net'
import { compile } from '../../src/compile/compile.ts'
import type { Network } from '../../src/compile/network.ts'
import { explain } from '../../src/explain/explain.ts'
import { formatTrace } from '../../src/explain/format.ts'
import type { Trace } from '../../src/explain/trace.ts'
import { parseAddress } from '../../src/ip/address.ts'
import { TCP, UDP } from '../../src/ip/protocol.ts'
import { LinuxDriver } from '../../src/linux/linux-driver.ts'
import { vpcNamespace, worldPrefix } from '../../src/linux/names.ts'
import { boundedRun, inNamespace } from '../../src/linux/run.ts'
import type { Records } from '../../src/store/store.ts'
import { type AddressedProbe, type GuestId, Probers } from './probers.ts'

/** Milliseconds; a second, longer try comes before a packet that explain lets pass counts as lost. */
const TIMEOUT = 150
const SECOND_TIMEOUT = 2000

export interface Comparison {
  readonly probe: AddressedProbe
  readonly trace: Trace
  readonly packet: Trace['verdict']
}

/** `i-a1 10.1.1.5:443`, `i-a1 udp 10.1.1.5:8080` */
export function parseProbe(text: string): AddressedProbe {
  const match = /^(?<from>(?:i|onprem)-\w+) (?<udp>udp )?(?<host>[\da-f.:]+):(?<port>\d+)$/.exec(text)
  const { from = '', udp, host = '', port } = match?.groups ?? {}
  return { from: from as GuestId, host, protocol: udp ? 'udp' : 'tcp', port: Number(port) }
}

export class RecordWorld {
  readonly world: string
  readonly driver: LinuxDriver
  readonly #run = boundedRun(4)
  #network: Network = { vpcs: [], inhabited: [], publicZones: [] }
  #probers: Probers | undefined

  private constructor(world: string) {
    this.world = world
    const sandboxes = { boot: async () => undefined, bootHost: async () => undefined, halt: async () => undefined }
    this.driver = new LinuxDriver({ world, sandboxes })
  }

  /** With a prober in each of the instances and on-premises hosts, which all records must have from now on. */
  static async open(records: Records, guests: readonly GuestId[]): Promise<RecordWorld> {
    const made = new RecordWorld(randomBytes(3).toString('hex'))
    const { dnsUdp: _, dnsUdpIpv6: _ipv6, ...servers } = await made.driver.start()
    for (const server of Object.values(servers)) hangUp(server)
    await made.put(records)
    made.#probers = await Probers.open(new Map(guests.map((id) => [id, `${worldPrefix(made.world)}${id}`])))
    return made
  }

  get network(): Network {
    return this.#network
  }

  async put(records: Records): Promise<void> {
    this.#network = compile(records)
    const { failures } = await this.driver.apply(this.#network)
    for (const error of failures.values()) throw error
    await this.#forgetFlows()
  }

  /** What the last records let through must not go on by a client's port that comes again. */
  async #forgetFlows(): Promise<void> {
    const routers = this.#network.inhabited.map(({ id }) => vpcNamespace(this.world, id))
    await Promise.all(routers.map((router) => this.#run(inNamespace(router, 'conntrack', '-F'))))
  }

  ask({ from, host, protocol, port }: AddressedProbe): Trace {
    const address = parseAddress(host)
    if (!address) throw new TypeError(`not an address: ${host}`)
    const to = { address, port, protocol: protocol === 'tcp' ? TCP : UDP }
    return explain(this.#network, { from, to, now: '2026-01-01T00:00:00.000Z' })
  }

  /** What explain says beside what the packets do. */
  async compare(probes: readonly AddressedProbe[]): Promise<Comparison[]> {
    const traces = probes.map((probe) => this.ask(probe))
    const reached = [...(await this.#send(probes, TIMEOUT))]
    const missed = [...probes.keys()].filter((index) => !reached[index] && traces[index]?.verdict === 'reachable')
    const again = await this.#send(
      missed.flatMap((index) => probes[index] ?? []),
      SECOND_TIMEOUT,
    )
    for (const [place, index] of missed.entries()) reached[index] = again[place] ?? false
    return probes.flatMap((probe, index) => {
      const trace = traces[index]
      return trace ? [{ probe, trace, packet: reached[index] ? 'reachable' : 'stopped' }] : []
    })
  }

  /** Those of the probes about which the two disagree, each as one text. */
  async findDisagreements(probes: readonly AddressedProbe[]): Promise<string[]> {
    const wrong = (await this.compare(probes)).filter(({ trace, packet }) => trace.verdict !== packet)
    return wrong.map(({ probe, trace, packet }) => `${JSON.stringify(probe)} is ${packet}\n${formatTrace(trace)}`)
  }

  reaches(probe: string, timeout = SECOND_TIMEOUT): Promise<boolean> {
    return this.#send([parseProbe(probe)], timeout).then(([reached = false]) => reached)
  }

  async close(): Promise<void> {
    await this.#probers?.close()
    await this.driver.destroy()
  }

  async #send(probes: readonly AddressedProbe[], timeout: number): Promise<readonly boolean[]> {
    if (!this.#probers || probes.length === 0) return []
    return this.#probers.probe(probes, timeout)
  }
}

function hangUp(server: Server): void {
  server.on('connection', (socket) => socket.on('error', () => socket.destroy()).end())
}
