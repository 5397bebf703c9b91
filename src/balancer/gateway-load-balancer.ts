// Gateway Load Balancers: packets that routes lead to an endpoint come out of its tunnel device, go wrapped in GENEVE to an
// appliance, and what the appliance sends back goes into the same device. The router between node and appliance is the
// provider VPC's own, so its groups and network ACLs are asked. What the appliance keeps is lost, and so is what it changed
// the addresses of. https://docs.aws.amazon.com/elasticloadbalancing/latest/gateway/introduction.html

import { setTimeout as pause } from 'node:timers/promises'
import type { Address } from '../ip/address.ts'
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
  readonly flows: FlowTable
}

/** Milliseconds. */
const SWEEP = 10_000
const LONGEST_OPENING = 3_000

export class GatewayLoadBalancers {
  readonly #options: GatewayLoadBalancersOptions
  /** By the number of the endpoint. */
  readonly #passages = new Map<bigint, OpenPassage>()
  readonly #nodes = new Map<Address, GeneveNode>()
  #sweep: NodeJS.Timeout | undefined

  constructor(options: GatewayLoadBalancersOptions) {
    this.#options = options
  }

  /** From now on exactly these; resolves when packets pass, or after some seconds all the same. */
  async want(passages: readonly Passage[]): Promise<void> {
    const wanted = new Set(passages.map(({ endpointId }) => endpointNumber(endpointId)))
    for (const [number, { tunnel }] of this.#passages) {
      if (wanted.has(number)) continue
      tunnel.close()
      this.#passages.delete(number)
    }
    const fresh = [
      ...passages.flatMap((passage) => this.#wantPassage(passage) ?? []),
      ...this.#wantNodes(new Set(passages.map(({ node }) => node))),
    ]
    clearInterval(this.#sweep)
    if (passages.length > 0) this.#sweep = setInterval(() => this.#forgetIdle(), SWEEP)
    if (fresh.length > 0) await Promise.race([Promise.all(fresh), pause(LONGEST_OPENING)])
  }

  /** Gives what has to be waited for, as below. */
  #wantNodes(wanted: ReadonlySet<Address>): Promise<void>[] {
    for (const [address, node] of this.#nodes) {
      if (wanted.has(address)) continue
      node.close()
      this.#nodes.delete(address)
    }
    const onDatagram = (datagram: Buffer, from: string) => this.#takeBack(datagram, from)
    return [...wanted].flatMap((address) => {
      if (this.#nodes.has(address)) return []
      const node = new GeneveNode({ ...this.#options, address, onDatagram })
      this.#nodes.set(address, node)
      return [node.opened]
    })
  }

  #wantPassage(passage: Passage): Promise<void> | undefined {
    const number = endpointNumber(passage.endpointId)
    const known = this.#passages.get(number)
    if (known) {
      known.wanted = passage
      return undefined
    }
    const { log } = this.#options
    const tunnel = new Tunnel({ place: passage.tunnel, onPacket: (packet) => this.#send(number, packet), log })
    const flows = new FlowTable({ now: () => performance.now(), random: () => Math.random() * 2 ** 32 })
    this.#passages.set(number, { wanted: passage, tunnel, flows })
    return tunnel.opened
  }

  #forgetIdle(): void {
    for (const { flows, wanted } of this.#passages.values()) flows.sweep(wanted)
  }

  /** To the appliance. */
  #send(endpoint: bigint, packet: Buffer): void {
    const passage = this.#passages.get(endpoint)
    const key = passage && flowKeyOf(packet, passage.wanted.flowFields)
    const flow = key && passage.flows.take(passage.wanted, key)
    if (!flow) return
    const { cookie: flowCookie, target } = flow
    const datagram = encodeGeneve({ endpoint, attachment: 0n, flowCookie, payload: packet })
    this.#nodes.get(passage.wanted.node)?.send(datagram, target, hashOf(flow.key.text))
  }

  /** From an appliance: only the one that has the flow, and only a packet of the flow. */
  #takeBack(datagram: Buffer, from: string): void {
    const decoded = decode(datagram)
    if (!decoded) return
    const { endpoint, flowCookie, payload } = decoded
    const passage = this.#passages.get(endpoint)
    const flow = passage?.flows.find(flowCookie)
    if (flow?.target.address !== from || flowKeyOf(payload, 5)?.text !== flow.key.text) return
    passage?.tunnel.write(payload)
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
