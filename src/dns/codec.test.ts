// The codec against good messages, cut ones, hostile ones and random ones. Queries that once broke something are kept in
// fuzz-seeds/ as hex, one file each, and are all answered or dropped without a throw.

import { readdirSync, readFileSync } from 'node:fs'
import {
  decode,
  encode,
  type Answer as PacketRecord,
  type RecordType as PacketType,
  RECURSION_DESIRED,
} from 'dns-packet'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RecordType } from '../compile/record-data.ts'
import { networkOf, smallVpc } from '../compile/small-network.ts'
import type { ResourceRecordSet } from '../store/route53-records.ts'
import { type Answer, decodeQuery, encodeResponse } from './message.ts'
import { readName, suffixOffset } from './name.ts'
import type { Asker } from './resolve.ts'
import { respond } from './respond.ts'
import { frameMessage, MessageReader } from './tcp-framing.ts'
import type { ResourceRecord } from './zone.ts'

const VPC = smallVpc()
const ASKER = { network: networkOf(VPC), vpc: VPC }
/** With a zone that has a record of every type. */
const FULL = fullZone()
const SEEDS = new URL('./fuzz-seeds/', import.meta.url)

function fullZone(): Asker {
  const values: Readonly<Record<RecordType, string>> = {
    A: '192.0.2.1',
    AAAA: '2001:db8::1',
    CAA: '0 issue "ca.test"',
    CNAME: 'x.all.test',
    DS: '1 2 3 0aff',
    HTTPS: '1 . alpn=h2',
    MX: '10 x.all.test',
    NAPTR: '1 2 "U" "E2U+sip" "!^.*$!sip:a@b!" .',
    NS: 'x.all.test',
    PTR: 'x.all.test',
    SOA: 'x. y. 1 2 3 4 5',
    SPF: '"a"',
    SRV: '1 2 443 x.all.test',
    SSHFP: `1 2 ${'0a'.repeat(32)}`,
    SVCB: '0 x.all.test',
    TLSA: '3 1 1 0aff',
    TXT: `"${'t'.repeat(255)}"`,
  }
  const set = (name: string, type: string, more: Partial<ResourceRecordSet>): ResourceRecordSet => {
    return { id: `Z1/${name}/${type}`, hostedZoneId: 'Z1', name, type, ttl: 1, values: [], ...more }
  }
  const recordSets = ['all.test', 'x.all.test', '*.w.all.test'].flatMap((name) =>
    Object.entries(values)
      .filter(([type]) => type !== 'CNAME')
      .map(([type, value]) => set(name, type, { values: [value] })),
  )
  recordSets.push(set('y.x.all.test', 'CNAME', { values: [values.CNAME] }))
  for (const type of Object.keys(values)) {
    const alias = { hostedZoneId: 'Z1', dnsName: 'x.all.test', evaluateTargetHealth: false }
    if (type !== 'CNAME') recordSets.push(set('alias.all.test', type, { alias }))
  }
  const vpc = smallVpc({ privateZones: [{ id: 'Z1', name: 'all.test', recordSets }] })
  return { network: networkOf(vpc), vpc }
}

interface QueryOptions {
  readonly type?: PacketType
  readonly flags?: number
  readonly additionals?: PacketRecord[]
}

function query(name: string, { type = 'A', flags = RECURSION_DESIRED, additionals = [] }: QueryOptions = {}): Buffer {
  return encode({ type: 'query', id: 4711, flags, questions: [{ name, type }], additionals })
}

function edns(udpPayloadSize: number, ednsVersion = 0): PacketRecord {
  return {
    type: 'OPT',
    name: '.',
    udpPayloadSize,
    extendedRcode: 0,
    ednsVersion,
    flags: 0,
    flag_do: false,
    options: [],
  }
}

function answered(message: Buffer, transport: 'udp' | 'tcp' = 'udp') {
  const response = respond(message, { asker: ASKER, transport, rotation: 0 })?.bytes
  if (!response) throw new Error('no response')
  // dns-packet knows these two members and its types do not.
  const packet: ReturnType<typeof decode> & { rcode?: string } = decode(response)
  return { response, packet }
}

