// The resolver on real sockets of the loopback: the asker's backbone address is 127.0.0.1 here. The rest as in
// compile/small-network.ts.

import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { type DecodedPacket, decode, encode, RECURSION_DESIRED } from 'dns-packet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Network, ResolverView } from '../compile/network.ts'
import { address, networkInterface, networkOf, smallVpc } from '../compile/small-network.ts'
import { AnswerCache } from './answer-cache.ts'
import { HostResolver } from './host-resolver.ts'
import { PACKETS_PER_SECOND, RateLimit } from './rate-limit.ts'
import { DnsServer } from './server.ts'
import { frameMessage, MessageReader } from './tcp-framing.ts'

function loopbackNetwork(resolver: Partial<ResolverView> = {}): Network {
  const vpc = smallVpc()
  const asker = networkInterface(1, 'a', '10.0.1.5', ['sg-1'], { backboneAddress: address('127.0.0.1') })
  return networkOf({ ...vpc, interfaces: [asker], resolver: { ...vpc.resolver, ...resolver } })
}

const QUERY = encode({
  id: 7,
  flags: RECURSION_DESIRED,
  questions: [{ name: 'ip-10-0-1-5.ec2.internal', type: 'A' }],
})

let network: Network
let dnsUdp: UdpSocket
let dnsTcp: Server
let client: UdpSocket
const logged: string[] = []

beforeEach(async () => {
  network = loopbackNetwork()
  logged.length = 0
  dnsUdp = createSocket('udp4').bind(0, '127.0.0.1')
  dnsTcp = createServer().listen(0, '127.0.0.1')
  client = createSocket('udp4').bind(0, '127.0.0.1')
  await Promise.all([once(dnsUdp, 'listening'), once(dnsTcp, 'listening'), once(client, 'listening')])
  new DnsServer({ network: () => network, log: (line) => logged.push(line), now: () => 0 }).serve({ dnsUdp, dnsTcp })
})

afterEach(() => {
  for (const socket of [dnsUdp, client]) socket.close()
  dnsTcp.close()
})

async function askUdp(message: Buffer): Promise<DecodedPacket> {
  const reply = once(client, 'message')
  client.send(message, dnsUdp.address().port, '127.0.0.1')
  const [received]: Buffer[] = await reply
  return decode(received ?? Buffer.alloc(0))
}

function tcpPort(): number {
  // A TCP server that listens has an address of this kind.
  return (dnsTcp.address() as AddressInfo).port
}

describe('DnsServer', () => {
  it('answers over UDP', async () => {
    expect(await askUdp(QUERY)).toMatchObject({ id: 7, answers: [{ data: '10.0.1.5' }] })
    expect(logged).toEqual([])
  })

  it('asks the host’s resolvers of what nobody here can know, and of nothing else', async () => {
    const asked: string[] = []
    const upstream = createSocket('udp4').bind(0, '127.0.0.1')
    await once(upstream, 'listening')
    upstream.on('message', (message, { port }) => {
      const { id, questions = [] } = decode(message)
      const [question] = questions
      asked.push(question?.name ?? '')
      const answers = [{ name: question?.name ?? '', type: 'A' as const, ttl: 60, data: '198.51.100.9' }]
      upstream.send(encode({ type: 'response', id: id ?? 0, questions, answers }), port, '127.0.0.1')
    })
    const beyond = new HostResolver([`127.0.0.1:${upstream.address().port}`])
    const [udp, tcp] = [createSocket('udp4').bind(0, '127.0.0.1'), createServer()]
    await once(udp, 'listening')
    new DnsServer({ network: () => network, log: () => undefined, now: () => 0, beyond }).serve({
      dnsUdp: udp,
      dnsTcp: tcp,
    })
    const ask = async (name: string) => {
      const reply = once(client, 'message')
      client.send(
        encode({ id: 9, flags: RECURSION_DESIRED, questions: [{ name, type: 'A' }] }),
        udp.address().port,
        '127.0.0.1',
      )
      const [received]: Buffer[] = await reply
      return decode(received ?? Buffer.alloc(0)).answers
    }
    expect(await ask('www.kernel.org')).toMatchObject([{ data: '198.51.100.9' }])
    expect(await ask('ip-10-0-1-5.ec2.internal')).toMatchObject([{ data: '10.0.1.5' }])
    expect(await ask('www.example.com')).toMatchObject([{ data: '203.0.113.10' }])
    expect(await ask('nothing.amazonaws.com')).toEqual([])
    expect(asked).toEqual(['www.kernel.org'])
    for (const socket of [udp, upstream]) socket.close()
  })

  it('answers pipelined questions of one TCP connection in order', async () => {
    const socket = connect(tcpPort(), '127.0.0.1')
    const second = Buffer.from(QUERY)
    second.writeUInt16BE(8, 0)
    socket.write(Buffer.concat([frameMessage(QUERY), frameMessage(second)]))
    const reader = new MessageReader()
    const ids: number[] = []
    for await (const chunk of socket) {
      ids.push(...reader.read(chunk).map((message) => message.readUInt16BE(0)))
      if (ids.length === 2) break
    }
    expect(ids).toEqual([7, 8])
  })

  it('does not answer a VPC without enableDnsSupport, and does once it has it', async () => {
    network = loopbackNetwork({ enabled: false })
    client.send(QUERY, dnsUdp.address().port, '127.0.0.1')
    await onceReceived()
    network = loopbackNetwork()
    const later = Buffer.from(QUERY)
    later.writeUInt16BE(99, 0)
    expect(await askUdp(later)).toMatchObject({ id: 99 })
  })

  it('answers what the Network says now, also to a question that came before', async () => {
    expect(await askUdp(QUERY)).toMatchObject({ answers: [{ data: '10.0.1.5' }] })
    expect(await askUdp(QUERY)).toMatchObject({ answers: [{ data: '10.0.1.5' }] })
    network = loopbackNetwork({ hostnames: false })
    expect(await askUdp(QUERY)).toMatchObject({ id: 7, answers: [] })
  })

  it('does not answer who is no interface', async () => {
    network = networkOf(smallVpc())
    client.send(QUERY, dnsUdp.address().port, '127.0.0.1')
    await onceReceived()
    network = loopbackNetwork()
    const later = Buffer.from(QUERY)
    later.writeUInt16BE(98, 0)
    expect(await askUdp(later)).toMatchObject({ id: 98 })
  })
})

