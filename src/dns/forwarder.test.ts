import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { address } from '../compile/small-network.ts'
import { Forwarder } from './forwarder.ts'

const FIRST = address('240.1.0.1')
const SECOND = address('240.1.0.2')
const QUESTION = Buffer.from('abcd01000001000000000000000001', 'hex')

interface Sent {
  readonly id: number
  readonly to: string
}

let socket: Socket
let sent: Sent[]
let forwarder: Forwarder

beforeEach(async () => {
  vi.useFakeTimers()
  socket = createSocket('udp4')
  sent = []
  vi.spyOn(socket, 'send').mockImplementation((...[message, , to]: unknown[]) => {
    sent.push({ id: (message as Buffer).readUInt16BE(0), to: String(to) })
  })
  forwarder = new Forwarder(socket)
})

afterEach(async () => {
  vi.useRealTimers()
  socket.close()
  await once(socket, 'close')
})

/** What the target says to the question that was sent last. */
function answerOf(last: Sent | undefined): Buffer {
  const answer = Buffer.from(QUESTION)
  answer.writeUInt16BE(last?.id ?? 0, 0)
  answer.writeUInt16BE(0x8180, 2)
  return answer
}

test('the answer has the ID of the question, whatever was sent', async () => {
  const asked = forwarder.ask(QUESTION, [FIRST])
  expect(forwarder.take(answerOf(sent[0]), FIRST)).toBe(true)
  const answer = await asked
  expect(answer?.readUInt16BE(0)).toBe(0xabcd)
  expect(answer?.readUInt16BE(2)).toBe(0x8180)
})

test('the next target is asked when one does not answer, and nobody after the last', async () => {
  const asked = forwarder.ask(QUESTION, [FIRST, SECOND])
  expect(sent.map(({ to }) => to)).toEqual([FIRST])
  await vi.advanceTimersByTimeAsync(2000)
  expect(sent.map(({ to }) => to)).toEqual([FIRST, SECOND])
  expect(forwarder.take(answerOf(sent[0]), FIRST)).toBe(false)
  await vi.advanceTimersByTimeAsync(2000)
  expect(await asked).toBeUndefined()
})

test('only the target that was asked is believed', async () => {
  void forwarder.ask(QUESTION, [FIRST])
  expect(forwarder.take(answerOf(sent[0]), SECOND)).toBe(false)
  expect(forwarder.take(answerOf({ id: ((sent[0]?.id ?? 0) + 1) % 0x10000, to: FIRST }), FIRST)).toBe(false)
  expect(forwarder.take(QUESTION, FIRST)).toBe(false)
  expect(forwarder.take(Buffer.from([1]), FIRST)).toBe(false)
  expect(forwarder.take(answerOf(sent[0]), FIRST)).toBe(true)
})

test('rules that lead in a circle do not fill the memory', async () => {
  for (let count = 0; count < 600; count++) void forwarder.ask(QUESTION, [FIRST])
  expect(sent).toHaveLength(512)
  expect(await forwarder.ask(QUESTION, [FIRST])).toBeUndefined()
})