describe('a response', () => {
  it('carries the id, the question as it was spelled, and the records', () => {
    const { packet, response } = answered(query('Ip-10-0-1-5.EC2.internal'))
    expect(packet).toMatchObject({ id: 4711, rcode: 'NOERROR', flag_qr: true, flag_rd: true, flag_ra: true })
    expect(packet.questions?.[0]).toMatchObject({ name: 'Ip-10-0-1-5.EC2.internal', type: 'A' })
    expect(packet.answers).toMatchObject([{ name: 'Ip-10-0-1-5.EC2.internal', type: 'A', data: '10.0.1.5', ttl: 60 }])
    // 12 header, 26 name, 4 type and class; then a pointer and 14 bytes.
    expect(response).toHaveLength(12 + 26 + 4 + 16)
  })

  it('points the SOA of a negative answer into the question', () => {
    const { packet } = answered(query('nobody.ec2.internal'))
    expect(packet).toMatchObject({ rcode: 'NXDOMAIN', answers: [] })
    expect(packet.authorities).toMatchObject([{ name: 'ec2.internal', type: 'SOA', data: { minimum: 60 } }])
  })

  it('round-trips every type of record', () => {
    const message = query('a.example.test')
    const asked = decodeQuery(message)
    if (!asked) throw new Error('unreadable')
    const name = 'a.example.test'
    const answers: ResourceRecord[] = [
      { name, ttl: 1, type: 'A', data: '192.0.2.1' },
      { name, ttl: 2, type: 'AAAA', data: '2001:db8::1' },
      { name: 'other.test', ttl: 3, type: 'PTR', data: name },
      { name: 'example.test', ttl: 4, type: 'NS', data: 'ns.example.test' },
      { name, ttl: 5, type: 'CNAME', data: 'b.example.test' },
      { name: 'test', ttl: 6, type: 'SOA', data: 'ns. host. 1 2 3 4 5' },
      { name, ttl: 7, type: 'MX', data: '10 mail.example.test.' },
      { name, ttl: 8, type: 'TXT', data: '"v=spf1 -all" "a\\"b"' },
      { name, ttl: 9, type: 'SRV', data: '1 2 443 host.test' },
      { name, ttl: 10, type: 'CAA', data: '0 issue "ca.test"' },
      { name, ttl: 11, type: 'NAPTR', data: '1 2 "U" "E2U+sip" "!^.*$!sip:a@b!" .' },
      { name, ttl: 12, type: 'DS', data: '1 2 3 0aff' },
      { name, ttl: 13, type: 'SSHFP', data: `1 2 ${'0a'.repeat(32)}` },
      { name, ttl: 14, type: 'TLSA', data: '3 1 1 0aff' },
      // The package has no reader for the last two.
      { name, ttl: 15, type: 'HTTPS', data: '1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.1' },
      { name, ttl: 16, type: 'SPF', data: '"a"' },
    ]
    const decoded = decode(encodeResponse(asked, { code: 'NOERROR', answers, authorities: [] }, 4096)).answers
    expect(decoded?.map((record) => record.name)).toEqual(answers.map((record) => record.name))
    expect(decoded?.map((record) => ('data' in record ? record.data : undefined))).toMatchObject([
      '192.0.2.1',
      '2001:db8::1',
      name,
      'ns.example.test',
      'b.example.test',
      { mname: 'ns', rname: 'host', serial: 1, refresh: 2, retry: 3, expire: 4, minimum: 5 },
      { preference: 10, exchange: 'mail.example.test' },
      [Buffer.from('v=spf1 -all'), Buffer.from('a"b')],
      { priority: 1, weight: 2, port: 443, target: 'host.test' },
      { flags: 0, tag: 'issue', value: 'ca.test' },
      { order: 1, preference: 2, flags: 'U', services: 'E2U+sip', regexp: '!^.*$!sip:a@b!', replacement: '.' },
      { keyTag: 1, algorithm: 2, digestType: 3, digest: Buffer.from([0x0a, 0xff]) },
      { algorithm: 1, hash: 2, fingerprint: '0A'.repeat(32) },
      { usage: 3, selector: 1, matchingType: 1, certificate: Buffer.from([0x0a, 0xff]) },
      Buffer.from('000100' + '0001000602683202683300030002' + '20fb' + '00040004c0000201', 'hex'),
      Buffer.from('\x01a'),
    ])
  })

  it('is cut to header, question and EDNS with TC when it is too long for UDP, and whole over TCP', () => {
    const records = Array.from({ length: 40 }, (_, index) => ({
      name: 'many.test',
      ttl: 1,
      type: 'A' as const,
      data: `192.0.2.${index}`,
    }))
    const asked = decodeQuery(query('many.test', { additionals: [edns(512)] }))
    if (!asked) throw new Error('unreadable')
    const answer: Answer = { code: 'NOERROR', answers: records, authorities: [] }
    const short = decode(encodeResponse(asked, answer, 512))
    expect(short).toMatchObject({ flag_tc: true, answers: [], questions: [{ name: 'many.test' }] })
    expect(short.additionals).toHaveLength(1)
    const whole = decode(encodeResponse(asked, answer, 65_535))
    expect(whole.flag_tc).toBe(false)
    expect(whole.answers).toHaveLength(40)
  })

  it('has EDNS exactly when the query had it', () => {
    expect(answered(query('localhost')).packet.additionals).toEqual([])
    const { packet } = answered(query('localhost', { additionals: [edns(1232)] }))
    expect(packet.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 4096, ednsVersion: 0 }])
  })

  it('says why it fails, to those that speak EDNS', () => {
    const { packet, response } = answered(query('example.com', { additionals: [edns(1232)] }))
    expect(packet.rcode).toBe('SERVFAIL')
    expect(response.toString('latin1')).toContain('no internet')
    expect(answered(query('example.com')).response.toString('latin1')).not.toContain('no internet')
  })
})

