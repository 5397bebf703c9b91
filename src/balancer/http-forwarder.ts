// Application Load Balancers' connections: HTTP is read at a door, and each request answered or passed on to a target as the
// rules say (compile/rule-choice.ts). One front, one server that was never told to listen and is handed its connections.

import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { HttpFrontServer } from './http-front-server.ts'
import { Doors, type WantedDoor } from './listening.ts'
import type { DesiredState } from './messages.ts'
import { TlsEnds } from './tls-end.ts'

export interface HttpForwarderOptions {
  readonly log: (line: string) => void
  /** Milliseconds for a handshake, and for a target to take a connection; tests make it short. */
  readonly patience?: number
  /** Connections of one client. */
  readonly mostConnections?: number
}

type HttpState = Pick<DesiredState, 'httpFronts' | 'clients' | 'certificates'>

const PATIENCE = 10_000
const MOST_CONNECTIONS = 8_000

export class HttpForwarder {
  readonly #options: HttpForwarderOptions
  readonly #doors: Doors
  readonly #tls: TlsEnds
  readonly #servers = new Map<string, HttpFrontServer>()
  readonly #counts = new Map<string, number>()
  #clients: HttpState['clients'] = {}

  constructor(options: HttpForwarderOptions) {
    this.#options = options
    const { log, patience = PATIENCE } = options
    this.#tls = new TlsEnds({ log, patience })
    this.#doors = new Doors({ log, onConnection: (socket, door) => this.#take(socket, door) })
  }

  /** From now on exactly these fronts take connections on; resolves when they do. */
  async want({ httpFronts = [], clients, certificates }: HttpState): Promise<void> {
    this.#clients = clients
    this.#tls.want(httpFronts, certificates)
    const wanted = new Map(httpFronts.map((front) => [front.id, front]))
    for (const [id, server] of this.#servers) {
      if (wanted.has(id)) continue
      server.close()
      this.#servers.delete(id)
    }
    for (const [id, front] of wanted) {
      const known = this.#servers.get(id)
      if (known) known.front = front
      else this.#servers.set(id, this.#makeServer(front))
    }
    await this.#doors.want(
      httpFronts.flatMap(({ id, port, doors }) => doors.map((door) => ({ ...door, port, frontId: id }))),
    )
  }

  /** Ends everything. */
  async close(): Promise<void> {
    await this.want({ clients: {}, certificates: {} })
  }

  #makeServer(front: HttpFrontServer['front']): HttpFrontServer {
    const { patience = PATIENCE } = this.#options
    return new HttpFrontServer({ front, patience, clientOf: (backboneAddress) => this.#clients[backboneAddress] })
  }

  #take(client: Socket, door: WantedDoor): void {
    client.on('error', () => client.destroy())
    const server = this.#servers.get(door.frontId)
    if (!server || !this.#admit(client)) {
      client.resetAndDestroy()
      return
    }
    const serve = (stream: Socket | TLSSocket) => this.#servers.get(door.frontId)?.serve(stream)
    if (server.front.tls) this.#tls.accept(server.front, client, serve)
    else serve(client)
  }

  /** False when this client has enough already. */
  #admit(client: Socket): boolean {
    const { remoteAddress = '' } = client
    const { mostConnections = MOST_CONNECTIONS } = this.#options
    const count = (this.#counts.get(remoteAddress) ?? 0) + 1
    if (count > mostConnections) return false
    this.#counts.set(remoteAddress, count)
    client.once('close', () => {
      const left = (this.#counts.get(remoteAddress) ?? 1) - 1
      if (left > 0) this.#counts.set(remoteAddress, left)
      else this.#counts.delete(remoteAddress)
    })
    return true
  }
}
