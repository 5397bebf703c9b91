// A Gateway Load Balancer's node in the backbone: sockets by which it sends to appliances, and one at its shadow to which their
// datagrams come back. The provider's router puts the node's private address in their place.

import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { GENEVE_PORT, shadowOf } from '../compile/backbone.ts'
import type { Address } from '../ip/address.ts'

interface GeneveNodeOptions {
  /** The node's backbone address. */
  readonly address: Address
  readonly onDatagram: (datagram: Buffer, from: string) => void
  readonly log: (line: string) => void
}

/** All datagrams of a flow have one source port; so many there are. */
const SOURCE_PORTS = 8
const BUFFER = 4 << 20
/** Milliseconds. */
const AGAIN = 100

export class GeneveNode {
  /** Resolves when datagrams go and come. */
  readonly opened: Promise<void>
  readonly #options: GeneveNodeOptions
  #sockets: Socket[] = []
  #out: readonly Socket[] = []
  #closed = false

  constructor(options: GeneveNodeOptions) {
    this.#options = options
    this.opened = this.#open()
  }

  /** `flow` is a number that all packets of a flow have in common. */
  send(datagram: Buffer, { address }: { readonly address: Address }, flow: number): void {
    // A datagram that cannot be sent is a packet that is lost.
    this.#out[flow % this.#out.length]?.send(datagram, GENEVE_PORT, address, () => undefined)
  }

  close(): void {
    this.#closed = true
    this.#out = []
    for (const socket of this.#sockets.splice(0)) socket.close()
  }

  async #open(): Promise<void> {
    const { address, onDatagram } = this.#options
    const back = await this.#bind(shadowOf(address), GENEVE_PORT)
    back?.on('message', (datagram, { address: from }) => onDatagram(datagram, from))
    const out = await Promise.all(Array.from({ length: SOURCE_PORTS }, () => this.#bind(address, 0)))
    if (!this.#closed) this.#out = out.flatMap((socket) => socket ?? [])
  }

  /** The kernel may come to have the address only in a moment. Undefined when it is closed meanwhile. */
  async #bind(address: Address, port: number): Promise<Socket | undefined> {
    while (!this.#closed) {
      const socket = createSocket({ type: 'udp4', recvBufferSize: BUFFER, sendBufferSize: BUFFER })
      this.#sockets.push(socket)
      try {
        socket.bind(port, address)
        await once(socket, 'listening')
        socket.on('error', (error) => this.#options.log(`datagrams at ${address}: ${error.message}`))
        return socket
      } catch {
        if (this.#closed) return undefined
        this.#sockets = this.#sockets.filter((one) => one !== socket)
        socket.close()
        await pause(AGAIN)
      }
    }
    return undefined
  }
}