describe('a query that cannot be answered', () => {
  const twoQuestions = encode({
    flags: RECURSION_DESIRED,
    questions: [
      { name: 'a', type: 'A' },
      { name: 'b', type: 'A' },
    ],
  })
  const chaos = encode({ flags: RECURSION_DESIRED, questions: [{ name: 'version.bind', type: 'TXT', class: 'CH' }] })
  const noQuestion = encode({ flags: RECURSION_DESIRED, questions: [] })
  const pointerToItself = Buffer.concat([query('a').subarray(0, 12), Buffer.from('c00c00010001', 'hex')])
  const pointerAhead = Buffer.concat([query('a').subarray(0, 12), Buffer.from('c03000010001', 'hex')])
  const pointerBack = Buffer.concat([query('a').subarray(0, 12), Buffer.from('c00000010001', 'hex')])

  it.each([
    ['several questions', twoQuestions, 'FORMERR'],
    ['no question', noQuestion, 'FORMERR'],
    ['a name that points to itself', pointerToItself, 'FORMERR'],
    ['a name that points ahead', pointerAhead, 'FORMERR'],
    ['a name that points into the header', pointerBack, 'FORMERR'],
    ['a cut question', query('localhost').subarray(0, 20), 'FORMERR'],
    ['two OPT records', query('localhost', { additionals: [edns(512), edns(512)] }), 'FORMERR'],
    ['a question for OPT', query('localhost', { type: 'OPT' }), 'FORMERR'],
    ['another opcode', query('localhost', { flags: RECURSION_DESIRED | (5 << 11) }), 'NOTIMP'],
    ['another class', chaos, 'REFUSED'],
    ['a zone transfer', query('ec2.internal', { type: 'AXFR' }), 'REFUSED'],
    ['a query without recursion', query('localhost', { flags: 0 }), 'REFUSED'],
  ])('%s', (_, message, expected) => {
    expect(answered(message).packet.rcode).toBe(expected)
  })

  it('of a later EDNS version is BADVERS', () => {
    const { packet } = answered(query('localhost', { additionals: [edns(1232, 1)] }))
    expect(packet.additionals).toMatchObject([{ extendedRcode: 1, ednsVersion: 0 }])
  })

  it.each([
    ['less than a header', Buffer.alloc(11)],
    ['a response', encode({ type: 'response', questions: [{ name: 'a', type: 'A' }] })],
  ])('is dropped when it is %s', (_, message) => {
    expect(respond(message, { asker: ASKER, transport: 'udp', rotation: 0 })).toBeUndefined()
  })
})

