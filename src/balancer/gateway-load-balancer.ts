// Gateway Load Balancers: packets that routes lead to an endpoint come out of its tunnel device, go wrapped in GENEVE to an
// appliance, and what the appliance sends back goes into the same device. The router between node and appliance is the
// provider VPC's own, so its groups and network ACLs are asked. What the appliance keeps is lost, and so is what it changed
// the addresses of. https://docs.aws.amazon.com/elasticloadbalancing/latest/gateway/introduction.html

import { setTimeout as pause } from 'node:timers/promises'
import type { Address } from '../ip/address.ts'
import type { VpcEndpointId } from '../store/records.ts'
import { flowKeyOf } from './flow-key.ts'
import { FlowTable, hashOf } from './flow-table.ts'
import { decodeGeneve, encodeGeneve, endpointNumber, type GenevePacket, MalformedGeneve } from './geneve.ts'
import { GeneveNode } from './geneve-node.ts'
import type { Passage } from './messages.ts'
import { Tunnel } from './tunnel.ts'

interface GatewayLoadBalancersOptions {
  readonly log: (line: string) => void
}

interface OpenPassage {
  wanted: Passage
  readonly tunnel: Tunnel
}

/** Milliseconds. */
const SWEEP = 10_000
const LONGEST_OPENING = 3_000

export class GatewayLoadBalancers {
  readonly #options: GatewayLoadBalancersOptions
  readonly #passages = new Map<VpcEndpointId, OpenPassage>()
  readonly #nodes = new Map<Address, GeneveNode>()
  readonly #flows = new FlowTable({ now: () => performance.now(), random: () => Math.random() * 2 ** 32 })
  #sweep: NodeJS.Timeout | undefined

  constructor(options: GatewayLoadBalancersOptions) {
    this.#options = options
  }

  /** From now on exactly these; resolves when packets pass, or after some seconds all the same. */
  async want(passages: readonly Passage[]): Promise<void> {
    const wanted = new Map(passages.map((passage) => [passage.endpointId, passage]))
    for (const [id, { tunnel }] of this.#passages) {
      if (wanted.has(id)) continue
      tunnel.close()
      this.#passages.delete(id)
    }
    for (const passage of passages) this.#wantPassage(passage)
    this.#wantNodes(new Set(passages.map(({ node }) => node)))
    this.#flows.sweep(wanted)
    clearInterval(this.#sweep)
    if (passages.length === 0) return
    this.#sweep = setInterval(() => this.#flows.sweep(this.#wanted()), SWEEP)
    const parts = [...this.#nodes.values(), ...[...this.#passages.values()].map(({ tunnel }) => tunnel)]
    await Promise.race([Promise.all(parts.map(({ opened }) => opened)), pause(LONGEST_OPENING)])
  }

  #wantNodes(wanted: ReadonlySet<Address>): void {
    for (const [address, node] of this.#nodes) {
      if (wanted.has(address)) continue
      node.close()
      this.#nodes.delete(address)
    }
    const onDatagram = (datagram: Buffer, from: string) => this.#takeBack(datagram, from)
    for (const address of wanted) {
      if (!this.#nodes.has(address)) this.#nodes.set(address, new GeneveNode({ ...this.#options, address, onDatagram }))
    }
  }

  #wanted(): ReadonlyMap<VpcEndpointId, Passage> {
    return new Map([...this.#passages].map(([id, { wanted }]) => [id, wanted]))
  }

  #wantPassage(passage: Passage): void {
    const known = this.#passages.get(passage.endpointId)
    if (known) {
      known.wanted = passage
      return
    }
    const { log } = this.#options
    const onPacket = (packet: Buffer) => this.#send(passage.endpointId, packet)
    this.#passages.set(passage.endpointId, {
      wanted: passage,
      tunnel: new Tunnel({ place: passage.tunnel, onPacket, log }),
    })
  }

  /** To the appliance. */
  #send(endpointId: VpcEndpointId, packet: Buffer): void {
    const passage = this.#passages.get(endpointId)?.wanted
    const key = passage && flowKeyOf(packet, passage.flowFields)
    const flow = key && this.#flows.take(passage, key)
    if (!passage || !flow) return
    const { cookie: flowCookie, target } = flow
    const datagram = encodeGeneve({ endpoint: endpointNumber(endpointId), attachment: 0n, flowCookie, payload: packet })
    this.#nodes.get(passage.node)?.send(datagram, target, hashOf(flow.key.text))
  }

  /** From an appliance: only the one that has the flow, and only a packet of the flow. */
  #takeBack(datagram: Buffer, from: string): void {
    const decoded = decode(datagram)
    if (!decoded) return
    const { endpoint, flowCookie, payload } = decoded
    const flow = this.#flows.find(flowCookie)
    if (!flow || flow.target.address !== from || endpoint !== endpointNumber(flow.endpointId)) return
    const passage = this.#passages.get(flow.endpointId)
    if (!passage || flowKeyOf(payload, 5)?.text !== flow.key.text) return
    passage.tunnel.write(payload)
  }
}

function decode(datagram: Buffer): GenevePacket | undefined {
  try {
    return decodeGeneve(datagram)
  } catch (error) {
    if (error instanceof MalformedGeneve) return undefined
    throw error
  }
}
