// The Amazon-provided resolver on the backbone's sockets. The sender's backbone address says which interface asks, and so
// which VPC's names it sees; a sender that is no interface, or whose VPC has no resolver, gets no answer at all.

import type { RemoteInfo, Socket as UdpSocket } from 'node:dgram'
import type { Socket, Server as TcpServer } from 'node:net'
import { lookupIn } from '../compile/lookup.ts'
import type { Network } from '../compile/network.ts'
import { parseAddress } from '../ip/address.ts'
import { RateLimit } from './rate-limit.ts'
import { type Asker, askerOf } from './resolve.ts'
import { respond } from './respond.ts'
import { frameMessage, MessageReader } from './tcp-framing.ts'

export interface DnsServerOptions {
  /** The Network in force. */
  readonly network: () => Network
  readonly log: (line: string) => void
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number
}

export interface DnsSockets {
  readonly dnsUdp: UdpSocket
  readonly dnsTcp: TcpServer
}

/** An idle TCP connection is closed after this many milliseconds (RFC 7766 section 6.2.3 leaves it to the server). */
const TCP_IDLE = 10_000

export class DnsServer {
  readonly #network: () => Network
  readonly #log: (line: string) => void
  readonly #now: () => number
  readonly #limit = new RateLimit()
  #rotation = 0

  constructor({ network, log, now = () => performance.now() }: DnsServerOptions) {
    this.#network = network
    this.#log = log
    this.#now = now
  }

  /** Answers on sockets that are already bound; who opened them closes them. */
  serve({ dnsUdp, dnsTcp }: DnsSockets): void {
    dnsUdp.on('message', (message, sender) => this.#answerDatagram(dnsUdp, message, sender))
    dnsUdp.on('error', (error) => this.#log(`dns: UDP socket: ${error.message}`))
    dnsTcp.on('connection', (socket) => this.#answerConnection(socket))
    dnsTcp.on('error', (error) => this.#log(`dns: TCP socket: ${error.message}`))
  }

  #answerDatagram(socket: UdpSocket, message: Buffer, { address, port }: RemoteInfo): void {
    const response = this.#respond(message, address, 'udp')
    if (!response) return
    socket.send(response, port, address, (error) => {
      if (error) this.#log(`dns: answering ${address}: ${error.message}`)
    })
  }

  #answerConnection(socket: Socket): void {
    const { remoteAddress = '' } = socket
    const reader = new MessageReader()
    socket.setTimeout(TCP_IDLE, () => socket.destroy())
    // A client that goes away is no event of ours.
    socket.on('error', () => socket.destroy())
    socket.on('drain', () => socket.resume())
    socket.on('data', (chunk: Buffer) => {
      for (const message of reader.read(chunk)) {
        const response = this.#respond(message, remoteAddress, 'tcp')
        // A client that asks and does not read must not fill our memory.
        if (response && !socket.write(frameMessage(response))) socket.pause()
      }
    })
  }

  #respond(message: Buffer, sender: string, transport: 'udp' | 'tcp'): Buffer | undefined {
    const asker = this.#askerAt(sender)
    if (!asker) return undefined
    this.#rotation = (this.#rotation + 1) % 0x10000
    return respond(message, { asker, transport, rotation: this.#rotation })
  }

  /** Who has this backbone address, when the interface may ask now. */
  #askerAt(sender: string): Asker | undefined {
    const address = parseAddress(sender.replace(/^::ffff:/, ''))
    const network = this.#network()
    const placed = address && lookupIn(network).interfaceByBackbone.get(address)
    if (!placed?.vpc.resolver.enabled) return undefined
    return this.#limit.admits(placed.networkInterface.id, this.#now()) ? askerOf(network, placed) : undefined
  }
}
