// Which packets are one flow, and to which appliance it goes for how long.

import { beforeEach, describe, expect, test } from 'vitest'
import type { Address } from '../ip/address.ts'
import { type FlowKey, flowKeyOf } from './flow-key.ts'
import { FlowTable } from './flow-table.ts'
import type { Passage } from './messages.ts'

const [TCP, UDP, ICMP] = [6, 17, 1]
const [A, B] = [0x0a000105, 0x0a000205]

interface Ends {
  readonly from?: number
  readonly to?: number
  readonly ports?: readonly [number, number]
  readonly protocol?: number
  readonly fragment?: number
}

function packet({ from = A, to = B, ports = [40000, 80], protocol = TCP, fragment = 0 }: Ends = {}): Buffer {
  const bytes = Buffer.alloc(28)
  bytes.writeUInt8(0x45, 0)
  bytes.writeUInt16BE(bytes.length, 2)
  bytes.writeUInt16BE(fragment, 6)
  bytes.writeUInt8(protocol, 9)
  bytes.writeUInt32BE(from, 12)
  bytes.writeUInt32BE(to, 16)
  bytes.writeUInt16BE(ports[0], 20)
  bytes.writeUInt16BE(ports[1], 22)
  return bytes
}

const text = (ends: Ends) => flowKeyOf(packet(ends), 5)?.text
const answer: Ends = { from: B, to: A, ports: [80, 40000] }

describe('a flow', () => {
  test('is the same in both directions', () => {
    expect(text(answer)).toBe(text({}))
    expect(text({ ...answer, ports: [40000, 80] })).not.toBe(text({}))
    expect(text({ protocol: UDP })).not.toBe(text({}))
    expect(text({ ports: [40001, 80] })).not.toBe(text({}))
  })

  test('has no ports where there are none, and none in pieces of a packet', () => {
    expect(text({ protocol: ICMP, ports: [1, 2] })).toBe(text({ protocol: ICMP, ports: [3, 4] }))
    const [first, last] = [0x2000, 0x0010].map((fragment, index) => text({ fragment, ports: [index, index] }))
    expect(first).toBe(last)
  })

  test('is chosen by as much as the group says', () => {
    const by = (fields: 2 | 3 | 5, ends: Ends) => flowKeyOf(packet(ends), fields)?.chosenBy
    expect(by(3, { ports: [1, 2] })).toBe(by(3, {}))
    expect(by(3, { protocol: UDP })).not.toBe(by(3, {}))
    expect(by(2, { protocol: UDP })).toBe(by(2, {}))
    expect(by(5, { ports: [1, 2] })).not.toBe(by(5, {}))
  })

  test('is none of what is no whole packet', () => {
    const whole = packet()
    for (let length = 0; length < whole.length; length++)
      expect(flowKeyOf(whole.subarray(0, length), 5)).toBeUndefined()
    for (const first of [0x65, 0x44, 0x4f])
      expect(flowKeyOf(Buffer.from([first, ...whole.subarray(1)]), 5)).toBeUndefined()
  })
})

describe('the table of flows', () => {
  const targets = ['one', 'two', 'three'].map((id, index) => ({
    id,
    address: `240.1.0.${index}` as Address,
    port: 6081,
  }))
  const passage: Passage = {
    endpointId: 'vpce-1',
    tunnel: { namespace: 'router', link: 'vpce-1' },
    node: '240.1.0.9' as Address,
    targets,
    flowFields: 5,
    idleTimeout: 350,
  }
  let now: number
  let cookie: number
  let table: FlowTable

  beforeEach(() => {
    now = 0
    cookie = 0
    table = new FlowTable({ now: () => now, random: () => cookie++ })
  })

  function key(ends: Ends): FlowKey {
    const found = flowKeyOf(packet(ends), 5)
    if (!found) throw new Error('no flow')
    return found
  }

  const targetOf = (ends: Ends, from: Passage = passage) => table.take(from, key(ends))?.target.id

  test('both directions have one flow, found by its cookie', () => {
    const flow = table.take(passage, key({}))
    expect(table.take(passage, key(answer))).toBe(flow)
    expect(flow && table.find(flow.cookie)).toBe(flow)
    expect(table.size).toBe(1)
  })

  test('flows spread over the targets, and only those of one that is gone move', () => {
    const many = Array.from({ length: 300 }, (_, index): Ends => ({ ports: [40000 + index, 80] }))
    const before = many.map((ends) => targetOf(ends))
    for (const { id } of targets) expect(before.filter((one) => one === id).length).toBeGreaterThan(60)
    const anew = new FlowTable({ now: () => now, random: () => cookie++ })
    const fewer = { ...passage, targets: targets.slice(1) }
    const after = many.map((ends) => anew.take(fewer, key(ends))?.target.id)
    expect(after.every((id, index) => before[index] === 'one' || id === before[index])).toBe(true)
    expect(after).not.toContain('one')
  })

  test('a flow keeps its target whatever becomes of it, unless the group rebalances', () => {
    const first = targetOf({})
    const others = targets.filter(({ id }) => id !== first)
    const without = { ...passage, targets: others }
    expect(targetOf({}, without)).toBe(first)
    expect(targetOf({}, { ...without, staying: targets.map(({ id }) => id) })).toBe(first)
    expect(targetOf({}, { ...without, staying: others.map(({ id }) => id) })).not.toBe(first)
  })

  test('an idle flow is forgotten: TCP after the time of its listener, others after two minutes', () => {
    const [tcp, udp] = [table.take(passage, key({})), table.take(passage, key({ protocol: UDP }))]
    now = 121_000
    table.sweep(passage)
    expect([tcp, udp].map((flow) => flow && table.find(flow.cookie))).toEqual([tcp, undefined])
    now = 351_000
    expect(table.take(passage, key({}))).not.toBe(tcp)
    expect(table.size).toBe(1)
  })

  test('without a target nothing is taken', () => {
    expect(table.take({ ...passage, targets: [] }, key({}))).toBeUndefined()
    expect(table.size).toBe(0)
  })
})
