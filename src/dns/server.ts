// The Amazon-provided resolver on the backbone's sockets. The sender's backbone address says which interface asks, and so
// which VPC's names it sees; a sender that is no interface, or whose VPC has no resolver, gets no answer at all.

import type { RemoteInfo, Socket as UdpSocket } from 'node:dgram'
import type { Socket, Server as TcpServer } from 'node:net'
import { embed, unembed } from '../compile/backbone.ts'
import { lookupIn } from '../compile/lookup.ts'
import type { Network } from '../compile/network.ts'
import { addressFamily, parseAddress } from '../ip/address.ts'
import type { NetworkInterfaceId } from '../store/records.ts'
import { AnswerCache } from './answer-cache.ts'
import { blockingRule } from './firewall.ts'
import { Forwarder } from './forwarder.ts'
import type { HostResolver } from './host-resolver.ts'
import { decodeQuery } from './message.ts'
import { type QueryListener, readQuery } from './query-log.ts'
import { INBOUND_PER_SECOND, RateLimit } from './rate-limit.ts'
import { type Asker, askerOf, ruleFor } from './resolve.ts'
import { type Asked, respond } from './respond.ts'
import { frameMessage, MessageReader } from './tcp-framing.ts'

export interface DnsServerOptions {
  /** The Network in force. */
  readonly network: () => Network
  readonly log: (line: string) => void
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number
  /** Of one interface; absent: as many as AWS takes. */
  readonly packetsPerSecond?: number
  /** Asked for what nobody in Postern can know; absent: nobody is. */
  readonly beyond?: Pick<HostResolver, 'ask'>
  /** Hears of what the VPCs ask that have a query log; absent: nobody does. */
  readonly onQuery?: QueryListener
}

/** An interface that may ask. */
interface Sender {
  readonly interfaceId: NetworkInterfaceId
  readonly asker: Asker
  readonly answers: AnswerCache
}

/** Where a question came from. */
interface Source {
  readonly address: string
  readonly port: number
  readonly transport: 'udp' | 'tcp'
}

export interface DnsSockets {
  readonly dnsUdp: UdpSocket
  readonly dnsUdpIpv6?: UdpSocket
  readonly dnsTcp: TcpServer
}

/** An idle TCP connection is closed after this many milliseconds (RFC 7766 section 6.2.3 leaves it to the server). */
const TCP_IDLE = 10_000

export class DnsServer {
  readonly #network: () => Network
  readonly #log: (line: string) => void
  readonly #now: () => number
  readonly #limit: RateLimit
  readonly #beyond: DnsServerOptions['beyond']
  readonly #onQuery: DnsServerOptions['onQuery']
  #forwarder: Forwarder | undefined
  /** Of answers over TCP. */
  #rotation = 0
  /** The Network of which the following is true. */
  #known: Network | undefined
  readonly #senders = new Map<string, Sender>()
  readonly #answers = new Map<string, AnswerCache>()

  constructor({ network, log, now = () => performance.now(), packetsPerSecond, beyond, onQuery }: DnsServerOptions) {
    this.#beyond = beyond
    this.#onQuery = onQuery
    this.#limit = new RateLimit(packetsPerSecond)
    this.#network = network
    this.#log = log
    this.#now = now
  }