describe('names', () => {
  const label = fc.stringMatching(/^[a-z0-9_-]{1,20}$/)

  it('reads what was written', () => {
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 8 }), (labels) => {
        const name = labels.join('.')
        expect(readName(query(name), 12)?.text).toBe(name)
      }),
    )
  })

  it('does not take a dot inside a label for a separator', () => {
    expect(readName(Buffer.from('\x03a.b\x00', 'latin1'), 0)?.text).toBe('a\\046b')
  })

  it('finds where a parent begins', () => {
    expect(suffixOffset('a.bc.d', 'a.bc.d')).toBe(0)
    expect(suffixOffset('a.bc.d', 'bc.d')).toBe(2)
    expect(suffixOffset('a.bc.d', 'c.d')).toBeUndefined()
  })

  it('refuses labels and names that are too long', () => {
    expect(readName(Buffer.from([64, ...Buffer.alloc(64), 0]), 0)).toBeUndefined()
    const long = Buffer.concat([
      ...Array.from({ length: 5 }, () => Buffer.from([60, ...Buffer.alloc(60)])),
      Buffer.alloc(1),
    ])
    expect(readName(long, 0)).toBeUndefined()
  })
})

describe('framing over TCP', () => {
  it('gives back pipelined messages, however the stream is chopped', () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 })
    fc.assert(
      fc.property(messages, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (sent, cuts) => {
        const stream = Buffer.concat(sent.map((message) => frameMessage(Buffer.from(message))))
        const reader = new MessageReader()
        const received: Buffer[] = []
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = cuts[turn % cuts.length] ?? 1
          received.push(...reader.read(stream.subarray(at, at + size)))
          at += size
        }
        expect(received.map((message) => [...message])).toEqual(sent.map((message) => [...message]))
      }),
    )
  })
})

describe('hostile bytes', () => {
  const asked = { asker: ASKER, transport: 'udp', rotation: 0 } as const

  it('never throws on random bytes, and answers within the limit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect(respond(Buffer.from(bytes), asked)?.bytes.length ?? 0).toBeLessThanOrEqual(4096)
      }),
      { numRuns: 2000 },
    )
  })

  it('never throws on a good query with bytes changed or cut', () => {
    const good = query('bucket.s3.us-east-1.amazonaws.com', { additionals: [edns(1232)] })
    const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255))
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), fc.nat(good.length), (changes, length) => {
        const message = Buffer.from(good)
        for (const [at, byte] of changes) message[at] = byte
        const response = respond(message.subarray(0, length), asked)?.bytes
        if (response) expect(response.readUInt16BE(0)).toBe(message.readUInt16BE(0))
      }),
      { numRuns: 3000 },
    )
  })

  it('answers any type at any name of a zone with every type of record', () => {
    const name = fc.constantFrom(
      'all.test',
      'x.all.test',
      'y.x.all.test',
      'w.all.test',
      'a.w.all.test',
      'alias.all.test',
    )
    fc.assert(
      fc.property(name, fc.integer({ min: 0, max: 300 }), fc.nat(9), fc.boolean(), (text, type, rotation, isTcp) => {
        const message = Buffer.from(query(text))
        message.writeUInt16BE(type, message.length - 4)
        const transport = isTcp ? 'tcp' : 'udp'
        const response = respond(message, { asker: FULL, transport, rotation })
        // What another reads without a fault is well formed.
        if (response) decode(response.bytes)
      }),
      { numRuns: 2000 },
    )
  })

  it.each(readdirSync(SEEDS))('answers or drops the seed %s', (file) => {
    const message = Buffer.from(readFileSync(new URL(file, SEEDS), 'utf8').trim(), 'hex')
    expect(() => respond(message, asked)).not.toThrow()
  })
})