/** The server has seen the next datagram; its own listener came first. */
function onceReceived(): Promise<unknown> {
  return once(dnsUdp, 'message')
}

describe('AnswerCache', () => {
  const made = (text: string, period = 1) => ({ bytes: Buffer.from(`??${text}`), period })

  it('answers the same bytes by a copy with the id of the query', () => {
    const cache = new AnswerCache()
    const first = cache.respond(Buffer.from('aaquery'), () => made('one'))
    const second = cache.respond(Buffer.from('bbquery'), () => made('two'))
    expect([first?.toString(), second?.toString()]).toEqual(['??one', 'bbone'])
    expect(cache.respond(Buffer.from('bbquerz'), () => made('two'))?.toString()).toBe('??two')
    expect(cache.respond(Buffer.from('ccquery'), () => undefined)?.toString()).toBe('ccone')
  })

  it('keeps one answer for each rotation until they repeat, each question by itself', () => {
    const cache = new AnswerCache()
    const ask = (query: string, period: number) =>
      cache.respond(Buffer.from(`aa${query}`), (rotation) => made(`${rotation}`, period))?.toString()
    const both = Array.from({ length: 7 }, () => [ask('A', 2), ask('AAAA', 3)])
    expect(both.map(([one]) => one)).toEqual(['??0', '??1', 'aa0', 'aa1', 'aa0', 'aa1', 'aa0'])
    expect(both.map(([, other]) => other)).toEqual(['??1', '??2', '??0', 'aa1', 'aa2', 'aa0', 'aa1'])
  })

  it('keeps neither long queries nor answers that hardly repeat, nor without end', () => {
    const cache = new AnswerCache()
    const again = (query: string, period = 1) => {
      cache.respond(Buffer.from(`aa${query}`), () => made('one', period))
      return cache.respond(Buffer.from(`aa${query}`), () => made('two', period))?.toString()
    }
    expect(again('x'.repeat(400))).toBe('??two')
    expect(again('x', 1000)).toBe('??two')
    expect(again('x')).toBe('aaone')
    for (let index = 0; index < 10_000; index++) again(`${index}`)
    expect(cache.respond(Buffer.from('aax'), () => made('three'))?.toString()).toBe('??three')
  })
})

describe('RateLimit', () => {
  it('admits so many packets of an interface in a second, and again in the next', () => {
    const limit = new RateLimit()
    const admitted = Array.from({ length: PACKETS_PER_SECOND + 10 }, () => limit.admits('eni-1', 500)).filter(Boolean)
    expect(admitted).toHaveLength(PACKETS_PER_SECOND)
    expect(limit.admits('eni-2', 999)).toBe(true)
    expect(limit.admits('eni-1', 1000)).toBe(true)
  })
})