  /** Answers on sockets that are already bound; who opened them closes them. */
  serve({ dnsUdp, dnsUdpIpv6, dnsTcp }: DnsSockets): void {
    this.#forwarder = new Forwarder(dnsUdp, dnsUdpIpv6)
    for (const socket of dnsUdpIpv6 ? [dnsUdp, dnsUdpIpv6] : [dnsUdp]) {
      socket.on('message', (message, sender) => {
        if (!this.#forwarder?.take(message, sender.address)) this.#answerDatagram(socket, message, sender)
      })
      socket.on('error', (error) => this.#log(`dns: UDP socket: ${error.message}`))
    }
    dnsTcp.on('connection', (socket) => this.#answerConnection(socket))
    dnsTcp.on('error', (error) => this.#log(`dns: TCP socket: ${error.message}`))
  }

  #answerDatagram(socket: UdpSocket, message: Buffer, { address, port }: RemoteInfo): void {
    const send = (late: Buffer) => socket.send(late, port, address)
    const response = this.#respond(message, { address, port, transport: 'udp' }, send)
    if (!response) return
    // What goes wrong is an error of the socket: a callback for each would cost as much as the answer.
    socket.send(response, port, address)
  }

  #answerConnection(socket: Socket): void {
    const { remoteAddress: address = '', remotePort: port = 0 } = socket
    const reader = new MessageReader()
    socket.setTimeout(TCP_IDLE, () => socket.destroy())
    // A client that goes away is no event of ours.
    socket.on('error', () => socket.destroy())
    socket.on('drain', () => socket.resume())
    socket.on('data', (chunk: Buffer) => {
      for (const message of reader.read(chunk)) {
        // A client that asks and does not read must not fill our memory.
        const send = (response: Buffer) => {
          if (!socket.write(frameMessage(response))) socket.pause()
        }
        const response = this.#respond(message, { address, port, transport: 'tcp' }, send)
        if (response) send(response)
      }
    })
  }

  /** What is asked elsewhere is answered later, by `sendLate`. */
  #respond(message: Buffer, source: Source, sendLate: (response: Buffer) => void): Buffer | undefined {
    const sender = this.#senderAt(source.address)
    if (!sender) return undefined
    const { asker, interfaceId } = sender
    const most = asker.isOutside ? INBOUND_PER_SECOND : undefined
    if (!this.#limit.admits(interfaceId, this.#now(), most)) return undefined
    const onQuery = asker.vpc.queryLogConfigIds && this.#onQuery
    if (!onQuery) return this.#answer(message, sender, source.transport, sendLate)
    const transport = source.transport === 'udp' ? ('UDP' as const) : ('TCP' as const)
    const log = (response: Buffer) => {
      const query = readQuery({ vpc: asker.vpc, interfaceId, sourcePort: source.port, transport }, message, response)
      if (query) onQuery(query)
    }
    const response = this.#answer(message, sender, source.transport, (late) => {
      log(late)
      sendLate(late)
    })
    if (response) log(response)
    return response
  }

  #answer(
    message: Buffer,
    { asker, answers }: Sender,
    transport: 'udp' | 'tcp',
    sendLate: (response: Buffer) => void,
  ): Buffer | undefined {
    if (asker.vpc.resolverRules && this.#forward(message, { asker, transport, rotation: 0 }, sendLate)) return undefined
    if (this.#beyond) return this.#respondOrAsk(message, { asker, transport, rotation: this.#turn() }, sendLate)
    if (transport === 'udp')
      return answers.respond(message, (rotation) => respond(message, { asker, transport, rotation }))
    return respond(message, { asker, transport, rotation: this.#turn() })?.bytes
  }

  #turn(): number {
    this.#rotation = (this.#rotation + 1) % 0x10000
    return this.#rotation
  }

  /** With an uplink: answers are not kept, for what is kept does not say who knows better. */
  #respondOrAsk(message: Buffer, asked: Asked, sendLate: (response: Buffer) => void): Buffer | undefined {
    const response = respond(message, asked)
    if (!response?.isBeyond || !this.#beyond) return response?.bytes
    void this.#beyond.ask(message, asked.transport).then((answer) => sendLate(answer ?? response.bytes))
    return undefined
  }

  /** False for a question that no rule sends elsewhere. When nobody answers there, that is SERVFAIL with the rule's name. */
  #forward(message: Buffer, asked: Asked, sendLate: (response: Buffer) => void): boolean {
    const question = decodeQuery(message)?.question
    if (!question || blockingRule(asked.asker.vpc, question)) return false
    const targets = ruleFor(asked.asker, question.name)?.targets
    if (!targets || !this.#forwarder) return false
    const aliases = targets.map(({ alias, target }) => (addressFamily(target) === 6 ? embed(alias) : alias))
    void this.#forwarder.ask(message, aliases).then((answer) => {
      const response = answer ?? respond(message, asked)?.bytes
      if (response) sendLate(response)
    })
    return true
  }

  /** Who has this backbone address, when the interface may ask now. */
  #senderAt(from: string): Sender | undefined {
    const network = this.#network()
    if (network !== this.#known) this.#forget(network)
    const known = this.#senders.get(from)
    if (known) return known
    const address = parseAddress(from.replace(/^::ffff:/, ''))
    const placed = address && lookupIn(network).interfaceByBackbone.get(unembed(address))
    if (!placed?.vpc.resolver.enabled) return undefined
    const asker = askerOf(network, placed)
    const { vpc, availabilityZoneId, isOutside = false, usesDns64 = false } = asker
    const alike = `${vpc.id} ${availabilityZoneId} ${isOutside} ${usesDns64}`
    const answers = this.#answers.get(alike) ?? new AnswerCache()
    this.#answers.set(alike, answers)
    const sender = { interfaceId: placed.networkInterface.id, asker, answers }
    this.#senders.set(from, sender)
    return sender
  }

  #forget(network: Network): void {
    this.#known = network
    this.#senders.clear()
    this.#answers.clear()
  }
}
