// Takes on the connections that the kernel cannot pass on by itself: those whose targets want a proxy protocol header, and
// those whose TLS ends at the load balancer. The kernel leads them to the doors of a front (messages.ts).

import { connect, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { type Address, addressFamily, parseAddress } from '../ip/address.ts'
import { Doors, type WantedDoor } from './listening.ts'
import type { DesiredState, Front, FrontTarget } from './messages.ts'
import { encodeProxyHeader } from './proxy-protocol.ts'
import { join, reset, type Side } from './relay.ts'
import { TlsEnds } from './tls-end.ts'

export interface ForwarderOptions {
  readonly log: (line: string) => void
  /** Milliseconds for a handshake, and for a target to take a connection; tests make it short. */
  readonly patience?: number
  /** Connections of one client that are still being made, and of all kinds. */
  readonly mostPending?: number
  readonly mostConnections?: number
}

type ForwarderState = Pick<DesiredState, 'fronts' | 'clients' | 'certificates'>

/** A connection that was taken on. */
interface Taken {
  readonly front: Front
  readonly door: WantedDoor
  readonly client: Socket
  /** The client's backbone address, as the packets of its family have it. */
  readonly asker: Address
  readonly port: number
  /** Once it is on its way to a target. */
  targetId?: string
  end: () => void
}

interface Counts {
  all: number
  /** Without a target yet. */
  pending: number
}

const PATIENCE = 10_000
/** A client has these for itself: what it leaves half made is no other's loss. */
const MOST_PENDING = 256
const MOST_CONNECTIONS = 8_000

export class Forwarder {
  readonly #options: ForwarderOptions
  readonly #doors: Doors
  readonly #tls: TlsEnds
  readonly #taken = new Set<Taken>()
  readonly #counts = new Map<Address, Counts>()
  #fronts: ReadonlyMap<string, Front> = new Map()
  #clients: ForwarderState['clients'] = {}

  constructor(options: ForwarderOptions) {
    this.#options = options
    const { log, patience = PATIENCE } = options
    this.#tls = new TlsEnds({ log, patience })
    this.#doors = new Doors({ log, onConnection: (socket, door) => this.#take(socket, door) })
  }

  /** From now on exactly these fronts take connections on; resolves when they do. */
  async want({ fronts, clients, certificates }: ForwarderState): Promise<void> {
    this.#fronts = new Map(fronts.map((front) => [front.id, front]))
    this.#clients = clients
    this.#tls.want(fronts, certificates)
    for (const taken of this.#taken) if (!this.#mayGoOn(taken)) taken.end()
    await this.#doors.want(
      fronts.flatMap(({ id, port, doors }) => doors.map((door) => ({ ...door, port, frontId: id }))),
    )
  }

  /** Ends everything. */
  async close(): Promise<void> {
    await this.want({ fronts: [], clients: {}, certificates: {} })
  }

  /** A front or a door that is gone, and targets whose connections are to end, take their connections with them. */
  #mayGoOn({ front: { id }, door, targetId }: Taken): boolean {
    const front = this.#fronts.get(id)
    if (!front?.doors.some(({ address, endpointId }) => address === door.address && endpointId === door.endpointId)) {
      return false
    }
    if (targetId === undefined) return true
    return !front.ended.includes(targetId) && (front.known?.includes(targetId) ?? true)
  }

  #take(client: Socket, door: WantedDoor): void {
    // Until it has a target nobody else listens to its errors.
    client.on('error', () => client.destroy())
    const front = this.#fronts.get(door.frontId)
    const asker = parseAddress(client.remoteAddress ?? '')
    const counts = front && asker && this.#admit(asker)
    if (!front || !asker || !counts) {
      client.resetAndDestroy()
      return
    }
    const taken: Taken = {
      front,
      door,
      client,
      asker,
      port: client.remotePort ?? 0,
      end: () => client.destroy(),
    }
    this.#taken.add(taken)
    client.once('close', () => this.#forget(taken, counts))
    if (front.tls) {
      this.#tls.accept(front, client, (stream) => this.#forward(taken, { socket: client, stream }, counts))
    } else this.#forward(taken, { socket: client, stream: client }, counts)
  }

  /** Undefined when this client has enough already. */
  #admit(asker: Address): Counts | undefined {
    const { mostPending = MOST_PENDING, mostConnections = MOST_CONNECTIONS } = this.#options
    const counts = this.#counts.get(asker) ?? { all: 0, pending: 0 }
    if (counts.pending >= mostPending || counts.all >= mostConnections) return undefined
    counts.all++
    counts.pending++
    this.#counts.set(asker, counts)
    return counts
  }

  #forget(taken: Taken, counts: Counts): void {
    this.#taken.delete(taken)
    if (taken.targetId === undefined) counts.pending--
    counts.all--
    if (counts.all === 0) this.#counts.delete(taken.asker)
  }

  /** To one of the front's targets as they are now. */
  #forward(taken: Taken, client: Side, counts: Counts): void {
    const front = this.#fronts.get(taken.front.id) ?? taken.front
    const target = pick(front, taken)
    if (!target || client.socket.destroyed) {
      reset(client)
      return
    }
    const { patience = PATIENCE } = this.#options
    const socket = connect({
      host: target.address,
      port: target.port,
      localAddress: front.node.backboneAddress,
      allowHalfOpen: true,
      noDelay: true,
    })
    const header = this.#headerFor(front, taken)
    if (header) socket.write(header)
    const stream = front.targetTls ? encrypt(socket, client.stream) : socket
    const timer = setTimeout(() => taken.end(), patience)
    socket.once('connect', () => {
      clearTimeout(timer)
      if (client.socket.destroyed) return
      taken.targetId = target.id
      counts.pending--
    })
    socket.once('close', () => clearTimeout(timer))
    taken.end = join(client, { socket, stream }, front.idleTimeout * 1000)
  }

  #headerFor({ proxyProtocol, node, port }: Front, { asker, door, port: from }: Taken): Buffer | undefined {
    if (!proxyProtocol) return undefined
    const asked = addressFamily(asker) === 6 ? (node.ipv6Address ?? node.address) : node.address
    return encodeProxyHeader({
      // One that is not in the last state yet is named by its backbone address, which says at least that it is one.
      client: { address: this.#clients[asker] ?? asker, port: from },
      destination: { address: asked, port },
      ...(door.endpointId && { vpcEndpointId: door.endpointId }),
    })
  }
}

/** Whoever the target is: AWS does not verify it either. What the client negotiated is asked of the target. */
function encrypt(socket: Socket, client: Socket | TLSSocket): TLSSocket {
  const protocol = 'alpnProtocol' in client ? client.alpnProtocol : undefined
  return connectTls({
    socket,
    rejectUnauthorized: false,
    ...(typeof protocol === 'string' && { ALPNProtocols: [protocol] }),
  })
}

/** By the flow, or by the client alone where it must stay with its target. */
function pick({ targets, sticky }: Front, { asker, port }: Taken): FrontTarget | undefined {
  return targets[hash(sticky ? asker : `${asker} ${port}`) % targets.length]
}

/** FNV-1a with 32 bits, and its bits mixed once more: the low ones choose. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x45d9f3b)
  return (value ^ (value >>> 16)) >>> 0
}
